#!/usr/bin/python3
"""The Jira connector against the stand-in: what it sees, and what that costs."""

import json
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import tap  # noqa: E402
from driver import Pulled  # noqa: E402
from jira_case import JiraCase  # noqa: E402

DAY_S = 86400


class UnderEdits:
    def test_pull_under_concurrent_edits_loses_nothing(self):
        """Where a list goes by offset, an edit moves an issue to the end, and what stood behind it one place forward."""
        keys = iter(one["key"] for one in self.issues("summary"))

        def edit(page):
            for _ in range(7):
                self.jira.control("clock", {"advance_s": 1})
                self.jira.act("petra", "edit", next(keys), summary="edited meanwhile %d" % page)
        pulled = Pulled(self.driver, mode="full", between=edit)
        again = Pulled(self.driver, pulled.cursor)
        seen = {**pulled.tickets, **again.tickets}
        self.assertEqual({k: v["fields"]["title"] for k, v in seen.items()}, self.world_tickets())


class Restrictions:
    """What only some may see is told as such, whichever way it is read."""

    def restrict(self):
        """The issue, and its comments by what restricts them: public, for a role, internal."""
        self.jira.act("petra", "project", project=self.remote, type_key="service_desk")
        self.addCleanup(self.jira.act, "petra", "project", project=self.remote, type_key="software")
        number = self.add_ticket("for some", security="Staff only")
        comments = [self.jira.act("petra", "comment", self.key(number), body=str(one), **one)["comment"]["id"] for one in (
            {}, {"visibility": {"type": "role", "value": "Administrators"}},
            {"properties": [{"key": "sd.public.comment", "value": {"internal": True}}]})]
        return number, ["%s:%s" % (number, comment) for comment in comments]

    def test_restricted_issues_and_comments_are_told_in_a_list(self):
        cursor, others = Pulled(self.driver).cursor, self.add_ticket("for all")
        number, comments = self.restrict()
        later = Pulled(self.driver, cursor)
        self.assertEqual([later.tickets[one].get("restricted", False) for one in (others, number)], [False, True])
        self.assertEqual([later.comments[one].get("restricted", False) for one in comments], [False, True, True])

    def test_restricted_issues_and_comments_are_told_one_by_one(self):
        number, comments = self.restrict()
        self.assertTrue(self.seen(number)["restricted"])
        self.assertEqual([self.driver.fetch("comment", one).observation.get("restricted", False) for one in comments],
                         [False, True, True])
        self.jira.act("petra", "edit", self.key(number), security=None)
        self.assertFalse(self.seen(number).get("restricted", False))


class Pulling(UnderEdits, Restrictions, JiraCase):
    def test_pull_of_nothing_new_is_one_call(self):
        cursor = Pulled(self.driver).cursor
        for _ in range(3):
            self.driver.reopen()
            again = Pulled(self.driver, cursor)
            self.assertTrue(again.unchanged)
            self.assertEqual((again.calls, again.observations), (1, []))
            cursor = again.cursor

    def test_pull_long_after_the_last_change_reads_no_overlap(self):
        cursor = Pulled(self.driver).cursor
        self.jira.control("clock", {"advance_s": 3600})
        cursor = Pulled(self.driver, cursor).cursor
        newest = max(one["fields"]["updated"] for one in self.issues("updated"))
        self.assertEqual(len(json.loads(cursor)["known"]),
                         len([one for one in self.issues("updated") if one["fields"]["updated"] == newest]))

    def test_pull_of_one_change_shows_that_alone(self):
        cursor = Pulled(self.driver).cursor
        number = self.add_ticket("the only news")
        later = Pulled(self.driver, cursor)
        self.assertEqual(set(later.tickets), {number})
        self.assertEqual(later.calls, 1)
        self.assertTrue(Pulled(self.driver, later.cursor).unchanged)

    def test_pull_brings_comments_with_their_issues(self):
        number = self.add_ticket("talked about")
        cursor = Pulled(self.driver).cursor
        self.jira.control("clock", {"advance_s": 1})
        made = self.jira.act("petra", "comment", self.key(number), body="what I think")["comment"]
        later = Pulled(self.driver, cursor)
        seen = later.comments["%s:%s" % (number, made["id"])]
        self.assertEqual((seen["fields"], seen["parent_external_id"]), ({"body": "what I think"}, number))
        self.assertEqual(seen["external_key"], "%s (comment %s)" % (self.key(number), made["id"]))
        self.assertEqual((later.calls, seen["author"]), (1, "Petra Novak"))

    def test_pull_sees_what_the_search_showed_late(self):
        cursor = Pulled(self.driver).cursor
        self.jira.control("lag", {"ms": 60000})
        number = self.add_ticket("seen late")
        first = Pulled(self.driver, cursor)
        self.assertNotIn(number, first.tickets)
        self.jira.control("clock", {"advance_s": 61})
        self.jira.control("lag", {"ms": 0})
        self.assertIn(number, Pulled(self.driver, first.cursor).tickets)

    def test_pull_asks_for_smaller_pages_after_one_that_did_not_come_whole(self):
        usual = Pulled(self.driver, mode="full").pages
        self.fault("truncate", "POST", path="/search", bytes=1000, times=2)
        self.assertEqual([self.driver.pull().code for _ in range(2)], ["retry", "retry"])
        smaller = Pulled(self.driver, mode="full")
        self.assertEqual(set(smaller.tickets), set(self.world_tickets()))
        self.assertGreater(smaller.pages, usual)

    def test_pull_with_short_pages_is_complete(self):
        self.jira.control("pages", {"shorten": 1.0})
        try:
            pulled = Pulled(self.driver, mode="full")
        finally:
            self.jira.control("pages", {"shorten": 0})
        self.assertEqual(set(pulled.tickets), set(self.world_tickets()))

    def test_pull_goes_on_when_a_token_has_expired(self):
        first = self.driver.pull()
        self.assertFalse(first.done)
        self.jira.control("clock", {"advance_s": 8 * DAY_S})
        rest = Pulled(self.driver, first.cursor)
        seen = {one["external_id"] for one in first.observations} | set(rest.tickets)
        self.assertLessEqual(set(self.world_tickets()), seen)

    def test_pull_in_a_project_out_of_reach_is_auth(self):
        self.open(token="narrow-token", login="nina")
        self.assertEqual(self.driver.pull().code, "auth")


class DataCenterPulling(UnderEdits, Restrictions, JiraCase):
    data_center = True

    def test_pull_of_nothing_new_is_one_call(self):
        cursor = Pulled(self.driver).cursor
        self.driver.reopen()
        again = Pulled(self.driver, cursor)
        self.assertTrue(again.unchanged)
        self.assertEqual(again.calls, 1)

    def test_pull_of_many_in_one_moment_goes_by_offset(self):
        self.jira.control("seed", {"project": "TIES", "issues": 0})
        moment = self.jira.control("clock")["now"]
        wanted = set()
        for i in range(250):
            self.jira.control("clock", {"set": moment})
            wanted.add(self.jira.act("petra", "create", project="TIES", summary="tie %d" % i)["issue"]["id"])
        self.open(remote="TIES")
        pulled = Pulled(self.driver)
        self.assertEqual(set(pulled.tickets), wanted)

    def test_fields_are_translated(self):
        number = self.add_ticket("all fields", description="h2. Steps\n\n* {{one}}", assignee="petra", labels=["l"])
        fields = self.seen(number)["fields"]
        self.assertEqual((fields["body"], fields["assignees"], fields["labels"]), ("## Steps\n\n- `one`", ["petra"], ["l"]))

    def test_writes_go_as_wiki_markup_and_names(self):
        made = self.create(title="new", body="## Steps\n\n- `one`", assignees=["petra"])
        fields = self.jira.fields(made["external_key"])
        self.assertEqual((fields["description"], fields["assignee"]["name"]), ("h2. Steps\n\n* {{one}}", "petra"))
        self.assertEqual(self.update(made["external_id"], set_={"status": "Done"})["fields"]["status"], "Done")

    def test_describe_tells_what_the_credential_may_do(self):
        found = self.driver.describe()
        self.assertEqual((found.remote, found.can_write), ("ROCKET", True))
        self.assertEqual(found.estimated_tickets, len(self.issues("summary")))


class Reading(JiraCase):
    def test_fields_that_are_empty_are_still_there(self):
        fields = self.seen(self.add_ticket("bare"))["fields"]
        for name in ("body", "due_date", "parent", "sprint", "estimate", "customer_reference", "severity"):
            self.assertEqual(fields[name], "", name)
        for name in ("labels", "assignees", "versions", "components", "keywords", "channels"):
            self.assertEqual(fields[name], [], name)
        self.assertEqual((fields["status"], fields["type"]), ("To Do", "Task"))

    def test_fetch_of_a_moved_issue_says_where_it_went(self):
        number = self.add_ticket("moves out")
        self.jira.act("petra", "move", self.key(number), to="ENGINE")
        seen = self.seen(number)
        self.assertEqual(seen["gone"], "transferred")
        self.assertRegex(seen["moved_to"], r"/browse/ENGINE-\d+$")

    def test_fetch_in_a_project_out_of_reach_is_auth_and_never_gone(self):
        number = self.add_ticket("hidden")
        self.open(token="narrow-token", login="nina")
        self.assertEqual(self.driver.fetch("ticket", number).code, "auth")

    def test_describe_tells_fields_and_words(self):
        found = self.driver.describe()
        self.assertEqual((found.remote, found.can_write), ("ROCKET", True))
        self.assertEqual(found.estimated_tickets, len(self.issues("summary")))
        status = {one["name"]: one["category"] for one in found.fields["status"]["words"]}
        self.assertEqual((status["To Do"], status["In Review"], status["Closed"]), ("open", "in_progress", "done"))
        self.assertIn("High", self.driver.words("priority"))
        self.assertIn("Ground / Fuel", self.driver.words("area"))
        self.assertIn("Bug", self.driver.words("type"))
        self.assertIn("Petra Novak", self.driver.words("assignees"))
        self.assertTrue(found.fields["title"]["required"])
        self.assertEqual(found.fields["estimate"]["kind"], "number")
        self.open(token="reader-token", login="rita")
        self.assertFalse(self.driver.describe().can_write)

    def test_described_options_spare_the_list_of_fields(self):
        options = json.loads(self.driver.describe().options)
        self.assertEqual(options["fields"]["customfield_10016"]["name"], "estimate")
        number = self.add_ticket("with options")
        with_list = self.seen(number)["fields"]
        self.open(options=options)
        self.jira.control("requests", method="DELETE")
        self.assertEqual(self.seen(number)["fields"], with_list)
        self.assertFalse([one for one in self.requests()["log"] if one["path"].endswith("/field")])

    def list_fields(self, change):
        """The next list of fields is the true one, changed."""
        listed = self.jira.get("/field").json
        change(listed)
        self.fault("status", path="/field$", status=200, body=json.dumps(listed))

    def test_describe_shows_a_field_that_came_after_the_options_were_stored(self):
        options = json.loads(self.driver.describe().options)
        self.open(options=options)
        self.list_fields(lambda listed: listed.append({"id": "customfield_19999", "name": "Impact", "custom": True, "schema": {
            "type": "string", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:textfield", "customId": 19999}}))
        found = self.driver.describe()
        self.assertEqual((found.fields["impact"]["kind"], found.fields["impact"]["label"]), ("line", "Impact"))
        self.assertEqual(json.loads(found.options)["fields"]["customfield_19999"]["name"], "impact")
        self.open(options=options)
        self.assertNotIn("impact", self.seen(self.add_ticket("as before"))["fields"])
        self.open(options=json.loads(found.options))
        self.assertEqual(self.seen(self.add_ticket("as mapped"))["fields"]["impact"], "")

    def test_describe_keeps_the_names_of_the_options(self):
        options = json.loads(self.driver.describe().options)
        self.open(options=options)

        def rename(listed):
            listed.reverse()
            for one in listed:
                if one["id"] in options["fields"]:
                    one["name"] = "Estimate" if one["id"] == "customfield_10035" else one["name"] + " (new)"
        self.list_fields(rename)
        found = self.driver.describe()
        now = json.loads(found.options)["fields"]
        self.assertEqual({one: facts["name"] for one, facts in now.items()},
                         {one: facts["name"] for one, facts in options["fields"].items()})
        self.assertEqual(found.fields["customer_reference"]["label"], "Estimate")

    def test_describe_leaves_out_a_field_that_is_gone_and_sees_its_new_type(self):
        options = json.loads(self.driver.describe().options)
        self.open(options=options)

        def change(listed):
            listed[:] = [one for one in listed if one["id"] != "customfield_10035"]
            for one in listed:
                if one["id"] == "customfield_10016":
                    one["schema"] = {"type": "string", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:textfield"}
        self.list_fields(change)
        found = self.driver.describe()
        self.assertNotIn("customer_reference", found.fields)
        self.assertEqual(found.fields["estimate"]["kind"], "line")

    def test_describe_demands_what_the_type_of_creations_demands(self):
        self.assertFalse(self.driver.describe().fields["parent"].get("required", False))
        self.open(options={"issue_type": "Sub-task"})
        found = self.driver.describe()
        self.assertTrue(found.fields["parent"]["required"])
        self.assertTrue(found.fields["title"]["required"])

    def test_project_is_known_by_its_id_when_its_key_went_to_another(self):
        """As after a change of the key: ENGINE stands in the settings, and means ROCKET."""
        described = json.loads(self.driver.describe().options)
        number, told = self.add_ticket("known by its project's id"), {"webhookEvent": "jira:issue_updated"}
        self.open(remote="ENGINE", options={"project_id": described["project_id"]})
        self.assertEqual({one["external_key"].partition("-")[0] for one in Pulled(self.driver).tickets.values()}, {"ROCKET"})
        self.assertIn("ROCKET-", self.create(title="made there")["external_key"])
        self.assertEqual(self.driver.fetch("ticket", number).observation["fields"]["title"], "known by its project's id")
        found = self.driver.describe()
        self.assertEqual((found.remote, json.loads(found.options)["project_id"]), ("ROCKET", described["project_id"]))
        for project_id, seen in ((described["project_id"], 1), ("999", 0)):
            told["issue"] = {"id": "10007", "key": "ROCKET-7", "fields": {"project": {"id": project_id}}}
            answer = self.driver.call("translate", event="", body=json.dumps(told), remote="ENGINE",
                                      options=json.dumps({"project_id": described["project_id"]}))
            self.assertEqual(len(answer.observations), seen, project_id)
        self.assertEqual(self.driver.reopen(options='{"project_id": "x"}').code, "rejected")

    def test_describe_without_a_project_tests_the_account(self):
        self.open(remote="")
        found = self.driver.describe()
        self.assertEqual((found.code, found.remote), ("ok", ""))

    def test_describe_of_another_kind_of_site_says_so(self):
        self.open(options={"deployment": "data_center"})
        self.assertIn(self.driver.describe().code, ("rejected", "gone", "retry"))


class Cost(JiraCase):
    arguments = ("--issues", "10000", "--no-limits", "--project", "ROCKET",
                 "--token", "sandbox-token=tandem-bot:admin")

    def test_import_of_10000_takes_at_most_105_calls_and_overflow(self):
        pulled = Pulled(self.driver)
        self.assertEqual(len(pulled.tickets), 10000)
        self.assertLessEqual(pulled.calls, 105)


if __name__ == "__main__":
    tap.main(__name__)
