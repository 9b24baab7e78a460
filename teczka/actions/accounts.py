"""External accounts: added and changed only once their server has let us in, so that none is born broken."""

from copy import copy
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import IntegrityError, transaction

from teczka.actions.account_rows import columns, described, place, save, way_in, well
from teczka.actions.acting import unmanaged
from teczka.actions.audit import note
from teczka.actions.check import Opens, Told, climb, one_at_a_time, report
from teczka.actions.secrets import seal_password, seal_tokens
from teczka.actions.servers import opens
from teczka.actions.tokens import check_hosts
from teczka.core.accounts import COLOURS, Auth, NewAccount
from teczka.core.audit import Verb
from teczka.core.discovery import Service
from teczka.core.errors import AlreadyThere, NotAllowed, Problem, Trouble
from teczka.core.ladder import Rung, failure
from teczka.core.mail import RemoteFolder
from teczka.remote.discovery.domains import owner_of
from teczka.remote.types import Credential, Security
from teczka.store import acts, events, folders, leases, outcomes
from teczka.store.models import Account, AccountOffer, User
from teczka.store.queries.policy import policy, room
from teczka.store.viewer import as_user


def _unheard(_rung: Rung) -> None: ...


@dataclass(frozen=True, slots=True)
class Checked:
    """An account whose server has let us in: as it was described, but under the user names that were taken."""

    new: NewAccount
    folders: list[RemoteFolder]
    report: dict[str, object]


def add_account(actor: User, new: NewAccount, offer: UUID | None = None, told: Told = _unheard) -> Account:
    """The connection is tested first, outside any transaction. Its folders are there at once, for their owner to look into while the
    mail arrives. `offer`: what an administrator had prepared; it goes with the account's coming. `told` hears of each rung as it is
    climbed; whether the outgoing server lets us in is kept in `check_report`, and keeps nobody from reading.

    Raises Problem (CHECK_BUSY, ACCOUNT_LIMIT, ACCOUNT_DOMAIN, TLS_REQUIRED, OAUTH_HOST among them), or AlreadyThere.
    """
    _check_policy(actor, new)
    check_room(actor)
    with one_at_a_time(actor):
        checked = _check(actor, new, _opens(new), told)
    try:
        with as_user(actor.pk), transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # two at once are no more than one
            check_room(actor)
            colour = clear_colour(actor) if new.colour is None else new.colour
            named = columns(replace(checked.new, colour=colour))
            if Account.objects.filter(owner=actor, deleted_at=None, provider_name=named["provider_name"]).exists():
                named["provider_name"] = new.address  # two of a name could not be told apart, in lists and sentences
            account = Account.objects.create(office_id=actor.office_id, owner=actor, **named, **checked.report)
            _seal(account, new)
            folders.save(account, checked.folders)
            if offer:
                AccountOffer.objects.filter(public_id=offer, for_user=actor).delete()
            _tell(account, actor)
            note(actor, Verb.ACCOUNT_ADD, [account.public_id])
    except IntegrityError as error:
        raise AlreadyThere(new.address) from error
    return account


def edit_account(actor: User, public_id: UUID, new: NewAccount, told: Told = _unheard) -> Account:
    """Make the account be as described; an empty password (or no tokens) leaves the one that is there. Whatever decides how we get in is
    tested before anything is saved. Another protocol, server or user name keeps all that was downloaded: the next pass compares what
    lies there with it, and fetches only what is new. Raises what `add_account` raises, and NotAllowed.
    """
    before = account_of(actor, public_id)
    if new.colour is None:
        new = replace(new, colour=before.colour)
    _check_policy(actor, new, before)
    checked = None
    if new.password or new.tokens or way_in(columns(new)) != way_in(columns(described(before))):
        with one_at_a_time(actor):
            checked = _check(actor, new, _opens(new, before), told)
    try:
        with as_user(actor.pk), transaction.atomic():
            if checked:
                new = checked.new
                leases.revoke(before.pk)  # whoever is connected is so by what held before
            acts.lock([before.pk])
            account = Account.objects.select_for_update().filter(pk=before.pk, deleted_at=None).first()
            if account is None:
                raise NotAllowed
            elsewhere = place(columns(new)) != place(columns(described(account)))
            save(account, columns(new) | (checked.report | well(account) if checked else {}))
            _seal(account, new)
            if before.managed and not account.managed:
                outcomes.hold_back(account.pk, unmanaged(account))
            if checked and elsewhere:
                folders.start_afresh(account.pk)
                folders.save(account, checked.folders)
            _tell(account, actor)
            note(actor, Verb.ACCOUNT_CHANGE, [account.public_id])
    except IntegrityError as error:
        raise AlreadyThere(new.address) from error
    return account


def reconnect_account(actor: User, public_id: UUID, *, password: str, told: Told = _unheard) -> Account:
    """Let in again, in place: mail, filing and settings stay. Tested like every edit. Raises what `edit_account` raises."""
    account = account_of(actor, public_id)
    return edit_account(actor, public_id, replace(described(account), password=password), told)


def show_in_unified(actor: User, public_id: UUID, shown: bool) -> None:
    """Whether its inbox stands in the unified one. Raises NotAllowed."""
    account = account_of(actor, public_id)
    with as_user(actor.pk), transaction.atomic():
        save(account, {"in_unified": shown})
        events.changed([actor.public_id], account.public_id, [])


def account_of(viewer: User, public_id: UUID, *, archive: bool = False) -> Account:
    """One of the viewer's own that is not deleted: one with servers, or an archive. Raises NotAllowed."""
    with as_user(viewer.pk):
        found = Account.objects.select_related("owner").filter(owner=viewer, public_id=public_id, deleted_at=None)
        account = found.first()
    if account is None or account.is_archive != archive:
        raise NotAllowed
    return account


def accounts_of(viewer: User) -> list[Account]:
    """By the name that their owner gave them, without the deleted ones. Nobody has another's."""
    with as_user(viewer.pk):
        return list(Account.objects.filter(owner=viewer, deleted_at=None).order_by("provider_name", "id"))


def clear_colour(actor: User) -> int:
    """The first that none of the person's accounts has; the one of the fewest where all are taken."""
    taken = list(Account.objects.filter(owner=actor, deleted_at=None).values_list("colour", flat=True))
    return min(range(COLOURS), key=lambda colour: (taken.count(colour), colour))


def check_room(actor: User) -> None:
    """Raises Problem(ACCOUNT_LIMIT)."""
    there, most = room(actor)
    if there >= most:
        raise Problem(Trouble.ACCOUNT_LIMIT, most=most)


def _check_policy(actor: User, new: NewAccount, before: Account | None = None) -> None:
    """What an account has already it may keep, should the office's mind have changed since."""
    rules = policy(actor)
    if (before is None or before.address != new.address) and not rules.allows_domain(new.address):
        raise Problem(Trouble.ACCOUNT_DOMAIN, domain=new.address.rpartition("@")[2])
    for server in (new.incoming, new.outgoing):
        if server and server.security == Security.PLAIN and not rules.allows_plain(server.host):
            raise Problem(Trouble.TLS_REQUIRED, host=server.host)
    check_hosts(new)


def _opens(new: NewAccount, before: Account | None = None) -> Opens:
    """By what was entered, else by what is kept. Raises Problem(SECRET_MISSING), and SIGNIN_ANEW: whoever sits down at somebody's open
    page must not have the kept password sent to a server of their own. (Tokens go to their provider's servers alone.)"""
    password, tokens = new.password, new.tokens
    if new.auth is Auth.PASSWORD and password:
        return lambda username, _host: Credential(username, password)
    if new.auth is not Auth.PASSWORD and tokens:
        return lambda username, _host: Credential(username, tokens.access, bearer=True)
    if before is None or before.auth != new.auth:
        raise Problem(Trouble.SECRET_MISSING)
    if new.auth is Auth.PASSWORD:
        _check_no_further(new, before)
    after = copy(before)  # unsaved: a token is for one protocol
    after.protocol, after.smtp_host = new.protocol, columns(new)["smtp_host"]
    return lambda username, host: opens(after, username, host)


def _check_no_further(new: NewAccount, before: Account) -> None:
    known = {owner_of(host) for host in (before.host, before.smtp_host)}
    for server in (new.incoming, new.outgoing):
        if server and owner_of(server.host) not in known:
            raise Problem(Trouble.SIGNIN_ANEW, host=server.host)


def _check(actor: User, new: NewAccount, opens: Opens, told: Told) -> Checked:
    """Raises Problem where the incoming server does not let us in."""
    way = climb(actor, new, opens)
    rungs = []
    for rung in way:
        rungs.append(rung)
        told(rung)
    incoming = Service(new.protocol)
    if problem := failure(rungs, incoming):
        raise problem
    username = way.usernames[incoming]
    outgoing = way.usernames.get(Service.SMTP, new.smtp_username or username)
    taken = replace(new, username=username, smtp_username="" if outgoing == username else outgoing)
    return Checked(taken, way.folders, report(rungs))


def _seal(account: Account, new: NewAccount) -> None:
    if new.auth is Auth.PASSWORD and new.password:
        seal_password(account, new.password)
    elif new.auth is not Auth.PASSWORD and new.tokens:
        seal_tokens(account, new.tokens)


def _tell(account: Account, owner: User) -> None:
    events.ask_keeper(account.pk)
    events.changed([owner.public_id], account.public_id, [])
