"""deploy/compose.yaml as an installation that tests work with: images that are built as docs/docker.md says, the demo that has ended, and
what a person does and sees here and at the tracker. Needs root and Docker; everything else is made here, the registry too."""

import collections
import json
import os
import signal
import subprocess
import time
import unittest

import debian_base
import docker_engine
from document_typed import Typist

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FILE = os.path.join(ROOT, "deploy", "compose.yaml")
DOCKERFILE = os.path.join(ROOT, "deploy", "docker", "Dockerfile")
DEADLINE_S = 240
STARTED = ("store", "scheduler", "conflict", "adapter-github", "adapter-jira", "adapter-linear", "adapter-webhook", "bridge-nats")
RUN = ("--profile", "demo", "--profile", "tls", "--profile", "nats")
PROFILES = (*RUN, "--profile", "cli")
FIRST, SECOND = "tandem:first", "tandem:second"
BUILT = ("init", "sandbox-github")  # which the file says how to build
# Beside the file of the users: what a test cannot wait for, and how a build reaches packages from here.
BESIDE = {"services": {
    **{name: {"environment": {"TANDEM_SETTLE_MS": "1500"}} for name in STARTED if name.startswith("adapter")},
    **{name: {"build": {"network": "host", "args": debian_base.proxies()}} for name in BUILT}}}
REGISTRY_PORT = 5000  # in a network of the engine's own

ASK = """
import sys, urllib.request
path, order = sys.argv[1:]
headers = {"Content-Type": "application/json", "Authorization": "Bearer sandbox-token"}
request = urllib.request.Request("http://127.0.0.1:8080" + path, order.encode() or None, headers)
print(urllib.request.urlopen(request, timeout=30).read().decode())
"""


def wait_for(condition, what):
    end, pause = time.monotonic() + DEADLINE_S, 0.05
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError("waited %d s for %s" % (DEADLINE_S, what))
        time.sleep(pause)
        pause = min(pause * 1.5, 1)
    return value


def note(started, what):
    print("# %6.1f s: %s" % (time.monotonic() - started, what), flush=True)


class Installation(unittest.TestCase):
    """One for all tests of a class."""

    @classmethod
    def setUpClass(cls):
        started = time.monotonic()
        cls.engine = docker_engine.Engine()
        cls.addClassCleanup(cls.engine.close)
        cls.engine.start()
        cls.engine.import_base()
        note(started, "the engine runs and has a base")
        cls.beside = cls.engine.folder + "/beside.json"
        with open(cls.beside, "w", encoding="utf-8") as file:
            json.dump(BESIDE, file)
        cls.typist = cls.make_typist(cls.engine.folder + "/typed")
        cls.build_images()
        cls.engine.start(apart=True)
        cls.engine.check()
        note(started, "images are built")
        cls.published = {image: cls.publish(image) for image in (SECOND, "postgres-stand-in")}
        cls.addClassCleanup(cls.compose, *PROFILES, "down", "--volumes", "--timeout", "1", check=False)
        cls.make_certificate(cls.engine.folder + "/certificates")
        cls.demo_said = cls.typist.read("Try it", until="down --volumes")
        note(started, "the demo has ended")
        cls.compose(*RUN, "up", "-d")
        cls.shell = cls.compose("run", "-d", "--rm", "--entrypoint", "sleep infinity", "tandem").stdout.split()[-1]

    @classmethod
    def build_images(cls):
        """The stages that take long are made first, with names, so that they are kept for the next run; then the document's command makes
        the images that a reader has."""
        cls.engine.build("tandem-build", ROOT, "--file", DOCKERFILE, "--target", "build")
        cls.engine.build("tandem-demo-stage", ROOT, "--file", DOCKERFILE, "--target", "demo")
        for name in ("postgres", "front", "nats", "registry"):
            cls.engine.build(name + "-stand-in", os.path.join(ROOT, "tests", "deploy", "stand_ins"), "--target", name)
        for name in (FIRST, "tandem-demo"):
            cls.engine.run("image", "rm", name, check=False)
        cls.typist.read("Try it", until="up -d")
        cls.engine.build(SECOND, ROOT, "--file", DOCKERFILE, "--build-arg", "REVISION=second")

    @classmethod
    def publish(cls, image):
        """The image's name in a registry of the engine's own network, from where alone it is to be had by that name."""
        if cls.engine.run("inspect", "registry", check=False).returncode:
            cls.engine.run("run", "-d", "--name", "registry", "registry-stand-in")
        address = cls.engine.out("inspect", "--format", "{{.NetworkSettings.IPAddress}}", "registry")
        name = "%s:%d/%s" % (address, REGISTRY_PORT, image)
        cls.engine.run("tag", image, name)
        wait_for(lambda: cls.engine.run("push", name, check=False).returncode == 0, "the registry to take the image")
        cls.engine.run("image", "rm", name)
        return name

    @classmethod
    def make_typist(cls, folder):
        """A reader with a token, which is one of the stand-in's."""
        typist = Typist(folder, (docker_engine.program("docker-compose"), "-p", "tandem-test"), ("-f", cls.beside), cls.environment(FIRST), [
            (r"/run/user/\$UID", folder + "/run"),
            (r"connect github --name rocket --repo acme/rocket",
             "connect github --base-url http://sandbox-github:8080 --name typed --repo acme/typed")])
        os.mkdir(folder + "/run")
        with open(folder + "/rocket.token", "w", encoding="ascii") as file:
            file.write("sandbox-token\n")
        return typist

    @classmethod
    def make_certificate(cls, folder):
        """Of the front, as an administrator has one; readable by its user."""
        os.mkdir(folder, 0o755)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                        "/CN=front", "-addext", "subjectAltName=DNS:front", "-keyout", folder + "/privkey.pem", "-out",
                        folder + "/fullchain.pem"], check=True, stderr=subprocess.DEVNULL)
        os.chmod(folder + "/privkey.pem", 0o644)
        os.chmod(cls.engine.folder, 0o755)

    # what tests say

    @classmethod
    def environment(cls, image):
        return {**cls.engine.environment, "TANDEM_IMAGE": image, "TANDEM_DEMO_IMAGE": "tandem-demo",
                "POSTGRES_IMAGE": "postgres-stand-in", "NATS_IMAGE": "nats-stand-in", "TANDEM_FRONT_IMAGE": "front-stand-in",
                "TANDEM_FRONT_CERTIFICATES": cls.engine.folder + "/certificates"}

    @classmethod
    def compose(cls, *words, image=FIRST, check=True):
        done = subprocess.run([docker_engine.program("docker-compose"), "-p", "tandem-test", "-f", FILE, "-f", cls.beside, *words],
                              env=cls.environment(image), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if check and done.returncode != 0:
            raise AssertionError("docker-compose %s: %d\n%s\n%s" % (" ".join(words), done.returncode, done.stdout[-3000:], cls.logs()))
        return done

    @classmethod
    def container(cls, service):
        return "tandem-test_%s_1" % service

    @classmethod
    def inspect(cls, service):
        return json.loads(cls.engine.out("inspect", cls.container(service)))[0]

    @classmethod
    def state(cls, service):
        return cls.inspect(service)["State"]

    @classmethod
    def logs(cls):
        return cls.compose(*PROFILES, "logs", "--no-color", "--tail", "30", check=False).stdout[-12000:]

    def tandem(self, *words):
        """A command's JSON, or None when it failed."""
        done = self.engine.run("exec", self.shell, "tandem", *words, "--json", check=False)
        if done.returncode != 0:
            return None
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def surely(self, *words):
        """The same, repeated until it is done: for what may be done twice."""
        return wait_for(lambda: self.tandem(*words), "tandem " + " ".join(words))

    def kill(self, service):
        """kill -9 from outside, as the kernel does when memory is out; `docker kill` would be an order to stay down."""
        before = self.state(service)
        os.kill(before["Pid"], signal.SIGKILL)
        wait_for(lambda: self.state(service)["StartedAt"] != before["StartedAt"] and self.state(service)["Running"],
                 service + " to be started again")

    def at_github(self, path, **order):
        """What a person does there, or what a person sees."""
        done = self.engine.run("exec", self.container("sandbox-github"), "python3", "-c", ASK, path, json.dumps(order) if order else "")
        return json.loads(done.stdout)

    def issues(self):
        """Title -> numbers."""
        found, page = collections.defaultdict(list), 1
        while rows := self.at_github("/repos/acme/rocket/issues?state=all&per_page=100&page=%d" % page):
            for row in rows:
                if "pull_request" not in row:
                    found[row["title"]].append(row["number"])
            page += 1
        return found

    def tickets(self):
        """Title -> keys."""
        found = collections.defaultdict(list)
        for row in self.all_tickets():
            found[row["fields"]["title"]].append(row["key"])
        return found

    def all_tickets(self):
        return [row for page in self.surely("ticket", "list", "--all") for row in page["tickets"]]

    def create_at_github(self, title):
        return self.at_github("/_sandbox/act", actor="bob", do="create", repo="acme/rocket", fields={"title": title})["issue"]["number"]

    def edit_at_github(self, number, title):
        self.at_github("/_sandbox/act", actor="bob", do="edit", repo="acme/rocket", number=number, fields={"title": title})

    def each_once(self, titles):
        """Whether every title is on both sides; fails when one is there twice."""
        here, there = self.tickets(), self.issues()
        for title in titles:
            self.assertLess(len(here[title]), 2, (title, here[title]))
            self.assertLess(len(there[title]), 2, (title, there[title]))
        return all(here[title] and there[title] for title in titles)

    def both_sides_have(self, titles, what):
        def once():
            self.tandem("sync", "rocket", "--wait")
            return self.each_once(titles)
        wait_for(once, what + ": " + ", ".join(titles))
