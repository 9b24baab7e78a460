"""Who signed in: the claims of an id token that came from the token endpoint itself, over TLS.

There its signature need not be checked (OpenID Connect Core §3.1.3.7, 6), and no other is ever read: what comes through the browser
could be anybody's.
"""

import base64
import hmac
import json
import time
from typing import Any

from teczka.core.accounts import Auth
from teczka.core.errors import Problem, Trouble
from teczka.core.oauth import Client, Identity

SKEW = 300  # seconds between two clocks
MOST = 255  # characters of a subject (OpenID Connect Core §2)


def identity(client: Client, id_token: object, nonce: str) -> Identity:
    """Raises Problem(OAUTH_STATE) where the token is not the answer to our request."""
    claims = _claims(id_token)
    if not claims or not _is_ours(client, claims, nonce):
        raise Problem(Trouble.OAUTH_STATE, provider=client.provider.name)
    names = tuple(dict.fromkeys(name for claim in _NAMES[client.provider.auth] if (name := _address(claims, claim))))
    if not names:
        raise Problem(Trouble.OAUTH_SCOPE, provider=client.provider.name)
    subject = claims.get(client.provider.subject)
    known = isinstance(subject, str) and len(subject) <= MOST and subject.isprintable()
    return Identity(names, _issuer(client, claims), str(subject) if known else "")


# Microsoft's sign-in name is mostly, not always, the mailbox's address.
_NAMES = {Auth.MICROSOFT: ("preferred_username", "email"), Auth.GOOGLE: ("email",)}


def _is_ours(client: Client, claims: dict[str, Any], nonce: str) -> bool:
    """iss, aud, exp and nonce: OpenID Connect Core §3.1.3.7."""
    audience = claims.get("aud")
    directory = str(claims.get("tid", ""))
    issuer = _issuer(client, claims)
    expires = claims.get("exp")
    return (
        claims.get("iss") in (issuer, issuer.removeprefix("https://"))  # Google sends either
        and audience in (client.client_id, [client.client_id])
        and isinstance(expires, int | float)
        and expires > time.time() - SKEW
        and hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode())
        and _of_directory(client, directory)
    )


def _issuer(client: Client, claims: dict[str, Any]) -> str:
    return client.provider.issuer.replace("TENANT", str(claims.get("tid", "")))


def _of_directory(client: Client, directory: str) -> bool:
    """A client of one directory takes its people only. A directory named by a domain the provider itself has looked up."""
    return not client.directory or "." in client.directory or client.directory == directory.lower()


def _address(claims: dict[str, Any], claim: str) -> str:
    value = claims.get(claim)
    fits = isinstance(value, str) and "@" in value and len(value) <= 254 and value.isprintable() and " " not in value
    return str(value) if fits else ""


def _claims(id_token: object) -> dict[str, Any]:
    if not isinstance(id_token, str) or id_token.count(".") != 2:
        return {}
    payload = id_token.split(".")[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):  # binascii's and json's errors are ValueErrors
        return {}
    return claims if isinstance(claims, dict) else {}
