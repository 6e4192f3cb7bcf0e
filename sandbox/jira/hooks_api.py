"""Webhooks: those that an administrator keeps, and the dynamic ones of OAuth apps that expire."""

from sandbox.common.router import Route
from sandbox.jira import errors, jql_eval, jql_parse, members
from sandbox.jira.webhooks import ADMIN_EVENTS, DYNAMIC_EVENTS, LIFETIME_MS, Hook

MOST_DYNAMIC = 5
FILTER_FIELDS = ("issuekey", "project", "issuetype", "status", "assignee", "reporter")
FILTER_OPERATORS = ("=", "!=", "in", "not in")

# dynamic


def _client(call):
    """The calling app. Raises 403 for anyone else."""
    if not call.world.is_cloud:
        raise errors.no_such_path()
    if call.grant.client_id is None:
        raise errors.forbidden("Only Connect and OAuth 2.0 apps can use this resource.")
    return call.grant.client_id


def _own(call):
    client_id = _client(call)
    return [hook for hook in call.api.webhooks.hooks.values() if hook.client_id == client_id
            and not hook.expired(call.world)]


def list_dynamic(call):
    return call.page(_own(call), lambda hook: _dynamic_document(call, hook), default=100, most=100)


def _dynamic_document(call, hook):
    document = {"id": hook.id, "jqlFilter": hook.jql, "events": hook.events, "url": hook.url,
                "expirationDate": hook.expires}
    if hook.field_ids is not None:
        document["fieldIdsFilter"] = hook.field_ids
    if hook.property_keys is not None:
        document["issuePropertyKeysFilter"] = hook.property_keys
    return document


def register_dynamic(call):
    """Registers several at once; each is made or told what is wrong with it."""
    client_id, document = _client(call), call.document()
    url, wanted = _address(document, None), members.sequence(document, "webhooks")
    if not wanted:
        raise errors.bad_request("No webhooks were provided.")
    results = []
    for one in wanted:
        problems = _problems(call, one) or (
            ["The maximum number of webhooks registered by the app has been reached."]
            if len(_own(call)) >= MOST_DYNAMIC else [])
        if problems:
            results.append({"errors": problems})
            continue
        hook = Hook(call.world.next_id("dynamic_hook"), url, list(one["events"]), jql=one["jqlFilter"],
                    client_id=client_id, expires=call.world.now_ms() + LIFETIME_MS, field_ids=one.get("fieldIdsFilter"),
                    property_keys=one.get("issuePropertyKeysFilter"))
        call.api.webhooks.add(hook)
        results.append({"createdWebhookId": hook.id})
    return call.json({"webhookRegistrationResult": results})


def _problems(call, wanted):
    """What is wrong with one dynamic webhook: its events, or JQL beyond the subset."""
    if not isinstance(wanted, dict) or not isinstance(wanted.get("events"), list) or not wanted["events"]:
        return ["At least one event must be specified."]
    found = ["The event %s is not supported." % one for one in wanted["events"] if one not in DYNAMIC_EVENTS]
    if not isinstance(wanted.get("jqlFilter"), str):
        return found + ["The JQL filter must be specified."]
    try:
        query = jql_parse.parse(wanted["jqlFilter"])
        jql_eval.compile_query(call.world, call.actor.user, wanted["jqlFilter"])
    except errors.ApiError as problem:
        return found + problem.document["errorMessages"]
    return found + _beyond_subset(query.where) if query.where is not None else found


def _beyond_subset(node):
    if isinstance(node, jql_parse.Clause):
        name = node.field.lower()
        if name not in FILTER_FIELDS and not name.startswith("cf["):
            return ["The clause %s is unsupported" % node.field]
        return [] if node.operator in FILTER_OPERATORS else ["The operator %s is unsupported" % node.operator]
    below = node[1] if isinstance(node[1], list) else [node[1]]
    return [problem for one in below for problem in _beyond_subset(one)]


def _ids(call):
    wanted = members.sequence(call.document(), "webhookIds")
    if not wanted:
        raise errors.bad_request("The list of webhook IDs is missing.")
    return [hook for hook in _own(call) if hook.id in wanted]


def delete_dynamic(call):
    for hook in _ids(call):
        call.api.webhooks.remove(hook)
    return call.empty(202)


def refresh_dynamic(call):
    hooks, expires = _ids(call), call.world.now_ms() + LIFETIME_MS
    for hook in hooks:
        hook.expires = expires
    call.world.revision += 1
    return call.json({"expirationDate": expires})


def list_failed(call):
    """Deliveries given up within the last 72 hours, the oldest first."""
    client_id, after = _client(call), call.number("after", 0)
    size = call.number("maxResults", 100, 100)
    found = [one for one in call.api.webhooks.failed
             if one["client_id"] == client_id and one["time"] > max(after, call.world.now_ms() - 72 * 3_600_000)]
    values = [{"id": one["id"], "body": one["body"], "url": one["url"], "failureTime": one["time"]}
              for one in found[:size]]
    document = {"values": values, "maxResults": size}
    if len(found) > size:
        last = values[-1]["failureTime"]
        document["next"] = "%s/webhook/failed?maxResults=%d&after=%d" % (call.show.base, size, last)
    return call.json(document)


# administrators'


def _admin_hooks(call):
    call.require_admin()
    return {hook.id: hook for hook in call.api.webhooks.hooks.values() if hook.client_id is None}


def _admin_hook(call):
    number = call.request.params["id"]
    hook = _admin_hooks(call).get(int(number)) if number.isdigit() else None
    if hook is None:
        raise errors.not_found("Webhook with id %s does not exist." % number)
    return hook


def _admin_document(call, hook):
    return {"name": hook.name, "url": hook.url, "excludeBody": hook.exclude_body, "events": hook.events,
            "filters": {"issue-related-events-section": hook.jql}, "enabled": hook.enabled,
            "isSigned": hook.secret is not None,
            "self": "%s/rest/webhooks/1.0/webhook/%d" % (call.show.site, hook.id), "lastUpdated": hook.updated,
            "lastUpdatedUser": hook.owner, "lastUpdatedDisplayName": hook.owner}


def list_admin(call):
    return call.json([_admin_document(call, hook) for hook in _admin_hooks(call).values()])


def get_admin(call):
    return call.json(_admin_document(call, _admin_hook(call)))


def create_admin(call):
    call.require_admin()
    document = call.document()
    hook = Hook(call.world.next_id("hook"), None, [], owner=call.actor.user.name)
    _configure(call, hook, document)
    call.api.webhooks.add(hook)
    return call.json(_admin_document(call, hook), 201)


def edit_admin(call):
    hook = _admin_hook(call)
    _configure(call, hook, call.document())
    return call.json(_admin_document(call, hook))


def _configure(call, hook, document):
    """Takes over what the document has. Raises 400."""
    url, events = _address(document, hook.url), members.sequence(document, "events") or hook.events
    unknown = [one for one in events if one not in ADMIN_EVENTS]
    if unknown:
        raise errors.bad_request("Unknown webhook events: %s" % ", ".join(map(str, unknown)))
    jql = members.text(members.mapping(document, "filters"), "issue-related-events-section", hook.jql)
    jql_eval.compile_query(call.world, call.actor.user, jql)
    name, secret = members.text(document, "name", hook.name), members.text(document, "secret", hook.secret)
    exclude_body = members.flag(document, "excludeBody", hook.exclude_body)
    enabled = members.flag(document, "enabled", hook.enabled)
    hook.url, hook.events, hook.jql, hook.name, hook.secret = url, list(events), jql, name, secret
    hook.exclude_body, hook.enabled = exclude_body, enabled
    hook.updated = call.world.now_ms()
    call.world.revision += 1


def _address(document, default):
    """Where to send deliveries. Raises 400."""
    url = members.text(document, "url", default)
    if url is None or not url.startswith(("http://", "https://")):
        raise errors.bad_request("The URL is not valid.")
    return url


def delete_admin(call):
    call.api.webhooks.remove(_admin_hook(call))
    return call.empty()


ROUTES = [
    Route("GET", "/api/webhook", list_dynamic, "webhook"), Route("POST", "/api/webhook", register_dynamic, "webhook"),
    Route("DELETE", "/api/webhook", delete_dynamic, "webhook"),
    Route("PUT", "/api/webhook/refresh", refresh_dynamic, "webhook"),
    Route("GET", "/api/webhook/failed", list_failed, "webhook"),
    Route("GET", "/webhooks/webhook", list_admin), Route("POST", "/webhooks/webhook", create_admin),
    Route("GET", "/webhooks/webhook/{id}", get_admin), Route("PUT", "/webhooks/webhook/{id}", edit_admin),
    Route("DELETE", "/webhooks/webhook/{id}", delete_admin)]
