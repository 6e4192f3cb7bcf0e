"""A bare Debian 12 to try things on: what debootstrap's minbase brings, with git, and nothing of this machine but where packages come
from. Made once, kept below /var/cache/tandem-tests for the next run, and never written to: use a copy, or an overlay over it."""

import glob
import os
import re
import shutil
import subprocess
import unittest

SUITE = "bookworm"
FOLDER = "/var/cache/tandem-tests"
INCLUDED = ("ca-certificates", "git")


def mirror():
    """Where this machine gets its packages from."""
    for path in sorted(glob.glob("/etc/apt/sources.list") + glob.glob("/etc/apt/sources.list.d/*")):
        with open(path, encoding="utf-8", errors="replace") as file:
            found = re.search(r"^(?:deb\s+(?:\[[^]]*\]\s+)?|URIs:\s*)(https?://\S+)", file.read(), re.MULTILINE)
        if found:
            return found.group(1)
    raise unittest.SkipTest("this machine's apt knows no mirror")


def base():
    """Its folder. Raises SkipTest with the reason where it cannot be made."""
    if os.geteuid() != 0:
        raise unittest.SkipTest("a bare Debian is made with debootstrap, which needs root")
    if not shutil.which("debootstrap"):
        raise unittest.SkipTest("debootstrap is not installed")
    folder = "%s/%s" % (FOLDER, SUITE)
    if not os.path.isdir(folder):
        make(folder)
    return folder


def make(folder):
    """Beside its place first: what is there is whole."""
    unfinished = "%s.%d" % (folder, os.getpid())
    os.makedirs(FOLDER, exist_ok=True)
    try:
        done = subprocess.run(["debootstrap", "--variant=minbase", "--include=" + ",".join(INCLUDED), SUITE, unfinished, mirror()],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            raise unittest.SkipTest("debootstrap: " + done.stdout.strip().splitlines()[-1])
        shutil.rmtree(unfinished + "/var/cache/apt/archives", ignore_errors=True)
        os.rename(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def reach_packages(root):
    """Packages come from where this machine gets them: its apt, its names, its certificates. `root` is a copy or an overlay."""
    for path in ("/etc/apt", "/etc/ssl", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates"):
        if os.path.isdir(path):
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            subprocess.run(["cp", "-a", "--remove-destination", path, os.path.dirname(root + path)], check=True)
    for path in ("/etc/resolv.conf", "/etc/hosts"):
        if os.path.exists(path):
            shutil.copy(path, root + path)
    os.makedirs(root + "/var/cache/apt/archives/partial", exist_ok=True)


def proxies():
    """What programs in there need to get out, as this machine does."""
    return {name: value for name, value in os.environ.items() if name.lower() in ("http_proxy", "https_proxy", "no_proxy")}
