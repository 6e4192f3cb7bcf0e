"""GraphQL, as far as REST does not say it: how many issues a repository has, without its pull requests."""

import re

from sandbox.common.router import Route
from sandbox.github.render import node_id

COUNT = re.compile(r"issues\s*\{\s*totalCount\s*\}")


def _problem(call, kind, message):
    return call.dump({"data": {"node": None}, "errors": [{"type": kind, "path": ["node"], "message": message}]})


def ask(call):
    """GraphQL refuses with 200."""
    document = call.document()
    wanted = (document.get("variables") or {}).get("id")
    if not COUNT.search(document.get("query", "")):
        return call.dump({"errors": [{"message": "Of GraphQL, the stand-in counts issues, and no more"}]})
    for repo in call.world.repos_by_id.values():
        if node_id("R", repo.id) == wanted and call.grant.permission_on(repo) != "none":
            count = sum(issue.pull is None for issue in repo.issues.values())
            return call.dump({"data": {"node": {"issues": {"totalCount": count}}}})
    return _problem(call, "NOT_FOUND", "Could not resolve to a node with the global id of '%s'." % wanted)


ROUTES = [Route("POST", "/graphql", ask), Route("POST", "/api/graphql", ask)]
