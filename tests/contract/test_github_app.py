#!/usr/bin/python3
"""The GitHub connector as a GitHub App: signed JWTs, installation tokens, a clock that is wrong."""

import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from driver import Pulled  # noqa: E402
from github_case import REPO, GitHubCase  # noqa: E402

APP_ID = 4711


def openssl(*arguments):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout.decode()


class App(GitHubCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        private, public = os.path.join(cls.folder.name, "key.pem"), os.path.join(cls.folder.name, "public.pem")
        openssl("genrsa", "-out", private, "2048")
        openssl("rsa", "-in", private, "-pubout", "-out", public)
        with open(private, encoding="ascii") as source:
            cls.key = source.read()
        cls.pkcs1 = openssl("rsa", "-in", private, "-traditional")
        cls.encrypted = openssl("rsa", "-in", private, "-aes128", "-passout", "pass:secret")
        cls.options = ("--issues", "20", "--no-limits", "--app", "%d:%s" % (APP_ID, public), "--repo", "acme/rocket")
        super().setUpClass()
        cls.installation = None

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.folder.cleanup()

    def credential(self, **changes):
        return dict({"app_id": APP_ID, "private_key": self.key}, **changes)

    def open(self, **changes):
        super().open(credential_kind="app", credential=self.credential(**changes))

    def counts(self):
        return self.requests()["counts"]

    def test_app_pulls_and_writes_as_its_bot(self):
        pulled = Pulled(self.driver)
        self.assertTrue(pulled.tickets)
        made = self.create(title="by the app")
        self.assertEqual((made["author"], made["author_is_self"]), ("tandem-sync[bot]", True))
        self.assertTrue(Pulled(self.driver, pulled.cursor).tickets[made["external_id"]]["author_is_self"])

    def test_app_key_may_be_pkcs1_and_the_id_a_text(self):
        self.open(private_key=self.pkcs1, app_id=str(APP_ID))
        self.assertEqual(self.driver.fetch("ticket", 1).code, "ok")

    def test_app_key_with_a_passphrase_is_refused(self):
        answer = self.driver.reopen(credential=self.credential(private_key=self.encrypted))
        self.assertEqual(answer.code, "auth")

    def test_app_token_is_asked_for_once(self):
        for _ in range(3):
            self.driver.fetch("ticket", 1)
        minted = [count for name, count in self.counts().items() if "access_tokens" in name]
        self.assertEqual(minted, [1])

    def test_app_token_is_renewed_before_it_ends(self):
        self.driver.fetch("ticket", 1)
        self.github.control("clock", {"advance_s": 56 * 60})
        self.driver.fetch("ticket", 1)
        self.driver.fetch("ticket", 1)
        minted = [count for name, count in self.counts().items() if "access_tokens" in name]
        self.assertEqual(minted, [2])
        self.assertNotIn("401", self.requests()["statuses"])

    def test_app_token_that_has_ended_is_renewed(self):
        self.driver.fetch("ticket", 1)
        self.github.control("clock", {"advance_s": 3700})
        self.assertEqual(self.driver.fetch("ticket", 1).code, "ok")

    def test_app_with_a_wrong_clock_takes_githubs(self):
        for seconds in (7200, -14400, 7200):
            self.github.control("clock", {"advance_s": seconds})
            self.driver.reopen()
            self.assertEqual(self.driver.fetch("ticket", 1).code, "ok", seconds)

    def test_app_unknown_or_not_installed_is_auth(self):
        self.open(app_id=1)
        self.assertEqual(self.driver.fetch("ticket", 1).code, "auth")
        self.open(installation_id=999999)
        self.assertEqual(self.driver.fetch("ticket", 1).code, "auth")

    def test_app_installation_that_is_named_needs_no_look_up(self):
        self.driver.fetch("ticket", 1)
        answer = self.github.request("GET", REPO, token="sandbox-token")
        self.assertEqual(answer.status, 200)
        found = [name for name in self.counts() if name.endswith("/installation")]
        self.assertEqual(len(found), 1)

    def test_app_token_failure_of_the_server_is_retry(self):
        self.driver.reopen()
        self.fault("status", "POST", path="access_tokens", status=502)
        self.assertEqual(self.driver.fetch("ticket", 1).code, "retry")
        self.assertEqual(self.driver.fetch("ticket", 1).code, "ok")

    def test_app_describe_asks_the_installation_what_it_may(self):
        found = self.driver.describe()
        self.assertEqual((found.account, found.can_write), ("tandem-sync[bot]", True))


if __name__ == "__main__":
    tap.main(__name__)
