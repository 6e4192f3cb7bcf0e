"""/search: the token-paged search of Cloud, the offset-paged one of Data Center, and the approximate count."""

import base64
import binascii
import hashlib
import json

from sandbox.common.router import Route
from sandbox.jira import errors, jql_eval, members, search_results
from sandbox.jira.call import whole
from sandbox.jira.issue_render import chosen_fields

TOKEN_LIFETIME_S = 7 * 86400
MOST_IDS, MOST_ISSUES = 5000, 100
MOST_RECONCILED, MOST_PROPERTIES = 50, 5


class Asked:
    """What a search asks for, from the query of a GET or the body of a POST."""

    def __init__(self, call):
        if call.request.method == "POST":
            self._body, self._call = call.document(), None
        else:
            self._body, self._call = None, call

    def text(self, name):
        return self._call.text(name) if self._call else members.text(self._body, name)

    def number(self, name, default, most):
        value = self._call.text(name) if self._call else self._body.get(name)
        return whole(value, name, default, most)

    def words(self, name):
        """A list; POST bodies hold it as an array, `expand` as words with commas."""
        if self._call:
            return self._call.words(name)
        value = self._body.get(name)
        return [one.strip() for one in value.split(",")] if isinstance(value, str) else members.words(self._body, name)


# Cloud


def search_jql(call):
    """One page; `nextPageToken` leads to the next one and is absent on the last."""
    if not call.world.is_cloud:
        raise errors.no_such_path()
    asked = Asked(call)
    fields = asked.words("fields") or ["id"]
    only_ids = set(fields) <= {"id", "key"}
    size = max(1, asked.number("maxResults", 50, MOST_IDS if only_ids else MOST_ISSUES))
    jql = asked.text("jql")
    query = jql_eval.compile_query(call.world, call.actor.user, jql, True)
    keys, found = _find(call, query, jql, _reconciled(asked))
    token = asked.text("nextPageToken")
    start = search_results.after(keys, query.sort_key(_read_token(call, token, jql))) if token else 0
    shown = found[start:start + call.api.short_pages(size)]
    issues = _shown(call, asked, fields, only_ids, shown)
    document = {"issues": issues, "isLast": start + len(shown) >= len(found)}
    if not document["isLast"]:
        document["nextPageToken"] = _make_token(call, jql, query.place(shown[-1]))
    return call.json(document)


def _reconciled(asked):
    """The issues for which the search must be up to date. Raises 400."""
    wanted = asked.words("reconcileIssues")
    if len(wanted) > MOST_RECONCILED:
        raise errors.bad_request("The number of issue ids in reconcileIssues must not exceed %d." % MOST_RECONCILED)
    return {whole(one, "reconcileIssues", 0) for one in wanted}


def _find(call, query, jql, reconciled=()):
    return call.api.results.find(query, jql, call.grant, reconciled, call.can_see)


def _shown(call, asked, fields, only_ids, issues):
    """Issues as the page shows them: ids alone need no fields, the rest is read from the index's version."""
    if only_ids:
        with_key = "key" in fields
        return [dict({"id": str(one.id)}, **({"key": one.key} if with_key else {})) for one in issues]
    properties = asked.words("properties")
    if len(properties) > MOST_PROPERTIES:
        raise errors.bad_request("The number of properties must not exceed %d." % MOST_PROPERTIES)
    names, expand = chosen_fields(call.world, fields, "id"), asked.words("expand")
    return [call.show.issue(one, names, expand, properties) for one in issues if one.id in call.world.issues]


def _digest(call, jql):
    return hashlib.sha256(("%s\n%s" % (call.actor.user.account_id, jql)).encode()).hexdigest()[:16]


def _make_token(call, jql, place):
    text = json.dumps([_digest(call, jql), int(call.world.clock.now()), place])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_token(call, token, jql):
    """The place after which the page begins. Raises 400 for a foreign or expired token."""
    try:
        digest, made, place = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        fits = digest == _digest(call, jql) and made > call.world.clock.now() - TOKEN_LIFETIME_S
    except (binascii.Error, ValueError, TypeError):
        fits = False
    if not fits:
        raise errors.bad_request("The provided next page token is invalid or expired.")
    return place


def count(call):
    jql = members.text(call.document(), "jql")
    query = jql_eval.compile_query(call.world, call.actor.user, jql, True)
    return call.json({"count": len(_find(call, query, jql)[1])})


# Data Center


def search(call):
    """Pages by startAt and maxResults, with a total. Cloud has removed it."""
    if call.world.is_cloud:
        raise errors.ApiError(410, errors.GONE_SEARCH)
    asked = Asked(call)
    jql = asked.text("jql")
    query = jql_eval.compile_query(call.world, call.actor.user, jql)
    start, size = asked.number("startAt", 0, 10**9), asked.number("maxResults", 50, 1000)
    _, found = _find(call, query, jql)
    fields = asked.words("fields") or ["*navigable"]
    shown = found[start:start + size]
    return call.json({"expand": "schema,names", "startAt": start, "maxResults": size, "total": len(found),
                      "issues": _shown(call, asked, fields, False, shown)})


ROUTES = [
    Route("GET", "/api/search/jql", search_jql), Route("POST", "/api/search/jql", search_jql),
    Route("POST", "/api/search/approximate-count", count),
    Route("GET", "/api/search", search), Route("POST", "/api/search", search)]
