"""The structure of Atlassian Document Format: which node holds what, with which attributes and marks.

Follows the JSON schema that Atlassian publishes (`full.json` of @atlaskit/adf-schema). Every node may have a `localId`.
"""

import dataclasses
import re

NOTHING = frozenset()


@dataclasses.dataclass(frozen=True, slots=True)
class Node:
    """A type of node. `content` is None for one that holds nothing; attributes are checks by name."""

    content: frozenset = None
    least: int = 0
    required: dict = dataclasses.field(default_factory=dict)
    optional: dict = dataclasses.field(default_factory=dict)
    marks: frozenset = NOTHING


@dataclasses.dataclass(frozen=True, slots=True)
class Mark:
    required: dict = dataclasses.field(default_factory=dict)
    optional: dict = dataclasses.field(default_factory=dict)


# checks of attributes


def text(value):
    return isinstance(value, str)


def some_text(value):
    return isinstance(value, str) and value != ""


def number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def level(value):
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 6


def flag(value):
    return isinstance(value, bool)


def anything(value):
    return True


def mapping(value):
    return isinstance(value, dict)


def sequence(value):
    return isinstance(value, list)


def colour(value):
    return isinstance(value, str) and re.fullmatch(r"#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?", value) is not None


def milliseconds(value):
    return isinstance(value, str) and re.fullmatch(r"-?\d+", value) is not None


def one_of(*choices):
    return lambda value: isinstance(value, str) and value in choices


def names(words):
    return frozenset(words.split())


# groups of nodes

INLINES = names("text hardBreak mention emoji date status inlineCard inlineExtension placeholder mediaInline")
IN_CELL = names("paragraph panel blockquote orderedList bulletList rule heading codeBlock mediaSingle mediaGroup "
                "decisionList taskList blockCard embedCard extension nestedExpand")
IN_NESTED_EXPAND = names("paragraph heading mediaSingle mediaGroup codeBlock bulletList orderedList taskList "
                         "decisionList rule panel blockquote extension")
IN_BODY = names("paragraph panel blockquote orderedList bulletList rule heading codeBlock mediaSingle mediaGroup "
                "decisionList taskList table blockCard embedCard extension")
IN_EXPAND = IN_BODY | {"nestedExpand"}
IN_COLUMN = IN_BODY | {"expand", "bodiedExtension"}
IN_DOC = IN_COLUMN | {"layoutSection", "syncBlock", "bodiedSyncBlock"}

# marks

MARKS = {
    "strong": Mark(), "em": Mark(), "strike": Mark(), "underline": Mark(), "code": Mark(),
    "link": Mark({"href": some_text}, {"title": text, "id": text, "collection": text, "occurrenceKey": text}),
    "subsup": Mark({"type": one_of("sub", "sup")}), "textColor": Mark({"color": colour}),
    "backgroundColor": Mark({"color": colour}),
    "annotation": Mark({"id": text, "annotationType": one_of("inlineComment")}),
    "alignment": Mark({"align": one_of("center", "end")}), "indentation": Mark({"level": level}),
    "fontSize": Mark({"fontSize": one_of("small")}),
    "breakout": Mark({"mode": one_of("wide", "full-width")}, {"width": number}),
    "border": Mark({"size": number, "color": text}), "dataConsumer": Mark({"sources": sequence}),
    "fragment": Mark({"localId": some_text}, {"name": text})}
TEXT_MARKS = names("strong em strike underline code link subsup textColor backgroundColor annotation")
WITH_CODE = names("code link annotation")
IN_TEXT_BLOCK = names("alignment indentation fontSize")
OF_EXTENSION = names("dataConsumer fragment")
OF_MEDIA = names("link border annotation dataConsumer")

# nodes

LAYOUT = one_of("wide", "full-width", "center", "wrap-right", "wrap-left", "align-end", "align-start")
VALIGN = one_of("top", "middle", "bottom")
DONE_OR_NOT = one_of("TODO", "DONE")
EXTENSION = {"extensionKey": some_text, "extensionType": some_text}
EXTENSION_MORE = {"parameters": anything, "text": text, "layout": one_of("wide", "full-width", "default")}
CELL = {"colspan": number, "rowspan": number, "colwidth": sequence, "background": text, "valign": VALIGN}
CARD = {"url": some_text, "data": mapping}
MEDIA = {"id": some_text, "collection": text, "url": some_text, "alt": text, "width": number, "height": number,
         "occurrenceKey": text}

NODES = {
    "doc": Node(IN_DOC),
    "paragraph": Node(INLINES, marks=IN_TEXT_BLOCK),
    "heading": Node(INLINES, required={"level": level}, marks=IN_TEXT_BLOCK - {"fontSize"}),
    "bulletList": Node(names("listItem"), 1),
    "orderedList": Node(names("listItem"), 1, optional={"order": number}),
    "listItem": Node(names("paragraph bulletList orderedList taskList mediaSingle codeBlock extension"), 1),
    "blockquote": Node(names("paragraph bulletList orderedList codeBlock mediaSingle mediaGroup extension"), 1),
    "codeBlock": Node(names("text"), optional={"language": text, "uniqueId": text, "wrap": flag,
                                               "hideLineNumbers": flag}, marks=names("breakout")),
    "panel": Node(names("paragraph heading bulletList orderedList blockCard mediaGroup mediaSingle codeBlock taskList "
                        "rule decisionList extension"), 1,
                  {"panelType": one_of("info", "note", "tip", "warning", "error", "success", "custom")},
                  {"panelIcon": text, "panelIconId": text, "panelIconText": text, "panelColor": text}),
    "rule": Node(),
    "table": Node(names("tableRow"), 1, optional={
        "displayMode": one_of("default", "fixed"), "isNumberColumnEnabled": flag, "width": number,
        "layout": one_of("wide", "full-width", "center", "align-end", "align-start", "default")},
        marks=names("fragment")),
    "tableRow": Node(names("tableCell tableHeader")),
    "tableCell": Node(IN_CELL, 1, optional=CELL), "tableHeader": Node(IN_CELL, 1, optional=CELL),
    "mediaSingle": Node(names("media caption"), 1, optional={
        "width": number, "layout": LAYOUT, "widthType": one_of("percentage", "pixel")}, marks=names("link")),
    "mediaGroup": Node(names("media"), 1),
    "media": Node(required={"type": one_of("link", "file", "external")}, optional=MEDIA, marks=OF_MEDIA),
    "mediaInline": Node(required={"id": some_text, "collection": text}, optional=dict(
        MEDIA, type=one_of("link", "file", "image"), data=anything), marks=OF_MEDIA),
    "caption": Node(INLINES - {"inlineExtension", "mediaInline"}),
    "taskList": Node(names("taskItem taskList blockTaskItem"), 1, {"localId": text}),
    "taskItem": Node(INLINES, required={"localId": text, "state": DONE_OR_NOT}),
    "blockTaskItem": Node(names("paragraph extension"), 1, {"localId": text, "state": DONE_OR_NOT}),
    "decisionList": Node(names("decisionItem"), 1, {"localId": text}),
    "decisionItem": Node(INLINES, required={"localId": text, "state": text}),
    "expand": Node(IN_EXPAND, 1, optional={"title": text}, marks=names("breakout")),
    "nestedExpand": Node(IN_NESTED_EXPAND, 1, optional={"title": text}),
    "layoutSection": Node(names("layoutColumn"), 1, marks=names("breakout")),
    "layoutColumn": Node(IN_COLUMN, 1, {"width": number}, {"valign": VALIGN}),
    "extension": Node(required=EXTENSION, optional=EXTENSION_MORE, marks=OF_EXTENSION),
    "bodiedExtension": Node(IN_BODY, 1, EXTENSION, EXTENSION_MORE, OF_EXTENSION),
    "inlineExtension": Node(required=EXTENSION, optional={"parameters": anything, "text": text}, marks=OF_EXTENSION),
    "syncBlock": Node(required={"resourceId": text, "localId": text}, marks=names("breakout")),
    "bodiedSyncBlock": Node(IN_BODY | {"expand", "layoutSection"}, 1, {"resourceId": text, "localId": text},
                            marks=names("breakout")),
    "text": Node(marks=TEXT_MARKS),
    "hardBreak": Node(optional={"text": one_of("\n")}),
    "mention": Node(required={"id": some_text}, optional={
        "text": text, "accessLevel": text, "userType": one_of("DEFAULT", "SPECIAL", "APP")}),
    "emoji": Node(required={"shortName": some_text}, optional={"id": text, "text": text}),
    "date": Node(required={"timestamp": milliseconds}),
    "status": Node(required={"text": some_text, "color": one_of("neutral", "purple", "blue", "red", "yellow", "green")},
                   optional={"style": text}),
    "placeholder": Node(required={"text": text}),
    "inlineCard": Node(optional=CARD),
    "blockCard": Node(optional=CARD),
    "embedCard": Node(required={"url": some_text, "layout": LAYOUT}, optional={
        "width": number, "originalHeight": number, "originalWidth": number})}
