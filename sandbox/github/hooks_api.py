"""Webhooks of repositories, which only administrators see, and of the App, which only itself sees; their deliveries."""

from sandbox.common.clock import iso_utc
from sandbox.common.httpd import Response
from sandbox.common.router import Route
from sandbox.github import errors, paging
from sandbox.github.webhooks import Hook, delivery_document, delivery_summary


def hook_document(call, hook):
    url = "%s/hooks/%d" % (call.render.repo_url(call.repo), hook.id)
    return {"type": "Repository", "id": hook.id, "name": "web", "active": hook.active,
            "events": hook.events, "config": hook.config_document(),
            "updated_at": iso_utc(hook.updated), "created_at": iso_utc(hook.created), "url": url,
            "test_url": url + "/test", "ping_url": url + "/pings",
            "deliveries_url": url + "/deliveries", "last_response": hook.last_response}


def _hook(call):
    call.require_admin()
    hook = call.repo.hooks.get(call.number("hook_id"))
    if hook is None:
        raise errors.not_found()
    return hook


def list_hooks(call):
    call.require_admin()
    return call.page(list(call.repo.hooks.values()), lambda hook: call.api.dumps(hook_document(call, hook)))


def get_hook(call):
    return call.dump(hook_document(call, _hook(call)))


def _config(document):
    config = document.get("config", {})
    if not isinstance(config, dict):
        raise errors.invalid_request("For 'properties/config', %r is not an object." % (config,))
    url = config.get("url")
    if url is not None and not str(url).startswith(("http://", "https://")):
        raise errors.validation_failed(errors.problem("Hook", "url", "custom",
                                                      message="url is not a valid URL"))
    return config


def create_hook(call):
    """Creating a hook pings it."""
    call.require_admin()
    document = call.document()
    config = _config(document)
    if not config.get("url"):
        raise errors.validation_failed(errors.problem("Hook", "config", "missing_field"))
    if any(hook.url == config["url"] for hook in call.repo.hooks.values()):
        raise errors.validation_failed(errors.problem(
            "Hook", "config", "custom", message="Hook already exists on this repository"))
    hook = Hook(call.world.next_id("hook"), config, document.get("events") or ["push"],
                document.get("active", True), call.world.clock.seconds())
    call.repo.hooks[hook.id] = hook
    call.world.record(call.actor, "create_hook", call.repo, before=None, after={"url": hook.url})
    shown = hook_document(call, hook)
    if hook.active:
        call.api.webhooks.ping(call.repo, hook, call.actor, shown)
    return call.dump(shown, 201)


def edit_hook(call):
    hook, document = _hook(call), call.document()
    hook.configure(_config(document))
    events = list(document.get("events", hook.events)) + list(document.get("add_events", []))
    hook.events = [event for event in dict.fromkeys(events)
                   if event not in document.get("remove_events", [])]
    hook.active = document.get("active", hook.active)
    hook.updated = call.world.clock.seconds()
    call.world.record(call.actor, "edit_hook", call.repo, after={"url": hook.url})
    return call.dump(hook_document(call, hook))


def delete_hook(call):
    hook = _hook(call)
    del call.repo.hooks[hook.id]
    call.world.record(call.actor, "delete_hook", call.repo, before={"url": hook.url}, after=None)
    return call.empty()


def ping_hook(call):
    hook = _hook(call)
    call.api.webhooks.ping(call.repo, hook, call.actor, hook_document(call, hook))
    return call.empty()


# deliveries


def _page_of_deliveries(call, hook):
    """Newest first, by cursor: a cursor is the id of the first delivery of the next page."""
    status = call.request.query.get("status")
    found = [one for one in call.api.webhooks.deliveries(hook)
             if status is None or (status == "success") == (200 <= one["status_code"] < 300)]
    cursor = call.request.query.get("cursor", "")
    if cursor.isdigit():
        found = [one for one in found if one["id"] <= int(cursor)]
    _, per_page = paging.page_of(call.request)
    headers = {}
    if len(found) > per_page:
        headers["Link"] = paging.cursor_link(call.request, call.address, "next",
                                             str(found[per_page]["id"]))
    return call.dump([delivery_summary(one) for one in found[:per_page]], headers=headers)


def _delivery(call, hook):
    number = call.number("delivery_id")
    for one in call.api.webhooks.deliveries(hook):
        if one["id"] == number:
            return one
    raise errors.not_found()


def _redeliver(call, hook):
    call.api.webhooks.redeliver(hook, _delivery(call, hook))
    return Response(202, b"{}", {"Content-Type": "application/json; charset=utf-8"})


def list_deliveries(call):
    return _page_of_deliveries(call, _hook(call))


def get_delivery(call):
    hook = _hook(call)
    return call.dump(delivery_document(_delivery(call, hook), hook))


def redeliver(call):
    return _redeliver(call, _hook(call))


# the App's own


def get_app_config(call):
    return call.dump(call.api.webhooks.app_hook.config_document())


def edit_app_config(call):
    hook = call.api.webhooks.app_hook
    hook.configure(_config({"config": call.document()}))
    hook.updated = call.world.clock.seconds()
    return call.dump(hook.config_document())


def list_app_deliveries(call):
    return _page_of_deliveries(call, call.api.webhooks.app_hook)


def get_app_delivery(call):
    hook = call.api.webhooks.app_hook
    return call.dump(delivery_document(_delivery(call, hook), hook))


def redeliver_app(call):
    return _redeliver(call, call.api.webhooks.app_hook)


_HOOKS = "/repos/{owner}/{repo}/hooks"
_HOOK = _HOOKS + "/{hook_id}"

ROUTES = [
    Route("GET", _HOOKS, list_hooks),
    Route("POST", _HOOKS, create_hook),
    Route("GET", _HOOK, get_hook),
    Route("PATCH", _HOOK, edit_hook),
    Route("DELETE", _HOOK, delete_hook),
    Route("POST", _HOOK + "/pings", ping_hook),
    Route("GET", _HOOK + "/deliveries", list_deliveries),
    Route("GET", _HOOK + "/deliveries/{delivery_id}", get_delivery),
    Route("POST", _HOOK + "/deliveries/{delivery_id}/attempts", redeliver),
    Route("GET", "/app/hook/config", get_app_config, "app"),
    Route("PATCH", "/app/hook/config", edit_app_config, "app"),
    Route("GET", "/app/hook/deliveries", list_app_deliveries, "app"),
    Route("GET", "/app/hook/deliveries/{delivery_id}", get_app_delivery, "app"),
    Route("POST", "/app/hook/deliveries/{delivery_id}/attempts", redeliver_app, "app"),
]
