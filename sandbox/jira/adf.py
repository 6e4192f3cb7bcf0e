"""Atlassian Document Format: is a value a valid document? And its plain text.

Follows the published structure of ADF: which node may stand where, which attributes it must have,
which marks its text may carry.
"""

import re

from sandbox.jira.errors import BadDocument

MAX_DEPTH = 60
BLOCKS = frozenset((
    "paragraph", "heading", "bulletList", "orderedList", "blockquote", "codeBlock", "panel", "rule", "table",
    "mediaSingle", "mediaGroup", "taskList", "decisionList", "expand", "blockCard", "embedCard", "extension",
    "bodiedExtension", "layoutSection"))
INLINES = frozenset(("text", "hardBreak", "mention", "emoji", "date", "status", "inlineCard", "inlineExtension",
                     "placeholder", "mediaInline"))
IN_LIST_ITEM = frozenset(("paragraph", "bulletList", "orderedList", "codeBlock", "mediaSingle", "taskList",
                          "extension"))
IN_CELL = (BLOCKS - {"table", "expand", "layoutSection", "bodiedExtension"}) | {"nestedExpand"}
IN_PANEL = frozenset(("paragraph", "heading", "bulletList", "orderedList", "blockCard", "mediaGroup", "mediaSingle",
                      "codeBlock", "taskList", "rule", "decisionList", "extension"))
IN_QUOTE = frozenset(("paragraph", "bulletList", "orderedList", "codeBlock", "mediaSingle", "mediaGroup", "extension"))
IN_EXPAND = BLOCKS - {"expand", "layoutSection", "bodiedExtension"}

# Node type: what it holds (None: nothing) and how many at least.
CONTENT = {
    "doc": (BLOCKS, 0), "paragraph": (INLINES, 0), "heading": (INLINES, 0), "codeBlock": (frozenset(("text",)), 0),
    "bulletList": (frozenset(("listItem",)), 1), "orderedList": (frozenset(("listItem",)), 1),
    "listItem": (IN_LIST_ITEM, 1), "blockquote": (IN_QUOTE, 1), "panel": (IN_PANEL, 1),
    "table": (frozenset(("tableRow",)), 1), "tableRow": (frozenset(("tableCell", "tableHeader")), 0),
    "tableCell": (IN_CELL, 1), "tableHeader": (IN_CELL, 1), "mediaSingle": (frozenset(("media", "caption")), 1),
    "mediaGroup": (frozenset(("media",)), 1), "caption": (INLINES, 0),
    "taskList": (frozenset(("taskItem", "taskList")), 1), "taskItem": (INLINES, 0),
    "decisionList": (frozenset(("decisionItem",)), 1), "decisionItem": (INLINES, 0),
    "expand": (IN_EXPAND, 1), "nestedExpand": (IN_EXPAND - {"table"}, 1),
    "layoutSection": (frozenset(("layoutColumn",)), 1), "layoutColumn": (BLOCKS - {"layoutSection"}, 1),
    "bodiedExtension": (BLOCKS - {"bodiedExtension"}, 1)}
LEAVES = frozenset(("text", "hardBreak", "mention", "emoji", "date", "status", "inlineCard", "inlineExtension",
                    "placeholder", "mediaInline", "media", "rule", "blockCard", "embedCard", "extension"))


def _text(value):
    return isinstance(value, str) and value != ""


def _one_of(*choices):
    return lambda value: value in choices


def _digits(value):
    return isinstance(value, str) and re.fullmatch(r"-?\d+", value) is not None


def _level(value):
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 6


def _colour(value):
    return isinstance(value, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", value) is not None


EXTENSION = {"extensionKey": _text, "extensionType": _text}
ATTRIBUTES = {
    "heading": {"level": _level}, "mention": {"id": _text}, "emoji": {"shortName": _text},
    "date": {"timestamp": _digits},
    "panel": {"panelType": _one_of("info", "note", "tip", "warning", "error", "success", "custom")},
    "status": {"text": _text, "color": _one_of("neutral", "purple", "blue", "red", "yellow", "green")},
    "taskList": {"localId": _text}, "taskItem": {"localId": _text, "state": _one_of("TODO", "DONE")},
    "decisionList": {"localId": _text}, "decisionItem": {"localId": _text, "state": _text},
    "media": {"type": _one_of("file", "link", "external")},
    "embedCard": {"url": _text, "layout": _text}, "placeholder": {"text": _text},
    "extension": EXTENSION, "bodiedExtension": EXTENSION, "inlineExtension": EXTENSION}
CARDS = frozenset(("inlineCard", "blockCard"))

TEXT_MARKS = {
    "strong": {}, "em": {}, "strike": {}, "underline": {}, "code": {}, "link": {"href": _text},
    "subsup": {"type": _one_of("sub", "sup")}, "textColor": {"color": _colour}, "backgroundColor": {"color": _colour},
    "annotation": {"id": _text, "annotationType": _one_of("inlineComment")}}
BLOCK_MARKS = {
    "alignment": {"align": _one_of("center", "end")}, "indentation": {"level": _level}, "breakout": {"mode": _text},
    "fragment": {"localId": _text}, "dataConsumer": {"sources": lambda value: isinstance(value, list)},
    "border": {"color": _text}, "link": {"href": _text}}
WITH_CODE = frozenset(("code", "link", "annotation"))


def is_document(value):
    """Looks like a document at all: an object of type doc."""
    return isinstance(value, dict) and value.get("type") == "doc"


def check(document):
    """Raises BadDocument for anything that Jira would not take."""
    if document.get("version") != 1 or not isinstance(document.get("content"), list):
        raise BadDocument("a doc needs version 1 and content")
    _check_node(document, None, 0)


def _check_node(node, parent, depth):
    if not isinstance(node, dict) or not isinstance(node.get("type"), str) or depth > MAX_DEPTH:
        raise BadDocument("no node, or nested too deeply")
    kind = node["type"]
    _check_attributes(kind, node)
    _check_marks(kind, node, parent)
    if kind == "text":
        if not _text(node.get("text")):
            raise BadDocument("a text node needs text")
    elif kind in CONTENT:
        _check_content(kind, node, depth)
    elif kind not in LEAVES:
        raise BadDocument("unknown node %s" % kind)
    if kind in LEAVES and node.get("content"):
        raise BadDocument("%s holds nothing" % kind)


def _check_content(kind, node, depth):
    allowed, least = CONTENT[kind]
    content = node.get("content", [])
    if not isinstance(content, list) or len(content) < least:
        raise BadDocument("%s needs content" % kind)
    for child in content:
        if not isinstance(child, dict) or child.get("type") not in allowed:
            raise BadDocument("%s may not hold %r" % (kind, child.get("type") if isinstance(child, dict) else child))
        _check_node(child, kind, depth + 1)


def _check_attributes(kind, node):
    attributes = node.get("attrs", {})
    if not isinstance(attributes, dict):
        raise BadDocument("attrs is no object")
    _require(kind, attributes, ATTRIBUTES.get(kind, {}))
    if kind in CARDS and not (_text(attributes.get("url")) or isinstance(attributes.get("data"), dict)):
        raise BadDocument("%s needs url or data" % kind)
    if kind == "media" and attributes["type"] == "external" and not _text(attributes.get("url")):
        raise BadDocument("external media needs url")
    if kind == "media" and attributes["type"] != "external" and not _text(attributes.get("id")):
        raise BadDocument("media needs id")


def _require(kind, attributes, required):
    for name, fits in required.items():
        if name not in attributes or not fits(attributes[name]):
            raise BadDocument("%s needs a valid %s" % (kind, name))


def _check_marks(kind, node, parent):
    marks = node.get("marks", [])
    if not isinstance(marks, list):
        raise BadDocument("marks is no list")
    allowed = TEXT_MARKS if kind == "text" else BLOCK_MARKS
    names = [mark.get("type") if isinstance(mark, dict) else None for mark in marks]
    for name, mark in zip(names, marks):
        if name not in allowed:
            raise BadDocument("unknown mark %r" % name)
        attributes = mark.get("attrs", {})
        if not isinstance(attributes, dict):
            raise BadDocument("attrs is no object")
        _require(name, attributes, allowed[name])
    if len(set(names)) != len(names) or (names and parent == "codeBlock"):
        raise BadDocument("marks out of place")
    if "code" in names and not WITH_CODE.issuperset(names):
        raise BadDocument("code goes with link and annotation only")


def from_text(text):
    """A document of one paragraph a line: what the web editor makes of typed text."""
    lines = text.split("\n")
    return {"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []} for line in lines]}


def is_empty(document):
    """Nothing but empty paragraphs: Jira keeps no such value."""
    return all(node.get("type") == "paragraph" and not node.get("content") for node in document["content"])
