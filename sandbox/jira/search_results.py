"""Sorted results of recent searches, so that each page of a long one need not sort everything again."""

import bisect
import collections
import time

KEPT = 8
KEPT_S = 2.0


class SearchResults:
    """Keeps a result while nothing changes, and not for long: `now()` and periods move on."""

    def __init__(self, world):
        self._world = world
        self._kept = collections.OrderedDict()

    def find(self, query, jql, grant, reconciled, can_see):
        """(sort keys, issues) of what the index shows and the account may see, in order."""
        versions = self._world.index.current()
        name = (jql, grant.token, frozenset(reconciled), self._world.revision, self._world.index.revision)
        found, made = self._kept.get(name, (None, 0.0))
        if found is None or made < time.monotonic() - KEPT_S:
            found = self._sorted(query, self._reconcile(versions, reconciled), can_see)
            self._kept[name] = (found, time.monotonic())
        self._kept.move_to_end(name)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found

    def _reconcile(self, versions, reconciled):
        """What the index shows, with the current versions of some issues."""
        if not reconciled:
            return versions
        versions = dict(versions)
        for number in reconciled:
            versions.pop(number, None)
            if number in self._world.issues:
                versions[number] = self._world.issues[number]
        return versions

    def _sorted(self, query, versions, can_see):
        pairs = [(query.sort_key(query.place(issue)), issue) for issue in versions.values()
                 if query.matches(issue) and can_see(issue)]
        pairs.sort(key=lambda pair: pair[0])
        return [key for key, _ in pairs], [issue for _, issue in pairs]


def after(keys, key):
    """The index of the first result behind a sort key."""
    return bisect.bisect_right(keys, key)
