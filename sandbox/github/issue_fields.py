"""Reads the fields of an issue from a request's JSON: checks, and what the caller may not set."""

from sandbox.github import errors
from sandbox.github.issue_actions import STATE_REASONS, ensure_labels

MAX_TITLE = 256
MAX_BODY = 65536
MAX_ASSIGNEES = 10


def text_field(document, name, nullable=False):
    """A string of the document. Raises 422 for another type."""
    value = document[name]
    if value is None and nullable:
        return None
    if not isinstance(value, str):
        raise errors.invalid_request("For 'properties/%s', %r is not a string." % (name, value))
    return value


def title_of(document):
    """The title, trimmed. Raises 422 if it is missing, blank or too long."""
    value = document.get("title")
    title = str(value) if isinstance(value, int) and not isinstance(value, bool) else (
        text_field(document, "title") if value is not None else "")
    title = title.strip()
    if not title:
        raise errors.validation_failed(errors.problem("Issue", "title", "missing_field"))
    if len(title) > MAX_TITLE:
        raise _too_long("Issue", "title", MAX_TITLE)
    return title


def body_of(document, resource="Issue", nullable=True):
    body = text_field(document, "body", nullable)
    if body is not None and len(body) > MAX_BODY:
        raise _too_long(resource, "body", MAX_BODY)
    return body


def comment_body_of(document):
    """A comment's text: needed and not blank."""
    body = body_of(document, "IssueComment", nullable=False) if "body" in document else None
    if body is None:
        raise errors.invalid_request('"body" wasn\'t supplied.')
    if not body.strip():
        raise errors.validation_failed(
            errors.problem("IssueComment", "body", "unprocessable", message="Body cannot be blank"))
    return body


def _too_long(resource, field, limit):
    return errors.validation_failed(errors.problem(
        resource, field, "custom", message="%s is too long (maximum is %d characters)" % (field, limit)))


def string_list(document, name, inner):
    """A list of names: strings, or objects that hold the name under `inner`."""
    values = document[name]
    if not isinstance(values, list):
        raise errors.invalid_request("For 'properties/%s', %r is not an array." % (name, values))
    names = [value.get(inner) if isinstance(value, dict) else value for value in values]
    for value in names:
        if not isinstance(value, str) or not value:
            raise errors.invalid_request("For '%s/items', %r is not a string." % (name, value))
    return names


def labels_of(call, document):
    return ensure_labels(call.world, call.repo, string_list(document, "labels", "name"))


def assignees_of(call, document):
    """Users by login. Raises 422 for someone who cannot be assigned."""
    if "assignees" not in document:
        login = document.get("assignee")
        names = [login] if login else []
    else:
        names = string_list(document, "assignees", "login")
    for name in names:
        if not call.repo.is_assignable(name):
            raise errors.validation_failed(
                errors.problem("Issue", "assignees", "invalid", value=name))
    users = list(dict.fromkeys(call.world.user(name) for name in names))
    return tuple(users[:MAX_ASSIGNEES])


def milestone_of(call, document):
    value = document["milestone"]
    if value is None:
        return None
    number = int(value) if isinstance(value, str) and value.isdigit() else value
    milestone = call.repo.milestones.get(number) if isinstance(number, int) else None
    if milestone is None:
        raise errors.validation_failed(errors.problem("Issue", "milestone", "invalid", value=value))
    return milestone


def managed_fields(call, document):
    """Labels, assignees and milestone; silently nothing without push access, as GitHub does."""
    fields = {}
    if not call.can_push():
        return fields
    if document.get("labels") is not None:
        fields["labels"] = labels_of(call, document)
    if document.get("assignees") is not None or "assignee" in document:
        fields["assignees"] = assignees_of(call, document)
    if "milestone" in document:
        fields["milestone"] = milestone_of(call, document)
    return fields


def state_fields(document):
    """`state` and `state_reason`. Raises 422 for unknown words."""
    fields = {}
    if document.get("state") is not None:
        if document["state"] not in ("open", "closed"):
            raise errors.validation_failed(
                errors.problem("Issue", "state", "invalid", value=document["state"]))
        fields["state"] = document["state"]
    if document.get("state_reason") is not None:
        if document["state_reason"] not in STATE_REASONS:
            raise errors.invalid_request("For 'properties/state_reason', %r is not a possible value."
                                         % (document["state_reason"],))
        fields["state_reason"] = document["state_reason"]
    return fields


def edited_fields(call, document):
    """All fields that a PATCH names."""
    fields = {}
    if document.get("title") is not None:
        fields["title"] = title_of(document)
    if "body" in document:
        fields["body"] = body_of(document)
    fields.update(state_fields(document))
    fields.update(managed_fields(call, document))
    return fields
