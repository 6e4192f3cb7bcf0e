"""The properties of the synchronisation protocol, by name, over a world of several trackers. Each returns what breaks it, a
line each; none is good."""

import json


def p1_at_rest(world):
    """P1: nothing is left to be done, nothing was given up, and what stands open stands in a conflict."""
    left = world.sql("select 'plan', count(*)::text from plannable having count(*) > 0 union all "
                     "select 'fetch', external_id from fetch_queue where reason <> 'gone' union all "
                     "select state, reason from intent where state in ('prepared', 'sending', 'unknown', 'parked') union all "
                     "select state, reason from delivery where state <> 'done'")
    return ["P1: %s: %s" % tuple(row) for row in left]


def p2_lost(world, edits):
    """P2: every edit, a text that nobody else wrote, is at every place, or where somebody can read of it: in a conflict or
    in the change log of its ticket. `edits`: (ticket, field, text, the texts at all places)."""
    lost = []
    for key, field, text, places in edits:
        if all(text in place for place in places):
            continue
        told = world.sql("select 1 from conflict c join item i on i.id = c.item_id where 'T-' || i.number = '%s' and c.field = "
                         "'%s' and c.winner is distinct from 'merged' and strpos(c.local::text || c.external::text || "
                         "coalesce(c.value::text, ''), %s) > 0 union all "
                         "select 1 from change_log l join item i on i.id = l.item_id where 'T-' || i.number = '%s' and l.field "
                         "= '%s' and strpos(coalesce(l.before::text, '') || coalesce(l.after::text, ''), %s) > 0 limit 1"
                         % (key, field, _literal(text), key, field, _literal(text)))
        if not told:
            lost.append("P2: %s of %s is lost: %r, found %r" % (text, key, field, places))
    return lost


def _literal(text):
    """As it stands in a JSON text."""
    return "'" + json.dumps(text, ensure_ascii=False)[1:-1].replace("'", "''") + "'"


def p3_one_each(world):
    """P3: one mapping a ticket and project, one mapping an external ticket, and outside nothing twice."""
    rows = world.sql("select 'mapped twice: ' || item_id from mapping where item_id is not null group by project_id, item_id "
                     "having count(*) > 1 union all select 'two mappings of ' || external_id from mapping where external_id is "
                     "not null group by project_id, kind, external_id having count(*) > 1 union all "
                     "select 'duplicate: ' || external_id from mapping where state = 'ignored'")
    made = [row[0] for row in rows]
    for tracker in world.trackers:
        titles = tracker.titles_made()
        made += ["%s has %r twice" % (tracker.title, title) for title in set(titles) if titles.count(title) > 1]
    return ["P3: " + line for line in made]


def p4_writes(world, rounds=2):
    """P4: further rounds over everything write nothing outside and change nothing here."""
    before = [len(tracker.writes()) for tracker in world.trackers]
    head = world.call("events.read", after=0, limit=1)["head"]
    for _ in range(rounds):
        for tracker in world.trackers:
            world.sync(tracker.name, mode="full")
        world.settle()
    lines = ["P4: %s was written: %r" % (tracker.title, entry) for count, tracker in zip(before, world.trackers)
             for entry in tracker.writes()[count:]]
    told = [event["type"].rpartition(".")[2] for event in world.call("events.read", after=head, limit=500).get("events", [])]
    return lines + ["P4: told " + name for name in told if name not in ("SyncStarted", "SyncCompleted")]


def p5_leaks(world, tokens):
    """P5: no private text in any byte that left for a tracker."""
    return ["P5: %s went to %s" % (token, tracker.title) for tracker in world.trackers for token in tokens
            if token.encode() in tracker.relay.sent()]


def p6_undecided(world):
    """P6: a conflict leaves `open` only with `decided_by`."""
    rows = world.sql("select id, state from conflict where state in ('decided', 'resolved') and decided_by is null")
    return ["P6: conflict %s is %s by nobody" % tuple(row) for row in rows]
