"""The text of attached files: made after the message is read, by a limited process, newest first; then the message is found by it.

A row of AttachmentText without a version is the whole queue. Killed anywhere it loses nothing and does nothing twice but work: text,
version and terms are one transaction. A file that ends its reader, or the limited process, is marked, never the message.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from teczka.actions.terms import fields_of, terms_of
from teczka.core.extraction import Lack
from teczka.core.numbering import pattern
from teczka.mime.extraction import EXTRACTOR_VERSION
from teczka.mime.extraction.confined import Answer, Extractor, File
from teczka.store import extraction
from teczka.store.blobs import blobs
from teczka.store.extraction import Letter, Waiting
from teczka.store.packs.format import PackDamaged
from teczka.store.terms import save_terms
from teczka.store.viewer import as_user

log = logging.getLogger(__name__)

TRIES = 3  # begun and not ended: it kills its reader
TOGETHER = 10_000_000  # characters of one message's attachments that are saved at once


@dataclass(slots=True)
class Done:
    answers: dict[int, tuple[str, Answer]] = field(
        default_factory=dict
    )  # attachment → its part's path, and what came out
    size: int = 0

    @property
    def texts(self) -> Iterator[tuple[str, str]]:
        return ((path, answer.text) for path, answer in self.answers.values())


def extract_some(extractor: Extractor) -> int:
    """The waiting attachments of one message. Returns how many; 0: nothing waits, or mail that was never read goes first.

    Raises OSError where the packs or the limited process cannot be had: try later.
    """
    claimed = extraction.claim()
    if claimed is None:
        return 0
    message_id, owner_id = claimed
    try:
        extractor.turn_to(owner_id)
        with as_user(owner_id):
            waiting = extraction.waiting(message_id)
            if not waiting:
                extraction.lose(message_id, EXTRACTOR_VERSION)
        for together in _together(waiting):
            _extract(extractor, owner_id, message_id, together)
    finally:
        extraction.let_go(message_id)
    return max(1, len(waiting))


def extract_again(most: int) -> int:
    """Put what an older version extracted back into the queue, at most so many. Returns how many; 0: all are up to date."""
    return extraction.again(EXTRACTOR_VERSION, most)


def _together(waiting: Sequence[Waiting]) -> Iterator[Sequence[Waiting]]:
    """One that was begun before and did not end may have killed its reader: by itself, so that only the guilty pays."""
    fresh = [one for one in waiting if not one.tries]
    if fresh:
        yield fresh
    for one in waiting:
        if one.tries:
            yield [one]


def _extract(extractor: Extractor, owner_id: int, message_id: int, waiting: Sequence[Waiting]) -> None:
    with as_user(owner_id):
        extraction.begin([one.id for one in waiting])
    done = Done()
    try:
        for one in waiting:
            answer = _answer(extractor, owner_id, message_id, one)
            done.answers[one.id] = one.part.path, answer
            done.size += len(answer.text)
            if done.size > TOGETHER:
                _save(owner_id, message_id, done)
                done = Done()
    except OSError:  # the disk, the object store or the system, not the file
        with as_user(owner_id):
            extraction.give_back([one.id for one in waiting])
        raise
    _save(owner_id, message_id, done)


def _answer(extractor: Extractor, owner_id: int, message_id: int, one: Waiting) -> Answer:
    if one.tries >= TRIES:
        log.error("attachment %s kills its reader", one.id)
        return Answer("", Lack.KILLS)
    file = File(one.part.name, one.part.content_type, one.part.charset)
    try:
        answer = extractor.extract(file, lambda: extraction.pieces(blobs(), one))
    except (FileNotFoundError, PackDamaged):
        with as_user(owner_id):
            now = extraction.waiting(message_id)
        for moved in now:
            if moved.id == one.id and (moved.pack, moved.entry) != (one.pack, one.entry):  # to another pack, meanwhile
                return _answer(extractor, owner_id, message_id, moved)
        log.exception("attachment %s is not where it was", one.id)
        return Answer("", Lack.LOST)
    if answer.lack in {Lack.KILLS, Lack.TOO_SLOW, Lack.TOO_HUNGRY}:
        log.warning("attachment %s has no text: %s", one.id, answer.lack)
    return answer


def _save(owner_id: int, message_id: int, done: Done) -> None:
    """Texts and terms at once. The terms are made before the message is locked: of a long text they take a second."""
    if not done.answers:
        return
    with as_user(owner_id):
        letter = extraction.letter(message_id)
    while True:
        terms = _terms(letter, done) if letter else None
        with as_user(owner_id):
            extraction.lock(message_id)
            now = extraction.letter(message_id)
            if now == letter:
                for id_, (_, answer) in done.answers.items():
                    extraction.save(id_, answer.text, answer.lack or "", EXTRACTOR_VERSION)
                if terms:
                    save_terms(owner_id, {message_id: terms})
                return
            letter = now  # it was read again meanwhile


def _terms(letter: Letter, done: Done) -> list[str] | None:
    """None where nothing changes: no text has come to it. And where the message is to be read again: then it is with these texts."""
    texts = letter.attached | dict(done.texts)
    if texts == letter.attached or letter.indexed_with is None:
        return None
    fields = fields_of(letter.subject, letter.headers, letter.names, letter.text)
    return terms_of(fields, letter.mentions, list(texts.values()), [pattern(each) for each in letter.own])
