"""Who is asking: API keys as they are, OAuth tokens with `Bearer`, and refresh tokens that rotate."""

import base64
import json
import random
import string
import urllib.parse

from sandbox.common.httpd import Response
from sandbox.linear import errors
from sandbox.linear.world import Actor

ACCESS_LIFETIME_S = 86399
SCOPE = "read write admin"


class Grant:
    """A credential: `name` is its bucket's."""

    __slots__ = ("name", "user_id", "is_oauth", "expires")

    def __init__(self, name, user_id, is_oauth=False, expires=None):
        self.name = name
        self.user_id = user_id
        self.is_oauth = is_oauth
        self.expires = expires


class OAuthApp:
    """A registered application with the refresh token that is valid now."""

    def __init__(self, client_id, client_secret, refresh_token, user_id):
        self.client_id = client_id
        self.client_secret = client_secret
        self.refresh_token = refresh_token
        self.user_id = user_id


class Auth:
    """Looks credentials up. The caller holds the world's lock."""

    def __init__(self, world):
        self.world = world
        self._grants = {}
        self._apps = {}
        self._random = random.SystemRandom()

    def add_key(self, key, user):
        self._grants[key] = Grant("key …%s %s" % (key[-4:], user["displayName"]), user["id"])

    def add_app(self, client_id, client_secret, refresh_token, user_id):
        self._apps[client_id] = OAuthApp(client_id, client_secret, refresh_token, user_id)

    def peek(self, request):
        """The grant of a request, valid or not; None without one."""
        scheme, _, token = request.header("authorization", "").strip().partition(" ")
        return self._grants.get(token.strip() if scheme.lower() == "bearer" else scheme)

    def grant_of(self, request):
        """The grant of the request. Raises Linear's refusals."""
        header = request.header("authorization", "").strip()
        grant = self.peek(request)
        if grant is None or (grant.expires is not None and grant.expires <= self.world.clock.now()):
            raise errors.not_authenticated()
        is_bearer = header.lower().startswith("bearer ")
        if is_bearer and not grant.is_oauth:
            raise errors.bearer_on_key()
        if grant.is_oauth and not is_bearer:
            raise errors.not_authenticated()
        if not self.world.users[grant.user_id]["active"]:
            raise errors.not_authenticated()
        return grant

    def actor_of(self, grant):
        return Actor(grant.user_id, "api")

    # /oauth/token

    def token(self, request):
        """Answers a refresh: a new access token, a new refresh token, and the old one is worth nothing."""
        fields = dict(urllib.parse.parse_qsl(request.body.decode("utf-8", "replace")))
        client_id, secret = self._client(request, fields)
        app = self._apps.get(client_id)
        if app is None or secret != app.client_secret:
            return _oauth_error(401, "invalid_client", "Client authentication failed")
        if fields.get("grant_type") != "refresh_token":
            return _oauth_error(400, "unsupported_grant_type", "The stand-in only refreshes")
        if fields.get("refresh_token") != app.refresh_token:
            return _oauth_error(400, "invalid_grant", "The refresh token is invalid, expired or revoked")
        return _json(200, self._rotate(app))

    def _client(self, request, fields):
        scheme, _, word = request.header("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                client_id, _, secret = base64.b64decode(word).decode().partition(":")
                return client_id, secret
            except ValueError:
                return None, None
        return fields.get("client_id"), fields.get("client_secret")

    def _rotate(self, app):
        app.refresh_token = self._word("lin_refresh_")
        token = self._word("lin_oauth_")
        expires = self.world.clock.now() + ACCESS_LIFETIME_S
        name = "app %s %s" % (app.client_id, self.world.users[app.user_id]["displayName"])
        self._grants[token] = Grant(name, app.user_id, True, expires)
        self.world.touch()
        return {"access_token": token, "token_type": "Bearer", "expires_in": ACCESS_LIFETIME_S, "scope": SCOPE,
                "refresh_token": app.refresh_token}

    def _word(self, prefix):
        return prefix + "".join(self._random.choice(string.ascii_letters + string.digits) for _ in range(40))

    # state

    def dump(self):
        return {"grants": [[token, grant.name, grant.user_id, grant.expires]
                           for token, grant in self._grants.items() if grant.is_oauth],
                "refresh_tokens": {app.client_id: app.refresh_token for app in self._apps.values()}}

    def load(self, saved):
        for token, name, user_id, expires in saved["grants"]:
            self._grants[token] = Grant(name, user_id, True, expires)
        for client_id, refresh_token in saved["refresh_tokens"].items():
            if client_id in self._apps:
                self._apps[client_id].refresh_token = refresh_token


def _json(status, document):
    return Response(status, json.dumps(document).encode(), {"Content-Type": "application/json; charset=utf-8"})


def _oauth_error(status, code, description):
    return _json(status, {"error": code, "error_description": description})
