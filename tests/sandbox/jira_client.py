"""Talks to the stand-in of Jira as its tests need it: with the right credential, path and documents."""

import base64
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "harness"))
sys.path.append(os.path.join(HERE, "..", ".."))

from stand_in import Sandbox  # noqa: E402

CLOUD_ID = "35273b54-3f06-40d2-880f-dd28cf8daafa"


def basic(name, token="sandbox-token"):
    return "Basic " + base64.b64encode(("%s:%s" % (name, token)).encode()).decode()


def doc(*texts):
    """A document of one paragraph a text."""
    return {"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": text}]} for text in texts]}


class Jira(Sandbox):
    """A running stand-in; paths are below `/rest/api/3` or `/rest/api/2` unless they begin with `//`."""

    def __init__(self, *arguments, data_center=False, **more):
        self.api = "/rest/api/2" if data_center else "/rest/api/3"
        self.authorization = "Bearer sandbox-token" if data_center else basic("tandem-bot@example.com")
        super().__init__(*(("--data-center",) if data_center else ()), *arguments, executable="jira-sandbox", **more)

    def request(self, method, path, body=None, headers=None, token="", timeout_s=30.0):
        sent = {} if token is None or path.startswith("/_sandbox") else {"Authorization": self.authorization}
        sent.update({"Content-Type": "application/json"} if body is not None else {})
        sent.update(headers or {})
        if path.startswith("//"):
            path = path[1:]
        elif not path.startswith(("/_sandbox", "http")):
            path = self.api + path
        return super().request(method, path, body, sent, None, timeout_s)

    def act(self, actor, do, key=None, project="ROCKET", type="Task", **fields):
        """What a person does in the meantime."""
        return self.control("act",
                            {"actor": actor, "do": do, "key": key, "project": project, "type": type, "fields": fields})

    def create(self, summary="x", type="Task", project="ROCKET", **fields):
        """A new issue by the API: its key."""
        answer = self.post("/issue", {"fields": dict(fields, summary=summary, project={"key": project},
                                                     issuetype={"name": type})})
        assert answer.status == 201, answer
        return answer.json["key"]

    def fields(self, key):
        return self.get("/issue/" + key).json["fields"]

    def edit(self, key, **fields):
        return self.put("/issue/" + key, {"fields": fields})

    def search(self, jql, **more):
        """One answer of the token-paged search."""
        return self.post("/search/jql", dict(more, jql=jql))

    def keys(self, jql, **more):
        """The keys of all pages."""
        found, token = [], None
        while True:
            asked = dict(more, fields=["key"], **({"nextPageToken": token} if token else {}))
            answer = self.search(jql, **asked)
            assert answer.status == 200, answer
            found += [issue["key"] for issue in answer.json["issues"]]
            token = answer.json.get("nextPageToken")
            if token is None:
                return found

    def account_id(self, login):
        """The account id of a login that `act` and the seed know."""
        found = self.get("/user/search?query=%s@" % login).json
        return found[0]["accountId"]
