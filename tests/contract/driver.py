"""A connector as a process: one call is one line of JSON (see connector_contract.h)."""

import json
import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))


def program(system):
    """contract-SYSTEM in TANDEM_BUILD, the build folder; build/dev without it."""
    folder = os.environ.get("TANDEM_BUILD", os.path.join(ROOT, "build", "dev"))
    return os.path.join(folder, "tests", "contract-" + system)


class Answer:
    """What a call gave; members of the answer are attributes."""

    def __init__(self, document):
        self.__dict__.update(document)
        self.document = document

    @property
    def calls(self):
        return self.usage["api_calls"]

    def __repr__(self):
        return "Answer(%s, %r)" % (self.code, self.message)


class Driver:
    """One running connector. Every call also asserts that the connector broke no rule."""

    def __init__(self, system):
        self._process = subprocess.Popen([program(system)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._opening = None

    def close(self):
        self._process.stdin.close()
        status = self._process.wait(timeout=30)
        self._process.stdout.close()
        assert status == 0, "the driver ended with status %d" % status

    def call(self, op, **arguments):
        line = json.dumps(dict(arguments, op=op)).encode() + b"\n"
        self._process.stdin.write(line)
        self._process.stdin.flush()
        reply = self._process.stdout.readline()
        assert reply, "the driver ended during " + op
        answer = Answer(json.loads(reply))
        assert not answer.broken, "%s: %s" % (op, answer.broken)
        return answer

    def open(self, **arguments):
        self._opening = arguments
        return self.call("open", **arguments)

    def reopen(self, **changes):
        """A new connection, as after a restart."""
        return self.open(**dict(self._opening, **changes))

    def pull(self, cursor=None, mode="incremental"):
        return self.call("pull", mode=mode, **({"cursor": cursor} if cursor else {}))

    def describe(self):
        """The description, its fields by name, or the answer when it failed."""
        answer = self.call("describe")
        if answer.code != "ok":
            return answer
        found = Answer(dict({"remote": "", "can_write": False, "is_private": False}, **answer.description, code="ok", message=""))
        found.fields = {field["name"]: field for field in answer.description.get("fields", [])}
        return found

    def words(self, field):
        """The words that a field of the remote knows."""
        return [word["name"] for word in self.describe().fields[field].get("words", [])]

    def fetch(self, kind, external_id, parent=None, etag=None):
        ref = {"kind": kind, "external_id": str(external_id), "parent_external_id": parent, "etag": etag}
        return self.call("fetch", ref={name: value for name, value in ref.items() if value is not None})

    def _push_many(self, operation, pushes):
        """An answer whose `outcomes` are those of each."""
        answer = self.call(operation, pushes=pushes)
        assert answer.code == "ok", answer
        answer.outcomes = [Answer(one) for one in answer.outcomes]
        return answer

    def create_many(self, creations):
        return self._push_many("create_many", creations)

    def change_many(self, changes):
        return self._push_many("change_many", changes)

    def fetch_many(self, kind, external_ids):
        return self.call("fetch_many", refs=[{"kind": kind, "external_id": str(one)} for one in external_ids])


class Pulled:
    """What a whole pull gave: every observation in order, the newest by id, pages and calls."""

    def __init__(self, driver, cursor=None, mode="incremental", between=None):
        self.observations, self.pages, self.calls, self.notes = [], 0, 0, []
        self.unchanged = False
        done = False
        while not done:
            page = driver.pull(cursor, mode)
            self.calls += page.calls
            assert page.code == "ok", page
            self.pages += 1
            self.observations += page.observations
            self.notes += [page.note] if page.note else []
            cursor, done, self.unchanged = page.cursor, page.done, page.unchanged
            if between is not None and not done:
                between(self.pages)
        self.cursor = cursor

    def of_kind(self, kind):
        """The last observation of each id."""
        return {seen["external_id"]: seen for seen in self.observations if seen["kind"] == kind}

    @property
    def tickets(self):
        return self.of_kind("ticket")

    @property
    def comments(self):
        return self.of_kind("comment")
