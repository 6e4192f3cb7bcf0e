"""Another machine's insides on this one: a process 1 of its own, over files of its own, seen by nobody else. It needs root and ends
without a trace."""

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import unittest

from world import wait_for

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PROGRAMS = ("/usr/bin/unshare", "/usr/bin/nsenter", "/sbin/pivot_root")

# Not chroot: in one, nothing may make user namespaces, as systemd's PrivateUsers= does. The shell is in the new root, whose process 1
# it becomes. $1 is a folder for the overlay; its upper layer is there, or in memory.
BEGIN = r"""
set -e
mkdir -p "$1/upper" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
cd "$1/root"
mkdir -p proc sys dev run tmp mnt/before
mount -t proc proc proc
mount --bind proc/sys proc/sys # the kernel is this machine's, too
mount -o remount,bind,ro proc/sys
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/shm dev/pts
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
for node in null zero full random urandom tty; do
  touch "dev/$node"
  mount --bind "/dev/$node" "dev/$node"
done
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
"""
ENTER = r"""
pivot_root . mnt/before
umount -l /mnt/before
"""


PR_SET_PDEATHSIG = 1


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def need(condition, reason):
    if not condition:
        raise unittest.SkipTest(reason)


class Namespaces:
    """`script` runs with `arguments` after BEGIN, which has $1 for files and $2 for what lies below them; it ends by `exec` of what is
    process 1 from then on. `network`: whether it shares this machine's."""

    def __init__(self, script, lower, *arguments, network, folder=None):
        need(os.geteuid() == 0, "namespaces need root")
        for program in PROGRAMS:
            need(os.access(program, os.X_OK), "there is no %s here (Debian's util-linux)" % program)
        self.folder = folder or tempfile.mkdtemp(prefix="tandem-machine-")
        self.output = tempfile.TemporaryFile("w+")
        self.pid = 0
        self.unshare = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child=SIGKILL", "--cgroup", "--uts", "--ipc", *([] if network else ["--net"]),
             "--propagation", "private", "sh", "-c", script, "sh", self.folder, lower, *arguments],
            stdin=subprocess.DEVNULL, stdout=self.output, stderr=subprocess.STDOUT, preexec_fn=die_with_parent)
        try:
            wait_for(self.is_up, "a machine in namespaces")
        except AssertionError as late:
            self.close()
            raise unittest.SkipTest("no machine comes up here: %s" % late) from late
        except BaseException:
            self.close()
            raise

    def said(self):
        self.output.seek(0)
        return self.output.read().strip()

    def is_up(self):
        """Whether process 1 is what the script was to become; `pid` is its number on this machine."""
        need(self.unshare.poll() is None, "no namespaces can be made here: " + self.said())
        with open("/proc/%d/task/%d/children" % (self.unshare.pid, self.unshare.pid), encoding="ascii") as file:
            children = file.read().split()
        if not children:
            return False
        self.pid = int(children[0])
        with open("/proc/%d/comm" % self.pid, encoding="ascii") as file:
            return file.read().strip() not in ("unshare", "sh")

    def path(self, inside):
        """Where this machine sees a file of that one."""
        return "/proc/%d/root%s" % (self.pid, inside)

    def write(self, path, text):
        os.makedirs(os.path.dirname(self.path(path)), exist_ok=True)
        with open(self.path(path), "w", encoding="utf-8") as file:
            file.write(text)

    def entering(self, words, user=None):
        become = ["runuser", "-u", user, "--"] if user else []
        return ["nsenter", "--target", str(self.pid), "--all", "--root", "--wd", *become, *words]

    @staticmethod
    def environment(user=None):
        return {"PATH": PATH, "LC_ALL": "C.UTF-8", "HOME": "/home/" + user if user else "/root"}

    def run(self, *words, user=None, seconds=120, **environment):
        """Runs a program in there, as root or as `user`."""
        return subprocess.run(self.entering(words, user), env={**self.environment(user), **environment}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", timeout=seconds, check=False)

    def start(self, *words, **environment):
        """The same for one that goes on; it ends with the machine."""
        return subprocess.Popen(self.entering(words), env={**self.environment(), **environment}, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def close(self):
        """With process 1 everything in there ends, and its mounts go with the last of it."""
        if self.unshare.poll() is None:
            self.unshare.send_signal(signal.SIGKILL)
        self.unshare.wait()
        self.output.close()
        shutil.rmtree(self.folder, ignore_errors=True)
