"""What a client says to sign in by SASL (RFC 4422), whatever the mail protocol around it: the bare bytes, before base64.

A protocol sends `initial` with its command or at the server's first challenge, and `farewell` at a second one: the server tells a refused
token there, and only the answer to it brings the protocol's own refusal (RFC 7628 §3.2.3).
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from teczka.remote.types import Credential

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Exchange:
    mechanism: str
    initial: bytes = field(repr=False)
    farewell: bytes | None = None  # None: the mechanism knows no second challenge


def plain(credential: Credential) -> Exchange:
    """RFC 4616, without an authorization identity."""
    return Exchange("PLAIN", b"\0" + credential.username.encode() + b"\0" + credential.secret.encode())


def xoauth2(credential: Credential) -> Exchange:
    """Google's and Microsoft's own mechanism; no RFC."""
    said = f"user={credential.username}\x01auth=Bearer {credential.secret}\x01\x01"
    return Exchange("XOAUTH2", said.encode(), b"")


def oauthbearer(credential: Credential, host: str, port: int) -> Exchange:
    """RFC 7628 §3.1; the user name as a GS2 header has it (RFC 5801 §4: a saslname)."""
    name = credential.username.replace("=", "=3D").replace(",", "=2C")
    said = f"n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {credential.secret}\x01\x01"
    return Exchange("OAUTHBEARER", said.encode(), b"\x01")


def bearer(credential: Credential, offered: Collection[str], host: str, port: int) -> Exchange | None:
    """By the mechanism that both big providers document where the server offers it; None where it takes no tokens.

    `offered`: names of mechanisms, upper case. Raises Problem(SIGNIN_TOKEN) where a part would end the field that it stands in.
    """
    if _CONTROL.search(credential.username + credential.secret):
        raise credential.refused(host)
    if "XOAUTH2" in offered:
        return xoauth2(credential)
    return oauthbearer(credential, host, port) if "OAUTHBEARER" in offered else None
