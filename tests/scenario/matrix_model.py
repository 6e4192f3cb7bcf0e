"""What must come of edits: the table of decisions of the synchronisation protocol, said once more and without any of its code.

A field is at several places; each tracker has a mapping with a pair that both sides last agreed on. Mappings are planned one
after the other, in an order that nobody promises, and an edit there may be seen only after some of that: at the latest by the
look before a write. So a case has one outcome for each order.
"""

import itertools

from matrix_fields import HERE

PUSHES, PULLS = ("push", "bidirectional"), ("pull", "bidirectional")
ROUNDS_MAX = 9


class Plain:
    """A field of one value."""

    def __init__(self, field, case, strategy, direction, edits, late=()):
        """`late` are the places whose edits are not seen yet."""
        self.field, self.strategy = field, strategy
        self.may_push, self.may_pull = direction in PUSHES, direction in PULLS
        base = field.base.format(case)
        self.local = field.edited(HERE, case) if HERE in edits else base
        self.there, self.shadow, self.conflicts, self.unseen = {}, {}, {}, {}
        for place in field.places:
            at = field.external(place, field.edited(place, case) if place in edits else base)
            self.shadow[place] = (base, field.external(place, base))
            self.there[place] = self.shadow[place][1] if place in late else at
            if place in late:
                self.unseen[place] = at

    def see(self, place):
        self.there[place] = self.unseen.pop(place)

    def agrees(self, place):
        theirs = self.there[place]
        return self.field.local(place, theirs) == self.local or self.field.external(place, self.local) == theirs

    def step(self, place):
        if self.agrees(place):
            self.shadow[place] = (self.local, self.there[place])
            return
        if self.conflicts.get(place) == "open" or not (self.may_push or self.may_pull):
            return
        here_moved, there_moved = (now != then for now, then in zip((self.local, self.there[place]), self.shadow[place]))
        if here_moved and there_moved:
            self._both_moved(place)
        elif here_moved and self.may_push:
            self._push(place)
        elif there_moved and self.may_pull:
            self._pull(place)

    def _both_moved(self, place):
        if self.strategy == "merge" and self.field.kind == "text" and self.may_push and self.may_pull:
            merged = merge_paragraphs(self.shadow[place][1], self.local, self.there[place])
            if merged is not None:
                self.local = merged
                self._push(place)
                self.conflicts[place] = "resolved"
                return
        if self.strategy == "local_wins" and self.may_push:
            self._push(place)
        elif self.strategy == "external_wins" and self.may_pull:
            self._pull(place)
        else:
            self.conflicts[place] = "open"
            return
        self.conflicts[place] = "resolved"

    def _push(self, place):
        if place in self.unseen:
            self.see(place)
            self.step(place)
            return
        self.there[place] = self.field.external(place, self.local)
        self.shadow[place] = (self.local, self.there[place])

    def _pull(self, place):
        self.local = self.field.local(place, self.there[place])
        self.shadow[place] = (self.local, self.there[place])

    def state(self):
        return (self.local, dict(self.there), dict(self.conflicts), dict(self.shadow))


class Members:
    """A set: each member is a field of its own, there or not, and two sides can never disagree about one that both changed."""

    def __init__(self, field, case, strategy, direction, edits):
        self.may_push, self.may_pull = direction in PUSHES, direction in PULLS
        base = frozenset(field.base)
        self.local = field.edited(HERE, case) if HERE in edits else base
        self.there = {place: field.edited(place, case) if place in edits else base for place in field.places}
        self.shadow = {place: (base, base) for place in field.places}
        self.field = field

    def step(self, place):
        here, there, (here_then, there_then) = self.local, self.there[place], self.shadow[place]
        for member in here | there | here_then | there_then:
            here_moved, there_moved = (member in here) != (member in here_then), (member in there) != (member in there_then)
            if (member in here) == (member in there):
                here_then, there_then = _with(here_then, member, member in here), _with(there_then, member, member in there)
            elif here_moved and self.may_push:
                there, here_then, there_then = (_with(side, member, member in here) for side in (there, here_then, there_then))
            elif there_moved and self.may_pull:
                here, here_then, there_then = (_with(side, member, member in there) for side in (here, here_then, there_then))
        self.local, self.there[place], self.shadow[place] = here, there, (here_then, there_then)

    def state(self):
        there = {place: frozenset(self.field.external(place, one) for one in members) for place, members in self.there.items()}
        return (self.local, there, {}, dict(self.shadow))


def _with(members, member, is_in):
    return members | {member} if is_in else members - {member}


def merge_paragraphs(base, here, there):
    """Three-way, paragraph by paragraph; None when both changed one."""
    sides = [text.split("\n\n") for text in (base, here, there)]
    if len({len(parts) for parts in sides}) != 1:
        return None
    merged = []
    for then, ours, theirs in zip(*sides):
        if ours != then and theirs != then and ours != theirs:
            return None
        merged.append(theirs if ours == then else ours)
    return "\n\n".join(merged)


def settle(world, order):
    for _ in range(ROUNDS_MAX):
        before = world.state()
        for place in order:
            world.step(place)
        if world.state() == before:
            return


def subsets(places):
    return itertools.chain.from_iterable(itertools.permutations(places, count) for count in range(len(places) + 1))


def outcomes(field, case, strategy, direction, edits):
    """Every possible end: (local word, external word by tracker, conflict state by tracker)."""
    found = []
    edited = [place for place in field.places if place in edits]
    for order in itertools.permutations(field.places):
        for late in [()] if field.is_set else subsets(edited):
            world = Members(field, case, strategy, direction, edits) if field.is_set else Plain(
                field, case, strategy, direction, edits, late)
            settle(world, order)
            for place in late:
                if place in world.unseen:
                    world.see(place)
                    settle(world, order)
            end = world.state()[:3]
            if end not in found:
                found.append(end)
    return found
