"""Jira's error answers, as exceptions that the application turns into responses."""

import json

GONE_SEARCH = ("The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration "
               "guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046")


class ApiError(Exception):
    """An answer that is not a success; the body is Jira's error collection unless `document` is given."""

    def __init__(self, status, *messages, errors=None, headers=None, document=None):
        super().__init__("; ".join(messages) or str(errors))
        self.status = status
        self.headers = headers or {}
        self.document = {"errorMessages": list(messages), "errors": errors or {}} if document is None else document

    def body(self):
        return json.dumps(self.document, ensure_ascii=False).encode()


class BadValue(Exception):
    """A field refuses a value; the text becomes the field's entry in `errors`."""


class BadDocument(Exception):
    """A rich text is no valid document; Jira names neither the place nor the field."""


def bad_request(*messages, **errors):
    return ApiError(400, *messages, errors=errors)


def invalid_payload():
    return ApiError(400, "Invalid request payload. Refer to the REST API documentation and try again.")


def unauthorized(text="Client must be authenticated to access this resource."):
    return ApiError(401, headers={"WWW-Authenticate": "OAuth realm=\"sandbox\"",
                                  "X-Seraph-LoginReason": "AUTHENTICATED_FAILED"},
                    document={"message": text, "status-code": 401})


def forbidden(*messages):
    return ApiError(403, *messages)


def no_such_issue():
    return ApiError(404, "Issue does not exist or you do not have permission to see it.")


def no_such_project(text):
    return ApiError(404, "No project could be found with key '%s'." % text)


def no_such_path():
    return ApiError(404, document={"message": "null for uri", "status-code": 404})


def not_found(text):
    return ApiError(404, text)
