from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from teczka.store.models import Account, Folder
from teczka.store.viewer import as_user
from tests.cast import make_account, make_folder
from tests.generated import fill
from tests.web.conftest import Office, browser
from tests.web.mailroom import store
from tests.web.test_folders import ROW, subjects

NOON = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)


def inbox(office: Office, name: str, **fields: object) -> Folder:
    return make_folder(make_account(office.cast.anna, f"{name}@x.example", provider_name=name, **fields))


@pytest.fixture
def two(office: Office) -> tuple[Folder, Folder]:
    """Odd numbers lie in the one, even in the other."""
    pair = inbox(office, "Jedna", colour=3), inbox(office, "Druga", colour=5)
    for number in range(1, 7):
        raw = f"Subject: Pismo {number}\r\n\r\n{number}".encode()
        store(pair[number % 2], raw, arrived=NOON + timedelta(hours=number), seen=number > 2)
    return pair


def choose(client: Client, *accounts: Folder) -> None:
    answer = client.post("/inbox/accounts/", {"account": [str(folder.account.public_id) for folder in accounts]})
    assert answer.headers["Location"] == "/inbox/"


def test_the_inboxes_stand_together_by_date_each_row_with_its_accounts_name_and_colour(
    anna: Client, two: tuple[Folder, Folder]
) -> None:
    page = anna.get("/inbox/").content.decode()
    assert subjects(page.encode()) == [6, 5, 4, 3, 2, 1]
    assert 'aria-rowcount="6"' in page
    rows = page.split('<div role="row"')[1:7]
    assert ['colour-3">Jedna<' in row for row in rows] == [True, False] * 3
    assert ['colour-5">Druga<' in row for row in rows] == [False, True] * 3


def test_the_day_begins_in_the_unified_inbox_where_there_is_more_than_one_account(
    anna: Client, two: tuple[Folder, Folder], office: Office
) -> None:
    assert anna.get("/").headers["Location"] == "/inbox/"
    choose(anna, two[0])
    assert anna.get("/").headers["Location"].startswith("/folders/")
    make_folder(make_account(office.cast.celina, "celina@x.example"))
    assert browser(office.cast.celina).get("/").headers["Location"].startswith("/folders/")


def test_its_owner_chooses_which_accounts_are_in_it(anna: Client, two: tuple[Folder, Folder]) -> None:
    assert anna.get("/inbox/accounts/").content.decode().count(" checked") == 2
    choose(anna, two[1])
    assert subjects(anna.get("/inbox/").content) == [5, 3, 1]
    choose(anna)
    assert subjects(anna.get("/inbox/").content) == []
    assert 'aria-rowcount="0"' in anna.get("/inbox/").content.decode()


def test_nobody_puts_anothers_account_into_theirs(office: Office, two: tuple[Folder, Folder]) -> None:
    choose(browser(office.cast.bartek), *two)
    assert subjects(browser(office.cast.bartek).get("/inbox/").content) == []
    with as_user(office.cast.anna.pk):
        assert Account.objects.filter(owner=office.cast.anna, in_unified=True).count() == 3


def test_the_tree_counts_its_unread_and_names_its_members(anna: Client, two: tuple[Folder, Folder]) -> None:
    tree = anna.get("/folders/tree/").content.decode().split("branch-unified")[1].split("</details>")[0]
    assert '<span class="count">2<' in tree
    for folder in two:
        assert str(folder.public_id) in tree
    choose(anna, two[1])
    tree = anna.get("/folders/tree/?here=inbox").content.decode()
    assert str(two[0].public_id) not in tree.split("branch-unified")[1].split("</details>")[0]
    assert "· 3 wiadomości<" in tree


def test_cursors_walk_it_once_and_whole_even_where_accounts_have_the_same_second_and_uid(
    anna: Client, office: Office
) -> None:
    for name in ("Jedna", "Druga", "Trzecia"):
        folder = inbox(office, name)
        fill(office.cast.anna, folder.account, folder, 1, 70)  # the same moments and UIDs in each
    seen: list[str] = []
    query = ""
    while True:
        answer = anna.get(f"/inbox/rows/{query}")
        assert answer.headers["X-Total"] == "210"
        rows = ROW.findall(answer.content.decode())
        if not rows:
            break
        seen += [row[0] for row in rows]
        query = f"?after={rows[-1][1]}"
    assert len(seen) == len(set(seen)) == 210
    tenth = ROW.findall(anna.get("/inbox/rows/").content.decode())[9][1]
    after = [row[0] for row in ROW.findall(anna.get(f"/inbox/rows/?after={tenth}&skip=100").content.decode())]
    assert after == seen[110:160]


def test_what_is_deleted_is_in_no_inbox_and_an_archive_stays_readable(anna: Client, office: Office) -> None:
    kept = inbox(office, "Zostaje")
    there = inbox(office, "Archiwalna", deleted_at=timezone.now(), farewell="archive")
    gone = inbox(office, "Usunięta", deleted_at=timezone.now(), farewell="remove")
    for folder in (kept, there, gone):
        store(folder, b"Subject: Pismo 1\r\n\r\n1")
    page = anna.get("/inbox/").content.decode()
    assert page.count("Pismo 1</a>") == 1
    tree = anna.get("/folders/tree/").content.decode()
    assert "Archiwalna" in tree.split("branch-archived")[1]
    assert "Usunięta" not in tree
    assert "Pismo 1" in anna.get(f"/folders/{there.public_id}/").content.decode()
    assert anna.get(f"/folders/{gone.public_id}/").status_code == 404


def test_an_account_in_trouble_is_named_in_one_line_and_marked_in_the_tree(anna: Client, office: Office) -> None:
    ill = inbox(office, "Chora", trouble="server.silent", trouble_params={"host": "imap.chora.example"})
    rests = inbox(office, "Śpiąca", trouble="server.silent", trouble_params={"host": "h"}, paused_at=timezone.now())
    page = anna.get("/inbox/").content.decode()
    standing = page.split('id="standing"')[1].split("</div>")[0]
    assert "Chora:" in standing
    assert "Śpiąca:" not in standing
    for account, mark in ((ill.account, "Wymaga uwagi"), (rests.account, "Wstrzymane")):
        link = page.split(f'href="/accounts/#account-{account.public_id}"')[1].split("</a>")[0]
        assert mark in link


def test_the_choosers_and_the_menu_lead_to_adding_a_mailbox(anna: Client, two: tuple[Folder, Folder]) -> None:
    page = anna.get("/inbox/").content.decode()
    side = page.split('class="side-body"')[1].split('id="tree"')[0]
    assert [side.index(words) for words in ("E-mail", "Skrzynka pocztowa", "Dodaj skrzynkę mailową")] == sorted(
        side.index(words) for words in ("E-mail", "Skrzynka pocztowa", "Dodaj skrzynkę mailową")
    )
    chooser = page.split('popovertarget="mailboxes"')[1].split("</nav>")[0]
    for words in ("Wybierz skrzynkę", "Wszystkie odebrane", "Jedna", "Druga", "Dodaj skrzynkę"):
        assert words in chooser
