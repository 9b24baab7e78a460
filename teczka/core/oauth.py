"""Signing in at Microsoft and Google: their addresses, what we ask of them, and to whom their tokens may be shown."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from teczka.core.accounts import Auth, Protocol
from teczka.core.errors import Trouble

ANY_TENANT = "common"  # work and personal accounts; so are "organizations" and "consumers" no single directory
_NO_DIRECTORY = {ANY_TENANT, "organizations", "consumers"}
CHOOSING = (("prompt", "select_account"),)  # parameters: whoever is signed in there already is asked whom they mean
_TENANT = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.-]{0,251}[0-9A-Za-z])?")

# Who can mend it. Whatever is in neither time may mend.
OWNERS = frozenset(
    {Trouble.OAUTH_ENDED, Trouble.OAUTH_AGAIN, Trouble.OAUTH_CONSENT, Trouble.OAUTH_SCOPE, Trouble.OAUTH_HOST}
)
ADMINISTRATORS = frozenset(
    {
        Trouble.OAUTH_MISSING,
        Trouble.OAUTH_TENANT,
        Trouble.OAUTH_REDIRECT,
        Trouble.OAUTH_SECRET,
        Trouble.OAUTH_SECRET_ENDED,
        Trouble.OAUTH_CLIENT,
        Trouble.OAUTH_CONFIGURATION,
    }
)


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """TENANT stands in its addresses where a client of one directory has that directory's id."""

    auth: Auth
    name: str  # as people know it
    authorize: str
    token: str
    issuer: str  # what `iss` must be; TENANT there is the directory of whoever signed in
    hosts: frozenset[str]  # the only mail servers that its tokens are shown to
    receiving: dict[Protocol, str]  # scopes
    sending: str
    signing_in: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]  # of the authorization request, beyond those of OpenID Connect
    knowing: tuple[str, ...]  # scopes that tell who somebody is, and nothing else
    subject: str  # the claim by which it knows a person for good, whichever registration asks
    delegates: bool  # whether one person's token opens a mailbox that is shared with them

    def mail_scopes(self, protocol: Protocol, *, sends: bool) -> tuple[str, ...]:
        """Only what the account uses."""
        wanted = [self.receiving[protocol], self.sending] if sends else [self.receiving[protocol]]
        return tuple(dict.fromkeys(wanted))

    def trusts(self, host: str) -> bool:
        """A host that the owner typed or a stranger's domain named must not get to see a token."""
        return host.lower().rstrip(".") in self.hosts


@dataclass(frozen=True, slots=True)
class Client:
    """What a provider knows this installation as (RFC 6749 §2)."""

    provider: IdentityProvider
    client_id: str
    secret: str = field(repr=False)
    tenant: str = ""

    @property
    def authorize(self) -> str:
        return self.provider.authorize.replace("TENANT", self.tenant or ANY_TENANT)

    @property
    def token(self) -> str:
        return self.provider.token.replace("TENANT", self.tenant or ANY_TENANT)

    @property
    def directory(self) -> str:
        """The only directory whose people may sign in; empty: any."""
        return "" if self.tenant in _NO_DIRECTORY else self.tenant.lower()


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in, as the provider told over the back channel. Issuer and subject stay the same when addresses change hands."""

    names: tuple[str, ...]  # addresses, the one to be shown first
    issuer: str = ""
    subject: str = ""  # empty where it was not told

    @property
    def name(self) -> str:
        return self.names[0]

    def owns(self, address: str) -> bool:
        return mailbox_of(address) in map(mailbox_of, self.names)


@dataclass(frozen=True, slots=True)
class Grant:
    """What the token endpoint gave. `refresh` is empty where it gave none."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime
    identity: Identity | None = None  # told when signing in, not at a refresh


MICROSOFT = IdentityProvider(
    auth=Auth.MICROSOFT,
    name="Microsoft",
    authorize="https://login.microsoftonline.com/TENANT/oauth2/v2.0/authorize",
    token="https://login.microsoftonline.com/TENANT/oauth2/v2.0/token",  # noqa: S106  an address
    issuer="https://login.microsoftonline.com/TENANT/v2.0",
    hosts=frozenset(
        {
            "outlook.office365.com",
            "outlook.office.com",
            "imap-mail.outlook.com",
            "pop-mail.outlook.com",
            "smtp.office365.com",
            "smtp-mail.outlook.com",
        }
    ),
    receiving={
        Protocol.IMAP: "https://outlook.office.com/IMAP.AccessAsUser.All",
        Protocol.POP3: "https://outlook.office.com/POP.AccessAsUser.All",
    },
    sending="https://outlook.office.com/SMTP.Send",
    signing_in=("offline_access", "openid", "profile", "email"),
    parameters=CHOOSING,
    # `sub` is another one for each registration, and would be gone with it. `oid` is a directory's own, which the issuer names; it
    # is told to those alone who ask for the profile.
    knowing=("openid", "profile", "email"),
    subject="oid",
    delegates=True,
)

GOOGLE = IdentityProvider(
    auth=Auth.GOOGLE,
    name="Google",
    authorize="https://accounts.google.com/o/oauth2/v2/auth",
    token="https://oauth2.googleapis.com/token",  # noqa: S106  an address
    issuer="https://accounts.google.com",
    hosts=frozenset({"imap.gmail.com", "pop.gmail.com", "smtp.gmail.com"}),
    receiving={Protocol.IMAP: "https://mail.google.com/", Protocol.POP3: "https://mail.google.com/"},
    sending="https://mail.google.com/",
    signing_in=("openid", "email"),
    # Without these a second sign-in brings no refresh token.
    parameters=(("access_type", "offline"), ("prompt", "consent")),
    knowing=("openid", "email"),
    subject="sub",
    delegates=False,
)

PROVIDERS = {provider.auth: provider for provider in (MICROSOFT, GOOGLE)}


def is_tenant(text: str) -> bool:
    """A directory's id, one of its domains, or one of Microsoft's own words: nothing that could change the address it stands in."""
    return bool(_TENANT.fullmatch(text)) and ".." not in text


def mailbox_of(address: str) -> str:
    """Two spellings of one mailbox become the same: letters' case, and at Gmail the dots and its second domain."""
    local, _, domain = address.strip().lower().rpartition("@")
    if domain in {"gmail.com", "googlemail.com"}:
        return local.replace(".", "") + "@gmail.com"
    return f"{local}@{domain}"
