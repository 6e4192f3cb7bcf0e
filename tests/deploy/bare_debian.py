"""A throw-away Debian 12 in which commands run as root: an overlay over the bare one of harness/debian_base.py."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import debian_base  # noqa: E402

ARCHIVES = debian_base.FOLDER + "/archives"  # what was downloaded, for the next run
ENTER = """
mount -t overlay overlay -o lowerdir="$base",upperdir="$folder/upper",workdir="$folder/work" "$folder/root"
mount -t proc proc "$folder/root/proc"
mount --rbind /dev "$folder/root/dev"
mkdir -p "$folder/root/var/cache/apt/archives"
mount --bind "$archives" "$folder/root/var/cache/apt/archives"
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive %s \
  chroot "$folder/root" sh -eu -c "$script"
"""


class BareDebian:
    """Raises SkipTest with its reason where none can be made."""

    def __init__(self):
        self.base = debian_base.base()
        self.folder = tempfile.mkdtemp(prefix="overlay.", dir=debian_base.FOLDER)
        os.makedirs(ARCHIVES + "/partial", exist_ok=True)
        try:
            self._make()
        except BaseException:
            self.remove()
            raise

    def _make(self):
        for name in ("work", "root", "upper/etc", "upper/usr/share", "upper/usr/local/share"):
            os.makedirs(os.path.join(self.folder, name))
        debian_base.reach_packages(self.folder + "/upper")
        status, output = self.run("true")
        if status != 0:
            raise unittest.SkipTest("no namespace or overlay can be made here: " + output.strip()[-200:])

    def path(self, inside):
        """Where a file goes that is to be seen inside."""
        path = self.folder + "/upper" + inside
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def run(self, script, timeout_s=600):
        """(status, all output) of a shell script. Nothing of it is left running."""
        handed_on = " ".join('%s="$%s"' % (name, name) for name in debian_base.proxies())
        environment = {**os.environ, "base": self.base, "folder": self.folder, "archives": ARCHIVES, "script": script}
        done = subprocess.run(["unshare", "-m", "-p", "-f", "--kill-child", "--", "sh", "-eu", "-c", ENTER % handed_on], env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout_s, check=False)
        return done.returncode, done.stdout

    def install(self, *packages):
        """Names or files. What cannot be fetched is no fault of ours: SkipTest."""
        script = ("apt-get update -qq -o Acquire::Retries=3 && "
                  "apt-get install -qq -y --no-install-recommends -o Acquire::Retries=3 " + " ".join(packages))
        with open(ARCHIVES + "/in-use", "w", encoding="ascii") as lock:  # apt itself gives up where another holds its own
            fcntl.flock(lock, fcntl.LOCK_EX)
            status, output = self.run(script)
        if status != 0 and re.search("(Failed|Unable) to fetch|Temporary failure resolving", output):
            raise unittest.SkipTest("the package mirror does not answer: " + output.strip()[-200:])
        assert status == 0, output[-3000:]

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
