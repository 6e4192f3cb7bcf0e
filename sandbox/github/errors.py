"""GitHub's error answers, as exceptions that the application turns into responses."""

import json

DOCS = "https://docs.github.com/rest"


class ApiError(Exception):
    """An answer that is not a success. `facts` join `message` in the JSON body."""

    def __init__(self, status, message, headers=None, **facts):
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.document = {"message": message}
        self.document.update(facts)
        self.document.setdefault("documentation_url", DOCS)
        self.document["status"] = str(status)

    def body(self):
        return json.dumps(self.document, ensure_ascii=False).encode()


def not_found():
    return ApiError(404, "Not Found")


def gone():
    return ApiError(410, "This issue was deleted")


def bad_credentials():
    return ApiError(401, "Bad credentials")


def requires_authentication():
    return ApiError(401, "Requires authentication")


def forbidden(message="Must have admin rights to Repository."):
    return ApiError(403, message)


def bad_json():
    return ApiError(400, "Problems parsing JSON")


def not_an_object():
    return ApiError(400, "Body should be a JSON object")


def invalid_request(text):
    """The schema's complaint: a value of the wrong type."""
    return ApiError(422, "Invalid request.\n\n" + text)


def validation_failed(*problems):
    """GitHub's complaint about values; each problem is made by `problem`."""
    return ApiError(422, "Validation Failed", errors=list(problems))


def problem(resource, field, code, **more):
    """One element of `errors`: code is missing, missing_field, invalid, already_exists or custom."""
    return dict(more, resource=resource, code=code, field=field)


def moved(location, permanent=True):
    """A redirect to where the thing is now; 307 keeps the method of a write."""
    status = 301 if permanent else 307
    message = "Moved Permanently" if permanent else "Temporary Redirect"
    return ApiError(status, message, {"Location": location}, url=location)
