"""The command line in a temporary home, and stand-ins of trackers for it. TANDEM_BIN says where the programs are
(build/dev/bin if unset)."""

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from deadlines import PATIENT_S, wait_for  # noqa: F401
from world import free_port

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
BIN = os.environ.get("TANDEM_BIN", os.path.join(ROOT, "build", "dev", "bin"))
TANDEM = os.path.join(BIN, "tandem")
PROGRAMS = ["tandem", "tandem-store", "tandem-scheduler", "tandem-conflict", "tandem-adapter-github"]
DEADLINE_S = PATIENT_S


def why_not(*more):
    """Why nothing can be run here, or None; `more` are programs that are needed besides."""
    missing = [name for name in [*PROGRAMS, *more] if not os.access(os.path.join(BIN, name), os.X_OK)]
    return "no %s in %s" % (", ".join(missing), BIN) if missing else None


class Done:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def json(self):
        return json.loads(self.out)


def typed(command, environment, answers=(), folder=None):
    """Runs on a pseudo-terminal; `answers` are (text to wait for, what is typed then). Returns the code and all that was
    shown."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder or ".")
        os.execvpe(command[0], command, environment)
    shown, seen, end = "", 0, time.monotonic() + DEADLINE_S
    answers = list(answers)
    while time.monotonic() < end:
        if answers and answers[0][0] in shown[seen:]:
            seen = len(shown)
            os.write(terminal, (answers.pop(0)[1] + "\n").encode())
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        shown += data.decode("utf-8", "replace")
    else:
        os.kill(pid, signal.SIGKILL)
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown


class House:
    """A temporary home and how commands are run in it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="tandem-cli-", dir="/tmp")
        self.home = os.path.join(self.folder, "home")
        self.environment = {**os.environ, "TANDEM_HOME": self.home, "TANDEM_ACTOR": "user:tester", "TERM": "xterm", "LC_ALL": "C.UTF-8"}
        for name in ("NO_COLOR", "VISUAL", "EDITOR", "TANDEM_STORE_URL", "TANDEM_EVENTS_URL"):
            self.environment.pop(name, None)

    def run(self, *words, text=None, **environment):
        done = subprocess.run([TANDEM, *words], env={**self.environment, **environment}, input=text or "",
                              capture_output=True, text=True, timeout=DEADLINE_S, check=False)
        return Done(done.returncode, done.stdout, done.stderr)

    def on_terminal(self, words, answers=(), **environment):
        """As typed() below."""
        return typed([TANDEM, *words], {**self.environment, **environment}, answers)

    def file(self, name, text, mode=0o600):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def start(self, *ports):
        """`tandem up`, allowed to call these ports of this machine."""
        os.makedirs(self.home, 0o700)
        with open(self.home + "/tandem.yaml", "w", encoding="utf-8") as file:
            file.write("http:\n  allow_hosts: [%s]\n" % ", ".join('"127.0.0.1:%d"' % port for port in ports))
        up = self.run("up")
        if up.code:
            raise AssertionError("tandem up: %d\n%s%s" % (up.code, up.out, up.err))

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class StandIn:
    """A tracker's stand-in on a port of its own, and its control interface."""

    def __init__(self, program, *options):
        self.port = free_port()
        self.url = "http://127.0.0.1:%d" % self.port
        self.process = subprocess.Popen([os.path.join(ROOT, "sandbox", program), "--port", str(self.port), *options],
                                        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def control(self, method, path, body=None):
        request = urllib.request.Request("%s/_sandbox/%s" % (self.url, path), method=method,
                                         data=json.dumps(body).encode() if body is not None else None)
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
                return json.load(answer)
        except urllib.error.URLError:
            return None

    def post(self, path, form):
        """An answer of its API to a form."""
        with urllib.request.urlopen(self.url + path, urllib.parse.urlencode(form).encode(), timeout=DEADLINE_S) as answer:
            return json.load(answer)

    def close(self):
        self.process.terminate()
        self.process.wait()
