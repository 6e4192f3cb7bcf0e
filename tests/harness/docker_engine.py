"""A Docker engine of the tests' own, and images made without a registry: the base is debian_base's folder, packages come from where
this machine gets them. Images are kept below /var/cache/tandem-tests for the next run; containers, networks and volumes are not.

    engine = Engine()                   # takes turns with other test runs
    engine.start()                      # with this machine's network: images are built
    engine.start(apart=True)            # in a network namespace of its own: bridges and packet filters are nobody else's
"""

import atexit
import contextlib
import ctypes
import fcntl
import glob
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import debian_base

KEPT = debian_base.FOLDER + "/docker"
BASE = "debian:bookworm-slim"
START_S, BUILD_S = 60, 480
PR_SET_PDEATHSIG = 1
UNREACHED = re.compile(r".*(?:Failed to fetch|Temporary failure resolving|Could not resolve|Unable to connect to).*")
BRIDGE = "/sys/class/net/docker0"
ADDRESSES = "10.213.0.0/16"  # of its containers; a registry among them needs no certificate
NEEDED = ("dockerd", "containerd", "runc", "docker", "docker-compose")
# What the official image brings besides: packages are written without waiting for the disk, and without documents.
LIKE_THE_OFFICIAL = "force-unsafe-io\npath-exclude=/usr/share/doc/*\npath-exclude=/usr/share/man/*\npath-exclude=/usr/share/locale/*\n"


def program(name):
    """Debian's, whatever else there is."""
    for folder in ("/usr/bin", "/usr/sbin"):
        if os.access(os.path.join(folder, name), os.X_OK):
            return os.path.join(folder, name)
    return None


def last_line(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = [line.strip() for line in file if line.strip()]
    return lines[-1] if lines else "it said nothing"


def end_with_parent():
    """A test program that is killed leaves no engine behind, and an engine that ends stops its containers."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Engine:
    """Raises SkipTest with the reason where none can be started. One at a time on a machine."""

    def __init__(self):
        missing = [name for name in NEEDED if not program(name)]
        if os.geteuid() != 0:
            raise unittest.SkipTest("a Docker engine needs root")
        if missing:
            raise unittest.SkipTest("%s is not installed (apt-get install docker.io docker-compose)" % missing[0])
        os.makedirs(KEPT, exist_ok=True)
        self.lock = open(KEPT + "/lock", "w", encoding="ascii")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.folder = tempfile.mkdtemp(prefix="tandem-docker-", dir="/tmp")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(("DOCKER_", "COMPOSE_", "TANDEM_"))}
        self.environment.update(DOCKER_HOST="unix://%s/socket" % self.folder, DOCKER_BUILDKIT="0", HOME=self.folder,
                                PATH="/usr/bin:" + os.environ["PATH"])  # docker-compose builds with the `docker` that it finds
        self.process = None
        self.build_until = time.monotonic() + BUILD_S
        self.had_bridge = os.path.exists(BRIDGE)
        atexit.register(self.close)

    def start(self, apart=False):
        """In place of the one that runs. On this machine's own network it leaves the packet filter alone, and shares the default
        bridge with an engine that is there already (--bridge=none would take it away from that one)."""
        self.stop()
        log = self.folder + "/log"
        modest = [] if apart else ["--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false"]
        with open(log, "wb") as file:
            self.process = subprocess.Popen(
                [*(["unshare", "--net"] if apart else []), program("dockerd"), "--data-root", KEPT + "/data", "--exec-root",
                 self.folder + "/exec", "--pidfile", self.folder + "/pid", "-H", "unix://%s/socket" % self.folder,
                 "--userland-proxy=false", "--default-address-pool", "base=%s,size=24" % ADDRESSES, "--insecure-registry", ADDRESSES, *modest],
                stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True, preexec_fn=end_with_parent)
        end = time.monotonic() + START_S
        while self.run("info", check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > end:
                raise unittest.SkipTest("dockerd does not start here: " + last_line(log)[:300])
            time.sleep(0.1)
        self.remove_all()
        if self.out("info", "--format", "{{.Driver}}") == "vfs":
            raise unittest.SkipTest("the Docker engine has no overlay file system here; whole copies of images take too long")

    # commands

    def run(self, *words, check=True, **more):
        done = subprocess.run([program("docker"), *words], env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False, **more)
        if check and done.returncode != 0:
            raise AssertionError("docker %s: %d\n%s" % (" ".join(words), done.returncode, done.stdout[-6000:]))
        return done

    def out(self, *words):
        return self.run(*words).stdout.strip()

    # images

    def import_base(self):
        """debian:bookworm-slim, unless it is there already."""
        folder = debian_base.base()
        made = "made=%d" % os.stat(folder).st_mtime_ns
        if made not in self.run("image", "inspect", "--format", "{{.Comment}}", BASE, check=False).stdout:
            self._import(folder, made)

    def check(self):
        """A container starts, and in a network."""
        for words in (("network", "create", "probe"), ("run", "--rm", "--network", "probe", "--memory", "64m", BASE, "true")):
            done = self.run(*words, check=False)
            if done.returncode != 0:
                raise unittest.SkipTest("no container starts here: " + done.stdout.strip()[:300])

    def _import(self, folder, made):
        with tempfile.TemporaryDirectory(prefix="tandem-base-", dir="/tmp") as place:
            root = place + "/root"
            subprocess.run(["cp", "-a", "--reflink=auto", folder, root], check=True)
            debian_base.reach_packages(root)
            with open(root + "/etc/dpkg/dpkg.cfg.d/docker", "w", encoding="ascii") as file:
                file.write(LIKE_THE_OFFICIAL)
            tar = subprocess.Popen(["tar", "--exclude=./dev/*", "-c", "-C", root, "."], stdout=subprocess.PIPE)
            done = subprocess.run([program("docker"), "import", "-m", made, "-", BASE], env=self.environment, stdin=tar.stdout,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            tar.stdout.close()
            if tar.wait() != 0 or done.returncode != 0:
                raise AssertionError("docker import: " + done.stdout)

    def build(self, tag, context, *options):
        """All builds of a run together have BUILD_S: a machine that is too busy for them is not ours to fail on."""
        proxies = [word for name, value in debian_base.proxies().items() for word in ("--build-arg", "%s=%s" % (name, value))]
        try:
            done = self.run("build", "--quiet", "--network", "host", "--tag", tag, *proxies, *options, context, check=False,
                            timeout=max(1, self.build_until - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise unittest.SkipTest("building images takes more than %d s here; what is done is kept for the next run" % BUILD_S) from None
        unreached = UNREACHED.search(done.stdout)
        if done.returncode != 0 and unreached:
            raise unittest.SkipTest("packages cannot be fetched for the image: " + unreached.group(0)[:200])
        if done.returncode != 0:
            raise AssertionError("docker build of %s: %s" % (tag, done.stdout[-6000:]))

    # ending

    def remove_all(self):
        """Containers and what belongs to them, ours or an interrupted run's."""
        for kind, listing in (("rm", ("ps", "-aq")), ("volume", ("volume", "ls", "-q"))):
            found = self.run(*listing, check=False).stdout.split()
            if found:
                self.run(*(("rm", "-fv") if kind == "rm" else ("volume", "rm", "-f")), *found, check=False)
        self.run("network", "prune", "--force", check=False)
        self.run("image", "prune", "--force", check=False)

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.remove_all()
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=60)
            self.process.kill()
            self.process.wait()
        self.process = None
        for path in glob.glob(self.folder + "/exec/netns/*"):  # dockerd leaves its own mounted
            subprocess.run(["umount", "--lazy", path], stderr=subprocess.DEVNULL, check=False)

    def close(self):
        """Ends it, with all that it started, and lets the next one have the images."""
        self.stop()
        if not self.had_bridge and os.path.exists(BRIDGE) and shutil.which("ip"):
            subprocess.run(["ip", "link", "delete", os.path.basename(BRIDGE)], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.close()
