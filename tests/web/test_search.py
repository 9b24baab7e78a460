"""The search page: what it finds, how it says so, and that it tells nobody of what they may not see."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from django.test import Client
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teczka.core.errors import Problem, Trouble
from teczka.core.search import Query, parse
from teczka.core.search_tree import Hint
from teczka.store.models import AttachmentText, Correspondent, Folder, Message, Part, Placement, User
from teczka.store.queries import meant
from teczka.store.queries import search as queries
from teczka.store.queries.folders import FolderLine, folders
from teczka.store.queries.search import BLOCK, Shown, shown
from teczka.store.queries.searches import saved_searches
from teczka.store.terms import save_terms
from teczka.store.viewer import as_user
from teczka.web.mail import searching
from teczka.web.mail.asked import Asked
from teczka.web.mail.selected import everything_of
from teczka.web.mail.tree import ROLES
from teczka.web.search import page as pages
from teczka.web.search import saved
from tests.cases import file, make_case
from tests.cast import make_account, make_cast, make_folder
from tests.conftest import OwnDatabase
from tests.web.conftest import Office, browser
from tests.web.mailroom import share, store

MAY = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)
LETTER = """From: {who}
To: Anna Lipowska <anna@lipowa.example>
Subject: {subject}
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{text}
"""


def letter(
    folder: Folder, subject: str, text: str = "", who: str = "Jan Kowal <jan@klient.example>", age: int = 0
) -> Message:
    raw = LETTER.format(who=who, subject=subject, text=text or subject).replace("\n", "\r\n").encode()
    return store(folder, raw, MAY - timedelta(hours=age))


@pytest.fixture
def inbox(office: Office) -> Folder:
    account = make_account(office.cast.anna, "anna@lipowa.example", provider_name="Lipowa", colour=3)
    return make_folder(account, "INBOX", role="inbox")


def label(message: Message, *keywords: str) -> None:
    with as_user(message.owner_id):
        Placement.objects.filter(message=message).update(keywords=list(keywords))


def look(client: Client, query: str, where: str = "/search/", **more: str) -> str:
    answer = client.get(where, {"q": query, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def rows(page: str) -> list[str]:
    return [row.split("</div>")[0] for row in page.split('<div role="row"')[1:]]


def subjects(page: str) -> list[str]:
    found = re.findall(r'data-field="subject"[^>]*>(.*?)</a>', page)
    return [html.unescape(re.sub(r"<[^>]+>", "", one)) for one in found]


def test_a_word_is_found_in_any_form_and_marked_where_it_stands(anna: Client, inbox: Folder) -> None:
    letter(inbox, "Umowa najmu", "Proszę o podpis.")
    letter(inbox, "Spotkanie", "Aneks do umowy z Łodzi w załączeniu, o którym mówiliśmy.", age=1)
    letter(inbox, "Pogoda", "Słońce.", age=2)
    page = look(anna, "umową")
    assert subjects(page) == ["Umowa najmu", "Spotkanie"]
    subject, snippet = rows(page)
    assert "<mark>Umowa</mark> najmu" in subject
    assert "do <mark>umowy</mark> z Łodzi" in snippet
    assert "<mark>Łodzi</mark>" in rows(look(anna, "lodz"))[0]
    assert "2 wiadomości" in page


def test_each_row_says_where_it_lies_and_what_it_is_filed_to(anna: Client, inbox: Folder, office: Office) -> None:
    file(letter(inbox, "Umowa"), office.cast.anna, make_case(office.cast.anna, "Kowal p. Nowak", number="KAN 7/26"))
    row = rows(look(anna, "umowa"))[0]
    assert 'colour-3">Lipowa</span> Odebrane<' in row
    assert f'data-folder="{inbox.public_id}"' in row
    assert "KAN 7/26" in row


def test_what_others_share_is_found_and_says_whose_it_is(office: Office, inbox: Folder) -> None:
    share(letter(inbox, "Umowa wspólna"), office.cast.bartek)
    letter(inbox, "Umowa własna")
    page = look(browser(office.cast.bartek), "umowa")
    assert subjects(page) == ["Umowa wspólna"]
    assert "Anna Lipowska</span> udostępniona Ci" in page
    assert "Lipowa<" not in rows(page)[0]


SECRET = (
    "Tajemnica",
    "sekretny",
    "poufna-tresc",
    "utajniony",
    "od:sekretny@nadawca.example",
    "sprawa:tajemnica",
    "folder:Teczka-tajna",
)


def test_nobody_learns_of_anothers_mail_by_any_address_of_the_search(office: Office) -> None:
    """No row, no count, no words marked, nothing proposed: the same as for a word that nowhere stands."""
    places = ("/search/", "/search/live/", "/search/rows/")
    strangers = {person.email: browser(person) for person in office.cast.strangers}
    for query, where in product(SECRET, places):
        nothing = look(next(iter(strangers.values())), "zzqx" + query.replace(":", ":zzqx"), where, typing="1")
        for name, client in strangers.items():
            page = look(client, query, where, typing="1")
            assert rows(page) == [], (name, where, query)
            assert ("0 wiadomości" in page) == ("0 wiadomości" in nothing)
    for name, client in strangers.items():
        for token in ("", "od:", "do:", "folder:", "konto:", "sprawa:", "sprawa:taj", "od:sekretny", "folder:teczka"):
            page = look(client, token, "/search/offers/")
            for secret in ("Tajemnica", "sekretny", "poufna", "Teczka-tajna", "Skrzynka-Anny"):
                assert secret not in page, (name, token)
    assert rows(look(browser(office.cast.anna), "Tajemnica"))
    assert "poufna-tresc" in look(browser(office.cast.anna), "", "/search/offers/")


def test_proposals_are_values_of_the_operator_that_is_being_written(
    anna: Client, inbox: Folder, office: Office
) -> None:
    owner = {"office_id": inbox.office_id, "owner_id": inbox.owner_id}
    with as_user(inbox.owner_id):
        Correspondent.objects.create(
            account_id=inbox.account_id, address="jan@klient.example", name="Jan Kowal", last_at=MAY, **owner
        )
    make_folder(inbox.account, "Pisma sądowe", "")
    label(letter(inbox, "Pozew"), "Pilne_sprawy", "NonJunk")
    make_case(office.cast.anna, "Kowal p. Nowak", number="KAN 7/26")
    for token, put in (
        ("od:kow", "od:jan@klient.example "),
        ("-from:jan", "-from:jan@klient.example "),
        ("folder:sado", 'folder:"Pisma sądowe" '),
        ("konto:lip", "konto:anna@lipowa.example "),
        ("sprawa:kowal", 'sprawa:"KAN 7/26" '),
        ("etykieta:PIL", 'etykieta:"Pilne sprawy" '),
        ("po:wcz", "po:wczoraj "),
        ("jest:niep", "jest:nieprzeczytane "),
        ("ma:", "ma:załącznik "),
        ("w:kos", "w:kosz "),
        ("większe:5", "większe:5M "),
    ):
        found = [html.unescape(one) for one in re.findall('data-put="([^"]*)"', look(anna, token, "/search/offers/"))]
        assert put in found, (token, found)
        assert subjects(look(anna, put)) is not None  # each is understood
        assert "Nie ma operatora" not in look(anna, put)
    assert "search-offer" not in look(anna, "cokolwiek", "/search/offers/")


def test_folders_are_found_by_whatever_the_tree_calls_them(anna: Client, inbox: Folder) -> None:
    letter(inbox, "W odebranych")
    for role in (role for role in ROLES if role != "inbox"):
        letter(make_folder(inbox.account, f"Folder {role}", role), f"W {role}")
    for language, (role, (name, _)) in product(("pl", "en"), ROLES.items()):
        with override(language):
            told = str(name)
        found = subjects(look(anna, f'folder:"{told}"'))
        assert found == ["W odebranych" if role == "inbox" else f"W {role}"], (language, told)


def test_proposals_name_folders_once_and_so_that_they_are_understood(anna: Client, inbox: Folder) -> None:
    other = make_account(inbox.account.owner, "biuro@lipowa.example", provider_name="Biuro")
    make_folder(other)
    for number, name in enumerate(("I C 123/24 Wierzbiccy", "Klient „Budex” (nowy)", "-stare", "Ode|do")):
        letter(make_folder(inbox.account, name, ""), f"Pismo {number}")
    with as_user(inbox.owner_id):
        Folder.objects.update(delimiter=".")
    for token, expected in (
        ("folder:ode", ['folder:"Ode|do" ', "folder:Odebrane "]),
        ("-folder:inb", ["-folder:Odebrane "]),
        ('folder:"wersje', []),
        ("folder:wierz", ['folder:"I C 123/24 Wierzbiccy" ']),
        ('folder:"I C', ['folder:"I C 123/24 Wierzbiccy" ']),
        ("folder:bud", ['folder:"Klient Budex (nowy)" ']),
        ("folder:star", ['folder:"-stare" ']),
    ):
        page = look(anna, token, "/search/offers/")
        assert [html.unescape(one) for one in re.findall('data-put="([^"]*)"', page)] == expected, token
    assert "Biuro, Lipowa" in look(anna, "folder:ode", "/search/offers/")
    for number, put in enumerate(('"I C 123/24 Wierzbiccy"', '"Klient Budex (nowy)"', '"-stare"', '"Ode|do"')):
        assert subjects(look(anna, f"folder:{put}")) == [f"Pismo {number}"]


def test_a_state_written_as_a_word_is_searched_for_as_one_and_the_operator_is_told(anna: Client, inbox: Folder) -> None:
    letter(inbox, "Umowa")
    for word in ("nieprzypisane", "Nieprzeczytane"):
        assert f"napisz „jest:{word}”" in look(anna, word)
        assert "napisz „jest:" not in look(anna, f"jest:{word}")
    assert "Umowa" in subjects(look(anna, "jest:nieprzypisane"))


def test_a_name_that_means_nothing_is_said_to_also_where_it_was_to_be_left_out(anna: Client, inbox: Folder) -> None:
    letter(inbox, "Umowa")
    for query, told in (
        ("folder:nigdzie", "Nie masz folderu „nigdzie”."),
        ('-folder:"i tam" umowa', "Nie masz folderu „i tam”."),
        ("umowa -(konto:obce OR temat:pismo)", "Nie masz konta „obce”."),
        ("sprawa:zmyślona", "Nie znaleziono sprawy „zmyślona”."),
        ("-etykieta:pilne", "Nie masz etykiety „pilne”."),
    ):
        for where in ("/search/", "/search/live/"):
            assert told in look(anna, query, where, typing="1"), query
    page = look(anna, "folder:odeb konto:lip", "/search/live/", typing="1")
    assert subjects(page) == ["Umowa"]
    assert "Nie masz" not in page


def test_a_name_is_looked_up_once_a_key(anna: Client, inbox: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[User] = []

    def counted(viewer: User) -> list[FolderLine]:
        asked.append(viewer)
        return folders(viewer)

    monkeypatch.setattr(meant, "folders", counted)
    assert "Nie masz folderu „nigdzie”." in look(anna, "folder:nigdzie -folder:nigdzie", "/search/live/", typing="1")
    assert len(asked) == 1


def test_a_hint_tells_of_anothers_folders_cases_and_labels_that_there_are_none(office: Office) -> None:
    cast = office.cast
    with as_user(cast.anna.pk):
        Placement.objects.filter(folder=office.folder).update(keywords=["Tajna_etykieta"])
    make_case(cast.anna, "Ukryta Grodzona", walled=True)
    names = {"folder": "teczka-tajna", "konto": "Skrzynka-Anny", "sprawa": "grodzona", "etykieta": "tajna"}
    for person in cast.strangers:
        client = browser(person)
        for (operator, name), sign in product(names.items(), ("", "-")):
            real, made_up = (
                re.findall(r'<p class="strip quiet">.*?</p>', look(client, f"{sign}{operator}:{one}", "/search/live/"))
                for one in (name, "zzqx")
            )
            assert [one.replace(name, "zzqx") for one in real] == made_up, (person.email, operator)
            assert any("zzqx" in one for one in made_up)
    for operator, name in names.items():
        assert f"„{name}”.</span>" not in look(browser(cast.anna), f"{operator}:{name}", "/search/live/"), operator


def test_operators_are_chips_that_work_without_script(anna: Client, inbox: Folder) -> None:
    letter(inbox, "Umowa od Jana")
    letter(inbox, "Umowa od Ewy", who="Ewa <ewa@klient.example>", age=1)
    page = anna.get("/search/", {"q": ["od:jan", "umowa"]}).content.decode()  # as the form sends chips and words
    assert subjects(page) == ["Umowa od Jana"]
    assert '<input type="hidden" name="q" value="od:jan">' in page
    assert 'name="q" value="umowa"' in page
    without = anna.get("/search/", {"q": ["od:jan", "umowa"], "without": "0"})
    assert without.headers["Location"] == "/search/?q=umowa"
    assert 'aria-label="Usuń filtr od:jan"' in page
    assert subjects(look(anna, "from:jan subject:umowa")) == ["Umowa od Jana"]


@pytest.mark.parametrize(
    "typed", ["12 od:jan 500", "I od:jan C 12/24", "temat:a 12 od:jan 500", "umowa od:jan", "temat:a x OR y od:jan"]
)
def test_what_stands_in_the_box_is_the_search_that_was_made(typed: str) -> None:
    asked = Asked(typed)
    box = Asked(" ".join([*(chip.text for chip in asked.lifted), asked.words]))
    assert sorted(map(str, box.query.parts)) == sorted(map(str, asked.query.parts))
    assert [chip.text for chip in box.lifted] == [chip.text for chip in asked.lifted]


def test_chips_stand_before_the_words_unless_those_would_grow_together() -> None:
    for typed, chips, words in (
        ("umowa od:jan", ["od:jan"], "umowa"),
        ("umowa od:jan najmu -w:kosz lokalu", ["od:jan", "-w:kosz"], "umowa najmu lokalu"),
        ('umowa "kara" od:jan najmu', ["od:jan"], 'umowa "kara" najmu'),
        ("a LUB b od:jan c", ["od:jan"], "(a LUB b) c"),
        ("12 od:jan 500", [], "12 od:jan 500"),
        ("KAN od:jan 7/26", [], "KAN od:jan 7/26"),
        ("w od:jan umowa", [], "w od:jan umowa"),  # "w umowa" does not ask for the first
        ("temat:a 12 od:jan 500", ["temat:a"], "12 od:jan 500"),
    ):
        asked = Asked(typed)
        assert ([chip.text for chip in asked.lifted], asked.words) == (chips, words)
        assert "od:jan" in [chip.text for chip in asked.chips]


def test_what_is_unclear_is_searched_for_as_words_with_a_hint(anna: Client, inbox: Folder) -> None:
    letter(inbox, "Umowa kolor niebieski")
    page = look(anna, "kolor:niebieski umowa")
    assert subjects(page) == ["Umowa kolor niebieski"]
    assert "Nie ma operatora „kolor:”" in page
    assert "Z „przed:kiedyś” nie wynika" in look(anna, "przed:kiedyś")
    page = look(anna, "§")
    assert "Nie można wyszukać „§”" in page
    assert "Nie można wyszukać „*”" in look(anna, "*")
    assert "„NOT” potraktowano jak zwykłe słowo." in look(anna, "NOT umowa")
    assert "Użyj mniejszej liczby" not in page


@settings(
    max_examples=settings.default.max_examples // 2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(query=st.text(alphabet="ab :\"()-*|&!\\'<>%_/ą\0\n.", max_size=24))
def test_whatever_is_typed_has_an_answer(anna: Client, query: str) -> None:
    for where in ("/search/", "/search/live/", "/search/rows/"):
        look(anna, query, where, typing="1")
    look(anna, f"od:{query}", "/search/offers/")


@pytest.mark.parametrize(
    ("query", "begun"), [("umowa aneks wro", 2), ("od:wro", 2), ("od:wronka", 1), ("zzqx", 0), ("12", 0)]
)
def test_what_is_written_is_a_beginning_where_nothing_fits_it(
    anna: Client, inbox: Folder, query: str, begun: int
) -> None:
    letter(inbox, "Umowa, aneks 1234", who="Jan Wronka <jan@klient.example>")
    letter(inbox, "Umowa, aneks 1234", who="Ewa Wrotkowska <ewa@klient.example>")
    for page in (look(anna, query), look(anna, query, "/search/live/")):
        assert len(rows(page)) == begun
        assert ("potraktowano jako początek słowa" in page) == query.endswith("wro")
    asked = Asked(query, begun=query.endswith("wro"))
    assert len(rows(anna.get(asked.rows_url).content.decode())) == begun, "as the list fetches them"
    assert f'data-folder="{html.escape(asked.key)}"' in look(anna, query), (
        "as the list is called: acts on all of it are on these"
    )
    assert len(everything_of(inbox.account.owner, asked.key)) == begun


def test_words_of_mail_are_told_as_words_and_never_as_markup(anna: Client, inbox: Folder) -> None:
    letter(
        inbox,
        "Umowa <script>alert(1)</script>",
        "umowa <img src=x onerror=alert(2)>",
        who='"<b>Jan</b>" <jan@x.example>',
    )
    for where in ("/search/", "/search/live/", "/search/rows/"):
        page = look(anna, "umowa", where)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>Jan" not in page
    assert "&lt;script&gt;" in look(anna, "<script>alert(1)</script>")


def test_a_list_goes_on_where_it_ended_in_either_order(
    anna: Client, inbox: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        letter(inbox, f"Umowa {number}" if number % 2 else f"Pismo {number}", f"umowa nr {number}", age=number)
    monkeypatch.setattr("teczka.store.queries.search.shown.__defaults__", (None, 4))
    monkeypatch.setattr(pages, "BLOCK", 4)
    monkeypatch.setattr("teczka.web.search.rows.BLOCK", 4)
    monkeypatch.setattr("teczka.web.mail.rows.BLOCK", 4)
    for order in ("", "best"):
        whole = subjects(look(anna, "umowa", order=order, where="/search/live/"))
        assert len(whole) == 9
        assert sorted(whole) != whole or order == ""
        assert list(walk(anna, order)) == whole
        assert subjects(look(anna, "umowa", "/search/rows/", order=order, skip="3", at="3")) == whole[3:7]


@pytest.mark.parametrize("order", ["", "best"])
def test_the_row_of_what_is_open_stays_where_it_stood_though_it_is_found_no_longer(
    anna: Client, inbox: Folder, office: Office, order: str
) -> None:
    letters = [letter(inbox, f"Umowa {n}" if n % 2 else f"Pismo {n}", "Umowa najmu.", age=n) for n in range(5)]

    def told(client: Client, **more: str) -> tuple[list[str], str]:
        answer = client.get("/search/rows/", {"q": "jest:nieprzeczytana umowa", "order": order, "at": "0", **more})
        return subjects(answer.content.decode()), answer.headers["X-Total"]

    whole, total = told(anna)
    page = look(anna, "jest:nieprzeczytana umowa", "/search/rows/", order=order)
    cursors = re.findall(r'data-cursor="(\w+)" aria', page)
    open_one = whole.index("Pismo 2")
    assert told(anna, keep=cursors[open_one]) == (whole, total)  # it is told once
    with as_user(inbox.owner_id):
        Placement.objects.filter(message=letters[2]).update(seen=True)
    assert "Pismo 2" not in told(anna)[0]
    assert told(anna, keep=cursors[open_one]) == (whole, total)
    assert told(anna, keep=cursors[open_one], after=cursors[0], at="1") == (whole[1:], total)
    behind = whole[open_one + 1 :]
    assert told(anna, keep=cursors[open_one], after=cursors[open_one], at=str(open_one + 1)) == (behind, total)
    assert told(browser(office.cast.bartek), keep=cursors[open_one]) == ([], "0")


def walk(client: Client, order: str) -> Iterator[str]:
    after, at = "", 0
    while True:
        page = look(client, "umowa", "/search/rows/", order=order, at=str(at), **({"after": after} if after else {}))
        yield from subjects(page)
        at += len(rows(page))
        cursors = re.findall(r'data-cursor="(\w+)" aria', page)
        if len(rows(page)) < 4:
            return
        after = cursors[-1]


def test_what_takes_too_long_to_count_is_shown_and_said_to_be_more(
    anna: Client, inbox: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hurried(viewer: User, query: Query, *, most: int, **more: Any) -> Shown:
        slow = Shown(0, True, [], ((Hint.SLOW, ""),))
        return slow if most > BLOCK else shown(viewer, query, most=most, **more)

    for number in range(5):
        letter(inbox, f"Umowa {number}", age=number)
    monkeypatch.setattr(searching, "shown", hurried)
    page = look(anna, "umowa")
    assert len(subjects(page)) == 5
    assert "ponad 5 wiadomości" in page
    assert "zbyt długo" not in page


@contextmanager
def held(url: str) -> Iterator[None]:
    """Nobody reads the index meanwhile."""
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE store_terms")
        yield
        other.rollback()


def test_a_search_that_takes_too_long_says_so_and_nothing_is_done_to_what_it_means(
    own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = make_cast()
    letter(make_folder(make_account(cast.anna)), "Umowa najmu")
    client = browser(cast.anna)
    monkeypatch.setattr(queries, "SECONDS", 0.1)
    with held(own_database.url):
        for best in (False, True):
            assert shown(cast.anna, parse("umowa"), best=best) == Shown(0, True, [], ((Hint.SLOW, ""),))
        page = look(client, "umowa")
        with pytest.raises(Problem) as error:
            everything_of(cast.anna, "search?q=umowa")
    assert error.value.trouble == Trouble.ACT_SLOW
    assert "trwało zbyt długo" in page
    assert "wiadomości</p>" not in page
    assert "Nic nie pasuje" not in page
    monkeypatch.undo()
    assert subjects(look(client, "umowa")) == ["Umowa najmu"]


def test_no_more_are_counted_than_help(anna: Client, inbox: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        letter(inbox, f"Umowa {number}", age=number)
    monkeypatch.setattr(searching, "COUNTED", 3)
    monkeypatch.setattr(pages, "COUNTED", 3)
    page = look(anna, "umowa")
    assert "ponad 3 wiadomości" in page
    assert 'aria-rowcount="3"' in page
    assert (
        anna.get("/search/rows/", {"q": "umowa", "at": "0"}).headers["X-Total"] == "5"
    )  # there is no more behind them


def test_the_page_says_how_much_is_not_searched_yet(anna: Client, inbox: Folder) -> None:
    letter(inbox, "Umowa")
    assert "Przeszukano" not in look(anna, "umowa")
    store(inbox, b"Subject: Umowa dwa\r\n\r\numowa", MAY, read_too=False)
    with as_user(inbox.owner_id):
        every = Message.objects.filter(owner_id=inbox.owner_id).count()
    page = look(anna, "umowa")
    assert f"Przeszukano {every - 1} z {every}; reszta jest jeszcze odczytywana." in page
    assert subjects(page) == ["Umowa"]


def test_a_hit_in_an_attached_file_names_the_file(anna: Client, inbox: Folder) -> None:
    message = letter(inbox, "W załączeniu", "Proszę o opinię.")
    with as_user(inbox.owner_id):
        Part.objects.create(
            message=message, owner_id=inbox.owner_id, path="2", kind="attachment", content_type="application/pdf",
            name="opinia biegłego.pdf",
            offset=0, length=0, size=9,
        )  # fmt: skip
        AttachmentText.objects.create(
            message=message, office_id=inbox.office_id, owner_id=inbox.owner_id, path="2", offset=0, length=0, internaldate=MAY,
            text="Biegły ustalił, że hydroizolacja dachu nie istnieje.", extracted_with=1,
        )  # fmt: skip
        Message.objects.filter(pk=message.pk).update(attachments=1)
        save_terms(inbox.owner_id, {message.pk: ["'hydroizolacja':1 '~hydroizolacja':1"]})
    row = rows(look(anna, "hydroizolacja"))[0]
    assert "opinia biegłego.pdf</span>" in row
    assert "że <mark>hydroizolacja</mark> dachu" in row


def test_searches_bear_names_beside_the_folders(anna: Client, inbox: Folder) -> None:
    letter(inbox, "Umowa")
    where = "/search/save/?q=temat%3Aumowa&order=best"
    assert 'value="temat:umowa"' in anna.get(where).content.decode()
    assert anna.post(where, {"name": "Umowy"}).headers["Location"] == "/search/?q=temat%3Aumowa&order=best"
    page = look(anna, "temat:umowa", order="best")
    assert '<h1 id="folder-name">Umowy</h1>' in page
    saved = re.search(r"/search/saved/([-\w]+)/", page)
    assert saved
    tree = anna.get("/cases/").content.decode()
    assert 'href="/search/?q=temat%3Aumowa&amp;order=best"' in tree
    assert (
        "Inne zapisane wyszukiwanie ma już tę nazwę."
        in anna.post("/search/save/?q=inne", {"name": "Umowy"}).content.decode()
    )
    anna.post(saved[0], {"name": "Umowy najmu"})
    assert "Umowy najmu" in anna.get("/folders/tree/").content.decode()
    anna.post(f"{saved[0]}drop/")
    assert "Umowy najmu" not in anna.get("/folders/tree/").content.decode()


def test_what_is_done_to_a_search_that_another_window_has_removed_is_done_to_its_words(
    anna: Client, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna.post("/search/save/?q=temat%3Aumowa&order=best", {"name": "Umowy"})
    address = re.search(r'"(/search/saved/[^"]*)"', look(anna, "temat:umowa", order="best"))
    assert address
    [line] = [one for one in saved_searches(office.cast.anna) if one.name == "Umowy"]
    own = html.unescape(address[1])
    drop = re.search(r'action="([^"]*/drop/[^"]*)"', anna.get(own).content.decode())
    assert drop
    away = html.unescape(drop[1])
    for answer in (anna.post(away), anna.post(away), anna.get(own)):
        assert answer.headers["Location"] == "/search/?q=temat%3Aumowa&order=best"
    assert anna.post(own, {"name": "Najem"}).headers["Location"] == "/search/?q=temat%3Aumowa&order=best"
    assert "Najem" in anna.get("/folders/tree/").content.decode()
    monkeypatch.setattr(saved, "saved_search", lambda viewer, public_id: line)  # it is removed in this moment
    assert "To wyszukiwanie jest już zapisane jako „Najem”." in anna.post(own, {"name": "Lokal"}).content.decode()
    monkeypatch.undo()
    assert anna.get(own.partition("?")[0]).status_code == 404


def test_a_search_bears_one_name(anna: Client) -> None:
    where = "/search/save/?q=temat%3Aumowa&order=best"
    anna.post(where, {"name": "Umowy"})
    assert "To wyszukiwanie jest już zapisane jako „Umowy”." in anna.post(where, {"name": "Inne"}).content.decode()
    assert anna.get(where).headers["Location"] == "/search/?q=temat%3Aumowa&order=best"
    assert anna.post("/search/save/?q=temat%3Aumowa", {"name": "Najnowsze"}).status_code == 302
    tree = anna.get("/folders/tree/").content.decode()
    assert "Najnowsze" in tree
    assert "Inne" not in tree


@pytest.mark.parametrize("nothing", ["", "*"])
def test_what_searches_for_nothing_gets_no_name(anna: Client, nothing: str) -> None:
    for answer in (anna.get(f"/search/save/?q={nothing}"), anna.post(f"/search/save/?q={nothing}", {"name": "Pusto"})):
        assert "Nie ma jeszcze czego zapisać" in answer.content.decode()
    assert "Pusto" not in anna.get("/folders/tree/").content.decode()


def test_a_search_with_a_sign_that_no_table_keeps_can_have_a_name(anna: Client) -> None:
    assert anna.post("/search/save/?q=umowa%00najmu", {"name": "Najem"}).status_code == 302
    assert "Najem" in look(anna, "")


def test_recent_searches_are_proposed_until_they_are_forgotten(anna: Client, office: Office) -> None:
    anna.post("/search/noted/", {"q": "od:sad umowa"})
    assert "od:sad umowa" in look(anna, "", "/search/offers/")
    anna.post("/search/forget/")
    assert "od:sad umowa" not in look(anna, "", "/search/offers/")


def test_all_that_was_found_is_acted_on_where_it_is_ones_own(office: Office, inbox: Folder) -> None:
    anna, bartek = browser(office.cast.anna), office.cast.bartek
    own, other = letter(inbox, "Umowa moja"), letter(inbox, "Pismo", age=1)
    theirs = make_folder(make_account(bartek, "bartek@lipowa.example"), "INBOX", role="inbox")
    shared = letter(theirs, "Umowa Bartka", age=2)
    share(shared, office.cast.anna)
    assert len(rows(look(anna, "umowa"))) == 2
    fields = {
        "key": "9d4b2b1e-0d5f-4c5e-9a57-2b8a5f0e7c11",
        "verb": "star",
        "listing": "search?q=umowa",
        "everything": "1",
    }
    assert anna.post("/acts/", fields).status_code == 200
    assert [flagged(message) for message in (own, other, shared)] == [True, False, False]


def flagged(message: Message) -> bool:
    with as_user(message.owner_id):
        return message.placements.filter(flagged=True).exists()


def test_an_empty_search_says_what_can_be_done(anna: Client) -> None:
    page = look(anna, "od:nikt niczego")
    assert "Nic nie pasuje do „od:nikt niczego”." in page
    assert f'href="/search/?q={quote("niczego")}">Bez od:nikt' in page
    assert "Czego szukasz?" in anna.get("/search/").content.decode()
