"""The schema as graphql-core builds it, and values as GraphQL wants them.

graphql-core 2 parses and validates documents. Its executor drops explicit nulls, by which Linear's
clients unset a field, so values are coerced here (GraphQL specification, section 3.12) and run by
`execute.py`.
"""

import os
import re

from graphql import build_ast_schema, parse
from graphql.language import ast
from graphql.type import (GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull)

from sandbox.common.clock import parse_iso
from sandbox.linear import errors
from sandbox.linear.world import iso_ms

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z", re.IGNORECASE)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
DURATION = re.compile(r"-?P(?=.)(\d+[YMWD])*(T(\d+[HMS])+)?\Z")
INT_MAX = 2 ** 31 - 1


def load():
    path = os.path.join(os.path.dirname(os.path.realpath(__file__)), "schema.graphql")
    with open(path, encoding="utf-8") as source:
        schema = build_ast_schema(parse(source.read()))
    for name in ("DateTime", "DateTimeOrDuration", "TimelessDate", "TimelessDateOrDuration", "UUID",
                 "JSON", "JSONObject"):
        # What the library builds refuses every literal of a scalar of our own.
        schema.get_type(name).parse_literal = lambda node: getattr(node, "value", node)
    return schema


class BadValue(Exception):
    """A value that does not fit its type; the message says where."""


def coerce(type, value, where):
    """A JSON value as its GraphQL type has it; members that are absent stay absent, nulls stay null."""
    if isinstance(type, GraphQLNonNull):
        if value is None:
            raise BadValue('%s: expected non-nullable type "%s" not to be null.' % (where, type))
        return coerce(type.of_type, value, where)
    if value is None:
        return None
    if isinstance(type, GraphQLList):
        items = value if isinstance(value, list) else [value]
        return [coerce(type.of_type, item, "%s[%d]" % (where, at)) for at, item in enumerate(items)]
    if isinstance(type, GraphQLInputObjectType):
        return _coerce_object(type, value, where)
    if isinstance(type, GraphQLEnumType):
        if not any(one.name == value for one in type.values):
            raise BadValue('%s: value %r does not exist in "%s" enum.' % (where, value, type.name))
        return value
    return SCALARS[type.name](value, where)


def _coerce_object(type, value, where):
    if not isinstance(value, dict):
        raise BadValue('%s: expected type "%s" to be an object.' % (where, type.name))
    unknown = sorted(set(value) - set(type.fields))
    if unknown:
        raise BadValue('%s: field "%s" is not defined by type "%s".' % (where, unknown[0], type.name))
    found = {}
    for name, field in type.fields.items():
        if name in value:
            found[name] = coerce(field.type, value[name], where + "." + name)
        elif field.default_value is not None:
            found[name] = field.default_value
        elif isinstance(field.type, GraphQLNonNull):
            raise BadValue('%s: field "%s" of required type "%s" was not provided.' % (where, name, field.type))
    return found


def _exactly(kinds, name):
    def check(value, where):
        if not isinstance(value, kinds) or isinstance(value, bool) and bool not in kinds:
            raise BadValue("%s: %s cannot represent value: %r" % (where, name, value))
        return value
    return check


def _whole(value, where):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value) \
            or abs(value) > INT_MAX:
        raise BadValue("%s: Int cannot represent non-integer value: %r" % (where, value))
    return int(value)


def _identifier(value, where):
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise BadValue("%s: ID cannot represent value: %r" % (where, value))
    return str(value)


def _moment(value, where):
    """A time as Linear writes it: UTC with milliseconds, so that texts compare like times."""
    try:
        return iso_ms(round(parse_iso(value) * 1000))
    except (ValueError, AttributeError, TypeError, OverflowError):
        raise BadValue("%s: invalid date: %r" % (where, value)) from None


def _moment_or_duration(value, where):
    if isinstance(value, str) and DURATION.match(value):
        raise BadValue("%s: the stand-in takes no durations" % where)
    return _moment(value, where)


def _day(value, where):
    if not isinstance(value, str) or not DAY.match(value):
        raise BadValue("%s: TimelessDate must be a date without time, YYYY-MM-DD: %r" % (where, value))
    return value


def _uuid(value, where):
    if not isinstance(value, str) or not UUID.match(value):
        raise BadValue("%s: UUID cannot represent value: %r" % (where, value))
    return value


SCALARS = {"String": _exactly((str,), "String"), "Boolean": _exactly((bool,), "Boolean"),
           "Float": _exactly((int, float), "Float"), "Int": _whole, "ID": _identifier,
           "DateTime": _moment, "DateTimeOrDuration": _moment_or_duration, "TimelessDate": _day,
           "TimelessDateOrDuration": _day, "UUID": _uuid, "JSON": lambda value, where: value,
           "JSONObject": _exactly((dict,), "JSONObject")}


def variables_of(schema, operation, given):
    """The operation's variables, coerced. Raises LinearError for a value that does not fit."""
    found = {}
    for definition in operation.variable_definitions or []:
        name = definition.variable.name.value
        type = type_of(schema, definition.type)
        if name not in given and definition.default_value is not None:
            found[name] = literal(definition.default_value, {})
            continue
        if name not in given and not isinstance(type, GraphQLNonNull):
            continue
        try:
            found[name] = coerce(type, given.get(name), 'Variable "$%s"' % name)
        except BadValue as problem:
            raise errors.graphql(str(problem), "BAD_USER_INPUT") from None
    return found


def type_of(schema, node):
    if isinstance(node, ast.NonNullType):
        return GraphQLNonNull(type_of(schema, node.type))
    if isinstance(node, ast.ListType):
        return GraphQLList(type_of(schema, node.type))
    return schema.get_type(node.name.value)


ABSENT = object()


def literal(node, variables):
    """The JSON value of a literal; ABSENT for a variable that was not given."""
    if isinstance(node, ast.Variable):
        return variables.get(node.name.value, ABSENT)
    if isinstance(node, ast.ObjectValue):
        pairs = ((field.name.value, literal(field.value, variables)) for field in node.fields)
        return {name: value for name, value in pairs if value is not ABSENT}
    if isinstance(node, ast.ListValue):
        values = (literal(item, variables) for item in node.values)
        return [None if value is ABSENT else value for value in values]
    if isinstance(node, ast.IntValue):
        return int(node.value)
    if isinstance(node, ast.FloatValue):
        return float(node.value)
    return node.value


def arguments_of(field, node, variables):
    """A field's arguments by name, coerced. Raises LinearError."""
    given = {}
    for argument in node.arguments or []:
        value = literal(argument.value, variables)
        if value is not ABSENT:
            given[argument.name.value] = value
    found = {}
    for name, argument in field.args.items():
        if name in given:
            try:
                found[name] = coerce(argument.type, given[name], name)
            except BadValue as problem:
                raise errors.graphql(str(problem), "BAD_USER_INPUT") from None
        elif argument.default_value is not None:
            found[name] = argument.default_value
        elif isinstance(argument.type, GraphQLNonNull):
            raise errors.graphql('Argument "%s" of required type "%s" was not provided.' % (name, argument.type))
    return found
