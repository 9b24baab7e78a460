"""Rules on arrival: what each does, in which order, once, and that nobody sees more than their owner wrote."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teczka.actions import acts, rules, tasks
from teczka.actions.reading import read_now
from teczka.core.acts import Verb
from teczka.core.errors import Trouble
from teczka.core.mail import UNDATED
from teczka.store.models import (
    Account,
    Act,
    Filing,
    Folder,
    Grant,
    Message,
    Operation,
    Placement,
    Rule,
    RuleException,
    RuleHit,
    Task,
    User,
)
from teczka.store.queries.rule_lines import rule_lines
from teczka.store.viewer import as_user
from tests.cases import make_case, make_reference
from tests.cast import Cast, make_account, make_cast, make_folder
from tests.ruled import COURT, make_rule, opened, receive
from tests.web.mailroom import store

pytestmark = pytest.mark.django_db

STAR, READ, STOP, NOTIFY = ({"do": word} for word in ("star", "mark_read", "stop", "notify"))
PILNE = {"do": "label", "keyword": "Pilne"}
FILE_FOUND = {"do": "file", "case": "found"}


@dataclass
class Office:
    cast: Cast = field(default_factory=make_cast)

    def __post_init__(self) -> None:
        self.anna = self.cast.anna
        self.account: Account = opened(make_account(self.anna, mode="managed"))
        self.inbox: Folder = make_folder(self.account)
        self.court: Folder = make_folder(self.account, "Sąd", "")
        self.case = make_case(self.anna, "Kowalski", self.cast.bartek)
        make_reference(self.case, self.anna, "I C 12/24", "C", "12", 2024, division="I")

    def hits(self) -> list[RuleHit]:
        with as_user(self.anna.pk):
            return list(RuleHit.objects.filter(undone_at=None).select_related("act").order_by("pk"))

    def filed(self) -> set[tuple[int, int | None]]:
        with as_user(self.anna.pk):
            return set(Filing.objects.filter(undone_at=None).values_list("message_id", "case_id"))

    def sees(self, message: Message) -> set[str]:
        with as_user(self.anna.pk):
            return {
                name.split()[0] for name in Grant.objects.filter(message=message).values_list("user__name", flat=True)
            }

    def place(self, message: Message) -> Placement:
        with as_user(self.anna.pk):
            return Placement.objects.select_related("folder").get(message=message, gone_at=None)

    def rule(self, row: Rule) -> Rule:
        with as_user(self.anna.pk):
            return Rule.objects.get(pk=row.pk)


@pytest.fixture
def office() -> Office:
    return Office()


def move(folder: Folder) -> dict[str, Any]:
    return {"do": "move", "folder": str(folder.public_id)}


def share(*people: User, team: str = "") -> dict[str, Any]:
    told: dict[str, Any] = {"do": "share", "people": [str(person.public_id) for person in people]}
    return told | ({"team": team} if team else {})


def test_mail_that_comes_is_filed_flagged_and_moved_by_one_act_that_takes_all_of_it_back(office: Office) -> None:
    make_rule(
        office.anna,
        {"do": "file", "case": str(office.case.public_id)},
        STAR,
        READ,
        PILNE,
        move(office.court),
        when=COURT,
    )
    met, other = receive(office.inbox, "a"), receive(office.inbox, "b", sender="jan@klient.pl")
    assert office.filed() == {(met.pk, office.case.pk)}
    lies = office.place(met)
    assert (lies.folder, lies.flagged, lies.seen, lies.keywords) == (office.court, True, True, ["Pilne"])
    assert office.place(other).folder == office.inbox
    hit = office.hits()[0]
    assert [done["do"] for done in hit.what["done"]] == ["star", "mark_read", "label", "move", "file"]
    assert hit.act
    assert (hit.act.verb, hit.act.count, hit.act.quiet) == (Verb.RULE, 1, True)
    assert not office.sees(met)

    acts.undo(office.anna, hit.act.public_id)
    assert office.filed() == set()
    lies = office.place(met)
    assert (lies.folder, lies.flagged, lies.seen, lies.keywords) == (office.inbox, False, False, [])
    assert office.hits() == []
    with as_user(office.anna.pk):
        assert not Operation.objects.filter(state="pending").exists()  # the server never hears of it


def test_a_phrase_is_heard_at_the_end_of_a_long_text_and_no_other_is(office: Office) -> None:
    make_rule(office.anna, STAR, when={"field": "text", "op": "words", "value": ["ostateczne wezwanie"]})
    make_rule(office.anna, READ, when={"field": "text", "op": "words", "value": ["wezwanie ostateczne"]})
    text = " ".join(f"x{n}" for n in range(17_000)) + " ostateczne wezwanie"  # beyond the places that one vector has
    message = store(office.inbox, f"Subject: Pismo\r\n\r\n{text}\r\n".encode(), timezone.now())
    lies = office.place(message)
    assert (lies.flagged, lies.seen) == (True, False)


def test_nobody_sees_more_unless_the_rule_shares_and_then_whom_it_names(office: Office) -> None:
    make_rule(office.anna, FILE_FOUND, share(office.cast.celina), when=COURT)
    make_rule(office.anna, share(team="found"))
    named = receive(office.inbox, "a", "I C 12/24 wezwanie")
    unnamed = receive(office.inbox, "b", sender="jan@klient.pl")
    assert office.sees(named) == {"Celina", "Bartek"}
    assert office.sees(unnamed) == set()
    assert office.filed() == {(named.pk, office.case.pk)}
    for hit in office.hits():
        assert hit.act
        acts.undo(office.anna, hit.act.public_id)
    assert office.sees(named) == set()


def test_a_share_reaches_the_message_alone_and_nothing_else_of_its_conversation(office: Office) -> None:
    before = receive(office.inbox, "a", sender="jan@klient.pl")
    make_rule(office.anna, share(office.cast.celina), {"do": "file", "case": str(office.case.public_id)}, when=COURT)
    met = receive(office.inbox, "b", answers="a")
    after = receive(office.inbox, "c", sender="jan@klient.pl", answers="b")
    assert before.thread_id == met.thread_id == after.thread_id
    assert office.filed() == {(met.pk, office.case.pk)}
    assert [office.sees(one) for one in (before, met, after)] == [set(), {"Celina"}, set()]


def test_of_two_cases_that_bear_its_reference_a_message_is_filed_to_none(office: Office) -> None:
    make_rule(office.anna, FILE_FOUND)
    other = make_case(office.anna, "Ten sam numer")
    make_reference(other, office.anna, "I C 12/24 upr", "C", "12", 2024, division="I", suffix="upr")
    receive(office.inbox, "a", "I C 12/24")
    assert office.filed() == set()
    assert office.hits()[0].what == {"done": []}


def test_a_case_behind_a_wall_is_found_by_no_reference(office: Office) -> None:
    make_rule(office.anna, FILE_FOUND)
    walled = make_case(office.cast.celina, "Za murem", walled=True)
    make_reference(walled, office.cast.celina, "I C 12/24", "C", "12", 2024, division="I")
    met = receive(office.inbox, "a", "I C 12/24")
    assert office.filed() == {(met.pk, office.case.pk)}


def test_the_first_move_wins_filings_add_up_and_after_a_stop_no_rule_is_heard(office: Office) -> None:
    other = make_folder(office.account, "Inne", "")
    second = make_case(office.anna, "Druga")
    make_rule(office.anna, {"do": "file", "case": str(office.case.public_id)}, move(office.court), name="1")
    make_rule(office.anna, {"do": "file", "case": str(second.public_id)}, move(other), STOP, name="2")
    make_rule(office.anna, STAR, name="3")
    met = receive(office.inbox, "a")
    assert office.filed() == {(met.pk, office.case.pk), (met.pk, second.pk)}
    assert office.place(met).folder == office.court
    assert not office.place(met).flagged
    assert [[done["do"] for done in hit.what["done"]] for hit in office.hits()] == [["move", "file"], ["stop", "file"]]


def test_a_rule_that_came_too_late_to_move_a_message_is_not_said_to_have_done_something_to_it(office: Office) -> None:
    make_rule(office.anna, move(office.court), name="1")
    make_rule(office.anna, move(make_folder(office.account, "Inne", "")), name="2")
    receive(office.inbox, "a")
    assert len(office.hits()) == 2
    assert [line.met for line in rule_lines(office.anna)] == [1, 0]


def test_no_rule_sees_what_another_did(office: Office) -> None:
    make_rule(office.anna, READ)
    make_rule(office.anna, STAR, when={"field": "read", "op": "is", "value": False})
    assert office.place(receive(office.inbox, "a")).flagged


def test_a_task_is_its_owners_alone_with_the_message_and_is_due_so_many_days_after_it_came(office: Office) -> None:
    make_rule(office.anna, {"do": "task", "title": "", "days": 14})
    met = receive(office.inbox, "a", "Wezwanie")
    with as_user(office.anna.pk):
        made = Task.objects.get()
    assert (made.title, made.message_id, made.assignee_id, made.case_id) == ("Wezwanie", met.pk, office.anna.pk, None)
    came = met.internaldate.astimezone(ZoneInfo(office.anna.office.timezone)).date()
    assert made.due_on == came + timedelta(days=14)
    hit = office.hits()[0]
    assert hit.act
    assert hit.what["task"] == str(made.public_id)
    acts.undo(office.anna, hit.act.public_id)
    with as_user(office.anna.pk):
        assert Task.objects.get().removed_at


def test_a_task_of_a_letter_whose_date_nobody_knows_is_due_on_no_day(office: Office) -> None:
    row = make_rule(office.anna, {"do": "task", "title": "", "days": 14})
    old = receive(office.inbox, "a", at=UNDATED)
    with as_user(office.anna.pk):
        rules.apply(office.anna, [row], [old.pk])
        assert Task.objects.get().due_on is None


def test_a_task_of_a_letter_from_the_end_of_all_days_is_due_on_none_and_the_letter_is_read(office: Office) -> None:
    row = make_rule(office.anna, {"do": "task", "title": "", "days": 400})
    met = receive(office.inbox, "a", at=datetime(9998, 12, 30, tzinfo=UTC))
    assert met.indexed_with
    assert office.rule(row).paused_at is None
    with as_user(office.anna.pk):
        assert Task.objects.get().due_on is None


def test_what_cannot_be_counted_pauses_the_rule_and_not_the_reader(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = make_rule(office.anna, {"do": "task", "title": "", "days": 14})

    def overflow(*_: object) -> None:
        raise OverflowError

    monkeypatch.setattr(tasks, "add_task", overflow)
    assert receive(office.inbox, "a").indexed_with
    assert office.rule(row).trouble == Trouble.RULE_FAILED


def test_a_rule_meets_a_message_once_for_its_version_and_exceptions_never(office: Office) -> None:
    row = make_rule(office.anna, STAR)
    met = receive(office.inbox, "a")
    with as_user(office.anna.pk):
        assert rules.apply(office.anna, [row], [met.pk])[0].met == []
        Rule.objects.filter(pk=row.pk).update(version=2)
        assert rules.apply(office.anna, [office.rule(row)], [met.pk])[0].met == [met.pk]
        excepted = receive(office.inbox, "b", read_too=False)
        RuleException.objects.create(
            rule=row, message=excepted, office_id=office.anna.office_id, owner_id=office.anna.pk
        )
        assert rules.apply(office.anna, [office.rule(row)], [excepted.pk])[0].met == []


def test_old_mail_and_mail_that_is_read_again_is_left_to_runs(office: Office) -> None:
    make_rule(office.anna, STAR)
    old = receive(office.inbox, "a", at=timezone.now() - timedelta(days=2))
    assert not office.place(old).flagged
    before = receive(office.inbox, "b")
    late = make_rule(office.anna, READ)
    with as_user(office.anna.pk):
        Message.objects.filter(pk=before.pk).update(indexed_with=None)
    from_again = receive(office.inbox, "c")
    read_now(office.anna.pk, before.pk)
    assert {hit.message_id for hit in office.hits() if hit.rule_id == late.pk} == {from_again.pk}


@pytest.mark.parametrize("what", ["case", "person", "folder", "account"])
def test_a_rule_of_which_something_is_gone_pauses_says_why_and_leaves_the_mail_to_the_others(
    office: Office, what: str
) -> None:
    walled = make_case(office.cast.celina, "Za murem", walled=True)
    foreign = make_folder(make_account(office.anna, "anna@tylko-do-odczytu.example"), "Sąd", "")
    then, trouble = {
        "case": ({"do": "file", "case": str(walled.public_id)}, Trouble.RULE_CASE),
        "person": (share(office.cast.grzegorz), Trouble.RULE_PERSON),
        "folder": ({"do": "move", "folder": str(uuid4())}, Trouble.RULE_FOLDER),
        "account": (move(foreign), Trouble.ACT_READ_ONLY),
    }[what]
    failing = make_rule(office.anna, STAR, then, STOP, name="failing")
    working = make_rule(office.anna, READ, name="working")
    met = receive(office.inbox, "a")
    told = office.rule(failing)
    assert told.paused_at
    assert told.trouble == trouble
    lies = office.place(met)
    assert (lies.seen, lies.flagged) == (True, False)
    assert [hit.rule_id for hit in office.hits()] == [working.pk]
    assert not office.sees(met)
    receive(office.inbox, "b")
    assert {hit.rule_id for hit in office.hits()} == {working.pk}


def test_what_breaks_within_a_rule_neither_stops_the_reader_nor_marks_the_mail(office: Office) -> None:
    broken = make_rule(office.anna, STAR, name="broken")
    with as_user(office.anna.pk):
        Rule.objects.filter(pk=broken.pk).update(when={"all": "no"})
    met = receive(office.inbox, "a")
    assert met.defects == []
    assert met.indexed_with
    assert office.rule(broken).trouble == Trouble.RULE_FAILED


def test_rules_of_others_of_the_office_meet_nothing_of_it(office: Office) -> None:
    make_rule(office.cast.dorota, share(office.cast.celina))
    make_rule(office.cast.bartek, share(office.cast.celina))
    met = receive(office.inbox, "a")
    assert office.sees(met) == set()
    with as_user(office.cast.bartek.pk):
        row = Rule.objects.get()
        assert rules.apply(office.cast.bartek, [row], [met.pk])[0].met == []


def test_whatever_rules_there_are_nobody_sees_more_than_they_say_and_undoing_leaves_nothing(office: Office) -> None:
    """In any order, with stops anywhere."""
    celina, felicja = office.cast.celina, office.cast.felicja
    case = str(office.case.public_id)
    consequences = [{"do": "file", "case": case}, FILE_FOUND, STAR, READ, NOTIFY, move(office.court)]
    shares = {"Celina": share(celina), "Felicja": share(felicja), "Bartek": share(team="found")}
    whens = [
        COURT,
        {"field": "reference", "op": "any"},
        {"none": [COURT]},
        {"any": [COURT, {"field": "subject", "op": "words", "value": ["nic"]}]},
    ]
    letters = [
        ("I C 12/24", "a@sad.gov.pl"),
        ("Pismo", "b@sad.gov.pl"),
        ("I C 12/24", "c@klient.pl"),
        ("Pismo", "d@klient.pl"),
    ]
    fits = [
        [True, True, False, False],
        [True, False, True, False],
        [False, False, True, True],
        [True, True, False, False],
    ]
    one = st.tuples(
        st.integers(0, 3),
        st.lists(st.sampled_from(range(len(consequences))), min_size=1, max_size=3, unique=True),
        st.lists(st.sampled_from(sorted(shares)), max_size=2, unique=True),
        st.booleans(),
    )
    number = iter(range(10_000))

    @settings(max_examples=settings.default.max_examples // 2, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(one, min_size=1, max_size=4), st.integers(0, 3))
    def check(written: list[tuple[int, list[int], list[str], bool]], place: int) -> None:
        with as_user(office.anna.pk):
            Rule.objects.all().delete()
        allowed: set[str] = set()
        stopped = False
        for when, done, names, stops in written:
            then = [
                *(consequences[each] for each in done),
                *(shares[name] for name in names),
                *([STOP] if stops else []),
            ]
            make_rule(office.anna, *then, when=whens[when])
            if fits[when][place] and not stopped:
                allowed |= {name for name in names if name != "Bartek" or place in (0, 2)}
                stopped = stops
        subject, sender = letters[place]
        met = receive(office.inbox, f"n{next(number)}", subject, sender)
        assert office.sees(met) == allowed
        with as_user(office.anna.pk):
            assert not Rule.objects.exclude(trouble="").exists()
            done_acts = list(Act.objects.filter(verb=Verb.RULE, undone_at=None).order_by("-pk"))
        for act in done_acts:
            acts.undo(office.anna, act.public_id)
        assert office.sees(met) == set()
        assert office.filed() == set()
        lies = office.place(met)
        assert (lies.folder, lies.flagged, lies.seen) == (office.inbox, False, False)

    check()
