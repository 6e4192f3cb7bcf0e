#!/usr/bin/python3
"""tests/run.py itself: whoever interrupts it has his terminal back, and no program goes on."""

import os
import select
import signal
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "harness"))
import tap  # noqa: E402

DEADLINE_S = 60
# SIGINT is ignored in what a shell starts in the background, and that is inherited.
PROGRAM = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); " \
          "import sys; sys.path.insert(0, %r); import run; run.run_all(%r, [], False)"


class Run(unittest.TestCase):
    def test_run_that_is_interrupted_ends_all_programs(self):
        reading, writing = os.pipe()
        forever = ("forever", ["sh", "-c", "echo started >&%d; exec sleep 300" % writing])
        program = PROGRAM % (os.path.join(ROOT, "tests"), [forever] * 10)  # more than run at a time
        # A pipe that a program holds is at its end when none is left.
        with subprocess.Popen([sys.executable, "-c", SHARED % writing + program], pass_fds=[writing], stderr=subprocess.DEVNULL,
                              start_new_session=True) as process:
            os.close(writing)
            self.addCleanup(os.close, reading)
            try:
                self.assertEqual(os.read(reading, 8), b"started\n")
                process.send_signal(signal.SIGINT)
                process.wait(DEADLINE_S)
            finally:
                process.kill()
        self.assertNotEqual(process.returncode, 0)
        self.assertTrue(self.has_ended(reading), "a program goes on")

    @staticmethod
    def has_ended(reading):
        """Whether nobody holds the pipe's other end any more; some may have written meanwhile."""
        while select.select([reading], [], [], DEADLINE_S)[0]:
            if not os.read(reading, 4096):
                return True
        return False


# What run.py starts inherits no descriptor but this one.
SHARED = "import subprocess; begin = subprocess.Popen.__init__; " \
         "subprocess.Popen.__init__ = lambda *a, **k: begin(*a, pass_fds=[%d], **k); "


if __name__ == "__main__":
    tap.main(__name__)
