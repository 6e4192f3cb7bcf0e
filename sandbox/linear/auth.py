"""Who is asking: API keys as they are, OAuth tokens with `Bearer`, and refresh tokens that rotate."""

import base64
import json
import random
import string
import urllib.parse

from sandbox.common.httpd import Response
from sandbox.common.oauth import OAuthSettings, verifies
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
        self.spent = {}  # former refresh tokens and until when they are still taken


class Auth:
    """Looks credentials up. The caller holds the world's lock."""

    def __init__(self, world):
        self.world = world
        self._grants = {}
        self._apps = {}
        self._random = random.SystemRandom()
        self._codes = {}
        self.oauth = OAuthSettings(ACCESS_LIFETIME_S)

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

    # /oauth

    def authorize(self, request):
        """The consent page: everyone consents at once, and the browser goes back with a code."""
        query = dict(urllib.parse.parse_qsl(request.target.partition("?")[2]))
        back = query.get("redirect_uri", "")
        if query.get("client_id") not in self._apps or not back.startswith(("http://", "https://")):
            return _oauth_error(400, "invalid_request", "client_id and redirect_uri are required")
        code = self._word("")
        self._codes[code] = (query["client_id"], back, query.get("code_challenge", ""))
        return Response(302, b"", {"Location": back + "?" + urllib.parse.urlencode(
            {"code": code, "state": query.get("state", "")})})

    def token(self, request):
        """A code or a refresh token for a new access token and a new refresh token. With PKCE no secret is needed."""
        fields = dict(urllib.parse.parse_qsl(request.body.decode("utf-8", "replace")))
        client_id, secret = self._client(request, fields)
        app = self._apps.get(client_id)
        has_verifier = fields.get("grant_type") == "authorization_code" and fields.get("code_verifier") and not secret
        if app is None or secret != app.client_secret and not has_verifier:
            return _oauth_error(401, "invalid_client", "Client authentication failed")
        if fields.get("grant_type") == "authorization_code":
            owner, back, challenge = self._codes.pop(fields.get("code"), (None, None, ""))
            if owner != client_id or back != fields.get("redirect_uri") or not verifies(challenge, fields.get("code_verifier")):
                return _oauth_error(400, "invalid_grant", "The code is invalid")
        elif fields.get("grant_type") != "refresh_token":
            return _oauth_error(400, "unsupported_grant_type", "Codes and refresh tokens only")
        elif not self._takes(app, fields.get("refresh_token")):
            return _oauth_error(400, "invalid_grant", "The refresh token is invalid, expired or revoked")
        return _json(200, self._rotate(app))

    def _takes(self, app, refresh_token):
        now = self.world.clock.now()
        return refresh_token == app.refresh_token or app.spent.get(refresh_token, 0) > now

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
        app.spent[app.refresh_token] = self.world.clock.now() + self.oauth.grace_s
        app.refresh_token = self._word("lin_refresh_")
        token = self._word("lin_oauth_")
        expires = self.world.clock.now() + self.oauth.lifetime_s
        name = "app %s %s" % (app.client_id, self.world.users[app.user_id]["displayName"])
        self._grants[token] = Grant(name, app.user_id, True, expires)
        self.world.touch()
        return {"access_token": token, "token_type": "Bearer", "expires_in": int(self.oauth.lifetime_s), "scope": SCOPE,
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
