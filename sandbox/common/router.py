"""Finds the handler of a method and path in a table of routes, by one step per path segment."""


class Route:
    """One line of a stand-in's table of routes: `template` holds `{name}` for a variable segment."""

    __slots__ = ("method", "template", "handler", "flags")

    def __init__(self, method, template, handler, *flags):
        self.method = method
        self.template = template
        self.handler = handler
        self.flags = frozenset(flags)

    def name(self):
        return "%s %s" % (self.method, self.template)


class Router:
    """A tree of path segments; a literal segment wins over a variable one."""

    def __init__(self, routes):
        self._root = {}
        for route in routes:
            self._add(route)

    def _add(self, route):
        node = self._root
        for part in route.template.strip("/").split("/"):
            key = "{}" if part.startswith("{") else part
            node = node.setdefault(key, {})
        names = [part[1:-1] for part in route.template.strip("/").split("/") if part.startswith("{")]
        node.setdefault("/", {})[route.method] = (route, names)

    def find(self, method, segments):
        """(route, params), or (None, None). HEAD is answered by the GET route."""
        found = self._walk(self._root, segments, 0, [], "GET" if method == "HEAD" else method)
        if found is None:
            return None, None
        (route, names), values = found
        return route, dict(zip(names, values))

    def _walk(self, node, segments, depth, values, method):
        if depth == len(segments):
            leaf = node.get("/", {}).get(method)
            return None if leaf is None else (leaf, values)
        part = segments[depth]
        child = node.get(part) if part not in ("{}", "/") else None
        found = self._walk(child, segments, depth + 1, values, method) if child is not None else None
        if found is None and "{}" in node:
            found = self._walk(node["{}"], segments, depth + 1, values + [part], method)
        return found
