"""All repositories and accounts, and the counters and listeners that changes need."""

import threading
import time

from sandbox.common.history import History
from sandbox.github.model import Event, User
from sandbox.github.repository import Repository

FIRST_IDS = {"user": 1001, "repo": 700_000_001, "issue": 2_000_000_001, "comment": 1_500_000_001,
             "event": 12_000_000_001, "label": 7_000_000_001, "milestone": 11_000_001,
             "reaction": 200_000_001, "hook": 500_000_001, "delivery": 30_000_000_001}


class Actor:
    """Who changes the world: an account, and whether by the API or as a person in the web UI."""

    __slots__ = ("user", "via", "app")

    def __init__(self, user, via="api", app=False):
        self.user = user
        self.via = via
        self.app = app


class World:
    """The state. Every reader and writer holds `lock`."""

    def __init__(self, clock):
        self.clock = clock
        self.lock = threading.RLock()
        self.history = History(clock)
        self.users = {}
        self.repos = {}
        self.repos_by_id = {}
        self.former_names = {}
        self.ids = dict(FIRST_IDS)
        self.lag_s = 0.0
        self.revision = 0
        self.on_webhook = lambda *facts, **more: None

    def next_id(self, kind):
        number = self.ids[kind]
        self.ids[kind] = number + 1
        return number

    # accounts

    def find_user(self, login):
        return self.users.get(login.lower())

    def user(self, login, type="User"):
        """The account of this login, made if it does not exist."""
        found = self.find_user(login)
        if found is None:
            found = User(self.next_id("user"), login, type, created=self.clock.seconds())
            self.users[login.lower()] = found
        return found

    # repositories

    def find_repo(self, full_name):
        return self.repos.get(full_name.lower())

    def add_repo(self, full_name):
        """The repository of this name, made empty if it does not exist."""
        found = self.find_repo(full_name)
        if found is None:
            owner, _, name = full_name.partition("/")
            created = self.clock.seconds() - 3 * 365 * 86400
            found = Repository(self.next_id("repo"), self.user(owner), name, created,
                               time.monotonic, self.lag_s)
            found.members[owner.lower()] = "OWNER"
            self.store_repo(found)
        return found

    def store_repo(self, repo):
        self.repos[repo.full_name.lower()] = repo
        self.repos_by_id[repo.id] = repo
        self.former_names.pop(repo.full_name.lower(), None)
        self.revision += 1

    def rename_repo(self, actor, repo, new_name):
        """Afterwards the old name answers with a redirect to the repository's id."""
        before = repo.full_name
        del self.repos[before.lower()]
        self.former_names[before.lower()] = repo.id
        repo.name = new_name
        repo.touch_rendering()
        self.store_repo(repo)
        self.record(actor, "rename_repo", repo, before={"full_name": before},
                    after={"full_name": repo.full_name})

    def set_lag(self, lag_s):
        self.lag_s = lag_s
        for repo in self.repos.values():
            repo.set_lag(lag_s)

    # what every change leaves behind

    def record(self, actor, action, repo, **facts):
        """Adds the change to the history and marks the world as changed."""
        self.revision += 1
        facts["repo"] = repo.full_name if repo is not None else None
        self.history.add(actor.user.login, actor.via, action, **facts)

    def add_event(self, actor, repo, number, kind, data=None):
        """Adds an entry to the issue's timeline."""
        event = Event(self.next_id("event"), number, actor.user, kind, self.clock.seconds(), data,
                      actor.app)
        repo.add_event(event)
        return event
