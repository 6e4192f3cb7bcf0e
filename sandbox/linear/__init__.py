"""A stateful stand-in of Linear's GraphQL API for issues."""
