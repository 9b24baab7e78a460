"""What a provider's refusal means for a person: whether they sign in again, an administrator has something to mend, or time will tell."""

import re
from typing import Any

from teczka.core.errors import Problem, Trouble
from teczka.core.oauth import IdentityProvider
from teczka.remote.types import printable

_AADSTS = re.compile(r"AADSTS(\d+)")

# Microsoft's own numbers say more than the error beside them: a missing consent comes as "invalid_grant", too.
_BY_NUMBER = {
    65001: Trouble.OAUTH_CONSENT,
    65004: Trouble.OAUTH_DENIED,
    90008: Trouble.OAUTH_CONSENT,
    90094: Trouble.OAUTH_CONSENT,
    90095: Trouble.OAUTH_CONSENT,
    53003: Trouble.OAUTH_CONSENT,  # a rule of the directory (Conditional Access) stands in the way
    50105: Trouble.OAUTH_CONSENT,  # the registration is for assigned people only
    50011: Trouble.OAUTH_REDIRECT,
    500113: Trouble.OAUTH_REDIRECT,
    7000215: Trouble.OAUTH_SECRET,
    7000218: Trouble.OAUTH_SECRET,
    7000222: Trouble.OAUTH_SECRET_ENDED,
    700016: Trouble.OAUTH_CLIENT,
    7000112: Trouble.OAUTH_CLIENT,  # switched off
    90002: Trouble.OAUTH_CLIENT,  # no such directory
    50020: Trouble.OAUTH_TENANT,
    50034: Trouble.OAUTH_TENANT,
    50194: Trouble.OAUTH_TENANT,  # "common" with a registration for one directory
    50074: Trouble.OAUTH_AGAIN,
    50076: Trouble.OAUTH_AGAIN,
    50078: Trouble.OAUTH_AGAIN,
    50079: Trouble.OAUTH_AGAIN,
}
# RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6, and words of Google's own.
_BY_ERROR = {
    "invalid_grant": Trouble.OAUTH_ENDED,
    "login_required": Trouble.OAUTH_ENDED,
    "interaction_required": Trouble.OAUTH_AGAIN,
    "account_selection_required": Trouble.OAUTH_AGAIN,
    "consent_required": Trouble.OAUTH_CONSENT,
    "admin_policy_enforced": Trouble.OAUTH_CONSENT,
    "access_denied": Trouble.OAUTH_DENIED,
    "invalid_client": Trouble.OAUTH_SECRET,
    "deleted_client": Trouble.OAUTH_CLIENT,
    "redirect_uri_mismatch": Trouble.OAUTH_REDIRECT,
    "temporarily_unavailable": Trouble.OAUTH_UNAVAILABLE,
    "server_error": Trouble.OAUTH_UNAVAILABLE,
    "slow_down": Trouble.OAUTH_UNAVAILABLE,
}


def at_authorization(provider: IdentityProvider, error: str, description: str) -> Problem:
    """Came back through the browser, where anybody could have written the description: it is read, and not shown."""
    return Problem(_trouble(error, description), provider=provider.name)


def at_token(provider: IdentityProvider, status: int, told: dict[str, Any]) -> Problem:
    """The token endpoint's answer, `told` empty where it was no JSON."""
    error, description = str(told.get("error", "")), str(told.get("error_description", ""))
    busy = status == 429 or status >= 500 or not error
    trouble = Trouble.OAUTH_UNAVAILABLE if busy else _trouble(error, description)
    return Problem(trouble, provider=provider.name, detail=_first_line(description))


def _trouble(error: str, description: str) -> Trouble:
    number = _AADSTS.search(description)
    known = _BY_NUMBER.get(int(number[1][:9])) if number else None
    return known or _BY_ERROR.get(error, Trouble.OAUTH_CONFIGURATION)


def _first_line(description: str) -> str:
    """What follows are ids of the request, which help nobody here."""
    line = re.split(r"[\r\n]| Trace ID:", description, maxsplit=1)[0]
    return printable(line)[:300]
