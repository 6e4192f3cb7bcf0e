"""Runs unittest tests and prints TAP version 13: one `ok` or `not ok` line a test, then the plan.

    import tap
    if __name__ == "__main__":
        tap.main(__name__)

A test is named `<file's unit>_<behaviour>`; its TAP name is the method's name without `test_`.
Arguments are words that a name must contain to be run.
"""

import sys
import traceback
import unittest


class TapResult(unittest.TestResult):
    """Prints each test's line as it ends; details of a failure follow as `#` lines."""

    def __init__(self, stream):
        super().__init__()
        self._stream = stream
        self.count = 0
        self.failed = 0
        self._subtest_failed = False
        self._skipped = None

    def _line(self, ok, test, directive=""):
        self.count += 1
        self.failed += 0 if ok else 1
        name = test_name(test)
        self._stream.write("%s %d - %s%s\n" % ("ok" if ok else "not ok", self.count, name, directive))
        self._stream.flush()

    def _details(self, text):
        for line in text.rstrip().splitlines():
            self._stream.write("# %s\n" % line)
        self._stream.flush()

    def startTest(self, test):
        super().startTest(test)
        self._subtest_failed = False

    def addSuccess(self, test):
        self._line(True, test)

    def addFailure(self, test, err):
        self._line(False, test)
        self._details("".join(traceback.format_exception(*err)))

    addError = addFailure

    def addSkip(self, test, reason):
        """A subtest that is skipped skips its test, which is one line however many there are."""
        whole = getattr(test, "test_case", test)
        if whole is not self._skipped:
            self._line(True, whole, " # SKIP %s" % reason)
        self._skipped = whole

    def addExpectedFailure(self, test, err):
        self._line(True, test, " # TODO expected failure")

    def addUnexpectedSuccess(self, test):
        self._line(False, test, " # TODO unexpected success")

    def addSubTest(self, test, subtest, err):
        """addSuccess is not called after a failed subtest: the first one prints the test's line."""
        if err is None:
            return
        if not self._subtest_failed:
            self._line(False, test)
        self._subtest_failed = True
        self._details(str(subtest) + "\n" + "".join(traceback.format_exception(*err)))


def test_name(test):
    """The method's name without the `test_` that unittest wants; a class's setup keeps its own name."""
    method = getattr(test, "_testMethodName", None)
    if method is None:
        return str(test)
    return method.removeprefix("test_")


def each_test(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from each_test(item)
        else:
            yield item


def chosen(suite, words):
    """The tests whose name contains one of the words; all without words."""
    picked = [test for test in each_test(suite)
              if not words or any(word in test_name(test) for word in words)]
    return unittest.TestSuite(picked)


def run(suite, stream=sys.stdout):
    """Runs a suite and prints TAP; returns the number of failed tests."""
    stream.write("TAP version 13\n")
    result = TapResult(stream)
    suite.run(result)
    stream.write("1..%d\n" % result.count)
    stream.flush()
    return result.failed


def main(module_name, arguments=None):
    """Runs the tests of a module and ends the process: status 0 only if all passed."""
    words = sys.argv[1:] if arguments is None else arguments
    module = sys.modules[module_name]
    suite = chosen(unittest.defaultTestLoader.loadTestsFromModule(module), words)
    sys.exit(1 if run(suite) else 0)
