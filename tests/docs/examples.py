"""What stands in the documents for something of the reader's own, and the world in which there is such a thing: T-12 is a ticket,
conflict 3 one that waits, W-12 a write that a tracker refused."""

import json
import re

from house import wait_for
from world import Cluster

COMMON = "--direction bidirectional --privacy shareable --yes"


class Examples:
    """`run` runs a text in the reader's shell and gives its output, or fails."""

    def __init__(self, desk, run):
        self.desk, self.run = desk, run
        self.github, self.linear = desk.trackers["github"], desk.trackers["linear"]
        self.conflicts = {}  # by document and number
        self.twelve = {}  # the ticket that a document calls T-12
        self.plan = None
        self._titles = 0

    def ask(self, words):
        return json.loads(self.run("tandem %s --json" % words))

    def title(self, text):
        self._titles += 1
        return "%s %d" % (text, self._titles)

    # -- the projects that documents speak of

    def furnish(self):
        """tandem is up, with rocket of GitHub and engine of Linear."""
        url = {system: one.url for system, one in self.desk.trackers.items()}
        self.run("tandem up --quiet")
        there = {row["name"] for row in self.ask("projects list")["projects"]}
        if "rocket" not in there:
            self.run("tandem connect github --base-url %s --repo acme/rocket --token-file ~/rocket.token %s" % (url["github"], COMMON))
        if "engine" not in there:
            self.run("tandem connect linear --base-url %s --team ENG --name engine --token-file ~/key.txt %s" % (url["linear"], COMMON))
        self.run("tandem projects resume rocket; tandem projects follow engine rocket --stop || true; tandem certs revoke crm || true")

    def tickets(self, project, home=None):
        """`home`: of another tandem than the one that is furnished."""
        return self.ask("ticket list --project %s --all%s" % (project, " --home " + home if home else ""))["tickets"]

    def ticket(self, project="rocket"):
        """The key of an open one."""
        for row in self.tickets(project):
            if row["fields"]["status"] == "open" and row["privacy"] != "local_only":
                return row["key"]
        raise AssertionError("no open ticket in " + project)

    def engines_own(self):
        """The key of a new ticket of Linear's, which nobody has linked."""
        title = self.title("In Linear")
        self.linear.control("POST", "act", {"actor": "bob", "do": "create", "team": "ENG", "fields": {"title": title}})
        self.run("tandem sync engine --wait")
        (row,) = [row for row in self.tickets("engine") if row["fields"]["title"] == title]
        return row["key"]

    def pairs(self):
        """A file of pairs to be linked."""
        self.run("tandem projects follow engine rocket --stop || true")
        pair = (self.issue(self.title("One of a pair"))[1], self.engines_own())
        self.desk.file("home/pairs.csv", "rocket,engine\n%s,%s\n" % pair)
        return "pairs.csv"

    @staticmethod
    def owner_url():
        return "host=%s user=tandem_owner dbname=tandem" % Cluster.shared().folder

    def bundle(self):
        """Of a program that may tell and hear."""
        self.run("tandem certs issue listener --verbs ticket.get,events.publish --events all || true")
        return self.desk.home + "/.local/state/tandem/tls/services/listener"

    def certified(self, name):
        self.run("tandem certs issue %s --verbs ticket.get || true" % name)
        return name

    def on_github(self, do, number, **fields):
        self.github.control("POST", "act", {"actor": "alice", "do": do, "repo": "acme/rocket", "number": number, "fields": fields})

    def issue(self, title):
        """Alice opens one on GitHub: its number, and its key here."""
        made = self.github.control("POST", "act", {"actor": "alice", "do": "create", "repo": "acme/rocket", "fields": {"title": title}})
        self.run("tandem sync rocket --wait")
        (row,) = [row for row in self.tickets("rocket") if row["fields"]["title"] == title]
        return made["issue"]["number"], row["key"]

    # -- what the placeholders stand for

    def the_twelfth(self, command):
        """One document speaks of one ticket, until it has been taken back or is to be linked."""
        known = self.twelve.get(command.document)
        if "link pair" in command.text:
            self.run("tandem projects follow engine rocket --stop || true")
            return self.issue(self.title("Linked"))[1]
        if not known or not re.search("share|retract", command.text) and self.ask("ticket show " + known)["privacy"] == "local_only":
            self.twelve[command.document] = self.issue(self.title("The twelfth"))[1]
        return self.twelve[command.document]

    def comment(self):
        key = self.ticket()
        self.run("tandem ticket comment %s --body 'Said too much'" % key)
        return self.ask("ticket show " + key)["comments"][-1]["key"]

    def session(self):
        """One that took an edit of Alice's over."""
        number, _ = self.issue(self.title("To be undone"))
        self.on_github("edit", number, title=self.title("Undo this"))
        return str(self.ask("sync rocket --wait")["id"])

    def parked_write(self):
        number, key = self.issue(self.title("Refused"))
        self.github.control("POST", "faults", {"match": {"method": "PATCH", "path": "/issues/%d$" % number}, "fault": "status",
                                               "status": 422, "body": '{"message": "Validation Failed"}', "times": 1})
        self.run("tandem ticket edit %s --title '%s'" % (key, self.title("Refused there")))
        return wait_for(lambda: [one["id"] for one in self.ask("status").get("parked", []) if one["id"].startswith("W-")],
                        "the refused write to be parked")[0]

    def open_conflict(self, field="title"):
        """Alice and the reader change one field at the same time."""
        number, key = self.issue(self.title("Fought over"))
        self.run("tandem projects pause rocket")
        self.on_github("edit", number, **{field: "Launch on Friday"})
        self.run("tandem ticket edit %s --%s 'Launch on Monday'" % (key, field))
        self.run("tandem projects resume rocket")

        def found():  # GitHub's times are whole seconds: a change in the second of the last look shows up in the next one
            self.run("tandem sync rocket --wait")
            return self.ask("conflicts list --ticket " + key)["conflicts"]
        return str(max(one["id"] for one in wait_for(found, "the conflict about " + field)))

    def conflict(self, command, number, state):
        """The one that a document calls by a number, in that state: what is decided already is not decided again."""
        known = self.conflicts.get((command.document, number))
        if known and (state == "any" or self.ask("conflicts show " + known)["state"] == state):
            return known
        self.conflicts[(command.document, number)] = self.open_conflict()
        return self.conflicts[(command.document, number)]

    def labels_conflict(self):
        """Linking tickets whose labels differ asks about them."""
        _, key = self.issue(self.title("In both"))
        self.run("tandem ticket edit %s --add-label bug" % key)
        self.run("tandem sync rocket --wait")
        self.run("tandem link pair %s %s --yes" % (key, self.engines_own()))
        found = wait_for(lambda: [one for one in self.ask("conflicts list --field labels")["conflicts"]], "the conflict about labels")
        return str(found[-1]["id"])

    # -- putting them in

    def put_in(self, command):
        """The command with the reader's own things in it."""
        text = command.text
        for pattern, stand_in in STANDS_FOR:
            text = re.sub(pattern, lambda found, give=stand_in: give(self, command, found), text)
        return text

    def planned(self):
        """The plan that the reader was shown; a new one where there was nothing to be done then."""
        while not self.plan:
            self.github.control("POST", "act", {"actor": "alice", "do": "create", "repo": "acme/rocket", "fields": {"title": self.title("New")}})
            self.note(self.run("tandem sync rocket --dry-run"))
        plan, self.plan = self.plan, ""
        return plan

    def note(self, output):
        """Remembers the plan that a dry run shows."""
        found = re.search(r"tandem apply (P\d+-[0-9a-f]+)", output)
        self.plan = found.group(1) if found else self.plan


def url(system):
    return lambda examples, command, found: examples.desk.trackers[system].url


def decided(state):
    return lambda examples, command, found: found.group(1) + examples.conflict(command, found.group(2), state)


# In this order. A reader has them at api.github.com and the like, where no test may call.
STANDS_FOR = [
    (r"(?<=connect github)", lambda examples, command, found: " --base-url " + examples.github.url),
    (r"(?<=connect linear)", lambda examples, command, found: " --base-url " + examples.linear.url),
    (r"https://acme\.atlassian\.net", url("jira")),
    (r"https://jira\.acme\.example", url("data-center")),
    (r"https://tickets\.example\.com/api", url("webhook")),
    (r"ann@acme\.example", lambda examples, command, found: "tandem-bot@example.com"),
    (r"\b(?:9464|808[1-4])\b", lambda examples, command, found: str(examples.desk.ports[int(found.group())])),
    (r"/tmp/(?=\w+\.json)|(?<=--bundles )/", lambda examples, command, found: examples.desk.folder + "/"),
    (r"\b(?:T-40|engine:ENG-3)\b", lambda examples, command, found: examples.engines_own()),
    (r"(?<=\.py |\.sh )BUNDLE\b", lambda examples, command, found: examples.bundle()),
    (r"\bPOSITION_FILE\b", lambda examples, command, found: examples.desk.folder + "/position"),
    (r"\brocket:#7(?=\s)", lambda examples, command, found: "rocket:#%d" % examples.issue(examples.title("Linked by number"))[0]),
    (r"postgresql://tandem_owner:…@host/tandem", lambda examples, command, found: '"%s"' % examples.owner_url()),
    (r"\bpairs\.csv\b", lambda examples, command, found: examples.pairs()),
    (r"(?<=certs renew )crm|(?<=certs revoke )crm", lambda examples, command, found: examples.certified(found.group())),
    (r"^tandem init(?= --host store)", lambda examples, command, found: "tandem --home ~/another init"),
    (r"\| kubectl apply --namespace=tandem --filename=-", lambda examples, command, found: "| grep --count 'name: tandem-authority'"),
    (r"^kubectl apply --kustomize=", lambda examples, command, found: "kubectl kustomize "),
    (r"^kubectl .*create .*", lambda examples, command, found: found.group() + " --dry-run=client --output=yaml"),
    (r"\bT-12\b", lambda examples, command, found: examples.the_twelfth(command)),
    (r"\bT-15\b", lambda examples, command, found: examples.ticket()),
    (r"\bC-17\b", lambda examples, command, found: examples.comment()),
    (r"\bW-12\b", lambda examples, command, found: examples.parked_write()),
    (r"\bP3-0a1b2c3d4e5f\b", lambda examples, command, found: examples.planned()),
    (r"(?<=undo )12\b", lambda examples, command, found: examples.session()),
    (r"(conflicts show )(\d+)", decided("any")),
    (r"(conflicts resolve )8", lambda examples, command, found: found.group(1) + examples.labels_conflict()),
    (r"(conflicts resolve )(7|3)\b", decided("open")),
    (r"(conflicts restore )(\d+)", decided("resolved")),
    (r"\b5b1f…", lambda examples, command, found: json.loads(examples.run("tandem audit export").splitlines()[-1])["hash"]),
]
