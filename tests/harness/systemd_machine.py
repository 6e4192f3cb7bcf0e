"""A machine with systemd as its process 1: namespaces over this machine's own files, with an overlay in memory above them, so that
nothing of this machine is changed and nothing has to be downloaded. It boots to a target that starts nothing, in a second."""

import os
import shutil
import signal
import subprocess
import tempfile
import unittest

from world import wait_for

SYSTEMD = "/lib/systemd/systemd"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# Runs in namespaces of its own. $1 is an empty folder. Not chroot, in which nothing may make user namespaces (PrivateUsers=).
INSIDE = r"""
set -e
mount -t tmpfs -o size=512m tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
cd "$1/root"
mkdir -p srv/tests
mount --rbind "$2" srv/tests
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/shm dev/pts
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
for node in null zero full random urandom tty; do
  touch "dev/$node"
  mount --bind "/dev/$node" "dev/$node"
done
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs tmpfs tmp
mount -t tmpfs tmpfs var/tmp
mount -t tmpfs tmpfs var/log
rm -rf etc/systemd/system/*.wants etc/systemd/user/*.wants var/lib/systemd/timers
printf '[Unit]\nDescription=Nothing\n' > etc/systemd/system/nothing.target
mkdir -p mnt/before
pivot_root . mnt/before
umount -l /mnt/before
exec env -i container=tandem PATH="$3" "$4" --system --unit=nothing.target --log-target=journal --show-status=no
"""


def need(condition, reason):
    if not condition:
        raise unittest.SkipTest(reason)


class Machine:
    """`folder` is seen in there as /srv/tests."""

    def __init__(self, folder):
        need(os.geteuid() == 0, "namespaces with systemd as process 1 need root")
        for program in (SYSTEMD, "/bin/systemctl", "/usr/bin/unshare", "/usr/bin/nsenter", "/sbin/pivot_root"):
            need(os.access(program, os.X_OK), "there is no %s here (Debian's systemd, util-linux)" % program)
        self.folder = tempfile.mkdtemp(prefix="tandem-machine-")
        self.output = tempfile.TemporaryFile("w+")
        self.unshare = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child=SIGKILL", "--cgroup", "--uts", "--ipc", "--net",
             "--propagation", "private", "sh", "-c", INSIDE, "sh", self.folder, folder, PATH, SYSTEMD],
            stdin=subprocess.DEVNULL, stdout=self.output, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            self.pid = wait_for(self._booted, "systemd to boot", 60)
        except BaseException:
            self.close()
            raise

    def _said(self):
        self.output.seek(0)
        return self.output.read().strip()

    def _booted(self):
        """Its process 1 as this machine numbers it, once it answers."""
        need(self.unshare.poll() is None, "no machine with systemd can be made here: " + self._said())
        with open("/proc/%d/task/%d/children" % (self.unshare.pid, self.unshare.pid), encoding="ascii") as file:
            children = file.read().split()
        if not children:
            return None
        self.pid = int(children[0])
        with open("/proc/%d/comm" % self.pid, encoding="ascii") as file:
            if file.read() != "systemd\n":
                return None
        done = self.run("systemctl", "is-system-running")
        return self.pid if done.stdout.strip() in ("running", "degraded") else None

    def path(self, inside):
        """Where this machine sees a file of that one."""
        return "/proc/%d/root%s" % (self.pid, inside)

    def write(self, path, text):
        os.makedirs(os.path.dirname(self.path(path)), exist_ok=True)
        with open(self.path(path), "w", encoding="utf-8") as file:
            file.write(text)

    def run(self, *words, user=None, seconds=120, **environment):
        """Runs a program in there, as root or as `user`."""
        become = ["runuser", "-u", user, "--"] if user else []
        base = {"PATH": PATH, "LC_ALL": "C.UTF-8", "HOME": "/home/" + user if user else "/root"}
        return subprocess.run(["nsenter", "--target", str(self.pid), "--all", "--root", "--wd", *become, *words],
                              env={**base, **environment}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=seconds, check=False)

    def start(self, *words, **environment):
        """The same for one that goes on; it ends with the machine."""
        return subprocess.Popen(["nsenter", "--target", str(self.pid), "--all", "--root", "--wd", *words],
                                env={"PATH": PATH, "LC_ALL": "C.UTF-8", **environment}, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def show(self, unit, name, *more):
        """A property of a unit."""
        return self.run("systemctl", *more, "show", "--value", "--property", name, unit).stdout.strip()

    def journal(self, *words):
        return self.run("journalctl", "--no-pager", *words).stdout

    def close(self):
        """With process 1 everything in there ends, and its mounts go with the last of it."""
        if self.unshare.poll() is None:
            self.unshare.send_signal(signal.SIGKILL)
        self.unshare.wait()
        self.output.close()
        shutil.rmtree(self.folder, ignore_errors=True)
