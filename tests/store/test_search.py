"""Search finds what the query means, among what the person may see, whatever way the index takes: held to the same said without it."""

import re
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teczka.core import search_tree as tree
from teczka.core.references import spans
from teczka.core.search import Query, parse
from teczka.language.asking import Asked, ask, beginning
from teczka.language.fields import Field, of_message
from teczka.language.fold import fold
from teczka.language.vectors import vectors
from teczka.language.words import spelled
from teczka.store.models import Filing, Folder, Message, Pack, Placement, Share, User
from teczka.store.queries.asked import FIELDS
from teczka.store.queries.hits import Place, hits
from teczka.store.queries.search import Coverage, count, coverage, search, shown
from teczka.store.sharing import regrant
from teczka.store.terms import save_terms
from teczka.store.viewer import as_user
from tests.cases import make_case
from tests.cast import make_account, make_cast, make_folder
from tests.web.mailroom import share

pytestmark = pytest.mark.django_db

PEOPLE = ["Jan Kowalski <jan@klient.pl>", "Biuro <biuro@sad.gov.pl>", "Anna Nowak <nowak@przyklad.pl>"]
SUBJECTS = [
    "Umowa najmu lokalu",
    "Re: umowy",
    "I C 12/24 wezwanie",
    "II C 12/24",
    "faktura FV/12/2024",
    "Lease agreement",
]
TEXTS = [
    "Przesyłam umowę najmu lokalu przy ul. Łąkowej.",
    "Sąd wyznaczył termin. Umowa zostaje rozwiązana, najmu nie będzie. Sygn. akt I C 12/24.",
    "Please find the agreement attached.",
    "Najem umowy, sądy w Łodzi.",
    "Kowalski prosi o telefon.",
]
ZONE = ZoneInfo("Europe/Warsaw")
# Yesterday's noon there: at every hour of the year the same day in Greenwich.
NOW = (datetime.now(ZONE) - timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0).astimezone(UTC)


@dataclass(frozen=True)
class Letter:
    id: int
    owner: User
    at: datetime
    seen: bool
    subject: str
    sender: str
    to: str
    file: str
    text: str
    folder: int
    gone: bool
    filed: bool
    size: int
    shared_with: frozenset[int]

    def field(self, field: Field) -> str:
        fields = {Field.SUBJECT: self.subject, Field.FROM: self.sender, Field.TO: self.to, Field.FILE: self.file}
        return fields.get(field, self.text)


class Office:
    """Anna's mail, some of it shared with Bartek, one letter with Celina; Bartek's; another office's."""

    def __init__(self) -> None:
        self.cast = make_cast()
        self.letters: list[Letter] = []
        anna, bartek, edward = self.cast.anna, self.cast.bartek, self.cast.edward
        folders = {
            person.pk: [
                make_folder(account := make_account(person, f"x{person.pk}@lipowa.example")),
                make_folder(account, "Kosz", "trash"),
            ]
            for person in (anna, bartek, edward)
        }
        self.case = make_case(anna, "Kowalski")
        self.packs = {person.pk: self._pack(person, *folders[person.pk]) for person in (anna, bartek, edward)}
        for number in range(30):
            owner = (anna, anna, bartek, anna, edward, anna)[number % 6]
            self._receive(number, owner, folders[owner.pk][number % 7 == 3])

    def _pack(self, owner: User, folder: Any, _: Any) -> UUID:
        with as_user(owner.pk):
            ids = {"office_id": owner.office_id, "owner_id": owner.pk, "account_id": folder.account_id}
            return Pack.objects.create(id=uuid4(), size=0, **ids).id

    def _receive(self, number: int, owner: User, folder: Any) -> None:
        at = NOW - timedelta(days=number * number)  # years of it, and ever fewer
        file = ("", "pozew.pdf", "umowa najmu.docx")[number % 3]
        told = SUBJECTS[number % 6], PEOPLE[number % 3], PEOPLE[number * 5 % 3], file, TEXTS[number * 7 // 3 % 5]
        ids = {"office_id": owner.office_id, "owner_id": owner.pk}
        gone, filed = number % 9 == 5, owner == self.cast.anna and number % 10 == 5
        with as_user(owner.pk):
            message = Message.objects.create(
                account_id=folder.account_id, sha256=bytes([number]), size=100 + 10 * number, pack_id=self.packs[owner.pk],
                pack_offset=0, pack_length=0, pack_codec=0, internaldate=at, attachments=bool(file), indexed_with=1, **ids,
            )  # fmt: skip
            Placement.objects.create(
                folder=folder, message=message, uidvalidity=1, uid=number + 1, internaldate=at, seen=number % 4 == 1,
                flagged=False, answered=False, draft=False, gone_at=NOW if gone else None, **ids,
            )  # fmt: skip
            fields = of_message(told[0], [("", told[1])], [("", told[2])], [file], told[4])
            parts = ((Field.SUBJECT, told[0]), (Field.TEXT, told[4]))
            references = [(field, one.reference) for field, part in parts for one in spans(part)]
            save_terms(owner.pk, {message.pk: vectors(fields, references)})
            if filed:
                Filing.objects.create(message=message, case=self.case, by=owner, how="hand", **ids)
        others = {self.cast.bartek} if owner == self.cast.anna and number % 2 else set()
        others |= {self.cast.celina} if number == 6 else set()
        for other in others:
            share(message, other)
        seen_by = frozenset(other.pk for other in others)
        self.letters.append(
            Letter(message.pk, owner, at, number % 4 == 1, *told, folder.pk, gone, filed, message.size, seen_by)
        )

    def expected(self, viewer: User, node: tree.Node) -> list[int]:
        found = [one for one in self.letters if self._findable(viewer, one) and fits(node, one, viewer, self)]
        return [one.id for one in sorted(found, key=lambda one: (one.at, one.id), reverse=True)]

    def _findable(self, viewer: User, one: Letter) -> bool:
        if one.owner != viewer:
            return viewer.pk in one.shared_with
        return not one.gone or one.filed or bool(one.shared_with)


@cache
def terms(field: Field, text: str) -> frozenset[str]:
    [literal] = vectors([(field, text)], [(field, one.reference) for one in spans(text)])
    return frozenset(term for term in re.findall("'([^']*)'", literal) if not term.startswith(":"))


def everywhere(one: Letter, field: Field) -> frozenset[str]:
    fields = [*Field] if field is Field.TEXT else [field]
    return frozenset().union(*(terms(each, one.field(each)) for each in fields))


def meets(there: frozenset[str], asked: Asked) -> bool:
    begins = tuple(term[:-1] for term in asked.terms if term.endswith("*"))
    return bool(there & {*asked.terms}) or any(term.startswith(begins) for term in there)


def fits(node: tree.Node, one: Letter, viewer: User, office: Office) -> bool:
    own = one.owner == viewer
    match node:
        case tree.Not(of):
            return not fits(of, one, viewer, office)
        case tree.All(of):
            return all(fits(each, one, viewer, office) for each in of)
        case tree.Any(of):
            return any(fits(each, one, viewer, office) for each in of)
        case tree.Words(text, where, begun):
            return all(meets(everywhere(one, FIELDS[where]), asked) for asked in ask(text, begun=begun))
        case tree.Prefix(text, where):
            return all(meets(everywhere(one, FIELDS[where]), asked) for asked in beginning(text))
        case tree.Phrase(text, where):
            fields = [FIELDS[where]] if where else [*Field]
            wanted = " ".join(map(fold, spelled(text)))
            return any(f" {wanted} " in f" {' '.join(map(fold, spelled(one.field(each))))} " for each in fields)
        case tree.HasFile():
            return bool(one.file)
        case tree.Is(state):
            unread, shared = own and not one.gone and not one.seen, not own or bool(one.shared_with)
            filed = one.filed
            return {
                "unread": unread, "read": not unread, "shared": shared, "private": not shared, "filed": filed,
                "unfiled": not filed, "starred": False, "answered": False,
            }[state]  # fmt: skip
        case tree.Larger(size, smaller):
            return (one.size > size) is not smaller
        case tree.Since(day, before):
            return (one.at.date() < day) if before else (one.at.date() >= day)
        case tree.In(role):
            return own and not one.gone and role == ("trash" if one.folder in trash(office) else "inbox")
    raise TypeError(node)


def trash(office: Office) -> set[int]:
    return {one.folder for place, one in enumerate(office.letters) if place % 7 == 3}


WORDS = [
    "umowa",
    "umowy",
    "najem lokal",
    "sąd",
    "kowalski",
    "agreement",
    "nic",
    "I C 12/24",
    "łódź",
    "jan@klient.pl",
    "pozew",
]
LEAVES = st.one_of(
    st.builds(tree.Words, st.sampled_from(WORDS)),
    st.builds(tree.Words, st.sampled_from(["umowa", "kowalski", "jan", "I C 12/24"]), st.sampled_from([*tree.Where])),
    st.builds(tree.Words, st.sampled_from(["umowy naj", "I C 12/24", "FV/12/20", "klient"]), st.just(tree.Where.ANYWHERE), st.just(True)),
    st.builds(tree.Prefix, st.sampled_from(["umow", "na", "k", "jan@kli", "fv/12/2"]), st.sampled_from([*tree.Where])),
    st.builds(tree.Phrase, st.sampled_from(["umowę najmu", "najmu lokalu", "Anna Nowak", "umowa"]), st.sampled_from([*tree.Where])),
    st.builds(tree.Is, st.sampled_from([*tree.State])),
    st.builds(tree.Larger, st.integers(100, 400), st.booleans()),
    st.builds(tree.In, st.sampled_from(["inbox", "trash"])),
    st.just(tree.HasFile()),
)  # fmt: skip
NODES = st.recursive(
    LEAVES,
    lambda each: st.one_of(
        each.map(tree.none_of),
        st.lists(each, min_size=1, max_size=3).map(tree.all_of),
        st.lists(each, min_size=1, max_size=2).map(tree.any_of),
    ),
    max_leaves=5,
)


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_search_finds_what_the_query_means_for_each_of_the_cast_and_nothing_that_they_may_not_see(
    office: Office, data: st.DataObject
) -> None:
    query = Query(data.draw(NODES))
    assert query.node
    for viewer in [office.cast.anna, *office.cast.strangers, office.cast.grzegorz]:
        expected = office.expected(viewer, query.node) if viewer.is_active else []
        found = search(viewer, query)
        assert found.ids == expected, (viewer.name, query.text("pl"))
        assert count(viewer, query) == (len(expected), False)
        assert sorted(search(viewer, query, best=True).ids) == sorted(expected)


@pytest.fixture(scope="module")
def standing(lasting: None) -> Office:
    return Office()


@pytest.fixture
def office(standing: Office, db: None) -> Office:
    return deepcopy(standing)


def test_pages_follow_one_another_and_leave_nothing_out(office: Office) -> None:
    anna = office.cast.anna
    for typed, best in product(["umowa", "umowa jest:nieprzeczytane", "najem OR temat:sąd", "-nic"], [False, True]):
        query = parse(typed)
        whole = search(anna, query, best=best)
        assert len(whole.ids) > 4
        assert not whole.more
        paged, after = [], None
        while True:
            page = search(anna, query, after, 3, best=best)
            paged += page.ids
            if not page.more:
                break
            after = page.places[-1]
        assert paged == whole.ids
        assert search(anna, query, skip=2, most=2, best=best).ids == whole.ids[2:4]
        assert count(anna, query, 3) == (3, True)


def test_days_begin_in_the_offices_zone_and_bound_what_is_found(office: Office) -> None:
    anna = office.cast.anna
    days = sorted(one.at.date() for one in office.letters)
    for day in days[::5]:
        before, after = (search(anna, parse(f"{name}:{day} (umowa OR -umowa)")).ids for name in ("przed", "po"))
        assert sorted(before + after) == sorted(office.expected(anna, tree.all_of([tree.Larger(0)]) or tree.HasFile()))
        assert all(one.at.date() <= day for one in office.letters if one.id in before)


def test_a_day_that_is_called_from_today_bounds_what_is_found(office: Office) -> None:
    anna = office.cast.anna
    today = datetime.now(ZONE)
    monday = today.date() - timedelta(days=(today.weekday() - 1) % 7 + 1)
    for typed, day in (
        ("wczoraj", today.date() - timedelta(days=1)),
        (f"{monday:%d.%m}", monday),
        ("today", today.date()),
    ):
        expected = search(anna, parse(f"po:{day}")).ids
        assert search(anna, parse(f"po:{typed}")).ids == expected, typed
        assert search(anna, parse(f"-przed:{typed}")).ids == expected, typed
    assert search(anna, parse("od:wczoraj")).ids == search(anna, parse("po:wczoraj")).ids
    assert search(anna, parse("od:przedwczoraj")).ids  # midnight may have struck since the mail was written


def test_the_best_come_first_the_words_as_they_are_written_before_other_forms(office: Office) -> None:
    best = search(office.cast.anna, parse("umowa"), best=True).ids
    subjects = [next(one.subject for one in office.letters if one.id == id_) for id_ in best]
    assert subjects.index("Re: umowy") > max(place for place, one in enumerate(subjects) if one == SUBJECTS[0])
    assert max(place for place, one in enumerate(subjects) if one == "Re: umowy") < len(subjects) - 1


def test_folders_accounts_and_cases_are_called_by_their_names(office: Office) -> None:
    anna = office.cast.anna
    own = {one.id for one in office.letters if one.owner == anna and not one.gone}
    in_bin = {one.id for one in office.letters if one.id in own and one.folder in trash(office)}
    assert {*search(anna, parse("folder:kosz")).ids} == in_bin
    assert {*search(anna, parse("-folder:kosz konto:lipowa.example")).ids} >= own - in_bin
    assert {*search(anna, parse("sprawa:kowalski")).ids} == {one.id for one in office.letters if one.filed}
    assert search(office.cast.bartek, parse("folder:kosz")).ids != search(anna, parse("folder:kosz")).ids
    assert search(anna, parse("folder:nigdzie")).ids == []


def test_labels_are_called_by_their_names_whatever_their_capitals_and_marks(office: Office) -> None:
    anna = office.cast.anna
    own = [one.id for one in office.letters if one.owner == anna and not one.gone]
    told = {
        own[0]: ["&AXs-&APM-&AUI-te", "Pilne"],
        own[1]: ["$label1", "$Forwarded"],
        own[2]: ["Pilne_sprawy", "NonJunk"],
    }
    with as_user(anna.pk):
        for message, keywords in told.items():
            Placement.objects.filter(message=message).update(keywords=keywords)
    for typed, expected in (
        ("etykieta:żółte", own[:1]), ("label:zolte", own[:1]), ("etykieta:pilne", own[:1]), ('etykieta:"pilne sprawy"', own[2:3]),
        ("etykieta:spraw", own[2:3]),
        ("etykieta:piln", [own[0], own[2]]), ("etykieta:ważne", own[1:2]), ("label:important", own[1:2]), ("label:nonjunk", []),
        ("label:$Forwarded", []), ("label:nigdzie", []), ("-etykieta:pilne etykieta:pil*", []),
    ):  # fmt: skip
        assert search(anna, parse(typed)).ids == expected, typed
        assert search(office.cast.bartek, parse(typed)).ids == [], typed
    assert set(search(anna, parse("-etykieta:pilne")).ids).isdisjoint(own[:1])


def test_what_waits_to_be_read_is_told(office: Office) -> None:
    anna = office.cast.anna
    own = sum(one.owner == anna for one in office.letters)
    assert coverage(anna) == Coverage(own, own)
    with as_user(anna.pk):
        Message.objects.filter(pk=office.letters[0].id).update(indexed_with=None)
    assert coverage(anna) == Coverage(own - 1, own)


def test_a_phrase_is_found_wherever_it_stands_in_a_text_that_is_longer_than_a_vector_counts(office: Office) -> None:
    anna, filler = office.cast.anna, " ".join(f"wyraz{number % 997}" for number in range(20_000))
    letter = next(one for one in office.letters if one.owner == anna and not one.gone)
    literals = vectors([(Field.TEXT, f"{filler} weksel własny {filler} indos zwrotny")])
    assert len(literals) > 2
    with as_user(anna.pk):
        save_terms(anna.pk, {letter.id: literals})
    for typed in ('"weksel własny"', '"indos zwrotny"', "weksel indos", '-"weksel zwrotny" weksel'):
        assert search(anna, parse(typed)).ids == [letter.id], typed
    for typed in ('"weksel zwrotny"', '"własny weksel"', '-"indos zwrotny" weksel'):
        assert search(anna, parse(typed)).ids == [], typed
    with as_user(anna.pk):
        save_terms(anna.pk, {letter.id: vectors([(Field.TEXT, "krótko")])})
    assert search(anna, parse('"indos zwrotny"')).ids == []


def written(office: Office, *letters: tuple[str, str]) -> list[int]:
    """Anna's newest letters, of these subjects and texts; others of hers say nothing of it."""
    anna = office.cast.anna
    own = [one.id for one in office.letters if one.owner == anna and not one.gone][: len(letters)]
    with as_user(anna.pk):
        for letter, told in zip(own, letters, strict=True):
            parts = list(zip((Field.SUBJECT, Field.TEXT), told, strict=True))
            references = [(field, one.reference) for field, part in parts for one in spans(part)]
            save_terms(anna.pk, {letter: vectors(parts, references)})
    return own


def test_a_number_is_found_while_it_is_being_typed_and_no_other_is_when_it_is_whole(office: Office) -> None:
    anna = office.cast.anna
    own = written(
        office,
        ("I NC 77/25", "Pismo"), ("II NC 77/25", "I instancja"), ("Pismo", "tel. 601-987-654"), ("Pismo", "601 pism, 987 akt, 654 kart"),
        ("Pismo", "konto PL61 1090 1014 0000 0712 1981 2874"), ("Pismo", "faktura FV/77/05/2025"), ("Pani Zielińska-Wrona", "Pismo"),
        ("PIT-11", "Pismo"),
    )  # fmt: skip
    for typed, expected in (
        ("I Nc 77/2", own[:2]), ("I Nc 77/25", own[:1]), ("601 987 654", own[2:3]), ("601 98", own[2:4]),
        ("61 1090 1014 0000 0", own[4:5]), ("61 1090 1014 0000 0712 1981 2874", own[4:5]), ("FV/77/0", own[5:6]),
        ("FV/77/05/20", own[5:6]), ("FV/77/05/2025", own[5:6]), ("zielińska-wro", own[6:7]), ("PIT-1", own[7:8]),
    ):  # fmt: skip
        assert search(anna, parse(typed).being_typed()).ids == expected, typed


def test_a_beginning_of_what_is_put_together_is_found_and_a_star_before_a_word_counts_for_nothing(
    office: Office,
) -> None:
    anna = office.cast.anna
    own = written(office, ("Pani Zielińska-Wrona", "plik_nazwany"), ("Pepsi-Cola", "e-maile"), ("Zielińska", "cola"))
    for typed, expected in (
        ("zielińska-wro*", own[:1]), ("plik_naz*", own[:1]), ("pepsi-co*", own[1:2]), ("e-ma*", own[1:2]), ("*wrona*", own[:1]),
        ("temat:*wron*", own[:1]), ("*rona", []), ("plik:*wrona*", []), ("od:*wrona*", []),
    ):  # fmt: skip
        assert search(anna, parse(typed)).ids == expected, typed


def test_a_reference_is_looked_for_as_one_in_the_subject_and_among_what_must_be_missing(office: Office) -> None:
    anna = office.cast.anna
    own = written(
        office, ("I NC 77/2025", "Dotyczy"), ("I instancja: II NC 77/25", "Dotyczy"), ("Pismo", "Dotyczy I NC 77/25")
    )
    for typed, expected in (
        ("temat:I Nc 77/25", own[:1]), ("temat:(I Nc 77/25)", own[:1]), ("-I Nc 77/25 dotyczy", own[1:2]),
        ("sygn. akt I Nc 77/25", [own[0], own[2]]), ('"I Nc 77/25"', [own[0], own[2]]), ('temat:"I Nc 77/25"', own[:1]),
        ("-\"I Nc 77/25\" dotyczy", own[1:2]), ("I Nc 77/25 LUB II Nc 77/25", own),
    ):  # fmt: skip
        assert search(anna, parse(typed)).ids == expected, typed


def test_a_whole_paragraph_is_found_as_a_phrase_also_where_stretches_of_a_long_letter_meet(office: Office) -> None:
    anna = office.cast.anna
    words = [f"wyraz{number}" for number in range(60)]
    paragraph = f"Najemca {' '.join(words)} oświadcza"
    filler = "słowo " * 15_970  # the first stretch ends within the paragraph
    own = written(
        office, ("Pismo", f"{filler} {paragraph}"), ("Pismo", paragraph), ("Pismo", f"{' '.join(words[::-1])}")
    )
    assert search(anna, parse(f'"{paragraph}"')).ids == own[:2]
    assert search(anna, parse(f'"{" ".join([*words[1:], words[0]])}"')).ids == []


def test_the_best_come_first_for_phrases_and_beginnings_too(office: Office) -> None:
    anna = office.cast.anna
    own = written(office, ("Pismo", "perliczka szara"), ("Perliczka szara", "Pismo"))
    for query in (
        parse('"perliczka szara"'), parse("perlicz*"), parse("perliczka").being_typed(), parse("perliczka sza").being_typed(),
    ):  # fmt: skip
        assert search(anna, query).ids == own
        assert search(anna, query, best=True).ids == own[::-1]


def test_the_last_day_of_a_search_is_within_it(office: Office) -> None:
    anna = office.cast.anna
    for day in sorted({one.at.date() for one in office.letters})[::5]:
        before = search(anna, parse(f"przed:{day + timedelta(days=1)}")).ids
        assert search(anna, parse(f"do:{day}")).ids == before
        assert before
        assert set(search(anna, parse(f"-do:{day}")).ids).isdisjoint(before)
    assert search(anna, parse("do:31.12.9999")).ids


def test_rows_tell_each_who_sees_them_once_however_often_they_were_shared_with_the_same(office: Office) -> None:
    cast = office.cast
    team = make_case(cast.anna, "Zespół", cast.bartek, cast.celina)
    letter = next(one for one in office.letters if one.shared_with == {cast.bartek.pk} and not one.gone)
    with as_user(cast.anna.pk):
        ids = {"office_id": cast.anna.office_id, "owner_id": cast.anna.pk}
        Share.objects.create(message_id=letter.id, with_case=team, **ids)
        regrant([letter.id])
    place = Place(0, letter.at, letter.id)
    for viewer, others in (
        (cast.anna, (cast.bartek, cast.celina)),
        (cast.celina, (cast.bartek,)),
        (cast.bartek, (cast.celina,)),
    ):
        (told,) = hits(viewer, [place])
        assert sorted(told.line.seen_by) == sorted(other.name for other in others)
        assert (told.owner, bool(told.folder)) == (("", True) if viewer == cast.anna else (cast.anna.name, False))
    assert hits(cast.edward, [place]) == []


def test_whoever_sees_much_of_others_mail_finds_all_of_it_newest_first_however_often_a_word_stands(
    office: Office,
) -> None:
    """Above five hundred grants the index is not asked for the viewer's own alone, and months are walked by what was in those before."""
    anna, bartek = office.cast.anna, office.cast.bartek
    ids = {"office_id": anna.office_id, "owner_id": anna.pk}
    with as_user(anna.pk):
        folder = Folder.objects.filter(role="inbox")[0]
        many = Message.objects.bulk_create(
            Message(
                account_id=folder.account_id, sha256=number.to_bytes(4, "big"), size=1, pack_id=office.packs[anna.pk], pack_offset=0,
                pack_length=0, pack_codec=0, internaldate=NOW - timedelta(days=3 * number), indexed_with=1, **ids,
            )
            for number in range(520)
        )  # fmt: skip
        said = {message.pk: _said(number) for number, message in enumerate(many)}
        save_terms(anna.pk, {message: vectors([(Field.TEXT, text)]) for message, text in said.items()})
        Share.objects.bulk_create(Share(message=message, with_user=bartek, **ids) for message in many)
        regrant([message.pk for message in many])
    for word in ("weksel", "indos", "awal", "protest", "domicyl"):
        expected = [message.pk for message in many if word in said[message.pk]]
        assert search(bartek, parse(word), most=600).ids == expected
        for most in (2, 50):
            after = None
            alone = shown(bartek, parse(word), most=most, rows=0)
            assert (alone.count, alone.more, alone.hits) == (min(most, len(expected)), len(expected) > most, [])
            assert shown(bartek, parse(word), most=most, skip=len(expected)).count == 0
            for paged in range(0, min(len(expected), 100), most):
                page = shown(bartek, parse(word), after, most)
                assert [hit.id for hit in page.hits] == expected[paged : paged + most], (word, most, paged)
                assert page.more == (len(expected) > paged + most)
                after = page.hits[-1].place
    assert search(office.cast.celina, parse("weksel")).ids == []


def _said(number: int) -> str:
    """A word in each, one here and there, one long ago, one in a few of now and of long ago, and one in the middle years."""
    words = {"weksel": True, "indos": number % 37 == 5, "awal": number > 510, "protest": number < 4 or number > 515}
    words["domicyl"] = 200 < number < 260
    return " ".join(word for word, stands in words.items() if stands)
