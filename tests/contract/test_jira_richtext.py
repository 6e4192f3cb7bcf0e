#!/usr/bin/python3
"""Rich text of Jira on large sets: CommonMark's and GFM's examples, generated documents, random edits."""

import json
import os
import random
import re
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from adf_cases import Documents  # noqa: E402

BUILD = os.environ.get("TANDEM_BUILD", os.path.join(HERE, "..", "..", "build", "dev"))
MODULES = os.path.join(HERE, "..", "..", "build", "npm", "node_modules")
GENERATED = 150
EXAMPLE = re.compile(r"^`{32} example[^\n]*\n(.*?)^\.\n(.*?)^`{32}$", re.DOTALL | re.MULTILINE)

# What GFM adds to CommonMark (https://github.github.com/gfm/), and what GitHub adds to that.
GFM = [
    "| foo | bar |\n| --- | --- |\n| baz | bim |", "| abc | defghi |\n:-: | -----------:\nbar | baz",
    "| f\\|oo  |\n| ------ |\n| b `\\|` az |\n| b **\\|** im |", "| abc | def |\n| --- | --- |\n| bar | baz |\n> bar",
    "| abc | def |\n| --- |\n| bar |", "| abc | def |\n| --- | --- |\n| bar |\n| bar | baz | boo |",
    "- [ ] foo\n- [x] bar", "- [x] foo\n  - [ ] bar\n  - [x] baz\n- [ ] bim", "1. [ ] ordered\n2. plain",
    "- [x] mixed\n- plain", "~~Hi~~ Hello, ~there~ world!", "This ~~has a\n\nnew paragraph~~.",
    "www.commonmark.org/help.", "(see https://example.com/a_(b))", "foo@bar.baz", "http://commonmark.org/a?b=c&copy;",
    "> [!NOTE]\n> text", "> [!TIP]\n>\n> - list", "> [!CAUTION]", "> \\[!NOTE]\n> no",
    "<details><summary>Logs</summary>\n\n```\nx\n```\n\n</details>", "<details>\n\nno summary\n\n</details>",
    "before <!-- hidden --> after", "<!-- template -->\n\ntext", "<img width=\"10\" alt=\"x\" src=\"https://e.org/a.png\">",
    "a<br>b<br/>c", "<kbd>Ctrl</kbd> <sub>1</sub> <span style=\"color: #ff0000\">x</span>", "$a_b$ and :smile: @bob #12",
]

WIKI_PIECES = ["*", "_", "-", "+", "{", "}", "[", "]", "|", "\\", "!", "\n", "\n\n", "{code}", "{quote}", "{panel:title=x}",
               "{info}", "h1. ", "* ", "# ", "|| ", "a", "b c", " ", "{color:red}", "{color}", "~", "^", "??", "(x)",
               "https://example.com/a_b", "bq. ", "----", "[~ann]", "{{", "}}", "!a.png!", "[x|https://example.com]", "ü"]


def examples():
    """CommonMark's, when npm installed them, and GFM's."""
    path = os.path.join(MODULES, "commonmark-spec", "spec.txt")
    if not os.path.exists(path):
        return list(GFM)
    with open(path, encoding="utf-8") as spec:
        return [match.group(1).replace("→", "\t") for match in EXAMPLE.finditer(spec.read())] + GFM


class RichText:
    """The program that translates, a line of JSON a call."""

    def __init__(self):
        self._process = subprocess.Popen([os.path.join(BUILD, "tests", "richtext-driver")], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def call(self, op, **arguments):
        given = {name: value for name, value in arguments.items() if value is not None}
        self._process.stdin.write(json.dumps({"op": op, **given}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError("the program ended at %s %r" % (op, given))
        answer = json.loads(line)
        if answer["code"] != "ok":
            raise AssertionError("%s %r: %s" % (op, given, answer["message"]))
        return answer

    def adf(self, markdown, seen=None):
        return self.call("adf_from_markdown", markdown=markdown, seen=seen)["adf"]

    def markdown(self, adf, known=None):
        return self.call("adf_to_markdown", adf=adf, known=known)["text"]

    def wiki(self, markdown, seen=None):
        return self.call("wiki_from_markdown", markdown=markdown, seen=seen)["text"]

    def from_wiki(self, wiki, known=None):
        return self.call("wiki_to_markdown", wiki=wiki, known=known)["text"]

    def said(self, adf):
        return self.call("fingerprint", adf=adf)["text"]

    def close(self):
        self._process.stdin.close()
        return self._process.wait(30)


class RichTextCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = RichText()

    @classmethod
    def tearDownClass(cls):
        status = cls.text.close()
        if status:
            raise AssertionError("the program ended with status %d" % status)


def first_edit(rng, markdown):
    """A person's edit of one paragraph or the addition of one."""
    blocks = markdown.split("\n\n")
    blocks.insert(rng.randint(0, len(blocks)), "An added paragraph %d." % rng.randint(1, 99))
    return "\n\n".join(blocks)


class Adf(RichTextCase):
    def test_known_markdown_comes_back_byte_for_byte(self):
        for markdown in examples():
            with self.subTest(markdown=markdown):
                self.assertEqual(self.text.markdown(self.text.adf(markdown), known=markdown), markdown)

    def test_canonical_markdown_says_the_same_and_is_stable(self):
        for markdown in examples():
            with self.subTest(markdown=markdown):
                adf = self.text.adf(markdown)
                canonical = self.text.markdown(adf)
                self.assertNotIn("```adf", canonical)
                again = self.text.adf(canonical)
                self.assertEqual(self.text.said(again), self.text.said(adf))
                self.assertEqual(self.text.markdown(again), canonical)

    def test_generated_documents_come_back_node_for_node(self):
        for seed in range(GENERATED):
            with self.subTest(seed=seed):
                seen = Documents(seed).document()
                self.assertEqual(self.text.adf(self.text.markdown(seen), seen), seen)

    def test_nodes_without_a_markdown_form_survive_an_edit_elsewhere(self):
        for seed in range(GENERATED):
            with self.subTest(seed=seed):
                seen = Documents(seed).document()
                kept = [block for block in seen["content"] if block != {"type": "paragraph"}]
                sent = self.text.adf("First of all.\n\n" + self.text.markdown(seen), seen)["content"]
                self.assertEqual(sent[0], {"type": "paragraph", "content": [{"type": "text", "text": "First of all."}]})
                self.assertEqual([block for block in sent[1:] if block != {"type": "paragraph"}], kept)

    def test_an_edit_there_leaves_the_source_of_the_other_blocks(self):
        """Two documents of Markdown, one block changed in Jira: everything else is as it was written."""
        rng = random.Random(7)
        parts = ["Setext\n======", "* star\n* list", "+ plus", "__strong__ and *em*", "~~~ c\nint x;\n~~~", "***",
                 "1) paren\n2) list", "    indented", "<https://example.com>", "line one\\\nline two"]
        for _ in range(40):
            chosen = [rng.choice(parts) + " " * 0 for _ in range(5)]
            chosen = [part for i, part in enumerate(chosen) if i == 0 or "*+1 ".find(part[0]) < 0 or "*+1 ".find(chosen[i - 1][0]) < 0]
            known = "\n\n\n".join(chosen)
            adf = self.text.adf(known)
            adf["content"].insert(0, {"type": "paragraph", "content": [{"type": "text", "text": "from Jira"}]})
            with self.subTest(known=known):
                self.assertEqual(self.text.markdown(adf, known), "from Jira\n\n" + known)

    def test_written_documents_are_valid(self):
        schema = os.path.join(MODULES, "@atlaskit", "adf-schema")
        if not (os.path.isdir(schema) and os.path.isdir(os.path.join(MODULES, "ajv-draft-04"))):
            self.skipTest("@atlaskit/adf-schema and ajv-draft-04 are not below build/npm: ./dev test puts them there "
                          "when npm is installed")
        documents = [(markdown, self.text.adf(markdown)) for markdown in examples()]
        for seed in range(GENERATED):
            seen = Documents(seed).document()
            markdown = first_edit(random.Random(seed), self.text.markdown(seen))
            documents.append((markdown, self.text.adf(markdown, seen)))
            documents.append((markdown, self.text.adf(markdown)))
        lines = "".join(json.dumps(adf) + "\n" for _, adf in documents)
        found = subprocess.run(["node", os.path.join(HERE, "adf_validate.js"), os.path.realpath(MODULES)], input=lines,
                               capture_output=True, text=True, check=True, timeout=300).stdout.splitlines()
        self.assertEqual(len(found), len(documents))
        wrong = [(error, markdown, adf) for error, (markdown, adf) in zip(found, documents) if error]
        self.assertEqual(wrong[:3], [])


class Wiki(RichTextCase):
    def test_known_markdown_comes_back_byte_for_byte(self):
        for markdown in examples():
            with self.subTest(markdown=markdown):
                self.assertEqual(self.text.from_wiki(self.text.wiki(markdown), known=markdown), markdown)

    def test_markup_that_was_not_touched_is_sent_back_as_it_was(self):
        rng = random.Random(11)
        for _ in range(600):
            wiki = "".join(rng.choice(WIKI_PIECES) for _ in range(rng.randint(1, 25)))
            with self.subTest(wiki=wiki):
                self.assertEqual(self.text.wiki(self.text.from_wiki(wiki), seen=wiki), wiki)

    def test_markdown_from_markup_is_stable(self):
        for markdown in examples():
            with self.subTest(markdown=markdown):
                seen = self.text.from_wiki(self.text.wiki(markdown))
                self.assertEqual(self.text.from_wiki(self.text.wiki(seen)), seen)


if __name__ == "__main__":
    tap.main(__name__)
