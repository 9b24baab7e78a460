"""What a server does between an act and its replay, what it lacks, and what it refuses: nothing is removed that nobody asked for (P3)."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from teczka.actions.folders import remove_folder
from teczka.core.accounts import Mode
from teczka.core.acts import OperationState, Verb
from teczka.core.errors import Trouble
from teczka.core.mail import NOWHERE
from teczka.remote.imap import change
from teczka.remote.imap.conversation import Command, Conversation
from teczka.store.models import Account, Operation, Placement
from teczka.store.viewer import as_user
from tests.replayed import Played, flags, letter, lying, ours, theirs

pytestmark = pytest.mark.dovecot

INBOX = {"INBOX": [1, 2, 3, 4, 5, 6]}


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every command, as its words."""
    heard: list[str] = []

    def start(conversation: Conversation, command: Command) -> tuple[bytes, bytes]:
        tag, data = begin(conversation, command)
        heard.append(data.partition(b" ")[2].decode("latin-1").strip())
        return tag, data

    begin = Conversation.start
    monkeypatch.setattr(Conversation, "start", start)
    return heard


def lacks(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """The server does not offer these extensions."""
    monkeypatch.setattr(
        Conversation,
        "_capable",
        lambda conversation, told: capable(conversation, [name for name in told if _name(name) not in names]),
    )
    if "UIDPLUS" in names:
        monkeypatch.setattr(change, "copied", lambda told, asked: NOWHERE)


capable = Conversation._capable


def _name(told: Any) -> str:
    return bytes(told).decode().upper()


def uid(box: Played, number: int, folder: str = "INBOX") -> int:
    with as_user(box.owner.pk):
        return Placement.objects.get(folder=box.folder(folder), message__subject=f"Pismo {number}", gone_at=None).uid


def hurry(box: Played) -> None:
    """What waits for its undo waits no longer."""
    with as_user(box.owner.pk):
        Operation.objects.filter(state=OperationState.PENDING).update(due_at=timezone.now())


def test_without_move_it_is_copied_and_then_removed_by_its_uid(
    box: Played, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    box.hang_up()
    lacks(monkeypatch, "MOVE")
    box.mailbox.set_flags([uid(box, 1)], "\\Deleted")  # another program's mark
    box.act(Verb.MOVE, "Pismo 2", "Pismo 3", target="Sprawy")
    box.replay()
    assert lying(box) == {"INBOX": [1, 4, 5, 6], "Sprawy": [2, 3]}
    box.sync()
    assert ours(box.account) == theirs(box.mailbox)
    assert [words for words in said if "EXPUNGE" in words] == [f"UID EXPUNGE {uid(box, 1) + 1}:{uid(box, 1) + 2}"]
    assert not [words for words in said if words.startswith(("CLOSE", "EXPUNGE", "UID MOVE"))]


def test_without_uidplus_nothing_is_expunged_it_is_marked_and_said_so(
    box: Played, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    box.hang_up()
    lacks(monkeypatch, "MOVE", "UIDPLUS")
    box.act(Verb.MOVE, "Pismo 2", target="Sprawy")
    box.act(Verb.BIN, "Pismo 3")
    box.act(Verb.DELETE, "Pismo 3", folder="Kosz")
    hurry(box)
    box.replay()
    box.sync()
    assert lying(box) == {**INBOX, "Sprawy": [2], "Kosz": [3]}
    assert box.states() == [OperationState.MARKED] * 3
    assert {told for (folder, _, _), (_, told) in theirs(box.mailbox).items() if folder == "Kosz"} == {
        frozenset({"\\Deleted"})
    }
    assert not [words for words in said if "EXPUNGE" in words or words.startswith("CLOSE")]
    shown = {(folder, number) for folder, _, number in ours(box.account)}
    assert ("INBOX", uid(box, 1) + 1) not in shown, "it is hidden here"
    box.mailbox.expunge([uid(box, 1) + 1, uid(box, 1) + 2])  # another program clears up
    box.sync()
    assert box.states()[:2] == [OperationState.DONE] * 2


def test_numbered_anew_a_message_is_found_by_its_bytes(box: Played) -> None:
    box.act(Verb.STAR, "Pismo 1")
    box.act(Verb.MOVE, "Pismo 2", "Pismo 6", target="Sprawy")
    box.hang_up()
    box.mailbox.expunge([uid(box, 1)])
    box.mailbox.append(letter(1))
    box.mailbox.change_uidvalidity()
    box.replay()
    assert lying(box) == {"INBOX": [1, 3, 4, 5], "Sprawy": [2, 6]}
    assert flags(box, 1) == {"\\Flagged"}
    box.sync()
    assert ours(box.account) == theirs(box.mailbox)
    assert set(box.states()) == {OperationState.DONE}


def test_a_message_that_is_gone_is_told_and_nothing_stands_in_its_place(box: Played) -> None:
    box.act(Verb.STAR, "Pismo 1")
    box.act(Verb.MOVE, "Pismo 2", "Pismo 3", target="Sprawy")
    gone = [uid(box, 1), uid(box, 1) + 1]
    box.mailbox.expunge(gone)
    box.replay()
    assert lying(box) == {"INBOX": [4, 5, 6], "Sprawy": [3]}
    box.sync()
    assert ours(box.account) == theirs(box.mailbox)
    assert box.troubles() == [Trouble.FOLDER_VANISHED]


@pytest.mark.parametrize("verb", [Verb.DELETE, Verb.MOVE, Verb.STAR])
def test_another_message_under_its_uid_is_left_alone(box: Played, verb: Verb) -> None:
    box.act(Verb.BIN, "Pismo 1", "Pismo 2")
    box.replay()
    with as_user(box.owner.pk):  # as if a server restored from a backup had given the UIDs out again
        one, two = Placement.objects.filter(folder=box.folder("Kosz"), gone_at=None).order_by("uid")
        Placement.objects.filter(pk=one.pk).update(message=two.message)
        Placement.objects.filter(pk=two.pk).update(message=one.message)
    before = theirs(box.mailbox)
    box.act(verb, "Pismo 1", folder="Kosz", target="Sprawy" if verb is Verb.MOVE else "")
    hurry(box)
    box.replay()
    assert theirs(box.mailbox) == before
    assert box.troubles() == [Trouble.FOLDER_CHANGED]
    assert len([folder for folder, _, _ in ours(box.account) if folder == "Kosz"]) == 2, "and here they are again"


def test_a_folder_that_takes_nothing_holds_up_no_other(box: Played) -> None:
    box.mailbox.create("Sprawy/Dawne")
    box.sync()
    box.act(Verb.MOVE, "Pismo 1", target="Sprawy/Dawne")
    box.act(Verb.MOVE, "Pismo 2", target="Sprawy")
    box.mailbox.delete_folder("Sprawy/Dawne")
    box.replay()
    assert lying(box) == {"INBOX": [1, 3, 4, 5, 6], "Sprawy": [2]}
    for _ in range(2):  # listings that lack it
        box.sync()
    assert ours(box.account) == theirs(box.mailbox)
    assert box.troubles() == [Trouble.FOLDER_GONE]


def test_an_account_that_became_read_only_is_left_as_it_is(box: Played) -> None:
    box.act(Verb.MOVE, "Pismo 1", target="Sprawy")
    box.act(Verb.STAR, "Pismo 2")
    with as_user(box.owner.pk):
        Account.objects.filter(pk=box.account.pk).update(mode=Mode.READ_ONLY)
    before = theirs(box.mailbox)
    box.sync()
    assert theirs(box.mailbox) == before
    assert set(box.troubles()) == {Trouble.ACT_READ_ONLY}
    assert {folder for folder, _, _ in ours(box.account)} == {"INBOX"}


def test_a_folder_that_is_not_empty_there_is_not_removed(box: Played) -> None:
    """What came meanwhile nobody has asked to remove."""
    box.act(Verb.MOVE, "Pismo 1", target="Sprawy")
    box.replay()
    remove_folder(box.owner, uuid4(), box.folder("Sprawy").public_id)
    box.mailbox.append(letter(7), "Sprawy")
    box.replay()
    assert lying(box) == {"INBOX": [2, 3, 4, 5, 6], "Sprawy": [7], "Kosz": [1]}
    assert box.troubles() == [Trouble.FOLDER_NOT_EMPTY]
    box.sync()
    assert ours(box.account) == theirs(box.mailbox)
