"""Generated ADF documents and edits of Markdown, for tests of rich text. All come from a seed."""

import random

WORDS = ["alpha", "beta", "snake_case", "a*b", "2 * 3 = 6", "`tick`", "<tag>", "&amp;", "100%", "[x]", "(y)", "!", "#1",
         "#hash", "- dash", "+ plus", "1. one", "2) two", "> quote", "---", "===", "| pipe |", "~~no~~", "~", "\\", "_u_",
         "http://example.com/a_b?c=d&e", "www.example.com", "me@example.com", "@alice", "ümlaut", "日本", "😀", ":", "end.",
         "# head", "***", "__init__", "a_b_c", "{code}", "h1. x", "[~bob]", "{color:red}", "*", "_", "^", "??", "\u00a0"]
MARKS = ["strong", "em", "strike", "underline"]
TASK_STATES = ["TODO", "DONE"]


class Documents:
    """Random documents that are valid ADF, with nodes that Markdown knows and nodes that it does not."""

    def __init__(self, seed):
        self._random = random.Random(seed)
        self._ids = 0

    def _id(self):
        self._ids += 1
        return "id-%d" % self._ids

    def _text(self, words=4):
        return " ".join(self._random.choice(WORDS) for _ in range(self._random.randint(1, words)))

    def _marks(self):
        marks = [{"type": name} for name in MARKS if self._random.random() < 0.15]
        if self._random.random() < 0.1:
            marks.append({"type": "link", "attrs": {"href": self._random.choice(
                ["https://example.com/x", "https://example.com/a(b)", "mailto:me@example.com", "/relative path"])}})
        if self._random.random() < 0.05:
            marks.append({"type": "textColor", "attrs": {"color": "#ff5630"}})
        if self._random.random() < 0.05:
            marks.append({"type": "subsup", "attrs": {"type": self._random.choice(["sub", "sup"])}})
        return marks

    def _text_node(self):
        text = self._text()
        text = self._random.choice([text, text, " " + text, text + " "])
        node = {"type": "text", "text": text}
        if self._random.random() < 0.1:
            node["marks"] = [{"type": "code"}]
        else:
            marks = self._marks()
            if marks:
                node["marks"] = marks
        return node

    def _inline(self):
        kind = self._random.random()
        if kind < 0.75:
            return self._text_node()
        return self._random.choice([
            {"type": "hardBreak"},
            {"type": "mention", "attrs": {"id": "5b10:%s" % self._random.randint(1, 9), "text": "@Ann [QA]"}},
            {"type": "emoji", "attrs": {"shortName": ":smile:", "id": "1f604", "text": "😄"}},
            {"type": "emoji", "attrs": {"shortName": ":custom:", "id": "c-1"}},
            {"type": "status", "attrs": {"text": "IN PROGRESS", "color": "blue", "localId": self._id()}},
            {"type": "date", "attrs": {"timestamp": "1714521600000"}},
            {"type": "inlineCard", "attrs": {"url": "https://example.com/browse/X-1"}},
            {"type": "inlineExtension", "attrs": {"extensionType": "com.example", "extensionKey": "toc",
                                                  "parameters": {"depth": 2}}},
            {"type": "mediaInline", "attrs": {"id": "file-%d" % self._random.randint(1, 4), "collection": "",
                                              "type": "file"}},
        ])

    def _inlines(self):
        return [self._inline() for _ in range(self._random.randint(1, 5))]

    def paragraph(self):
        node = {"type": "paragraph"}
        if self._random.random() < 0.95:
            node["content"] = self._inlines()
        return node

    def _heading(self):
        return {"type": "heading", "attrs": {"level": self._random.randint(1, 6)}, "content": self._inlines()}

    def _code(self):
        attrs = {"language": "python"} if self._random.random() < 0.5 else {}
        return {"type": "codeBlock", "attrs": attrs,
                "content": [{"type": "text", "text": "x = `1`\n\n```\n  y\n" + self._text()}]}

    def _list(self, depth):
        items = []
        for _ in range(self._random.randint(1, 3)):
            content = [self.paragraph()]
            if depth < 2 and self._random.random() < 0.3:
                content.append(self._list(depth + 1))
            if self._random.random() < 0.15:
                content.append(self._code())
            items.append({"type": "listItem", "content": content})
        if self._random.random() < 0.5:
            return {"type": "bulletList", "content": items}
        return {"type": "orderedList", "attrs": {"order": self._random.choice([1, 1, 3])}, "content": items}

    def _tasks(self):
        items = [{"type": "taskItem", "attrs": {"localId": self._id(), "state": self._random.choice(TASK_STATES)},
                  "content": self._inlines()} for _ in range(self._random.randint(1, 3))]
        return {"type": "taskList", "attrs": {"localId": self._id()}, "content": items}

    def _table(self):
        columns, plain = self._random.randint(1, 3), self._random.random() < 0.6
        rows = []
        for row in range(self._random.randint(1, 3)):
            cells = []
            for _ in range(columns):
                kind = "tableHeader" if (row == 0) == plain else "tableCell"
                content = [self.paragraph()] if plain else [self.paragraph(), self._list(2)]
                cells.append({"type": kind, "attrs": {}, "content": content})
            rows.append({"type": "tableRow", "content": cells})
        return {"type": "table", "attrs": {"layout": "default", "localId": self._id()}, "content": rows}

    def _panel(self):
        kind = self._random.choice(["info", "note", "warning", "error", "success"])
        return {"type": "panel", "attrs": {"panelType": kind},
                "content": [self._random.choice([self.paragraph, self._heading, lambda: self._list(2)])()]}

    def _media(self):
        if self._random.random() < 0.5:
            return {"type": "mediaSingle", "attrs": {"layout": "center"}, "content": [
                {"type": "media", "attrs": {"type": "external", "url": "https://example.com/a_b.png", "alt": "A [b]"}}]}
        file = {"type": "media", "attrs": {"type": "file", "id": self._id(), "collection": "", "alt": "shot_1.png",
                                           "width": 10, "height": 20}}
        if self._random.random() < 0.5:
            return {"type": "mediaGroup", "content": [file]}
        return {"type": "mediaSingle", "attrs": {"layout": "wide", "width": 50}, "content": [file]}

    def _layout(self):
        return {"type": "layoutSection", "content": [
            {"type": "layoutColumn", "attrs": {"width": 50}, "content": [self.paragraph(), self._list(2)]},
            {"type": "layoutColumn", "attrs": {"width": 50}, "content": [self._panel()]}]}

    def _extension(self):
        return {"type": "extension", "attrs": {"extensionType": "com.example", "extensionKey": "chart",
                                               "parameters": {"title": "``` |"}, "layout": "default"}}

    def block(self):
        return self._random.choice([
            self.paragraph, self.paragraph, self.paragraph, self._heading, self._code, lambda: self._list(0),
            lambda: self._list(0), self._tasks, self._table, self._panel, self._media, self._layout, self._extension,
            lambda: {"type": "rule"},
            lambda: {"type": "blockquote", "content": [self.paragraph()]},
            lambda: {"type": "expand", "attrs": {"title": "A <b> & \"c\""}, "content": [self.paragraph(), self._code()]},
            lambda: {"type": "decisionList", "attrs": {"localId": self._id()}, "content": [
                {"type": "decisionItem", "attrs": {"localId": self._id(), "state": "DECIDED"},
                 "content": self._inlines()}]},
            lambda: {"type": "blockCard", "attrs": {"url": "https://example.com/card"}},
        ])()

    def document(self, blocks=6):
        count = self._random.randint(1, blocks)
        return {"version": 1, "type": "doc", "content": [self.block() for _ in range(count)]}
