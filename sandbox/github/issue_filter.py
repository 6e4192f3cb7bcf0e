"""The filters of the issue list that need a look at every issue."""

from sandbox.github import errors


def issue_filter(call):
    """A test of an issue, or None if the request does not filter."""
    query = call.request.query
    tests = []
    if query.get("creator"):
        tests.append(_by_creator(query["creator"].lower()))
    if query.get("labels"):
        tests.append(_by_labels({name.strip().lower() for name in query["labels"].split(",")}))
    if query.get("assignee"):
        tests.append(_by_assignee(query["assignee"].lower()))
    if query.get("milestone"):
        tests.append(_by_milestone(query["milestone"]))
    if not tests:
        return None
    return lambda issue: all(test(issue) for test in tests)


def _by_creator(login):
    return lambda issue: issue.user is not None and issue.user.login.lower() == login


def _by_labels(names):
    return lambda issue: names <= {label.name.lower() for label in issue.labels}


def _by_assignee(login):
    if login == "none":
        return lambda issue: not issue.assignees
    if login == "*":
        return lambda issue: bool(issue.assignees)
    return lambda issue: any(user.login.lower() == login for user in issue.assignees)


def _by_milestone(word):
    if word == "none":
        return lambda issue: issue.milestone is None
    if word == "*":
        return lambda issue: issue.milestone is not None
    if not word.isdigit():
        raise errors.validation_failed(errors.problem("Issue", "milestone", "invalid", value=word))
    return lambda issue: issue.milestone is not None and issue.milestone.number == int(word)
