"""Signing in with Microsoft or Google: out to the provider in the person's browser, and back with what it grants.

A journey is kept in the session of whoever set out, comes back once, and within ten minutes. Whoever signed in there has to be the owner
of the mailbox that was named before; another is refused, or asked for, where the provider lets people share mailboxes.
"""

from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from teczka.actions.account_rows import described
from teczka.actions.accounts import account_of, add_account, check_room, edit_account
from teczka.actions.clients import client_of
from teczka.actions.gate import gate
from teczka.actions.tokens import check_hosts
from teczka.core.accounts import Auth, Endpoint, Mode, NewAccount, Protocol, Tokens
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.oauth import Client, Grant, mailbox_of
from teczka.remote.oauth import Authorization, at_authorization, authorize, exchange
from teczka.store.models import Account, User
from teczka.store.viewer import as_user

LIFETIME = timedelta(minutes=10)


class Purpose(StrEnum):
    ADD = "add"
    RECONNECT = "reconnect"
    TEST = "test"  # an administrator tries the registration; what it grants is thrown away


@dataclass(frozen=True, slots=True)
class Errand:
    """What a journey is for. `shared`: the person whose sign-in opens a mailbox that is not theirs; they have said so."""

    purpose: Purpose
    auth: Auth
    address: str  # of the mailbox; empty for a test
    protocol: Protocol = Protocol.IMAP
    sends: bool = True
    new: NewAccount | None = None  # what to add
    account: UUID | None = None  # what to reconnect
    shared: str = ""
    offer: UUID | None = None  # the administrator's offer that is taken with it

    def as_json(self) -> dict[str, Any]:
        ids = {
            name: str(value) if value else None for name, value in (("account", self.account), ("offer", self.offer))
        }
        told = asdict(self) | ids
        if self.new:
            told["new"] = asdict(replace(self.new, password="", tokens=None))
        return told

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        typed = {
            "purpose": Purpose(told["purpose"]),
            "auth": Auth(told["auth"]),
            "protocol": Protocol(told["protocol"]),
        }
        ids = {name: UUID(told[name]) if told[name] else None for name in ("account", "offer")}
        return cls(**(told | typed | ids | {"new": _new(told["new"]) if told["new"] else None}))


@dataclass(frozen=True, slots=True)
class Journey:
    errand: Errand
    authorization: Authorization
    redirect_uri: str
    began_at: datetime

    def as_json(self) -> dict[str, Any]:
        return {
            "errand": self.errand.as_json(),
            "authorization": asdict(self.authorization),
            "redirect_uri": self.redirect_uri,
            "began_at": self.began_at.isoformat(),
        }

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        began_at = datetime.fromisoformat(told["began_at"])
        authorization = Authorization(**told["authorization"])
        return cls(Errand.from_json(told["errand"]), authorization, told["redirect_uri"], began_at)


@dataclass(frozen=True, slots=True)
class Return:
    """What the browser brought back, as it stood in the address."""

    code: str = field(default="", repr=False)
    error: str = ""
    description: str = ""
    issuer: str = ""  # RFC 9207; empty where the provider does not say


def to_add(new: NewAccount, auth: Auth, offer: UUID | None = None) -> Errand:
    """`new` as it shall be; its password and tokens are not looked at."""
    ours = replace(new, auth=auth, password="", tokens=None)
    return Errand(Purpose.ADD, auth, new.address, new.protocol, new.outgoing is not None, new=ours, offer=offer)


def to_reconnect(actor: User, public_id: UUID, auth: Auth) -> Errand:
    """`auth`: also another than before, as when a provider ends its passwords. Raises NotAllowed."""
    account = account_of(actor, public_id)
    sends = bool(account.smtp_host)
    return Errand(Purpose.RECONNECT, auth, account.address, Protocol(account.protocol), sends, account=public_id)


def to_test(actor: User, auth: Auth) -> Errand:
    """Raises NotAllowed."""
    if not actor.is_administrator:
        raise NotAllowed
    return Errand(Purpose.TEST, auth, "")


def for_shared(errand: Errand, granted: str) -> Errand:
    """The mailbox is shared with the person who signed in, `granted`: their token shall open it."""
    return replace(errand, shared=granted)


def begin(actor: User, errand: Errand, redirect_uri: str) -> tuple[str, Journey]:
    """The address at the provider, and what to remember meanwhile under its `state`. Raises Problem."""
    client = _client(actor, errand.auth)
    if errand.purpose is Purpose.ADD:
        check_room(actor)
    if new := _wanted(actor, errand):
        check_hosts(new)
    scopes = client.provider.mail_scopes(errand.protocol, sends=errand.sends)
    scopes += client.provider.signing_in
    url, authorization = authorize(client, redirect_uri, scopes, errand.shared or errand.address)
    return url, Journey(errand, authorization, redirect_uri, datetime.now(UTC))


def finish(actor: User, journey: Journey, back: Return) -> tuple[str, Account | None]:
    """Who signed in, and the account that was added or reconnected. Raises Problem (OAUTH_PERSON among them), and what
    `add_account` raises. Nothing is saved then."""
    errand = journey.errand
    client = _client(actor, errand.auth)
    check_return(client, journey.began_at, back)
    wanted = client.provider.mail_scopes(errand.protocol, sends=errand.sends)
    grant = exchange(client, journey.authorization, back.code, journey.redirect_uri, wanted, gate())
    who = _check_person(client, errand, grant)
    new = _wanted(actor, errand)
    if new is None:
        return who, None
    tokens = Tokens(grant.refresh, grant.access, grant.expires_at, wanted)
    return who, _save(actor, errand, replace(new, tokens=tokens), who)


def check_return(client: Client, began_at: datetime, back: Return) -> None:
    """Whether there is a code to be exchanged. Raises Problem."""
    if datetime.now(UTC) - began_at > LIFETIME or _is_mixed_up(client, back):
        raise Problem(Trouble.OAUTH_STATE, provider=client.provider.name)
    if back.error or not back.code:
        raise at_authorization(client.provider, back.error, back.description)


def _wanted(actor: User, errand: Errand) -> NewAccount | None:
    """The account as it shall be, but for its tokens. A test wants none. Raises NotAllowed."""
    if errand.account is None:
        return errand.new
    account = account_of(actor, errand.account)
    before = described(account)
    if before.auth is errand.auth:
        return before
    return replace(before, auth=errand.auth, username=before.address, smtp_username="")


def _client(actor: User, auth: Auth) -> Client:
    with as_user(actor.pk):
        return client_of(actor.office_id, auth)


def _is_mixed_up(client: Client, back: Return) -> bool:
    """The answer of another provider (RFC 9207 §2.4). Microsoft's own address names the directory, which only the id token tells."""
    expected = client.provider.issuer
    return bool(back.issuer) and "TENANT" not in expected and back.issuer != expected


def _check_person(client: Client, errand: Errand, grant: Grant) -> str:
    """Their name at the provider."""
    who = grant.identity
    if who is None:
        raise Problem(Trouble.OAUTH_STATE, provider=client.provider.name)
    if errand.purpose is Purpose.TEST or who.owns(errand.address):
        return who.name
    if client.provider.delegates and errand.shared and who.owns(errand.shared):
        return who.name
    raise Problem(Trouble.OAUTH_PERSON, provider=client.provider.name, granted=who.name, wanted=errand.address)


def _save(actor: User, errand: Errand, new: NewAccount, who: str) -> Account:
    """A mailbox is known to its server by its address, else by its owner's name at the provider: one retry, as with a password."""
    try:
        return _kept(actor, errand, new)
    except Problem as problem:
        if problem.trouble is not Trouble.SIGNIN_TOKEN or errand.shared or mailbox_of(who) == mailbox_of(new.username):
            raise
    return _kept(actor, errand, replace(new, username=who))


def _kept(actor: User, errand: Errand, new: NewAccount) -> Account:
    if errand.account:
        return edit_account(actor, errand.account, new)
    return add_account(actor, new, errand.offer)


def _new(told: dict[str, Any]) -> NewAccount:
    outgoing = Endpoint(**told["outgoing"]) if told["outgoing"] else None
    typed = {"protocol": Protocol(told["protocol"]), "mode": Mode(told["mode"]), "auth": Auth(told["auth"])}
    return NewAccount(**(told | typed | {"incoming": Endpoint(**told["incoming"]), "outgoing": outgoing}))
