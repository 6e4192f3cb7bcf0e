"""Who is asking: personal tokens, the App's signed tokens, and the installation tokens made from them."""

import random
import string

from sandbox.common.clock import iso_utc
from sandbox.common.oauth import OAuthSettings
from sandbox.github import errors, rsa
from sandbox.github.model import PERMISSIONS
from sandbox.github.world import Actor

TOKEN_LIFETIME_S = 3600
JWT_LIFETIME_S = 600


class App:
    """A registered GitHub App with one installation on all repositories."""

    def __init__(self, id, key, owner, bot, created):
        self.id = id
        self.key = key
        self.owner = owner
        self.bot = bot
        self.created = created
        self.slug = "tandem-sync"
        self.name = "Tandem Sync"
        self.installation_id = 40_000_000 + id
        self.permissions = {"issues": "write", "metadata": "read", "contents": "read"}


class Grant:
    """What a token may do: `permission` on every repository, or only on `repos` if that is set."""

    __slots__ = ("token", "login", "permission", "repos", "expires", "app", "oauth")

    def __init__(self, token, login, permission="admin", repos=None, expires=None, app=False, oauth=False):
        self.token = token
        self.login = login
        self.permission = permission
        self.repos = repos
        self.expires = expires
        self.app = app
        self.oauth = oauth

    def permission_on(self, repo):
        if self.repos is not None and repo.full_name.lower() not in self.repos:
            return "none"
        return self.permission


def parse_token_option(text):
    """`TOKEN`, `TOKEN=LOGIN`, `TOKEN=LOGIN:read`, `TOKEN=LOGIN:write@acme/rocket,acme/other`."""
    token, _, rest = text.partition("=")
    rest, _, repos = rest.partition("@")
    login, _, permission = rest.partition(":")
    if not token or (permission and permission not in PERMISSIONS):
        raise ValueError("a token option is TOKEN[=LOGIN[:%s][@OWNER/NAME,...]]" % "|".join(PERMISSIONS))
    names = {name.lower() for name in repos.split(",")} if repos else None
    return Grant(token, login or "tandem-bot", permission or "admin", names)


class Auth:
    """Looks up tokens. The caller holds the world's lock."""

    def __init__(self, world, grants, app=None, clients=()):
        self.world = world
        self.app = app
        self._grants = {grant.token: grant for grant in grants}
        self._random = random.SystemRandom()
        self.clients, self.devices, self.refresh_tokens = set(clients), {}, {}
        self.oauth = OAuthSettings(None)

    def add(self, grant):
        self._grants[grant.token] = grant

    def grants(self):
        return list(self._grants.values())

    def peek(self, token):
        """The grant of a token, or None; valid or not."""
        return self._grants.get(token)

    def grant_of(self, request):
        """The grant of the request's token. Raises the 401 that GitHub answers."""
        token = bearer_token(request)
        if token is None:
            raise errors.requires_authentication()
        grant = self._grants.get(token)
        if grant is None or (grant.expires is not None and grant.expires <= self.world.clock.now()):
            raise errors.bad_credentials()
        return grant

    def actor_of(self, grant):
        user = self.world.user(grant.login)
        return Actor(user, "api", grant.app)

    def require_app(self, request):
        """Checks the App's own signed token. Raises 401."""
        if self.app is None:
            raise errors.ApiError(401, "Integration not found")
        try:
            claims = rsa.read_jwt(bearer_token(request) or "", self.app.key)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise errors.ApiError(401, "A JSON web token could not be decoded") from None
        self._check_claims(claims)
        return self.app

    def _check_claims(self, claims):
        now = self.world.clock.now()
        issued, expires = claims.get("iat"), claims.get("exp")
        if str(claims.get("iss")) != str(self.app.id):
            raise errors.ApiError(401, "Integration not found")
        if not isinstance(issued, int) or issued > now:
            raise errors.ApiError(401, "'Issued at' claim ('iat') must be an Integer representing "
                                       "the time that the assertion was issued")
        if not isinstance(expires, int) or expires <= now:
            raise errors.ApiError(401, "'Expiration time' claim ('exp') must be a numeric value "
                                       "representing the future time at which the assertion expires")
        if expires > now + JWT_LIFETIME_S:
            raise errors.ApiError(401, "'Expiration time' claim ('exp') is too far in the future")

    def mint(self, repos=None):
        """A new installation token; `repos` are full names in lower case, None for all."""
        alphabet = string.ascii_letters + string.digits
        token = "ghs_" + "".join(self._random.choice(alphabet) for _ in range(36))
        expires = self.world.clock.seconds() + TOKEN_LIFETIME_S
        grant = Grant(token, self.app.bot.login, "write", repos, expires, True)
        self._grants[token] = grant
        self.world.revision += 1
        return grant

    def dump(self):
        """The installation tokens, for the state file."""
        return [[g.token, sorted(g.repos) if g.repos else None, g.expires]
                for g in self._grants.values() if g.app]

    def load(self, tokens):
        for token, repos, expires in tokens:
            if self.app is not None:
                self._grants[token] = Grant(token, self.app.bot.login, "write",
                                            set(repos) if repos else None, expires, True)


def bearer_token(request):
    """The credential of `Authorization: Bearer X` or `token X`; None without one."""
    scheme, _, token = request.header("authorization", "").partition(" ")
    return token.strip() if scheme.lower() in ("bearer", "token") and token.strip() else None


def token_document(grant, repos):
    """The answer that hands out an installation token."""
    document = {"token": grant.token, "expires_at": iso_utc(grant.expires),
                "permissions": {"issues": "write", "metadata": "read", "contents": "read"},
                "repository_selection": "all" if grant.repos is None else "selected"}
    if grant.repos is not None:
        document["repositories"] = repos
    return document
