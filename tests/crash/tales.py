"""The tales with all processes mortal: GitHub's long one and that of the chores, and the shorter one of the other trackers."""

import chores_story
import story
from story import Story, make_world
from tracker_story import TALES, TrackerTale
from world import ROLES

ROLE_OF = {"store": "store", "conflict": "conflict", "scheduler": "scheduler"}


class GitHubTale:
    """The story of GitHub's project."""

    name, suffix, roles, program = "github", "", ROLES, "github"
    state = staticmethod(story.final_state)
    broken_promises = staticmethod(story.broken_promises)
    quiet_rounds = staticmethod(story.quiet_rounds)

    def role_of(self, point):
        return ROLE_OF.get(point.partition(".")[0], "adapter-github")

    def make_world(self):
        return make_world(start=False)

    def tell(self, world):
        Story(world).tell()


class ChoresTale(GitHubTale):
    """What is done rarely, with the same processes."""

    name, suffix = "chores", "_chores"
    state = staticmethod(chores_story.final_state)

    def make_world(self):
        return chores_story.make_world()

    def tell(self, world):
        chores_story.ChoresStory(world).tell()


class MortalTale(TrackerTale):
    """A tracker's story in which not only its adapter dies."""

    def __init__(self, kind):
        super().__init__(kind)
        self.adapter = self.roles[0]
        self.roles = ("store", "conflict", "scheduler", self.adapter)

    def role_of(self, point):
        return ROLE_OF.get(point.partition(".")[0], self.adapter)


MORTAL = [GitHubTale(), ChoresTale()] + [MortalTale(tale.kind) for tale in TALES]
