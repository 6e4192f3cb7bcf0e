"""The commands of documents that tests/docs/test_documents_run.py does not type, each with the reason, and, where another test runs
it, which one and by what words it is found there."""

import re


class NotRun:
    def __init__(self, document, pattern, reason, test=None, words=None):
        self.document, self.pattern, self.reason, self.test, self.words = document, pattern, reason, test, words

    def is_about(self, command):
        return self.document == command.document and re.match(self.pattern, command.text)


def by(document, pattern, test, words):
    return NotRun(document, pattern, "run by " + test, test, words)


WHOLE_RUN = "starts the run that this test is a part of"
CLUSTER = "needs a cluster"
MINUTES = "takes minutes"

NOT_RUN = [
    by("README.md", r"\./dev run$", "tests/deploy/test_fresh_machine.py", "./dev run"),
    by("README.md", r"\./dev test$", "tests/deploy/test_fresh_machine.py", "./dev test"),
    by("README.md", r"\./dev build$", "tests/deploy/test_fresh_machine.py", "./dev run"),
    by("CONTRIBUTING.md", r"\./dev test unit-base-test_str", "tests/deploy/test_fresh_machine.py", 'UNIT = "unit-base-test_str"'),
    NotRun("CONTRIBUTING.md", r"\./dev test( two_way)?$", WHOLE_RUN),
    by("CONTRIBUTING.md", r"\./dev build$", "tests/deploy/test_fresh_machine.py", "./dev run"),
    NotRun("CONTRIBUTING.md", r"\./dev check$", MINUTES),
    NotRun("docs/benchmarks.md", r"", MINUTES),
    by("docs/simulation.md", r"\./dev simulate", "tests/simulation/test_simulation.py", "simulate.simulate("),
    NotRun("docs/simulation.md", r"\./dev (mutants|soak)$", MINUTES),
    by("docs/new-adapter.md", r"", "tests/docs/test_new_adapter.py", "new-adapter.md"),
    by("docs/streaming.md", r"create role tandem_outbox", "tests/scenario/test_outbox.py", "streaming.md"),
    by("docs/systemd.md", r"apt install", "tests/deploy/test_packages.py", 'install("/packages/*.deb"'),
    by("docs/systemd.md", r"(?!apt install)", "tests/deploy/test_systemd.py", "systemd_typed.unread("),
    by("docs/conflicts.md", r"tandem conflicts resolve 7 --merge$", "tests/cli/test_conflicts.py", '"--merge"'),
    by("docs/conflicts.md", r"tandem conflicts resolve 7 --edit$", "tests/cli/test_conflicts.py", '"--edit"'),
    by("docs/cli.md", r"tandem scheduler enable", "tests/deploy/test_systemd.py", 'self.read("", **options)'),
    by("docs/cli.md", r"sudo tandem scheduler enable --system", "tests/deploy/test_systemd.py", 'self.read("For a machine")'),
    by("docs/cli.md", r"tandem scheduler logs --follow", "tests/deploy/test_systemd.py", "scheduler logs --system --follow"),
    by("docs/cli.md", r"sudo tandem scheduler logs --system", "tests/deploy/test_systemd.py", '"logs", "--system", "--lines", "20"'),
    by("docs/cli.md", r"tandem credentials login", "tests/cli/test_logins.py", '"login"'),
    by("docs/client.md", r"node client/examples", "tests/client/test_examples.py", "subscribe.mjs"),
    NotRun("docs/kubernetes.md", r"kubectl (?!kustomize|(--namespace=\S+ )?create|apply --kustomize)", CLUSTER),
    NotRun("docs/kubernetes.md", r"export TANDEM_STORE_URL|tandem (connect|status)", CLUSTER),
    by("docs/docker.md", r"", "tests/deploy/test_compose.py", "self.typist.untyped()"),
]


def reason_of(command):
    return next((row.reason for row in NOT_RUN if row.is_about(command)), None)
