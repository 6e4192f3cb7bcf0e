"""A document as wiki markup: what changelogs and webhooks show instead of ADF."""

MARKS = {"strong": "*%s*", "em": "_%s_", "strike": "-%s-", "underline": "+%s+", "code": "{{%s}}"}
TITLES = {"info": "info", "note": "note", "tip": "tip", "warning": "warning", "error": "warning", "success": "tip"}


def to_wiki(document):
    """The document's text; None and strings stay as they are."""
    if document is None or isinstance(document, str):
        return document
    return "\n\n".join(_block(node) for node in document.get("content", ())).strip()


def _inline(nodes):
    return "".join(_inline_one(node) for node in nodes or ())


def _inline_one(node):
    kind, attributes = node.get("type"), node.get("attrs", {})
    if kind == "text":
        return _marked(node)
    if kind == "hardBreak":
        return "\n"
    if kind == "mention":
        return "[~accountid:%s]" % attributes["id"]
    if kind in ("inlineCard", "blockCard"):
        return "[%s]" % attributes.get("url", "")
    return attributes.get("shortName") or attributes.get("text") or attributes.get("timestamp") or ""


def _marked(node):
    text = node["text"]
    for mark in node.get("marks", ()):
        if mark["type"] == "link":
            text = "[%s|%s]" % (text, mark["attrs"]["href"])
        else:
            text = MARKS.get(mark["type"], "%s") % text
    return text


def _block(node, bullet=""):
    kind, attributes, content = node.get("type"), node.get("attrs", {}), node.get("content", ())
    if kind == "heading":
        return "h%d. %s" % (attributes["level"], _inline(content))
    if kind == "codeBlock":
        return "{code:%s}\n%s\n{code}" % (attributes.get("language", "java"), _inline(content))
    if kind in ("bulletList", "orderedList"):
        return "\n".join(_item(item, bullet + ("*" if kind == "bulletList" else "#")) for item in content)
    if kind == "taskList":
        return "\n".join("[%s] %s" % ("x" if item.get("attrs", {}).get("state") == "DONE" else " ",
                                      _inline(item.get("content"))) for item in content)
    if kind == "table":
        return "\n".join(_row(row) for row in content)
    if kind == "rule":
        return "----"
    if kind in ("panel", "blockquote", "expand"):
        inner = "\n\n".join(_block(child) for child in content)
        mark = TITLES.get(attributes.get("panelType"), "panel") if kind == "panel" else "quote"
        return "{%s}\n%s\n{%s}" % (mark, inner, mark)
    return _inline(content) if kind in ("paragraph", "caption") else _inline_one(node)


def _item(item, bullet):
    pieces = [_block(child, bullet) for child in item.get("content", ())]
    return "%s %s" % (bullet, "\n".join(pieces))


def _row(row):
    cells = [("||" if cell["type"] == "tableHeader" else "|")
             + " ".join(_block(child) for child in cell.get("content", ())) for cell in row.get("content", ())]
    return "".join(cells) + "|"
