"""A story of what is done rarely: webhooks that tandem registers itself and that get lost, scans, plans, links, retractions, parked
writes, many conflicts at once, credentials, a project that is removed, and all questions. As in story.py, its end does not
depend on who was faster; GitHub's two repositories are its trackers."""

import http.client
import json
import os

import story
from story import ENVIRONMENT, READ, Story, scan_until
from verbs import Refused
from world import PATIENT_S, World, wait_for

OTHER = "acme/booster"
HOOKS = "/repos/%s/hooks"
OPTIONS = ("--issues", "8", "--no-limits", "--no-pull-requests", "--repo", story.REPO, "--repo", OTHER,
           "--token", "sandbox-token", "--token", "second-token")


def make_world():
    world = World(OPTIONS, environment=ENVIRONMENT, start=False)
    world.extra["TANDEM_WEBHOOK_URL"] = "http://127.0.0.1:%d/" % world.webhook_port
    return world


class ChoresStory(Story):
    CHAPTERS = ["import", "hooks", "scan", "plan", "link", "comments", "retraction", "parked", "conflicts", "credentials",
                "questions", "removal", "end"]

    # helpers

    def sync_of(self, name):
        session = self.world.sync(name)
        assert session["state"] == "completed", session
        self.world.settle()

    def webhooks(self, **settings):
        self.world.sandbox.control("POST", "webhooks", settings)

    def set_state(self, state, name="rocket"):
        self.world.call("project.set_state", name=name, state=state, actor="user:carol")

    def title_here(self, number):
        return self.world.call("ticket.get", key=self.keys[number])["fields"]["title"]

    def wait_title(self, number, title):
        wait_for(lambda: self.title_here(number) == title and self.world.sandbox.issue(number)["title"] == title, title, 60)

    # chapters

    def _import(self):
        world = self.world
        world.connect()
        world.connect("booster", OTHER)
        wait_for(lambda: len(world.sql("select 1 from project_hook where state = 'active'")) == 2, "both webhooks")
        self.sync()
        self.sync_of("booster")
        self.keys = {number: world.ticket_of("#%d" % number)["key"] for number in range(1, 9)}

    def _hooks(self):
        """One is looked at, one delivery is forged, one gets lost on the way and is asked for again."""
        world = self.world
        wait_for(self._forge, "the forgery to be told")
        self.webhooks(drop_next=1)
        self.bob("edit", 1, title="Sent again")
        world.call("hook.check", project="rocket", actor="user:carol")
        wait_for(self._is_asked_for, "the look for what failed")
        self.sync()

    def _is_asked_for(self):
        """Who has asked for it may die before it is sent; it would be asked for again in a minute, and the poll finds it too. A look
        that had begun before may be the one that ends; then there is another."""
        world = self.world
        if world.sql("select 1 from failed_delivery where asked > 0") or self.title_here(1) == "Sent again":
            return True
        if world.sql("select 1 from project_hook h join project p on p.id = h.project_id where p.name = 'rocket' and "
                     "h.due_at > now() + interval '1 minute'"):
            world.call("hook.check", project="rocket", actor="user:test")
        return False

    def _forge(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.world.webhook_port, timeout=PATIENT_S)
        try:
            connection.request("POST", "/webhooks/rocket", b"{}", {
                "X-GitHub-Event": "issues", "X-GitHub-Delivery": os.urandom(8).hex(), "X-Hub-Signature-256": "sha256=" + 64 * "0",
                "Content-Type": "application/json"})
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return self.world.sql("select 1 from project_hook where refused > 0")

    def _scan(self):
        """An issue that no webhook told of, and for which no poll is due."""
        self.webhooks(lose_next=1)
        number = self.world.sandbox.act("bob", "create", fields={"title": "Nobody saw it"})["issue"]["number"]
        scan_until(self.world, lambda: self.world.ticket_of("#%d" % number))
        self.sync()

    def _plan(self):
        """What both sides did is shown, and then done as it was shown."""
        world = self.world
        self.webhooks(pause=True)
        self.set_state("paused")
        self.edit(2, set={"title": "Planned here"}, add={"labels": ["planned"]})
        self.bob("edit", 3, title="Planned there")
        self.new("Planned and new")
        session = world.sync(mode="dry_run")["id"]
        plan = wait_for(lambda: world.call("session.preview", id=session).get("plan"), "the plan")
        applied = world.finish(world.call("plan.apply", plan=plan, actor="user:carol")["id"])
        assert applied["state"] == "completed", applied
        self.set_state("active")
        world.settle()
        self.webhooks(pause=False)
        self.sync()

    def _link(self):
        """The same work in two trackers becomes one ticket; what differs is for a person."""
        world, keys = self.world, []
        for name, repo in (("rocket", story.REPO), ("booster", OTHER)):
            made = world.sandbox.act("bob", "create", repo, fields={"title": "The same work", "body": "As %s sees it" % name})
            keys.append("%s:#%d" % (name, made["issue"]["number"]))
            self.sync_of(name)
        assert world.call("link.suggest", project="rocket", other="booster")["suggestions"]
        linked = world.call("ticket.link", key=keys[0], other=keys[1], actor="user:carol")
        world.settle()
        (conflict,) = wait_for(lambda: self._open_conflicts(1), "what differs")
        world.call("conflict.resolve", id=conflict["id"], choice="local", actor="user:carol")
        world.settle()
        self.world.call("ticket.edit", key=linked["key"], actor="user:carol", set={"title": "The same work, renamed"})
        self.sync()

    def _comments(self):
        """One is changed here, one is deleted here."""
        for body in ("Said here", "Said in haste"):
            self.comment(self.keys[4], body)
            self.world.settle()
        first, second = [one["key"] for one in self.world.call("ticket.get", key=self.keys[4])["comments"][-2:]]
        self.world.call("ticket.edit", key=first, actor="user:carol", set={"body": "Said here, and thought again"})
        self.world.call("comment.delete", key=second, actor="user:carol")
        self.sync()

    def _retraction(self):
        key = self.new("Told too much", body="What nobody should read")
        self.comment(key, "Nor this")
        self.world.settle()
        self.world.call("ticket.share", key=key, privacy="local_only", actor="user:carol")
        self.world.call("ticket.retract", key=key, actor="user:carol")
        self.sync()

    def _parked(self):
        """A change that GitHub refuses, until somebody has it tried again."""
        world = self.world
        world.sandbox.control("POST", "faults", {"match": {"method": "PATCH", "path": "/issues/5$"}, "fault": "status",
                                                 "status": 422, "times": None})
        self.edit(5, set={"title": "Refused at first"})
        ((parked,),) = wait_for(lambda: world.sql("select id from intent where state = 'parked'"), "the write to be parked", 60)
        world.sandbox.control("DELETE", "faults")
        world.call("work.retry", id="W-" + parked, actor="user:carol")
        self.wait_title(5, "Refused at first")
        self.sync()

    def _conflicts(self):
        """Two are decided together, for one of which what lost is brought back."""
        world = self.world
        self.webhooks(pause=True)
        for number in (6, 7):
            self.bob("edit", number, title="Theirs %d" % number)
            self.edit(number, set={"title": "Mine %d" % number})
        found = wait_for(lambda: self._open_conflicts(2), "two conflicts", 60)
        world.call("conflict.resolve_many", conflicts=[{"id": one["id"]} for one in found], choice="external", actor="user:carol")
        for number in (6, 7):
            self.wait_title(number, "Theirs %d" % number)
        world.settle()
        lost = next(one["id"] for one in found if one["ticket"] == self.keys[6])
        world.call("conflict.restore", id=lost, side="local", actor="user:carol")
        self.wait_title(6, "Mine 6")
        world.settle()
        self.webhooks(pause=False)
        self.sync()

    def _credentials(self):
        """One is replaced while it is used, one is renewed, all get another data key, and what nobody uses goes."""
        world = self.world
        put = {"name": "rocket", "kind": "pat", "secret": '{"token":"second-token"}', "keep_previous": True}
        world.call("credential.put", actor="user:carol", **put)
        self.sync()
        wait_for(lambda: self._credential("rocket")["state"] == "active", "the new token to be proven")
        world.call("credential.expiry", name="rocket", expires_ms=world.call("status")["now_ms"] + 90 * 86400000, actor="user:carol")
        for name in ("renewed", "unused"):
            world.call("credential.put", name=name, kind="oauth", secret='{"n":0}', actor="user:carol")
        self._renew("renewed")
        self._add_data_key()
        while world.call("credential.rekey", limit=2, actor="user:carol").get("left"):
            pass
        self._forget("unused")
        self.sync()

    def _credential(self, name):
        return self.world.call("credential.list", name=name)["credentials"][0]

    def _renew(self, name):
        """As an adapter does: who has lost the right, by having been slow or answered twice, looks, and asks for it again."""
        call = self.world.call
        while (stored := call("credential.get", name=name))["secret"] != '{"n":1}':
            held = call("credential.renew", name=name, worker="carol", generation=stored["generation"])
            try:
                call("credential.renewed", lease=held["lease"], secret='{"n":1}')
            except Refused as refused:
                assert refused.code == "stale", refused

    def _forget(self, name):
        self.world.call("credential.remove", name=name, actor="user:carol")

    def _add_data_key(self):
        """In one step, for a store that starts just now."""
        path = self.world.folder + "/keys/data.key"
        with open(path, "rb") as file:
            key = file.read().hex()
        with open(path + ".new", "w", encoding="ascii") as file:
            file.write("%s\n%s\n" % (key, os.urandom(32).hex()))
        os.chmod(path + ".new", 0o600)
        os.rename(path + ".new", path)

    def _questions(self):
        """All that is only asked: nobody's answer changes anything, and none is wrong."""
        world = self.world
        for verb in ("hello", "status", "project.list", "credential.list", "ticket.list", "session.list", "conflict.list",
                     "egress.list", "audit.list", "audit.verify", "events.read"):
            assert world.call(verb), verb
        session = world.call("session.list")["sessions"][0]["id"]
        assert world.call("session.get", id=session)["id"] == session
        world.call("session.undone", id=session, preview=True)

    def _removal(self):
        """One project goes; its webhook may not be taken away, and somebody says that it is."""
        world = self.world
        world.sandbox.control("POST", "faults", {"match": {"method": "DELETE", "path": "/hooks/"}, "fault": "status", "status": 403,
                                                 "times": None})
        self.set_state("removed", "booster")
        wait_for(lambda: world.sql("select 1 from project_hook where state = 'left'"), "what is left of it", 60)
        world.call("hook.forget", project="booster", actor="user:carol")
        world.sandbox.control("DELETE", "faults")
        for name in ("booster", "booster.webhook"):
            self._forget(name)


# -- what is there in the end ---------------------------------------------------------------------------------------------


def secret_of(world, name):
    return json.loads(world.call("credential.get", name=name)["secret"])


def final_state(world):
    """Besides what story.py looks at: the other repository, webhooks, credentials, and how often people's wishes were done."""
    hooks = [(repo, hook["config"]["url"].endswith("/webhooks/" + name), hook["active"])
             for name, repo in (("rocket", story.REPO), ("booster", OTHER))
             for hook in world.sandbox.request("GET", HOOKS % repo, None, READ)]
    titles = [(issue["title"], issue["body"] and story.plain(issue["body"]), issue["state"])
              for issue in world.sandbox.request("GET", "/repos/%s/issues?state=all&per_page=100" % OTHER, None, READ)]
    keys = world.sql("select name, kind, key_id = (select max(key_id) from credential) and previous_key_id is null from credential")
    return {**story.final_state(world), "hooks": hooks, "booster": sorted(titles), "credentials": sorted(keys),
            "secrets": [secret_of(world, "rocket"), secret_of(world, "renewed")],
            "audit": [world.call("audit.verify").get("fault")], "projects": sorted(world.sql("select remote, state from project")),
            "wishes": sorted(world.sql("select action, count(*) from audit where actor = 'user:carol' and action not like "
                                       "'credential.%' group by action"))}
