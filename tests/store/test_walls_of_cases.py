"""Row-level security alone around cases, tasks and what is filed, shared and noted down: no query filter stands in between."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.models import Model

from teczka.store.models import (
    Case,
    CaseMember,
    CaseNote,
    CaseReference,
    Comment,
    Document,
    Filing,
    Grant,
    Message,
    Party,
    PartyAddress,
    Share,
    Task,
    User,
)
from teczka.store.viewer import as_user
from tests.cases import (
    comment,
    file,
    link,
    make_case,
    make_note,
    make_party,
    make_reference,
    make_task,
    upload,
)
from tests.cast import Cast, make_account, make_cast, make_folder
from tests.web.mailroom import share, store

pytestmark = pytest.mark.django_db
LETTER = b"From: Jan <jan@klient.example>\r\nTo: anna@kancelaria.example\r\nSubject: %d\r\n\r\nTak."


@dataclass(frozen=True)
class World:
    """Anna's cases, with Felicja in both teams; her mail, one letter of which Bartek sees and one the teams."""

    cast: Cast
    open: Case
    walled: Case
    private: Message
    shared: Message
    of_team: Message


@pytest.fixture
def world(standing: World, db: None) -> World:
    return deepcopy(standing)


@pytest.fixture(scope="module")
def standing(lasting: None) -> World:
    cast = make_cast()
    folder = make_folder(make_account(cast.anna))
    private, shared, of_team = (store(folder, LETTER % number, read_too=False) for number in range(3))
    cases = [make_case(cast.anna, name, cast.felicja, walled=name == "Zamknięta") for name in ("Otwarta", "Zamknięta")]
    share(shared, cast.bartek)
    for case in cases:
        make_party(case, cast.anna, "Kowal", "jan@klient.example")
        make_reference(case, cast.anna, "I C 12/24", "C", "12", 2024)
        make_note(case, cast.anna, "notatka")
        upload(case, cast.anna, "pismo.pdf")
        for message in (private, shared):
            link(case, cast.anna, message, "umowa.pdf")
            file(message, cast.anna, case)
    return World(cast, *cases, private, shared, of_team)


def seen(viewer: User, model: type[Model]) -> int:
    with as_user(viewer.pk):
        return model._default_manager.count()


def counts(world: World, model: type[Model]) -> dict[str, int]:
    people = ("anna", "felicja", "bartek", "celina", "dorota", "edward", "grzegorz")
    return {name: seen(getattr(world.cast, name), model) for name in people}


OUTSIDE = {"edward": 0, "grzegorz": 0}
CARDS = {"anna": 2, "felicja": 2, "bartek": 1, "celina": 1, "dorota": 1, **OUTSIDE}
INSIDE = {"anna": 2, "felicja": 2, "bartek": 0, "celina": 0, "dorota": 0, **OUTSIDE}


@pytest.mark.parametrize("model", [Case, Party, PartyAddress, CaseReference])
def test_the_office_sees_the_card_and_only_its_team_one_that_is_walled(world: World, model: type[Model]) -> None:
    assert counts(world, model) == CARDS


def test_what_lies_inside_is_the_teams(world: World) -> None:
    assert counts(world, CaseNote) == INSIDE
    assert counts(world, CaseMember) == {name: 2 * count for name, count in CARDS.items()}


def test_a_document_out_of_a_message_is_there_for_who_may_see_the_message(world: World) -> None:
    assert counts(world, Document) == INSIDE | {"anna": 6}
    share(world.shared, world.cast.felicja)
    assert seen(world.cast.felicja, Document) == 4


def test_a_filing_is_there_for_who_may_see_both_the_message_and_the_case(world: World) -> None:
    assert counts(world, Filing) == {"anna": 4, "felicja": 0, "bartek": 1, "celina": 0, "dorota": 0, **OUTSIDE}


def test_a_comment_is_there_for_who_may_see_the_message(world: World) -> None:
    comment(world.private, world.cast.anna, "dla mnie", world.cast.celina)
    comment(world.shared, world.cast.bartek, "dla nas", world.cast.celina)
    assert counts(world, Comment) == {"anna": 2, "felicja": 0, "bartek": 1, "celina": 0, "dorota": 0, **OUTSIDE}


def test_a_task_is_there_for_its_maker_its_doer_its_team_and_the_office_where_it_says_so(world: World) -> None:
    cast = world.cast
    kinds = {
        "alone": make_task(cast.anna, "moje"),
        "given": make_task(cast.anna, "dla Bartka", cast.bartek),
        "of_case": make_task(cast.anna, "w sprawie", case=world.open),
        "of_case_given": make_task(cast.anna, "w sprawie, dla Celiny", cast.celina, case=world.open),
        "office": make_task(cast.anna, "dla kancelarii", for_office=True),
        "of_walled": make_task(cast.anna, "w zamkniętej", case=world.walled),
        "of_walled_given": make_task(cast.anna, "w zamkniętej, dla Bartka", cast.bartek, case=world.walled),
        "of_case_for_office": make_task(cast.anna, "w sprawie, dla kancelarii", case=world.open, for_office=True),
    }
    sees = {}
    for name in ("anna", "felicja", "bartek", "celina", "dorota", "edward", "grzegorz"):
        with as_user(getattr(cast, name).pk):
            sees[name] = {kind for kind, task in kinds.items() if Task.objects.filter(pk=task.pk).exists()}
    assert sees == {
        "anna": set(kinds),
        "felicja": set(kinds) - {"alone", "given"},
        "bartek": {"given", "office"},
        "celina": {"of_case_given", "office"},
        "dorota": {"office"},
        "edward": set(),
        "grzegorz": set(),
    }


def test_who_leaves_a_walled_team_sees_nothing_more_not_even_their_own_tasks(world: World) -> None:
    cast = world.cast
    make_task(cast.felicja, "sama sobie", case=world.walled)
    assert seen(cast.felicja, Task) == 1
    with as_user(cast.anna.pk):
        CaseMember.objects.filter(case=world.walled, user=cast.felicja).delete()
    assert seen(cast.felicja, Task) == 0
    assert seen(cast.felicja, Case) == 1


def refused(viewer: User, write: Callable[[], object]) -> bool:
    """By the walls, or by finding nothing to write to."""
    try:
        with as_user(viewer.pk), transaction.atomic():
            return write() == 0
    except ProgrammingError as error:
        if "row-level security" not in str(error):
            raise
        return True


def test_nobody_lets_themselves_into_a_team(world: World) -> None:
    cast = world.cast
    for case, person in [(world.open, cast.bartek), (world.walled, cast.bartek), (world.walled, cast.dorota)]:
        member = CaseMember(case=case, user=person, office_id=case.office_id)
        assert refused(person, lambda member=member: member.save(force_insert=True)), (case.name, person.name)
    with as_user(cast.dorota.pk):  # an administrator may, where it is not walled
        CaseMember.objects.create(case=world.open, user=cast.bartek, office_id=cast.office.pk)


def test_a_card_is_changed_by_its_team_and_by_administrators_unless_it_is_walled(world: World) -> None:
    cast = world.cast
    people = ("felicja", "bartek", "dorota", "edward")
    change = {name: not refused(getattr(cast, name), _rename(world.open)) for name in people}
    assert change == {"felicja": True, "bartek": False, "dorota": True, "edward": False}
    assert refused(cast.dorota, _rename(world.walled))
    assert not refused(cast.felicja, _rename(world.walled))


def _rename(case: Case) -> Callable[[], int]:
    return lambda: Case.objects.filter(pk=case.pk).update(name="Inna")


def test_nobody_walls_a_case_off_from_themselves(world: World) -> None:
    wall = Case.objects.filter(pk=world.open.pk)
    assert refused(world.cast.dorota, lambda: wall.update(walled=True))
    assert not refused(world.cast.felicja, lambda: wall.update(walled=True))


def test_the_number_of_a_walled_case_is_not_betrayed_by_a_refusal(world: World) -> None:
    make_case(world.cast.anna, "Tajna", walled=True, number="KAN/7")
    make_case(world.cast.bartek, "Jawna", number="KAN/7")
    with pytest.raises(Exception, match="case_number"):
        make_case(world.cast.celina, "Druga jawna", number="KAN/7")


def test_nothing_points_into_another_office(world: World) -> None:
    with pytest.raises(Exception, match="foreign key"):
        make_task(world.cast.anna, "dla obcego", world.cast.edward)


def give(message: Message, **whom: object) -> Share:
    with as_user(message.owner_id):
        return Share.objects.create(office_id=message.office_id, owner_id=message.owner_id, message=message, **whom)


def regrant(function: str, argument: object) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT changed FROM {function}(%s)", [argument])
        return {row[0] for row in cursor}


def grants(message: Message) -> set[tuple[str, str]]:
    with as_user(message.owner_id):
        return {(grant.user.name.split()[0], grant.reason) for grant in Grant.objects.filter(message=message)}


def test_grants_follow_from_shares_and_teams_and_from_nothing_else(world: World) -> None:
    cast, message = world.cast, world.of_team
    given = give(message, with_case=world.walled)
    assert regrant("teczka_regrant", [message.pk]) == {cast.felicja.pk}
    assert regrant("teczka_regrant", [message.pk]) == set()
    assert grants(message) == {("Felicja", "team")}
    with as_user(cast.anna.pk):
        CaseMember.objects.filter(case=world.walled, user=cast.felicja).delete()
        CaseMember.objects.create(case=world.walled, user=cast.celina, office_id=cast.office.pk)
    assert regrant("teczka_regrant_team", world.walled.pk) == {cast.felicja.pk, cast.celina.pk}
    assert grants(message) == {("Celina", "team")}
    with as_user(cast.anna.pk):
        Share.objects.filter(pk=given.pk).update(revoked_at=given.at)
    regrant("teczka_regrant", [message.pk])
    assert grants(message) == set()


def test_who_was_disabled_keeps_no_grant_and_gets_them_back_with_their_place(world: World) -> None:
    cast = world.cast
    for active, left in ((False, set()), (True, {("Bartek", "share")})):
        User.objects.filter(pk=cast.bartek.pk).update(is_active=active)
        assert regrant("teczka_regrant_person", cast.bartek.pk) == {cast.bartek.pk}
        assert grants(world.shared) == left


def test_a_share_is_known_to_its_owner_and_to_whom_it_is_with(world: World) -> None:
    give(world.of_team, with_case=world.open)
    assert counts(world, Share) == {"anna": 2, "felicja": 1, "bartek": 1, "celina": 0, "dorota": 0, **OUTSIDE}


def test_nobody_shares_what_is_not_theirs(world: World) -> None:
    stolen = Share(
        office_id=world.cast.office.pk, owner_id=world.cast.anna.pk, message=world.private, with_user=world.cast.celina
    )
    assert refused(world.cast.celina, lambda: stolen.save(force_insert=True))
    grant = Grant(
        office_id=world.cast.office.pk,
        owner_id=world.cast.anna.pk,
        message=world.private,
        user=world.cast.celina,
        reason="share",
        internaldate=world.private.internaldate,
    )
    assert refused(world.cast.celina, lambda: grant.save(force_insert=True))
