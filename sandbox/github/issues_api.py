"""Issues: list, create, read, edit, their labels and assignees, lock, reactions."""

import json

from sandbox.common.clock import parse_iso
from sandbox.common.httpd import Response
from sandbox.common.router import Route
from sandbox.github import errors, issue_actions, issue_fields, other_actions, paging
from sandbox.github.issue_filter import issue_filter
from sandbox.github.model import REACTIONS
from sandbox.github.render import etag_of

LOCK_REASONS = (None, "off-topic", "too heated", "resolved", "spam")


def since_of(request):
    """The whole second of `since`, or None. 1970 gives a list without end, which GitHub leaves empty."""
    text = request.query.get("since")
    if not text:
        return None
    try:
        return int(parse_iso(text))
    except ValueError:
        raise errors.validation_failed(
            errors.problem("Issue", "since", "invalid", value=text)) from None


def is_empty_epoch(since):
    """Real GitHub answers an empty list for `since=1970-01-01…` (seen in recorded traffic)."""
    return since is not None and since < 86400 * 365


def list_issues(call):
    """The list that synchronising reads: a slice of the index, joined from cached bytes."""
    request = call.request
    state = paging.choice(request, "state", "open", ("open", "closed", "all"))
    sort = paging.choice(request, "sort", "created", ("created", "updated", "comments"))
    direction = paging.choice(request, "direction", "desc", ("asc", "desc"))
    since, wanted = since_of(request), issue_filter(call)
    page, per_page = paging.page_of(request)
    index = call.repo.issue_index
    index.settle()
    if is_empty_epoch(since):
        shown, total = [], 0
    elif wanted is None and sort != "comments" and (since is None or sort == "updated"):
        shown, total = _window(index, sort, state, since, direction, page, per_page)
    else:
        found = _scan(index, sort, state, since, direction, wanted)
        shown, total = paging.slice_of(found, page, per_page), len(found)
    return _issue_page(call, shown, page, per_page, total)


def _window(index, sort, state, since, direction, page, per_page):
    """One page straight from the sorted index: costs the page, not the repository."""
    order, low = index.window(sort, state, since)
    total = len(order) - low
    start = (page - 1) * per_page
    if direction == "asc":
        keys = order[low + start:low + start + per_page]
    else:
        high = max(low, len(order) - start)
        keys = order[max(low, high - per_page):high][::-1]
    return [index.version(item_id) for _, item_id in keys], total


def _scan(index, sort, state, since, direction, wanted):
    found = [issue for issue in index.all("updated" if sort == "updated" else "created", state)
             if (since is None or issue.updated >= since) and (wanted is None or wanted(issue))]
    if sort == "comments":
        found.sort(key=lambda issue: (issue.comments, issue.id))
    return found if direction == "asc" else found[::-1]


def _issue_page(call, issues, page, per_page, total):
    render, repo = call.render, call.repo
    cached = [render.issue(repo, issue) for issue in issues]
    body = b"[" + b",".join([data for data, _ in cached]) + b"]"
    headers = call.link(page, per_page, total, by_cursor=True)
    headers["ETag"] = etag_of(headers.get("Link", "").encode(), *[digest for _, digest in cached])
    return call.json(body, headers=headers)


def get_issue(call):
    return call.cached(call.render.issue(call.repo, call.issue()))


def create_issue(call):
    document = call.document()
    title = issue_fields.title_of(document)
    body = issue_fields.body_of(document) if "body" in document else None
    fields = issue_fields.managed_fields(call, document)
    issue = issue_actions.create_issue(call.world, call.actor, call.repo, title, body, **fields)
    response = call.cached(call.render.issue(call.repo, issue), 201)
    response.headers["Location"] = "%s/issues/%d" % (call.render.repo_url(call.repo), issue.number)
    return response


def edit_issue(call):
    """PATCH. Without push access only the author may edit, and labels etc. are dropped."""
    issue = call.issue()
    if not call.can_push() and issue.user is not call.actor.user:
        raise errors.forbidden()
    fields = issue_fields.edited_fields(call, call.document(required=False))
    return _answer(call, issue_actions.edit_issue(call.world, call.actor, call.repo, issue, **fields))


def _edit(call, **fields):
    return issue_actions.edit_issue(call.world, call.actor, call.repo, call.issue(), **fields)


def _answer(call, issue, status=200):
    return call.cached(call.render.issue(call.repo, issue), status)


# labels of an issue


def list_issue_labels(call):
    return call.page(call.issue().labels, lambda label: call.render.label(call.repo, label))


def _labels_answer(call, issue):
    return call.text(call.render.labels(call.repo, issue.labels))


def _label_document(call):
    """Labels come as {"labels": […]} or, in older clients, as a bare list."""
    if call.request.body.lstrip().startswith(b"["):
        try:
            return {"labels": json.loads(call.request.body)}
        except ValueError:
            raise errors.bad_json() from None
    return call.document()


def add_issue_labels(call):
    call.require_push()
    issue = call.issue()
    added = issue_fields.labels_of(call, dict({"labels": []}, **_label_document(call)))
    merged = issue.labels + tuple(label for label in added if label not in issue.labels)
    return _labels_answer(call, _edit(call, labels=merged))


def set_issue_labels(call):
    call.require_push()
    call.issue()
    labels = issue_fields.labels_of(call, dict({"labels": []}, **_label_document(call)))
    return _labels_answer(call, _edit(call, labels=labels))


def clear_issue_labels(call):
    call.require_push()
    _edit(call, labels=())
    return call.empty()


def remove_issue_label(call):
    call.require_push()
    issue = call.issue()
    label = call.repo.label(call.request.params["name"])
    if label not in issue.labels:
        raise errors.ApiError(404, "Label does not exist")
    left = tuple(other for other in issue.labels if other is not label)
    return _labels_answer(call, _edit(call, labels=left))


# assignees of an issue


def add_assignees(call):
    """Silently leaves out whom it cannot assign, unlike PATCH."""
    issue = call.issue()
    names = issue_fields.string_list(dict({"assignees": []}, **call.document()), "assignees", "login")
    if not call.can_push():
        return _answer(call, issue, 201)
    users = [call.world.user(name) for name in names if call.repo.is_assignable(name)]
    merged = tuple(dict.fromkeys(issue.assignees + tuple(users)))[:issue_fields.MAX_ASSIGNEES]
    return _answer(call, _edit(call, assignees=merged), 201)


def remove_assignees(call):
    issue = call.issue()
    names = issue_fields.string_list(dict({"assignees": []}, **call.document()), "assignees", "login")
    if not call.can_push():
        return _answer(call, issue)
    gone = {name.lower() for name in names}
    left = tuple(user for user in issue.assignees if user.login.lower() not in gone)
    return _answer(call, _edit(call, assignees=left))


# lock


def lock_issue(call):
    call.require_push()
    reason = call.document(required=False).get("lock_reason")
    if reason not in LOCK_REASONS:
        raise errors.validation_failed(errors.problem("Issue", "lock_reason", "invalid"))
    issue_actions.set_lock(call.world, call.actor, call.repo, call.issue(), True, reason)
    return call.empty()


def unlock_issue(call):
    call.require_push()
    issue_actions.set_lock(call.world, call.actor, call.repo, call.issue(), False)
    return call.empty()


# reactions, of an issue or of a comment


def _subject(call):
    if "comment_id" in call.request.params:
        comment = call.repo.comments.get(call.number("comment_id"))
        if comment is None:
            raise errors.not_found()
        return comment
    return call.issue()


def list_reactions(call):
    content = call.request.query.get("content")
    found = [one for one in _subject(call).reactions if content in (None, one.content)]
    return call.page(found, call.render.reaction)


def add_reaction(call):
    content = call.document().get("content")
    if content not in REACTIONS:
        raise errors.validation_failed(errors.problem("Reaction", "content", "invalid", value=content))
    reaction, new = other_actions.add_reaction(call.world, call.actor, call.repo, _subject(call), content)
    return call.text(call.render.reaction(reaction), 201 if new else 200)


def remove_reaction(call):
    subject, number = _subject(call), call.number("reaction_id")
    for reaction in subject.reactions:
        if reaction.id == number:
            other_actions.remove_reaction(call.world, call.actor, call.repo, subject, reaction)
            return Response(204)
    raise errors.not_found()


_ISSUES = "/repos/{owner}/{repo}/issues"
_ISSUE = _ISSUES + "/{issue_number}"
_COMMENT = _ISSUES + "/comments/{comment_id}"

ROUTES = [
    Route("GET", _ISSUES, list_issues),
    Route("POST", _ISSUES, create_issue, "content"),
    Route("GET", _ISSUE, get_issue),
    Route("PATCH", _ISSUE, edit_issue),
    Route("GET", _ISSUE + "/labels", list_issue_labels),
    Route("POST", _ISSUE + "/labels", add_issue_labels),
    Route("PUT", _ISSUE + "/labels", set_issue_labels),
    Route("DELETE", _ISSUE + "/labels", clear_issue_labels),
    Route("DELETE", _ISSUE + "/labels/{name}", remove_issue_label),
    Route("POST", _ISSUE + "/assignees", add_assignees),
    Route("DELETE", _ISSUE + "/assignees", remove_assignees),
    Route("PUT", _ISSUE + "/lock", lock_issue),
    Route("DELETE", _ISSUE + "/lock", unlock_issue),
    Route("GET", _ISSUE + "/reactions", list_reactions),
    Route("POST", _ISSUE + "/reactions", add_reaction, "content"),
    Route("DELETE", _ISSUE + "/reactions/{reaction_id}", remove_reaction),
    Route("GET", _COMMENT + "/reactions", list_reactions),
    Route("POST", _COMMENT + "/reactions", add_reaction, "content"),
    Route("DELETE", _COMMENT + "/reactions/{reaction_id}", remove_reaction),
]
