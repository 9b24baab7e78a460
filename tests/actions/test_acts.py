"""What a person does to mail, here at once: rows, counters, and the journal that the server is told from."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from teczka.actions.account_rows import described
from teczka.actions.accounts import edit_account
from teczka.actions.acts import Selection, dismiss, do, undo
from teczka.core.accounts import Mode
from teczka.core.acts import Kind, OperationState, Verb
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.folders import AWAITED
from teczka.core.mail import RemoteFlags
from teczka.store import folders, outcomes, placements
from teczka.store.acts import forget_old
from teczka.store.models import Account, Act, Folder, Operation, Placement
from teczka.store.queries.acts import last_act, refused
from teczka.store.viewer import as_user
from tests.acted import Mailbox, make_mailbox, wrong_counters
from tests.cast import Cast, make_cast
from tests.plans import looked_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def mail(cast: Cast) -> Mailbox:
    return make_mailbox(cast.anna)


def test_reading_changes_the_rows_the_counter_and_the_journal(mail: Mailbox) -> None:
    done = mail.act(Verb.READ, 3, 4, 6)
    assert done.line.count == 2, "4 was read already"
    with as_user(mail.owner.pk):
        assert Folder.objects.get(pk=mail.inbox.pk).unread == 0
    told = mail.operations()
    assert [(one.kind, one.flag, one.value, one.was, one.state) for one in told] == [
        (Kind.FLAG, "\\Seen", True, False, OperationState.PENDING)
    ] * 2
    assert not wrong_counters(mail.owner)


def test_the_same_key_again_does_nothing_twice(mail: Mailbox) -> None:
    key, chosen = uuid4(), Selection([mail.inbox.pk], mail.ids(1, 2))
    first = do(mail.owner, key, Verb.ARCHIVE, chosen)
    assert do(mail.owner, key, Verb.ARCHIVE, chosen) == first
    assert do(mail.owner, key, Verb.BIN, Selection([mail.inbox.pk])) == first, "whatever else it says"
    assert len(mail.operations()) == 2
    assert mail.lie(mail.archive) == [1, 2]


def test_what_is_moved_is_there_at_once_under_a_number_of_our_own(mail: Mailbox) -> None:
    mail.act(Verb.MOVE, 1, 3, target=mail.work)
    assert mail.lie(mail.work) == [1, 3]
    assert mail.lie(mail.inbox) == [2, 4, 5, 6]
    with as_user(mail.owner.pk):
        awaited = Placement.objects.filter(folder=mail.work)
        assert {(one.uidvalidity, one.uid) for one in awaited} == {(AWAITED, one.pk) for one in mail.operations()}
        assert {one.target_placement_id for one in mail.operations()} == {one.pk for one in awaited}
    assert not wrong_counters(mail.owner)


def test_a_copy_stays_where_it_was_too(mail: Mailbox) -> None:
    mail.act(Verb.COPY, 1, target=mail.work)
    assert (mail.lie(mail.work), 1 in mail.lie(mail.inbox)) == ([1], True)
    assert not wrong_counters(mail.owner)


def test_everything_in_a_listing_goes_in_one_act(mail: Mailbox) -> None:
    done = mail.act(Verb.ARCHIVE)
    assert done.line.count == 6
    assert mail.lie(mail.inbox) == []
    assert not wrong_counters(mail.owner)
    assert undo(mail.owner, done.line.public_id).line.count == 6
    assert mail.lie(mail.inbox) == [1, 2, 3, 4, 5, 6]
    assert not wrong_counters(mail.owner)


def test_more_than_a_thousand_at_once_are_an_act_like_any_other(swept: None, cast: Cast) -> None:
    mail = make_mailbox(cast.anna, 1_200)
    done = mail.act(Verb.ARCHIVE)
    assert done.line.count == 1_200
    assert undo(mail.owner, done.line.public_id).line.count == 1_200
    assert not wrong_counters(mail.owner)


@pytest.mark.parametrize("verb", [Verb.ARCHIVE, Verb.COPY, Verb.READ, Verb.DELETE])
def test_no_act_looks_at_every_message_for_every_message(swept: None, cast: Cast, verb: Verb) -> None:
    many = 300
    mail = make_mailbox(cast.anna, many)
    folder = mail.inbox
    if verb is Verb.DELETE:
        mail.act(Verb.BIN)
        folder = mail.trash
    looked = 0

    def told(execute: Any, context: Any, sql: str, params: object) -> object:
        return execute(sql, params, False, context)

    def counting(execute: Any, sql: str, params: object, many: bool, context: Any) -> object:
        nonlocal looked
        if "WITH chosen" in sql:
            with transaction.atomic():
                looked = looked_at(partial(told, execute, context), context["cursor"].fetchone, sql, params)
                transaction.set_rollback(True)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counting):
        assert mail.act(verb, folder=folder, target=mail.work if verb is Verb.COPY else None).line.count >= 100
    assert 0 < looked < 50 * many


@pytest.mark.parametrize("verb", [Verb.ARCHIVE, Verb.BIN, Verb.SPAM])
def test_a_folder_that_is_missing_is_made_before_it_is_used(cast: Cast, verb: Verb) -> None:
    mail = make_mailbox(cast.anna)
    role = {Verb.ARCHIVE: "archive", Verb.BIN: "trash", Verb.SPAM: "junk"}[verb]
    with as_user(mail.owner.pk):
        Folder.objects.filter(account=mail.account, role=role).delete()
    done = mail.act(verb, 1, 2)
    assert [one.kind for one in mail.operations()] == [Kind.CREATE, Kind.MOVE, Kind.MOVE]
    with as_user(mail.owner.pk):
        made = Folder.objects.get(account=mail.account, role=role)
    assert made.path == {"archive": "Archiwum", "trash": "Kosz", "junk": "Spam"}[role]
    assert mail.lie(made) == [1, 2]
    undo(mail.owner, done.line.public_id)
    assert mail.lie(mail.inbox) == [1, 2, 3, 4, 5, 6]
    with as_user(mail.owner.pk):
        assert Folder.objects.get(pk=made.pk).gone_at, "nobody wants it any more"
    assert not wrong_counters(mail.owner)


def test_only_from_the_bin_or_spam_is_removed_for_good_and_not_at_once(mail: Mailbox) -> None:
    with pytest.raises(Problem) as refusal:
        mail.act(Verb.DELETE, 1)
    assert refusal.value.trouble is Trouble.ACT_FOR_GOOD
    mail.act(Verb.BIN, 1)
    done = mail.act(Verb.DELETE, 1, folder=mail.trash)
    (_, told) = mail.operations()
    assert (told.kind, told.due_at is not None) == (Kind.EXPUNGE, True)
    assert mail.lie(mail.trash) == []
    undo(mail.owner, done.line.public_id)
    assert mail.lie(mail.trash) == [1]
    assert not wrong_counters(mail.owner)


def test_an_account_that_is_read_only_is_marked_here_alone_and_nothing_of_it_moves(cast: Cast) -> None:
    mail = make_mailbox(cast.anna, mode="read_only")
    done = mail.act(Verb.READ, 3)
    assert (done.line.count, done.line.local) == (1, 1)
    assert mail.states() == [OperationState.LOCAL]
    for verb in (Verb.ARCHIVE, Verb.BIN, Verb.SPAM):
        with pytest.raises(Problem) as refusal:
            mail.act(verb, 1)
        assert refusal.value.trouble is Trouble.ACT_READ_ONLY
    with pytest.raises(Problem):
        mail.act(Verb.MOVE, 1, target=mail.work)
    assert mail.lie(mail.inbox) == [1, 2, 3, 4, 5, 6]
    undo(mail.owner, done.line.public_id)
    with as_user(mail.owner.pk):
        assert Folder.objects.get(pk=mail.inbox.pk).unread == 2


def test_marks_that_are_here_alone_go_along_and_back_again(mail: Mailbox) -> None:
    for verb, state in ((Verb.STAR, Mode.READ_ONLY), (Verb.READ, Mode.READ_ONLY), (Verb.UNREAD, Mode.MANAGED)):
        with as_user(mail.owner.pk):
            Account.objects.filter(pk=mail.account.pk).update(mode=state)
        mail.act(verb, 3)
    star, read, unread = mail.operations()
    source = star.placement_id
    moved = mail.act(Verb.MOVE, 3, target=mail.work)
    (move,) = mail.operations()[3:]
    assert [one.placement_id for one in mail.operations()] == [move.target_placement_id, source, source, source]
    assert mail.operations()[0].folder_id == mail.work.pk
    undo(mail.owner, moved.line.public_id)
    assert {one.placement_id for one in mail.operations()} == {source}
    mail.act(Verb.COPY, 3, target=mail.work)
    assert mail.operations()[0].placement_id == source, "of a copy the first one keeps them"
    with as_user(mail.owner.pk):
        outcomes.done([unread.pk])
    assert mail.operations()[1].state == OperationState.DONE, "the server was told otherwise since"
    assert read.pk == mail.operations()[1].pk


def test_of_several_accounts_those_that_can_are_acted_on(cast: Cast) -> None:
    able = make_mailbox(cast.anna)
    reading = make_mailbox(cast.anna, address="anna@czyta.example", mode="read_only")
    both = Selection([able.inbox.pk, reading.inbox.pk], able.ids(1) + reading.ids(1, 2))
    done = do(cast.anna, uuid4(), Verb.ARCHIVE, both)
    assert (done.line.count, done.stayed) == (1, 2)
    assert done.why
    assert done.why.trouble is Trouble.ACT_READ_ONLY
    assert reading.lie(reading.inbox) == [1, 2, 3, 4, 5, 6]


def test_no_folder_is_made_in_an_account_of_which_nothing_was_chosen(cast: Cast) -> None:
    one = make_mailbox(cast.anna)
    other = make_mailbox(cast.anna, address="anna@inna.example")
    with as_user(cast.anna.pk):
        Folder.objects.filter(account=other.account, role="archive").delete()
    do(cast.anna, uuid4(), Verb.ARCHIVE, Selection([one.inbox.pk, other.inbox.pk], one.ids(1)))
    with as_user(cast.anna.pk):
        assert not Folder.objects.filter(account=other.account, role="archive").exists()


def test_another_accounts_folder_is_no_target(cast: Cast) -> None:
    one = make_mailbox(cast.anna)
    other = make_mailbox(cast.anna, address="anna@inna.example")
    with pytest.raises(Problem) as refusal:
        one.act(Verb.MOVE, 1, target=other.work)
    assert refusal.value.trouble is Trouble.ACT_ELSEWHERE


def test_nobody_but_the_owner_acts_and_nobody_else_undoes(mail: Mailbox, cast: Cast) -> None:
    done = mail.act(Verb.ARCHIVE, 1)
    operation = mail.operations()[0]
    for stranger in cast.strangers:
        with pytest.raises(NotAllowed):
            do(stranger, uuid4(), Verb.READ, Selection([mail.inbox.pk], mail.ids(3)))
        with pytest.raises(NotAllowed):
            undo(stranger, done.line.public_id)
        with pytest.raises(NotAllowed):
            dismiss(stranger, operation.public_id)
        assert last_act(stranger) is None
        own = make_mailbox(stranger, address=f"{stranger.pk}@wlasna.example")
        with pytest.raises(NotAllowed):
            do(stranger, uuid4(), Verb.MOVE, Selection([own.inbox.pk]), mail.work.public_id)
        assert do(stranger, uuid4(), Verb.READ, Selection([own.inbox.pk], mail.ids(3))).line.count == 0
    assert mail.lie(mail.archive) == [1]


def test_undoing_what_the_server_has_not_heard_of_leaves_nothing_to_say(mail: Mailbox) -> None:
    done = mail.act(Verb.MOVE, 1, 2, target=mail.work)
    assert last_act(mail.owner) == done.line
    undone = undo(mail.owner, done.line.public_id)
    assert undone.line.count == 2
    assert mail.lie(mail.work) == []
    assert mail.states() == [OperationState.UNDONE] * 2
    assert undo(mail.owner, done.line.public_id) == undone, "asked twice"
    assert last_act(mail.owner) is None
    assert not wrong_counters(mail.owner)


def test_undoing_what_was_done_does_it_the_other_way_round(mail: Mailbox) -> None:
    moved, read = mail.act(Verb.MOVE, 1, 2, target=mail.work), mail.act(Verb.READ, 3)
    told = mail.operations()
    with as_user(mail.owner.pk):
        outcomes.land({told[0].pk: (7, 101), told[1].pk: (7, 102)})
        outcomes.done([one.pk for one in told])
    undo(mail.owner, read.line.public_id)
    undo(mail.owner, moved.line.public_id)
    assert mail.lie(mail.inbox) == [1, 2, 3, 4, 5, 6]
    assert mail.lie(mail.work) == []
    back = mail.operations(OperationState.PENDING)
    assert [(one.kind, one.target_id, one.value) for one in back] == [
        (Kind.FLAG, None, False),
        (Kind.MOVE, mail.inbox.pk, None),
        (Kind.MOVE, mail.inbox.pk, None),
    ]
    assert not wrong_counters(mail.owner)


def test_what_was_moved_on_stays_where_it_was_moved_to(mail: Mailbox) -> None:
    first = mail.act(Verb.MOVE, 1, 2, target=mail.work)
    mail.act(Verb.ARCHIVE, 1, folder=mail.work)
    undone = undo(mail.owner, first.line.public_id)
    assert (undone.line.count, undone.stayed) == (1, 1)
    assert mail.lie(mail.archive) == [1]
    second = mail.act(Verb.MOVE, 3, target=mail.work)
    mail.act(Verb.ARCHIVE, 3, folder=mail.work)
    with pytest.raises(Problem) as refusal:
        undo(mail.owner, second.line.public_id)
    assert refusal.value.trouble is Trouble.ACT_TOO_LATE
    assert not wrong_counters(mail.owner)


def test_flags_set_after_a_move_go_back_with_it(mail: Mailbox) -> None:
    moved = mail.act(Verb.MOVE, 3, target=mail.work)
    mail.act(Verb.STAR, 3, folder=mail.work)
    undo(mail.owner, moved.line.public_id)
    with as_user(mail.owner.pk):
        placed = Placement.objects.get(folder=mail.inbox, message__subject="Pismo 3", gone_at=None)
        assert placed.flagged
        starred = Operation.objects.get(kind=Kind.FLAG)
    assert (starred.placement_id, starred.folder_id) == (placed.pk, mail.inbox.pk)
    assert not wrong_counters(mail.owner)


def test_what_the_server_refuses_is_as_before_and_its_owner_is_told_until_it_is_dismissed(mail: Mailbox) -> None:
    mail.act(Verb.MOVE, 1, 3, target=mail.work)
    mail.act(Verb.READ, 6)
    told = mail.operations()
    with as_user(mail.owner.pk):
        outcomes.refuse([one.pk for one in told[:2]], Problem(Trouble.FOLDER_QUOTA, host="h", folder="Praca"))
        outcomes.refuse([told[2].pk], Problem(Trouble.FOLDER_READ_ONLY, host="h", folder="INBOX", detail="no"))
    assert mail.lie(mail.inbox) == [1, 2, 3, 4, 5, 6]
    assert mail.lie(mail.work) == []
    notices = refused(mail.owner)
    assert [(one.verb, one.count, one.problem.trouble) for one in notices] == [
        ("read", 1, Trouble.FOLDER_READ_ONLY),
        ("move", 2, Trouble.FOLDER_QUOTA),
    ]
    dismiss(mail.owner, notices[1].public_id)
    assert [one.verb for one in refused(mail.owner)] == ["read"]
    assert not wrong_counters(mail.owner)


def test_a_refused_move_takes_the_ones_on_top_of_it_along(mail: Mailbox) -> None:
    """From the inbox to a folder, on to the archive, and starred there: the server says no to the first."""
    mail.act(Verb.MOVE, 1, target=mail.work)
    mail.act(Verb.ARCHIVE, 1, folder=mail.work)
    mail.act(Verb.STAR, 1, folder=mail.archive)
    first, second, _ = mail.operations()
    with as_user(mail.owner.pk):
        outcomes.refuse([first.pk], Problem(Trouble.FOLDER_DENIED, host="h", folder="Praca"))
    assert mail.lie(mail.archive) == [1]
    assert (mail.lie(mail.work), 1 in mail.lie(mail.inbox)) == ([], False)
    with as_user(mail.owner.pk):
        again = Operation.objects.get(pk=second.pk)
    assert (again.folder_id, again.state) == (mail.inbox.pk, OperationState.PENDING), "from where it still lies"
    with as_user(mail.owner.pk):
        outcomes.refuse([again.pk], Problem(Trouble.FOLDER_DENIED, host="h", folder="Praca"))
        placed = Placement.objects.get(folder=mail.inbox, message__subject="Pismo 1", gone_at=None)
    assert placed.flagged, "that was not refused"
    assert not wrong_counters(mail.owner)


def test_all_of_a_chain_refused_at_once_leaves_the_first_place(mail: Mailbox) -> None:
    mail.act(Verb.MOVE, 1, 2, target=mail.work)
    mail.act(Verb.ARCHIVE, 1, folder=mail.work)
    mail.act(Verb.BIN, 1, folder=mail.archive)
    with as_user(mail.owner.pk):
        every = list(Operation.objects.values_list("pk", flat=True))
        outcomes.refuse(every, Problem(Trouble.FOLDER_DENIED, host="h", folder="Praca"))
        assert not Placement.objects.filter(uidvalidity=AWAITED).exists()
    assert mail.lie(mail.inbox) == [1, 2, 3, 4, 5, 6]
    assert not wrong_counters(mail.owner)


def test_what_rests_on_a_copy_that_is_not_made_is_refused_with_it(mail: Mailbox) -> None:
    mail.act(Verb.COPY, 1, target=mail.work)
    mail.act(Verb.ARCHIVE, 1, folder=mail.work)
    mail.act(Verb.STAR, 1, folder=mail.archive)
    copied = mail.operations()[0]
    with as_user(mail.owner.pk):
        outcomes.refuse([copied.pk], Problem(Trouble.FOLDER_DENIED, host="h", folder="Praca"))
    assert mail.lie(mail.inbox) == [1, 2, 3, 4, 5, 6]
    assert (mail.lie(mail.work), mail.lie(mail.archive)) == ([], [])
    assert not wrong_counters(mail.owner)


def test_what_vanished_on_the_server_is_not_there_again(mail: Mailbox) -> None:
    mail.act(Verb.MOVE, 1, target=mail.work)
    mail.act(Verb.STAR, 1, folder=mail.work)
    with as_user(mail.owner.pk):
        outcomes.refuse(
            [mail.operations()[0].pk], Problem(Trouble.FOLDER_CHANGED, host="h", folder="INBOX"), vanished=True
        )
    assert 1 not in mail.lie(mail.inbox) + mail.lie(mail.work)
    assert set(mail.states()) == {OperationState.REFUSED}
    assert not wrong_counters(mail.owner)


def test_a_flag_taken_back_and_forth_is_as_the_server_has_it_when_all_is_refused(mail: Mailbox) -> None:
    for verb in (Verb.READ, Verb.UNREAD, Verb.READ):
        mail.act(verb, 3)
    first, second, third = mail.operations()
    assert [one.was for one in (first, second, third)] == [False] * 3
    with as_user(mail.owner.pk):
        outcomes.refuse([third.pk], Problem(Trouble.FOLDER_DENIED, host="h", folder="INBOX"))
        assert not Placement.objects.get(folder=mail.inbox, message__subject="Pismo 3").seen
        outcomes.done([first.pk])
        outcomes.refuse([second.pk], Problem(Trouble.FOLDER_DENIED, host="h", folder="INBOX"))
        assert Placement.objects.get(folder=mail.inbox, message__subject="Pismo 3").seen
    assert not wrong_counters(mail.owner)


def test_what_a_pass_had_placed_already_stays_when_the_server_tells_its_number(mail: Mailbox) -> None:
    mail.act(Verb.MOVE, 3, target=mail.work)
    (told,) = mail.operations()
    with as_user(mail.owner.pk):
        awaited = Placement.objects.get(pk=told.target_placement_id)
        found = Placement.objects.get(pk=awaited.pk)
        found.pk, found.uidvalidity, found.uid = None, 7, 55
        found.save()
        Folder.objects.filter(pk=mail.work.pk).update(stored=2, unread=2)
    mail.act(Verb.READ, 3, folder=mail.work)
    with as_user(mail.owner.pk):
        outcomes.land({told.pk: (7, 55)})
        (left,) = Placement.objects.filter(folder=mail.work)
    assert (left.uidvalidity, left.uid, left.seen) == (7, 55, True)
    assert not wrong_counters(mail.owner)


def test_where_another_message_lies_none_is_believed_to_have_come(mail: Mailbox) -> None:
    """A server that tells a wrong COPYUID: undoing must not move what nobody moved."""
    one, two = mail.act(Verb.MOVE, 1, target=mail.work), mail.act(Verb.MOVE, 2, target=mail.work)
    with as_user(mail.owner.pk):
        for told in mail.operations():
            outcomes.land({told.pk: (7, 55)})
            outcomes.done([told.pk])
    assert mail.lie(mail.work) == [1, 2]
    assert one.line.count == 1
    undo(mail.owner, two.line.public_id)
    assert (mail.lie(mail.work), mail.lie(mail.inbox)) == ([1], [2, 3, 4, 5, 6])
    assert not wrong_counters(mail.owner)


def test_what_we_could_but_mark_is_there_again_when_another_takes_the_mark_off(mail: Mailbox) -> None:
    mail.act(Verb.MOVE, 1, target=mail.work)
    (told,) = mail.operations()
    with as_user(mail.owner.pk):
        outcomes.land({told.pk: (7, 55)})
        outcomes.done([told.pk], OperationState.MARKED)
        source = Placement.objects.get(pk=told.placement_id or 0)
    shown = []
    for flags in ({"\\deleted", "\\Seen"}, {"\\Seen"}):
        with as_user(mail.owner.pk):
            change = RemoteFlags(source.uid, frozenset(flags), None)
            placements.set_flags(mail.inbox.pk, source.uidvalidity, [change])
        shown.append(mail.lie(mail.inbox))
    assert shown == [[2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]]
    assert not wrong_counters(mail.owner)


def test_on_another_server_no_number_is_taken_for_an_awaited_one(mail: Mailbox) -> None:
    told = Placement.objects.filter(folder=mail.inbox)
    with as_user(mail.owner.pk):
        told.update(uidvalidity=2**32 - 1)  # the highest that there is
        folders.start_afresh(mail.account.pk)
        assert set(told.values_list("uidvalidity", flat=True)).isdisjoint({AWAITED, 2**32 - 1})


def test_a_quiet_act_is_nothing_to_take_back(mail: Mailbox) -> None:
    do(mail.owner, uuid4(), Verb.READ, Selection([mail.inbox.pk], mail.ids(3)), quiet=True)
    assert last_act(mail.owner) is None
    assert mail.states() == [OperationState.PENDING]


def test_an_account_that_becomes_read_only_keeps_its_marks_and_takes_back_what_was_not_said(mail: Mailbox) -> None:
    mail.act(Verb.READ, 3)
    mail.act(Verb.MOVE, 1, target=mail.work)
    mail.act(Verb.MOVE, 2, target=mail.work)
    with as_user(mail.owner.pk):
        outcomes.start([mail.operations()[2].pk], 1, 1)
    edit_account(mail.owner, mail.account.public_id, replace(described(mail.account), mode=Mode.READ_ONLY))
    assert mail.states() == [OperationState.LOCAL, OperationState.REFUSED, OperationState.DONE]
    assert [one.problem.trouble for one in refused(mail.owner)] == [Trouble.ACT_READ_ONLY]
    assert mail.lie(mail.inbox) == [1, 3, 4, 5, 6]
    assert not wrong_counters(mail.owner)


def test_what_was_done_long_ago_is_forgotten_and_nothing_that_still_holds(mail: Mailbox) -> None:
    for verb in (Verb.STAR, Verb.UNSTAR, Verb.STAR, Verb.UNSTAR):
        mail.act(verb, 1)
    pending, done, fresh, told = mail.operations()
    with as_user(mail.owner.pk):
        outcomes.done([done.pk, fresh.pk])
        outcomes.refuse([told.pk], Problem(Trouble.FOLDER_DENIED, host="h", folder="INBOX"))
        long_ago = timezone.now() - timedelta(days=31)
        Act.objects.update(created_at=long_ago)
        Operation.objects.filter(pk__in=[done.pk, told.pk]).update(done_at=long_ago)
    assert (forget_old(), forget_old()) == (1, 0), "an act goes after its operations"
    assert [one.pk for one in mail.operations()] == [pending.pk, fresh.pk, told.pk], "one was not told of yet"
    with as_user(mail.owner.pk):
        assert Act.objects.count() == 3


def test_what_lies_here_alone_is_marked_here_alone(mail: Mailbox) -> None:
    """A copy of what was sent, where the account's server has no folder for it or did not take it."""
    with as_user(mail.owner.pk):
        placed = Placement.objects.filter(folder=mail.inbox).latest("pk")
        owner = {"office_id": mail.account.office_id, "owner_id": mail.owner.pk, "account": mail.account}
        kept = Operation.objects.create(kind=Kind.APPEND, target=mail.inbox, state=OperationState.LOCAL, **owner)
        Placement.objects.filter(pk=placed.pk).update(uidvalidity=AWAITED, uid=kept.pk, seen=False)
        Folder.objects.filter(pk=mail.inbox.pk).update(unread=Placement.objects.filter(seen=False).count())
    assert mail.act(Verb.READ).line.local == 1
    assert sorted(one.state for one in mail.operations()[1:]).count(OperationState.LOCAL) == 1
    assert mail.act(Verb.ARCHIVE).line.count == 5
    assert not wrong_counters(mail.owner)
