"""Who is asking: API tokens with an address, personal access tokens, and OAuth grants with rotating refresh tokens."""

import base64
import binascii
import secrets

from sandbox.common.oauth import OAuthSettings
from sandbox.jira import errors
from sandbox.jira.model import PERMISSIONS
from sandbox.jira.world import Actor

ACCESS_LIFETIME_S = 3600
REFRESH_LIFETIME_S = 90 * 86400
SCOPES = "read:jira-user read:jira-work write:jira-work manage:jira-webhook offline_access"


class Grant:
    """What a credential may do: `permission` on every project, or only on `projects` if that is set."""

    __slots__ = ("token", "login", "permission", "projects", "expires", "client_id", "scopes")

    def __init__(self, token, login, permission="admin", projects=None, expires=None, client_id=None, scopes=None):
        self.token = token
        self.login = login
        self.permission = permission
        self.projects = projects
        self.expires = expires
        self.client_id = client_id
        self.scopes = scopes

    def permission_on(self, project):
        if self.projects is not None and project.key not in self.projects:
            return "none"
        return self.permission

    def may(self, project, least):
        return PERMISSIONS.index(self.permission_on(project)) >= PERMISSIONS.index(least)


def parse_token_option(text):
    """`TOKEN`, `TOKEN=LOGIN`, `TOKEN=LOGIN:read`, `TOKEN=LOGIN:write@ROCKET,FUEL`."""
    token, _, rest = text.partition("=")
    rest, _, projects = rest.partition("@")
    login, _, permission = rest.partition(":")
    if not token or permission and permission not in PERMISSIONS:
        raise ValueError("a token option is TOKEN[=LOGIN[:%s][@PROJECT,...]]" % "|".join(PERMISSIONS))
    return Grant(token, login or "tandem-bot", permission or "admin", set(projects.split(",")) if projects else None)


class Client:
    """A registered OAuth app and the account that consented to it."""

    __slots__ = ("id", "secret", "login")

    def __init__(self, id, secret, login):
        self.id = id
        self.secret = secret
        self.login = login


def parse_client_option(text):
    """`ID:SECRET[=LOGIN]`."""
    pair, _, login = text.partition("=")
    client_id, _, secret = pair.partition(":")
    if not client_id or not secret:
        raise ValueError("an OAuth option is ID:SECRET[=LOGIN]")
    return Client(client_id, secret, login or "tandem-bot")


class Auth:
    """Looks up credentials. The caller holds the world's lock."""

    def __init__(self, world, grants, clients, first_refresh_token):
        self.world = world
        self.clients = {client.id: client for client in clients}
        self._grants = {grant.token: grant for grant in grants}
        self.refresh_tokens = {}
        if first_refresh_token and clients:
            self.refresh_tokens[first_refresh_token] = [clients[0].id, None]
        self.codes = {}
        self.oauth = OAuthSettings(ACCESS_LIFETIME_S)
        for name in [grant.login for grant in grants] + [client.login for client in clients]:
            world.user(name)

    def grants(self):
        return list(self._grants.values())

    def peek(self, request):
        """The grant that the request's credential names, valid or not; None without one."""
        scheme, _, value = request.header("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            return self._basic(value)
        return self._grants.get(value.strip()) if scheme.lower() == "bearer" else None

    def _basic(self, value):
        """`email:token` on Cloud; the login name does instead of the address on Data Center."""
        try:
            name, _, token = base64.b64decode(value.strip(), validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return None
        grant = self._grants.get(token)
        if grant is None or grant.client_id is not None:
            return None
        user = self.world.find_user(grant.login)
        known = user is not None and name in ((user.email,) if self.world.is_cloud else (user.email, user.name))
        return grant if known else None

    def grant_of(self, request, by_cloud_id):
        """The grant of the request. `by_cloud_id`: it came by /ex/jira/, where OAuth tokens belong. Raises 401."""
        grant = self.peek(request)
        is_bearer = request.header("authorization", "").lower().startswith("bearer")
        if grant is None or grant.expires is not None and grant.expires <= self.world.clock.now():
            raise self._refusal(by_cloud_id)
        if self.world.is_cloud and is_bearer and (grant.client_id is None or not by_cloud_id):
            raise self._refusal(by_cloud_id)
        return grant

    def _refusal(self, by_cloud_id):
        if by_cloud_id:
            return errors.ApiError(401, document={"code": 401, "message": "Unauthorized"})
        return errors.unauthorized()

    def actor_of(self, grant):
        return Actor(self.world.user(grant.login), "api")

    # OAuth

    def mint(self, client):
        """A new access token and a new refresh token of the client: (grant, refresh token)."""
        now = self.world.clock.now()
        grant = Grant("eyJ." + secrets.token_urlsafe(48), client.login, "write", None, now + self.oauth.lifetime_s,
                      client.id,
                      SCOPES.split())
        self._grants[grant.token] = grant
        refresh = "rt-" + secrets.token_urlsafe(32)
        self.refresh_tokens[refresh] = [client.id, now + REFRESH_LIFETIME_S]
        self.world.revision += 1
        return grant, refresh

    def spend_refresh_token(self, client, token):
        """Uses the token up; a refresh token works once, or as long as the settings say. False for an unknown, used or
        expired one."""
        client_id, expires = self.refresh_tokens.get(token, (None, None))
        now = self.world.clock.now()
        if client_id != client.id:
            return False
        del self.refresh_tokens[token]
        self.world.revision += 1
        good = expires is None or expires > now
        if good and self.oauth.grace_s:
            self.refresh_tokens[token] = [client_id, min(now + self.oauth.grace_s, expires or now + self.oauth.grace_s)]
        return good

    def revoke_access(self):
        """Ends every OAuth access token at once."""
        self._grants = {token: grant for token, grant in self._grants.items() if grant.client_id is None}

    def dump(self):
        """What OAuth has handed out, for the state file."""
        return {"refresh": self.refresh_tokens,
                "access": [[one.token, one.login, one.expires, one.client_id] for one in self._grants.values()
                           if one.client_id]}

    def load(self, saved):
        self.refresh_tokens = dict(saved["refresh"])
        for token, login, expires, client_id in saved["access"]:
            self._grants[token] = Grant(token, login, "write", None, expires, client_id, SCOPES.split())
