"""The first half, through the person's browser: where we send it, and what only we know of that journey."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from teczka.core.oauth import Client


@dataclass(frozen=True, slots=True)
class Authorization:
    """What has to be remembered until the browser comes back. `state` comes back with it; the others never leave us but hashed or
    inside the provider's signed answer."""

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


def authorize(
    client: Client,
    redirect_uri: str,
    scopes: Sequence[str],
    login_hint: str,
    parameters: Sequence[tuple[str, str]] | None = None,
) -> tuple[str, Authorization]:
    """The address to send the browser to. PKCE always, with a secret too (RFC 9700 §2.1.1). `parameters`: else the provider's for
    mailboxes."""
    made = Authorization(*(secrets.token_urlsafe(32) for _ in range(3)))  # 43 characters: RFC 7636 §4.1 wants no fewer
    query = {
        "client_id": client.client_id,
        "response_type": "code",
        "response_mode": "query",
        "redirect_uri": redirect_uri,
        "scope": " ".join(scopes),
        "state": made.state,
        "nonce": made.nonce,
        "code_challenge": challenge(made.verifier),
        "code_challenge_method": "S256",
    }
    if login_hint:
        query["login_hint"] = login_hint
    more = client.provider.parameters if parameters is None else parameters
    return f"{client.authorize}?{urlencode(query | dict(more))}", made


def challenge(verifier: str) -> str:
    """S256, RFC 7636 §4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
