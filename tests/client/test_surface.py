#!/usr/bin/python3
"""libtandem as a stranger gets it: its symbols, its header, the program of docs/client.md. TANDEM_BIN says where the programs are (build/dev/bin
if unset), the library is beside that."""

import os
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from bus import BUILD, ROOT  # noqa: E402
import tap  # noqa: E402

HEADER = os.path.join(ROOT, "client", "include", "tandem", "tandem.h")
LIBRARY = os.path.join(BUILD, "lib", "libtandem.so.0")


class Surface(unittest.TestCase):
    """What a stranger gets."""

    @unittest.skipUnless(os.path.exists(LIBRARY), "libtandem is not built in %s" % BUILD)
    def test_surface_shows_its_interface_and_nothing_else(self):
        output = subprocess.run(["nm", "-D", "--defined-only", LIBRARY], check=True, capture_output=True, text=True).stdout
        shown = {line.split()[2].partition("@")[0] for line in output.splitlines() if " A " not in line}
        with open(HEADER, encoding="utf-8") as file:
            declared = set(re.findall(r"^TANDEM_API [^;]*?\b(tandem_\w+)\(", file.read(), re.MULTILINE))
        self.assertGreater(len(declared), 10)
        self.assertEqual(shown, declared)

    @unittest.skipUnless(os.path.exists(LIBRARY), "libtandem is not built in %s" % BUILD)
    def test_surface_neither_exits_nor_prints_nor_handles_signals(self):
        output = subprocess.run(["nm", "-D", "--undefined-only", LIBRARY], check=True, capture_output=True, text=True).stdout
        used = {line.split()[1].partition("@")[0] for line in output.splitlines()}
        self.assertIn("poll", used)
        if "__gcov_dump" in subprocess.run(["nm", LIBRARY], check=True, capture_output=True, text=True).stdout:
            self.skipTest("built for coverage: what counts there writes its counts at the exit")
        self.assertEqual(used & {"exit", "_exit", "quick_exit", "atexit", "signal", "sigaction", "printf", "puts", "putchar", "stdout", "perror",
                                 "syslog", "fork", "setenv", "chdir", "setlocale"}, set())

    def test_surface_documents_have_a_program_that_compiles(self):
        with open(os.path.join(ROOT, "docs", "client.md"), encoding="utf-8") as file:
            programs = re.findall(r"```c\n(.*?)```", file.read(), re.DOTALL)
        self.assertEqual(len(programs), 1)
        done = subprocess.run(["gcc", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I", ROOT + "/client/include", "-x", "c", "-"], text=True,
                              input=programs[0], capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_surface_header_needs_no_other(self):
        for compiler, language in (("gcc", "c"), ("g++", "c++"), ("clang", "c"), ("clang++", "c++")):
            if not shutil.which(compiler):
                continue
            source = '#include "%s"\nint main(void) { struct tandem_options o; tandem_options_init(&o); return 0; }\n' % HEADER
            done = subprocess.run([compiler, "-x", language, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-"], input=source,
                                  text=True, capture_output=True, check=False)
            self.assertEqual(done.returncode, 0, (compiler, done.stderr))


if __name__ == "__main__":
    tap.main(__name__)
