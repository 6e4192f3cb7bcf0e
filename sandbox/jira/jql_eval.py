"""Turns a JQL query into a predicate and an order on issues."""

import functools
import operator
import re

from sandbox.jira import jql_parse, times
from sandbox.jira.errors import bad_request
from sandbox.jira.jql_fields import FieldTable
from sandbox.jira.jql_parse import Call, Clause, Value, problem

UNBOUNDED = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
START_OF = re.compile(r"startof(day|week|month|year)", re.IGNORECASE)
NEGATIVE = {"!=": "=", "not in": "in", "is not": "is", "!~": "~"}


class Compiled:
    """`matches(issue)`, and a total order: `place(issue)` is plain data, `sort_key(place)` compares."""

    __slots__ = ("matches", "_order")

    def __init__(self, matches, order):
        self.matches = matches
        self._order = order

    def place(self, issue):
        """[[is empty, value], …] by the fields of ORDER BY, the key last."""
        values = [field.sort(issue) for field, _ in self._order]
        return [[value is None, 0 if value is None else value] for value in values]

    def sort_key(self, place):
        """Comparable; takes a place that went through JSON too."""
        pairs = [(empty, tuple(value) if isinstance(value, list) else value) for empty, value in place]
        return tuple(Descending(pair) if descending else pair for pair, (_, descending) in zip(pairs, self._order))


@functools.total_ordering
class Descending:
    """Sorts the other way round."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return self.value == other.value

    def __lt__(self, other):
        return other.value < self.value


def compile_query(world, user, text, must_be_bounded=False):
    """The compiled form of a JQL text. Raises ApiError 400 for a bad or unbounded one."""
    query = jql_parse.parse(text or "")
    if query.where is None and must_be_bounded:
        raise bad_request(UNBOUNDED)
    compiler = _Compiler(world, user)
    matches = compiler.node(query.where) if query.where is not None else lambda issue: True
    return Compiled(matches, compiler.order(query.order))


class _Compiler:
    def __init__(self, world, user):
        self._world = world
        self._user = user
        self._fields = FieldTable(world, user)

    def node(self, node):
        if isinstance(node, Clause):
            return self._clause(node)
        name, below = node
        if name == "not":
            inner = self.node(below)
            return lambda issue: not inner(issue)
        parts = [self.node(one) for one in below]
        if name == "and":
            return lambda issue: all(part(issue) for part in parts)
        return lambda issue: any(part(issue) for part in parts)

    def order(self, order):
        """(field, descending) pairs, with the key at the end; the newest key comes first without ORDER BY."""
        fields = [(self._fields.find(name), descending) for name, descending in order]
        if not any(field.name.lower() in ("key", "issuekey", "issue", "id") for field, _ in fields):
            fields.append((self._fields.find("key"), not order))
        return fields

    # clauses

    def _clause(self, clause):
        field = self._fields.find(clause.field)
        if clause.operator not in field.operators:
            raise problem("The operator '%s' is not supported by the '%s' field." % (clause.operator, clause.field))
        positive = NEGATIVE.get(clause.operator)
        if clause.operator in COMPARISONS:
            return self._comparison(field, clause)
        matches = self._positive(field, positive or clause.operator, clause.operand)
        if positive is None:
            return matches
        if positive == "is":
            return lambda issue: not matches(issue)
        return lambda issue: bool(field.values(issue)) and not matches(issue)  # an empty field is never "not equal"

    def _positive(self, field, name, operand):
        if name == "is" or name == "=" and _is_empty(operand):
            if not _is_empty(operand):
                raise problem("The operator 'is' only supports the values 'empty' and 'null'.")
            return lambda issue: not field.values(issue)
        wanted = [value for one in _each(operand) for value in self._values(field, one)]
        if name == "~":
            words = [one.strip("*\"").lower() for text in wanted for one in text.split()]
            return lambda issue: any(all(word in text.lower() for word in words) for text in field.values(issue))
        if name == "=" and isinstance(operand, list):
            raise problem("Operator '=' does not support the list given for field '%s'." % field.name)
        chosen = frozenset(wanted)
        return lambda issue: any(value in chosen for value in field.values(issue))

    def _comparison(self, field, clause):
        if isinstance(clause.operand, list):
            raise problem("Operator '%s' does not support the list given for field '%s'."
                          % (clause.operator, clause.field))
        compare, bound = COMPARISONS[clause.operator], self._values(field, clause.operand)[0]
        if clause.field.lower() in ("key", "issuekey", "issue", "id"):
            bound = field.sort(self._world.issues[bound]) if bound in self._world.issues else ("", bound)
            return lambda issue: field.sort(issue)[0] == bound[0] and compare(field.sort(issue), bound)
        return lambda issue: any(compare(value, bound) for value in field.values(issue))

    def _values(self, field, operand):
        if isinstance(operand, Call):
            return [self._called(operand)]
        return field.read(operand)

    def _called(self, call):
        name = call.name.lower()
        if name == "currentuser":
            return self._user.account_id
        if name == "now":
            return self._world.now_ms()
        start = START_OF.fullmatch(name)
        if start is None:
            raise problem("Unable to find JQL function '%s()'." % call.name)
        offset = call.arguments[0].text if call.arguments else "0"
        if not re.fullmatch(r"[+-]?\d+[dwMy]?", offset):
            raise problem("Duration for function '%s' should have the format (+/-)n(yMwdm)." % call.name)
        return times.start_of(start.group(1).capitalize(), self._world.now_ms(), self._user.time_zone,
                              int(offset.rstrip("dwMy")))


def _each(operand):
    return operand if isinstance(operand, list) else [operand]


def _is_empty(operand):
    return isinstance(operand, Value) and not operand.quoted and operand.text.lower() in ("empty", "null")
