"""Linear's errors: what its API puts into `errors`, and with which HTTP status."""


class LinearError(Exception):
    """One error with Linear's extensions; `http_status` is that of the whole answer when nothing else counts."""

    def __init__(self, message, code, type, presentable=None, status_code=400, http_status=200):
        super().__init__(message)
        self.message = message
        self.http_status = http_status
        self.extensions = {"code": code, "type": type, "statusCode": status_code, "userError": True}
        if presentable is not None:
            self.extensions["userPresentableMessage"] = presentable

    def document(self, path=None, location=None):
        document = {"message": self.message}
        if path is not None:
            document["path"] = path
        if location is not None:
            document["locations"] = [location]
        document["extensions"] = dict(self.extensions)
        return document


def invalid_input(message, presentable=None):
    return LinearError(message, "INPUT_ERROR", "invalid input", presentable or message)


def not_found(kind):
    return invalid_input("Entity not found: " + kind, "Could not find referenced %s." % kind)


def conflict(kind, identifier):
    """A second creation under an id that exists."""
    return invalid_input("conflict on insert of " + kind,
                         "Entity %s with id %s already exists." % (kind, identifier))


def argument(message):
    return LinearError("Argument Validation Error", "INVALID_INPUT", "invalid input", message)


def forbidden():
    return LinearError("You don't have permission to do this", "FORBIDDEN", "forbidden",
                       "You don't have permission to do this.", 403)


def not_authenticated():
    return LinearError("Authentication required, not authenticated", "AUTHENTICATION_ERROR",
                       "authentication error", "You need to authenticate to access this operation.",
                       401, http_status=401)


def bearer_on_key():
    """Linear's answer to an API key that is sent like an OAuth token."""
    return LinearError(
        "It looks like you're trying to use an API key as a Bearer token. Remove the Bearer prefix "
        "from the Authorization header.", "INPUT_ERROR", "invalid input", None, 400, http_status=400)


def graphql(message, code="GRAPHQL_VALIDATION_FAILED"):
    """A document that does not parse, or does not fit the schema."""
    return LinearError(message, code, "graphql error", None, 400, http_status=400)


def too_complex(points, most):
    return LinearError("Query too complex", "INPUT_ERROR", "invalid input",
                       "The query is too complex: %d points, at most %d are allowed." % (points, most),
                       400, http_status=400)


def rate_limited(what, amount):
    message = "Rate limit exceeded. Only %d %s are allowed per 1 hour." % (amount, what)
    return LinearError(message, "RATELIMITED", "ratelimited", message, 429, http_status=400)


def internal():
    return LinearError("Internal server error", "INTERNAL_SERVER_ERROR", "internal error", None, 500)
