"""How Linear counts the cost of a query (linear.app/developers/rate-limiting): each property 0.1
point, each object 1 point, and what stands in a connection times the number of items asked for."""

import math

from graphql.type import GraphQLInterfaceType, GraphQLList, GraphQLNonNull, GraphQLObjectType

from sandbox.linear import schema as values

PAGE_DEFAULT = 50


def count(run):
    """The whole points of the operation of a Run, rounded up."""
    root = run.root_type()
    return max(1, math.ceil(_selection(run, root, [run.operation]) - 1e-9))


def _selection(run, type, parents):
    points = 0.0
    for nodes in run.collect(type, parents).values():
        node = nodes[0]
        field = type.fields.get(node.name.value) if not node.name.value.startswith("__") else None
        points += 0.1 if field is None else _field(run, type, field, nodes)
    return points


def _field(run, parent, field, nodes):
    named, is_list = _unwrapped(field.type)
    if not isinstance(named, (GraphQLObjectType, GraphQLInterfaceType)):
        return 0.1
    inside = _selection(run, named, nodes)
    if named.name.endswith("Connection"):
        return _page(run, field, nodes[0]) * inside
    if named.name == "PageInfo" or parent.name.endswith("Edge"):
        return inside + 1
    return inside + 1 if not is_list or parent.name.endswith("Connection") else PAGE_DEFAULT * (inside + 1)


def _page(run, field, node):
    arguments = values.arguments_of(field, node, run.variables)
    return arguments.get("first") or arguments.get("last") or PAGE_DEFAULT


def _unwrapped(type):
    is_list = False
    while isinstance(type, (GraphQLNonNull, GraphQLList)):
        is_list = is_list or isinstance(type, GraphQLList)
        type = type.of_type
    return type, is_list
