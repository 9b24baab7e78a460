"""Mail out: what is due is sent by the worker that holds its account's lease, each message once.

A try is committed before anybody is called, under the lease. What came of it is committed under the try's own id: this process alone
knows it, even where the lease has passed on meanwhile and the next holder could but call the message uncertain.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import OperationalError
from django.utils import timezone

from teczka.actions import audit
from teczka.actions.fetch import OWNERS, REFUSED
from teczka.actions.gate import gate
from teczka.actions.sent import FRESH, accounts_of, follow, was_sent
from teczka.actions.servers import reach_outgoing
from teczka.actions.tokens import doubt_token
from teczka.core.accounts import Protocol
from teczka.core.accounts import State as AccountState
from teczka.core.audit import Verb
from teczka.core.delivery import Outcome, Stage, Verdict, in_words
from teczka.core.errors import Problem, Trouble
from teczka.core.outgoing import HOPELESS, UNSETTLED, State, after, over, pause
from teczka.mime.recipients import wire
from teczka.mime.transmitted import HEAD, transmitted
from teczka.remote.smtp import Envelope, SmtpSession, send
from teczka.store import events
from teczka.store.acts import lock
from teczka.store.blobs import blobs
from teczka.store.leases import Lease
from teczka.store.models import Account, Folder, Outgoing
from teczka.store.outgoing import (
    Outbox,
    deleted,
    give_rest_up,
    in_try,
    note,
    record,
    step,
    tell_refused,
    trouble_columns,
    unserved,
)
from teczka.store.packs.durable import Buffer
from teczka.store.packs.format import Codec, Entry
from teczka.store.packs.reader import pieces, read_range
from teczka.store.sent import waiting_copies
from teczka.store.viewer import as_user

A_MOMENT = 1.0  # seconds: a first pass lists the folders before all else
BETWEEN_PASSES = timedelta(minutes=1)  # that only look for what may have gone

log = logging.getLogger(__name__)


class Sending:
    """Of one account. Not for several threads at once."""

    def __init__(self, account_id: int, owner_id: int, lease: Lease) -> None:
        with as_user(owner_id):
            self._account = Account.objects.select_related("owner__office").get(pk=account_id)
        self._outbox = Outbox(self._account, lease)
        self._recovered = False
        self._fetched_at = timezone.now()

    def run(self) -> float | None:
        """All that is due; then in how many seconds there will be more, None: not before somebody asks. Raises LeaseLost."""
        if self._idle():
            return None
        if self._unlisted():
            return A_MOMENT
        if not self._recovered:
            self._outbox.recover()
            self._recovered = True
        self._outbox.release(timezone.now())
        while row := self._outbox.take(timezone.now()):
            self._send(row)
        followed = follow(self._account)
        self._fetch_sent()
        due = self._outbox.next_at()
        seconds = max(0.0, (due - timezone.now()).total_seconds()) if due else None
        return min((one for one in (seconds, followed) if one is not None), default=None)

    def _fetch_sent(self) -> None:
        """Where nobody knows whether a server took it, Sent may tell as soon as it lies there: before somebody sends it again."""
        now = timezone.now()
        if now - self._fetched_at < BETWEEN_PASSES:
            return
        with as_user(self._account.owner_id):
            lately = Outgoing.objects.filter(account=self._account, state=State.UNCERTAIN, attempt_at__gt=now - FRESH)
            # Of one in trouble its keeper knows when to try again; a password that was refused is not said a third time.
            well = lately.filter(account__state=AccountState.WORKING, account__protocol=Protocol.IMAP)
            if well.exists():
                self._fetched_at = now
                events.ask_keeper(self._account.pk)

    def _idle(self) -> bool:
        """Most accounts are, whenever they are looked at."""
        with as_user(self._account.owner_id):
            waiting = Outgoing.objects.filter(account=self._account, state__in=UNSETTLED).exists()
            return not (waiting or waiting_copies(self._account.pk))

    def _unlisted(self) -> bool:
        """Its first pass is still on its way to the folders, and where sent mail belongs is not known yet."""
        if self._account.protocol != Protocol.IMAP or self._recovered:
            return False
        with as_user(self._account.owner_id):
            self._refresh()
            return (
                self._account.state in {AccountState.NEW, AccountState.FETCHING}
                and not Folder.objects.filter(account=self._account).exists()
            )

    def _refresh(self) -> None:
        """What its owner has changed since does not always end the lease: whether anything may be filed on the server, for one."""
        self._account.refresh_from_db(from_queryset=Account.objects.select_related("owner__office"))

    def _send(self, row: Outgoing) -> None:
        session: SmtpSession | None = None
        try:
            session = self._connect()
            outcome = self._say(session, row)
        except Problem as problem:
            outcome = Outcome(Verdict.UNSENT, problem=problem)
        except Exception:  # before the end of the text was said (remote/smtp/send.py): nobody has it
            log.exception("outgoing %s: a mistake of ours", row.public_id)
            outcome = Outcome(Verdict.UNSENT, problem=Problem(Trouble.INTERNAL))
        try:
            self._settle(row, outcome)
        except OperationalError:
            raise
        except Exception:  # a mistake of ours in what follows: what is known of the message is more than that
            log.exception("outgoing %s: what follows could not be done", row.public_id)
            self._settle(row, outcome, alone=True)
        finally:
            if session:
                session.close()

    def _connect(self) -> SmtpSession:
        server, credential = reach_outgoing(self._account)
        session = SmtpSession.connect(server, credential, gate())
        if session.size != self._account.smtp_size:
            with as_user(self._account.owner_id):
                Account.objects.filter(pk=self._account.pk).update(smtp_size=session.size)
            self._account.smtp_size = session.size
        return session

    def _say(self, session: SmtpSession, row: Outgoing) -> Outcome:
        with as_user(row.owner_id):
            recipients = unserved(row)
        pack, entry = _pack(row), _entry(row)
        leaving = transmitted(read_range(blobs(), pack, entry, 0, HEAD))
        envelope = Envelope(
            sender=wire(row.from_address),
            recipients=[person.address for person in recipients],
            size=entry.raw_length - leaving.start,
            key=row.attempt.hex if row.attempt else "",
            eight_bit=not leaving.ascii,
            utf8=not leaving.ascii,
            receipt=row.wants_receipt,
        )
        return send(session, envelope, _from(leaving.start, pieces(blobs(), pack, entry)))

    def _settle(self, row: Outgoing, outcome: Outcome, *, alone: bool = False) -> None:
        """`alone`: without what follows."""
        now = timezone.now()
        with as_user(self._account.owner_id):
            lock(accounts_of(self._account, row))
            if not in_try(row):
                return  # its owner has decided meanwhile
            self._refresh()
            deliveries = record(row, outcome)
            late = self._account.deleted_at is not None or over(row.send_at or now, now)
            state = after(outcome, deliveries, mendable=self._mendable(row, outcome.problem), over=late)
            step(row, state, trying=row.attempt, **self._columns(row, state, outcome, now))
            note(
                row,
                state,
                verdict=outcome.verdict,
                **({"problem": outcome.problem.as_json()} if outcome.problem else {}),
            )
            if state is State.SENT:
                give_rest_up(row)
                tell_refused(row)
            if state is State.SENT and not alone:
                was_sent(self._account, row)
            if state is State.UNCERTAIN:
                events.ask_keeper(self._account.pk)
            events.changed([self._account.owner.public_id], self._account.public_id, [], unread=state is State.SENT)
            if state is State.SENT:
                audit.note(self._account.owner, Verb.SEND, [row.public_id])
        if outcome.problem and outcome.problem.trouble is Trouble.SIGNIN_TOKEN_SENDING:
            doubt_token(self._account)

    def _columns(self, row: Outgoing, state: State, outcome: Outcome, now: datetime) -> dict[str, Any]:
        if state is State.SENT:
            return {"sent_at": now, **trouble_columns(None)}
        columns = trouble_columns(outcome.problem)
        if state is State.QUEUED:
            columns = trouble_columns(outcome.problem or _put_off(outcome))
            columns["next_try_at"] = now + pause(row.tries)
        elif state is State.FAILED and self._account.deleted_at and outcome.verdict is not Verdict.REFUSED:
            columns = trouble_columns(deleted(self._account))
        elif state is State.FAILED and self._mendable(row, outcome.problem) and outcome.verdict is not Verdict.REFUSED:
            detail = outcome.problem.detail if outcome.problem else ""
            columns = trouble_columns(Problem(Trouble.SENDING_EXPIRED, host=self._account.smtp_host, detail=detail))
        return columns

    def _mendable(self, row: Outgoing, problem: Problem | None) -> bool:
        """By time alone. A refused token may have ended before its time: then one more try is made with a new one."""
        if problem is None:
            return True
        if problem.trouble is Trouble.SIGNIN_TOKEN_SENDING:
            return row.tries < 2
        return problem.trouble not in HOPELESS | OWNERS | REFUSED | {Trouble.INTERNAL}


def _put_off(outcome: Outcome) -> Problem | None:
    """Where the server took the message for others: why the first of those it put off has to wait."""
    for address, answer in outcome.answers.items():
        if answer.verdict is Verdict.LATER:
            return in_words(Stage.RECIPIENT, answer, address.rpartition("@")[2], address)
    return None


def _pack(row: Outgoing) -> UUID:
    if row.pack_id is None:
        raise FileNotFoundError("no bytes are kept")
    return row.pack_id


def _entry(row: Outgoing) -> Entry:
    return Entry(
        row.pack_offset or 0,
        row.pack_length or 0,
        Codec(row.pack_codec or 0),
        row.size or 0,
        bytes(row.sha256 or b""),
    )


PIECE = 65_536  # bytes: what a step's time has to be enough for


def _from(start: int, whole: Iterator[Buffer]) -> Iterator[memoryview]:
    """Without the first bytes, which lie in the first piece."""
    for piece in whole:
        view = memoryview(piece)
        for at in range(start, len(view), PIECE):
            yield view[at : at + PIECE]
        start = 0
