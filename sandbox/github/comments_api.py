"""Comments: of one issue, one by one, and of the whole repository."""

from sandbox.common.router import Route
from sandbox.github import errors, issue_fields, other_actions, paging
from sandbox.github.issues_api import is_empty_epoch, since_of
from sandbox.github.render import etag_of


def _comment(call):
    comment = call.repo.comments.get(call.number("comment_id"))
    if comment is None:
        raise errors.not_found()
    return comment


def _page(call, comments, page, per_page, total):
    cached = [call.render.comment(call.repo, comment) for comment in comments]
    body = b"[" + b",".join([data for data, _ in cached]) + b"]"
    headers = call.link(page, per_page, total)
    headers["ETag"] = etag_of(headers.get("Link", "").encode(), *[digest for _, digest in cached])
    return call.json(body, headers=headers)


def list_repo_comments(call):
    """Every comment of the repository, by creation or update."""
    sort = paging.choice(call.request, "sort", "created", ("created", "updated"))
    direction = paging.choice(call.request, "direction", "asc" if "sort" not in call.request.query
                              else "desc", ("asc", "desc"))
    since = since_of(call.request)
    index = call.repo.comment_index
    index.settle()
    found = [] if is_empty_epoch(since) else _select(index, sort, since)
    page, per_page = paging.page_of(call.request)
    if direction == "desc":
        found = found[::-1]
    shown = [index.version(item_id) for _, item_id in paging.slice_of(found, page, per_page)]
    return _page(call, shown, page, per_page, len(found))


def _select(index, sort, since):
    """(time, id) keys in ascending order; `since` always looks at the update time."""
    order, low = index.window("updated", "all", since)
    if sort == "updated":
        return order[low:]
    if since is None:
        return index.window("created", "all", None)[0]
    recent = {item_id for _, item_id in order[low:]}
    return [key for key in index.window("created", "all", None)[0] if key[1] in recent]


def list_issue_comments(call):
    """The comments of one issue, oldest first, as far as lists show them yet."""
    issue, since = call.issue(), since_of(call.request)
    index = call.repo.comment_index
    index.settle()
    shown = [index.find(comment_id) for comment_id in call.repo.comment_ids.get(issue.number, ())]
    shown = [comment for comment in shown
             if comment is not None and (since is None or comment.updated >= since)]
    page, per_page = paging.page_of(call.request)
    return _page(call, paging.slice_of(shown, page, per_page), page, per_page, len(shown))


def get_comment(call):
    return call.cached(call.render.comment(call.repo, _comment(call)))


def create_comment(call):
    issue = call.issue()
    body = issue_fields.comment_body_of(call.document())
    if issue.locked and not call.can_push():
        raise errors.forbidden("Unable to create comment because issue is locked.")
    comment = other_actions.create_comment(call.world, call.actor, call.repo, issue, body)
    response = call.cached(call.render.comment(call.repo, comment), 201)
    response.headers["Location"] = "%s/issues/comments/%d" % (call.render.repo_url(call.repo), comment.id)
    return response


def _require_author_or_push(call, comment):
    if comment.user is not call.actor.user:
        call.require_push()


def edit_comment(call):
    comment = _comment(call)
    _require_author_or_push(call, comment)
    body = issue_fields.comment_body_of(call.document())
    newer = other_actions.edit_comment(call.world, call.actor, call.repo, comment, body)
    return call.cached(call.render.comment(call.repo, newer))


def delete_comment(call):
    comment = _comment(call)
    _require_author_or_push(call, comment)
    other_actions.delete_comment(call.world, call.actor, call.repo, comment)
    return call.empty()


_ISSUES = "/repos/{owner}/{repo}/issues"

ROUTES = [
    Route("GET", _ISSUES + "/comments", list_repo_comments),
    Route("GET", _ISSUES + "/comments/{comment_id}", get_comment),
    Route("PATCH", _ISSUES + "/comments/{comment_id}", edit_comment),
    Route("DELETE", _ISSUES + "/comments/{comment_id}", delete_comment),
    Route("GET", _ISSUES + "/{issue_number}/comments", list_issue_comments),
    Route("POST", _ISSUES + "/{issue_number}/comments", create_comment, "content"),
]
