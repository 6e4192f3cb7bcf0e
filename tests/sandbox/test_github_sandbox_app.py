#!/usr/bin/python3
"""The stand-in of GitHub: the App's signed tokens, installation tokens, and the kept state."""

import base64
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "harness"))

import tap  # noqa: E402
from receiver import Receiver  # noqa: E402
from stand_in import Sandbox, wait_until  # noqa: E402

REPO = "/repos/acme/rocket"
ISSUES = REPO + "/issues"
APP_ID = 4711


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, check=True, capture_output=True).stdout


class Key:
    """An RSA key pair in a folder of its own."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.private = os.path.join(self.folder.name, "private.pem")
        self.public = os.path.join(self.folder.name, "public.pem")
        self.public_pkcs1 = os.path.join(self.folder.name, "public-pkcs1.pem")
        openssl("genrsa", "-out", self.private, "2048")
        openssl("rsa", "-in", self.private, "-pubout", "-out", self.public)
        openssl("rsa", "-in", self.private, "-RSAPublicKey_out", "-out", self.public_pkcs1)

    def jwt(self, claims, alg="RS256"):
        signed = "%s.%s" % (_base64url(json.dumps({"alg": alg, "typ": "JWT"}).encode()),
                            _base64url(json.dumps(claims).encode()))
        signature = openssl("dgst", "-sha256", "-sign", self.private, data=signed.encode())
        return signed + "." + _base64url(signature)


def _base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class App(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.key = Key()
        cls.github = Sandbox("--issues", "10", "--no-limits", "--app", "%d:%s" % (APP_ID, cls.key.public),
                             "--repo", "acme/rocket", "--repo", "acme/engine")

    @classmethod
    def tearDownClass(cls):
        cls.github.stop()

    def jwt(self, issued_s=-60, expires_s=540, issuer=APP_ID, alg="RS256"):
        now = int(self.github.control("clock")["epoch_s"])
        return self.key.jwt({"iat": now + issued_s, "exp": now + expires_s, "iss": issuer}, alg)

    def installation_token(self, body=None):
        found = self.github.get(REPO + "/installation", token=self.jwt()).json
        path = "/app/installations/%d/access_tokens" % found["id"]
        answer = self.github.post(path, body, token=self.jwt())
        self.assertEqual(answer.status, 201, answer)
        return answer.json

    def test_app_knows_itself(self):
        answer = self.github.get("/app", token=self.jwt())
        self.assertEqual((answer.status, answer.json["id"]), (200, APP_ID))
        self.assertEqual(len(self.github.get("/app/installations", token=self.jwt()).json), 1)

    def test_app_accepts_issuer_as_text(self):
        self.assertEqual(self.github.get("/app", token=self.jwt(issuer=str(APP_ID))).status, 200)

    def test_app_refuses_bad_tokens(self):
        cases = {"issued later": self.jwt(issued_s=60), "expired": self.jwt(expires_s=-1),
                 "too long": self.jwt(expires_s=700), "other issuer": self.jwt(issuer=1),
                 "other algorithm": self.jwt(alg="none"), "no token": "nonsense",
                 "other key": Key().jwt({"iat": 0, "exp": 1 << 40, "iss": APP_ID}),
                 "cut": self.jwt()[:-6], "not for the App": "sandbox-token"}
        for name, token in cases.items():
            with self.subTest(name):
                self.assertEqual(self.github.get("/app", token=token).status, 401)

    def test_installation_token_works_for_an_hour(self):
        token = self.installation_token()["token"]
        self.assertTrue(token.startswith("ghs_"))
        made = self.github.post(ISSUES, {"title": "by the App"}, token=token)
        self.assertEqual((made.status, made.json["user"]["type"]), (201, "Bot"))
        self.assertEqual(made.json["performed_via_github_app"]["id"], APP_ID)
        self.github.control("clock", {"advance_s": 3500})
        self.assertEqual(self.github.get(ISSUES, token=token).status, 200)
        self.github.control("clock", {"advance_s": 110})
        self.assertEqual(self.github.get(ISSUES, token=token).status, 401)

    def test_installation_token_can_be_narrowed(self):
        answer = self.installation_token({"repositories": ["engine"]})
        self.assertEqual([repo["name"] for repo in answer["repositories"]], ["engine"])
        self.assertEqual(self.github.get("/repos/acme/engine", token=answer["token"]).status, 200)
        self.assertEqual(self.github.get(REPO, token=answer["token"]).status, 404)
        found = self.github.get("/installation/repositories", token=answer["token"]).json
        self.assertEqual(found["total_count"], 1)

    def test_installation_unknown_is_404(self):
        answer = self.github.post("/app/installations/1/access_tokens", token=self.jwt())
        self.assertEqual(answer.status, 404)

    def test_public_key_in_its_older_form(self):
        other = Sandbox("--issues", "1", "--app", "%d:%s" % (APP_ID, self.key.public_pkcs1))
        now = int(other.control("clock")["epoch_s"])
        token = self.key.jwt({"iat": now - 60, "exp": now + 60, "iss": APP_ID})
        self.assertEqual(other.get("/app", token=token).status, 200)
        other.stop()


class State(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "world.json")
        self.started = []

    def tearDown(self):
        for one in self.started:
            one.stop()
        self.folder.cleanup()

    def start(self, *more):
        # One public address for all starts, since a new port would change every URL.
        self.started.append(Sandbox("--issues", "60", "--no-limits", "--state", self.path,
                                    "--public-url", "http://github.example", *more))
        return self.started[-1]

    def everything(self, github):
        """What a client can read, without what differs by address."""
        paths = (ISSUES + "?state=all&per_page=100", ISSUES + "/comments?per_page=100", REPO + "/labels?per_page=100",
                 REPO + "/milestones?state=all", ISSUES + "/61/timeline", ISSUES + "/61/reactions", REPO + "/hooks")
        return [github.all_pages(path) for path in paths]

    def change(self, github, hook_url):
        number = github.post(ISSUES, {"title": "kept ü", "labels": ["new one"], "milestone": 2,
                                      "assignees": ["alice"]}).json["number"]
        github.act("bob", "comment", number, body="kept too")
        github.post("%s/%d/reactions" % (ISSUES, number), {"content": "heart"})
        github.act("bob", "close", number, state_reason="duplicate")
        github.act("bob", "delete", 5)
        github.act("bob", "transfer", 6, to="acme/engine")
        github.post(HOOKS, {"config": {"url": hook_url, "content_type": "json"}, "events": ["issues"]})
        github.control("clock", {"advance_s": 5000})

    def test_state_survives_a_restart(self):
        receiver = Receiver()
        first = self.start()
        self.change(first, receiver.url)
        receiver.wait_for(1)
        wait_until(lambda: first.get(HOOKS).json[0]["last_response"]["code"], "the ping is noted")
        before, history = self.everything(first), first.control("history")
        first.stop()
        second = self.start()
        self.assertEqual(self.everything(second), before)
        self.assertEqual(second.control("history"), history)
        self.assertEqual(second.get(ISSUES + "/5").status, 410)
        self.assertEqual(second.get(ISSUES + "/6").status, 301)
        self.assertGreater(second.control("clock")["offset_s"], 4990)
        made = second.post(ISSUES, {"title": "goes on"}).json
        self.assertEqual(made["number"], 62)
        receiver.stop()

    def test_state_is_saved_after_a_quiet_moment(self):
        first = self.start()
        first.post(ISSUES, {"title": "soon on disk"})

        def saved():
            with open(self.path, encoding="utf-8") as source:
                return "soon on disk" in source.read()
        wait_until(saved, "the state is saved")
        first.process.kill()
        first.process.wait()
        self.assertEqual(self.start().get(ISSUES + "/61").json["title"], "soon on disk")

    def test_state_of_the_wrong_form_stops_the_start(self):
        with open(self.path, "w", encoding="utf-8") as out:
            out.write("{}")
        with self.assertRaises(AssertionError):
            self.start()


HOOKS = REPO + "/hooks"

if __name__ == "__main__":
    tap.main(__name__)
