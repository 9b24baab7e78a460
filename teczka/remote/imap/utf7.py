"""Mailbox names: modified UTF-7, RFC 3501 §5.1.3. The wire form is the identity; what is decoded here is for people."""

import base64
import binascii
import re

# Possessive and never beyond the next "&": a name of nothing but these costs one pass.
_SHIFTED = re.compile(r"&([A-Za-z0-9+,]*+)-")
_BEYOND_ASCII = re.compile(r"[^ -~]+")


def encode(path: str) -> bytes:
    """A path as the wire wants it. UnicodeEncodeError on a lone surrogate."""
    text = path.replace("&", "&-")
    return _BEYOND_ASCII.sub(_shift, text).encode("ascii")


def decode(name: bytes) -> str:
    """ValueError where the name is not what `encode` would have made: RFC 3501 lets each path have one wire form only, and two
    folders must not look the same."""
    path = _SHIFTED.sub(_unshift, name.decode("ascii"))
    if encode(path) != name:
        raise ValueError("not the canonical form")
    return path


def path_of(name: bytes) -> str:
    """For people, whatever the server sent: decoded where it is modified UTF-7 or UTF-8, else with `\\x` escapes. Never raises.

    Nothing that does not print (a line break, a change of direction) comes through unescaped.
    """
    try:
        path = name.decode("utf-8") if any(byte > 0x7F for byte in name) else decode(name)
    except ValueError:
        path = name.decode("ascii", "backslashreplace")
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in path
    )


def _shift(found: re.Match[str]) -> str:
    coded = base64.b64encode(found[0].encode("utf-16-be")).rstrip(b"=").replace(b"/", b",")
    return f"&{coded.decode('ascii')}-"


def _unshift(found: re.Match[str]) -> str:
    if not found[1]:
        return "&"
    coded = found[1].replace(",", "/")
    try:
        return base64.b64decode(coded + "=" * (-len(coded) % 4), validate=True).decode("utf-16-be")
    except binascii.Error as error:
        raise ValueError("not base64") from error
