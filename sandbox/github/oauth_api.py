"""OAuth as github.com offers it to devices: a code that a person types, tokens that may end, refresh tokens that work once."""

import secrets
import urllib.parse

from sandbox.common.router import Route
from sandbox.github.auth import Grant

DEVICE_LIFETIME_S = 900
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
USER_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


class Device:
    """A login that waits for a person. `login`: who typed the code, None = nobody yet, "" = it was refused."""

    def __init__(self, client_id, expires):
        self.client_id, self.expires, self.login = client_id, expires, None
        self.user_code = "-".join("".join(secrets.choice(USER_CODE_LETTERS) for _ in range(4)) for _ in range(2))


def _fields(call):
    return dict(urllib.parse.parse_qsl(call.request.body.decode("utf-8", "replace")))


def device_code(call):
    auth, asked = call.api.auth, _fields(call)
    if asked.get("client_id") not in auth.clients:
        return call.dump({"error": "Not Found"}, 404)
    device = Device(asked["client_id"], call.api.clock.now() + DEVICE_LIFETIME_S)
    code = secrets.token_hex(20)
    auth.devices[code] = device
    return call.dump({"device_code": code, "user_code": device.user_code, "expires_in": DEVICE_LIFETIME_S,
                      "interval": auth.oauth.interval_s, "verification_uri": call.render.base + "/login/device"})


def access_token(call):
    """GitHub answers refusals with 200 and `error`."""
    asked = _fields(call)
    if asked.get("grant_type") == DEVICE_GRANT:
        return call.dump(_for_device(call, asked))
    if asked.get("grant_type") == "refresh_token":
        return call.dump(_for_refresh(call, asked))
    return call.dump(_refusal("unsupported_grant_type", "The grant type is not supported."))


def _for_device(call, asked):
    auth = call.api.auth
    device = auth.devices.get(asked.get("device_code"))
    if device is None or device.client_id != asked.get("client_id"):
        return _refusal("incorrect_device_code", "The device_code provided is not valid.")
    if device.expires <= call.api.clock.now():
        return _refusal("expired_token", "The device code has expired.")
    if device.login is None:
        return _refusal("authorization_pending", "The authorization request is still pending.")
    del auth.devices[asked["device_code"]]
    if not device.login:
        return _refusal("access_denied", "The authorization request was denied.")
    return _mint(call, device.client_id, device.login)


def _for_refresh(call, asked):
    client_id, login = call.api.auth.refresh_tokens.pop(asked.get("refresh_token"), (None, None))
    if client_id is None or client_id != asked.get("client_id"):
        return _refusal("bad_refresh_token", "The refresh token passed is incorrect or expired.")
    return _mint(call, client_id, login)


def _mint(call, client_id, login):
    auth, lifetime_s = call.api.auth, call.api.auth.oauth.lifetime_s
    token = ("gho_" if lifetime_s is None else "ghu_") + secrets.token_hex(18)
    answer = {"access_token": token, "token_type": "bearer", "scope": "repo"}
    expires = None
    if lifetime_s is not None:
        refresh = "ghr_" + secrets.token_hex(38)
        auth.refresh_tokens[refresh] = (client_id, login)
        expires = call.api.clock.now() + lifetime_s
        answer.update(expires_in=int(lifetime_s), refresh_token=refresh, scope="",
                      refresh_token_expires_in=int(auth.oauth.refresh_lifetime_s))
    auth.add(Grant(token, login, "admin", None, expires, oauth=True))
    return answer


def _refusal(error, description):
    return {"error": error, "error_description": description}


ROUTES = [Route("POST", "/login/device/code", device_code, "open"),
          Route("POST", "/login/oauth/access_token", access_token, "open")]
