"""Who sees what: everybody at every address with everything, once with the queries' conditions taken away, once with the policies.

The suite draws some of what is hidden for each person and address; `make torture` asks for all of it (TECZKA_TESTS_MATRIX=whole).
"""

import os

import pytest

from tests.conftest import OwnDatabase
from tests.web.access.asking import ELSEWHERE, PARAMETERS, Found, Visitor, ask, everything, of_things
from tests.web.access.world import BESIDE, KINDS, PEOPLE, World, make_world
from tests.web.test_sweep import SWEEP, address, denied_elsewhere, without_row_level_security, without_the_filter

WHOLE = os.environ.get("TECZKA_TESTS_MATRIX") == "whole"
HERE = tuple(name for name in PEOPLE if name != "grzegorz")
SOME = HERE if WHOLE else ("bartek", "celina", "felicja")  # shared with, not shared with, of the team
UNSPOKEN = "filing_id"  # has no words of its own
AT_LENGTH = pytest.mark.timeout(400)  # twenty seconds of a processor that others may want, too


def check(world: World, found: Found) -> None:
    """And everybody meets all that they may see somewhere: a matrix of pages that show nothing would prove nothing."""
    wrong = list(dict.fromkeys(found.wrong))
    wrong += [
        f"{person} meets {thing.name} nowhere"
        for person, met in found.met.items()
        for thing in world.things
        if person in thing.sees and thing.parameter != UNSPOKEN and thing.word not in met
    ]
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong[:60])


def test_every_address_names_things_of_the_matrix_or_is_asked_for_elsewhere() -> None:
    """Whoever adds an address with a parameter of a new kind gives the matrix one of that kind (world.py), or says who asks for it."""
    known = {*BESIDE, *ELSEWHERE, *KINDS}
    unknown = {name: set(wanted) - known for name, wanted in PARAMETERS.items() if set(wanted) - known}
    assert unknown == {}


def test_what_the_sweep_leaves_to_the_matrix_is_denied_to_each_stranger_here(world: World) -> None:
    for stranger in world.cast.strangers:
        name = stranger.email.split("@")[0]
        for where in filter(denied_elsewhere, PARAMETERS):
            assert any(name not in thing.sees for thing in of_things(where, world, WHOLE)), f"{where} as {name}"


@AT_LENGTH
def test_policies_alone_hide_what_is_not_ones_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with without_the_filter(monkeypatch):
        check(world, everything(world, HERE, shapes=True, whole=WHOLE))


@AT_LENGTH
def test_conditions_alone_hide_what_is_not_ones_own(own_database: OwnDatabase) -> None:
    world = make_world()
    with without_row_level_security():
        check(world, everything(world, SOME, shapes=False, whole=WHOLE))


def test_with_neither_the_matrix_finds_what_leaks(own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    world, found = make_world(), Found(shapes=False)
    with without_row_level_security(), without_the_filter(monkeypatch):
        visitor = Visitor(world, "celina", found)
        visitor.try_page("case_find", named=True)
        visitor.try_hidden("case", next(thing for thing in world.things if thing.name == "walled"))
    assert {"case_find as celina: meets ZqWalledQz", "case of walled as celina by GET: 200"} <= set(found.wrong)


def test_who_was_shut_out_meets_the_door(world: World) -> None:
    found = Found(shapes=False)
    visitor = Visitor(world, "grzegorz", found)
    for name in PARAMETERS:
        if SWEEP[name] != "open" and name not in {"home", "account_logout"}:
            answer = ask(visitor.client, address(name, world.office, world.office.private))
            visitor.look(name, answer, *(thing.id for thing in world.things))
            assert answer.status == 302, name
    assert found.wrong == []
