#!/usr/bin/python3
"""tandem under systemd: its units as systemd reads them, what `tandem up` tells, and the whole story on a machine where systemd is
process 1, by the commands of docs/systemd.md."""

import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nats  # noqa: E402
import systemd_typed  # noqa: E402
import tap  # noqa: E402
from house import House, why_not  # noqa: E402
from systemd_machine import Machine  # noqa: E402
from world import BIN, ROOT, wait_for  # noqa: E402

UNITS = os.path.join(ROOT, "deploy", "systemd")
HOME = "/var/lib/tandem"
EXPOSURE_MAX = 2.0
EXPOSURE = re.compile(r"Overall exposure level for (\S+): ([0-9.]+)")


def install(root):
    """What the package has of the programs and units, below `root`."""
    done = subprocess.run(["cmake", "--install", os.path.dirname(BIN), "--component", "tandem", "--prefix", "/usr"],
                          env={**os.environ, "DESTDIR": root}, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stdout + done.stderr)


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed (Debian's systemd)")
class Units(unittest.TestCase):
    """As they are installed."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="tandem-units-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        install(cls.folder)

    def analyze(self, *words):
        return subprocess.run(["systemd-analyze", "--root=" + self.folder, *words],
                              capture_output=True, text=True, check=False)

    def installed(self, kind):
        return sorted(glob.glob("%s/usr/lib/systemd/system/*.%s" % (self.folder, kind)))

    def test_systemd_has_nothing_to_say_against_any_unit(self):
        units = self.installed("service") + self.installed("t*r*")
        self.assertGreaterEqual(len(units), 3)
        for unit in units:
            done = self.analyze("verify", "--man=no", "--recursive-errors=no", os.path.basename(unit).replace("@.", "@github."))
            with self.subTest(unit=unit):
                self.assertEqual((0, ""), (done.returncode, done.stderr))

    def test_services_of_the_system_are_exposed_little(self):
        for unit in self.installed("service"):
            name = os.path.basename(unit).replace("@.", "@github.")
            done = self.analyze("security", "--offline=true", name)
            found = EXPOSURE.search(done.stdout)
            with self.subTest(unit=name):
                self.assertTrue(found, done.stdout + done.stderr)
                self.assertLess(float(found.group(2)), EXPOSURE_MAX, done.stdout)

    def test_timers_run_hourly_late_rather_than_never_and_gently(self):
        for manager in ("system", "user"):
            with open("%s/%s/tandem-sync.timer" % (UNITS, manager), encoding="utf-8") as file:
                timer = file.read()
            with open("%s/%s/tandem-sync.service" % (UNITS, manager), encoding="utf-8") as file:
                service = file.read()
            for line in ("OnCalendar=hourly", "Persistent=true", "RandomizedDelaySec=5min"):
                self.assertIn("\n%s\n" % line, timer)
            for line in ("Nice=10", "IOSchedulingClass=best-effort", "Type=oneshot"):
                self.assertIn("\n%s\n" % line, service)

    def test_the_bridge_is_off_and_every_other_unit_of_a_process_in_the_target(self):
        with open(os.path.join(UNITS, "system", "tandem.target"), encoding="utf-8") as file:
            wanted = re.findall(r"tandem-[\w@-]+\.service", file.read())
        services = {os.path.basename(path) for path in self.installed("service")} - {
            "tandem.service", "tandem-init.service", "tandem-sync.service"}
        self.assertEqual(services - {"tandem-bridge-nats.service"}, {re.sub("@.*", "@.service", name) for name in wanted})

    def test_a_package_starts_nothing(self):
        with open(os.path.join(UNITS, "postinst"), encoding="utf-8") as file:
            self.assertIsNone(re.search(r"systemctl.*(enable|start|preset)", file.read()))


class Listener:
    """In systemd's place at NOTIFY_SOCKET."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.setblocking(False)
        self.heard = []

    def lines(self):
        """All that was told so far."""
        while True:
            try:
                self.heard += self.socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return self.heard


@unittest.skipIf(why_not(), why_not())
class Up(unittest.TestCase):
    """What `tandem up --foreground` tells, and what its services tell it."""

    @classmethod
    def setUpClass(cls):
        cls.house = House()
        cls.addClassCleanup(cls.house.remove)
        cls.listener = Listener(cls.house.folder)
        cls.log = open(os.path.join(cls.house.folder, "up.err"), "w+", encoding="utf-8")
        cls.addClassCleanup(cls.log.close)
        cls.addClassCleanup(cls.listener.socket.close)
        cls.up = subprocess.Popen([os.path.join(BIN, "tandem"), "up", "--foreground"], stderr=cls.log, env={
            **cls.house.environment, "NOTIFY_SOCKET": cls.listener.path, "WATCHDOG_USEC": "1000000", "TANDEM_WATCHDOG_MS": "4000"})
        cls.addClassCleanup(cls.end)

    @classmethod
    def end(cls):
        if cls.up.poll() is None:
            cls.up.terminate()
            cls.up.wait()

    def said(self):
        with open(self.log.name, encoding="utf-8") as file:
            return file.read()

    def test_it_tells_how_it_goes_and_ends_who_is_frozen(self):
        """One story, in order, because it is one process."""
        wait_for(lambda: "READY=1" in self.listener.lines(), "READY=1")
        before = self.listener.heard[:self.listener.heard.index("READY=1")]
        self.assertEqual("STATUS=Ready: all 7 services run", before[-1])
        self.assertIn("STATUS=Waiting for PostgreSQL", before)
        self.assertEqual(7, self.said().count("event=started") + self.said().count("event=leading"))

        alive = self.listener.lines().count("WATCHDOG=1")
        wait_for(lambda: self.listener.lines().count("WATCHDOG=1") >= alive + 3, "WATCHDOG=1 three times")

        frozen = int(re.search(r"event=service_started service=up name=conflict pid=(\d+)", self.said()).group(1))
        count = len(self.listener.lines())
        os.kill(frozen, signal.SIGSTOP)
        wait_for(lambda: "event=service_frozen service=up name=conflict pid=%d" % frozen in self.said(), "the frozen one to be ended")
        wait_for(lambda: "STATUS=Ready: all 7 services run" in self.listener.lines()[count:], "all to be ready again")
        self.assertIn("STATUS=6 of 7 services are ready; waiting for conflict", self.listener.heard[count:])
        self.assertEqual(1, self.listener.heard.count("READY=1"))
        self.assertNotIn("STOPPING=1", self.listener.heard)

        self.up.terminate()
        self.assertEqual(0, self.up.wait(60))
        self.assertIn("STOPPING=1", self.listener.lines())

    def test_scheduler_gives_systemds_own_reason_when_it_fails(self):
        """A stand-in for systemctl: its unit is known, and cannot be started."""
        folder = tempfile.mkdtemp(dir=self.house.folder)
        os.makedirs(folder + "/systemd")
        open(folder + "/systemd/private", "w", encoding="utf-8").close()
        with open(folder + "/systemctl", "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\ncase \"$*\" in *show*) echo LoadState=loaded ;;\n"
                       "*) echo 'Failed to start tandem-sync.service: Unit is masked.' >&2; exit 1 ;; esac\n")
        os.chmod(folder + "/systemctl", 0o755)
        done = self.house.run("scheduler", "start", XDG_RUNTIME_DIR=folder, PATH=folder + ":" + os.environ["PATH"])
        self.assertNotEqual(done.code, 0)
        self.assertIn("`systemctl start` failed: Failed to start tandem-sync.service: Unit is masked.", done.err)
        self.assertIn("tandem scheduler logs", done.err)

    def test_scheduler_says_what_to_do_without_systemd(self):
        for words in (["enable"], ["status"], ["logs"], ["start"], ["disable"]):
            done = self.house.run("scheduler", *words, XDG_RUNTIME_DIR=self.house.folder)
            self.assertEqual(6, done.code, done.err)
            self.assertIn("`tandem up` starts everything without it", done.err)


@unittest.skipIf(why_not(), why_not())
class Whole(unittest.TestCase):
    """The package's files on a machine with systemd, a tracker's stand-in, and the two ways to have tandem run."""

    @classmethod
    def setUpClass(cls):
        cls.machine = Machine(ROOT)
        cls.addClassCleanup(cls.machine.close)
        install(cls.machine.path("/"))
        cls.must("sh", "/srv/tests/deploy/systemd/postinst", "configure")
        cls.must("test", "-d", "/etc/tandem")
        systemd_typed.prepare(cls.machine)
        cls.must("useradd", "--create-home", "person")
        cls.machine.write("/etc/tandem/tandem.env", "TANDEM_ALLOW_HOSTS=127.0.0.1:3001\n")
        cls.machine.write("/etc/tandem/token", "sandbox-token\n")
        cls.machine.write("/home/person/.config/tandem/tandem.env", "TANDEM_ALLOW_HOSTS=127.0.0.1:3001\n")
        for manager in ("system", "user"):  # not at a full hour, but soon
            cls.machine.write("/etc/systemd/%s/tandem-sync.timer.d/soon.conf" % manager,
                              "[Timer]\nOnActiveSec=100ms\nAccuracySec=1ms\nRandomizedDelaySec=0\n")
        cls.machine.start("/srv/tests/sandbox/github-sandbox", "--port", "3001", PYTHONDONTWRITEBYTECODE="1")

    @classmethod
    def must(cls, *words, **options):
        done = cls.machine.run(*words, **options)
        if done.returncode != 0:
            raise AssertionError("%s: %d\n%s%s" % (" ".join(words), done.returncode, done.stdout, done.stderr))
        return done.stdout

    def read(self, section, stand_ins=(), **options):
        return systemd_typed.read(self.machine, section, stand_ins, **options)

    def test_a_document_of_commands_is_read_whole(self):
        with open(os.path.abspath(__file__), encoding="utf-8") as file:
            self.assertEqual([], systemd_typed.unread(file.read()))

    def connect(self, **options):
        return self.must("tandem", "connect", "github", "--name", "rocket", "--base-url", "http://127.0.0.1:3001", "--repo", "acme/rocket",
                         "--token-file", "/etc/tandem/token", "--direction", "bidirectional", "--strategy", "manual", "--privacy", "shareable",
                         "--yes", "--no-sync", TANDEM_ALLOW_HOSTS="127.0.0.1:3001", **options)

    def sessions(self, **options):
        return [session for session in json.loads(self.must("tandem", "sessions", "list", "--json", **options))["sessions"]
                if session["state"] == "completed"]

    def status(self, *words, **options):
        return json.loads(self.must("tandem", "scheduler", "status", "--json", *words, **options))

    def wait_for_the_timer(self, manager, *words, **options):
        """Its run at the start found no project; the next one leaves a session's report."""
        wait_for(lambda: self.status(*words, **options)["last_ms"], "the timer to run at the start")
        self.connect(**options)
        self.must("systemctl", manager, "restart", "tandem-sync.timer", **options)
        wait_for(lambda: self.sessions(**options) and self.status(*words, **options)["last_result"] == "success", "the timer to run")

    def test_the_machines_systemd_runs_everything(self):
        options = {"TANDEM_HOME": HOME}
        self.assertIn("No project is connected", self.read("For a machine"))
        self.assertEqual("Ready: all 7 services run", self.machine.show("tandem.service", "StatusText"))
        self.assertEqual("tandem", self.machine.run("stat", "-c", "%U", HOME).stdout.strip())
        self.wait_for_the_timer("--system", "--system", **options)
        status = self.status("--system")
        self.assertEqual(("system", "enabled", "active"), (status["manager"], status["timer"], status["tandem"]))
        self.assertGreater(status["next_ms"], status["last_ms"])
        before = len(self.sessions(**options))
        self.must("tandem", "scheduler", "start", "--system")
        self.assertGreater(len(self.sessions(**options)), before)
        self.assertIn("event=all_ready", self.must("tandem", "scheduler", "logs", "--system"))
        self.assertLessEqual(len(self.must("tandem", "scheduler", "logs", "--system", "--lines", "20").splitlines()), 21)
        # This one does not end, so nobody waits for it.
        self.must("bash", "-c", "grep --max-count=1 event= < <(exec tandem scheduler logs --system --follow 2>/dev/null)")
        self.frozen_is_started_again()
        self.must("tandem", "scheduler", "disable", "--system")
        self.assertEqual(("inactive", "disabled"), (self.machine.show("tandem.service", "ActiveState"),
                                                    self.machine.show("tandem.service", "UnitFileState")))

    def frozen_is_started_again(self):
        """With less patience than the unit has."""
        self.machine.write("/etc/systemd/system/tandem.service.d/soon.conf",
                           "[Service]\nWatchdogSec=2s\nTimeoutAbortSec=1s\nRestartSec=100ms\n")
        self.must("systemctl", "daemon-reload")
        self.must("systemctl", "restart", "tandem.service")
        self.must("systemctl", "kill", "--kill-whom=main", "--signal=STOP", "tandem.service")
        wait_for(lambda: self.machine.show("tandem.service", "NRestarts") == "1", "systemd to start it again")
        wait_for(lambda: self.machine.show("tandem.service", "StatusText") == "Ready: all 7 services run", "it to be ready again")
        self.assertIn("Watchdog timeout", self.machine.journal("--unit=tandem.service"))
        self.assertTrue(self.sessions(TANDEM_HOME=HOME))
        self.must("tandem", "status", user="tandem", TANDEM_HOME=HOME)

    def start_database(self):
        """One of an administrator's, which is not tandem's."""
        programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.must("install", "-d", "-o", "postgres", "/srv/database", "/run/database")
        self.must(programs + "/initdb", "-D", "/srv/database/data", "--auth=trust", "--no-sync", user="postgres")
        self.must("systemd-run", "--unit=database", "--property=User=postgres", "--property=Type=notify", programs + "/postgres",
                  "-D", "/srv/database/data", "-k", "/run/database", "-c", "listen_addresses=", "-c", "fsync=off")
        self.must("psql", "-h", "/run/database", "-c", "create role tandem login", "-c", "create database tandem owner tandem", user="postgres")

    def start_nats(self, port, *words):
        """One of an administrator's, for as long as the test runs."""
        unit = "nats-%d.service" % port
        self.must("systemd-run", "--collect", "--unit=" + unit, "--property=PrivateTmp=yes", nats.PROGRAM, "--jetstream",
                  "--store_dir=/tmp/nats", "--addr=127.0.0.1", "--port=%d" % port, *words)
        self.addCleanup(self.must, "systemctl", "stop", unit)

    def test_the_machines_systemd_runs_each_service_by_itself(self):
        bus = {"TANDEM_STORE_URL": "tls+tcp://127.0.0.1:7420", "TANDEM_EVENTS_URL": "tls+tcp://127.0.0.1:7421"}
        options = {**bus, "user": "tandem", "TANDEM_HOME": HOME}
        units = ["tandem-%s.service" % name for name in ("store", "scheduler", "conflict", "adapter@github", "adapter@jira", "adapter@linear",
                                                        "adapter@webhook")]
        with open(self.machine.path("/etc/tandem/tandem.env"), encoding="utf-8") as file:
            self.addCleanup(self.machine.write, "/etc/tandem/tandem.env", file.read())
        self.start_database()
        self.machine.write("/etc/credstore/tandem_database_url", "postgresql:///tandem?host=/run/database&user=tandem\n")
        os.chmod(self.machine.path("/etc/credstore/tandem_database_url"), 0o600)
        self.addCleanup(self.must, "rm", "/etc/credstore/tandem_database_url")
        self.must("rm", "-rf", HOME)
        self.read("Each service by itself")
        if nats.PROGRAM:
            units.append("tandem-bridge-nats.service")
            self.start_nats(4222, "--user=tandem", "--pass=right")
            self.machine.write("/root/nats.password", "right")
            self.read("The bridge to NATS", [("tls://nats.acme.example", "nats://127.0.0.1")])
        for unit in units:
            self.assertEqual("active", self.machine.show(unit, "ActiveState"), unit)
        self.assertEqual("Ready: this store leads", self.machine.show(units[0], "StatusText"))
        self.assertEqual(["Ready: the store answers"] * (len(units) - 1), [self.machine.show(unit, "StatusText") for unit in units[1:]])
        adapter = self.machine.show(units[3], "MainPID")
        seen = self.must("nsenter", "--target", adapter, "--mount", "ls", HOME, HOME + "/bundles")
        self.assertEqual(["bundles", "adapter-github"], re.findall(r"^[a-z-]+$", seen, re.MULTILINE))
        self.connect(**options)
        self.must("tandem", "scheduler", "start", "--system")
        self.assertTrue(self.sessions(**options))
        self.must("tandem", "scheduler", "disable", "--system")
        wait_for(lambda: {self.machine.show(unit, "ActiveState") for unit in units} == {"inactive"}, "all to end with their target")
        self.must("rm", "-rf", HOME)

    def start_systemd_of(self, user):
        """As logging in does, without a login."""
        self.must("systemd-run", "--unit=user-manager", "--property=User=" + user, "--property=Delegate=yes", "--property=Type=notify",
                  "--property=RuntimeDirectory=" + user, "--setenv=XDG_RUNTIME_DIR=/run/" + user, "/lib/systemd/systemd", "--user",
                  "--unit=basic.target")
        self.must("chown", "-R", user + ":", "/home/" + user)

    def test_a_persons_systemd_runs_everything_from_a_build(self):
        """No package: the programs lie elsewhere, and the state directory too."""
        self.start_systemd_of("person")
        options = {"user": "person", "XDG_RUNTIME_DIR": "/run/person", "TANDEM_HOME": "/home/person/state dir"}
        done = self.machine.run("sh", "-c", "exec systemd-analyze --user --man=no --recursive-errors=no verify /usr/lib/systemd/user/tandem*",
                                user="person", XDG_RUNTIME_DIR="/run/person")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.must("cp", "/etc/tandem/token", "/home/person/token")
        self.assertRegex(self.read("", **options), r"timer   enabled; (?s:.+)\ntandem  active: Ready: all 7 services run\n")
        with open(self.machine.path("/home/person/.config/systemd/user/tandem.service"), encoding="utf-8") as file:
            self.assertIn('ExecStart="/usr/bin/tandem" up --foreground --home "/home/person/state dir"\n', file.read())
        self.wait_for_the_timer("--user", **options)
        shown = self.must("tandem", "scheduler", "status", **options)
        if nats.PROGRAM:
            self.a_persons_bridge_runs_apart(options)
        # At a full hour the timer may be running again.
        self.assertRegex(shown, r"timer   enabled; next run .+\nlast    (success, .+|running)\ntandem  active: Ready: all 7 services run\n")
        self.must("tandem", "scheduler", "disable", **options)
        self.assertEqual("inactive", self.status(**options)["tandem"])

    def a_persons_bridge_runs_apart(self, options):
        self.start_nats(4223)
        self.machine.write("/home/person/.config/tandem/bridge-nats.env",
                           'TANDEM_HOME="/home/person/state dir"\nTANDEM_NATS_URL=nats://127.0.0.1:4223\n')
        as_person = {"user": "person", "XDG_RUNTIME_DIR": options["XDG_RUNTIME_DIR"]}
        self.must("systemctl", "--user", "start", "tandem-bridge-nats.service", **as_person)
        self.assertEqual("Ready: the store answers", self.must("systemctl", "--user", "show", "--value", "--property=StatusText",
                                                               "tandem-bridge-nats.service", **as_person).strip())
        self.must("systemctl", "--user", "stop", "tandem-bridge-nats.service", **as_person)


if __name__ == "__main__":
    tap.main(__name__)
