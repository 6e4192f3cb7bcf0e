"""A reader's desk: a home, a copy of the tree, the trackers that the documents talk about, and a shell to type into."""

import contextlib
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
from house import BIN, DEADLINE_S, TANDEM, StandIn, typed, wait_for  # noqa: E402
from webhook_tracker import HOOK_SECRET  # noqa: E402
from world import free_port, free_ports  # noqa: E402

JIRA = ("--issues", "6", "--no-limits", "--project", "ABC", "--token", "sandbox-token=tandem-bot:admin")
TRACKERS = {"github": ("github-sandbox", "--issues", "60", "--no-limits", "--no-pull-requests"),
            "jira": ("jira-sandbox", *JIRA), "data-center": ("jira-sandbox", "--data-center", *JIRA),
            "linear": ("linear-sandbox", "--issues", "12", "--no-limits"),
            "webhook": ("webhook-sandbox", "--tickets", "6", "--project", "support", "--either", "--secret", "sandbox-token")}
# Programs of a reader's own that documents call.
PROGRAMS = {"notify": 'echo "notified of $1"', "pass": "echo sandbox-token", "dmesg": "echo 'usb 1-1: reset'",
            "edit": "sed -i -e 's/^<<<<<<<.*//; s/^|||||||.*//; s/^=======.*//; s/^>>>>>>>.*//' -e 's/^title: .*/title: Edited/' \"$1\""}
FILES = {"rocket.token": "sandbox-token\n", "new.token": "sandbox-token\n", "token.txt": "sandbox-token\n", "key.txt": "sandbox-token\n",
         "hook.txt": HOOK_SECRET + "\n"}
HEALTH_PORTS = 16  # more than `tandem up` starts processes: each takes the next one
LEFT_OUT = shutil.ignore_patterns(".git", ".state", "build", "__pycache__", "corpus")


class Ended:
    def __init__(self, status, output):
        self.status, self.output = status, output


class Desk:
    """`tree` is the copy, `home` the reader's, in which the files of FILES lie."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="tandem-docs-", dir="/tmp")
        self.home, self.tree = self.folder + "/home", self.folder + "/tandem"
        os.makedirs(self.home + "/.config/fish/completions")
        shutil.copytree(ROOT, self.tree, symlinks=True, ignore=LEFT_OUT)
        for name in ("bin", "dev/bin"):
            os.makedirs(os.path.dirname("%s/build/%s" % (self.tree, name)), exist_ok=True)
            os.symlink(BIN, "%s/build/%s" % (self.tree, name))
        for name, text in PROGRAMS.items():
            self.file("programs/" + name, "#!/bin/sh\n%s\n" % text, 0o755)
        for name, text in FILES.items():
            self.file("home/" + name, text)
        self.trackers = {name: StandIn(*command) for name, command in TRACKERS.items()}
        self.ports = {9464: free_ports(HEALTH_PORTS), 8081: free_port(), 8082: free_port(), 8083: free_port(), 8084: free_port()}
        self.environment = self._environment()
        self._states = {}

    def _environment(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TANDEM_", "XDG_")) or name == "TANDEM_TEST_SLOT"}
        for name in ("NO_COLOR", "VISUAL"):
            kept.pop(name, None)
        return {**kept, "HOME": self.home, "PATH": "%s/programs:%s" % (self.folder, os.environ["PATH"]), "TERM": "xterm",
                "LC_ALL": "C.UTF-8", "COLUMNS": "200", "EDITOR": "edit", "TANDEM_SETTLE_MS": "1500",
                "TANDEM_ALLOW_HOSTS": ",".join(["127.0.0.1:%d" % one.port for one in self.trackers.values()]),
                "TANDEM_HEALTH_LISTEN": "127.0.0.1:%d" % self.ports[9464],
                "TANDEM_WEBHOOK_URL": "http://127.0.0.1:%d/" % free_port()}

    def file(self, name, text, mode=0o600):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def wait_for_trackers(self):
        for name, one in self.trackers.items():
            wait_for(lambda one=one: one.control("GET", "health"), "the stand-in of " + name)

    def close(self):
        """Nothing goes on, whatever a document has started."""
        for home in (self.home + "/.local/state/tandem", self.home + "/restored"):
            subprocess.run([TANDEM, "down", "--quiet", "--home", home], env=self.environment, timeout=DEADLINE_S, check=True)
        self._end_what_stayed()
        for one in self.trackers.values():
            one.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end_what_stayed(self):
        """What a document has put into the background has the reader's home, which nobody else has."""
        mine = ("HOME=%s\0" % self.home).encode()
        for folder in glob.glob("/proc/[0-9]*"):
            with contextlib.suppress(OSError):  # another's, or over
                with open(folder + "/environ", "rb") as file:
                    if mine in file.read():
                        os.kill(int(os.path.basename(folder)), signal.SIGKILL)

    # -- a shell for each document: what a command exports and where it goes stays for the next one

    def _script(self, text, document, folder):
        state = self._states.setdefault(document, "%s/state-%d" % (self.folder, len(self._states)))
        return ('cd "$(cat %s.cwd 2>/dev/null || echo %s)" && . %s.env 2>/dev/null\n%s\nended=$?\nexport -p >%s.env; pwd >%s.cwd\nexit $ended\n'
                % (state, folder, state, text, state, state))

    def run(self, text, document, folder, answers=(), **environment):
        """Everything that is shown is the output, errors too. With `answers` it is typed at a terminal."""
        command, environment = ["bash", "-c", self._script(text, document, folder)], {**self.environment, **environment}
        if answers:
            return Ended(*typed(command, environment, answers, self.tree))
        with tempfile.TemporaryFile() as output:  # a pipe would be held open by what stays in the background
            status = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                    timeout=DEADLINE_S, check=False).returncode
            output.seek(0)
            return Ended(status, output.read().decode("utf-8", "replace"))

    @contextlib.contextmanager
    def in_background(self, text, document, folder, **environment):
        """The lines that it has shown so far, growing; it is ended with the block."""
        process = subprocess.Popen(["bash", "-c", self._script(text, document, folder)], env={**self.environment, **environment},
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                   start_new_session=True)
        lines = []
        reader = threading.Thread(target=lambda: [lines.append(line) for line in process.stdout], daemon=True)
        reader.start()
        try:
            yield lines
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            reader.join()
            process.stdout.close()

    def until(self, pattern, text, document, folder, stir=lambda: None, **environment):
        """Runs what does not end until a line shows `pattern`; `stir` has something happen, again and again."""
        end = time.monotonic() + DEADLINE_S
        with self.in_background(text, document, folder, **environment) as lines:
            while not any(re.search(pattern, line) for line in list(lines)):
                if time.monotonic() > end:
                    return Ended(124, "".join(lines))
                stir()
                time.sleep(0.1)
            return Ended(0, "".join(lines))
