"""A letter's bytes, once somebody presses "send": built, durable, and read again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from mmap import ACCESS_READ, mmap
from tempfile import TemporaryFile

from teczka.actions.letters import letter_of
from teczka.core.discovery import Service
from teczka.core.errors import Problem
from teczka.core.ladder import Rung, Step
from teczka.core.outgoing import Line
from teczka.core.recipients import Mailbox, without_doubles
from teczka.core.settings import settings
from teczka.mime.compose import Built, build
from teczka.mime.readback import check
from teczka.mime.recipients import wire
from teczka.mime.structure import Raw
from teczka.remote.smtp import check_address, too_large
from teczka.store import case_header
from teczka.store.blobs import blobs
from teczka.store.mail import keep_room
from teczka.store.models import Account, Case, Outgoing, User
from teczka.store.packs.format import key
from teczka.store.packs.reader import HELD_BYTES, pieces, read
from teczka.store.packs.spool import SpoolFile
from teczka.store.packs.writer import Pack
from teczka.store.viewer import as_user


def put_together(actor: User, row: Outgoing, account: Account, when: datetime) -> Pack:
    """Durable when it returns. `when`: what stands in Date. Raises Problem for whatever can be known before it leaves."""
    letter = replace(letter_of(actor, row, when), case=_case(actor, row))
    built = build(letter)
    for address in (wire(row.from_address), *(address for _, _, address in people_of(row))):
        check_address(address)
    most = told_limit(account)
    if most and built.transmitted_size > most:
        raise too_large(account.smtp_host, built.transmitted_size, most)
    packed = pack(built)
    try:
        with _readable(packed) as own:
            check(letter, own)
    except Problem:
        blobs().delete(key(packed.id))
        raise
    return packed


def people_of(row: Outgoing) -> Iterator[tuple[Line, str, str]]:
    """Line, name, address as on the wire. Who stands on several lines gets it once, and is visible where he can be: To before Cc before
    Bcc."""
    lines = [[Mailbox(name, address) for name, address in row.recipients.get(line, [])] for line in Line]
    for line, people in zip(Line, without_doubles(*lines), strict=True):
        for person in people:
            yield line, person.name, wire(person.address)


def _case(actor: User, row: Outgoing) -> str:
    """The header of the case that it was written in, as far as the actor may still know of it. In drafts there is none."""
    if row.case_id is None:
        return ""
    with as_user(actor.pk):
        case = Case.objects.filter(pk=row.case_id).values_list("public_id", flat=True).first()
    people = [
        row.from_address,
        *(address for line in (Line.TO, Line.CC) for _, address in row.recipients.get(line, [])),
    ]
    return case_header.seal(settings().keys, row.message_id, case, people) if case else ""


def told_limit(account: Account) -> int:
    """By the server itself: when a letter was sent last, else when it was checked."""
    if account.smtp_size is not None:
        return account.smtp_size
    rungs = [Rung.from_json(told) for told in account.check_report]
    told = [rung.facts.get("size") for rung in rungs if (rung.server, rung.step) == (Service.SMTP, Step.SIGNIN)]
    return next((size for size in told if isinstance(size, int)), 0)


def pack(built: Built) -> Pack:
    """Durable when it returns, and never held whole."""
    keep_room(blobs().incoming, built.own_size)
    spool = SpoolFile(blobs())
    try:
        for piece in built.own():
            spool.write(piece)
    except BaseException:
        spool.discard()
        raise
    return spool.finish()


@contextmanager
def _readable(packed: Pack) -> Iterator[Raw]:
    """What was kept, as readers want it; a large letter through an unnamed copy of its file."""
    entry = packed.entries[0]
    if entry.raw_length <= HELD_BYTES:
        yield read(blobs(), packed.id, entry)
        return
    with TemporaryFile(dir=blobs().incoming) as file:
        for piece in pieces(blobs(), packed.id, entry):
            file.write(piece)
        file.flush()
        with mmap(file.fileno(), 0, access=ACCESS_READ) as whole:
            yield whole
