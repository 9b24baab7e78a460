"""Letters that are being written, as their writer alone sees them."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from teczka.core.discovery import Service
from teczka.core.errors import Problem, Trouble
from teczka.core.ladder import Rung, failure
from teczka.core.outgoing import State
from teczka.store.models import User
from teczka.store.packs.format import Codec, Entry
from teczka.store.queries import walls

People = list[tuple[str, str]]  # (name, address)


def _people(recipients_json: str, line: str) -> People:
    told = json.loads(recipients_json)
    return [(name, address) for name, address in told.get(line, [])]


@dataclass(frozen=True, slots=True)
class DraftText:
    id: int
    public_id: UUID
    account_id: int
    identity: UUID | None
    recipients_json: str  # {"to": [[name, address]], "cc": …, "bcc": …}
    subject: str
    html: str  # what was written, and after QUOTE (core/drafts.py) what is quoted
    text: str
    plain: bool
    receipt: bool
    case: UUID | None  # that it is filed to once it has gone
    case_shared: bool
    kind: str  # core.outgoing.Origin
    answers: UUID | None
    state: str  # core.outgoing.State
    revision: int
    send_at: datetime | None
    updated_at: datetime
    discarded_at: datetime | None
    trouble: str  # core.errors.Trouble

    def people(self, line: str) -> People:
        return _people(self.recipients_json, line)


@dataclass(frozen=True, slots=True)
class EnclosureLine:
    id: int
    public_id: UUID
    name: str
    content_type: str
    size: int
    content_id: str
    inline: bool
    pack: UUID | None
    pack_offset: int | None
    pack_length: int | None
    pack_codec: int | None
    sha256: bytes | None
    message: UUID | None  # whose part it is
    path: str

    @property
    def entry(self) -> Entry | None:
        """Where the bytes of an upload lie."""
        if self.pack_offset is None or self.pack_length is None or self.sha256 is None:
            return None
        return Entry(self.pack_offset, self.pack_length, Codec(self.pack_codec or 0), self.size, bytes(self.sha256))


def draft(viewer: User, public_id: UUID) -> DraftText | None:
    """Whatever its state."""
    found = walls.read(
        viewer,
        DraftText,
        f"""SELECT o.id, o.public_id, o.account_id, i.public_id, o.recipients, o.subject, o.html, o.text, o.plain, o.wants_receipt,
                   c.public_id, o.case_shared, o.kind, m.public_id, o.state, o.revision, o.send_at, o.updated_at, o.discarded_at,
                   o.trouble
            FROM store_outgoing o LEFT JOIN store_identity i ON i.id = o.identity_id AND {walls.mine("i")}
            LEFT JOIN store_message m ON m.id = o.answers_id AND {walls.visible("m")}
            LEFT JOIN store_case c ON c.id = o.case_id AND {walls.card("c")}
            WHERE {walls.mine("o")} AND o.public_id = %(draft)s""",
        draft=public_id,
    )
    return found[0] if found else None


ENCLOSURE = (
    "e.id, e.public_id, e.name, e.content_type, e.size, e.content_id, e.inline, e.pack_id, e.pack_offset, e.pack_length, e.pack_codec,"
    " e.sha256, m.public_id, e.path"
)


def enclosures(viewer: User, public_id: UUID) -> list[EnclosureLine]:
    return walls.read(
        viewer,
        EnclosureLine,
        f"""SELECT {ENCLOSURE} FROM store_enclosure e JOIN store_outgoing o ON o.id = e.outgoing_id
            LEFT JOIN store_message m ON m.id = e.message_id AND {walls.visible("m")}
            WHERE {walls.mine("e")} AND {walls.mine("o")} AND o.public_id = %(draft)s ORDER BY e.position, e.id""",
        draft=public_id,
    )


def enclosure(viewer: User, public_id: UUID, file_id: UUID) -> EnclosureLine | None:
    return next((one for one in enclosures(viewer, public_id) if one.public_id == file_id), None)


@dataclass(frozen=True, slots=True)
class OutgoingLine:
    """A row of the outbox."""

    public_id: UUID
    state: str
    subject: str
    recipients_json: str  # {"to": [[name, address]], "cc": …, "bcc": …}
    account: UUID
    account_name: str
    account_paused: bool
    account_deleted: bool
    colour: int
    send_at: datetime | None
    next_try_at: datetime | None
    sent_at: datetime | None
    updated_at: datetime
    trouble: str
    trouble_params: str
    trouble_detail: str
    refused: int  # recipients
    reached: int  # the same

    @property
    def partly(self) -> bool:
        """Sent to some alone, of which its writer has not taken note."""
        return self.state == State.SENT and bool(self.trouble)

    @property
    def waits(self) -> bool:
        """It goes by itself, at its time."""
        return self.state in {State.HELD, State.QUEUED}

    @property
    def to(self) -> list[str]:
        everybody = [one for line in ("to", "cc", "bcc") for one in _people(self.recipients_json, line)]
        return [name or address for name, address in everybody]

    @property
    def params(self) -> dict[str, Any]:
        return dict(json.loads(self.trouble_params))


LINE = (
    "o.public_id, o.state, o.subject, o.recipients, a.public_id, a.provider_name, a.paused_at IS NOT NULL, a.deleted_at IS NOT NULL,"
    " a.colour, o.send_at, o.next_try_at, o.sent_at, o.updated_at, o.trouble, o.trouble_params, o.trouble_detail,"
    " (SELECT count(*) FROM store_recipient r WHERE r.outgoing_id = o.id AND r.state = 'refused'),"
    " (SELECT count(*) FROM store_recipient r WHERE r.outgoing_id = o.id AND r.state = 'accepted')"
)


# What waits for its writer: among what was sent, what some did not get.
STUCK = "(o.state IN ('failed', 'uncertain') OR (o.state = 'sent' AND o.trouble <> ''))"
# The same, where it would go by itself: its account is gone, as one is that was handed over.
STOPPED = (
    "(o.state IN ('held', 'queued') AND a.deleted_at IS NOT NULL"
    " AND NOT EXISTS (SELECT FROM store_recipient r WHERE r.outgoing_id = o.id AND r.state = 'accepted'))"
)


def stuck(viewer: User, most: int) -> list[OutgoingLine]:
    """Newest first."""
    return _outbox(viewer, most, STUCK)


def outbox(viewer: User, states: list[str], most: int) -> list[OutgoingLine]:
    """Newest first, but for what is stuck. A draft that nothing was written into is none."""
    return _outbox(viewer, most, f"o.state = ANY(%(states)s) AND NOT {STUCK}", states=states)


def _outbox(viewer: User, most: int, condition: str, **values: Any) -> list[OutgoingLine]:
    return walls.read(
        viewer,
        OutgoingLine,
        f"""SELECT {LINE} FROM store_outgoing o JOIN store_account a ON a.id = o.account_id
            WHERE {walls.mine("o")} AND {walls.mine("a")} AND {condition} AND o.discarded_at IS NULL
              AND (o.state <> 'draft' OR o.revision > 0)
            ORDER BY o.updated_at DESC LIMIT %(most)s""",
        most=most,
        **values,
    )


def outgoing_line(viewer: User, public_id: UUID) -> OutgoingLine | None:
    found = walls.read(
        viewer,
        OutgoingLine,
        f"""SELECT {LINE} FROM store_outgoing o JOIN store_account a ON a.id = o.account_id
            WHERE {walls.mine("o")} AND {walls.mine("a")} AND o.public_id = %(one)s""",
        one=public_id,
    )
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class RecipientLine:
    kind: str
    name: str
    address: str
    state: str  # core.outgoing.Delivery
    code: int | None
    said: str


def recipients(viewer: User, public_id: UUID) -> list[RecipientLine]:
    return walls.read(
        viewer,
        RecipientLine,
        f"""SELECT r.kind, r.name, r.address, r.state, r.code, r.said FROM store_recipient r
            JOIN store_outgoing o ON o.id = r.outgoing_id
            WHERE {walls.mine("r")} AND {walls.mine("o")} AND o.public_id = %(one)s ORDER BY r.id""",
        one=public_id,
    )


@dataclass(frozen=True, slots=True)
class EventLine:
    at: datetime
    what: str
    params_json: str

    @property
    def params(self) -> dict[str, Any]:
        return dict(json.loads(self.params_json))


def events(viewer: User, public_id: UUID) -> list[EventLine]:
    """The message's own log, oldest first."""
    return walls.read(
        viewer,
        EventLine,
        f"""SELECT e.at, e.what, e.params FROM store_outgoingevent e JOIN store_outgoing o ON o.id = e.outgoing_id
            WHERE {walls.mine("e")} AND {walls.mine("o")} AND o.public_id = %(one)s ORDER BY e.id""",
        one=public_id,
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """Letters that have not gone yet."""

    total: int
    stuck: int  # of them: wait for their writer


def waiting(viewer: User) -> Waiting:
    """As the outbox has them."""
    return walls.read_often(
        viewer,
        Waiting,
        f"""SELECT count(*), count(*) FILTER (WHERE {STUCK} OR {STOPPED})
            FROM store_outgoing o JOIN store_account a ON a.id = o.account_id
            WHERE {walls.mine("o")} AND {walls.mine("a")} AND o.discarded_at IS NULL
              AND (o.state IN ('held', 'queued', 'sending') OR {STUCK})""",
    )[0]


@dataclass(frozen=True, slots=True)
class Unsent:
    """What was written from an account and has not left it."""

    waiting: int  # to go by themselves
    stuck: int  # for their writer
    drafts: int


def unsent(viewer: User, account: UUID) -> Unsent:
    return walls.read(
        viewer,
        Unsent,
        f"""SELECT count(*) FILTER (WHERE o.state IN ('held', 'queued', 'sending')), count(*) FILTER (WHERE {STUCK}),
                   count(*) FILTER (WHERE o.state = 'draft' AND o.revision > 0 AND o.discarded_at IS NULL)
            FROM store_outgoing o JOIN store_account a ON a.id = o.account_id
            WHERE {walls.mine("o")} AND {walls.mine("a")} AND a.public_id = %(account)s""",
        account=account,
    )[0]


TOLD_DAYS = 90  # for so long a server's word on sending counts


@dataclass(frozen=True, slots=True)
class Sends:
    """How an account's server for sending was met last."""

    account: UUID
    report_json: str  # core.ladder.Rung, of the last check
    tried: bool  # since then
    trouble: str  # core.errors.Trouble; of the last try
    trouble_params: str
    trouble_detail: str

    @property
    def problem(self) -> Problem | None:
        """What kept us out."""
        if not self.tried:
            return failure(map(Rung.from_json, json.loads(self.report_json)), Service.SMTP)
        if not self.trouble:
            return None
        return Problem(Trouble(self.trouble), detail=self.trouble_detail, **json.loads(self.trouble_params))


def sends(viewer: User) -> list[Sends]:
    """Of all accounts that have such a server. Costs a row for each."""
    return walls.read(
        viewer,
        Sends,
        f"""SELECT a.public_id, CASE WHEN a.checked_at > now() - interval '{TOLD_DAYS} days' THEN a.check_report::text ELSE '[]' END,
                   coalesce(t.attempt_at > a.checked_at, t.attempt_at IS NOT NULL),
                   coalesce(t.trouble, ''), coalesce(t.trouble_params, '{{}}')::text, coalesce(t.trouble_detail, '')
            FROM store_account a LEFT JOIN LATERAL (
              SELECT o.attempt_at, o.trouble, o.trouble_params, o.trouble_detail FROM store_outgoing o
              WHERE {walls.mine("o")} AND o.account_id = a.id AND o.state NOT IN ('sending', 'draft')
                AND o.attempt_at > now() - interval '{TOLD_DAYS} days'
              ORDER BY o.attempt_at DESC LIMIT 1) t ON true
            WHERE {walls.mine("a")} AND a.deleted_at IS NULL AND a.smtp_host <> ''""",
    )


def unreached(viewer: User, message_id: str) -> list[str]:
    """Addresses that a letter of the viewer's was refused for, though others got it."""
    return walls.read(
        viewer,
        str,
        f"""SELECT r.address FROM store_recipient r JOIN store_outgoing o ON o.id = r.outgoing_id
            WHERE {walls.mine("r")} AND {walls.mine("o")} AND o.message_id = %(name)s AND o.state = 'sent' AND r.state = 'refused'
            ORDER BY r.id""",
        name=message_id,
    )
