"""A machine with systemd as its process 1: namespaces over this machine's own files, with an overlay in memory above them, so that
nothing of this machine is changed and nothing has to be downloaded. It boots to a target that starts nothing, in a second."""

import os

from namespaces import BEGIN, ENTER, PATH, Namespaces, need

SYSTEMD = "/lib/systemd/systemd"

INSIDE = 'mount -t tmpfs -o size=512m tmpfs "$1"\n' + BEGIN + r"""
mkdir -p srv/tests
mount --rbind "$3" srv/tests
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs tmpfs tmp
mount -t tmpfs tmpfs var/tmp
mount -t tmpfs tmpfs var/log
# What sets a machine up (modules, devices, the kernel's settings) is none of this one's business.
rm -rf etc/systemd/system/*.wants etc/systemd/user/*.wants usr/lib/systemd/system/sysinit.target.wants var/lib/systemd/timers
printf '[Unit]\nDescription=Nothing\nWants=systemd-journald.service\n' > etc/systemd/system/nothing.target
""" + ENTER + r"""
mount --make-rshared / # as on a machine: credentials reach services by it
exec env -i container=tandem PATH="$4" "$5" --system --unit=nothing.target --log-target=journal --show-status=no
"""


class Machine(Namespaces):
    """`folder` is seen in there as /srv/tests."""

    def __init__(self, folder):
        for program in (SYSTEMD, "/bin/systemctl", "/bin/journalctl"):
            need(os.access(program, os.X_OK), "there is no %s here (Debian's systemd)" % program)
        super().__init__(INSIDE, "/", folder, PATH, SYSTEMD, network=False)

    def is_up(self):
        return super().is_up() and self.run("systemctl", "is-system-running").stdout.strip() in ("running", "degraded")

    def show(self, unit, name, *more):
        """A property of a unit."""
        return self.run("systemctl", *more, "show", "--value", "--property", name, unit).stdout.strip()

    def journal(self, *words):
        return self.run("journalctl", "--no-pager", *words).stdout
