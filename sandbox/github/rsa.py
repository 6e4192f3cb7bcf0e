"""RS256 signatures of JSON web tokens, checked with nothing but integers.

RFC 8017 section 8.2.2 (RSASSA-PKCS1-v1_5) and section A.1.1 (the public key), RFC 7519 (JWT).
"""

import base64
import hashlib
import hmac
import json

SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


def load_public_key(path):
    """(modulus, exponent) of a PEM public key, in either of its two usual forms."""
    with open(path, encoding="ascii") as source:
        lines = source.read().splitlines()
    der = base64.b64decode("".join(line for line in lines if line and "-----" not in line))
    numbers = _sequence(der)
    if not isinstance(numbers[0], int):
        numbers = _sequence(numbers[1][1:])
    if len(numbers) != 2 or not all(isinstance(number, int) for number in numbers):
        raise ValueError("no RSA public key in " + path)
    return tuple(numbers)


def _sequence(der):
    """The elements of a DER sequence: integers as int, everything else as its content's bytes."""
    tag, content, _ = _element(der, 0)
    if tag != 0x30:
        raise ValueError("no DER sequence")
    elements, at = [], 0
    while at < len(content):
        tag, value, at = _element(content, at)
        elements.append(int.from_bytes(value, "big") if tag == 0x02 else value)
    return elements


def _element(der, at):
    """(tag, content, position after it)."""
    tag, length, at = der[at], der[at + 1], at + 2
    if length & 0x80:
        width = length & 0x7F
        length, at = int.from_bytes(der[at:at + width], "big"), at + width
    return tag, der[at:at + length], at + length


def verify(key, message, signature):
    """True if `signature` is the key's over the SHA-256 of `message`."""
    modulus, exponent = key
    size = (modulus.bit_length() + 7) // 8
    if len(signature) != size:
        return False
    opened = pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(size, "big")
    tail = b"\x00" + SHA256_PREFIX + hashlib.sha256(message).digest()
    expected = b"\x00\x01" + b"\xff" * (size - 2 - len(tail)) + tail
    return hmac.compare_digest(opened, expected)


def read_jwt(token, key):
    """The claims of a token with a good RS256 signature. Raises ValueError."""
    parts = token.split(".")
    if len(parts) != 3:
        raise ValueError("not three parts")
    header = json.loads(_unbase64url(parts[0]))
    if header.get("alg") != "RS256":
        raise ValueError("alg is not RS256")
    if not verify(key, (parts[0] + "." + parts[1]).encode("ascii"), _unbase64url(parts[2])):
        raise ValueError("bad signature")
    claims = json.loads(_unbase64url(parts[1]))
    if not isinstance(claims, dict):
        raise ValueError("claims are no object")
    return claims


def _unbase64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
