"""Runs a validated document: fields, fragments, @skip and @include, errors beside data."""

import traceback

from graphql import execute as library_execute
from graphql.language import ast
from graphql.type import GraphQLInterfaceType, GraphQLList, GraphQLNonNull, GraphQLObjectType

from sandbox.linear import errors
from sandbox.linear import schema as values


class Nothing(Exception):
    """A field that may not be null is: its parent becomes null instead (specification, 6.4.4)."""


class Run:
    """One operation of one request. `resolve(context, type_name, source, name, arguments)` finds values."""

    def __init__(self, schema, document, operation_name, given, resolve):
        self.schema = schema
        self.document = document
        self.resolve = resolve
        self.fragments = {one.name.value: one for one in document.definitions
                          if isinstance(one, ast.FragmentDefinition)}
        self.operation = self._choose(operation_name)
        self.variables = values.variables_of(schema, self.operation, given)
        self.errors = []
        self._collected = {}

    def _choose(self, name):
        operations = [one for one in self.document.definitions if isinstance(one, ast.OperationDefinition)]
        if name is not None:
            operations = [one for one in operations if one.name and one.name.value == name]
        if len(operations) != 1:
            raise errors.graphql("Unknown operation named %r." % name if name else
                                 "Must provide operation name if query contains multiple operations.",
                                 "OPERATION_RESOLUTION_FAILURE")
        return operations[0]

    def root_type(self):
        if self.operation.operation == "mutation":
            return self.schema.get_mutation_type()
        if self.operation.operation != "query":
            raise errors.graphql("Subscriptions are not served.", "OPERATION_RESOLUTION_FAILURE")
        return self.schema.get_query_type()

    def is_introspection(self):
        names = [node.name.value for nodes in self.collect(self.root_type(), [self.operation]).values()
                 for node in nodes]
        return bool(names) and all(name.startswith("__") for name in names)

    def execute(self, context):
        """{"data": …} with {"errors": […]} when there are some."""
        if self.is_introspection():
            return {"data": library_execute(self.schema, self.document).data}
        try:
            data = self._object(context, self.root_type(), {}, [self.operation], [])
        except Nothing:
            data = None
        return {"data": data, "errors": self.errors} if self.errors else {"data": data}

    # selections

    def collect(self, type, nodes):
        """What these nodes of one name select of this type, by the name it gets in the answer."""
        key = (type.name, tuple(map(id, nodes)))
        found = self._collected.get(key)
        if found is None:
            found = self._collected[key] = {}
            for node in nodes:
                self._collect(type, node.selection_set, found, set())
        return found

    def _collect(self, type, selection_set, found, seen):
        for selection in selection_set.selections:
            if not self._is_wanted(selection):
                continue
            if isinstance(selection, ast.Field):
                name = selection.alias.value if selection.alias else selection.name.value
                found.setdefault(name, []).append(selection)
            elif isinstance(selection, ast.InlineFragment):
                if self._fits(type, selection.type_condition):
                    self._collect(type, selection.selection_set, found, seen)
            elif selection.name.value not in seen:
                seen.add(selection.name.value)
                fragment = self.fragments[selection.name.value]
                if self._fits(type, fragment.type_condition):
                    self._collect(type, fragment.selection_set, found, seen)

    def _is_wanted(self, selection):
        for directive in selection.directives or []:
            condition = values.literal(directive.arguments[0].value, self.variables)
            if condition is (directive.name.value == "skip"):
                return False
        return True

    def _fits(self, type, condition):
        if condition is None or condition.name.value == type.name:
            return True
        other = self.schema.get_type(condition.name.value)
        return isinstance(other, GraphQLInterfaceType) and other in getattr(type, "interfaces", [])

    # values

    def _object(self, context, type, source, parents, path):
        answer = {}
        for name, nodes in self.collect(type, parents).items():
            answer[name] = self._field(context, type, source, nodes, path + [name])
        return answer

    def _field(self, context, type, source, nodes, path):
        node = nodes[0]
        name = node.name.value
        if name == "__typename":
            return type.name
        field = type.fields[name]
        try:
            arguments = values.arguments_of(field, node, self.variables) if field.args else {}
            value = self.resolve(context, type.name, source, name, arguments)
        except errors.LinearError as error:
            return self._failed(error, field, node, path)
        except Exception:  # noqa: BLE001: a bug of the stand-in is the server's error
            traceback.print_exc()
            return self._failed(errors.internal(), field, node, path)
        try:
            return self._complete(context, field.type, value, nodes, path)
        except Nothing:
            if isinstance(field.type, GraphQLNonNull):
                raise
            return None

    def _failed(self, error, field, node, path):
        self.errors.append(error.document(path, _location(node)))
        if isinstance(field.type, GraphQLNonNull):
            raise Nothing()
        return None

    def _complete(self, context, type, value, nodes, path):
        if isinstance(type, GraphQLNonNull):
            if value is None:
                message = "Cannot return null for non-nullable field %s." % ".".join(map(str, path))
                self.errors.append(errors.graphql(message).document(path, _location(nodes[0])))
                raise Nothing()
            return self._complete(context, type.of_type, value, nodes, path)
        if value is None:
            return None
        if isinstance(type, GraphQLList):
            return [self._complete(context, type.of_type, item, nodes, path + [at])
                    for at, item in enumerate(value)]
        if isinstance(type, GraphQLObjectType):
            return self._object(context, type, value, nodes, path)
        return value


def _location(node):
    text = node.loc.source.body[:node.loc.start]
    return {"line": text.count("\n") + 1, "column": len(text) - (text.rfind("\n") + 1) + 1}
