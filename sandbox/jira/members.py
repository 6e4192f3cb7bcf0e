"""Typed access to the members of a client's JSON object: what has another type is refused with a 400."""

from sandbox.jira import errors


def text(document, name, default=None):
    """A string; null is the default."""
    return _typed(document, name, str, default)


def flag(document, name, default=False):
    return _typed(document, name, bool, default)


def mapping(document, name):
    """An object; null is an empty one."""
    return _typed(document, name, dict, {})


def sequence(document, name):
    """A list; null is an empty one."""
    return _typed(document, name, list, [])


def words(document, name):
    """A list of strings and numbers, as strings."""
    found = sequence(document, name)
    if any(isinstance(one, bool) or not isinstance(one, (str, int)) for one in found):
        raise errors.invalid_payload()
    return [str(one) for one in found]


def _typed(document, name, kind, default):
    value = document.get(name)
    if value is None:
        return default
    if not isinstance(value, kind):
        raise errors.invalid_payload()
    return value
