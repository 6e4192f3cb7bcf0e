#!/usr/bin/python3
"""The Debian packages as `./dev package` makes them, installed in a bare Debian 12, where a stranger's program is built against libtandem with
pkg-config and with CMake, and talks to a real store. Root, namespaces and a package mirror are needed. TANDEM_PACKAGES names a
folder of finished packages, else they are built below build/package."""

import glob
import json
import os
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from bare_debian import BareDebian, ROOT  # noqa: E402
import tap  # noqa: E402
from house import House, why_not  # noqa: E402

TOOLS = ("cmake", "ninja", "cpack", "scdoc", "dpkg-shlibdeps", "unshare")
NAMES = ("tandem", "libtandem0", "libtandem-dev")
PROJECT = """cmake_minimum_required(VERSION 3.20)
project(stranger LANGUAGES C)
find_package(tandem 0.1 REQUIRED)
add_executable(stranger /usr/share/doc/libtandem-dev/examples/c/caller.c)
target_link_libraries(stranger PRIVATE tandem::tandem)
"""


def built_packages():
    """Their paths."""
    folder = os.environ.get("TANDEM_PACKAGES")
    if not folder:
        folder = os.path.join(ROOT, "build", "package", "deb")
        shutil.rmtree(folder, ignore_errors=True)
        for command in (["cmake", "--preset", "package"], ["cmake", "--build", "build/package", "-j", "2"],
                        ["cpack", "--config", "build/package/CPackConfig.cmake", "-B", folder]):
            done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            if done.returncode != 0:
                raise AssertionError(done.stdout[-2000:])
    return sorted(glob.glob(folder + "/*.deb"))


def missing():
    lacking = [tool for tool in TOOLS if not shutil.which(tool)]
    return "no " + ", ".join(lacking) if lacking else why_not()


@unittest.skipIf(missing(), missing())
class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.debian = BareDebian()
        cls.addClassCleanup(cls.debian.remove)
        cls.packages = built_packages()
        for path in cls.packages:
            shutil.copy(path, cls.debian.path("/packages/" + os.path.basename(path)))
        cls.debian.install("/packages/*.deb", "gcc", "libc6-dev", "pkg-config", "cmake", "make")
        cls.hand_a_bundle_in()

    @classmethod
    def hand_a_bundle_in(cls):
        """Of a store that runs outside."""
        house = House()
        cls.addClassCleanup(house.remove)
        cls.addClassCleanup(house.run, "down")
        house.start()
        bundle = house.run("certs", "issue", "stranger", "--events", "all").out.strip()
        shutil.copytree(bundle, cls.debian.path("/bundle/all"))
        shutil.copy(house.home + "/run/endpoint.json", cls.debian.path("/bundle/all/endpoint.json"))

    def inside(self, script):
        status, output = self.debian.run(script)
        self.assertEqual(status, 0, output[-3000:])
        return output

    def test_packages_are_these(self):
        self.assertEqual(sorted(os.path.basename(path).split("_")[0] for path in self.packages), sorted(NAMES))

    def test_packages_programs_run(self):
        self.assertRegex(self.inside("tandem --version"), r"[0-9]+\.[0-9]+\.[0-9]+")
        self.assertNotIn("not found", self.inside("ldd /usr/bin/tandem* /usr/lib/*/libtandem.so.0"))

    def test_packages_have_manual_and_completions(self):
        self.inside("gzip -dc /usr/share/man/man1/tandem.1.gz | grep -q '^.SH'; test -s /usr/share/bash-completion/completions/tandem; "
                    "test -s /usr/share/zsh/vendor-completions/_tandem; test -s /usr/share/fish/vendor_completions.d/tandem.fish; "
                    "for name in %s; do test -s /usr/share/doc/$name/copyright; done" % " ".join(NAMES))

    def test_packages_have_units_alerts_and_dashboard(self):
        listed = set(self.inside("dpkg -L tandem").split())
        wanted = {"/usr/share/tandem/observability/" + name for name in ("alerts.yml", "prometheus.yml", "grafana/tandem.json")}
        for manager in ("system", "user"):
            wanted |= {"/usr/lib/systemd/%s/tandem%s.service" % (manager, name) for name in ("", "-bridge-nats", "-sync")}
        self.assertEqual(set(), wanted - listed)
        self.assertFalse([name for name in listed if name.endswith(".test.yml")])

    def test_packages_a_stranger_builds_with_pkg_config_and_calls(self):
        self.assert_calls("cc -Wall -Werror /usr/share/doc/libtandem-dev/examples/c/caller.c $(pkg-config --cflags --libs tandem) -o /tmp/stranger",
                          "/tmp/stranger")

    def test_packages_a_stranger_builds_with_cmake_and_calls(self):
        with open(self.debian.path("/stranger/CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write(PROJECT)
        self.assert_calls("cmake -S /stranger -B /tmp/build && cmake --build /tmp/build", "/tmp/build/stranger")

    def assert_calls(self, build, program):
        self.inside(build)
        answer = json.loads(self.inside(program + " /bundle/all hello"))
        self.assertRegex(answer["installation"], "^[0-9a-f-]{36}$")


if __name__ == "__main__":
    tap.main(__name__)
