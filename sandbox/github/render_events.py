"""The JSON of issue events, of the timeline, of repositories and of the signed-in user."""

import json

from sandbox.common.clock import iso_utc
from sandbox.github.render import node_id


def event_document(renderer, repo, event):
    """An entry of `/issues/N/events`, without the issue that the repository-wide list adds."""
    document = {
        "id": event.id, "node_id": node_id("EV", event.id),
        "url": "%s/issues/events/%d" % (renderer.repo_url(repo), event.id),
        "actor": renderer.user_document(event.actor), "event": event.kind, "commit_id": None,
        "commit_url": None, "created_at": iso_utc(event.created),
        "performed_via_github_app": json.loads(renderer.via_app(event.app))}
    if event.kind in ("closed", "reopened"):
        document["state_reason"] = None
    for name, value in (event.data or {}).items():
        document[name] = renderer.user_document(value) if hasattr(value, "login") else value
    return document


def timeline_comment(renderer, repo, comment):
    """A comment as the timeline shows it: the comment, with `event` and `actor`."""
    text = renderer.comment_text(repo, comment)
    return '{"event":"commented","actor":%s,%s' % (renderer.user(comment.user), text[1:])


_PLAIN = ("contributors deployments downloads events forks hooks languages merges stargazers "
          "subscribers subscription tags teams").split()
_TEMPLATES = {
    "archive": "/{archive_format}{/ref}", "assignees": "/assignees{/user}",
    "blobs": "/git/blobs{/sha}", "branches": "/branches{/branch}",
    "collaborators": "/collaborators{/collaborator}", "comments": "/comments{/number}",
    "commits": "/commits{/sha}", "compare": "/compare/{base}...{head}",
    "contents": "/contents/{+path}", "git_commits": "/git/commits{/sha}",
    "git_refs": "/git/refs{/sha}", "git_tags": "/git/tags{/sha}",
    "issue_comment": "/issues/comments{/number}", "issue_events": "/issues/events{/number}",
    "issues": "/issues{/number}", "keys": "/keys{/key_id}", "labels": "/labels{/name}",
    "milestones": "/milestones{/number}", "notifications": "/notifications{?since,all,participating}",
    "pulls": "/pulls{/number}", "releases": "/releases{/id}", "statuses": "/statuses/{sha}",
    "trees": "/git/trees{/sha}"}


def repository_document(renderer, repo, permission):
    """A full repository as the holder of `permission` sees it."""
    url, html = renderer.repo_url(repo), renderer.html_url(repo)
    document = {
        "id": repo.id, "node_id": node_id("R", repo.id), "name": repo.name,
        "full_name": repo.full_name, "private": repo.private,
        "owner": renderer.user_document(repo.owner), "html_url": html,
        "description": repo.description, "fork": False, "url": url}
    document.update(("%s_url" % name, "%s/%s" % (url, name)) for name in _PLAIN)
    document.update(("%s_url" % name, url + tail) for name, tail in _TEMPLATES.items())
    document.update(_repository_counts(repo))
    document.update({
        "git_url": "git:%s.git" % html.partition(":")[2], "ssh_url": "git@%s.git" % repo.full_name,
        "clone_url": html + ".git", "svn_url": html, "mirror_url": None, "homepage": None,
        "language": "C", "default_branch": "main", "is_template": False, "topics": [],
        "has_issues": True, "has_projects": True, "has_wiki": False, "has_pages": False,
        "has_downloads": True, "has_discussions": False, "archived": False, "disabled": False,
        "visibility": "private" if repo.private else "public", "license": None,
        "allow_forking": True, "web_commit_signoff_required": False,
        "pushed_at": iso_utc(repo.created), "created_at": iso_utc(repo.created),
        "updated_at": iso_utc(repo.updated), "permissions": permissions_document(permission)})
    return document


def _repository_counts(repo):
    count = repo.open_issues()
    return {"forks_count": 0, "stargazers_count": 42, "watchers_count": 42, "size": 1024,
            "open_issues_count": count, "subscribers_count": 8, "network_count": 0, "forks": 0,
            "open_issues": count, "watchers": 42}


def permissions_document(permission):
    write = permission in ("write", "admin")
    return {"admin": permission == "admin", "maintain": permission == "admin", "push": write,
            "triage": write, "pull": permission != "none"}


def private_user_document(renderer, user):
    """The signed-in user's own view of the account."""
    document = renderer.user_document(user)
    document.update({
        "user_view_type": "private", "name": user.name, "company": None, "blog": "",
        "location": None, "email": None, "hireable": None, "bio": None, "twitter_username": None,
        "notification_email": None, "public_repos": 1, "public_gists": 0, "followers": 0,
        "following": 0, "created_at": iso_utc(user.created), "updated_at": iso_utc(user.created),
        "private_gists": 0, "total_private_repos": 0, "owned_private_repos": 0, "disk_usage": 0,
        "collaborators": 0, "two_factor_authentication": True,
        "plan": {"name": "free", "space": 976562499, "collaborators": 0, "private_repos": 10000}})
    return document


def join(texts):
    """A JSON array of JSON texts, as bytes."""
    return ("[" + ",".join(texts) + "]").encode()
