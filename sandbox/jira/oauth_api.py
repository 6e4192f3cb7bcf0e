"""OAuth 2.0 (3LO) as auth.atlassian.com and api.atlassian.com offer it: codes, tokens, accessible sites."""

import json
import secrets
import urllib.parse

from sandbox.common.httpd import Response
from sandbox.common.oauth import verifies
from sandbox.common.router import Route
from sandbox.jira import errors
from sandbox.jira.auth import SCOPES
from sandbox.jira.world import CLOUD_ID

CODE_LIFETIME_S = 300


def authorize(call):
    """The consent page: everyone consents at once, and the browser goes back with a code."""
    _cloud_only(call)
    client, back = call.api.auth.clients.get(call.text("client_id")), call.text("redirect_uri", "")
    if client is None or call.text("response_type") != "code" or not back.startswith(("http://", "https://")):
        raise _refusal(400, "invalid_request", "client_id, response_type=code and redirect_uri are required")
    code = secrets.token_urlsafe(24)
    call.api.auth.codes[code] = (client.id, back, call.world.clock.now() + CODE_LIFETIME_S, call.text("code_challenge", ""))
    query = urllib.parse.urlencode({"code": code, "state": call.text("state", "")})
    return Response(302, b"", {"Location": "%s%s%s" % (back, "&" if "?" in back else "?", query)})


def token(call):
    """An authorization code or a refresh token for new tokens; a refresh token is refused after its first use."""
    _cloud_only(call)
    asked = _parameters(call)
    client = call.api.auth.clients.get(asked.get("client_id"))
    if client is None or client.secret != asked.get("client_secret"):
        raise _refusal(401, "access_denied", "Unauthorized")
    grant_type = asked.get("grant_type")
    if grant_type == "refresh_token":
        if not call.api.auth.spend_refresh_token(client, asked.get("refresh_token")):
            raise _refusal(403, "invalid_grant", "Unknown or invalid refresh token.")
    elif grant_type == "authorization_code":
        _spend_code(call, client, asked)
    else:
        raise _refusal(400, "unsupported_grant_type", "Unsupported grant type: %s" % grant_type)
    grant, refresh = call.api.auth.mint(client)
    return call.json({"access_token": grant.token, "refresh_token": refresh, "expires_in": int(call.api.auth.oauth.lifetime_s),
                      "token_type": "Bearer", "scope": SCOPES})


def _spend_code(call, client, asked):
    client_id, back, expires, challenge = call.api.auth.codes.pop(asked.get("code"), (None, None, 0, ""))
    fits = client_id == client.id and back == asked.get("redirect_uri") and verifies(challenge, asked.get("code_verifier"))
    if not fits or expires <= call.world.clock.now():
        raise _refusal(403, "invalid_grant", "Invalid authorization code")


def accessible_resources(call):
    """The sites that the access token opens."""
    _cloud_only(call)
    grant = call.api.auth.peek(call.request)
    if grant is None or grant.client_id is None or grant.expires <= call.world.clock.now():
        raise errors.ApiError(401, document={"code": 401, "message": "Unauthorized"})
    return call.json([{"id": CLOUD_ID, "url": call.api.base, "name": "sandbox", "scopes": grant.scopes,
                       "avatarUrl": call.api.base + "/avatar/site"}])


def _cloud_only(call):
    if not call.world.is_cloud:
        raise errors.no_such_path()


def _parameters(call):
    """The body's members, sent as JSON or as a form."""
    body = call.request.body.decode("utf-8", "replace")
    if "json" not in call.request.header("content-type", "application/json"):
        return dict(urllib.parse.parse_qsl(body))
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict) or not all(isinstance(one, str) for one in document.values()):
        raise _refusal(400, "invalid_request", "The body is neither a form nor JSON with strings.")
    return document


def _refusal(status, error, description):
    return errors.ApiError(status, document={"error": error, "error_description": description})


ROUTES = [
    Route("GET", "/authorize", authorize, "open"), Route("POST", "/oauth/token", token, "open"),
    Route("GET", "/oauth/token/accessible-resources", accessible_resources, "open")]
