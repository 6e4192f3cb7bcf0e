"""Stand-ins of the systems that tandem talks to, for demonstrations and tests."""
