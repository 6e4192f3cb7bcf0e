#!/usr/bin/python3
"""The stand-in of Linear: lists and pages, filters, issues, labels, teams, comments, attachments, the trash."""

import os
import sys
import unittest
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "harness"))

import tap  # noqa: E402
from linear import Linear  # noqa: E402

ISSUES = """query Issues($after: String, $before: String, $first: Int, $last: Int, $filter: IssueFilter,
    $orderBy: PaginationOrderBy, $archived: Boolean) {
  issues(after: $after, before: $before, first: $first, last: $last, filter: $filter, orderBy: $orderBy,
      includeArchived: $archived) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { id identifier title priority estimate createdAt updatedAt archivedAt trashed labelIds parent { id }
      state { name type } team { key } assignee { displayName } }
  }
}"""
ISSUE = """query Issue($id: String!) { issue(id: $id) { id identifier previousIdentifiers title description priority
  priorityLabel estimate dueDate updatedAt archivedAt trashed number url state { id name } team { id key }
  assignee { displayName } creator { displayName } parent { identifier } project { name } cycle { number }
  labels { nodes { id name } } comments { nodes { id body user { displayName } parent { id } } }
  attachments { nodes { id title url } } children { nodes { identifier } } history { nodes {
    fromTitle toTitle fromStateId toStateId addedLabelIds removedLabelIds actor { displayName } } } } }"""
BATCH = """mutation B($input: IssueBatchCreateInput!) { issueBatchCreate(input: $input) {
  success issues { id identifier title } } }"""
CREATE = "mutation Create($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { id identifier } } }"
UPDATE = """mutation Update($id: String!, $input: IssueUpdateInput!) {
  issueUpdate(id: $id, input: $input) { success issue { id identifier updatedAt } } }"""
TEAM = """query Team($id: String!) { team(id: $id) { id key states { nodes { id name type } }
  labels { nodes { id name } } cycles { nodes { id number } } } }"""


def setUpModule():
    global linear
    linear = Linear("--issues", "230", "--no-limits", "--team", "ENG=Engineering", "--team", "OPS=Operations",
                    "--token", "sandbox-token=tandem-bot", "--token", "member-key=mira:member")


def tearDownModule():
    linear.stop()


def issue(identifier):
    return linear.ask(ISSUE, {"id": identifier})["issue"]


def create(**fields):
    fields = dict({"title": "A new one", "teamId": "ENG"}, **fields)
    return linear.ask(CREATE, {"input": fields})["issueCreate"]["issue"]


def update(identifier, **fields):
    return linear.ask(UPDATE, {"id": identifier, "input": fields})["issueUpdate"]["issue"]


def state_of(team, name):
    states = linear.ask(TEAM, {"id": team})["team"]["states"]["nodes"]
    return next(one["id"] for one in states if one["name"] == name)


def label_named(name):
    query = "query L($n: String!) { issueLabels(filter: {name: {eq: $n}}) { nodes { id } } }"
    return linear.ask(query, {"n": name})["issueLabels"]["nodes"][0]["id"]


class Pages(unittest.TestCase):
    def test_list_has_fifty_items_newest_first_and_nothing_archived(self):
        page = linear.ask(ISSUES)["issues"]
        self.assertEqual(len(page["nodes"]), 50)
        moments = [one["createdAt"] for one in page["nodes"]]
        self.assertEqual(moments, sorted(moments, reverse=True))
        self.assertEqual({one["archivedAt"] for one in page["nodes"]}, {None})

    def test_list_pages_are_complete(self):
        for order in ("createdAt", "updatedAt"):
            variables = {"first": 37, "orderBy": order, "archived": True, "filter": {"team": {"key": {"eq": "OPS"}}}}
            nodes = linear.all_nodes(ISSUES, variables)
            with self.subTest(order=order):
                self.assertEqual(len({one["id"] for one in nodes}), len(nodes))
                self.assertGreaterEqual({one["identifier"] for one in nodes}, {"OPS-%d" % n for n in range(1, 231)})
                self.assertEqual([one[order] for one in nodes], sorted([one[order] for one in nodes], reverse=True))

    def test_list_last_and_before_walk_from_the_oldest(self):
        everything = linear.all_nodes(ISSUES, {"first": 250})
        page = linear.ask(ISSUES, {"last": 10})["issues"]
        self.assertEqual([one["id"] for one in page["nodes"]], [one["id"] for one in everything[-10:]])
        self.assertEqual((page["pageInfo"]["hasPreviousPage"], page["pageInfo"]["hasNextPage"]), (True, False))
        page = linear.ask(ISSUES, {"last": 10, "before": page["pageInfo"]["startCursor"]})["issues"]
        self.assertEqual([one["id"] for one in page["nodes"]], [one["id"] for one in everything[-20:-10]])

    def test_list_refuses_more_than_250_items(self):
        self.assertEqual(linear.refusal(ISSUES, {"first": 251})["extensions"]["code"], "INVALID_INPUT")
        self.assertEqual(linear.refusal(ISSUES, {"first": 5, "last": 5})["extensions"]["code"], "INVALID_INPUT")
        self.assertEqual(linear.refusal(ISSUES, {"after": "nowhere"})["extensions"]["code"], "INVALID_INPUT")

    def test_cursor_of_an_edited_issue_moves_with_it(self):
        order = {"orderBy": "updatedAt", "first": 5}
        first = linear.ask(ISSUES, order)["issues"]
        linear.act("alice", "edit", first["nodes"][-1]["identifier"], title="moved to the front")
        again = linear.ask(ISSUES, dict(order, after=first["pageInfo"]["endCursor"]))["issues"]
        self.assertEqual(again["nodes"][0]["id"], first["nodes"][0]["id"])


class Filters(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.everything = linear.all_nodes(ISSUES, {"first": 250, "archived": True})

    def check(self, wanted, fits):
        found = linear.all_nodes(ISSUES, {"first": 250, "archived": True, "filter": wanted})
        expected = {one["id"] for one in self.everything if fits(one)}
        self.assertEqual({one["id"] for one in found}, expected)
        self.assertTrue(0 < len(expected) < len(self.everything), len(expected))

    def test_filters_agree_with_the_items(self):
        middle = sorted(one["updatedAt"] for one in self.everything)[200]
        some = [one["id"] for one in self.everything[3:9]]
        bug = label_named("Bug")
        cases = (({"updatedAt": {"gt": middle}}, lambda one: one["updatedAt"] > middle),
                 ({"updatedAt": {"gte": middle}}, lambda one: one["updatedAt"] >= middle),
                 ({"updatedAt": {"lte": middle}}, lambda one: one["updatedAt"] <= middle),
                 ({"team": {"key": {"eq": "OPS"}}}, lambda one: one["team"]["key"] == "OPS"),
                 ({"id": {"in": some}}, lambda one: one["id"] in some),
                 ({"state": {"type": {"in": ["completed", "canceled"]}}},
                  lambda one: one["state"]["type"] in ("completed", "canceled")),
                 ({"assignee": {"null": True}}, lambda one: one["assignee"] is None),
                 ({"assignee": {"displayName": {"eq": "alice"}}},
                  lambda one: one["assignee"] and one["assignee"]["displayName"] == "alice"),
                 ({"labels": {"some": {"name": {"eqIgnoreCase": "BUG"}}}}, lambda one: bug in one["labelIds"]),
                 ({"labels": {"length": {"eq": 0}}}, lambda one: not one["labelIds"]),
                 ({"estimate": {"null": True}}, lambda one: one["estimate"] is None),
                 ({"priority": {"gte": 3}}, lambda one: one["priority"] >= 3),
                 ({"parent": {"null": False}}, lambda one: one["parent"] is not None),
                 ({"title": {"containsIgnoreCase": "CSV"}}, lambda one: "csv" in one["title"].lower()),
                 ({"or": [{"priority": {"eq": 1}}, {"priority": {"eq": 2}}]}, lambda one: one["priority"] in (1, 2)),
                 ({"and": [{"priority": {"eq": 1}}, {"team": {"key": {"eq": "ENG"}}}]},
                  lambda one: one["priority"] == 1 and one["team"]["key"] == "ENG"))
        for wanted, fits in cases:
            with self.subTest(filter=wanted):
                self.check(wanted, fits)

    def test_filter_of_an_unknown_member_is_refused(self):
        answer = linear.refusal(ISSUES, {"filter": {"colour": {"eq": "red"}}}, status=400)
        self.assertIn('"colour" is not defined', answer["message"])


class Issues(unittest.TestCase):
    def test_create_gives_what_was_sent(self):
        parent = create()
        label = label_named("Bug")
        made = create(title="Größe 🚀", description="a\r\n- b *c*", priority=2, estimate=3, dueDate="2026-01-31",
                      stateId=state_of("ENG", "In Progress"), labelIds=[label], parentId=parent["identifier"])
        found = issue(made["id"])
        self.assertEqual((found["title"], found["description"], found["priority"], found["priorityLabel"]),
                         ("Größe 🚀", "a\n* b _c_", 2, "High"))
        self.assertEqual((found["estimate"], found["dueDate"], found["state"]["name"]), (3, "2026-01-31", "In Progress"))
        self.assertEqual((found["labels"]["nodes"][0]["id"], found["parent"]["identifier"]), (label, parent["identifier"]))
        self.assertEqual(found["creator"]["displayName"], "tandem-bot")
        self.assertEqual(issue(parent["id"])["children"]["nodes"], [{"identifier": made["identifier"]}])

    def test_create_under_a_used_id_is_refused(self):
        identifier = str(uuid.uuid4())
        self.assertEqual(create(id=identifier)["id"], identifier)
        before = linear.control("health")["teams"]["ENG"]
        error = linear.refusal(CREATE, {"input": {"title": "again", "teamId": "ENG", "id": identifier}})
        self.assertEqual((error["message"], error["extensions"]["code"]), ("conflict on insert of Issue", "INPUT_ERROR"))
        self.assertIn(identifier, error["extensions"]["userPresentableMessage"])
        self.assertEqual(linear.control("health")["teams"]["ENG"], before)

    def test_create_refuses_what_does_not_fit(self):
        ops = state_of("OPS", "Done")
        group = label_named("Area")
        foreign = label_named("ops-internal")
        for fields in ({"title": ""}, {"title": None}, {"id": "not-a-uuid"}, {"teamId": "NONE"}, {"priority": 5},
                       {"stateId": ops}, {"labelIds": [group]}, {"labelIds": [foreign]}, {"assigneeId": str(uuid.uuid4())}):
            with self.subTest(fields=fields):
                fields = dict({"title": "x", "teamId": "ENG"}, **fields)
                self.assertIn(linear.refusal(CREATE, {"input": fields})["extensions"]["code"],
                              ("INPUT_ERROR", "INVALID_INPUT"))

    def test_batch_create_makes_all_with_their_own_ids(self):
        rows = [{"id": str(uuid.uuid4()), "title": title, "teamId": "ENG"} for title in ("one", "two")]
        answer = linear.ask(BATCH, {"input": {"issues": rows}})["issueBatchCreate"]
        self.assertTrue(answer["success"])
        self.assertEqual([(one["id"], one["title"]) for one in answer["issues"]], [(row["id"], row["title"]) for row in rows])

    def test_batch_create_refuses_all_for_one(self):
        good, known = {"title": "one", "teamId": "ENG"}, create()["id"]
        twice = dict(good, id=str(uuid.uuid4()))
        before = linear.control("health")
        for rows, words in (([dict(good, title="")], "title"), ([dict(good, parentId=str(uuid.uuid4()))], "referenced Issue"),
                            ([dict(good, id=known)], "already exists"), ([twice, twice], "already exists"),
                            ([dict(good, teamId="NONE")], "referenced Team"),
                            ([good] * 50, "between 1 and 50")):
            with self.subTest(words=words):
                error = linear.refusal(BATCH, {"input": {"issues": [good] + rows}})
                self.assertIn(words, error["extensions"]["userPresentableMessage"])
        self.assertEqual(linear.control("health")["teams"]["ENG"], before["teams"]["ENG"])
        self.assertEqual(linear.control("health")["history_seq"], before["history_seq"])

    def test_batch_create_takes_fifty_and_no_empty_batch(self):
        rows = [{"title": "of fifty %d" % number, "teamId": "ENG"} for number in range(50)]
        self.assertEqual(len(linear.ask(BATCH, {"input": {"issues": rows}})["issueBatchCreate"]["issues"]), 50)
        linear.refusal(BATCH, {"input": {"issues": []}})

    def test_update_changes_only_what_is_sent_and_null_unsets(self):
        made = create(priority=1, estimate=5, assigneeId=linear.ask("{ viewer { id } }")["viewer"]["id"])
        update(made["id"], assigneeId=None, estimate=None)
        found = issue(made["id"])
        self.assertEqual((found["assignee"], found["estimate"], found["priority"]), (None, None, 1))

    def test_update_label_deltas_keep_the_others(self):
        bug, feature, customer = label_named("Bug"), label_named("Feature"), label_named("customer")
        made = create(labelIds=[bug, feature])
        update(made["id"], addedLabelIds=[customer], removedLabelIds=[bug])
        self.assertEqual({one["id"] for one in issue(made["id"])["labels"]["nodes"]}, {feature, customer})

    def test_update_without_a_change_leaves_the_time(self):
        made = create(title="same")
        before = issue(made["id"])["updatedAt"]
        self.assertEqual(update(made["id"], title="same")["updatedAt"], before)

    def test_updates_never_share_a_time(self):
        made = create()
        moments = [update(made["id"], title="t%d" % n)["updatedAt"] for n in range(20)]
        self.assertEqual(moments, sorted(set(moments)))

    def test_parent_may_not_be_a_child(self):
        parent = create()
        child = create(parentId=parent["id"])
        linear.refusal(UPDATE, {"id": parent["id"], "input": {"parentId": child["id"]}})
        self.assertIsNone(issue(parent["id"])["parent"])

    def test_move_to_another_team_gives_a_new_identifier_and_keeps_the_id(self):
        made = create(stateId=state_of("ENG", "Done"), labelIds=[label_named("eng-internal"), label_named("Bug")])
        moved = update(made["id"], teamId="OPS")
        self.assertRegex(moved["identifier"], r"^OPS-\d+$")
        found = issue(made["identifier"])
        self.assertEqual((found["id"], found["previousIdentifiers"]), (made["id"], [made["identifier"]]))
        self.assertEqual((found["state"]["name"], [one["name"] for one in found["labels"]["nodes"]]), ("Done", ["Bug"]))

    def test_history_tells_from_and_to(self):
        made = create(title="old")
        update(made["id"], title="new", addedLabelIds=[label_named("Bug")])
        entry = issue(made["id"])["history"]["nodes"][0]
        self.assertEqual((entry["fromTitle"], entry["toTitle"], entry["addedLabelIds"], entry["actor"]["displayName"]),
                         ("old", "new", [label_named("Bug")], "tandem-bot"))

    def test_archive_and_trash_hide_from_lists_not_from_reading(self):
        for mutation, trashed in (("issueArchive", None), ("issueDelete", True)):
            made = create()
            linear.ask("mutation D($id: String!) { %s(id: $id) { success } }" % mutation, {"id": made["id"]})
            found = issue(made["id"])
            with self.subTest(mutation=mutation):
                self.assertEqual((found["archivedAt"] is not None, found["trashed"]), (True, trashed))
                wanted = {"filter": {"id": {"eq": made["id"]}}}
                self.assertEqual(linear.ask(ISSUES, wanted)["issues"]["nodes"], [])
                self.assertEqual(len(linear.ask(ISSUES, dict(wanted, archived=True))["issues"]["nodes"]), 1)
                linear.ask("mutation U($id: String!) { issueUnarchive(id: $id) { success } }", {"id": made["id"]})
                self.assertEqual(len(linear.ask(ISSUES, wanted)["issues"]["nodes"]), 1)

    def test_permanent_delete_leaves_nothing(self):
        made = create()
        linear.ask("mutation D($id: String!) { issueDelete(id: $id, permanentlyDelete: true) { success } }",
                   {"id": made["id"]})
        error = linear.refusal(ISSUE, {"id": made["id"]})
        self.assertEqual((error["message"], error["extensions"]["code"]), ("Entity not found: Issue", "INPUT_ERROR"))
        self.assertEqual(error["path"], ["issue"])


class Others(unittest.TestCase):
    COMMENT = """mutation C($input: CommentCreateInput!) { commentCreate(input: $input) { comment { id body
        user { displayName } issue { id } } } }"""

    def comment(self, issue_id, body="hello", **fields):
        return linear.ask(self.COMMENT, {"input": dict(fields, issueId=issue_id, body=body)})["commentCreate"]["comment"]

    def test_comment_life(self):
        made = create()
        identifier = str(uuid.uuid4())
        self.assertEqual(self.comment(made["id"], id=identifier)["id"], identifier)
        error = linear.refusal(self.COMMENT, {"input": {"issueId": made["id"], "body": "x", "id": identifier}})
        self.assertEqual(error["message"], "conflict on insert of Comment")
        reply = self.comment(made["id"], "reply", parentId=identifier)
        shown = issue(made["id"])["comments"]["nodes"]
        self.assertEqual({(one["id"], (one["parent"] or {}).get("id")) for one in shown},
                         {(identifier, None), (reply["id"], identifier)})
        edited = linear.ask("""mutation E($id: String!, $input: CommentUpdateInput!) { commentUpdate(id: $id, input: $input)
            { comment { body editedAt } } }""", {"id": identifier, "input": {"body": "changed"}})
        self.assertEqual(edited["commentUpdate"]["comment"]["body"], "changed")
        self.assertIsNotNone(edited["commentUpdate"]["comment"]["editedAt"])
        linear.ask("mutation D($id: String!) { commentDelete(id: $id) { entityId } }", {"id": identifier})
        self.assertEqual(linear.refusal("query C($id: String) { comment(id: $id) { id } }", {"id": identifier})["message"],
                         "Entity not found: Comment")

    def test_comments_are_listed_across_issues_of_a_team(self):
        query = """query C($after: String, $filter: CommentFilter) { comments(first: 100, after: $after, filter: $filter) {
            pageInfo { hasNextPage endCursor } nodes { id updatedAt issue { team { key } } } } }"""
        found = linear.all_nodes(query, {"filter": {"issue": {"team": {"key": {"eq": "OPS"}}}}})
        self.assertEqual({one["issue"]["team"]["key"] for one in found}, {"OPS"})
        self.assertTrue(len(found) > 100, len(found))

    def test_comment_of_somebody_else_cannot_be_edited(self):
        comment = linear.act("alice", "comment", create()["identifier"], body="mine")["comment"]
        error = linear.refusal("""mutation E($id: String!, $input: CommentUpdateInput!) {
            commentUpdate(id: $id, input: $input) { success } }""", {"id": comment["id"], "input": {"body": "yours"}})
        self.assertEqual(error["extensions"]["type"], "forbidden")

    def test_attachment_of_one_address_is_updated_not_doubled(self):
        made = create()
        attach = "mutation A($input: AttachmentCreateInput!) { attachmentCreate(input: $input) { attachment { id } } }"
        first = linear.ask(attach, {"input": {"issueId": made["id"], "title": "one", "url": "https://x.example/1"}})
        again = linear.ask(attach, {"input": {"issueId": made["id"], "title": "two", "url": "https://x.example/1"}})
        self.assertEqual(first, again)
        self.assertEqual([one["title"] for one in issue(made["id"])["attachments"]["nodes"]], ["two"])

    def test_label_create_and_double_name(self):
        query = "mutation L($input: IssueLabelCreateInput!) { issueLabelCreate(input: $input) { issueLabel { id name } } }"
        made = linear.ask(query, {"input": {"name": "fresh"}})["issueLabelCreate"]["issueLabel"]
        self.assertEqual((made["name"], label_named("fresh")), ("fresh", made["id"]))
        linear.refusal(query, {"input": {"name": "Fresh"}})

    def test_viewer_organization_users_and_team(self):
        data = linear.ask("""{ viewer { displayName isMe admin } organization { name urlKey }
            users { nodes { displayName email active } } teams { nodes { key issueCount(includeArchived: true) } } }""")
        self.assertEqual((data["viewer"], data["organization"]["urlKey"]),
                         ({"displayName": "tandem-bot", "isMe": True, "admin": True}, "acme"))
        self.assertIn("alice", [one["displayName"] for one in data["users"]["nodes"]])
        self.assertEqual({one["key"] for one in data["teams"]["nodes"]}, {"ENG", "OPS"})

    def test_people_change_things_by_the_control_api(self):
        made = linear.act("alice", "create", team="ENG", title="by hand", labels=["Bug"], assignee="bob")["issue"]
        linear.act("carol", "edit", made["identifier"], state="Done", priority=1, cycle=3, project="Launch pad")
        found = issue(made["id"])
        self.assertEqual((found["state"]["name"], found["priority"], found["assignee"]["displayName"]), ("Done", 1, "bob"))
        self.assertEqual((found["cycle"]["number"], found["project"]["name"]), (3, "Launch pad"))
        entry = linear.control("history?issue_id=%s&action=update" % made["id"])["entries"][-1]
        self.assertEqual((entry["actor"], entry["via"], entry["after"]["state"]), ("carol", "person", "Done"))


if __name__ == "__main__":
    tap.main(__name__)
