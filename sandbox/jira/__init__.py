"""A stateful stand-in of Jira's issue REST API: Cloud (v3) and Data Center (v2)."""
