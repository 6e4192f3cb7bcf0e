#!/usr/bin/python3
"""Every command that a document tells its reader to type is typed here, document by document and in order, in a tandem of its own with
stand-ins of the trackers; it has to end as it should and to show what the document shows. What is not typed here stands in NOT_RUN
with its reason (tests/docs/not_run.py). TANDEM_BIN says where the programs are (build/dev/bin if unset)."""

import os
import re
import shutil
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import documents  # noqa: E402
from desk import ROOT, Desk  # noqa: E402
import tap  # noqa: E402
from examples import Examples  # noqa: E402
from house import why_not  # noqa: E402
from world import Cluster  # noqa: E402
from not_run import NOT_RUN, reason_of  # noqa: E402

ADAPTERS = ("tandem-adapter-linear", "tandem-adapter-jira", "tandem-adapter-webhook")
POLICY = [("Which way", ""), ("When both", ""), ("Tickets made here", "")]
# What is typed at the questions of a command.
ANSWERS = [
    (r"connect github( --base-url \S+)?$", [("Repository", "acme/rocket"), ("Token (not shown)", "sandbox-token"), ("Call the project", ""), *POLICY,
                                           ("Connect acme/rocket as rocket", "")]),
    (r"connect jira$", [("Project", "{data-center}/browse/ABC-1"), ("Token (not shown)", "sandbox-token"),
                        ("Call the project", "company"), *POLICY, ("Connect ABC as company", "")]),
    (r"connect linear( --base-url \S+)?$", [("Team", "ENG"), ("API key (not shown)", "sandbox-token"), ("Call the project", "engine"), *POLICY,
                                           ("Connect ENG as engine", "")]),
    (r"connect webhook --mapping tickets.yaml$", [("Project", "support"), ("Address of the site", "{webhook}"), ("Token (not shown)", "sandbox-token"),
                                                  ("Call the project", ""), *POLICY, ("Connect support as support", "")]),
    (r"connect webhook$", [("Project", "support"), ("Address of the site", "{webhook}"), ("Token (not shown)", "sandbox-token"),
                           ("File with the mapping", "{home}/tickets.yaml"), ("Call the project", ""), *POLICY,
                           ("Connect support as support", "")]),
    (r"conflicts restore \d+", [("Bring it back?", "y")]),
    (r"ticket retract T-\d+$", [("Take it back?", "y")]),
    (r"credentials rotate rocket$", [("oken", "sandbox-token")]),
    (r"ticket edit T-\d+$", [("", "")]),
]
# What does not end, and the line that shows that it works.
ENDLESS = [(r"events tail.*ConflictDetected.*notify", "notified of .*ConflictDetected"), (r"events tail.*ConflictDetected", "ConflictDetected"),
           (r"events tail$", "Ticket"), (r"nngcat", "tandem.v1."), (r"subscribe\.(py|mjs)", "listening after")]
# Where they are typed, if not in the reader's home.
IN_TREE = ("README.md", "CONTRIBUTING.md", "docs/client.md", "docs/kubernetes.md", "sandbox/README.md")
# Programs that go wrong say so in a way that nobody should have to read.
UGLY = re.compile(r"AddressSanitizer|runtime error:|^\S* ?event=\w+ ", re.MULTILINE)


class Reading:
    """A document and its reader."""

    def __init__(self, case, document):
        self.case, self.document, self.desk = case, document, case.desk
        self.folder = self.desk.tree if document in IN_TREE else self.desk.home

    def read(self):
        """Types all of it."""
        for command in documents.commands(self.document):
            if reason_of(command):
                print("# not run: %s (%s)" % (command, reason_of(command)), flush=True)
                continue
            with self.case.subTest(command=str(command)):
                output = self.type(command)
                self.case.examples.note(output)
                self.case.assertIsNone(documents.missing(command.shown, output), "the document shows this line. It is:\n" + output)

    def type(self, command):
        text = self.case.examples.put_in(command)
        if command.language == "sql":
            text = self.as_administrator(text)
        environment = {"PATH": "%s/build/bin:%s" % (self.desk.tree, self.desk.environment["PATH"])}
        if self.document == "README.md":  # which tells how tandem comes into the PATH
            environment = {}
        for pattern, line in ENDLESS:
            if re.search(pattern, text):
                done = self.desk.until(line, text, self.document, self.folder, self.case.stir, **environment)
                break
        else:
            done = self.desk.run(text, self.document, self.folder, self.answers(text), **environment)
        good = (0, 8) if "--exit-code" in text else (0,)  # 8: conflicts are open
        self.case.assertIn(done.status, good, "%s\ntyped as %s\n%s" % (command, text, done.output))
        self.case.assertNotRegex(done.output, UGLY, str(command))
        if os.environ.get("TANDEM_DOCS_SHOW"):
            print("# $ %s\n#   %s" % (text, done.output.strip().replace("\n", "\n#   ")), flush=True)
        return done.output

    def as_administrator(self, statements):
        """Of a database server of the reader's own, where every password is good."""
        path = self.desk.file("home/statements.sql", statements)
        cluster = Cluster.shared()
        return "%s/psql --host=%s --username=tandem --dbname=postgres --set=ON_ERROR_STOP=1 --file=%s" % (cluster.bin, cluster.folder, path)

    def answers(self, text):
        places = {"home": self.desk.home, **{system: one.url for system, one in self.desk.trackers.items()}}
        for pattern, answers in ANSWERS:
            if re.search(pattern, text):
                return [(question, answer.format(**places)) for question, answer in answers]
        return ()


class Documents(unittest.TestCase):
    """What needs nothing to run."""

    def test_documents_have_commands_only_where_they_are_found(self):
        self.assertEqual([], [line for document in documents.names() for line in documents.strays(document)])

    def test_documents_have_whole_commands(self):
        found = [command for document in documents.names() for command in documents.commands(document)]
        self.assertGreater(len(found), 150)
        self.assertEqual([], [str(command) for command in found if command.language == "sh" and not documents.is_complete(command.text)])

    def test_documents_begin_with_one_that_is_read_in_five_minutes(self):
        """At 240 words a minute."""
        self.assertLess(len(re.findall(r"\w[\w'-]*", documents.read("README.md"))), 5 * 240)

    def test_documents_not_run_is_about_what_is_there(self):
        """Each row is about some command, and the test that it names runs such a thing."""
        found = [command for document in documents.names() for command in documents.commands(document)]
        for row in NOT_RUN:
            with self.subTest(row=row.pattern):
                self.assertTrue(any(row.is_about(command) for command in found), "no document has it any more")
                if row.test:
                    with open(os.path.join(ROOT, row.test), encoding="utf-8") as file:
                        self.assertIn(row.words, file.read(), row.test)

    def test_documents_with_commands_are_all_read(self):
        with open(os.path.abspath(__file__), encoding="utf-8") as file:
            read = set(re.findall(r'self\.(?:read|in_house)\("([^"]+)"', file.read()))
        having = {document for document in documents.names()
                  if not all(reason_of(command) for command in documents.commands(document))}
        self.assertEqual(having, read)


@unittest.skipIf(why_not(*ADAPTERS), why_not(*ADAPTERS))
class Typed(unittest.TestCase):
    """In the order of the names: the README is where a reader begins, and what it starts goes on for the others."""

    @classmethod
    def setUpClass(cls):
        cls.desk = Desk()
        cls.addClassCleanup(cls.desk.close)
        cls.examples = Examples(cls.desk, cls.surely)
        mapping = re.search(r"^```yaml\n(.*?)^```$", documents.read("docs/webhook-adapter.md"), re.MULTILINE | re.DOTALL).group(1)
        cls.desk.file("home/tickets.yaml", mapping)
        cls.desk.wait_for_trackers()

    @classmethod
    def surely(cls, text):
        """The output of what is done behind the scenes."""
        done = cls.desk.run('PATH="%s/build/bin:$PATH"; %s' % (cls.desk.tree, text), "behind the scenes", cls.desk.home)
        if done.status:
            raise AssertionError("%s\n%d: %s" % (text, done.status, done.output))
        return done.output

    def stir(self):
        """Something happens, of each kind that a document listens for."""
        self.examples.run("tandem ticket new --title 'Something new'")
        self.examples.open_conflict()

    def read(self, document, *programs):
        missing = [program for program in programs if not shutil.which(program)]
        if missing:
            self.skipTest("%s is not installed, which %s needs" % (", ".join(missing), document))
        return Reading(self, document).read()

    def test_typed_1_readme(self):
        self.read("README.md")

    def in_house(self, document, *programs):
        self.examples.furnish()
        self.read(document, *programs)

    def test_typed_2_conflicts(self):
        self.in_house("docs/conflicts.md")

    def test_typed_3_client(self):
        self.in_house("docs/client.md", "node", "nngcat")

    def test_typed_4_bus(self):
        self.desk.environment["TANDEM_HOME"] = self.desk.home + "/.local/state/tandem"
        self.addCleanup(self.desk.environment.pop, "TANDEM_HOME")
        self.in_house("docs/bus.md", "nngcat")

    def test_typed_5_webhook_adapter(self):
        self.in_house("docs/webhook-adapter.md")

    def test_typed_6_command_line(self):
        self.in_house("docs/cli.md")

    def test_typed_7_contributing(self):
        self.read("CONTRIBUTING.md")
        for name in ("events.md", "verbs.md", "configuration.md", "asyncapi.json", "cli.md"):
            with open(os.path.join(self.desk.tree, "docs", name), encoding="utf-8") as file:
                self.assertEqual(file.read(), documents.read("docs/" + name))

    def test_typed_7_operations(self):
        """What was backed up is what is there after it was restored."""
        self.examples.furnish()
        before = self.examples.tickets("rocket")
        self.read("docs/operations.md")
        after = self.examples.tickets("rocket", home=self.desk.home + "/restored")
        self.assertEqual([row["key"] for row in before], [row["key"] for row in after])

    def test_typed_7_kubernetes(self):
        """Without a cluster: what would go there is rendered."""
        for name in ("nats.password", "nats-ca.pem", "access-key-id", "secret-access-key"):
            self.desk.file("tandem/" + name, "secret")
        self.read("docs/kubernetes.md", "kubectl")

    def test_typed_7_sandbox(self):
        self.read("sandbox/README.md", "curl")


if __name__ == "__main__":
    tap.main(__name__)
