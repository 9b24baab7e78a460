"""Drafts and copies of what was sent on a real server: put there once, and of drafts only our own earlier version replaced (P3)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4

import pytest

from teczka.core.acts import OperationState
from teczka.core.errors import Trouble
from teczka.remote.imap import ImapMailbox
from teczka.store import acts, drafts
from teczka.store.blobs import blobs
from teczka.store.models import Message, Operation, User
from teczka.store.packs.format import key
from teczka.store.packs.writer import write_pack
from teczka.store.viewer import as_user
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.replayed import Played, ours, played, theirs

pytestmark = pytest.mark.dovecot

NAME = "szkic@kancelaria.example"
WHEN = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def box(owner: User, dovecot: Dovecot, mailbox: Mailbox) -> Iterator[Played]:
    mailbox.create("Drafts")
    with played(owner, dovecot, mailbox) as made:
        made.sync()
        yield made


def version(number: int, name: str = NAME) -> bytes:
    return f"Message-ID: <{name}>\r\nSubject: Szkic\r\n\r\nWersja {number}\r\n".encode()


def write(box: Played, raw: bytes, folder: str = "Drafts", *, draft: bool = True) -> Operation:
    digest = sha256(raw).digest()
    pack = write_pack(blobs(), [raw], [digest])
    (entry,) = pack.entries
    row = {
        "sha256": digest,
        "size": len(raw),
        "internaldate": WHEN,
        "public_id": uuid4(),
        "pack": pack.id,
        "pack_offset": entry.offset,
        "pack_length": entry.length,
        "codec": int(entry.codec),
        "subject": "Szkic",
        "from_name": "",
        "from_address": "",
        "to_line": "",
        "sent_at": WHEN,
        "message_id": raw.partition(b"<")[2].partition(b">")[0].decode(),
    }
    with as_user(box.owner.pk):
        acts.lock([box.account.pk])
        where = box.folder(folder)
        if draft:
            return drafts.append_draft(box.account, where, row)
        return drafts.append(box.account, where, row, frozenset({"\\Seen"}))


def held(box: Played, folder: str = "Drafts") -> list[tuple[bytes, frozenset[str]]]:
    by_digest = {
        sha256(version(number, name)).hexdigest(): version(number, name)
        for number in range(9)
        for name in (NAME, "a@b")
    }
    return [
        (by_digest[digest], flags)
        for (where, _, _), (digest, flags) in sorted(theirs(box.mailbox).items())
        if where == folder
    ]


DRAFT = frozenset({"\\Draft", "\\Seen"})


def test_a_draft_lies_on_the_server_in_its_last_version_alone(box: Played) -> None:
    for number in range(3):
        write(box, version(number))
        box.replay()
        assert held(box) == [(version(number), DRAFT)]
        assert ours(box.account) == theirs(box.mailbox)
    box.sync()
    assert ours(box.account) == theirs(box.mailbox)


def test_versions_that_the_server_has_not_heard_of_are_never_sent(box: Played) -> None:
    for number in range(3):
        write(box, version(number))
    box.replay()
    assert held(box) == [(version(2), DRAFT)]
    assert box.states() == [OperationState.UNDONE, OperationState.UNDONE, OperationState.DONE]
    assert ours(box.account) == theirs(box.mailbox)


def test_another_programs_version_and_other_drafts_stay(box: Played) -> None:
    box.mailbox.append(version(7), "Drafts", "\\Draft")  # under the same Message-ID, but nobody here put it there
    write(box, version(1, "a@b"))
    write(box, version(1))
    box.replay()
    write(box, version(2))
    box.replay()
    assert [raw for raw, _ in held(box)] == [version(7), version(1, "a@b"), version(2)]


def test_what_lies_under_our_versions_number_now_is_not_removed(box: Played) -> None:
    """Its bytes decide, though its size, date and Message-ID be the same."""
    write(box, version(1))
    box.replay()
    (uid,) = box.mailbox.uids("Drafts")
    box.hang_up()
    validity = box.mailbox.uidvalidity("Drafts")
    box.mailbox.expunge([uid], "Drafts")
    box.mailbox.append(version(2), "Drafts", "\\Draft", '" 5-Nov-2026 09:00:00 +0000"')
    place = box.mailbox.maildir / ".Drafts"
    for path in place.glob("dovecot*"):
        path.unlink()
    (place / "dovecot-uidlist").write_text(f"3 V{validity} N{uid}\n")  # a server restored from a backup
    box.mailbox._own(place / "dovecot-uidlist")
    assert (box.mailbox.uids("Drafts"), box.mailbox.uidvalidity("Drafts")) == ([uid], validity)
    write(box, version(3))
    box.replay()
    assert [raw for raw, _ in held(box)] == [version(2), version(3)]
    assert box.troubles() == [Trouble.FOLDER_CHANGED]


def test_a_draft_that_is_sent_or_given_up_goes_from_the_server(box: Played) -> None:
    write(box, version(1))
    box.replay()
    write(box, version(2))
    with as_user(box.owner.pk):
        acts.lock([box.account.pk])
        drafts.remove_draft(box.account, NAME)
    box.replay()
    assert held(box) == []
    box.sync()
    assert ours(box.account) == theirs(box.mailbox) == {}


def test_a_copy_of_what_was_sent_is_put_there_once(box: Played) -> None:
    write(box, version(1), "Sent", draft=False)
    box.replay()
    assert held(box, "Sent") == [(version(1), frozenset({"\\Seen"}))]
    box.sync()
    assert ours(box.account) == theirs(box.mailbox)


def test_a_copy_that_the_server_filed_meanwhile_is_not_put_there_again(box: Played) -> None:
    write(box, version(1), "Sent", draft=False)
    filed = version(1) + b"Stopka serwera\r\n"
    box.mailbox.append(filed, "Sent", "\\Seen")
    box.replay()
    box.sync()
    assert [digest for digest, _ in theirs(box.mailbox).values()] == [sha256(filed).hexdigest()]
    assert ours(box.account) == theirs(box.mailbox)


@pytest.mark.parametrize("draft", [True, False], ids=["draft", "sent"])
def test_an_append_whose_answer_was_lost_is_looked_for_and_not_repeated(
    box: Played, monkeypatch: pytest.MonkeyPatch, draft: bool
) -> None:
    folder = "Drafts" if draft else "Sent"
    write(box, version(1), folder, draft=draft)
    append = ImapMailbox.append

    def lost(mailbox: ImapMailbox, *values: object) -> None:
        append(mailbox, *values)  # type: ignore[arg-type]
        monkeypatch.undo()
        box.hang_up()
        raise ConnectionResetError

    monkeypatch.setattr(ImapMailbox, "append", lost)
    with pytest.raises(ConnectionResetError):
        box.replay()
    assert box.states() == [OperationState.STARTED]
    box.replay()
    assert len(held(box, folder)) == 1
    assert box.states() == [OperationState.DONE]
    assert ours(box.account) == theirs(box.mailbox)


def test_a_server_that_rewrites_drafts_keeps_the_last_one_alone(box: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Exchange does: what it has are other bytes than ours, and those are what is verified before they go."""
    append = ImapMailbox.append

    def rewrites(
        mailbox: ImapMailbox, folder: bytes, size: int, chunks: Iterable[bytes], flags: Sequence[str], date: datetime
    ) -> tuple[int, int] | None:
        raw = b"X-Made: anew\r\n" + b"".join(chunks)
        return append(mailbox, folder, len(raw), [raw], flags, date)

    monkeypatch.setattr(ImapMailbox, "append", rewrites)
    for number in (1, 2, 3):
        write(box, version(number))
        box.replay()
        box.sync()
    assert [digest for digest, _ in theirs(box.mailbox).values()] == [
        sha256(b"X-Made: anew\r\n" + version(3)).hexdigest()
    ]
    assert ours(box.account) == theirs(box.mailbox)
    assert not box.troubles()


def test_a_draft_that_came_between_stays(box: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program's, under the number that was ours to expect."""
    append = ImapMailbox.append

    def races(mailbox: ImapMailbox, *values: object) -> tuple[int, int] | None:
        box.mailbox.append(version(7), "Drafts", "\\Draft")
        return append(mailbox, *values)  # type: ignore[arg-type]

    monkeypatch.setattr(ImapMailbox, "append", races)
    write(box, version(1))
    box.replay()
    monkeypatch.undo()
    box.sync()
    write(box, version(2))
    box.replay()
    box.sync()
    assert [raw for raw, _ in held(box)] == [version(7), version(2)]
    assert ours(box.account) == theirs(box.mailbox)


def test_bytes_that_are_lost_hold_up_nothing(box: Played) -> None:
    lost = write(box, version(1), "Sent", draft=False)
    write(box, version(2, "a@b"), "Sent", draft=False)
    with as_user(box.owner.pk):
        blobs().delete(key(Message.objects.get(pk=lost.message_id).pack_id))
    box.hang_up()
    box.replay()
    box.sync()
    assert [raw for raw, _ in held(box, "Sent")] == [version(2, "a@b")]
    assert box.states() == [OperationState.REFUSED, OperationState.DONE]
