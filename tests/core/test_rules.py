"""Rules as JSON and back, and what is refused."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.conditions import (
    FIELDS,
    BadRule,
    Condition,
    Fault,
    Field,
    FileType,
    Group,
    Kind,
    Op,
    Takes,
    leaves,
    when_from,
    when_json,
)
from teczka.core.rules import (
    Consequence,
    File,
    Label,
    MakeTask,
    MarkRead,
    Move,
    Notify,
    Rule,
    Share,
    Star,
    Stop,
    rule_from,
    then_from,
    then_json,
)

ONE = UUID("00000000-0000-4000-8000-000000000001")
TWO = UUID("00000000-0000-4000-8000-000000000002")
COURT = {"field": "sender", "op": "domain", "value": ["sad.gov.pl"]}

texts = (
    st.text(alphabet="abcęłŻ 12", min_size=1, max_size=12).filter(str.strip).map(lambda text: " ".join(text.split()))
)
VALUES: dict[Takes, st.SearchStrategy[Any]] = {
    Takes.IDS: st.lists(st.uuids(version=4).map(str), min_size=1, max_size=3, unique=True).map(tuple),
    Takes.ADDRESSES: st.lists(st.sampled_from(["a@b.pl", "c@d.pl"]), min_size=1, unique=True).map(tuple),
    Takes.DOMAINS: st.lists(st.sampled_from(["sad.gov.pl", "example.com"]), min_size=1, unique=True).map(tuple),
    Takes.PHRASES: st.lists(texts, min_size=1, max_size=3, unique=True).map(tuple),
    Takes.REFERENCES: st.just(("I C 12/24",)),
    Takes.TYPES: st.lists(st.sampled_from([kind.value for kind in FileType]), min_size=1, unique=True).map(tuple),
    Takes.YES: st.booleans(),
    Takes.BYTES: st.integers(1, 10**9),
    Takes.DAY: st.dates(date(1990, 1, 1)),
    Takes.NOTHING: st.none(),
}
conditions = st.sampled_from([(field, op) for field in FIELDS for op in FIELDS[field]]).flatmap(
    lambda asked: VALUES[FIELDS[asked[0]][asked[1]]].map(lambda value: Condition(*asked, value))
)


def groups(depth: int) -> st.SearchStrategy[Group]:
    members = conditions if depth == 1 else st.one_of(conditions, groups(depth - 1))
    return st.builds(Group, st.sampled_from(Kind), st.lists(members, min_size=1, max_size=3).map(tuple))


consequences: st.SearchStrategy[Consequence] = st.one_of(
    st.builds(File, st.sampled_from([None, ONE, TWO])),
    st.builds(Share, st.just((ONE, TWO))),
    st.builds(Share, st.just(()), st.just(True), st.sampled_from([None, ONE])),
    st.builds(MakeTask, st.sampled_from(["", "Odpisać"]), st.sampled_from([None, 0, 14])),
    st.builds(Label, st.sampled_from(["Pilne", "$label1", "Za&AUI-atwione"])),
    st.sampled_from([Star(), MarkRead(), Notify()]),
)


@given(groups(3))
def test_a_condition_is_read_back_as_it_was_written(group: Group) -> None:
    assert when_from(json.loads(json.dumps(when_json(group)))) == group


@given(st.lists(consequences, min_size=1, max_size=6, unique=True), st.booleans(), st.booleans())
def test_consequences_are_read_back_as_they_were_written(then: list[Consequence], moves: bool, stops: bool) -> None:
    every = (*then, *([Move(ONE)] if moves else []), *([Stop()] if stops else []))
    assert then_from(json.loads(json.dumps(then_json(every)))) == every


def test_addresses_and_domains_are_compared_in_lower_case_and_a_domain_may_be_written_with_its_sign() -> None:
    told = {
        "any": [{"field": "sender", "op": "is", "value": ["  Jan@Sad.GOV.pl "]}, COURT | {"value": ["@Sad.gov.pl"]}]
    }
    assert [leaf.value for leaf in leaves(when_from(told))] == [("jan@sad.gov.pl",), ("sad.gov.pl",)]


@pytest.mark.parametrize(
    ("told", "fault", "at"),
    [
        ([], Fault.SHAPE, ()),
        (COURT, Fault.SHAPE, ()),
        ({"all": []}, Fault.EMPTY, ()),
        ({"all": [COURT], "any": [COURT]}, Fault.SHAPE, ()),
        ({"all": [COURT, {"none": []}]}, Fault.EMPTY, (1,)),
        ({"all": [{"any": [{"all": [{"any": [{"all": [COURT]}]}]}]}]}, Fault.DEEP, (0, 0, 0, 0)),
        ({"all": [{"any": [COURT] * 26}, {"any": [COURT] * 25}]}, Fault.MANY, ()),
        ({"all": [COURT, {"field": "sender", "op": "matches", "value": ["a+"]}]}, Fault.SHAPE, (1,)),
        ({"all": [{"field": "subject", "op": "domain", "value": ["a"]}]}, Fault.SHAPE, (0,)),
        ({"all": [COURT | {"value": []}]}, Fault.NO_VALUE, (0,)),
        ({"all": [COURT | {"value": ["a b"]}]}, Fault.DOMAIN, (0,)),
        ({"all": [COURT | {"op": "is", "value": ["jan"]}]}, Fault.ADDRESS, (0,)),
        ({"all": [{"field": "text", "op": "words", "value": ["?!"]}]}, Fault.NO_WORD, (0,)),
        ({"all": [{"field": "text", "op": "words", "value": ["a" * 201]}]}, Fault.LONG, (0,)),
        ({"all": [{"field": "size", "op": "over", "value": True}]}, Fault.NUMBER, (0,)),
        ({"all": [{"field": "date", "op": "since", "value": "2026-02-30"}]}, Fault.DATE, (0,)),
        ({"all": [{"field": "read", "op": "is", "value": "yes"}]}, Fault.NO_VALUE, (0,)),
    ],
)
def test_what_is_no_condition_is_refused_with_its_place(told: Any, fault: Fault, at: tuple[int, ...]) -> None:
    with pytest.raises(BadRule) as bad:
        when_from(told)
    assert (bad.value.fault, bad.value.at) == (fault, at)


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({}, Fault.SHAPE),
        ([], Fault.NOTHING),
        ([{"do": "delete"}], Fault.SHAPE),
        ([{"do": "file", "case": "12"}], Fault.SHAPE),
        ([{"do": "share", "people": []}], Fault.NOBODY),
        ([{"do": "star"}, {"do": "star"}], Fault.TWICE),
        ([{"do": "move", "folder": str(ONE)}, {"do": "move", "folder": str(TWO)}], Fault.TWICE),
        ([{"do": "stop"}, {"do": "star"}], Fault.AFTER_STOP),
        ([{"do": "task", "title": "x" * 201}], Fault.LONG),
        ([{"do": "task", "days": -1}], Fault.NUMBER),
        ([{"do": "star"}] * 11, Fault.MANY),
    ],
)
def test_what_is_no_consequence_is_refused(told: Any, fault: Fault) -> None:
    with pytest.raises(BadRule) as bad:
        then_from(told)
    assert bad.value.fault == fault


def test_a_rule_has_a_name_and_says_what_it_shows() -> None:
    then = [{"do": "file", "case": "found"}, {"do": "share", "people": [], "team": str(ONE)}, {"do": "stop"}]
    rule = rule_from("  Sąd ", {"all": [COURT]}, then)
    sender = Condition(Field.SENDER, Op.DOMAIN, ("sad.gov.pl",))
    assert rule == Rule("Sąd", Group(Kind.ALL, (sender,)), (File(), Share((), True, ONE), Stop()))
    assert rule.shares == (Share((), True, ONE),)
    assert rule.stops
    with pytest.raises(BadRule):
        rule_from(" ", {"all": [COURT]}, then)
