"""Atlassian Document Format: is a value a valid document?"""

from sandbox.jira.adf_schema import MARKS, NODES, WITH_CODE, some_text, text
from sandbox.jira.errors import BadDocument

MAX_DEPTH = 60
MEMBERS = frozenset(("type", "content", "attrs", "marks"))
OTHER_MEMBERS = {"doc": frozenset(("type", "version", "content")), "text": frozenset(("type", "text", "marks"))}


def is_document(value):
    """Looks like a document at all: an object of type doc."""
    return isinstance(value, dict) and value.get("type") == "doc"


def check(document):
    """Raises BadDocument for anything that Jira would not take."""
    if document.get("version") != 1 or not isinstance(document.get("content"), list):
        raise BadDocument("a doc needs version 1 and content")
    _check_node(document, None, 0)


def _check_node(node, parent, depth):
    kind = node.get("type")
    rules = NODES.get(kind) if isinstance(kind, str) else None
    if rules is None or depth > MAX_DEPTH:
        raise BadDocument("unknown node %r, or nested too deeply" % kind)
    if not OTHER_MEMBERS.get(kind, MEMBERS).issuperset(node):
        raise BadDocument("%s has a member that it cannot have" % kind)
    attributes = _attributes(kind, node, rules)
    _check_marks(kind, node, rules, parent)
    if rules.content is not None:
        _check_content(kind, node, rules, depth)
    elif "content" in node:
        raise BadDocument("%s holds nothing" % kind)
    _check_special(kind, node, attributes)


def _check_content(kind, node, rules, depth):
    content = node.get("content", [])
    if not isinstance(content, list) or len(content) < rules.least:
        raise BadDocument("%s needs content" % kind)
    for child in content:
        if not isinstance(child, dict) or not isinstance(child.get("type"), str) or child["type"] not in rules.content:
            raise BadDocument("%s may not hold %r" % (kind, child))
        _check_node(child, kind, depth + 1)


def _attributes(kind, holder, rules):
    """The attributes of a node or mark, each required one there and none unknown."""
    attributes = holder.get("attrs", {})
    if not isinstance(attributes, dict):
        raise BadDocument("attrs is no object")
    for name, fits in rules.required.items():
        if name not in attributes or not fits(attributes[name]):
            raise BadDocument("%s needs a valid %s" % (kind, name))
    for name, value in attributes.items():
        fits = rules.required.get(name) or rules.optional.get(name) or (text if name == "localId" else None)
        if fits is None or not fits(value):
            raise BadDocument("%s cannot have %s %r" % (kind, name, value))
    return attributes


def _check_special(kind, node, attributes):
    """What depends on more than one attribute."""
    if kind == "text" and not some_text(node.get("text")):
        raise BadDocument("a text node needs text")
    if kind in ("inlineCard", "blockCard") and ("url" in attributes) == ("data" in attributes):
        raise BadDocument("%s needs either url or data" % kind)
    if kind == "mediaSingle" and node["content"][0]["type"] != "media":
        raise BadDocument("mediaSingle begins with media")
    if kind == "media":
        is_external = attributes["type"] == "external"
        needed = {"url"} if is_external else {"id", "collection"}
        if {"url", "id", "collection"} & set(attributes) != needed:
            raise BadDocument("media needs %s and not the other" % " and ".join(sorted(needed)))


def _check_marks(kind, node, rules, parent):
    marks = node.get("marks", [])
    if not isinstance(marks, list) or not all(isinstance(mark, dict) for mark in marks):
        raise BadDocument("marks is no list of objects")
    found = [mark.get("type") for mark in marks]
    for name, mark in zip(found, marks):
        if not isinstance(name, str) or name not in rules.marks:
            raise BadDocument("%s cannot have the mark %r" % (kind, name))
        _attributes(name, mark, MARKS[name])
    if len(set(found)) != len(found) or found and parent == "codeBlock":
        raise BadDocument("marks out of place")
    if "code" in found and not WITH_CODE.issuperset(found):
        raise BadDocument("code goes with link and annotation only")


def from_text(typed):
    """A document of one paragraph a line: what the web editor makes of typed text."""
    return {"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []}
        for line in typed.split("\n")]}


def is_empty(document):
    """Nothing but empty paragraphs: Jira keeps no such value."""
    return all(node.get("type") == "paragraph" and not node.get("content") for node in document["content"])
