"""Sharing: what an owner shows is seen, what they show no longer is not, and nothing else ever is (P7)."""

from copy import deepcopy
from uuid import uuid4

import pytest

from teczka.actions import acts
from teczka.actions.filing import Wanted, file
from teczka.actions.reading import read_now
from teczka.actions.sharing import With, revoke, share
from teczka.actions.team import save_team
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.sharing import Scope
from teczka.store.models import AuditEntry, Case, Filing, Message, Share, User
from teczka.store.queries.acts import ActLine, last_act
from teczka.store.queries.messages import message_text
from teczka.store.queries.sharing import conversation
from teczka.store.viewer import as_user
from tests.cast import Cast, make_account, make_cast, make_folder
from tests.conversation import CLIENT, FOLLOWING, MESSAGE, OWNER, STRANGER, THREAD, Mailroom, make_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(standing: tuple[Cast, Mailroom], db: None) -> Cast:
    return deepcopy(standing[0])


@pytest.fixture
def mail(standing: tuple[Cast, Mailroom], db: None) -> Mailroom:
    return deepcopy(standing[1])


@pytest.fixture(scope="module")
def standing(lasting: None) -> tuple[Cast, Mailroom]:
    cast = make_cast()
    made = Mailroom(cast.anna)
    made.arrive("1")
    made.arrive("2", "1", sender=OWNER, to=CLIENT)
    made.arrive("3", "1 2")
    made.arrive("inny")
    return cast, made


def give(mail: Mailroom, name: str, scope: Scope, *people: User, cases: tuple[Case, ...] = ()) -> ActLine:
    whom = With([one.public_id for one in people], [one.public_id for one in cases])
    return share(mail.owner, uuid4(), mail.letters[name].public_id, scope, whom)


def take(mail: Mailroom, name: str, scope: Scope, *people: User, case: Case | None = None) -> ActLine:
    with as_user(mail.owner.pk):
        active = Share.objects.filter(message=mail.letters[name], revoked_at=None)
        to = active.filter(with_case=case) if case else active.filter(with_user__in=people)
        shares = list(to.values_list("public_id", flat=True))
    return revoke(mail.owner, uuid4(), mail.letters[name].public_id, scope, shares)


def test_one_message_is_shared_and_no_other_of_its_conversation(mail: Mailroom, cast: Cast) -> None:
    done = give(mail, "2", MESSAGE, cast.bartek)
    assert done.count == 1
    assert mail.seen_by() == {"1": [], "2": ["Bartek"], "3": [], "inny": []}
    assert message_text(cast.bartek, mail.letters["2"].public_id)
    for stranger in (cast.celina, cast.dorota, cast.edward):
        assert message_text(stranger, mail.letters["2"].public_id) is None


def test_a_conversation_so_far_is_that_alone(mail: Mailroom, cast: Cast) -> None:
    assert give(mail, "2", THREAD, cast.bartek, cast.celina).count == 3
    mail.arrive("4", "1 2 3")
    both = ["Bartek", "Celina"]
    assert mail.seen_by() == {"1": both, "2": both, "3": both, "4": [], "inny": []}


def test_future_replies_come_too_from_whoever_takes_part(mail: Mailroom, cast: Cast) -> None:
    give(mail, "3", FOLLOWING, cast.bartek)
    mail.arrive("4", "1 2 3", sender=OWNER, to=CLIENT)
    mail.arrive("5", "1 2 3 4")
    assert mail.seen_by("4", "5", "inny") == {"4": ["Bartek"], "5": ["Bartek"], "inny": []}


def test_what_its_owner_passes_on_to_somebody_else_is_no_reply(mail: Mailroom, cast: Cast) -> None:
    """Nor is what they note for themselves, nor what is answered to it."""
    give(mail, "3", FOLLOWING, cast.bartek)
    mail.arrive("dalej", "1 2 3", sender=OWNER, to=STRANGER)
    mail.arrive("notatka", "1 2 3", sender=OWNER, to=OWNER)
    mail.arrive("rada", "1 2 3 dalej", sender=STRANGER)
    mail.arrive("4", "1 2 3", sender=OWNER, to=f"{STRANGER}, {CLIENT}")
    assert mail.seen_by("dalej", "notatka", "rada", "4") == {"dalej": [], "notatka": [], "rada": [], "4": ["Bartek"]}


def test_an_answer_to_what_is_private_is_no_reply_though_it_names_what_is_shared(mail: Mailroom, cast: Cast) -> None:
    give(mail, "3", FOLLOWING, cast.bartek)
    mail.arrive("prywatne", "1 2 3", sender=STRANGER)
    mail.arrive("4", "1 2 3 prywatne")
    assert mail.seen_by("prywatne", "4") == {"prywatne": [], "4": []}


def test_what_its_owner_passed_on_or_noted_before_is_no_part_of_the_conversation(mail: Mailroom, cast: Cast) -> None:
    """Nor is what was answered to it, unless the owner names one of these."""
    aside = ("dalej", "notatka", "rada", "dalej-2")
    mail.arrive("dalej", "1 2 3", sender=OWNER, to=STRANGER)
    mail.arrive("notatka", "1 2 3", sender=OWNER, to=OWNER)
    mail.arrive("rada", "1 2 3 dalej", sender=STRANGER)
    mail.arrive("dalej-2", "1 2 3 dalej rada", sender=OWNER, to=STRANGER)
    offered = conversation(cast.anna, mail.letters["1"].public_id)
    assert [one.public_id for one in offered] == [mail.letters[name].public_id for name in "32"]
    assert give(mail, "1", FOLLOWING, cast.bartek).count == 3
    assert mail.seen_by(*aside, "2") == {**{name: [] for name in aside}, "2": ["Bartek"]}
    give(mail, "notatka", THREAD, cast.bartek)
    assert mail.seen_by(*aside) == {**{name: [] for name in aside}, "notatka": ["Bartek"]}
    give(mail, "rada", THREAD, cast.celina)
    assert mail.seen_by(*aside) == {**{name: ["Celina"] for name in aside}, "notatka": ["Bartek"]}


def test_what_its_owner_began_and_wrote_to_who_came_in_later_belongs_to_it(mail: Mailroom, cast: Cast) -> None:
    mail.arrive("początek", sender=OWNER, to=CLIENT)
    mail.arrive("ponaglenie", "początek", sender=OWNER, to=f"{CLIENT}, {STRANGER}")
    mail.arrive("do obcego", "początek ponaglenie", sender=OWNER, to=STRANGER)
    mail.arrive("skądinąd", "początek ponaglenie", sender="sekretariat@klient.example")
    assert give(mail, "skądinąd", THREAD, cast.bartek).count == 4


def test_a_stranger_who_names_a_message_of_the_conversation_is_not_let_in(mail: Mailroom, cast: Cast) -> None:
    """peers.md §5, 15: whoever quotes a number joins the ticket."""
    give(mail, "3", FOLLOWING, cast.bartek)
    mail.arrive("obce", "1 2 3", sender=STRANGER)
    assert mail.seen_by("obce") == {"obce": []}
    give(mail, "obce", MESSAGE, cast.bartek)
    assert mail.seen_by("obce") == {"obce": ["Bartek"]}


def test_two_conversations_that_turn_out_to_be_one_show_nothing_more(mail: Mailroom, cast: Cast) -> None:
    """peers.md §5, 15: a merge of threads exposed what was internal."""
    give(mail, "3", FOLLOWING, cast.bartek)
    mail.arrive("inny-2", "inny")
    mail.arrive("oba", "inny inny-2 4")  # names neither what is shared
    mail.arrive("4", "1 2 3")
    with as_user(mail.owner.pk):
        assert len(set(Message.objects.values_list("thread_id", flat=True))) == 1
    assert mail.seen_by() == {
        "1": ["Bartek"],
        "2": ["Bartek"],
        "3": ["Bartek"],
        "inny": [],
        "inny-2": [],
        "oba": [],
        "4": ["Bartek"],
    }
    mail.arrive("inny-3", "inny inny-2")
    mail.arrive("5", "1 2 3 4")
    assert mail.seen_by("inny-3", "5") == {"inny-3": [], "5": ["Bartek"]}


def test_orders_of_two_merged_conversations_go_on_once_each(mail: Mailroom, cast: Cast) -> None:
    give(mail, "3", FOLLOWING, cast.bartek)
    give(mail, "inny", FOLLOWING, cast.bartek, cast.celina)
    mail.arrive("oba", "3 inny")
    assert mail.seen_by("oba") == {"oba": ["Bartek", "Celina"]}
    with as_user(mail.owner.pk):
        orders = Share.objects.filter(message=None, revoked_at=None)
        assert sorted(orders.values_list("with_user__name", flat=True)) == ["Bartek Nowy", "Celina Cicha"]


def test_what_is_written_and_not_sent_is_not_shared(mail: Mailroom, cast: Cast) -> None:
    drafts = make_folder(mail.account, "Szkice", "drafts")
    spam = make_folder(mail.account, "Spam", "junk")
    mail.arrive("szkic", "1 2 3", sender=OWNER, to=CLIENT, folder=drafts, draft=True)
    mail.arrive("spam", "1", folder=spam)
    give(mail, "3", FOLLOWING, cast.bartek)
    mail.arrive("szkic-2", "1 2 3", sender=OWNER, to=CLIENT, folder=drafts)
    assert mail.seen_by("szkic", "spam", "szkic-2", "1") == {"szkic": [], "spam": [], "szkic-2": [], "1": ["Bartek"]}


def test_what_is_read_anew_is_no_reply_and_brings_nothing_back(mail: Mailroom, cast: Cast) -> None:
    give(mail, "3", FOLLOWING, cast.bartek)
    mail.arrive("4", "1 2 3")
    take(mail, "4", MESSAGE, cast.bartek)
    with as_user(mail.owner.pk):
        Message.objects.filter(pk=mail.letters["4"].pk).update(indexed_with=None)
    read_all_again(mail)
    assert mail.seen_by("4") == {"4": []}


def read_all_again(mail: Mailroom) -> None:
    for message in mail.letters.values():
        read_now(mail.owner.pk, message.pk)


def test_a_team_sees_what_was_shared_with_its_case_whoever_joins_and_leaves(mail: Mailroom, cast: Cast) -> None:
    case = make_case(cast.anna, cast.bartek)
    give(mail, "1", THREAD, cases=(case,))
    assert mail.seen_by("1") == {"1": ["Bartek"]}
    save_team(cast.anna, case.public_id, [cast.anna.public_id, cast.celina.public_id], None)
    assert mail.seen_by("1", "inny") == {"1": ["Celina"], "inny": []}
    assert message_text(cast.bartek, mail.letters["1"].public_id) is None


def test_revoking_ends_one_way_of_seeing_and_leaves_the_others(mail: Mailroom, cast: Cast) -> None:
    case = make_case(cast.anna, cast.bartek)
    give(mail, "1", FOLLOWING, cast.bartek, cast.celina, cases=(case,))
    take(mail, "1", THREAD, cast.bartek, cast.celina)
    assert mail.seen_by("1", "2") == {"1": ["Bartek"], "2": ["Bartek"]}  # through the team
    assert take(mail, "1", MESSAGE, case=case).count == 1
    assert mail.seen_by("1", "2") == {"1": [], "2": ["Bartek"]}
    take(mail, "2", THREAD, case=case)
    mail.arrive("4", "1 2 3")
    assert not any(mail.seen_by().values())


def test_what_was_revoked_can_be_shared_again(mail: Mailroom, cast: Cast) -> None:
    for _ in range(2):
        give(mail, "1", THREAD, cast.bartek)
        take(mail, "1", THREAD, cast.bartek)
    assert give(mail, "1", MESSAGE, cast.bartek).count == 1
    assert mail.seen_by("1", "2") == {"1": ["Bartek"], "2": []}


def test_one_key_is_one_act(mail: Mailroom, cast: Cast) -> None:
    key, whom = uuid4(), With([cast.bartek.public_id])
    first = share(cast.anna, key, mail.letters["1"].public_id, MESSAGE, whom)
    again = share(cast.anna, key, mail.letters["1"].public_id, THREAD, With([cast.celina.public_id]))
    assert again == first
    assert mail.seen_by("1", "2") == {"1": ["Bartek"], "2": []}


def test_undo_takes_back_what_the_act_gave_and_what_came_by_it(mail: Mailroom, cast: Cast) -> None:
    give(mail, "1", MESSAGE, cast.bartek)
    done = give(mail, "1", FOLLOWING, cast.bartek, cast.celina)
    mail.arrive("4", "1 2 3")
    assert last_act(cast.anna) == done
    acts.undo(cast.anna, done.public_id)
    mail.arrive("5", "1 2 3 4")
    assert mail.seen_by("1", "2", "4", "5") == {"1": ["Bartek"], "2": [], "4": [], "5": []}
    with pytest.raises(Problem) as told:  # it is shared already: nothing was given
        acts.undo(cast.anna, give(mail, "1", MESSAGE, cast.bartek).public_id)
    assert told.value.trouble is Trouble.ACT_TOO_LATE


def test_undo_of_a_revocation_shares_again(mail: Mailroom, cast: Cast) -> None:
    give(mail, "1", FOLLOWING, cast.bartek)
    done = take(mail, "1", THREAD, cast.bartek)
    assert last_act(cast.anna) == done
    give(mail, "2", MESSAGE, cast.bartek)
    acts.undo(cast.anna, done.public_id)
    mail.arrive("4", "1 2 3")
    assert mail.seen_by("1", "2", "3", "4") == {name: ["Bartek"] for name in "1234"}


def test_nobody_shares_what_is_anothers(mail: Mailroom, cast: Cast) -> None:
    """A coworker widens nothing, an administrator neither."""
    give(mail, "1", MESSAGE, cast.bartek)
    for person in (cast.bartek, cast.celina, cast.dorota, cast.edward):
        with pytest.raises(NotAllowed):
            share(person, uuid4(), mail.letters["1"].public_id, MESSAGE, With([cast.celina.public_id]))
    with as_user(cast.anna.pk):
        given = Share.objects.get(message=mail.letters["1"]).public_id
    for person in (cast.bartek, cast.dorota, cast.edward):
        with pytest.raises(NotAllowed):
            revoke(person, uuid4(), mail.letters["1"].public_id, MESSAGE, [given])
    assert mail.seen_by("1") == {"1": ["Bartek"]}


def test_it_is_shared_inside_the_office_alone_and_with_cases_that_one_knows(mail: Mailroom, cast: Cast) -> None:
    walled = make_case(cast.celina, walled=True)
    gone = User.objects.create_user("dawny@lipowa.example", office=cast.office, name="Dawny", is_active=False)
    elsewhere = make_case(cast.edward)
    for whom in (
        With([cast.edward.public_id]),
        With([gone.public_id]),
        With([uuid4()]),
        With([], [walled.public_id]),
        With([], [elsewhere.public_id]),
        With([cast.bartek.public_id], [walled.public_id]),
        With([cast.anna.public_id]),
        With(),
    ):
        with pytest.raises(NotAllowed):
            share(cast.anna, uuid4(), mail.letters["1"].public_id, MESSAGE, whom)
    assert mail.seen_by("1") == {"1": []}


def test_the_owner_revokes_what_they_shared_with_a_case_that_was_walled_off_since(mail: Mailroom, cast: Cast) -> None:
    case = make_case(cast.bartek)
    give(mail, "1", MESSAGE, cases=(case,))
    with as_user(cast.bartek.pk):
        Case.objects.filter(pk=case.pk).update(walled=True)
    assert mail.seen_by("1") == {"1": ["Bartek"]}
    take(mail, "1", MESSAGE, case=case)
    assert mail.seen_by("1") == {"1": []}


def test_the_register_tells_each_message_by_itself(mail: Mailroom, cast: Cast) -> None:
    give(mail, "1", THREAD, cast.bartek)
    with as_user(cast.anna.pk):
        told = list(AuditEntry.objects.filter(verb="message.share").order_by("seq").values_list("ids", flat=True))
    assert told == [[mail.letters[name].public_id, cast.bartek.public_id] for name in "123"]


def test_what_is_filed_by_itself_shows_nobody_more(mail: Mailroom, cast: Cast) -> None:
    """peers.md §5, 17: automation never widens what anybody sees; a case's team, and its administrators, see nothing of it."""
    case = make_case(cast.anna, cast.bartek)
    file(cast.anna, uuid4(), [mail.letters["1"].public_id], Wanted(case=case.public_id))
    mail.arrive("4", "1 2 3")
    with as_user(cast.anna.pk):
        assert Filing.objects.filter(message=mail.letters["4"], case=case).exists()
    assert not any(mail.seen_by().values())


def test_a_colleague_who_is_written_to_or_mentioned_in_a_letter_sees_no_more_by_it(mail: Mailroom, cast: Cast) -> None:
    """peers.md §5, 18: a shared address among the recipients exposed the whole conversation."""
    mail.arrive("4", "1 2 3", to=f"{OWNER}, {cast.bartek.email}, kancelaria@lipowa.example", body="@Bartek proszę")
    assert not any(mail.seen_by().values())


def test_another_account_of_the_owners_keeps_its_mail_to_itself(mail: Mailroom, cast: Cast) -> None:
    other = make_folder(make_account(cast.anna, "anna@prywatna.example"))
    give(mail, "1", FOLLOWING, cast.bartek)
    mail.arrive("lekarz", "", folder=other)
    assert mail.seen_by("lekarz") == {"lekarz": []}
