#!/usr/bin/python3
"""Logins by OAuth against the stand-ins: `tandem connect --oauth` and `tandem credentials login`, where the test is the
person with the browser, and how a login is renewed by several processes."""

import contextlib
import glob
import json
import os
import re
import subprocess
import sys
import unittest
import urllib.error
import urllib.parse
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import tap  # noqa: E402
from house import DEADLINE_S, TANDEM, House, StandIn, wait_for, why_not  # noqa: E402
from world import free_port  # noqa: E402

ADAPTERS = ("tandem-adapter-linear", "tandem-adapter-jira")
CLIENT_SECRET = "canary-client-secret"
LEASE_MS = "3000"
TOKENS = r"gh[our]_[0-9a-f]{30}|lin_\w*[A-Za-z0-9]{40}|eyJ\.[\w-]{40}|rt-[\w-]{30}"  # as the stand-ins issue them


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Login:
    """A command that waits for a person, and what it says meanwhile."""

    def __init__(self, house, *words):
        self.said = []
        self.process = subprocess.Popen([TANDEM, *words], env=house.environment, stdin=subprocess.DEVNULL, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def line_with(self, word):
        for line in self.process.stderr:
            self.said.append(line)
            if word in line:
                return line.strip()
        raise AssertionError("ended without %r: %s" % (word, "".join(self.said)))

    def end(self):
        out, err = self.process.communicate(timeout=2 * DEADLINE_S)
        self.said += [out, err]
        return self.process.returncode, "".join(self.said)


def shown_by_processes():
    """What `ps` and /proc tell of tandem's programs: arguments and environments."""
    texts = []
    for folder in glob.glob("/proc/[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended, or shows its environment to nobody
            for name in ("cmdline", "environ"):
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                    text = file.read()
                if name == "cmdline" and not os.path.basename(text.split("\0")[0]).startswith("tandem"):
                    break
                texts.append(text)
    return texts


def get(url):
    """The status and the address that it leads to."""
    try:
        with urllib.request.build_opener(NoRedirect).open(url, timeout=DEADLINE_S) as answer:
            return answer.status, None
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers.get("Location")


@unittest.skipIf(why_not(*ADAPTERS), why_not(*ADAPTERS))
class Logins(unittest.TestCase):
    """The login of Jira, `rocket`, is there from the start; two processes of each adapter use it."""

    @classmethod
    def setUpClass(cls):
        cls.house = House()
        cls.house.environment["TANDEM_LEASE_MS"] = LEASE_MS
        cls.github = StandIn("github-sandbox", "--issues", "4", "--oauth", "app-1")
        cls.linear = StandIn("linear-sandbox", "--issues", "4", "--no-limits", "--oauth", "app-2:%s:first" % CLIENT_SECRET)
        cls.jira = StandIn("jira-sandbox", "--issues", "6", "--no-limits", "--oauth", "app-3:" + CLIENT_SECRET)
        cls.stand_ins = (cls.github, cls.linear, cls.jira)
        cls.addClassCleanup(cls.clean_up)
        for stand_in in cls.stand_ins:
            wait_for(lambda one=stand_in: one.control("GET", "health"), "the stand-in")
        cls.house.environment["TANDEM_ADAPTER_REPLICAS"] = "2"
        cls.house.start(*(one.port for one in cls.stand_ins))
        cls.secret_file, cls.port = cls.house.file("client", CLIENT_SECRET), free_port()
        cls.jira.control("POST", "oauth", {"grace_s": 600})
        cls.said, cls.processes = [], []
        code, said = cls.browse(cls.connect_jira())
        if code:
            raise AssertionError(said)

    @classmethod
    def clean_up(cls):
        cls.house.run("down")
        for stand_in in cls.stand_ins:
            stand_in.close()
        cls.house.remove()

    # what a person does

    @classmethod
    def connect_jira(cls):
        return Login(cls.house, "connect", "jira", "--oauth", "--base-url", cls.jira.url, "--auth-url", cls.jira.url, "--project",
                     "ROCKET", "--name", "rocket", "--client-id", "app-3", "--client-secret-file", cls.secret_file,
                     "--callback-port", str(cls.port), "--yes")

    @classmethod
    def browse(cls, login):
        """Follows the address to the consent page and back."""
        url = login.line_with("http").split()[-1]
        cls.processes += shown_by_processes()
        status, back = get(url)
        if status != 302 or get(back)[0] != 200:
            raise AssertionError("%d %s" % (status, back))
        code, said = login.end()
        cls.said.append(said)
        return code, said

    def run_fine(self, *words, **more):
        done = self.house.run(*words, **more)
        self.said.append(done.out + done.err)
        self.assertEqual(done.code, 0, done.out + done.err)
        return done

    def credential(self, name):
        listed = self.run_fine("credentials", "list", "--json").json["credentials"]
        return next((one for one in listed if one["name"] == name), None)

    def project(self, name):
        return next(one for one in self.run_fine("status", "--json").json["projects"] if one["project"]["name"] == name)

    def token_requests(self):
        log = self.jira.control("GET", "requests?last=5000")["log"]
        return [one for one in log if one["path"].startswith("/oauth/token") and one["method"] == "POST"]

    def edit_many(self, word):
        """So that reads, single looks and writes want the credential at once."""
        for ticket in self.run_fine("ticket", "list", "--project", "rocket", "--json").json["tickets"]:
            self.run_fine("ticket", "edit", ticket["key"], "--title", "%s of %s" % (word, ticket["key"]))
        self.run_fine("sync", "rocket")

    def arrived(self, word):
        history = self.jira.control("GET", "history?via=api")["entries"]
        return len({one["issue"] for one in history if word + " of" in json.dumps(one.get("after"))}) >= 6

    # logging in

    def test_login_on_github_by_a_code(self):
        login = Login(self.house, "connect", "github", "--oauth", "--base-url", self.github.url, "--repo", "acme/rocket",
                      "--name", "device", "--client-id", "app-1", "--yes")
        line = login.line_with("type the code")
        self.assertIn(self.github.url + "/login/device", line)
        self.github.control("POST", "device", {"user_code": line.split()[-1], "login": "tandem-bot"})
        code, said = login.end()
        self.said.append(said)
        self.assertEqual(code, 0, said)
        self.assertEqual(self.credential("device")["kind"], "oauth")
        # A GitHub App's tokens end after 8 hours: this one at once, and it is renewed before it is used.
        self.github.control("POST", "oauth", {"lifetime_s": 100})
        login = Login(self.house, "credentials", "login", "device")
        self.github.control("POST", "device", {"user_code": login.line_with("type the code").split()[-1], "login": "tandem-bot"})
        code, said = login.end()
        self.said.append(said)
        self.assertEqual(code, 0, said)
        self.assertIn("revoke it at the tracker", said)
        self.assertGreater(self.credential("device")["generation"], 2)
        self.assertEqual(self.project("device")["project"]["state"], "active")
        self.check_end()

    def ends_in_days(self):
        listed = self.run_fine("credentials", "list", "--json").json
        (shown,) = [one for one in listed["credentials"] if one["name"] == "device"]
        return (shown["expires_ms"] - listed["now_ms"]) / 86400000

    def renew_github(self, days):
        """The next refresh token lasts so long, and the access token ends at once."""
        before = self.credential("device")["generation"]
        self.github.control("POST", "oauth", {"lifetime_s": 100, "refresh_lifetime_s": days * 86400})
        self.run_fine("sync", "device")
        wait_for(lambda: self.credential("device")["generation"] > before, "the renewal")

    def check_end(self):
        """That of the refresh token, which each renewal moves."""
        self.assertAlmostEqual(self.ends_in_days(), 183, delta=1)
        self.renew_github(5)
        self.assertAlmostEqual(self.ends_in_days(), 5, delta=1)
        self.assertEqual(self.credential("device")["state"], "expiring")
        self.assertIn("tandem credentials login device", self.run_fine("status").err)
        wait_for(lambda: "CredentialExpiring" in self.run_fine("events", "replay", "--json").out, "the warning")
        (told,) = [one for one in self.run_fine("events", "replay", "--json").out.splitlines() if "CredentialExpiring" in one]
        self.assertIn("tandem credentials login device", told)
        self.renew_github(183)
        self.assertEqual(self.credential("device")["state"], "active")

    def test_login_on_github_that_is_refused_stores_nothing(self):
        login = Login(self.house, "connect", "github", "--oauth", "--base-url", self.github.url, "--repo", "acme/rocket",
                      "--name", "refused", "--client-id", "app-1", "--yes")
        self.github.control("POST", "device", {"user_code": login.line_with("type the code").split()[-1], "login": ""})
        code, said = login.end()
        self.assertEqual(code, 5, said)
        self.assertIsNone(self.credential("refused"))

    def test_login_on_linear_by_a_browser_without_a_client_secret(self):
        code, said = self.browse(Login(self.house, "connect", "linear", "--oauth", "--base-url", self.linear.url, "--team", "ENG",
                                       "--name", "engine", "--client-id", "app-2", "--callback-port", str(self.port), "--yes"))
        self.assertEqual(code, 0, said)
        self.assertEqual(self.credential("engine")["kind"], "oauth")

    def test_login_takes_only_its_own_answer(self):
        login = self.connect_jira()
        url = login.line_with("http").split()[-1]
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(url).query))
        self.assertEqual((query["code_challenge_method"], query["response_type"]), ("S256", "code"))
        back = query["redirect_uri"]
        self.assertEqual(back, "http://127.0.0.1:%d/callback" % self.port)
        for wrong in ("?code=stolen&state=guessed", "?code=stolen", "?state=" + query["state"][:-1] + "&code=stolen"):
            self.assertEqual(get(back + wrong)[0], 400)
        self.assertEqual(get(back.replace("/callback", "/other"))[0], 404)
        self.assertEqual(get(back + "?error=access_denied&state=" + query["state"])[0], 200)
        code, said = login.end()
        self.assertEqual((code, "access_denied" in said), (5, True), said)

    def test_login_without_a_client_says_what_is_missing(self):
        done = self.house.run("connect", "linear", "--oauth", "--base-url", self.linear.url, "--team", "ENG")
        self.assertEqual(done.code, 2)
        self.assertIn("--client-id", done.err)

    # renewing

    def test_login_is_renewed_once_for_all_processes(self):
        self.jira.control("DELETE", "requests")
        self.jira.control("DELETE", "tokens")
        self.edit_many("Renewed")
        wait_for(lambda: self.arrived("Renewed"), "the edits")
        self.assertEqual([one["status"] for one in self.token_requests()], [200])
        self.assertEqual(self.project("rocket")["project"]["state"], "active")

    def test_login_survives_a_renewal_whose_answer_is_lost(self):
        self.jira.control("DELETE", "requests")
        self.jira.control("POST", "faults", {"match": {"path": "^/oauth/token$", "method": "POST"},
                                             "fault": "reset_after_commit", "times": 1})
        self.jira.control("DELETE", "tokens")
        self.edit_many("Lost")
        wait_for(lambda: self.arrived("Lost"), "the edits")
        self.assertEqual([one.get("fault") for one in self.token_requests()], ["reset_after_commit", None])
        self.assertEqual(self.project("rocket")["project"]["state"], "active")

    def test_login_that_is_refused_stops_with_the_command_that_mends_it(self):
        self.jira.control("POST", "faults", {"match": {"path": "^/oauth/token$", "method": "POST"}, "fault": "status",
                                             "status": 403, "body": '{"error": "invalid_grant"}', "times": None})
        self.jira.control("DELETE", "tokens")
        self.said.append(self.house.run("sync", "rocket").err)  # says that it has stopped, if somebody was refused before
        wait_for(lambda: self.project("rocket")["project"]["state"] == "failed", "the project to stop")
        self.assertIn("tandem credentials login rocket", self.project("rocket")["next_step"])
        self.assertEqual(self.credential("rocket")["state"], "refused")
        self.jira.control("DELETE", "faults")
        code, said = self.browse(Login(self.house, "credentials", "login", "rocket", "--callback-port", str(self.port)))
        self.assertEqual(code, 0, said)
        self.assertIn("goes on", said)
        self.edit_many("Mended")
        wait_for(lambda: self.arrived("Mended"), "the edits")

    def test_logins_show_no_secret(self):
        self.assertTrue(any("--login" in text for text in self.processes), "the adapter that logs in")
        places = {"commands": "".join(self.said), "processes": "\n".join(self.processes + shown_by_processes())}
        for words in (("events", "replay", "--json"), ("audit", "export"), ("status", "--json"), ("credentials", "list", "--json"),
                      ("sessions", "list", "--json")):
            places[" ".join(words)] = self.run_fine(*words).out
        for name in os.listdir(self.house.home + "/log"):
            with open(os.path.join(self.house.home, "log", name), encoding="utf-8", errors="replace") as log:
                places[name] = log.read()
        self.assertIn("SyncStarted", places["events replay --json"])
        self.assertEqual([place for place, text in places.items() if CLIENT_SECRET in text or re.search(TOKENS, text)], [])


if __name__ == "__main__":
    tap.main(__name__)
