"""Rules as statements: they find what the conditions mean, one by one and in one stroke, and nobody else's mail."""

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teczka.core.accounts import Farewell
from teczka.core.conditions import FIELDS, Condition, Field, FileType, Group, Kind, Op, Takes
from teczka.store.models import Account, Folder, Message
from teczka.store.queries import rules
from teczka.store.queries.rules import matching, newest_by_index
from teczka.store.viewer import as_user
from tests.cases import make_case, make_party, make_reference
from tests.cast import make_account, make_cast, make_folder
from tests.rule_oracle import Facts, World, fits
from tests.web.mailroom import share, store

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
MANY = 10_000
PEOPLE = ["jan@klient.pl", "biuro@sad.gov.pl", "wydzial1@krakow.sad.gov.pl", "nowak@przyklad.pl", "o'brien@x-y.com"]
SUBJECTS = [
    "Umowa najmu",
    "Re: umowy i sądy",
    "I C 12/24 wezwanie",
    "I C 12/24 upr",
    "faktura",
    "Zażółć",
    "Lease agreement",
]
TEXTS = [
    "Przesyłam umowę najmu lokalu.",
    "W sprawie II Ca 7/25 sąd wyznaczył termin. Umowa zostaje rozwiązana, najmu nie będzie.",
    "Please find the agreement attached, as we have agreed with you.",
    "Sądy i SĄD, sądu; najem umowy.",
    "",
]
FILES = [(), ("pozew.pdf",), ("umowa najmu.docx", "skan umów.png")]
PHRASES = [
    "umowa",
    "umowa najmu",
    "najem",
    "sąd",
    "sad",
    "Sądu",
    "agreement",
    "agreements",
    "termin umowa",
    "nic",
    "zażółć",
]


class Mailbox:
    """Letters with what is known of each without asking the database."""

    def __init__(self) -> None:
        cast = make_cast()
        self.cast, self.owner, self.stranger = cast, cast.anna, cast.bartek
        self.accounts = [make_account(self.owner), make_account(self.owner, "anna@prywatnie.example")]
        self.folders = [make_folder(self.accounts[0]), make_folder(self.accounts[1]), self._folder("Sprawy")]
        self.letters: dict[int, Facts] = {}
        case, other = make_case(self.owner, "Kowalski"), make_case(self.owner, "Nowak")
        make_reference(case, self.owner, "I C 12/24", "C", "12", 2024, division="I")
        make_reference(other, self.owner, "II Ca 7/25", "Ca", "7", 2025, division="II")
        make_party(case, self.owner, "Jan", "jan@klient.pl")
        make_party(other, self.owner, "Nowak", "nowak@przyklad.pl", "anna@kancelaria-lipowa.example")
        self.cases = [str(case.public_id), str(other.public_id)]
        self.world = World(
            ZoneInfo("Europe/Warsaw"),
            dict(zip(self.cases, [["I C 12/24"], ["II Ca 7/25"]], strict=True)),
            dict(zip(self.cases, [["jan@klient.pl"], ["nowak@przyklad.pl"]], strict=True)),
        )
        for number in range(30):
            self._receive(number)

    def _folder(self, path: str) -> Folder:
        return make_folder(self.accounts[0], path, "")

    def _receive(self, number: int) -> None:
        folder = self.folders[number % 3]
        to = [PEOPLE[(number + 1) % 5], *([PEOPLE[(number * 3) % 5]] if number % 2 else [])]
        facts = Facts(
            account=str(next(a.public_id for a in self.accounts if a.pk == folder.account_id)),
            folders=frozenset({str(folder.public_id)}),
            sender=PEOPLE[number % 5],
            recipients=tuple(to),
            subject=SUBJECTS[number % 7],
            text=TEXTS[number * 7 // 3 % 5],
            files=FILES[number % 4 % 3],
            listed=number % 6 == 0,
            at=datetime(2026, 3, 1, 22, 30, tzinfo=UTC) + timedelta(hours=number),
            read=number % 4 == 1,
        )
        raw = letter(facts)
        made = store(folder, raw, facts.at, seen=facts.read)
        self.letters[made.pk] = replace(facts, size=len(raw))

    def expected(self, group: Group) -> list[int]:
        return [id_ for id_, facts in self.letters.items() if fits(group, facts, self.world)]


def letter(facts: Facts) -> bytes:
    head = f"From: <{facts.sender}>\r\nTo: {facts.recipients[0].upper()}\r\nSubject: {facts.subject}\r\nMIME-Version: 1.0\r\n"
    head += f"Cc: {facts.recipients[1]}\r\n" if facts.recipients[1:] else ""
    head += "List-Unsubscribe: <https://lista.example/wypisz>\r\n" if facts.listed else ""
    parts = [f"Content-Type: text/plain; charset=utf-8\r\n\r\n{facts.text}\r\n"]
    for name in facts.files:
        disposition = f'Content-Disposition: attachment; filename="{name}"'
        parts.append(f"Content-Type: application/octet-stream\r\n{disposition}\r\n\r\n{name}\r\n")
    body = "".join(f"--B\r\n{part}" for part in parts) + "--B--\r\n"
    return (head + "Content-Type: multipart/mixed; boundary=B\r\n\r\n" + body).encode()


@pytest.fixture(scope="module")
def standing(lasting: None) -> Mailbox:
    return Mailbox()


@pytest.fixture
def mailbox(standing: Mailbox, db: None) -> Mailbox:
    return deepcopy(standing)


def conditions(box: Mailbox) -> st.SearchStrategy[Condition]:
    ids = {
        Field.ACCOUNT: [str(one.public_id) for one in box.accounts],
        Field.FOLDER: [str(one.public_id) for one in box.folders],
        Field.REFERENCE: box.cases,
        Field.PARTY: box.cases,
    }

    def some(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
        return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple)

    def value(field: Field, op: Op) -> st.SearchStrategy[Any]:
        return {
            Takes.IDS: lambda: some(ids[field]),
            Takes.ADDRESSES: lambda: some(PEOPLE),
            Takes.DOMAINS: lambda: some(["sad.gov.pl", "gov.pl", "klient.pl", "x-y.com", "ad.gov.pl"]),
            Takes.PHRASES: lambda: some(PHRASES),
            Takes.REFERENCES: lambda: some(["I C 12/24", "i c 12 / 2024 upr", "II Ca 7/25", "I C 12/24 z"]),
            Takes.TYPES: lambda: some([FileType.ANY, FileType.PDF, FileType.DOCUMENT, FileType.IMAGE, FileType.SHEET]),
            Takes.YES: st.booleans,
            Takes.BYTES: lambda: st.sampled_from([300, 420, 600]),
            Takes.DAY: lambda: st.sampled_from([date(2026, 3, 2), date(2026, 3, 3)]),
            Takes.NOTHING: st.none,
        }[FIELDS[field][op]]()

    asked = [(field, op) for field in FIELDS for op in FIELDS[field]]
    return st.sampled_from(asked).flatmap(lambda one: value(*one).map(lambda told: Condition(*one, told)))


def groups(leaf: st.SearchStrategy[Condition], depth: int = 3) -> st.SearchStrategy[Group]:
    members = leaf if depth == 1 else st.one_of(leaf, leaf, groups(leaf, depth - 1))
    return st.builds(Group, st.sampled_from(Kind), st.lists(members, min_size=1, max_size=3).map(tuple))


def test_the_statement_finds_what_the_conditions_mean_by_message_and_by_index(mailbox: Mailbox) -> None:
    @settings(max_examples=2 * settings.default.max_examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(groups(conditions(mailbox)), min_size=1, max_size=4))
    def check(asked: list[Group]) -> None:
        expected = [mailbox.expected(group) for group in asked]
        with as_user(mailbox.owner.pk):
            assert matching(mailbox.owner, asked, list(mailbox.letters)) == expected
            for group, found in zip(asked, expected, strict=True):
                assert sorted(newest_by_index(mailbox.owner, group, LONG_AGO, MANY)[0]) == found

    check()


def test_by_walking_and_by_index_the_newest_that_fit_are_the_same(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "SAMPLE", 4)
    monkeypatch.setattr(rules, "COMMON", 0.3)
    monkeypatch.setattr(rules, "WALKED", 12)

    @settings(deadline=None, suppress_health_check=list(HealthCheck))
    @given(groups(conditions(mailbox)), st.integers(1, 12))
    def check(group: Group, most: int) -> None:
        expected = mailbox.expected(group)[::-1]
        with as_user(mailbox.owner.pk):
            found, about = rules.newest_matching(mailbox.owner, group, LONG_AGO, most)
        assert (found, bool(about)) in [(expected, False), (expected[:most], len(expected) > most)]

    check()


def test_each_condition_by_itself_finds_something_and_leaves_something(mailbox: Mailbox) -> None:
    """Else the test above would say nothing of it."""
    asked: dict[tuple[Field, Op], set[int]] = {}

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(conditions(mailbox))
    def collect(one: Condition) -> None:
        count = len(mailbox.expected(Group(Kind.ALL, (one,))))
        asked.setdefault((one.field, one.op), set()).add(0 < count < len(mailbox.letters))

    collect()
    assert {one for one, found in asked.items() if True not in found} == set()


def test_a_domain_that_is_longer_than_a_term_finds_its_mail(mailbox: Mailbox) -> None:
    """Each of its signs is two when it is compared."""
    domain = f"{'æ' * 40}.example"
    to = (PEOPLE[1], f"ola@{domain}")
    made = store(mailbox.folders[0], letter(Facts(sender=PEOPLE[0], recipients=to, text="")))
    group = Group(Kind.ALL, (Condition(Field.RECIPIENTS, Op.DOMAIN, (domain,)),))
    with as_user(mailbox.owner.pk):
        assert matching(mailbox.owner, [group], [made.pk]) == [[made.pk]]
        assert newest_by_index(mailbox.owner, group, LONG_AGO, MANY)[0] == [made.pk]


def test_a_rule_of_somebody_else_finds_nothing_of_it_though_it_is_shared_with_them(mailbox: Mailbox) -> None:
    some = Group(Kind.NONE, (Condition(Field.SENDER, Op.IS, ("nobody@example.com",)),))
    with as_user(mailbox.owner.pk):
        shared = Message.objects.get(pk=next(iter(mailbox.letters)))
    share(shared, mailbox.stranger)
    for stranger in (mailbox.stranger, mailbox.cast.dorota):
        with as_user(stranger.pk):
            assert matching(stranger, [some], list(mailbox.letters)) == [[]]
            assert newest_by_index(stranger, some, LONG_AGO, MANY)[0] == []


def test_what_is_named_but_belongs_to_somebody_else_stands_for_nothing(mailbox: Mailbox) -> None:
    walled = make_case(mailbox.stranger, "Za murem", walled=True)
    make_reference(walled, mailbox.stranger, "I C 12/24", "C", "12", 2024, division="I")
    make_party(walled, mailbox.stranger, "Jan", "jan@klient.pl")
    foreign = make_folder(make_account(mailbox.stranger, "bartek@gdzie.example"))
    named = (str(walled.public_id), str(foreign.public_id))
    for field, op in [
        (Field.REFERENCE, Op.CASE),
        (Field.PARTY, Op.CASE),
        (Field.FOLDER, Op.IS),
        (Field.ACCOUNT, Op.IS),
    ]:
        with as_user(mailbox.owner.pk):
            group = Group(Kind.ALL, (Condition(field, op, named),))
            assert matching(mailbox.owner, [group], list(mailbox.letters)) == [[]]
            assert newest_by_index(mailbox.owner, group, LONG_AGO, MANY)[0] == []


def test_mail_that_goes_with_its_account_is_out_of_sight(mailbox: Mailbox) -> None:
    some = Group(Kind.NONE, (Condition(Field.SENDER, Op.IS, ("nobody@example.com",)),))
    going = mailbox.accounts[1]
    with as_user(mailbox.owner.pk):
        Account.objects.filter(pk=going.pk).update(farewell=Farewell.REMOVE)
        found = rules.newest_by_index(mailbox.owner, some, LONG_AGO, MANY)[0]
        assert rules.newest_matching(mailbox.owner, some, LONG_AGO, 100) == (found, 0)
    stays = {id_ for id_, facts in mailbox.letters.items() if facts.account != str(going.public_id)}
    assert set(found) == stays != set(mailbox.letters)


def test_drafts_junk_and_the_bin_are_open_to_no_rule(mailbox: Mailbox) -> None:
    account, every = mailbox.accounts[0], Group(Kind.ALL, (Condition(Field.SIZE, Op.OVER, 1),))
    for role in ("junk", "trash", "drafts"):
        made = store(
            make_folder(account, role, role), letter(Facts(sender=PEOPLE[0], recipients=("a@b.pl",), text=role))
        )
        with as_user(mailbox.owner.pk):
            assert matching(mailbox.owner, [every], [made.pk]) == [[]]
            assert made.pk not in newest_by_index(mailbox.owner, every, LONG_AGO, MANY)[0]
