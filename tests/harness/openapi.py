"""Checks JSON values against the schemas of an OpenAPI 3.0 document.

Knows what the contracts of GitHub, Jira and Confluence use: $ref, type, nullable, enum, required,
properties, additionalProperties, items, oneOf/anyOf/allOf, formats and simple bounds. `oneOf` is met
by one match or more, because the vendors' alternatives overlap.
"""

import datetime
import json
import re
import urllib.parse

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool}
MAX_PROBLEMS = 20


class OpenApi:
    """A document and the lookups in it. `check_response` and `check_request` list problems."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as source:
            self.document = json.load(source)
        self._templates = [(template, _matcher(template)) for template in self.document["paths"]]

    # lookups

    def resolve(self, node):
        """Follows local references."""
        while isinstance(node, dict) and "$ref" in node:
            target = self.document
            for part in node["$ref"].lstrip("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def template_of(self, path):
        """The path template that a concrete path fits: the one with the fewest variables, or None."""
        path = path.partition("?")[0]
        fitting = [template for template, matcher in self._templates if matcher.fullmatch(path)]
        return min(fitting, key=lambda template: template.count("{"), default=None)

    def operation(self, method, template):
        return self.document["paths"].get(template, {}).get(method.lower())

    def response_schema(self, method, template, status):
        """The schema of an answer's JSON; None if the document promises no JSON body."""
        operation = self.operation(method, template)
        if operation is None:
            raise KeyError("no operation %s %s" % (method, template))
        responses = operation["responses"]
        response = self.resolve(responses.get(str(status), responses.get("default")))
        if response is None:
            raise KeyError("no status %s for %s %s" % (status, method, template))
        return self._json_schema(response)

    def request_schema(self, method, template):
        operation = self.operation(method, template)
        body = self.resolve((operation or {}).get("requestBody"))
        return self._json_schema(body) if body else None

    def _json_schema(self, node):
        for kind, content in node.get("content", {}).items():
            if "json" in kind:
                return content.get("schema")
        return None

    # checks

    def check_response(self, method, template, status, value):
        """Problems of an answer's JSON; an undocumented operation or status is a problem too."""
        try:
            schema = self.response_schema(method, template, status)
        except KeyError as missing:
            return [missing.args[0]]
        return self.check(value, schema) if schema is not None else []

    def check_request(self, method, template, value):
        schema = self.request_schema(method, template)
        return self.check(value, schema) if schema is not None else []

    def check(self, value, schema, where="$"):
        """A list of problems, each with the place in the value."""
        problems = []
        self._walk(value, schema, where, problems)
        return problems[:MAX_PROBLEMS]

    def _walk(self, value, schema, where, problems):
        schema = self.resolve(schema)
        if value is None:
            self._check_null(schema, where, problems)
            return
        if not self._check_type(value, schema, where, problems):
            return
        if "enum" in schema and value not in schema["enum"]:
            problems.append("%s: %r is none of %s" % (where, value, schema["enum"]))
        self._check_combinations(value, schema, where, problems)
        if isinstance(value, dict):
            self._check_object(value, schema, where, problems)
        elif isinstance(value, list):
            self._check_array(value, schema, where, problems)
        elif isinstance(value, str):
            self._check_string(value, schema, where, problems)
        elif not isinstance(value, bool):
            self._check_number(value, schema, where, problems)

    def _allows_null(self, schema):
        schema = self.resolve(schema)
        if schema.get("nullable") or None in schema.get("enum", ()):
            return True
        for key in ("oneOf", "anyOf"):
            if key in schema:
                return any(self._allows_null(one) for one in schema[key])
        if "allOf" in schema:
            return all(self._allows_null(one) for one in schema["allOf"])
        return "type" not in schema and "properties" not in schema and "enum" not in schema

    def _check_null(self, schema, where, problems):
        if not self._allows_null(schema):
            problems.append("%s: null is not allowed" % where)

    def _check_type(self, value, schema, where, problems):
        name = schema.get("type")
        if name is None or _has_type(value, name):
            return True
        problems.append("%s: %s is no %s" % (where, json.dumps(value)[:60], name))
        return False

    def _check_combinations(self, value, schema, where, problems):
        for part in schema.get("allOf", ()):
            self._walk(value, part, where, problems)
        for key in ("oneOf", "anyOf"):
            if key in schema:
                self._check_alternatives(value, schema[key], where, problems)

    def _check_alternatives(self, value, alternatives, where, problems):
        """Reports the alternative that fits best, so that the message helps."""
        closest = None
        for alternative in alternatives:
            found = []
            self._walk(value, alternative, where, found)
            if not found:
                return
            if closest is None or len(found) < len(closest):
                closest = found
        problems.append("%s: fits none of %d alternatives; closest: %s" % (
            where, len(alternatives), "; ".join((closest or ["none given"])[:3])))

    def _check_object(self, value, schema, where, problems):
        for name in schema.get("required", ()):
            if name not in value:
                problems.append("%s: %s is missing" % (where, name))
        properties = schema.get("properties", {})
        rest = schema.get("additionalProperties", True)
        for name, inner in value.items():
            if name in properties:
                self._walk(inner, properties[name], "%s.%s" % (where, name), problems)
            elif rest is False:
                problems.append("%s: %s is not allowed" % (where, name))
            elif isinstance(rest, dict) and rest:
                self._walk(inner, rest, "%s.%s" % (where, name), problems)

    def _check_array(self, value, schema, where, problems):
        _check_bounds(len(value), schema.get("minItems"), schema.get("maxItems"), where, problems)
        if "items" in schema:
            for position, inner in enumerate(value):
                self._walk(inner, schema["items"], "%s[%d]" % (where, position), problems)

    def _check_string(self, value, schema, where, problems):
        _check_bounds(len(value), schema.get("minLength"), schema.get("maxLength"), where, problems)
        if "pattern" in schema and not re.search(schema["pattern"], value):
            problems.append("%s: %r does not match %s" % (where, value, schema["pattern"]))
        if not _fits_format(value, schema.get("format")):
            problems.append("%s: %r is no %s" % (where, value[:80], schema["format"]))

    def _check_number(self, value, schema, where, problems):
        _check_bounds(value, schema.get("minimum"), schema.get("maximum"), where, problems)


def _matcher(template):
    """A regular expression for a path template; `{name}` is one segment."""
    parts = re.split(r"(\{[^}]+\})", template)
    return re.compile("".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts))


def _has_type(value, name):
    if name in ("integer", "number"):
        fits = isinstance(value, int) or isinstance(value, float) and (name == "number" or value.is_integer())
        return fits and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def _check_bounds(size, least, most, where, problems):
    if least is not None and size < least or most is not None and size > most:
        problems.append("%s: %s is out of bounds" % (where, size))


def _fits_format(value, name):
    if name == "date-time":
        return _is_date_time(value)
    if name == "uri":
        parts = urllib.parse.urlsplit(value)
        return bool(parts.scheme) and " " not in value
    if name == "email":
        return "@" in value
    return True


def _is_date_time(value):
    try:
        return datetime.datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
