#!/usr/bin/python3
"""The receiver of webhooks and the whole world: strangers who connect and say nothing, forgeries and how they are counted,
requests that no tracker sends, and projects whose names are more than one plain word."""

import hashlib
import hmac
import http.client
import json
import os
import shlex
import socket
import sys
import threading
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import tap  # noqa: E402
from verbs import Refused  # noqa: E402
from world import PATIENT_S, World, free_port, wait_for  # noqa: E402

BODY = json.dumps({"action": "opened", "repository": {"full_name": "acme/else"}}).encode()
HEADERS = {"Authorization": "Bearer sandbox-token", "User-Agent": "test"}
WEB = "Kim's Überblick (50% #1)"  # a project's name


def signed(body=BODY, **more):
    mac = hmac.new(b"hook-secret", body, hashlib.sha256).hexdigest()
    return {"X-GitHub-Event": "watch", "X-Hub-Signature-256": "sha256=" + mac, **more}


class Receiver(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        port = free_port()
        cls.world = World(("--issues", "3", "--no-limits"), environment={
            "TANDEM_WEBHOOK_LISTEN": "127.0.0.1:%d" % port, "TANDEM_WEBHOOK_URL": "http://127.0.0.1:%d" % port})
        cls.addClassCleanup(cls.world.close)
        cls.world.webhook_port = port
        for name in ("rocket", "other"):
            cls.world.connect(name)
        wait_for(lambda: not cls.world.sql("select 1 from project p left join project_hook h on h.project_id = p.id and h.state = 'active' "
                                           "where last_sync_at is null or h.project_id is null"), "the first syncs and webhooks")
        cls.world.settle()

    def post(self, headers, body=BODY, project="rocket", timeout=PATIENT_S):
        connection = http.client.HTTPConnection("127.0.0.1", self.world.webhook_port, timeout=timeout)
        try:
            connection.request("POST", "/webhooks/" + urllib.parse.quote(project, safe=""), body, headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def raw(self, text):
        """Everything that comes back until the receiver closes."""
        with socket.create_connection(("127.0.0.1", self.world.webhook_port), timeout=PATIENT_S) as sock:
            sock.sendall(text)
            sock.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := sock.recv(65536):
                answer += piece
        return answer

    def project(self, name, is_so, what):
        def look():
            found = [one for one in self.world.call("status")["projects"] if one["project"]["name"] == name]
            return found[0] if is_so(found[0]) else None
        return wait_for(look, what)

    def refused(self, name):
        return self.project(name, lambda one: True, "the project")["webhook"].get("refused", 0)

    def test_silent_connections_keep_no_delivery_away(self):
        silent = [socket.create_connection(("127.0.0.1", self.world.webhook_port)) for _ in range(300)]
        for one in silent[::2]:
            one.sendall(b"POST /webhooks/rocket HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\nhalf")
        try:
            for number in range(3):
                self.assertEqual(self.post(signed(**{"X-GitHub-Delivery": "among-many-%d" % number}), timeout=10), 200)
        finally:
            for one in silent:
                one.close()

    def test_forgeries_are_counted_one_by_one_and_by_project(self):
        before = {name: self.refused(name) for name in ("rocket", "other")}
        forged = {"X-GitHub-Event": "issues", "X-GitHub-Delivery": "f", "X-Hub-Signature-256": "sha256=" + "0" * 64}
        for number in range(200):
            self.assertEqual(self.post(forged), 401)
            if number % 50 == 0:
                self.assertEqual(self.post(forged, project="other"), 401)
        wait_for(lambda: self.refused("rocket") - before["rocket"] == 200, "all to be counted")
        wait_for(lambda: self.refused("other") - before["other"] == 4, "those of the other project")
        self.assertEqual(self.world.sql("select 1 from delivery where delivery_id = 'f'"), [])

    def test_refusals_that_are_told_late_say_nothing_of_a_delivery_since(self):
        self.assertEqual(self.post(signed(**{"X-GitHub-Delivery": "since"}), project="other"), 200)
        before = self.refused("other")
        self.world.call("webhook.refused", project="other", count=3, ago_ms=3600000)
        found = self.project("other", lambda one: one["webhook"]["refused"] == before + 3, "them to be counted")
        self.assertEqual(found["webhook"]["state"], "working")

    def test_headers_that_are_no_words_are_a_bad_request(self):
        for name in ("X-GitHub-Delivery", "X-GitHub-Event"):
            for value in ("x" * 5000, "\xff\xfe", ""):
                with self.subTest(name=name, value=value[:3]):
                    self.assertEqual(self.post({**signed(**{"X-GitHub-Delivery": "odd"}), name: value}), 400)
        self.assertEqual(self.world.sql("select 1 from delivery where delivery_id = 'odd'"), [])

    def test_store_that_is_away_keeps_no_delivery_waiting_for_others(self):
        """The first ones wait for it, as it may only start again; then all are told at once that nothing was kept."""
        self.world.processes["store"].kill()
        answers = []
        senders = [threading.Thread(target=lambda number=number: answers.append(self.post(signed(
            **{"X-GitHub-Delivery": "away-%d" % number}), timeout=PATIENT_S))) for number in range(20)]
        began_s = time.monotonic()
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        self.assertEqual(answers, [503] * len(senders))
        self.assertLess(time.monotonic() - began_s, 40)
        self.world.start("store")
        self.world.wait_for_store()
        wait_for(lambda: self.post(signed(**{"X-GitHub-Delivery": "back"})) == 200, "a delivery to be kept")

    def test_path_that_is_no_text_names_no_project(self):
        answer = self.raw(b"POST /webhooks/%ff HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\n{}")
        self.assertTrue(answer.startswith(b"HTTP/1.1 404 "), answer)

    def test_projects_of_any_name_get_their_webhooks_and_commands_that_can_be_typed(self):
        self.world.connect(WEB)
        self.project(WEB, lambda one: one["webhook"].get("active"), "the webhook")
        hooks = self.world.sandbox.request("GET", "/repos/acme/rocket/hooks", None, HEADERS)
        self.assertIn(urllib.parse.quote(WEB, safe=""), [one["config"]["url"].rpartition("/")[2] for one in hooks])
        self.world.sandbox.act("petra", "edit", number=1, fields={"title": "Told"})
        self.project(WEB, lambda one: one["webhook"].get("last_delivery_ms"), "a delivery to it")
        self.world.settle()
        self.assertEqual(self.post({"X-GitHub-Event": "issues", "X-GitHub-Delivery": "f"}, project=WEB), 401)
        found = self.project(WEB, lambda one: one["webhook"]["state"] == "refusing", "the refusal")
        self.assertEqual(shlex.split(found["webhook"]["next_step"]), ["tandem", "webhooks", "rotate", WEB])
        self.world.call("project.set_state", name=WEB, state="paused", reason="tried", actor="user:test")
        found = self.project(WEB, lambda one: one.get("next_step"), "the pause")
        self.assertEqual(shlex.split(found["next_step"]), ["tandem", "projects", "resume", WEB])
        self.assertEqual(shlex.split(found["credential_mend"]), ["tandem", "credentials", "rotate", WEB])

    def test_new_names_that_steer_terminals_are_refused(self):
        for name in ("-x", "two\nlines", "\x1b[31mred", "a\x7f"):
            with self.subTest(name=name), self.assertRaises(Refused) as caught:
                self.world.connect(name)
            self.assertEqual(caught.exception.code, "rejected")


if __name__ == "__main__":
    tap.main(__name__)
