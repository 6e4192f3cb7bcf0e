"""Issue events and the timeline."""

import json

from sandbox.common.router import Route
from sandbox.github import errors
from sandbox.github.render import dumps
from sandbox.github.render_events import event_document, timeline_comment


def list_issue_events(call):
    events = call.repo.events_of.get(call.issue().number, [])
    return call.page(events, lambda event: dumps(event_document(call.render, call.repo, event)))


def list_timeline(call):
    """Events and comments of one issue, in the order in which they happened."""
    number = call.issue().number
    entries = [(event.created, 0, event.id, event) for event in call.repo.events_of.get(number, [])]
    entries += [(one.created, 1, one.id, one) for one in call.repo.comments_of(number)]
    entries.sort(key=lambda entry: entry[:3])
    return call.page(entries, lambda entry: _timeline_text(call, entry))


def _timeline_text(call, entry):
    _, is_comment, _, thing = entry
    if is_comment:
        return timeline_comment(call.render, call.repo, thing)
    return dumps(event_document(call.render, call.repo, thing))


def _with_issue(call, event):
    """The repository-wide form: the event carries its issue."""
    document = event_document(call.render, call.repo, event)
    issue = call.repo.issues.get(event.number)
    document["issue"] = None if issue is None else json.loads(call.render.issue_text(call.repo, issue))
    return dumps(document)


def list_repo_events(call):
    return call.page(call.repo.events[::-1], lambda event: _with_issue(call, event))


def get_event(call):
    number = call.number("event_id")
    for event in call.repo.events:
        if event.id == number:
            return call.text(_with_issue(call, event))
    raise errors.not_found()


_ISSUES = "/repos/{owner}/{repo}/issues"

ROUTES = [
    Route("GET", _ISSUES + "/events", list_repo_events),
    Route("GET", _ISSUES + "/events/{event_id}", get_event),
    Route("GET", _ISSUES + "/{issue_number}/events", list_issue_events),
    Route("GET", _ISSUES + "/{issue_number}/timeline", list_timeline),
]
