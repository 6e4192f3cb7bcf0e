"""The ways in which a call of a tracker can fail, each as a fault that the stand-ins know (sandbox/README.md)."""

RATELIMITED = '{"errors":[{"message":"Rate limit exceeded","extensions":{"code":"RATELIMITED","type":"ratelimited"}}]}'
INTERNAL = '{"errors":[{"message":"Internal","extensions":{"code":"INTERNAL_SERVER_ERROR"}}],"data":null}'


def status(number, body='{"message":"No"}', **headers):
    return {"fault": "status", "status": number, "body": body, "headers": headers}


# By what the skeleton is to do next, or what it gets to see.
KINDS = {
    "retry": status(503, **{"Retry-After": "1"}),
    "limit": status(429, **{"Retry-After": "1"}),
    "uncertain_before_the_effect": {"fault": "reset_before"},
    "uncertain_after_the_effect": {"fault": "reset_after_commit"},
    "server_error": status(500),
    "server_error_after_the_effect": {"fault": "status_after_commit", "status": 500},
    "stale": status(409),
    "rejected": status(422),
    "gone": status(404),
    "auth": status(401),
    "forbidden": status(403),
    "truncated": {"fault": "truncate"},
    "not_json": {"fault": "garbage"},
    "wrong_schema": {"fault": "status_after_commit", "status": 200, "body": '{"unexpected":[1,{"id":"x"}]}'},
    "empty": {"fault": "status_after_commit", "status": 200, "body": ""},
    "slow": {"fault": "slow_drip", "bytes": 200, "delay_ms": 2},
}
OF_LINEAR = {"limit": status(400, RATELIMITED, **{"Retry-After": "1"}),
             "server_error_after_the_effect": {"fault": "status_after_commit", "status": 200, "body": INTERNAL}}


def each_call(system, kind):
    """The fault that strikes each kind of call once."""
    spec = OF_LINEAR.get(kind, KINDS[kind]) if system == "linear" else KINDS[kind]
    return {"match": {}, "each": True, **spec}
