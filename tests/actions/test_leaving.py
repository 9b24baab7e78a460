"""People come by a link, are let in or not, and leave: what they filed or shared stays with the office, and nobody sees the rest."""

from copy import deepcopy
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import ProgrammingError, connection
from django.utils import timezone

from teczka.actions.invitations import invite, invited, join, new_link
from teczka.actions.leaving import disable, enable, hand_over, set_role
from teczka.core.accounts import Farewell
from teczka.core.audit import Verb, faults
from teczka.core.errors import AlreadyThere, NotAllowed, Problem, Trouble
from teczka.core.people import Role
from teczka.store.models import Account, Case, CaseMember, Grant, Message, Secret, Share, Task, User
from teczka.store.models.accounts import accounts_at_work, accounts_to_remove
from teczka.store.queries.audit import chain, lines
from teczka.store.queries.people import everybody
from teczka.store.viewer import as_user
from tests.cases import file, make_case, make_task
from tests.cast import Cast, make_account, make_cast, make_folder
from tests.web.mailroom import store

PASSWORD = "zdanie łatwe do zapamiętania"


@pytest.fixture
def cast(standing: Cast, db: None) -> Cast:
    return deepcopy(standing)


@pytest.fixture(scope="module")
def standing(lasting: None) -> Cast:
    cast = make_cast()
    for person in (cast.dorota, cast.edward):
        person.set_password(PASSWORD)
        person.save()
    return cast


def test_a_link_lets_somebody_in_once(cast: Cast) -> None:
    made, token = invite(cast.dorota, "Halina@lipowa.example", "Halina Nowa", Role.MEMBER)
    assert invited(made.public_id, token) == made
    with pytest.raises(ValidationError):
        join(made.public_id, token, "Halina Nowa", "12345")
    assert join(made.public_id, token, "Halina Nowa-Stara", PASSWORD).check_password(PASSWORD)
    assert invited(made.public_id, token) is None
    with pytest.raises(NotAllowed):
        join(made.public_id, token, "Kto inny", PASSWORD)
    made.refresh_from_db()
    assert (made.email, made.name, made.office_id, made.role) == (
        "halina@lipowa.example",
        "Halina Nowa-Stara",
        cast.office.pk,
        Role.MEMBER,
    )
    assert [line.verb for line in lines(cast.dorota)][:2] == [Verb.PERSON_JOIN, Verb.PERSON_INVITE]


def test_a_new_link_ends_the_one_before_and_the_password(cast: Cast) -> None:
    made, first = invite(cast.dorota, "halina@lipowa.example", "Halina", Role.MEMBER)
    _, second = new_link(cast.dorota, made.public_id)
    assert invited(made.public_id, first) is None
    join(made.public_id, second, "Halina", PASSWORD)
    _, third = new_link(cast.dorota, made.public_id)
    made.refresh_from_db()
    assert not made.check_password(PASSWORD)
    disable(cast.dorota, made.public_id)
    assert invited(made.public_id, third) is None
    with pytest.raises(NotAllowed):
        new_link(cast.dorota, made.public_id)


def test_a_link_of_before_lets_nobody_in_who_was_shut_out(cast: Cast) -> None:
    made, token = invite(cast.dorota, "halina@lipowa.example", "Halina", Role.MEMBER)
    cast.bartek.set_password(PASSWORD)
    cast.bartek.save()
    for person in (made, cast.bartek):
        disable(cast.dorota, person.public_id)
        enable(cast.dorota, person.public_id)
    assert invited(made.public_id, token) is None
    _, another = new_link(cast.dorota, made.public_id)
    assert invited(made.public_id, another) == made
    cast.bartek.refresh_from_db()
    assert cast.bartek.check_password(PASSWORD), "who has chosen a password keeps it"


def test_a_token_is_nobody_elses_and_no_guess(cast: Cast) -> None:
    made, token = invite(cast.dorota, "halina@lipowa.example", "Halina", Role.MEMBER)
    other, _ = invite(cast.dorota, "igor@lipowa.example", "Igor", Role.MEMBER)
    assert invited(other.public_id, token) is None
    assert invited(made.public_id, token[:-1]) is None
    assert invited(uuid4(), token) is None


def test_an_address_is_one_persons(cast: Cast) -> None:
    with pytest.raises(AlreadyThere):
        invite(cast.dorota, cast.edward.email.upper(), "Ktoś", Role.MEMBER)
    assert len(everybody(cast.dorota)) == 6


def test_administrators_of_the_same_office_alone_do_this(cast: Cast) -> None:
    bartek = cast.bartek.public_id
    for actor in (cast.anna, cast.edward):
        for act in (disable, enable, new_link):
            with pytest.raises(NotAllowed):
                act(actor, bartek)
        with pytest.raises(NotAllowed):
            set_role(actor, bartek, Role.ADMINISTRATOR)
        with pytest.raises(NotAllowed):
            hand_over(actor, cast.grzegorz.public_id, bartek, Farewell.ARCHIVE)
    with pytest.raises(NotAllowed):
        invite(cast.anna, "x@lipowa.example", "X", Role.ADMINISTRATOR)
    assert everybody(cast.anna) == []


def test_an_administrator_who_can_sign_in_there_is_always(cast: Cast) -> None:
    dorota = cast.dorota.public_id
    invite(cast.dorota, "halina@lipowa.example", "Halina", Role.ADMINISTRATOR)
    for act in (lambda: set_role(cast.dorota, dorota, Role.MEMBER), lambda: disable(cast.dorota, dorota)):
        with pytest.raises(Problem) as told:
            act()
        assert told.value.trouble is Trouble.PERSON_LAST
    cast.bartek.set_password(PASSWORD)
    cast.bartek.save()
    set_role(cast.dorota, cast.bartek.public_id, Role.ADMINISTRATOR)
    set_role(cast.dorota, dorota, Role.MEMBER)
    cast.dorota.refresh_from_db()
    assert cast.dorota.role == Role.MEMBER


def test_who_is_shut_out_loses_what_was_shared_and_nothing_of_their_own(cast: Cast) -> None:
    message = store(make_folder(make_account(cast.anna)), b"Subject: a\r\n\r\n")
    case = make_case(cast.anna, "Sprawa", cast.bartek)
    shared_with(message, cast.anna, with_user=cast.bartek)
    shared_with(message, cast.anna, with_case=case)
    own = make_account(cast.bartek, "bartek@x.example")
    assert sees(cast.bartek, message)
    assert (own.pk, cast.bartek.pk) in accounts_at_work()
    disable(cast.dorota, cast.bartek.public_id)
    assert not sees(cast.bartek, message)
    assert (own.pk, cast.bartek.pk) not in accounts_at_work()
    with as_user(cast.bartek.pk):
        assert Account.objects.get(pk=own.pk).deleted_at is None
    enable(cast.dorota, cast.bartek.public_id)
    assert sees(cast.bartek, message)
    assert (own.pk, cast.bartek.pk) in accounts_at_work()


def shared_with(message: Message, owner: User, **whom: object) -> None:
    with as_user(owner.pk), connection.cursor() as cursor:
        Share.objects.create(owner=owner, office_id=owner.office_id, message=message, **whom)
        cursor.execute("SELECT count(*) FROM teczka_regrant(%s)", [[message.pk]])


def sees(person: User, message: Message) -> bool:
    with as_user(person.pk):
        return Message.objects.filter(pk=message.pk).exists()


class Left:
    """Anna has gone. She filed a letter to an open case and one to a walled one, shared one, and kept one to herself."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.account = make_account(cast.anna)
        with as_user(cast.anna.pk):
            Secret.objects.create(
                account=self.account,
                office_id=cast.office.pk,
                owner_id=cast.anna.pk,
                key_id="k",
                nonce=b"n",
                ciphertext=b"c",
            )
        folder = make_folder(self.account)
        self.filed, self.walled, self.shared, self.private, self.foreign = (
            store(folder, f"Subject: {name}\r\n\r\n".encode()) for name in ("filed", "walled", "shared", "own", "x")
        )
        self.case = make_case(cast.anna, "Otwarta", cast.felicja)
        self.secret = make_case(cast.anna, "Tajna", walled=True)
        file(self.filed, cast.anna, self.case)
        file(self.walled, cast.anna, self.secret)
        shared_with(self.shared, cast.anna, with_user=cast.celina)
        shared_with(self.foreign, cast.anna, with_user=cast.celina)
        file(self.foreign, cast.celina, make_case(cast.celina, "Celiny"))
        self.task = make_task(cast.anna, "Odpowiedź", case=self.case)
        with as_user(cast.anna.pk):
            Task.objects.filter(pk=self.task.pk).update(reminded_at=timezone.now())
        self.own_task = make_task(cast.anna, "Dentysta")
        self.done = make_task(cast.anna, "Zrobione", case=self.case, done_at=timezone.now(), done_by=cast.anna)
        disable(cast.dorota, cast.anna.public_id)


@pytest.fixture(scope="module")
def gone(standing: Cast) -> Left:
    return Left(deepcopy(standing))


@pytest.fixture
def left(gone: Left, db: None) -> Left:
    return deepcopy(gone)


def test_what_was_filed_goes_to_the_cases_team_and_the_place_to_the_successor(cast: Cast, left: Left) -> None:
    hand_over(cast.dorota, cast.anna.public_id, cast.bartek.public_id, Farewell.ARCHIVE)
    with as_user(cast.bartek.pk):
        assert {case.name for case in Case.objects.all()} >= {"Otwarta", "Tajna"}
        assert {message.subject for message in Message.objects.all()} == {"filed", "walled"}
        passed = Task.objects.filter(assignee=cast.bartek)
        assert set(passed.values_list("title", "reminded_at")) == {("Odpowiedź", None)}, "reminded of it anew"
        members = CaseMember.objects.filter(case__name__in=["Otwarta", "Tajna"]).values_list("user__name", "lead")
        assert set(members) == {("Bartek Nowy", True), ("Felicja Zespolona", False)}
    assert sees(cast.felicja, left.filed)
    assert not sees(cast.felicja, left.walled)
    assert sees(cast.celina, left.shared)
    for person in cast.strangers:
        assert not sees(person, left.private)
    assert not sees(cast.bartek, left.foreign), "that a coworker filed it is not its owner's word"
    for person in (cast.dorota, cast.edward):
        with as_user(person.pk):
            assert not Message.objects.exists()
            assert not Case.objects.filter(name="Tajna").exists()
    enable(cast.dorota, cast.anna.public_id)
    with as_user(cast.anna.pk):
        assert Account.objects.get().farewell == Farewell.ARCHIVE
        assert not Secret.objects.exists()
        assert Task.objects.get(pk=left.own_task.pk).assignee_id == cast.anna.pk
        assert Task.objects.get(pk=left.done.pk).assignee_id == cast.anna.pk


def test_the_administrator_learns_neither_of_cases_nor_of_mail(cast: Cast, left: Left) -> None:
    before = len(lines(cast.dorota))
    hand_over(cast.dorota, cast.anna.public_id, cast.bartek.public_id, Farewell.ARCHIVE)
    told = lines(cast.dorota)[: len(lines(cast.dorota)) - before]
    assert [(line.verb, line.who) for line in told] == [
        (Verb.PERSON_HAND_OVER, "Dorota Zarządna"),
        (Verb.ACCOUNT_DELETE, "Dorota Zarządna"),
        (Verb.CASE_TEAM, ""),  # of the case that the office knows
    ]
    assert told[0].ids == [cast.anna.public_id, cast.bartek.public_id]
    assert told[2].case == left.case.public_id
    passed = [line for line in lines(cast.bartek, left.secret.public_id) if line.verb == Verb.SHARE]
    assert [line.ids for line in passed] == [[left.walled.public_id, left.secret.public_id]]
    assert list(faults(cast.office.public_id, chain(cast.office.pk))) == []


def test_the_rest_goes_after_its_days_where_that_is_wished(cast: Cast, left: Left) -> None:
    hand_over(cast.dorota, cast.anna.public_id, cast.bartek.public_id, Farewell.REMOVE)
    with as_user(cast.anna.pk):
        Account.objects.update(deleted_at=timezone.now() - timedelta(days=8))
    assert accounts_to_remove() == [(left.account.pk, cast.anna.pk)]


def test_handing_over_is_asked_twice_and_done_once(cast: Cast, left: Left) -> None:
    for _ in range(2):
        hand_over(cast.dorota, cast.anna.public_id, cast.bartek.public_id, Farewell.ARCHIVE)
    with as_user(cast.bartek.pk):
        assert Share.objects.filter(with_case=left.case.pk).count() == 1
    with as_user(cast.anna.pk):
        assert Grant.objects.filter(user=cast.bartek).count() == 2


def test_nobody_hands_over_to_themselves_while_others_are_there(cast: Cast, left: Left) -> None:
    anna, dorota = cast.anna.public_id, cast.dorota.public_id
    with pytest.raises(Problem) as told:
        hand_over(cast.dorota, anna, dorota, Farewell.ARCHIVE)
    assert told.value.trouble is Trouble.PERSON_ALONE
    User.objects.filter(office=cast.office).exclude(pk=cast.dorota.pk).update(is_active=False)
    hand_over(cast.dorota, anna, dorota, Farewell.ARCHIVE)
    assert sees(cast.dorota, left.walled)


def test_of_one_who_is_still_there_nothing_is_handed_over_and_to_nobody_who_is_not(cast: Cast, left: Left) -> None:
    for whom, to_whom in (
        (cast.felicja, cast.bartek),
        (cast.anna, cast.grzegorz),
        (cast.anna, cast.edward),
        (cast.edward, cast.bartek),
    ):
        with pytest.raises(NotAllowed):
            hand_over(cast.dorota, whom.public_id, to_whom.public_id, Farewell.ARCHIVE)
    with pytest.raises(NotAllowed):
        hand_over(cast.dorota, cast.anna.public_id, cast.bartek.public_id, Farewell.NONE)


@pytest.mark.parametrize("function", ["teczka_audit_entry(1, 1, 'x', '{}', NULL)"])
def test_nobody_writes_into_the_register_in_anothers_name(cast: Cast, function: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        as_user(cast.dorota.pk),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SELECT {function}")


def test_the_database_itself_lets_administrators_alone_hand_over(cast: Cast, left: Left) -> None:
    with (
        pytest.raises(Exception, match="nothing to be handed over"),
        as_user(cast.celina.pk),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT teczka_hand_over(%s, %s, 'archive')", [cast.anna.pk, cast.celina.pk])
