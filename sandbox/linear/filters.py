"""Linear's filters: an object of comparators and related filters, made into a question about a row."""

import unicodedata

TEXT = {
    "contains": lambda have, want: want in have,
    "notContains": lambda have, want: want not in have,
    "containsIgnoreCase": lambda have, want: want.casefold() in have.casefold(),
    "notContainsIgnoreCase": lambda have, want: want.casefold() not in have.casefold(),
    "startsWith": lambda have, want: have.startswith(want),
    "startsWithIgnoreCase": lambda have, want: have.casefold().startswith(want.casefold()),
    "notStartsWith": lambda have, want: not have.startswith(want),
    "endsWith": lambda have, want: have.endswith(want),
    "notEndsWith": lambda have, want: not have.endswith(want),
    "eqIgnoreCase": lambda have, want: _folded(have) == _folded(want),
    "neqIgnoreCase": lambda have, want: _folded(have) != _folded(want)}
ORDER = {"gt": lambda have, want: have > want, "gte": lambda have, want: have >= want,
         "lt": lambda have, want: have < want, "lte": lambda have, want: have <= want}

# (kind of row, member of the filter) -> (kind of the related row, member that holds its id)
RELATED = {("issue", "assignee"): ("user", "assigneeId"), ("issue", "creator"): ("user", "creatorId"),
           ("issue", "state"): ("state", "stateId"), ("issue", "team"): ("team", "teamId"),
           ("issue", "cycle"): ("cycle", "cycleId"), ("issue", "project"): ("project", "projectId"),
           ("issue", "parent"): ("issue", "parentId"), ("comment", "issue"): ("issue", "issueId"),
           ("comment", "parent"): ("comment", "parentId"), ("comment", "user"): ("user", "userId"),
           ("state", "team"): ("team", "teamId"), ("label", "team"): ("team", "teamId"),
           ("label", "creator"): ("user", "creatorId"), ("cycle", "team"): ("team", "teamId"),
           ("attachment", "creator"): ("user", "creatorId")}


class Filters:
    """Asks rows of a world; `viewer_id` answers isMe, `computed(kind, row, name)` what no row holds."""

    def __init__(self, world, viewer_id, computed):
        self.world = world
        self.viewer_id = viewer_id
        self.computed = computed

    def select(self, kind, rows, wanted):
        return [row for row in rows if self.fits(kind, row, wanted)] if wanted else list(rows)

    def fits(self, kind, row, wanted):
        return all(self._member(kind, row, name, value) for name, value in wanted.items() if value is not None)

    def _member(self, kind, row, name, value):
        if name == "and":
            return all(self.fits(kind, row, one) for one in value)
        if name == "or":
            return not value or any(self.fits(kind, row, one) for one in value)
        if name == "null":
            return not value
        if kind == "issue" and name == "labels":
            return self._labels(row, value)
        if (kind, name) in RELATED:
            return self._related(kind, row, name, value)
        return compare(self._value(kind, row, name), value)

    def _value(self, kind, row, name):
        if name == "isMe":
            return row["id"] == self.viewer_id
        return row[name] if name in row else self.computed(kind, row, name)

    def _related(self, kind, row, name, value):
        other_kind, member = RELATED[kind, name]
        other = self.world.tables[other_kind + "s"].get(row.get(member))
        if value.get("null") is not None and value["null"] != (other is None):
            return False
        rest = {one: what for one, what in value.items() if one != "null"}
        return self.fits(other_kind, other, rest) if other is not None else value.get("null") is True or not rest

    def _labels(self, row, value):
        labels = [self.world.labels[one] for one in row["labelIds"] if one in self.world.labels]
        value = dict(value)
        every, some, length = value.pop("every", None), value.pop("some", None), value.pop("length", None)
        return ((every is None or all(self.fits("label", one, every) for one in labels))
                and (some is None or any(self.fits("label", one, some) for one in labels))
                and (length is None or compare(len(labels), length))
                and (not value or any(self.fits("label", one, value) for one in labels)))


def compare(have, wanted):
    """Whether a value fits a comparator's members, all of them."""
    return all(_one(have, name, want) for name, want in wanted.items() if want is not None)


def _one(have, name, want):
    if name == "null":
        return (have is None) == want
    if name == "eq":
        return have == want
    if name == "neq":
        return have != want
    if name == "in":
        return have in want
    if name == "nin":
        return have not in want
    if name in ("and", "or"):
        return (all if name == "and" else any)(compare(have, one) for one in want)
    if have is None:
        return name.startswith(("not", "neq"))
    return (ORDER.get(name) or TEXT[name])(have, want)


def _folded(text):
    return unicodedata.normalize("NFC", text).casefold()
