"""Mail out of files as people meet it: by keyboard and by dropping, in both languages, on any screen; and taken away again."""

import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, expect

from teczka.actions.importing import run_import
from teczka.store.imports import imports_at_work
from teczka.store.models import User
from tests.browser.conftest import Office
from tests.browser.keyboard import at_the_keyboard, two_people
from tests.browser.test_accessibility import everywhere, go_to, press
from tests.browser.test_papers import DROP

LETTER = "Subject: Pozew o zapłatę\nFrom: Jan <jan@a.example>\nDate: Thu, 05 Nov 2026 10:00:00 +0100\n\nTreść\n"


@dataclass(frozen=True)
class Words:
    language: str
    bring: str
    folder: str
    choose: str
    done: str
    came: str
    unread: str
    pause: str
    go_on: str
    edit: str
    name: str
    save: str
    download: str
    delete: str


WORDS = [
    Words(
        "pl", "Importuj pocztę", "Folder archiwum", "Wybierz pliki", "Zakończony", "Zaimportowano 2 wiadomości",
        "To nie jest ani wiadomość, ani plik z wiadomościami.", "Wstrzymaj", "Wznów", "Edytuj archiwum", "Nazwa", "Zapisz",
        "Pobierz ZIP", "Usuń archiwum",
    ),
    Words(
        "en", "Import mail", "Folder of the archive", "Choose files", "Done", "2 messages came",
        "This is neither a message nor a file of messages.", "Pause", "Go on", "Edit archive", "Name", "Save",
        "Download the ZIP", "Delete archive",
    ),
]  # fmt: skip


@pytest.fixture(params=WORDS, ids=lambda words: words.language)
def desk(request: pytest.FixtureRequest, browser: Browser, office: Office) -> Iterator[tuple[Page, User, Words]]:
    anna, _ = two_people(request.param.language)
    for page in at_the_keyboard(browser, office, anna):
        yield page, anna, request.param


def work() -> None:
    """As a worker does."""
    for import_id, owner in imports_at_work():
        assert run_import(import_id, owner, threading.Event())


def archive_of_two() -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for number in range(2):
            archive.writestr(f"Sprawy/{number}.eml", LETTER + str(number))
        archive.writestr("Sprawy/uwagi.bin", b"\0\1\2")
    return out.getvalue()


def test_mail_comes_out_of_files_and_leaves_again(desk: tuple[Page, User, Words]) -> None:
    page, _, words = desk
    page.goto("/accounts/")
    press(page, page.get_by_role("main").get_by_role("link", name=words.bring))
    page.wait_for_url("**/imports/")
    everywhere(page)
    page.get_by_label(words.folder).fill("Kancelaria do 2020")
    field = page.get_by_label(words.choose)
    go_to(page, field)
    field.set_input_files({"name": "stare.zip", "mimeType": "application/zip", "buffer": archive_of_two()})
    earlier = page.locator("#imports > ul > li")
    expect(earlier).to_have_count(1)
    expect(earlier).to_contain_text("stare.zip")  # all of it is there
    expect(page.locator("#uploads li")).to_have_count(0)
    press(page, earlier.get_by_role("button", name=words.pause))
    press(page, earlier.get_by_role("button", name=words.go_on))
    expect(earlier.get_by_role("button", name=words.pause)).to_be_visible()
    work()
    expect(earlier).to_contain_text(words.done)
    expect(earlier).to_contain_text(words.came)
    expect(earlier).to_contain_text(words.unread)
    everywhere(page)
    page.get_by_label(words.folder).fill("Upuszczone")
    page.evaluate(DROP, ["list.eml", LETTER])
    expect(earlier).to_have_count(2)
    expect(earlier.first).to_contain_text("list.eml")
    expect(page.locator("#uploads li")).to_have_count(0)
    work()
    press(page, earlier.first.get_by_role("link", name="Upuszczone"))
    expect(page.get_by_role("main").first).to_be_visible()
    expect(page.locator("#count")).to_contain_text("1")
    _as_others(page, words)


def _as_others(page: Page, words: Words) -> None:
    """Its own settings, the whole of it taken away, and its end."""
    page.goto("/accounts/")
    everywhere(page)
    press(page, page.locator(".accounts").get_by_role("link", name=words.edit).first)
    page.wait_for_url("**/edit/")
    everywhere(page)
    page.get_by_label(words.name, exact=True).fill("Dawna poczta")
    press(page, page.get_by_role("button", name=words.save))
    expect(page.locator(".accounts")).to_contain_text("Dawna poczta")
    shown = page.locator(".accounts > li").first.get_attribute("id") or ""
    account = shown.removeprefix("account-")
    page.goto(f"/accounts/{account}/export/")
    everywhere(page)
    for _ in range(2):  # and once more, without a new page
        with page.expect_download() as saved:
            press(page, page.get_by_role("button", name=words.download))
    with ZipFile(saved.value.path()) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["Kancelaria do 2020/Sprawy.mbox", "Upuszczone.mbox"]
    page.goto(f"/accounts/{account}/delete/")
    everywhere(page)
    press(page, page.get_by_role("button", name=words.delete))
    expect(page.locator(".deleted")).to_contain_text("Dawna poczta")
