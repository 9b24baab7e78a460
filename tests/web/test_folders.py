import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from teczka.core.accounts import State
from teczka.core.folders import levels
from teczka.store.models import Account, FetchTrouble, Folder, Placement
from teczka.store.viewer import as_user
from teczka.web.mail.tree import folder_name, tree
from teczka.web.templatetags.pages import dated, day_ends, exactly, numbered, when
from tests.cast import make_account, make_cast, make_folder
from tests.conftest import OwnDatabase
from tests.database import TestDatabase
from tests.generated import fill
from tests.plans import looked_at
from tests.ruled import make_rule
from tests.web.conftest import Office, browser
from tests.web.mailroom import store

ROW = re.compile(
    r'<div role="row"[^>]*data-message="([^"]+)"(?: data-folder="[^"]+")? data-cursor="([^"]+)" aria-rowindex="(\d+)"'
)
SUBJECT = re.compile(r"Pismo (\d+)</a>")


@pytest.fixture
def long(office: Office) -> Folder:
    anna = office.cast.anna
    account = make_account(anna, "duze@skrzynka.example")
    folder = make_folder(account)
    fill(anna, account, folder, 1, 180)
    return folder


def subjects(page: bytes) -> list[int]:
    return [int(number) for number in SUBJECT.findall(page.decode())]


def test_the_page_shows_the_newest_fifty(anna: Client, long: Folder) -> None:
    page = anna.get(f"/folders/{long.public_id}/").content
    assert subjects(page) == list(range(180, 130, -1))
    assert 'aria-rowcount="180"' in page.decode()
    assert [index for _id, _cursor, index in ROW.findall(page.decode())] == [str(number) for number in range(1, 51)]


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "nieprzeczytana"), (22, "nieprzeczytane"), (5, "nieprzeczytanych"), (12, "nieprzeczytanych")],
)
def test_how_many_are_unread_is_heard_as_it_is_said(anna: Client, office: Office, count: int, said: str) -> None:
    folder = make_folder(make_account(office.cast.anna, "duze@skrzynka.example"))
    with as_user(office.cast.anna.pk):
        Folder.objects.filter(pk=folder.pk).update(unread=count)
    page = anna.get(f"/folders/{folder.public_id}/").content.decode()
    assert f'{count}<span class="vh"> {said}</span>' in page


def test_cursors_walk_the_folder_once_and_whole(anna: Client, long: Folder) -> None:
    seen: list[int] = []
    query = ""
    while True:
        answer = anna.get(f"/folders/{long.public_id}/rows/{query}")
        assert answer.headers["X-Total"] == "180"
        seen += subjects(answer.content)
        last = re.search(r'data-block data-cursor="([^"]*)"', answer.content.decode())
        assert last
        if not last[1]:
            break
        query = f"?after={last[1]}"
    assert seen == list(range(180, 0, -1))


def test_every_row_can_be_gone_on_from_and_skipped_from(anna: Client, long: Folder) -> None:
    page = anna.get(f"/folders/{long.public_id}/rows/").content.decode()
    tenth = ROW.findall(page)[9][1]
    assert subjects(anna.get(f"/folders/{long.public_id}/rows/?after={tenth}").content)[0] == 170
    assert subjects(anna.get(f"/folders/{long.public_id}/rows/?after={tenth}&skip=20").content)[0] == 150
    assert subjects(anna.get(f"/folders/{long.public_id}/rows/?skip=100").content)[0] == 80


@pytest.mark.parametrize(
    "query", ["?after=zzz", "?skip=-1", "?skip=99999999999999999999", "?skip=x", "?after=" + "0" * 32, "?m=1"]
)
def test_a_made_up_place_breaks_nothing(anna: Client, long: Folder, query: str) -> None:
    assert anna.get(f"/folders/{long.public_id}/rows/{query}").status_code == 200
    assert anna.get(f"/folders/{long.public_id}/{query}").status_code == 200


def test_of_one_seconds_mail_the_uid_decides_and_not_what_was_fetched_first(anna: Client, office: Office) -> None:
    folder = make_folder(office.account, "Sekunda", "")
    for number in (3, 1, 2):  # a first download is no straight walk
        store(folder, f"Subject: Pismo {number}\r\n\r\n{number}".encode(), uid=number)
    page = anna.get(f"/folders/{folder.public_id}/rows/").content
    assert subjects(page) == [3, 2, 1]
    newest = ROW.findall(page.decode())[0][1]
    assert subjects(anna.get(f"/folders/{folder.public_id}/rows/?after={newest}").content) == [2, 1]


def test_messages_of_the_same_second_are_neither_lost_nor_doubled(anna: Client, office: Office) -> None:
    folder = make_folder(office.account, "Naraz", "")
    for number in range(60):
        store(
            folder,
            f"Subject: Pismo {number}\r\n\r\n{number}".encode(),
            arrived=datetime(2026, 1, 1, tzinfo=UTC),
            read_too=False,
        )
    first = anna.get(f"/folders/{folder.public_id}/rows/").content.decode()
    rows = ROW.findall(first)
    rest = ROW.findall(anna.get(f"/folders/{folder.public_id}/rows/?after={rows[-1][1]}").content.decode())
    assert len({row[0] for row in rows + rest}) == 60


def test_ids_that_count_up_stay_in_the_house(anna: Client, office: Office) -> None:
    page = anna.get(f"/folders/{office.folder.public_id}/?m={office.private.public_id}").content.decode()
    for attribute, value in re.findall(r'(data-[a-z-]+|id|href|value)="([^"]*)"', page):
        if attribute != "data-read-after":  # a setting of hers, in seconds
            assert not re.fullmatch(r"(row-|branch-)?\d+", value), attribute


def test_a_row_says_in_words_and_pictures_who_sees_it(anna: Client, office: Office) -> None:
    page = anna.get(f"/folders/{office.folder.public_id}/").content.decode()
    shared = page.split(f'id="row-{office.shared.public_id}"')[1].split("</div>")[0]
    private = page.split(f'id="row-{office.private.public_id}"')[1].split("</div>")[0]
    assert '<span class="vh">Udostępniona: Bartek Nowy</span>' in shared
    assert '#i-users"/></svg><span class="faces" aria-hidden="true">BN</span>' in shared
    assert '#i-lock"/></svg></span><span class="vh">Prywatna</span>' in private
    assert '#i-paperclip"/>' in private
    assert '#i-paperclip"/>' not in shared


def test_an_opened_message_stands_in_the_page_without_any_script(anna: Client, office: Office) -> None:
    page = anna.get(f"/folders/{office.folder.public_id}/?m={office.private.public_id}").content.decode()
    assert 'data-view="message"' in page
    assert "<noscript><iframe" in page
    assert f'data-message="{office.private.public_id}"' in page


def test_an_empty_folder_and_one_that_is_being_fetched_say_so(anna: Client, office: Office) -> None:
    empty = make_folder(office.account, "Pusty", "")
    assert "W tym folderze nie ma wiadomości." in anna.get(f"/folders/{empty.public_id}/").content.decode()
    with as_user(office.cast.anna.pk):
        Folder.objects.filter(pk=office.folder.pk).update(on_server=18402)
    assert "Pobrano" not in anna.get(f"/folders/{office.folder.public_id}/").content.decode()  # something moved away
    with as_user(office.cast.anna.pk):
        Account.objects.filter(pk=office.account.pk).update(state=State.FETCHING)
    page = anna.get(f"/folders/{office.folder.public_id}/").content.decode()
    assert "Pobrano 2 z 18\N{NO-BREAK SPACE}402" in page


def test_an_accounts_trouble_stands_in_its_own_folders_alone(anna: Client, office: Office) -> None:
    ill = make_account(
        office.cast.anna,
        "chora@skrzynka.example",
        trouble="server.silent",
        trouble_params={"host": "imap.chora.example"},
    )
    folder = make_folder(ill)
    assert "przestał odpowiadać" in anna.get(f"/folders/{folder.public_id}/").content.decode()
    assert "przestał odpowiadać" not in anna.get(f"/folders/{office.folder.public_id}/").content.decode()


def test_the_tree_has_roles_first_and_polish_order_after(anna: Client, office: Office) -> None:
    account = make_account(office.cast.anna, "drzewo@skrzynka.example")
    for path, role in [
        ("Łódź", ""),
        ("Lublin", ""),
        ("INBOX", "inbox"),
        ("Sent", "sent"),
        ("Ślady", ""),
        ("Sąd/Żary", ""),
        ("Sąd/Zator", ""),
        ("Sąd", ""),
    ]:
        make_folder(account, path, role)
    page = anna.get("/folders/tree/").content.decode().split(f"branch-{account.public_id}")[1]
    names = re.findall(r'leaf-name">([^<]+)<', page)
    assert names == ["Odebrane", "Wysłane", "Lublin", "Łódź", "Sąd", "Zator", "Żary", "Ślady"]


def test_of_a_branch_that_a_page_shows_already_its_folders_with_unread_mail_alone_are_told(
    anna: Client, office: Office
) -> None:
    account = make_account(office.cast.anna, "drzewo@skrzynka.example")
    quiet, loud = make_folder(account, "Cicho", ""), make_folder(account, "Głośno", "")

    def told(had: str = "") -> tuple[str, str]:
        page = anna.get(f"/folders/tree/?had={had}").content.decode().split(f"branch-{account.public_id}")[1]
        leaves = re.search(r'<ul data-leaves="(\w+)".*?</ul>', page, re.DOTALL)
        assert leaves
        return leaves[1], leaves[0]

    version, whole = told()
    assert str(quiet.public_id) in whole
    assert str(loud.public_id) in whole
    with as_user(office.cast.anna.pk):
        Folder.objects.filter(pk=loud.pk).update(unread=3)
    same, unread = told(f"{version}+zzz")
    assert same == version
    assert unread.startswith(f'<ul data-leaves="{version}" data-unread>')
    assert str(quiet.public_id) not in unread
    assert '3<span class="vh"> nieprzeczytane' in unread
    with as_user(office.cast.anna.pk):
        Folder.objects.filter(pk=quiet.pk).update(path="Ciszej")
    other, whole = told(version)
    assert other != version
    assert "data-unread" not in whole
    assert "Ciszej" in whole
    assert '3<span class="vh"> nieprzeczytane' in whole


def test_a_leaf_that_was_drawn_before_is_drawn_in_each_language(anna: Client, office: Office) -> None:
    account = make_account(office.cast.anna, "drzewo@skrzynka.example")
    folder = make_folder(account, "Jedna", "")
    with as_user(office.cast.anna.pk):
        Folder.objects.filter(pk=folder.pk).update(unread=1)
    (leaf,) = next(one for one in tree(office.cast.anna).branches if one.account.public_id == account.public_id).leaves
    with translation.override("en"):
        assert " unread<" in leaf.drawn
    with translation.override("pl"):
        assert " nieprzeczytana<" in leaf.drawn


def test_a_page_that_is_no_list_asks_for_the_numbers_alone(anna: Client, office: Office) -> None:
    with CaptureQueriesContext(connection) as asked:
        page = anna.get("/folders/tree/?only=desk").content.decode()
    assert page.count("<nav") == 1
    assert 'id="desk"' in page
    assert str(office.folder.public_id) not in page
    assert not [one for one in asked.captured_queries if "a.provider_name, f.path" in one["sql"]], "no folder is read"


def test_folders_below_the_inbox_stand_at_the_top() -> None:
    assert levels("INBOX.Klienci.Nowak", ".") == ["Klienci", "Nowak"]
    assert levels("INBOX", ".") == ["INBOX"]
    assert levels("a/b", "") == ["a/b"]
    assert folder_name("INBOX.Sprawy", ".", "") == "Sprawy"


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "1 wiadomość"),
        (2, "2 wiadomości"),
        (5, "5 wiadomości"),
        (12, "12 wiadomości"),
        (22, "22 wiadomości"),
        (112, "112 wiadomości"),
    ],
)
def test_messages_are_counted_as_poles_count(anna: Client, office: Office, count: int, words: str) -> None:
    with as_user(office.cast.anna.pk):
        Folder.objects.filter(pk=office.folder.pk).update(stored=count)
    assert f"· {words}<" in anna.get(f"/folders/{office.folder.public_id}/").content.decode()


def test_times_are_as_exact_as_their_distance_needs(anna: Client, office: Office) -> None:
    folder = make_folder(office.account, "Czas", "")
    noon = timezone.localtime(timezone=ZoneInfo(office.cast.office.timezone)).replace(hour=12)
    for number, age in enumerate([timedelta(days=1), timedelta(days=800)]):
        store(folder, f"Subject: t{number}\r\n\r\n".encode(), arrived=noon - age)
    page = anna.get(f"/folders/{folder.public_id}/").content.decode()
    times = re.findall(r'data-field="time"[^>]*>([^<]*)<', page.split("<template")[0])
    assert times[0] == "wczoraj"
    assert re.fullmatch(r"\d{1,2}\.\d\d\.\d{4}", times[1])


def test_a_moment_within_a_sentence_has_no_weekday_in_front() -> None:
    moment = datetime(2026, 11, 23, 8, 5, tzinfo=UTC)
    with translation.override("pl"):
        assert (exactly(moment), dated(moment)) == (
            "Poniedziałek, 23 listopada 2026, 08:05",
            "23 listopada 2026, 08:05",
        )


@pytest.mark.parametrize(
    ("language", "near", "old", "written"),
    [("pl", "30 czerwca", "4.03.2025", "4.03.2025 8:05"), ("en", "30 June", "4 Mar 2025", "4 March 2025 8:05")],
)
def test_no_day_is_written_that_can_be_read_as_another(
    monkeypatch: pytest.MonkeyPatch, language: str, near: str, old: str, written: str
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 24, tzinfo=UTC))
    then = datetime(2025, 3, 4, 8, 5, tzinfo=timezone.get_default_timezone())
    with translation.override(language):
        assert when(datetime(2026, 6, 30, 12, tzinfo=UTC)) == near
        assert when(then) == old
        assert numbered(then, "G:i") == written
        assert numbered(None) == ""


@pytest.mark.parametrize(
    ("zone", "now", "ends"),
    [
        ("Europe/Warsaw", "2026-12-31T23:30", "2027-01-02T00:00:00+01:00"),
        ("America/New_York", "2026-12-31T23:30", "2027-01-01T00:00:00-05:00"),
        ("Pacific/Auckland", "2026-12-31T23:30", "2027-01-02T00:00:00+13:00"),
        ("Europe/Warsaw", "2027-03-27T23:30", "2027-03-29T00:00:00+02:00"),  # of 23 hours
        ("Europe/Warsaw", "2026-10-24T22:30", "2026-10-26T00:00:00+01:00"),  # of 25
    ],
)
def test_a_page_knows_when_the_offices_day_ends(
    monkeypatch: pytest.MonkeyPatch, zone: str, now: str, ends: str
) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: at)
    with timezone.override(zone):
        assert day_ends() == ends


def test_a_block_costs_a_block_in_a_folder_of_ten_thousand(
    own_database: OwnDatabase, test_database: TestDatabase
) -> None:
    """A folder that is walked would cost all that lies in it. In a database of its own, which can be analysed: of one in which all
    is rolled back the planner knows nothing."""
    cast = make_cast()
    account = make_account(cast.anna, "ogromne@skrzynka.example")
    folder = make_folder(account, "Ogromny", "")
    fill(cast.anna, account, folder, 1, 10_000)
    with psycopg.connect(test_database.owner_dsn(own_database.name), autocommit=True) as owner:
        owner.execute("ANALYZE store_placement, store_message")
    with CaptureQueriesContext(connection) as asked:
        assert browser(cast.anna).get(f"/folders/{folder.public_id}/rows/").status_code == 200
    rows = [
        one["sql"] for one in asked if "store_placement" in one["sql"] and one["sql"].startswith(("SELECT", "WITH"))
    ]
    with as_user(cast.anna.pk), connection.cursor() as cursor:
        assert 50 < sum(looked_at(cursor.execute, cursor.fetchone, sql, None) for sql in rows) < 2_000


def test_mail_that_did_not_come_is_not_called_on_its_way(anna: Client, office: Office) -> None:
    account = make_account(
        office.cast.anna, "anna@wybrakowana.example", host="imap.wybrakowana.example", state="working"
    )
    folder = make_folder(account)
    with as_user(office.cast.anna.pk):
        Folder.objects.filter(pk=folder.pk).update(uidvalidity=7, on_server=1)
    page = anna.get(f"/folders/{folder.public_id}/").content.decode()
    assert "Poczta jest w drodze." in page
    with as_user(office.cast.anna.pk):
        FetchTrouble.objects.create(
            folder=folder, owner_id=office.cast.anna.pk, uidvalidity=7, uid=1, trouble="server.garbage"
        )
    page = anna.get(f"/folders/{folder.public_id}/").content.decode()
    assert "Poczta jest w drodze." not in page
    assert "Poczta z tego folderu nie dotarła." in page
    assert "w postaci, którą da się odczytać. Niepobrane: 1." in page
    other = make_folder(account, "Sprawy", "")
    assert "Niepobrane" not in anna.get(f"/folders/{other.public_id}/").content.decode()


def test_a_notice_of_missing_messages_is_closed_until_one_more_is_missing(anna: Client, office: Office) -> None:
    owner = office.cast.anna
    account = make_account(owner, "anna@wybrakowana.example", state="working")
    folder = make_folder(account)
    where = f"/folders/{folder.public_id}/"

    def lose(uid: int, trouble: str = "server.garbage") -> None:
        with as_user(owner.pk):
            FetchTrouble.objects.create(folder=folder, owner_id=owner.pk, uidvalidity=7, uid=uid, trouble=trouble)

    with as_user(owner.pk):
        Folder.objects.filter(pk=folder.pk).update(uidvalidity=7)
    lose(1)
    lose(2, "server.busy")  # put off for the first time: nobody is told
    assert "Niepobrane: 1." in anna.get(where).content.decode()
    assert anna.post(f"{where}heard/", {"next": where}).url == where  # type: ignore[attr-defined]
    page = anna.get(where).content.decode()
    assert "Niepobrane" not in page
    assert "Poczta z tego folderu nie dotarła." in page  # the list is empty, and says why
    assert "Powód podajemy powyżej." not in page
    assert "Niepobrane: 1." in anna.get("/accounts/").content.decode()
    with as_user(owner.pk):
        FetchTrouble.objects.filter(uid=2).update(tries=3)
    assert "przerywa przesyłanie" in anna.get(where).content.decode()
    lose(3)
    assert "Niepobrane: 2." in anna.get(where).content.decode()
    assert browser(office.cast.bartek).post(f"{where}heard/").status_code == 404


def test_a_folder_that_was_left_out_says_so_in_its_list_and_in_the_tree(anna: Client, office: Office) -> None:
    account = make_account(office.cast.anna, "anna@wybrakowana.example", state="working")
    folder, other = make_folder(account, "Wspólne", ""), make_folder(account, "Sprawy", "")
    with as_user(office.cast.anna.pk):
        Account.objects.filter(pk=account.pk).update(left_out=[{"folder": "Wspólne", "trouble": "folder.refused"}])
    page = anna.get(f"/folders/{folder.public_id}/").content.decode()
    assert "Serwer nie otworzył folderu „Wspólne”." in page
    assert "W tym folderze nie ma żadnej wiadomości." not in page
    assert f"{folder.public_id}/heard/" not in page  # as long as its mail is not fetched
    page = anna.get(f"/folders/{other.public_id}/").content.decode()
    assert "Serwer nie otworzył" not in page
    assert page.count("Poczta z tego folderu nie dotarła.") == 1  # in the tree


def test_a_folder_that_is_gone_from_its_server_says_so_wherever_it_stands(anna: Client, office: Office) -> None:
    account = make_account(office.cast.anna, "anna@usunieta.example", state="working", mode="managed")
    folder, other = make_folder(account, "Kowal", ""), make_folder(account, "Nowak", "")
    fill(office.cast.anna, account, folder, 1, 2)
    with as_user(office.cast.anna.pk):
        Folder.objects.filter(pk=folder.pk).update(gone_at=timezone.now(), on_server=5)
        message = Placement.objects.filter(folder=folder)[0].message
    where = f"/folders/{folder.public_id}/"
    page = anna.get(where).content.decode()
    assert "Ten folder został usunięty na serwerze." in page
    assert page.count('title="Kowal: usunięty na serwerze"') == 1  # in the tree
    assert "Zmień nazwę folderu" not in page
    pane = anna.get(f"/messages/{message.public_id}/pane/").content.decode()
    assert "Kowal (usunięta na serwerze)" in pane
    assert "Usunięta na serwerze." in pane
    assert 'data-action="bin"' not in pane
    page = anna.get(f"/folders/{other.public_id}/").content.decode()
    assert "Ten folder został usunięty na serwerze." not in page
    assert page.count("usunięty na serwerze") == 2  # the tree's title and words


def test_a_folder_is_not_removed_without_a_word_about_the_rules_that_lead_into_it(anna: Client, office: Office) -> None:
    person = office.cast.anna
    account = make_account(person, "druga@skrzynka.example", mode="managed")
    make_folder(account)
    goal, other = make_folder(account, "Sąd", ""), make_folder(account, "Inne", "")
    into = {"do": "move", "folder": str(goal.public_id)}
    make_rule(person, {"do": "star"}, name="Gwiazdka")
    make_rule(office.cast.bartek, into, name="Cudza")
    assert "bez niego się" not in anna.get(f"/folders/{goal.public_id}/remove/").content.decode()
    for number in range(7):
        make_rule(person, {"do": "star"}, into, name=f"Wezwania {number}")
    page = " ".join(anna.get(f"/folders/{goal.public_id}/remove/").content.decode().split())
    assert "Twoje reguły przenoszą do niego pocztę i bez niego się zatrzymają:" in page
    assert "Wezwania 0, Wezwania 1, Wezwania 2, Wezwania 3, Wezwania 4</strong> i jeszcze 2." in page
    assert "Gwiazdka" not in page.partition("<main")[2]
    assert "Cudza" not in page
    for elsewhere in (f"{other.public_id}/remove/", f"{goal.public_id}/rename/"):
        assert "Wezwania" not in anna.get(f"/folders/{elsewhere}").content.decode()
