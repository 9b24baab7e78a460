"""What people do to their mail, as another program sees it on a real server afterwards (actions/replay.py, sync/replay.py)."""

from uuid import uuid4

import pytest
from django.utils import timezone

from teczka.actions.acts import undo
from teczka.actions.folders import create_folder, remove_folder, rename_folder
from teczka.core.accounts import Mode
from teczka.core.acts import OperationState, Verb
from teczka.core.errors import Problem, Trouble
from teczka.core.labels import keyword_of
from teczka.remote.imap import ImapMailbox
from teczka.store.models import Account, Operation
from teczka.store.queries.labels import known_labels
from teczka.store.viewer import as_user
from tests.replayed import Played, flags, lying, ours, theirs

pytestmark = pytest.mark.dovecot


def settled(box: Played) -> None:
    """Both sides are equal as soon as the server was told, and a pass finds nothing to change."""
    box.replay()
    assert ours(box.account) == theirs(box.mailbox)
    box.sync()
    assert ours(box.account) == theirs(box.mailbox)
    assert set(box.states()) <= {OperationState.DONE}


@pytest.mark.parametrize(("verb", "flag"), [(Verb.READ, "\\Seen"), (Verb.STAR, "\\Flagged")], ids=["read", "star"])
def test_flags_come_and_go_on_the_server(box: Played, verb: Verb, flag: str) -> None:
    box.act(verb, "Pismo 2", "Pismo 3")
    settled(box)
    assert (flags(box, 2), flags(box, 1)) == ({flag}, frozenset())
    box.act({Verb.READ: Verb.UNREAD, Verb.STAR: Verb.UNSTAR}[verb], "Pismo 2")
    settled(box)
    assert (flags(box, 2), flags(box, 3)) == (frozenset(), {flag})


def test_labels_are_keywords_on_the_server_that_outlast_the_session(box: Played) -> None:
    """And what another program has set is a label here."""
    polish = keyword_of("Do załatwienia")
    box.act(Verb.LABEL, "Pismo 2", "Pismo 3", labels={polish: True, "$label1": True})
    settled(box)
    assert (flags(box, 2), flags(box, 1)) == ({polish, "$label1"}, frozenset())
    box.act(Verb.LABEL, "Pismo 2", labels={"$label1": False})
    settled(box)
    assert (flags(box, 2), flags(box, 3)) == ({polish}, {polish, "$label1"})
    with box.mailbox.session("INBOX") as imap:
        imap.uid("STORE", "1", "+FLAGS", "(Z_telefonu)")
    box.sync()
    assert "Z_telefonu" in known_labels(box.account.owner)


def test_where_a_server_keeps_no_keywords_a_label_stays_here_alone(
    box: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImapMailbox, "keeps", lambda _mailbox, _flag: False)
    labelled = box.act(Verb.LABEL, "Pismo 2", labels={"Pilne": True})
    box.act(Verb.STAR, "Pismo 2")
    for _ in range(2):
        box.replay()
        box.sync()
    assert flags(box, 2) == {"\\Flagged"}
    assert box.states() == [OperationState.LOCAL, OperationState.DONE]
    assert "Pilne" in known_labels(box.account.owner)
    undo(box.owner, labelled.line.public_id)
    box.sync()
    assert "Pilne" not in known_labels(box.account.owner)


def test_marks_that_are_here_alone_stay_so_when_the_account_is_managed_and_the_message_moved(
    box: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    for mode in (Mode.READ_ONLY, Mode.MANAGED):
        with as_user(box.owner.pk):
            Account.objects.filter(pk=box.account.pk).update(mode=mode)
        if mode is Mode.READ_ONLY:
            box.act(Verb.STAR, "Pismo 2")
            box.act(Verb.READ, "Pismo 2")
        box.sync()
    monkeypatch.setattr(ImapMailbox, "keeps", lambda _mailbox, flag: flag != "Pilne")
    box.act(Verb.LABEL, "Pismo 2", labels={"Pilne": True})
    box.act(Verb.MOVE, "Pismo 2", target="Sprawy")
    for _ in range(2):
        box.replay()
        box.sync()
    assert (lying(box)["Sprawy"], flags(box, 2)) == ([2], frozenset()), "the server was promised to hear of none"
    (here,) = [told for (folder, _, _), (_, told) in ours(box.account).items() if folder == "Sprawy"]
    assert here == {"\\Flagged", "\\Seen", "Pilne"}
    with box.mailbox.session("Sprawy") as imap:
        imap.uid("STORE", "1", "+FLAGS", "(\\Seen)")
    box.sync()
    with box.mailbox.session("Sprawy") as imap:
        imap.uid("STORE", "1", "-FLAGS", "(\\Seen)")
    box.sync()
    (here,) = [told for (folder, _, _), (_, told) in ours(box.account).items() if folder == "Sprawy"]
    assert here == {"\\Flagged", "Pilne"}, "what is changed elsewhere counts"


def test_messages_are_moved_and_copied(box: Played) -> None:
    box.act(Verb.MOVE, "Pismo 1", "Pismo 5", target="Sprawy")
    box.act(Verb.COPY, "Pismo 2", target="Sprawy")
    settled(box)
    assert lying(box) == {"INBOX": [2, 3, 4, 6], "Sprawy": [1, 2, 5]}


@pytest.mark.parametrize(
    ("verb", "folder"), [(Verb.ARCHIVE, "Archive"), (Verb.SPAM, "Spam"), (Verb.BIN, "Kosz")], ids=str
)
def test_a_folder_that_is_missing_is_made_first(box: Played, verb: Verb, folder: str) -> None:
    box.act(verb, "Pismo 4")
    settled(box)
    held = lying(box)
    assert held.pop("INBOX") == [1, 2, 3, 5, 6]
    assert list(held.values()) == [[4]]


def test_what_is_moved_on_before_the_server_heard_of_it_ends_where_it_was_moved_last(box: Played) -> None:
    box.act(Verb.BIN, "Pismo 1", "Pismo 2")
    box.act(Verb.STAR, "Pismo 1", folder="Kosz")
    box.act(Verb.MOVE, "Pismo 1", folder="Kosz", target="Sprawy")
    settled(box)
    assert lying(box) == {"INBOX": [3, 4, 5, 6], "Kosz": [2], "Sprawy": [1]}
    assert flags(box, 1) == {"\\Flagged"}


def test_for_good_is_for_good_but_not_before_its_undo_is_over(box: Played) -> None:
    box.act(Verb.BIN, "Pismo 1", "Pismo 2")
    settled(box)
    box.act(Verb.DELETE, "Pismo 1", folder="Kosz")
    box.replay()
    assert lying(box)["Kosz"] == [1, 2]
    assert 0 < (box.fetching.acts_due or 0) <= 10
    with as_user(box.owner.pk):
        Operation.objects.filter(state=OperationState.PENDING).update(due_at=timezone.now())
    settled(box)
    assert lying(box)["Kosz"] == [2]


def test_an_act_is_taken_back_whether_the_server_has_heard_of_it_or_not(box: Played) -> None:
    before = ours(box.account)
    unheard = box.act(Verb.MOVE, "Pismo 1", target="Sprawy")
    undo(box.owner, unheard.line.public_id)
    box.replay()
    assert ours(box.account) == theirs(box.mailbox) == before
    heard = box.act(Verb.MOVE, "Pismo 1", target="Sprawy")
    box.replay()
    assert lying(box)["Sprawy"] == [1]
    undo(box.owner, heard.line.public_id)
    box.replay()
    assert lying(box) == {"INBOX": [1, 2, 3, 4, 5, 6]}
    box.sync()
    assert ours(box.account) == theirs(box.mailbox)


def test_folders_are_made_renamed_and_removed(box: Played) -> None:
    create_folder(box.owner, uuid4(), box.account.public_id, "Żak & syn")
    box.act(Verb.MOVE, "Pismo 1", target="Żak & syn")
    rename_folder(box.owner, uuid4(), box.folder("Żak & syn").public_id, "Żak i wspólnicy")
    box.act(Verb.MOVE, "Pismo 2", target="Żak i wspólnicy")
    settled(box)
    assert lying(box)["&AXs-ak i wsp&APM-lnicy"] == [1, 2]
    remove_folder(box.owner, uuid4(), box.folder("Żak i wspólnicy").public_id)
    settled(box)
    assert "&AXs-ak i wsp&APM-lnicy" not in box.mailbox.folders()
    assert lying(box) == {"INBOX": [3, 4, 5, 6], "Kosz": [1, 2]}


def test_the_old_name_of_a_folder_that_was_removed_since_does_not_come_back(box: Played) -> None:
    create_folder(box.owner, uuid4(), box.account.public_id, "Nowa")
    renamed = rename_folder(box.owner, uuid4(), box.folder("Nowa").public_id, "Nowsza")
    box.replay()
    remove_folder(box.owner, uuid4(), box.folder("Nowsza").public_id)
    with pytest.raises(Problem) as refused:
        undo(box.owner, renamed.public_id)
    assert refused.value.trouble is Trouble.ACT_TOO_LATE
    settled(box)
    assert not {"Nowa", "Nowsza"} & set(box.mailbox.folders())
