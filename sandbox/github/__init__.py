"""A stateful stand-in of GitHub's REST API for issues."""
