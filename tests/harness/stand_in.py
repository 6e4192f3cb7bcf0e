"""Starts a stand-in as its own process and talks to it: the tests' view of a foreign system."""

import http.client
import json
import os
import re
import signal
import subprocess
import tempfile

import deadlines

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
START_DEADLINE_S = 60.0


def wait_until(condition, what, deadline_s=30.0):
    return deadlines.wait_for(condition, what, deadline_s)


class Answer:
    """An HTTP answer; header names are lower case, `json` is None without a JSON body."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body) if self.body else None

    def link(self, rel):
        """The address of a Link relation, or None."""
        found = re.search(r'<([^>]+)>; rel="%s"' % rel, self.headers.get("link", ""))
        return found.group(1) if found else None

    def __repr__(self):
        return "Answer(%d, %r)" % (self.status, self.body[:200])


class Sandbox:
    """One running stand-in. `arguments` are those of its executable in sandbox/."""

    def __init__(self, *arguments, executable="github-sandbox", token="sandbox-token"):
        self.token = token
        self._folder = tempfile.TemporaryDirectory(prefix="tandem-sandbox-")
        self._port_file = os.path.join(self._folder.name, "port")
        command = [os.path.join(ROOT, "sandbox", executable), "--port-file", self._port_file, *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        self.port = self._wait_for_port()
        self.base = "http://127.0.0.1:%d" % self.port

    def _wait_for_port(self):
        def port():
            if self.process.poll() is not None:
                raise AssertionError("the stand-in ended with status %d" % self.process.returncode)
            if not os.path.exists(self._port_file):
                return None
            with open(self._port_file, encoding="ascii") as source:
                return int(source.read())
        return wait_until(port, "the stand-in listens", START_DEADLINE_S)

    def stop(self):
        """Ends it in order, as SIGTERM does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=START_DEADLINE_S * deadlines.PATIENCE)
        self._folder.cleanup()

    # requests

    def request(self, method, path, body=None, headers=None, token="", timeout_s=30.0):
        """One request on its own connection. `path` may be a whole address; token None sends none."""
        sent = {"User-Agent": "tandem-tests", "Accept": "application/json"}
        token = self.token if token == "" else token
        if token is not None:
            sent["Authorization"] = "Bearer " + token
        sent.update(headers or {})
        sent = {name: value for name, value in sent.items() if value is not None}
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            connection.request(method, re.sub(r"^http://[^/]+", "", path), data, sent)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read())
        finally:
            connection.close()

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.request("POST", path, body, **more)

    def patch(self, path, body=None, **more):
        return self.request("PATCH", path, body, **more)

    def put(self, path, body=None, **more):
        return self.request("PUT", path, body, **more)

    def delete(self, path, body=None, **more):
        return self.request("DELETE", path, body, **more)

    def all_pages(self, path):
        """The items of a list, following `next` to the end."""
        items = []
        while path:
            answer = self.get(path)
            assert answer.status == 200, answer
            items += answer.json
            path = answer.link("next")
        return items

    # control

    def control(self, what, document=None, method=None):
        """A call under /_sandbox/: POST with a document, GET without."""
        method = method or ("GET" if document is None else "POST")
        answer = self.request(method, "/_sandbox/" + what, document, token=None)
        assert answer.status == 200, answer
        return answer.json

    def act(self, actor, do, number=None, repo="acme/rocket", **fields):
        """What a person does in the meantime."""
        return self.control("act", {"actor": actor, "do": do, "repo": repo, "number": number,
                                    "fields": fields})
