"""The second half, over the back channel: a code, or a refresh token, for an access token."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from teczka.core.errors import Problem, Trouble
from teczka.core.oauth import Client, Grant, Identity
from teczka.remote.egress import Gate
from teczka.remote.http import Https
from teczka.remote.oauth.authorization import Authorization
from teczka.remote.oauth.identity import identity
from teczka.remote.oauth.refusals import at_token

SECONDS = 20.0  # for a whole request
SHORTEST, LONGEST = 60, 24 * 3600  # seconds that an access token may say it lives
MOST = 16_000  # characters of a token: Microsoft's take 2,500; what is longer would break the line of a sign-in


def exchange(
    client: Client,
    authorization: Authorization,
    code: str,
    redirect_uri: str,
    mail_scopes: Sequence[str],
    gate: Gate,
) -> Grant:
    """RFC 6749 §4.1.3. The grant has a refresh token, an identity and all of `mail_scopes`, or it is a Problem."""
    told = _by_code(client, authorization, code, redirect_uri, gate)
    _check_scopes(client, told, mail_scopes)
    granted = _grant(client, told)
    if not granted.refresh:
        raise Problem(Trouble.OAUTH_SCOPE, provider=client.provider.name)
    who = identity(client, told.get("id_token"), authorization.nonce)
    return Grant(granted.access, granted.refresh, granted.expires_at, who)


def prove(client: Client, authorization: Authorization, code: str, redirect_uri: str, gate: Gate) -> Identity:
    """Who signed in, and nothing else: tokens that come along are not looked at. It has a subject, or it is a Problem."""
    told = _by_code(client, authorization, code, redirect_uri, gate)
    who = identity(client, told.get("id_token"), authorization.nonce)
    if not who.subject:
        raise Problem(Trouble.OAUTH_SCOPE, provider=client.provider.name)
    return who


def refresh(client: Client, refresh_token: str, scopes: Sequence[str], gate: Gate) -> Grant:
    """RFC 6749 §6. `refresh` of the grant is empty where the old one goes on."""
    fields = {"grant_type": "refresh_token", "refresh_token": refresh_token, "scope": " ".join(scopes)}
    return _grant(client, _ask(client, fields, gate))


def _by_code(client: Client, authorization: Authorization, code: str, redirect_uri: str, gate: Gate) -> dict[str, Any]:
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": authorization.verifier,
    }
    return _ask(client, fields, gate)


def _ask(client: Client, fields: dict[str, str], gate: Gate) -> dict[str, Any]:
    known = {"client_id": client.client_id} | ({"client_secret": client.secret} if client.secret else {})
    try:
        response = Https(gate).post(client.token, fields | known, seconds=SECONDS)
    except Problem as problem:
        raise _away(client) from problem
    try:
        told = json.loads(response.body)
    except (ValueError, RecursionError):
        told = None
    if response.status == 200 and isinstance(told, dict):
        return told
    raise at_token(client.provider, response.status, told if isinstance(told, dict) else {})


def _grant(client: Client, told: dict[str, Any]) -> Grant:
    access, refreshed = told.get("access_token"), told.get("refresh_token", "")
    if not _is_token(access) or not (refreshed == "" or _is_token(refreshed)):
        raise _away(client)
    try:
        seconds = min(LONGEST, max(SHORTEST, int(told.get("expires_in", 3600))))
    except (TypeError, ValueError, OverflowError):
        seconds = SHORTEST
    return Grant(str(access), str(refreshed), datetime.now(UTC) + timedelta(seconds=seconds))


def _is_token(value: object) -> bool:
    """VSCHAR, RFC 6749 appendix A.12 and A.17."""
    return isinstance(value, str) and 0 < len(value) <= MOST and value.isascii() and value.isprintable()


def _check_scopes(client: Client, told: dict[str, Any], wanted: Sequence[str]) -> None:
    """People may untick a permission, and a directory may withhold one. No `scope` at all: what was asked for (RFC 6749 §5.1)."""
    given = told.get("scope")
    if isinstance(given, str):
        have = {scope.lower() for scope in given.split()}
        if not {scope.lower() for scope in wanted} <= have:
            raise Problem(Trouble.OAUTH_SCOPE, provider=client.provider.name)


def _away(client: Client) -> Problem:
    return Problem(Trouble.OAUTH_UNAVAILABLE, provider=client.provider.name)
