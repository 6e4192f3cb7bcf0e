"""Reads JQL into a tree: clauses joined by AND, OR, NOT and parentheses, then ORDER BY.

Leaves are `Clause`; branches are ("and" | "or", [nodes]) and ("not", node).
"""

import dataclasses
import re

from sandbox.jira.errors import bad_request

MAX_DEPTH = 50
TOKEN = re.compile(r"""\s*(?:
    (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<cf>cf\[\d+\])
  | (?P<op><=|>=|!=|!~|<|>|=|~|!)
  | (?P<punct>[(),])
  | (?P<word>[^\s()\[\],=!<>~"'&|{}*/%+^$#@?;]+(?:\[[^\]]*\][^\s(),=!<>~"'&|]*)?)
  | (?P<bool>&&?|\|\|?)
)""", re.VERBOSE)
ESCAPE = re.compile(r"\\(.)")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
UNSUPPORTED = ("was", "changed")


@dataclasses.dataclass(slots=True)
class Clause:
    """`field operator operand`; the operand is a `Value`, a `Call`, or a list of them."""

    field: str
    operator: str
    operand: object


@dataclasses.dataclass(slots=True)
class Value:
    text: str
    quoted: bool = False


@dataclasses.dataclass(slots=True)
class Call:
    name: str
    arguments: list


@dataclasses.dataclass(slots=True)
class Query:
    """`where` is None for a query without restriction; `order` holds (field, descending)."""

    where: object
    order: list


def parse(text):
    """The query of a JQL text. Raises ApiError 400 as Jira does."""
    return _Parser(text).query()


def problem(text):
    return bad_request("Error in the JQL Query: " + text)


class _Parser:
    def __init__(self, text):
        self._tokens = list(_tokens(text))
        self._place = 0

    def query(self):
        where = None
        if self._peek()[0] != "end" and not self._at_word("order"):
            where = self._or(0)
        order = self._order() if self._at_word("order") else []
        if self._peek()[0] != "end":
            raise problem("Expecting either 'OR' or 'AND' but got '%s'. (line 1, character %d)" % self._peek()[1:])
        return Query(where, order)

    # tokens

    def _peek(self):
        return self._tokens[self._place] if self._place < len(self._tokens) else ("end", "", 0)

    def _next(self):
        token = self._peek()
        self._place += 1
        return token

    def _at_word(self, *words):
        kind, text, _ = self._peek()
        return kind in ("word", "bool") and text.lower() in words

    def _take(self, text):
        kind, found, place = self._next()
        if kind != "punct" or found != text:
            if kind == "end":
                raise problem("Expecting '%s' before the end of the query." % text)
            raise problem("Expecting '%s' but got '%s'. (line 1, character %d)" % (text, found, place))

    def _at(self, text):
        return self._peek()[:2] == ("punct", text)

    # branches

    def _or(self, depth):
        return self._joined("or", ("or", "|", "||"), lambda: self._and(depth))

    def _and(self, depth):
        return self._joined("and", ("and", "&", "&&"), lambda: self._not(depth))

    def _joined(self, name, words, below):
        nodes = [below()]
        while self._at_word(*words):
            self._next()
            nodes.append(below())
        return nodes[0] if len(nodes) == 1 else (name, nodes)

    def _not(self, depth):
        if depth > MAX_DEPTH:
            raise problem("The query is nested too deeply.")
        if self._at_word("not") or self._peek()[:2] == ("op", "!"):
            self._next()
            return ("not", self._not(depth + 1))
        if self._at("("):
            self._next()
            node = self._or(depth + 1)
            self._take(")")
            return node
        return self._clause()

    # leaves

    def _clause(self):
        kind, field, place = self._next()
        if kind == "end":
            raise problem("Expecting a field name at the end of the query.")
        if kind not in ("word", "string", "cf"):
            raise problem("Expecting a field name but got '%s'. (line 1, character %d)" % (field, place))
        operator = self._operator(field)
        if operator in ("in", "not in") and not self._at("("):
            call = self._operand()
            if not isinstance(call, Call):
                raise problem("Operator '%s' does not support the non-list value given for field '%s'."
                              % (operator, field))
            return Clause(field, operator, call)
        return Clause(field, operator, self._list() if self._at("(") else self._operand())

    def _operator(self, field):
        kind, text, place = self._next()
        word = text.lower()
        if kind == "op" and text != "!":
            return text
        if kind == "word" and word in ("in", "is"):
            if word == "is" and self._at_word("not"):
                self._next()
                return "is not"
            return word
        if kind == "word" and word == "not" and self._at_word("in"):
            self._next()
            return "not in"
        if kind == "word" and word in UNSUPPORTED:
            raise problem("The operator '%s' is not supported by this stand-in." % word)
        if kind == "end":
            raise problem("Expecting operator before the end of the query. The valid operators are '=', '!=', '<', "
                          "'>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'.")
        raise problem("Expecting operator but got '%s'. (line 1, character %d)" % (text, place))

    def _list(self):
        self._take("(")
        values = [self._operand()]
        while self._at(","):
            self._next()
            values.append(self._operand())
        self._take(")")
        return values

    def _operand(self):
        kind, text, place = self._next()
        if kind == "end":
            raise problem("Expecting either a value, list or function before the end of the query.")
        if kind not in ("word", "string"):
            raise problem("Expecting either a value, list or function but got '%s'. You must surround '%s' in "
                          "quotation marks to use it as a value. (line 1, character %d)" % (text, text, place))
        if kind == "word" and self._at("("):
            self._next()
            arguments = []
            while not self._at(")"):
                arguments.append(self._operand())
                if self._at(","):
                    self._next()
            self._take(")")
            return Call(text, arguments)
        return Value(text, kind == "string")

    def _order(self):
        self._next()
        if not self._at_word("by"):
            raise problem("Expecting 'by' before the end of the query.")
        order = []
        while not order or self._at(","):
            self._next()
            kind, field, _ = self._next()
            if kind not in ("word", "string", "cf"):
                raise problem("Expecting a field name at the end of the query.")
            descending = self._at_word("desc")
            if self._at_word("asc", "desc"):
                self._next()
            order.append((field, descending))
        return order


def _tokens(text):
    place = 0
    text = text.rstrip()
    while place < len(text):
        found = TOKEN.match(text, place)
        if found is None:
            raise problem("The character '%s' is a reserved JQL character. You must enclose it in a string or use the "
                          "escape. (line 1, character %d)" % (text[place:].lstrip()[:1], place + 1))
        kind, value = found.lastgroup, found.group(found.lastgroup)
        if kind == "string":
            value = ESCAPE.sub(lambda one: ESCAPES.get(one.group(1), one.group(1)), value[1:-1])
        yield kind, value, found.start(kind) + 1
        place = found.end()
