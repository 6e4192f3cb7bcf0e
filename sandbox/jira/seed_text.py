"""Summaries, documents and comments of seeded issues. Documents are ADF; Data Center gets their wiki markup."""

from sandbox.jira import adf_text
from sandbox.jira import seed_words as words

PANELS = ("info", "note", "warning", "error", "success")
TEMPLATES = {"Epic": words.EPICS, "Story": words.STORIES, "Task": words.TASKS, "Bug": words.BUGS,
             "Sub-task": words.SUBTASKS}


def text_node(text, *marks):
    node = {"type": "text", "text": text}
    if marks:
        node["marks"] = [mark if isinstance(mark, dict) else {"type": mark} for mark in marks]
    return node


def paragraph(*nodes):
    return {"type": "paragraph", "content": list(nodes)}


class Writer:
    """Draws texts from a seeded generator."""

    def __init__(self, rng, people, is_cloud):
        self._rng = rng
        self._people = people
        self._is_cloud = is_cloud

    def pick(self, choices):
        return choices[int(self._rng.random() * len(choices))]

    def fill(self, template):
        """Replaces the words in braces, those of the drawn words too."""
        values = {"part": self.pick(words.PARTS), "thing": self.pick(words.THINGS),
                  "n": 2 + int(self._rng.random() * 97),
                  "http": 400 + int(self._rng.random() * 112)}
        values["symptom"] = self.pick(words.SYMPTOMS).format_map(values)
        values["trigger"] = self.pick(words.TRIGGERS).format_map(values)
        return template.format_map(values)

    def summary(self, type_name):
        text = self.fill(self.pick(TEMPLATES[type_name]))
        return text[0].upper() + text[1:]

    # documents

    def finish(self, blocks):
        """The document in the site's flavour."""
        document = {"type": "doc", "version": 1, "content": blocks}
        return document if self._is_cloud else adf_text.to_wiki(document).replace("[~accountid:", "[~")

    def description(self, type_name):
        """A document, or None for the issues that nobody described."""
        dice = self._rng.random()
        if dice < 0.08:
            return None
        if dice < 0.25:
            return self.finish([self._prose()])
        makers = [self._heading, self._bullets, self._code, self._panel, self._table, self._tasks, self._rich,
                  self._quote]
        blocks = [self._prose()]
        for _ in range(1 + int(self._rng.random() * 5)):
            blocks += self.pick(makers)()
        return self.finish(blocks)

    def criteria(self):
        return self.finish(self._bullets())

    def reply(self):
        blocks = [paragraph(text_node(self.fill(self.pick(words.REPLIES))))]
        dice = self._rng.random()
        if dice < 0.2:
            blocks[0]["content"] += [text_node(" "), self._mention()]
        elif dice < 0.35:
            blocks += self._code()
        elif dice < 0.45:
            blocks += self._quote()
        return self.finish(blocks)

    # blocks

    def _sentences(self, most):
        return " ".join(self.fill(self.pick(words.SENTENCES)) for _ in range(1 + int(self._rng.random() * most)))

    def _prose(self):
        return paragraph(text_node(self._sentences(4)))

    def _heading(self):
        level = 2 + int(self._rng.random() * 3)
        return [{"type": "heading", "attrs": {"level": level}, "content": [text_node(self.fill("About the {part}"))]},
                self._prose()]

    def _bullets(self):
        kind = self.pick(("bulletList", "orderedList"))
        items = [{"type": "listItem", "content": [self._prose()]} for _ in range(2 + int(self._rng.random() * 3))]
        items[-1]["content"].append({"type": "bulletList",
                                     "content": [{"type": "listItem", "content": [self._prose()]}]})
        return [{"type": kind, "content": items}]

    def _code(self):
        language, text = self.pick(words.CODE)
        return [{"type": "codeBlock", "attrs": {"language": language}, "content": [text_node(self.fill(text))]}]

    def _panel(self):
        return [{"type": "panel", "attrs": {"panelType": self.pick(PANELS)}, "content": [self._prose()]}]

    def _quote(self):
        return [{"type": "blockquote", "content": [self._prose()]}]

    def _table(self):
        def row(kind, *texts):
            return {"type": "tableRow", "content": [{"type": kind, "attrs": {}, "content": [paragraph(text_node(one))]}
                                                    for one in texts]}
        return [{"type": "table", "attrs": {"isNumberColumnEnabled": False, "layout": "default"}, "content": [
            row("tableHeader", "What", "Value"), row("tableCell", "OS", "Debian 12"),
            row("tableCell", "n", self.fill("{n}"))]}]

    def _tasks(self):
        items = [{"type": "taskItem", "attrs": {"localId": str(number), "state": self.pick(("TODO", "DONE"))},
                  "content": [text_node(self.fill("Check {thing}"))]} for number in range(3)]
        return [{"type": "taskList", "attrs": {"localId": "list"}, "content": items}]

    def _rich(self):
        link = {"type": "link", "attrs": {"href": "https://example.com/docs/%d" % (self._rng.random() * 100)}}
        return [paragraph(text_node("Bold", "strong"), text_node(", "), text_node("slanted", "em"), text_node(" and "),
                          text_node("rocket --dry-run", "code"), {"type": "hardBreak"}, text_node("see "),
                          text_node("the documents", link), text_node(", "), self._mention()),
                {"type": "rule"}]

    def _mention(self):
        user = self.pick(self._people)
        attributes = {"id": user.account_id if self._is_cloud else user.name, "text": "@" + user.display_name}
        return {"type": "mention", "attrs": dict(attributes, accessLevel="")}
