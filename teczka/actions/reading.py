"""Transaction B: what a stored message says. A message whose `indexed_with` is NULL waits; that column is the whole queue.

Reading decides nothing about keeping: a message that breaks the reader is marked unreadable, stays listed, and can be downloaded.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from teczka.actions import filing, rules, sharing
from teczka.actions.terms import fields_of, terms_of
from teczka.core.numbering import Pattern, pattern
from teczka.core.recipients import Mailbox
from teczka.core.settings import settings
from teczka.language import ANALYSER_VERSION
from teczka.language.fields import Field
from teczka.language.vectors import vectors
from teczka.mime import PARSER_VERSION, text, threading
from teczka.mime.content import decode
from teczka.mime.parts import Part
from teczka.mime.pictures import HEAD, drawable
from teczka.mime.preview import PICTURES
from teczka.mime.reading import Reading, read
from teczka.mime.references import Mention
from teczka.store import case_header, events, extraction, reading, terms
from teczka.store.blobs import blobs
from teczka.store.connections import is_away
from teczka.store.correspondents import meet
from teczka.store.headline import headline_read
from teczka.store.models import Message
from teczka.store.reading import Claim, Read, Unread
from teczka.store.threads import join
from teczka.store.viewer import as_user

log = logging.getLogger(__name__)

VERSION = PARSER_VERSION * 1000 + ANALYSER_VERSION
TRIES = 3  # begun and not ended: the message kills its reader
BATCH_BYTES = 16_000_000  # of raw mail in one transaction
ID_BYTES = 998  # RFC 5322 §2.1.1: no line is longer, and an index takes less than 2,700


def read_some(most: int) -> int:
    """Read the newest that wait, at most so many. Returns how many were taken from the queue; 0: nothing waits.

    Killed at any point it leaves nothing half read. Several readers share the queue.
    """
    claimed = reading.claim(most)
    try:
        for owner_id, group in groupby(sorted(claimed, key=lambda claim: claim.owner_id), lambda claim: claim.owner_id):
            claims = list(group)
            _read_together(owner_id, [claim for claim in claims if claim.tries <= 1])
            _read_suspects(owner_id, [claim for claim in claims if claim.tries > 1])
    finally:
        reading.let_go(claimed)
    return len(claimed)


def warm_up() -> None:
    """For a process that does nothing else. Load what the first message would wait for: the dictionary and the tables behind it take more
    than a second."""
    vectors([(Field.TEXT, "Uprzejmie przesyłam umowę. Please find the agreement attached.")])
    reading.settle_later()


def rest() -> None:
    """When nothing is left to read: what was read last is found as fast as the rest."""
    terms.sort_in()


def reread(most: int) -> int:
    """Put what an older version read back into the queue, at most so many. Returns how many; 0: all are up to date."""
    return reading.reread(VERSION, most)


def read_now(owner_id: int, message_id: int) -> None:
    """One message out of turn, because its owner opens it. Nothing where it is read, or being read.

    Counted like every try: a message that kills its reader ends the web process a few times, not whenever it is opened.
    """
    with as_user(owner_id):
        again = Message.objects.filter(pk=message_id, thread__isnull=False).exists()
    _begin(Claim(message_id, owner_id, 0, again))


def _read_together(owner_id: int, claims: Sequence[Claim]) -> None:
    if not claims:
        return
    try:
        _transaction(owner_id, claims)
    except MemoryError:
        raise
    except Exception as error:  # one of them breaks the reader; alone it is found
        if is_away(error):
            raise
        log.exception("a batch could not be read together")
        for claim in claims:
            _read_alone(owner_id, claim)


def _read_suspects(owner_id: int, claims: Sequence[Claim]) -> None:
    """Their reader was killed, by one of them or by another of its batch. Now each is begun by itself, so that only the guilty pays."""
    if claims:
        with as_user(owner_id):
            reading.give_back([claim.message_id for claim in claims])
    for claim in claims:
        _begin(claim)


def _begin(claim: Claim) -> None:
    """Count the try and read, unless somebody else is at it."""
    with reading.in_hand(claim.message_id) as ours:
        if ours:
            with as_user(claim.owner_id):
                tries = reading.begin(claim.message_id)
            if tries:
                _read_alone(claim.owner_id, replace(claim, tries=tries))


def _read_alone(owner_id: int, claim: Claim) -> None:
    try:
        if claim.tries <= TRIES:
            _transaction(owner_id, [claim])
            return
        log.error("message %s kills its reader", claim.message_id)
    except FileNotFoundError:
        log.exception("message %s has lost its pack", claim.message_id)
    except OSError:  # the disk or the object store, not the message
        with as_user(owner_id):
            reading.give_back([claim.message_id])
        raise
    except Exception as error:
        if is_away(error):
            raise
        log.exception("message %s could not be read", claim.message_id)
    with as_user(owner_id):
        reading.save_unreadable(claim.message_id, VERSION)
        _tell([claim.message_id])


def _transaction(owner_id: int, claims: Sequence[Claim]) -> None:
    with as_user(owner_id):
        heard = [] if all(claim.again for claim in claims) else rules.prepare(owner_id)
        if any(claim.again for claim in claims):
            # Whoever holds rows that are in threads already holds the threads' lock: a merge by another reader cannot deadlock with us.
            reading.lock_threads(owner_id)
        waiting = reading.lock_unread([claim.message_id for claim in claims])
        own = [pattern(written) for written in reading.number_patterns(waiting[0].office_id)] if waiting else []
        came: list[Read] = []
        for batch in _batches(waiting):
            # Their attachments' text was extracted when they were read before.
            attached = extraction.attached([message.id for message in batch if message.thread_id is not None])
            done = [_read(message, own, attached.get(message.id, [])) for message in batch]
            reading.lock_threads(owner_id)
            reading.save(owner_id, done, join(owner_id, done), VERSION)
            meet(owner_id, done)
            came += [replace(one, parts=[], text={}, terms=[]) for one in done]
        # What is brought in out of files is old: no standing order and no rule meant it.
        if news := [one for one in came if not one.message.imported]:
            # Last: the office's register is theirs from here to the end.
            sharing.follow(owner_id, news)
            filing.follow(owner_id, news)
            rules.on_arrival(owner_id, heard, news)
        if waiting:
            _tell([message.id for message in waiting])
    missed = {claim.message_id for claim in claims} - {message.id for message in waiting}
    if missed:  # another reader was quicker: their claim is no try, or several readers at once would pass for one that was killed
        with as_user(owner_id):
            reading.give_back(sorted(missed))


def _batches(waiting: Sequence[Unread]) -> Iterator[list[Unread]]:
    batch: list[Unread] = []
    size = 0
    for message in waiting:
        if batch and size + message.entry.raw_length > BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += message.entry.raw_length
    if batch:
        yield batch


def _tell(message_ids: Sequence[int]) -> None:
    told = sorted(reading.places(message_ids))
    for (owner, account), rows in groupby(told, lambda row: row[:2]):
        events.changed([owner], account, [folder for _, _, folder in rows])


def _read(message: Unread, own: Sequence[Pattern], attached: Sequence[str]) -> Read:
    def address(part: Part) -> str | None:
        if part.content_type not in PICTURES or not drawable(decode(raw, part, HEAD)):
            return None  # no browser draws it, or should: it is listed, for whoever has a program for it
        return f"/messages/{message.public_id}/parts/{part.path}/?inline=1"  # web/urls.py: message_part

    with reading.raw(blobs(), message) as raw:
        found = read(raw, address, own)
    headers = found.parsed
    headline = headline_read(headers)._replace(message_id=_id(headers.message_id))
    refers = [_id(name) for name in threading.links(headers)]
    ids = [name for name in (headline.message_id, *refers) if name]
    written_in = case_header.unseal(settings().keys, headers.case, ids) if headers.case else None
    people = {name: _people(getattr(headers, name.replace("from", "from_"))) for name in _PEOPLE}
    return Read(
        message=message,
        headline=headline,
        snippet=text.snippet(found.text),
        attachments=len(found.attachments),
        defects=found.defects,
        parts=_parts(found),
        text={
            "headers": people
            | {"unsubscribe": [[way.kind, way.address] for way in headers.unsubscribe], "refers": refers},
            "text": found.text,
            "html": found.html,
            "blocked_images": found.blocked_images,
            "blocked_hosts": found.blocked_hosts,
        },
        references=_references(found.mentions),
        terms=_terms(found, people, attached, own),
        ids=list(dict.fromkeys(ids)),
        case=written_in.case if written_in else None,
        known=bool(written_in and written_in.names(headline.from_address or "")),
    )


def _id(name: str) -> str:
    return name.encode()[:ID_BYTES].decode(errors="ignore")


_PEOPLE = ("from", "to", "cc", "bcc", "reply_to")


def _people(people: Sequence[Mailbox]) -> list[list[str]]:
    return [[person.name, person.address] for person in people]


def _parts(found: Reading) -> list[dict[str, Any]]:
    kinds = {part.path: "inline" for part in found.parsed.inline.values()}
    kinds |= {part.path: "attachment" for part in found.attachments}
    kinds |= {part.path: "body" for body in found.parsed.bodies for part in (*body.texts, *body.pages)}
    return [
        {
            "path": part.path,
            "kind": kinds[part.path],
            "content_type": part.content_type,
            "charset": part.charset,
            "encoding": part.encoding,
            "name": part.name,
            "content_id": part.cid,
            "offset": part.offset,
            "length": part.length,
            "size": part.size,
        }
        for part in found.parsed.parts
        if part.path in kinds
    ]


def _references(found: Sequence[Mention]) -> list[dict[str, Any]]:
    """As rows of MessageReference have them."""
    return [
        {"place": place, "position": position, "written": written, **reference._asdict()}
        for position, (place, written, reference) in enumerate(found)
    ]


def _terms(
    found: Reading, people: Mapping[str, list[list[str]]], attached: Sequence[str], own: Sequence[Pattern]
) -> list[str]:
    fields = fields_of(found.parsed.subject, people, [part.name for part in found.attachments], found.text)
    return terms_of(fields, [(mention.place, mention.reference) for mention in found.mentions], attached, own)
