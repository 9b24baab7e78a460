"""What mail providers mean by what they say when they let nobody in.

Known texts, whatever the protocol and the host: offices have their own domains at these providers. What is not recognised stays what
the protocol says: refused, or busy.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from teczka.core.accounts import Auth
from teczka.core.errors import Problem, Trouble
from teczka.core.providers import PasswordKind, Provider

# The first that fits. Texts are of Gmail, Exchange Online and Outlook.com, Yahoo, Zoho, Yandex, GMX, Dovecot and Cyrus.
_KNOWN = [
    (Trouble.SIGNIN_UNCONNECTED, r"authenticated but not connected"),
    (Trouble.SIGNIN_SENDING_OFF, r"smtpclientauth|5\.7\.139.*did not meet the criteria"),
    (Trouble.SIGNIN_MODERN_ONLY, r"basic ?auth\w* is (disabled|not supported|blocked)|basicauthblocked|5\.7\.30\b"),
    (Trouble.SIGNIN_APP_PASSWORD, r"app(lication)?([- ]specific)?[- ]password|invalidsecondfactor"),
    (Trouble.SIGNIN_BROWSER, r"web ?browser|web login required|webalert|captcha|5\.7\.14\b"),
    (Trouble.SIGNIN_QUOTA, r"bandwidth limit|daily (transfer|download|traffic)|transfer limit"),
    (Trouble.SIGNIN_CONNECTIONS, r"too many (simultaneous |concurrent |open )?(connections|sessions)"),
    (Trouble.SIGNIN_CONNECTIONS, r"maximum number of connections|connection limit"),
    (Trouble.SIGNIN_ATTEMPTS, r"too many\b.*\b(attempts|auth\w*|logins?|failures)"),
    (
        Trouble.SIGNIN_ATTEMPTS,
        r"temporarily (blocked|locked|restricted)|account (is|has been) (blocked|locked|suspended)",
    ),
    (Trouble.SIGNIN_EXPIRED, r"\[expired\]|password (has |is )?expired|password must be changed"),
    (Trouble.SIGNIN_SWITCHED_OFF, r"not enabled for (imap|pop)|yet to enable (imap|pop)|access rights to this service"),
    (
        Trouble.SIGNIN_SWITCHED_OFF,
        r"(imap|pop3?|smtp)( access| protocol| service)? (is )?(disabled|not enabled|switched off|turned off|not allowed)",
    ),
    (Trouble.SIGNIN_SWITCHED_OFF, r"\bwy[lł][aą]czon|nie (jest )?w[lł][aą]czon"),
]
# Where mail programs are let in only after their person has allowed it, and are else told no more than that the sign-in failed.
_SWITCHED = frozenset(
    "wp o2 interia onet int-pl dhosting gmx-net gmx-com mail-com web-de seznam zoho-eu zoho-com zoho-eu-business"
    " zoho-com-business generic-zimbra".split()
)
_READ = 1000  # letters: some of the patterns take time as the square of them
_PATTERNS = [(trouble, re.compile(words, re.IGNORECASE)) for trouble, words in _KNOWN]

# Says no more than "wrong password, or else": Yandex does.
_EITHER = re.compile(r"credentials or (imap|pop3?) is disabled", re.IGNORECASE)


def recognise(said: str) -> Trouble | None:
    """The trouble that a server's refusal of a sign-in is known to mean; its parameter is `host`. `said`: one line, response codes such
    as `[AUTHENTICATIONFAILED]` or `535 5.7.8` included."""
    said = said[:_READ]
    if _EITHER.search(said):
        return None
    return next((trouble for trouble, words in _PATTERNS if words.search(said)), None)


@dataclass(frozen=True, slots=True)
class Help:
    """What the provider itself asks of its people; texts by language, "pl" and "en"."""

    texts: Mapping[str, str]
    url: str


def help_with(problem: Problem, provider: Provider | None) -> Help | None:
    """What is to be switched on there, where the sign-in failed; where the server's name is found, where that was not reached."""
    if provider is None:
        return None
    texts = provider.enable if problem.trouble.step == "signin" else provider.host_hint
    if problem.trouble.step not in {"signin", "address", "connect", "tls"} or not texts:
        return None
    return Help(texts, provider.help_url)


def refined(problem: Problem, provider: Provider | None) -> Problem:
    """A refusal without a reason, at a provider that is known to mean more by it."""
    if problem.trouble is not Trouble.SIGNIN_REFUSED or provider is None:
        return problem
    if Auth.PASSWORD not in provider.auth:
        meant = Trouble.SIGNIN_MODERN_ONLY
    elif provider.password_kind is PasswordKind.APP:
        meant = Trouble.SIGNIN_APP_PASSWORD
    elif provider.id in _SWITCHED:
        meant = Trouble.SIGNIN_PERHAPS_OFF
    else:
        return problem
    return Problem(meant, detail=problem.detail, **problem.params)
