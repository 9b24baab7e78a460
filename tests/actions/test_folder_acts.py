"""Folders made, renamed and removed: here at once, on the server in their turn, and whatever it lists meanwhile."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from teczka.actions.acts import Selection, do, undo
from teczka.actions.folders import choose_role, create_folder, remove_folder, rename_folder
from teczka.core.acts import Kind, OperationState, Verb
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.folders import FolderRole
from teczka.core.mail import RemoteFolder
from teczka.remote.imap.utf7 import encode
from teczka.store import folders, outcomes
from teczka.store.models import Account, Folder, Operation, Placement
from teczka.store.queries.folders import folders as shown
from teczka.store.viewer import as_user
from tests.acted import Mailbox, make_mailbox, wrong_counters
from tests.cast import Cast, make_account, make_cast, make_folder

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def mail(cast: Cast) -> Mailbox:
    return make_mailbox(cast.anna)


def listed(mail: Mailbox, *more: str, without: str = "") -> None:
    """A pass in which the server lists its folders."""
    names = ["INBOX", "Archiwum", "Kosz", "Spam", "Praca", *more]
    told = [RemoteFolder(encode(name), name, "/", frozenset()) for name in names if name != without]
    with as_user(mail.owner.pk):
        folders.save(mail.account, told)


def paths(mail: Mailbox) -> list[str]:
    return sorted(line.path for line in shown(mail.owner) if line.account == mail.account.public_id)


def settle(mail: Mailbox, name: bytes = b"") -> None:
    """The server does all that is pending."""
    with as_user(mail.owner.pk):
        for one in mail.operations(OperationState.PENDING):
            if one.kind == Kind.RENAME:
                assert one.folder_id
                outcomes.renamed(one.folder_id, name)
            outcomes.done([one.pk])


def land(mail: Mailbox) -> None:
    """A pass has found what was moved."""
    with as_user(mail.owner.pk):
        Placement.objects.filter(gone_at=None, uidvalidity=-1).update(uidvalidity=1)


def test_a_new_folder_is_there_at_once_and_stays_though_the_server_does_not_list_it_yet(mail: Mailbox) -> None:
    done = create_folder(mail.owner, uuid4(), mail.account.public_id, " Umowy ", mail.work.public_id)
    assert (done.count, done.path) == (1, "Praca/Umowy")
    listed(mail)
    assert "Praca/Umowy" in paths(mail)
    settle(mail)
    listed(mail, "Praca/Umowy")
    assert paths(mail).count("Praca/Umowy") == 1
    with as_user(mail.owner.pk):
        assert Folder.objects.get(path="Praca/Umowy").uidvalidity is None, "known to the server, and never opened"


def test_mail_moves_into_a_folder_that_is_still_to_be_made(mail: Mailbox) -> None:
    create_folder(mail.owner, uuid4(), mail.account.public_id, "Nowy")
    with as_user(mail.owner.pk):
        made = Folder.objects.get(path="Nowy")
    mail.act(Verb.MOVE, 1, target=made)
    with as_user(mail.owner.pk):
        create = Operation.objects.get(kind=Kind.CREATE)
        outcomes.refuse([create.pk], Problem(Trouble.FOLDER_DENIED, host="h", folder="Nowy"))
    assert mail.lie(mail.inbox) == [1, 2, 3, 4, 5, 6], "with the folder goes what was to lie in it"
    assert "Nowy" not in paths(mail)
    assert not wrong_counters(mail.owner)


def test_a_server_that_keeps_all_folders_below_the_inbox_gets_them_there(cast: Cast) -> None:
    account = make_account(cast.anna, "anna@courier.example", mode="managed")
    for path in ("INBOX", "INBOX.Praca"):
        make_folder(account, path, "inbox" if path == "INBOX" else "")
    with as_user(cast.anna.pk):
        Folder.objects.filter(account=account).update(delimiter=".")
    assert create_folder(cast.anna, uuid4(), account.public_id, "Umowy").path == "INBOX.Umowy"


@pytest.mark.parametrize("name", ["", " ", "a/b", "50%", "*", "a\nb", "x" * 101, "#news", "~root"])
def test_what_is_no_name_is_refused(mail: Mailbox, name: str) -> None:
    with pytest.raises(Problem) as refusal:
        create_folder(mail.owner, uuid4(), mail.account.public_id, name)
    assert refusal.value.trouble is Trouble.FOLDER_NAME


def test_a_name_that_is_taken_is_refused(mail: Mailbox) -> None:
    for act in (
        lambda: create_folder(mail.owner, uuid4(), mail.account.public_id, "Spam"),
        lambda: rename_folder(mail.owner, uuid4(), mail.work.public_id, "Spam"),
    ):
        with pytest.raises(Problem) as refusal:
            act()
        assert refusal.value.trouble is Trouble.FOLDER_EXISTS


def test_a_renamed_folder_keeps_its_new_name_while_the_server_lists_the_old_one(mail: Mailbox) -> None:
    make_folder(mail.account, "Praca/Umowy", "")
    make_folder(mail.account, "Pracany", "")
    done = rename_folder(mail.owner, uuid4(), mail.work.public_id, "Sprawy sądowe")
    assert done.path == "Sprawy sądowe"
    renamed = ["Archiwum", "INBOX", "Kosz", "Pracany", "Spam", "Sprawy sądowe", "Sprawy sądowe/Umowy"]
    listed(mail, "Praca/Umowy", "Pracany")
    assert paths(mail) == renamed
    settle(mail, encode("Sprawy sądowe"))
    listed(mail, "Sprawy sądowe", "Sprawy sądowe/Umowy", "Pracany", without="Praca")
    assert paths(mail) == renamed
    undo(mail.owner, done.public_id)
    assert "Praca/Umowy" in paths(mail)
    with as_user(mail.owner.pk):
        back = Operation.objects.latest("pk")
    assert (back.kind, back.path, back.path_before) == (Kind.RENAME, "Praca", "Sprawy sądowe")


def test_a_rename_that_is_refused_or_taken_back_leaves_the_old_name(mail: Mailbox) -> None:
    done = rename_folder(mail.owner, uuid4(), mail.work.public_id, "Sprawy")
    undo(mail.owner, done.public_id)
    assert "Praca" in paths(mail)
    rename_folder(mail.owner, uuid4(), mail.work.public_id, "Sprawy")
    with as_user(mail.owner.pk):
        waiting = [one.pk for one in mail.operations(OperationState.PENDING)]
        outcomes.refuse(waiting, Problem(Trouble.FOLDER_EXISTS, host="h", folder="Sprawy"))
    listed(mail)
    assert paths(mail) == ["Archiwum", "INBOX", "Kosz", "Praca", "Spam"]


def test_the_name_of_a_folder_that_went_is_free_again(mail: Mailbox) -> None:
    listed(mail, "Umowy")
    listed(mail)
    rename_folder(mail.owner, uuid4(), mail.work.public_id, "Umowy")
    settle(mail, b"Umowy")
    listed(mail, "Umowy", without="Praca")
    assert paths(mail) == ["Archiwum", "INBOX", "Kosz", "Spam", "Umowy"]
    with as_user(mail.owner.pk):
        assert Folder.objects.get(path="Umowy", gone_at=None).pk == mail.work.pk


def test_a_rename_whose_answer_was_lost_is_no_new_folder_in_the_listing_after_it(mail: Mailbox) -> None:
    make_folder(mail.account, "Praca/Umowy", "")
    rename_folder(mail.owner, uuid4(), mail.work.public_id, "Sprawy")
    for _ in range(2):  # before its name is known here, and after
        listed(mail, "Sprawy", "Sprawy/Umowy", without="Praca")
        assert paths(mail) == ["Archiwum", "INBOX", "Kosz", "Spam", "Sprawy", "Sprawy/Umowy"]
        settle(mail, b"Sprawy")


def test_a_delimiter_is_a_sign_like_any_other(mail: Mailbox) -> None:
    with as_user(mail.owner.pk):
        Folder.objects.filter(account=mail.account).update(delimiter="\\")
    rename_folder(mail.owner, uuid4(), mail.work.public_id, "Sprawy")
    settle(mail, b"Sprawy")
    with as_user(mail.owner.pk):
        assert bytes(Folder.objects.get(pk=mail.work.pk).wire_name) == b"Sprawy"


def test_of_two_renames_the_later_one_stands_whatever_becomes_of_the_first(mail: Mailbox) -> None:
    first = rename_folder(mail.owner, uuid4(), mail.work.public_id, "B")
    rename_folder(mail.owner, uuid4(), mail.work.public_id, "Sprawy")
    undo(mail.owner, first.public_id)
    assert paths(mail) == ["Archiwum", "INBOX", "Kosz", "Spam", "Sprawy"]


def test_a_name_is_taken_until_the_server_has_the_other_one(mail: Mailbox) -> None:
    rename_folder(mail.owner, uuid4(), mail.work.public_id, "Sprawy")
    with pytest.raises(Problem) as refusal:
        create_folder(mail.owner, uuid4(), mail.account.public_id, "Praca")
    assert refusal.value.trouble is Trouble.FOLDER_EXISTS
    settle(mail, b"Sprawy")
    create_folder(mail.owner, uuid4(), mail.account.public_id, "Praca")
    assert {"Praca", "Sprawy"} <= set(paths(mail))


@pytest.mark.parametrize("fields", [{"protocol": "pop3"}, {"mode": "read_only"}, {"deleted_at": timezone.now()}])
def test_what_a_server_did_stays_where_it_is_managed_no_longer(mail: Mailbox, fields: dict[str, object]) -> None:
    acts = [
        create_folder(mail.owner, uuid4(), mail.account.public_id, "Nowy").public_id,
        rename_folder(mail.owner, uuid4(), mail.work.public_id, "Sprawy").public_id,
        mail.act(Verb.COPY, 1, target=mail.archive).line.public_id,
    ]
    settle(mail, b"Sprawy")
    with as_user(mail.owner.pk):
        Account.objects.filter(pk=mail.account.pk).update(**fields)
        Folder.objects.filter(pk=mail.trash.pk).update(role="")  # nor is a bin made for the copy
    for act in acts:
        with pytest.raises(Problem) as refusal:
            undo(mail.owner, act)
        assert refusal.value.trouble is Trouble.ACT_TOO_LATE
    assert mail.operations(OperationState.PENDING) == []
    assert {"Nowy", "Sprawy"} <= set(paths(mail))


def test_what_lay_in_a_removed_folder_lies_in_the_bin(mail: Mailbox) -> None:
    mail.act(Verb.MOVE, 1, 2, target=mail.work)
    done = remove_folder(mail.owner, uuid4(), mail.work.public_id)
    assert (mail.lie(mail.trash), done.path) == ([1, 2], "Praca")
    assert [one.kind for one in mail.operations()][-3:] == [Kind.MOVE, Kind.MOVE, Kind.REMOVE], "in this order"
    listed(mail)
    assert "Praca" not in paths(mail)
    undo(mail.owner, done.public_id)
    assert mail.lie(mail.work) == [1, 2]
    assert "Praca" in paths(mail)
    assert not wrong_counters(mail.owner)


def test_a_folder_that_is_not_empty_on_the_server_is_there_again(mail: Mailbox) -> None:
    remove_folder(mail.owner, uuid4(), mail.work.public_id)
    with as_user(mail.owner.pk):
        outcomes.refuse([mail.operations()[-1].pk], Problem(Trouble.FOLDER_NOT_EMPTY, host="h", folder="Praca"))
    assert "Praca" in paths(mail)


def test_a_removal_that_was_done_is_taken_back_by_making_the_folder_again(mail: Mailbox) -> None:
    mail.act(Verb.MOVE, 1, target=mail.work)
    done = remove_folder(mail.owner, uuid4(), mail.work.public_id)
    settle(mail)
    undo(mail.owner, done.public_id)
    assert [one.kind for one in mail.operations(OperationState.PENDING)] == [Kind.CREATE, Kind.MOVE]
    assert mail.lie(mail.work) == [1]
    assert "Praca" in paths(mail)
    assert not wrong_counters(mail.owner)


def test_a_folder_that_was_made_is_unmade_only_while_it_is_empty(mail: Mailbox) -> None:
    done = create_folder(mail.owner, uuid4(), mail.account.public_id, "Nowy")
    settle(mail)
    with as_user(mail.owner.pk):
        made = Folder.objects.get(path="Nowy")
    moved = mail.act(Verb.MOVE, 1, target=made)
    with pytest.raises(Problem) as refusal:
        undo(mail.owner, done.public_id)
    assert refusal.value.trouble is Trouble.ACT_TOO_LATE
    undo(mail.owner, moved.line.public_id)
    undo(mail.owner, done.public_id)
    assert mail.operations()[-1].kind == Kind.REMOVE
    assert "Nowy" not in paths(mail)


def test_folders_that_serve_a_purpose_or_hold_others_stay(mail: Mailbox) -> None:
    make_folder(mail.account, "Praca/Umowy", "")
    for act, trouble in (
        (lambda: remove_folder(mail.owner, uuid4(), mail.inbox.public_id), Trouble.FOLDER_NEEDED),
        (lambda: rename_folder(mail.owner, uuid4(), mail.trash.public_id, "Inny"), Trouble.FOLDER_NEEDED),
        (lambda: remove_folder(mail.owner, uuid4(), mail.work.public_id), Trouble.FOLDER_PARENT),
    ):
        with pytest.raises(Problem) as refusal:
            act()
        assert refusal.value.trouble is trouble
    assert mail.operations() == []


def test_strangers_and_read_only_accounts_have_no_folders_made(mail: Mailbox, cast: Cast) -> None:
    for stranger in cast.strangers:
        for act in (
            lambda who: create_folder(who, uuid4(), mail.account.public_id, "Nowy"),
            lambda who: rename_folder(who, uuid4(), mail.work.public_id, "Nowy"),
            lambda who: remove_folder(who, uuid4(), mail.work.public_id),
        ):
            with pytest.raises(NotAllowed):
                act(stranger)
    reading = make_mailbox(cast.anna, address="anna@czyta.example", mode="read_only")
    with pytest.raises(Problem) as refusal:
        create_folder(cast.anna, uuid4(), reading.account.public_id, "Nowy")
    assert refusal.value.trouble is Trouble.ACT_READ_ONLY


def test_one_key_makes_one_folder(mail: Mailbox) -> None:
    key = uuid4()
    first = create_folder(mail.owner, key, mail.account.public_id, "Nowy")
    assert create_folder(mail.owner, key, mail.account.public_id, "Nowy") == first
    with as_user(mail.owner.pk), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM store_folder WHERE path = 'Nowy'")
        assert cursor.fetchone() == (1,)


def test_what_is_done_in_a_folder_that_is_gone_from_the_server_is_done_here_alone(mail: Mailbox) -> None:
    mail.act(Verb.MOVE, 1, 2, 3, target=mail.work)
    settle(mail)
    land(mail)
    listed(mail, without="Praca")
    done = mail.act(Verb.STAR, 1, folder=mail.work)
    assert (done.line.count, done.line.local) == (1, 1)
    assert mail.operations(OperationState.PENDING) == []
    for verb, target in ((Verb.BIN, None), (Verb.MOVE, mail.archive), (Verb.COPY, mail.archive)):
        with pytest.raises(Problem) as refusal:
            mail.act(verb, 1, folder=mail.work, target=target)
        assert refusal.value.trouble is Trouble.ACT_FOLDER_GONE
    assert mail.lie(mail.work) == [1, 2, 3]
    both = Selection([mail.work.pk, mail.inbox.pk], mail.ids(1, 4))
    done = do(mail.owner, uuid4(), Verb.BIN, both)
    assert (done.line.count, done.stayed) == (1, 1)
    assert done.why
    assert done.why.trouble is Trouble.ACT_FOLDER_GONE
    with pytest.raises(NotAllowed):
        choose_role(mail.owner, mail.work.public_id, FolderRole.ARCHIVE)
    assert wrong_counters(mail.owner) == []


def test_nothing_goes_back_to_a_folder_that_is_gone_from_the_server(mail: Mailbox) -> None:
    mail.act(Verb.MOVE, 1, target=mail.work)
    settle(mail)
    land(mail)
    moved = mail.act(Verb.ARCHIVE, 1, folder=mail.work)
    settle(mail)
    land(mail)
    listed(mail, without="Praca")
    with pytest.raises(Problem) as refusal:
        undo(mail.owner, moved.line.public_id)
    assert refusal.value.trouble is Trouble.ACT_TOO_LATE
    assert mail.lie(mail.archive) == [1]


def test_what_waits_for_a_folder_that_goes_is_kept_here_or_taken_back(mail: Mailbox) -> None:
    mail.act(Verb.MOVE, 1, 2, target=mail.work)
    settle(mail)
    land(mail)
    mail.act(Verb.STAR, 1, folder=mail.work)
    mail.act(Verb.BIN, 1, 2, folder=mail.work)
    listed(mail, without="Praca")
    assert set(mail.states()[-3:]) == {"pending"}  # one listing may have lacked it by mistake
    listed(mail, without="Praca")
    assert mail.states()[-3:] == ["local", "refused", "refused"]
    assert (mail.lie(mail.work), mail.lie(mail.trash)) == ([1, 2], [])
    with as_user(mail.owner.pk):
        assert Placement.objects.get(folder=mail.work, flagged=True).message_id
    assert wrong_counters(mail.owner) == []


def test_what_waits_for_a_folder_that_one_listing_lacked_waits_on(mail: Mailbox) -> None:
    mail.act(Verb.MOVE, 1, target=mail.work)
    settle(mail)
    land(mail)
    mail.act(Verb.STAR, 1, folder=mail.work)
    mail.act(Verb.MOVE, 2, target=mail.work)
    listed(mail, without="Praca")
    listed(mail)
    assert mail.states()[-2:] == ["pending", "pending"]
    assert (mail.lie(mail.work), wrong_counters(mail.owner)) == ([1, 2], [])


@pytest.mark.parametrize("verb", [Verb.MOVE, Verb.COPY])
def test_what_was_to_go_into_a_folder_that_is_gone_is_where_it_was_and_told(mail: Mailbox, verb: Verb) -> None:
    mail.act(verb, 1, 2, target=mail.work)
    moved_on = mail.ids(1)
    for _ in range(2):
        listed(mail, without="Praca")
    assert set(mail.states()) == {"refused"}
    assert (mail.lie(mail.work), mail.lie(mail.inbox)) == ([], [1, 2, 3, 4, 5, 6])
    with as_user(mail.owner.pk):
        told = Operation.objects.filter(message__public_id__in=moved_on).get()
    assert (told.trouble, told.trouble_params) == (Trouble.FOLDER_GONE, {"folder": "Praca"})
    assert "Praca" not in paths(mail)
    assert wrong_counters(mail.owner) == []


def test_what_goes_from_one_folder_that_is_gone_into_another_is_taken_back_once(mail: Mailbox) -> None:
    listed(mail, "Inny")
    with as_user(mail.owner.pk):
        other = Folder.objects.get(path="Inny")
    mail.act(Verb.MOVE, 1, target=mail.work)
    settle(mail)
    land(mail)
    mail.act(Verb.COPY, 1, folder=mail.work, target=other)
    mail.act(Verb.MOVE, 1, folder=mail.work, target=other)
    mail.act(Verb.MOVE, 1, folder=other, target=mail.archive)
    for _ in range(2):
        listed(mail, without="Praca")
    assert mail.lie(mail.work) == [1]
    assert (mail.lie(other), mail.lie(mail.archive)) == ([], [])
    assert wrong_counters(mail.owner) == []


def test_a_folder_that_is_removed_here_takes_what_is_on_its_way_into_it_along(mail: Mailbox) -> None:
    mail.act(Verb.MOVE, 1, target=mail.work)
    remove_folder(mail.owner, uuid4(), mail.work.public_id)
    for _ in range(2):
        listed(mail, without="Praca")  # by now the server may have removed it, and its answer was lost
    assert set(mail.states()) == {"pending"}
    assert mail.lie(mail.trash) == [1]


def test_a_folder_that_is_gone_leaves_the_tree_once_its_messages_lie_elsewhere(mail: Mailbox) -> None:
    mail.act(Verb.COPY, 1, 2, 5, target=mail.archive)
    mail.act(Verb.COPY, 3, 4, target=mail.trash)
    mail.act(Verb.MOVE, 1, 2, 3, 4, 5, target=mail.work)
    settle(mail)
    land(mail)
    with as_user(mail.owner.pk):
        Folder.objects.filter(pk=mail.work.pk).update(complete_below=100)
        five = Placement.objects.filter(folder=mail.archive, message__public_id__in=mail.ids(5))
        five.update(uidvalidity=2)  # from before the server numbered them anew: whether it lies there a pass will tell
    listed(mail, without="Praca")
    starred = mail.act(Verb.STAR, 2, folder=mail.work)
    shows = []
    for hours in (23, 25):
        with as_user(mail.owner.pk):
            Folder.objects.filter(pk=mail.work.pk).update(gone_at=timezone.now() - timedelta(hours=hours))
        listed(mail, without="Praca")
        shows.append(mail.lie(mail.work))
    assert shows == [[1, 2, 3, 4, 5], [2, 3, 4, 5]]  # 2 is marked here alone; the bin will be emptied
    assert starred.line.local == 1
    assert mail.lie(mail.archive) == [1, 2, 5]
    assert "Praca" in paths(mail)
    with as_user(mail.owner.pk):
        assert Folder.objects.get(pk=mail.work.pk).complete_below == 1
    assert wrong_counters(mail.owner) == []


def test_a_folder_that_is_gone_keeps_no_role_from_another(mail: Mailbox) -> None:
    choose_role(mail.owner, mail.work.public_id, FolderRole.ARCHIVE)
    listed(mail)
    listed(mail, without="Praca")
    with as_user(mail.owner.pk):
        assert Folder.objects.get(role="archive", gone_at=None) == mail.archive
