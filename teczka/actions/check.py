"""Having an account's servers checked, rung by rung, as its owner watches."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import UUID

from django.utils import timezone

from teczka.actions.account_rows import columns, described, save, way_in, well
from teczka.actions.gate import gate
from teczka.actions.servers import check_encrypted, opens
from teczka.core import providers
from teczka.core.accounts import Endpoint, NewAccount, Protocol
from teczka.core.discovery import Service
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.ladder import Rung, failure
from teczka.remote.check import Climb, Side
from teczka.remote.egress import PATIENCE
from teczka.remote.types import Credential, Security, Server
from teczka.store import events
from teczka.store.models import Account, User
from teczka.store.models.accounts import accounts_at_work
from teczka.store.queries.policy import policy
from teczka.store.viewer import as_user

Opens = Callable[[str, str], Credential]  # of a user name and a host; may raise Problem
Told = Callable[[Rung], None]

LOOK_UPS = 16  # at a time, of refused_servers

_checking: set[int] = set()  # people whose check is under way in this process
_lock = threading.Lock()


def climb(actor: User, new: NewAccount, opens: Opens, *, retry: bool = True) -> Climb:
    """What is to be climbed for an account as it is described; nothing is connected to yet. `retry`: where the provider is known to want
    another user name, that is tried once as well."""
    provider = providers.by_id(new.provider)
    other = provider.username_retry.of(new.address) if retry and provider and provider.username_retry else ""
    rules = policy(actor)

    def side(service: Service, server: Endpoint, username: str) -> Side:
        allowed = rules.allows_plain(server.host)
        there = Server(server.host, server.port, Security(server.security), new.ca_pem, plain_allowed=allowed)
        return Side(service, there, _credential(opens, there, username), other)

    sides = [side(Service(new.protocol), new.incoming, new.username)]
    if new.outgoing:
        sides.append(side(Service.SMTP, new.outgoing, new.smtp_username or new.username))
    return Climb(sides, gate(), provider)


def check_account(actor: User, public_id: UUID) -> Iterator[Rung]:
    """Climb to the servers of one of the actor's own accounts, with what is kept. The rungs are kept with the account at the end; one
    that waited for its owner goes on by itself when its server lets us in again. Raises NotAllowed, and Problem(CHECK_BUSY) at the first
    rung.
    """
    with as_user(actor.pk):
        mine = Account.objects.filter(owner=actor, public_id=public_id, deleted_at=None)
        account = mine.exclude(protocol=Protocol.ARCHIVE).first()
    if account is None:
        raise NotAllowed
    return _checking_account(actor, account)


def _checking_account(actor: User, account: Account) -> Iterator[Rung]:
    rungs: list[Rung] = []
    if actor.office.restored_at:
        raise Problem(Trouble.ACCOUNT_RESTS)
    with one_at_a_time(actor):
        new = described(account)
        for rung in climb(actor, new, lambda username, host: opens(account, username, host), retry=False):
            rungs.append(rung)
            yield rung
    with as_user(actor.pk):
        after = Account.objects.select_for_update().filter(pk=account.pk, deleted_at=None).first()
        if after is None or way_in(columns(described(after))) != way_in(columns(new)):
            return  # deleted or edited meanwhile: that was another account
        in_trouble = after.trouble and after.trouble_since == account.trouble_since  # not since we began
        mended = in_trouble and not failure(rungs, Service(new.protocol))
        save(after, report(rungs) | (well(after) if mended else {}))
        if mended:
            events.ask_keeper(account.pk)
        events.changed([actor.public_id], account.public_id, [])


def report(rungs: list[Rung]) -> dict[str, object]:
    """Columns of an account."""
    return {"check_report": [rung.as_json() for rung in rungs], "checked_at": timezone.now()}


def refused_servers() -> list[str]:
    """For the machine's keeper: servers of accounts at work that the gate refuses, which their owners are not told; as host:port
    (address)."""
    wanted: set[tuple[str, int]] = set()
    for account_id, owner_id in accounts_at_work():
        with as_user(owner_id):
            rows = Account.objects.filter(pk=account_id).values_list("host", "port", "smtp_host", "smtp_port")
            for host, port, smtp_host, smtp_port in rows:
                wanted |= {(host, port), (smtp_host, smtp_port or 0)}
    with ThreadPoolExecutor(LOOK_UPS) as pool:
        found = pool.map(_refused, sorted(server for server in wanted if server[0]))
    return [line for line in found if line]


def _refused(server: tuple[str, int]) -> str:
    host, port = server
    try:
        place = gate().look_up(host, port, PATIENCE)
    except Problem:  # nobody knows the name: that is no secret
        return ""
    if place.candidates or not place.refused:
        return ""
    return f"{host}:{port} ({', '.join(str(candidate.address) for candidate in place.refused)})"


@contextmanager
def one_at_a_time(actor: User) -> Iterator[None]:
    """Nobody takes all the threads of pages by having slow servers checked. Raises Problem(CHECK_BUSY)."""
    with _lock:
        if actor.pk in _checking:
            raise Problem(Trouble.CHECK_BUSY)
        _checking.add(actor.pk)
    try:
        yield
    finally:
        with _lock:
            _checking.discard(actor.pk)


def _credential(opens: Opens, server: Server, username: str) -> Credential | Problem:
    """A Problem is told at the sign-in: how far we come without is worth knowing, too."""
    try:
        check_encrypted(server)
        return opens(username, server.host)
    except Problem as problem:
        return problem
