"""A whole tandem for a test: private PostgreSQL, sandbox GitHub, and every process, each startable, killable, stoppable.

One PostgreSQL cluster serves a test program; each World has a database of its own. Nothing is written outside a temporary
folder. Waiting is always for a condition with a deadline, never for a time.
"""

import atexit
import contextlib
import glob
import itertools
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from deadlines import DEADLINE_S, PATIENCE, PATIENT_S, wait_for  # noqa: E402,F401
from verbs import Events, Refused, Verbs  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("TANDEM_BIN", os.path.join(ROOT, "build", "dev", "bin"))
GENTLE = bool(os.environ.get("TANDEM_TEST_GENTLE"))  # processes end in order, so that they write what they counted
ROLES = ("store", "conflict", "scheduler", "adapter-github")

STATUS_TABLE = [
    {"local": "open", "external": "open"},
    {"local": "done", "external": "closed:completed"},
    {"local": "cancelled", "external": "closed:not_planned"},
    {"local": "duplicate", "external": "closed:duplicate"},
    {"local": "in_progress", "external": "open"},
]


def freeze(pid):
    """Stops the process, and returns when it has stopped: until each of its threads has heard of the signal it may go on."""
    os.kill(pid, signal.SIGSTOP)

    def stands(thread):
        with open("/proc/%d/task/%s/stat" % (pid, thread)) as file:
            return file.read().rpartition(")")[2].split()[0] == "T"

    wait_for(lambda: all(stands(thread) for thread in os.listdir("/proc/%d/task" % pid)), "process %d to stop" % pid)


def has_ipv6():
    """Whether this machine can be called at ::1."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as sock:
        sock.bind(("::1", 0))
        return True
    return False


FIRST_PORT, PORTS_OF_SLOT = 10000, 1500  # four slots end at 16000, where the first systems begin with outgoing connections
_ports = itertools.count()
_reserved = []  # sockets that stand for ports, until this program ends


def reserve(port):
    """Whether the port is free, and ours from now on: no other test program on this machine gets it, whoever runs it."""
    holder = socket.socket(socket.AF_UNIX)
    try:
        holder.bind("\0tandem-test-port-%d" % port)
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", port))
    except OSError:
        holder.close()
        return False
    _reserved.append(holder)
    return True


def free_ports(count):
    """The first of so many ports in a row that no other world gets, in this program or in another, below those that the system
    hands out to outgoing connections: worlds that run side by side must never hear each other's stores."""
    begin = FIRST_PORT + PORTS_OF_SLOT * int(os.environ.get("TANDEM_TEST_SLOT", 0))
    for _ in range(PORTS_OF_SLOT):
        first = begin + (os.getpid() * 37 + next(_ports)) % (PORTS_OF_SLOT - count)
        if all(reserve(first + place) for place in range(count)):
            return first
    raise AssertionError("no %d ports in a row are free from %d on" % (count, begin))


def free_port():
    return free_ports(1)


class Cluster:
    """One private PostgreSQL, listening on a socket in its folder only."""

    _shared = None

    @classmethod
    def shared(cls):
        if cls._shared is None:
            cls._shared = cls()
            atexit.register(cls._shared.close)
        return cls._shared

    def __init__(self, place="/tmp"):
        self.folder = tempfile.mkdtemp(prefix="tandem-pg-", dir=place)
        self.bin = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            shutil.chown(self.folder, self.user)
        self.process = None
        self._run("initdb", "-D", self.folder + "/data", "-A", "trust", "-U", "tandem", "-E", "UTF8", "--no-sync")
        self.start()

    def _command(self, name, *arguments):
        command = [os.path.join(self.bin, name), *arguments]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid", self.user, "--regid", self.user, "--clear-groups", *command]
        return command

    def _run(self, name, *arguments):
        subprocess.run(self._command(name, *arguments), check=True, stdout=subprocess.DEVNULL, cwd="/")

    def start(self):
        options = ["-c", "listen_addresses=", "-c", "unix_socket_directories=" + self.folder, "-c", "max_connections=100",
                   "-c", "shared_buffers=32MB", "-c", "fsync=" + os.environ.get("TANDEM_TEST_FSYNC", "off"),
                   "-c", "jit=off", "-c", "autovacuum_naptime=5s"]
        self.log = open(self.folder + "/log", "ab")

        def is_up():
            if self.process is None or self.process.poll() is not None:  # again: after a kill the old backends hold its memory
                self.process = subprocess.Popen(self._command("postgres", "-D", self.folder + "/data", *options),
                                                stdout=self.log, stderr=self.log, cwd="/", start_new_session=True)
            return self.sql("postgres", "select 1") is not None
        wait_for(is_up, "PostgreSQL", 120)  # recovery syncs every file first, which takes a while on a busy disk

    def kill(self):
        """kill -9 of the whole cluster, as a crash of the machine's database would be."""
        with open(self.folder + "/data/postmaster.pid", encoding="utf-8") as file:
            os.kill(int(file.readline()), signal.SIGKILL)
        self.process.wait()

    def sql(self, database, text):
        """Rows as lists of texts, or None while the server is not there."""
        psql = Psql(self, database)
        try:
            return psql.sql(text)
        finally:
            psql.close()

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Psql:
    """A psql that stays: one connection for many statements, opened again after it was lost."""

    END = "\x1d\n"

    def __init__(self, cluster, database, role="tandem"):
        self._command = [os.path.join(cluster.bin, "psql"), "-h", cluster.folder, "-U", role, "-d", database, "-qAtX",
                         "-F", "\x1f", "-R", "\x1e", "-v", "ON_ERROR_STOP=1"]
        self._process = None
        self._lock = threading.Lock()

    def sql(self, text):
        """As Cluster.sql(). A connection from before the server died is opened again."""
        with self._lock:
            is_old = self._process is not None
            rows = self._try(text)
            return self._try(text) if rows is None and is_old else rows

    def _try(self, text):
        if self._process is None:
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                             stderr=subprocess.PIPE, start_new_session=True)
        answer = self._ask("%s\n;\n\\echo '%s'\n" % (text, self.END[0]))
        if answer is None:
            return self._end()
        return [line.split("\x1f") for line in answer.rstrip("\n").split("\x1e") if line]

    def _ask(self, text):
        """What comes back, or None when psql ended instead."""
        answer = b""
        try:
            self._process.stdin.write(text.encode())
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        while not answer.endswith(self.END.encode()):
            piece = os.read(self._process.stdout.fileno(), 1 << 16)
            if not piece:
                return None
            answer += piece
        return answer[:-len(self.END)].decode()

    def _end(self):
        process, self._process = self._process, None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        problem = process.stderr.read().decode()
        process.stdout.close()
        process.stderr.close()
        if process.wait() == 2:
            return None
        raise AssertionError(problem)

    def close(self):
        if self._process:
            self._process.kill()
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
            self._process.stdout.close()
            self._process.stderr.close()
            self._process.wait()
            self._process = None


class Process:
    """One program under test, its log in the world's folder."""

    def __init__(self, world, name, command, environment):
        self.world, self.name = world, name
        self.log_file = os.path.join(world.folder, name + ".log")
        self.log = open(self.log_file, "ab")
        self.popen = subprocess.Popen(command, env=environment, stdout=self.log, stderr=self.log,
                                      stdin=subprocess.DEVNULL, start_new_session=True)

    def kill(self):
        self.popen.kill()
        self.popen.wait()

    def stop(self):
        self.popen.terminate()
        try:
            self.popen.wait(PATIENT_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def end(self):
        """When nothing is asked of it any more."""
        if GENTLE:
            self.stop()
        else:
            self.kill()

    @property
    def alive(self):
        return self.popen.poll() is None

    def output(self):
        with open(self.log_file, encoding="utf-8", errors="replace") as file:
            return file.read()


class Keeper:
    """Starts what ended again. `killed` are the names that died as the test had them die, `ended` what ended otherwise."""

    def __init__(self, world):
        self.world, self.killed, self.ended = world, [], []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stopped.wait(0.01):
            for name, process in list(self.world.processes.items()):
                if not process.alive:
                    self._note(name, process)
                    role, _, number = name.rpartition("-")
                    self.world.start(*((role, int(number)) if number.isdigit() else (name,)))

    def _note(self, name, process):
        if self.world.is_death(process):
            self.killed.append(name)
        else:
            self.ended.append("%s: status %d" % (name, process.popen.returncode))

    def stop(self):
        self._stopped.set()
        self._thread.join()


class Sandbox:
    """The stand-in's control interface."""

    def __init__(self, world, *options, program="github-sandbox"):
        port_file = os.path.join(world.folder, "sandbox.port")
        if os.path.exists(port_file):
            os.unlink(port_file)
        self.process = Process(world, "sandbox", [os.path.join(ROOT, "sandbox", program), "--port", "0",
                                                  "--port-file", port_file, *options], dict(os.environ))
        wait_for(lambda: os.path.exists(port_file) or not self.process.alive, "the sandbox")
        with open(port_file, encoding="utf-8") as file:
            self.port = int(file.read())
        self.url = "http://127.0.0.1:%d" % self.port

    def request(self, method, path, body=None, headers=()):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=dict(headers))
        with urllib.request.urlopen(request, timeout=PATIENT_S) as response:
            return json.loads(response.read() or b"null")

    def control(self, method, path, body=None):
        return self.request(method, "/_sandbox/" + path, body)

    def act(self, actor, do, repo="acme/rocket", **rest):
        return self.control("POST", "act", {"actor": actor, "do": do, "repo": repo, **rest})

    def issue(self, number, repo="acme/rocket"):
        return self.request("GET", "/repos/%s/issues/%d" % (repo, number), None,
                            {"Authorization": "Bearer sandbox-token", "User-Agent": "test"})

    def history(self, **query):
        text = "&".join("%s=%s" % pair for pair in query.items())
        answer = self.control("GET", "history" + ("?" + text if text else ""))
        return answer["entries"]


class World:
    """Everything, for one scenario. Use as a context manager."""

    system = "github"
    roles = ROLES

    def __init__(self, sandbox_options=("--issues", "20", "--no-limits"), replicas=1, environment=(), of_role=(),
                 cluster=None, start=True):
        """`environment` is for every process, `of_role` {"store": {...}} for the first of one role, until it is restarted."""
        self.cluster = cluster or Cluster.shared()
        self.folder = tempfile.mkdtemp(prefix="tandem-world-", dir="/tmp")
        self.database = "w" + os.urandom(6).hex()
        self.cluster.sql("postgres", "create database " + self.database)
        os.makedirs(self.folder + "/keys")
        with open(self.folder + "/keys/data.key", "wb") as file:
            file.write(os.urandom(32))
        self.store_port, self.events_port, self.webhook_port = free_port(), free_port(), free_port()
        self.extra = dict(environment)
        self.processes = {}
        self.keeper = None
        self.of_life = lambda role: {}  # more environment for each process that is started, for a test that sets it
        self.is_death = lambda process: process.popen.returncode == -signal.SIGKILL  # for a test that lets them end otherwise
        self.psql = Psql(self.cluster, self.database)
        self.sandbox = Sandbox(self, *sandbox_options, program=self.system + "-sandbox")
        self.verbs = Verbs("tcp://127.0.0.1:%d" % self.store_port)
        if start:
            self.start_all(replicas, of_role)
            self.wait_for_store()

    # processes

    def environment(self, more=()):
        return {**os.environ, "TANDEM_HOME": self.folder, "TANDEM_ALLOW_INSECURE_BUS": "true",
                "TANDEM_DATABASE_URL": "host=%s user=tandem_store dbname=%s" % (self.cluster.folder, self.database),
                "TANDEM_DATABASE_OWNER_URL": "host=%s user=tandem dbname=%s" % (self.cluster.folder, self.database),
                "TANDEM_STORE_URL": "tcp://127.0.0.1:%d" % self.store_port,
                "TANDEM_EVENTS_URL": "tcp://127.0.0.1:%d" % self.events_port,
                "TANDEM_WEBHOOK_LISTEN": "127.0.0.1:%d" % self.webhook_port,
                "TANDEM_ALLOW_HOSTS": "127.0.0.1:%d" % self.sandbox.port, "TANDEM_SETTLE_MS": "1500", "TANDEM_REFUSAL_PAUSE_MS": "100",
                "TANDEM_LOG_LEVEL": "debug", **self.extra, **dict(more)}

    def start(self, role, number=0, more=()):
        name = role if number == 0 else "%s-%d" % (role, number)
        self.processes[name] = Process(self, name, [os.path.join(BIN, "tandem-" + role)],
                                       self.environment({**self.of_life(role), **dict(more)}))
        return self.processes[name]

    def start_all(self, replicas=1, of_role=()):
        for number in range(replicas):
            for role in self.roles:
                self.start(role, number, dict(of_role).get(role, {}) if number == 0 else {})

    def keep_alive(self):
        """From now on a process that ends is started again at once, as a supervisor does; see `killed` and `ended`."""
        self.keeper = Keeper(self)
        return self.keeper

    def wait_for_store(self):
        """Until it answers; what it has said, when it does not."""
        store = self.processes["store"]
        try:
            wait_for(lambda: self.answers() or not store.alive, "the store")
        except AssertionError as late:
            raise AssertionError("%s; it said:\n%s" % (late, store.output()[-4000:])) from None
        assert store.alive, "the store ended with status %d:\n%s" % (store.popen.returncode, store.output()[-4000:])

    def answers(self):
        try:
            return self.verbs.call("hello")
        except (OSError, ConnectionError, Refused):
            return None

    def sql(self, text):
        return self.psql.sql(text)

    def dump(self):
        """The whole database as text."""
        return subprocess.run([os.path.join(self.cluster.bin, "pg_dump"), "-h", self.cluster.folder, "-U", "tandem", self.database],
                              capture_output=True, text=True, check=True).stdout

    def events(self):
        return Events("tcp://127.0.0.1:%d" % self.events_port)

    # what people do

    def call(self, verb, **body):
        """A verb, repeated while the store is away: always as the same request, so that it is done once."""
        request = self.verbs.next_request()

        def once():
            try:
                return (self.verbs.send(verb, request, body),)
            except (OSError, ConnectionError):
                return None
            except Refused as refused:
                if refused.code == "retry":
                    return None
                raise
        return wait_for(once, "an answer to " + verb)[0]

    def connect(self, name="rocket", remote="acme/rocket", token="sandbox-token", **settings):
        self.call("credential.put", name=name, kind="pat", secret=json.dumps({"token": token}), actor="user:test")
        self.call("credential.put", name=name + ".webhook", kind="webhook", secret='{"secret":"hook-secret"}',
                  actor="user:test")
        project = {"name": name, "system": "github", "base_url": self.sandbox.url, "remote": remote, "credential": name,
                   "direction": "bidirectional", "strategy": "manual", "privacy_default": "shareable",
                   "webhook_credential": name + ".webhook", "poll_interval_s": 3600,
                   "rules": [{"field": "status", "table": STATUS_TABLE}], **settings}
        self.call("project.configure", project=project, actor="user:test")

    def sync(self, name="rocket", mode="incremental", deadline_s=60):
        """Runs one session to its end and returns it."""
        session = self.call("session.start", project=name, mode=mode, trigger="person", actor="user:test")["id"]
        return self.finish(session, deadline_s)

    def finish(self, session, deadline_s=60):
        return wait_for(lambda: self._ended(session), "session %d" % session, deadline_s)

    def _ended(self, session):
        found = self.call("session.get", id=session)
        return found if found["state"] != "running" else None

    def hook(self, repo="acme/rocket", project="rocket", secret="hook-secret"):
        """Has GitHub send its webhooks here; returns the hook."""
        config = {"url": "http://127.0.0.1:%d/webhooks/%s" % (self.webhook_port, project), "content_type": "json",
                  "secret": secret}
        return self.sandbox.request("POST", "/repos/%s/hooks" % repo, {"name": "web", "active": True, "config": config,
                                                                      "events": ["issues", "issue_comment"]},
                                    {"Authorization": "Bearer sandbox-token", "User-Agent": "test"})

    UNDONE = {"session": "select * from session where state = 'running'",
              "delivery": "select * from delivery where state = 'pending'",
              "plan": "select * from plannable",
              "fetch": "select * from fetch_queue where attempts < 3",
              "intent": "select * from intent where state in ('prepared', 'sending', 'unknown')"}

    def is_quiet(self, webhooks_too=True):
        """Nothing is left to be pulled, delivered, planned, fetched or sent."""
        rows = self.sql("select " + " + ".join("(select count(*) from (%s) q)" % query for query in self.UNDONE.values()))
        if rows != [["0"]] or not webhooks_too:
            return rows == [["0"]]
        webhooks = self.sandbox.control("GET", "webhooks")
        return webhooks["pause"] or not webhooks["waiting"] + webhooks["sending"]

    def undone(self):
        """What is_quiet() waits for, a row each, for a person who has to find out why."""
        found = ["%s %.400s" % (name, row[0]) for name, query in self.UNDONE.items()
                 for row in self.sql("select row_to_json(q) from (%s) q limit 5" % query) or []]
        return "\n".join(found + self.ended()) or "a webhook"

    def ended(self):
        """What runs no more, with its last words."""
        return ["%s has ended with status %d:\n%s" % (name, process.popen.returncode, process.output()[-2000:])
                for name, process in self.processes.items() if not process.alive]

    def settle(self, deadline_s=60):
        try:
            wait_for(self.is_quiet, "the world to be quiet", deadline_s, pause_s=0.04)
        except AssertionError as late:
            raise AssertionError("%s:\n%s" % (late, self.undone())) from None

    def ticket_of(self, external_key, name="rocket"):
        """The local ticket that is mapped to an external key, or None."""
        rows = self.sql("select i.number from item i join mapping m on m.item_id = i.id join project p on p.id = m.project_id "
                        "join external_item e on (e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, "
                        "m.external_id) where p.name = '%s' and e.external_key = '%s'" % (name, external_key))
        return self.call("ticket.get", key="T-" + rows[0][0]) if rows else None

    # ending

    def logs(self):
        return "\n".join("--- %s\n%s" % (name, process.output()[-3000:]) for name, process in self.processes.items())

    def close(self):
        if self.keeper:
            self.keeper.stop()
        self.verbs.close()
        last_words = self.ended()
        for process in self.processes.values():
            process.end()
        self.sandbox.process.kill()
        self.psql.close()
        self.cluster.sql("postgres", "drop database if exists %s with (force)" % self.database)
        shutil.rmtree(self.folder, ignore_errors=True)
        if last_words:
            sys.stderr.write("\n".join(last_words) + "\n")

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None and kind is not KeyboardInterrupt:
            sys.stderr.write(self.logs() + "\n")
        self.close()
