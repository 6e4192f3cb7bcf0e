"""Titles, bodies and comments of seeded issues: varied like those of a real project."""

from sandbox.github import seed_words as words

LONG_BODY_BYTES = 20_000


class LazyWords(dict):
    """Gives `str.format_map` a newly drawn word each time it asks for one."""

    def __missing__(self, name):
        return self.draw[name]()


class Writer:
    """Draws texts from a seeded generator."""

    def __init__(self, rng):
        self._rng = rng
        self._words = LazyWords()
        self._words.draw = {
            "component": lambda: self._pick(words.COMPONENTS), "thing": lambda: self._pick(words.THINGS),
            "module": lambda: self._pick(words.MODULES), "call": lambda: self._pick(words.CALLS),
            "trigger": lambda: self._fill(self._pick(words.TRIGGERS)),
            "symptom": lambda: self._fill(self._pick(words.SYMPTOMS)),
            "n": self._number, "http": lambda: 400 + int(rng.random() * 112),
            "issue": lambda: 1 + int(rng.random() * 50), "version": self._version}

    def _pick(self, choices):
        return choices[int(self._rng.random() * len(choices))]

    def _fill(self, template):
        """Replaces the words in braces; only those that the template has are drawn."""
        return template.format_map(self._words) if "{" in template else template

    def _number(self):
        return 2 + int(self._rng.random() * 97)

    def _version(self):
        rng = self._rng
        return "v%d.%d.%d" % (1 + rng.random() * 3, rng.random() * 12, rng.random() * 9)

    def issue(self):
        """(kind, title, body) where kind is bug, enhancement, question or task."""
        dice = self._rng.random()
        if dice < 0.06:
            return "bug", self._fill(self._pick(words.FOREIGN_TITLES)), self._body(self._report)
        if dice < 0.55:
            title = "The %s %s %s" % (self._pick(words.COMPONENTS), self._fill(self._pick(words.SYMPTOMS)),
                                      self._fill(self._pick(words.TRIGGERS)))
            return "bug", title, self._body(self._report)
        if dice < 0.80:
            return "enhancement", self._fill(self._pick(words.WISHES)), self._body(self._wish)
        if dice < 0.92:
            return "question", self._fill(self._pick(words.QUESTIONS)), self._body(self._prose)
        return "task", self._fill(self._pick(words.TASKS)), self._body(self._checklist)

    def _body(self, usual):
        dice = self._rng.random()
        if dice < 0.06:
            return None
        if dice < 0.09:
            return ""
        if dice < 0.22:
            return self._fill(self._pick(words.ONE_LINERS))
        body = self._long_log() if dice > 0.995 else usual()
        return body.replace("\n", "\r\n") if dice > 0.70 else body

    def _prose(self):
        count = 1 + int(self._rng.random() * 5)
        return " ".join([self._fill(self._pick(words.SENTENCES)) for _ in range(count)])

    def _report(self):
        parts = ["### What happened\n\n" + self._prose(),
                 "### Steps to reproduce\n\n1. start the %s\n2. wait %d s\n3. see the error" % (
                     self._pick(words.COMPONENTS), 1 + self._rng.random() * 60),
                 "### Expected\n\n" + self._fill("The {component} keeps working.")]
        if self._rng.random() < 0.6:
            parts.append(self._fill(self._pick(words.TRACES)))
        if self._rng.random() < 0.5:
            parts.append("| what | value |\n| --- | --- |\n| version | %s |\n| OS | Debian 12 |" % self._version())
        return "\n\n".join(parts)

    def _wish(self):
        return "**Is your request related to a problem?**\n%s\n\n**Describe what you'd like**\n%s\n\n" \
               "**Alternatives**\n- %s\n- _none_\n" % (self._prose(), self._prose(), self._pick(words.THINGS))

    def _checklist(self):
        lines = ["- [%s] %s" % ("x" if self._rng.random() < 0.4 else " ", self._fill(self._pick(words.WISHES)))
                 for _ in range(3 + int(self._rng.random() * 8))]
        return self._prose() + "\n\n" + "\n".join(lines) + "\n"

    def _long_log(self):
        lines = ["<details><summary>Full log</summary>\n\n```"]
        size = 0
        while size < LONG_BODY_BYTES:
            line = "2024-03-%02d %02d:%02d:07.%03d WARN %s: %s" % (
                1 + self._rng.random() * 28, self._rng.random() * 24, self._rng.random() * 60,
                self._rng.random() * 1000, self._pick(words.MODULES), self._fill(self._pick(words.SYMPTOMS)))
            lines.append(line)
            size += len(line) + 1
        return "\n".join(lines + ["```", "</details>"])

    def reply(self):
        """The text of a comment."""
        text = self._fill(self._pick(words.REPLIES))
        dice = self._rng.random()
        if dice < 0.25:
            text += "\n\n" + self._prose()
        return text.replace("\n", "\r\n") if dice > 0.8 else text
