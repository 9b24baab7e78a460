"""Cases from a table by keyboard alone, in both languages: looked at, agreed to, and the same again; and into a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from teczka.core.case_csv import decoded
from teczka.store.models import Office as OfficeRow
from teczka.store.models import User
from tests.browser.conftest import Office
from tests.browser.test_accessibility import TELL_OF_MICE, everywhere, follow, go_to, press

TABLE = """Numer;Sprawa;Sygnatury;Strona;Uczestnik;Adresy e-mail;Kolor
LIP/1/26;Kowalski p. Żak;I C 12/26;nasza;Jan Kowalski;jan@kowalski.example;zielony
LIP/1/26;Kowalski p. Żak;I C 12/26;przeciwna;Żak sp. z o.o.;biuro@zak.example;
LIP/2/26;Zła;I C;nasza;Ewa;ewa@;
LIP/3/26;Spadek;;;;;
LIP/3/26;Spadek;;;;;
"""


@dataclass(frozen=True)
class Words:
    language: str
    show: str
    agree: str
    again: str
    imported: str
    all_here: str
    text: str
    file: str
    mistake: str


POLISH = Words(
    "pl",
    "Pokaż, co się zmieni",
    "Importuj to, co bez błędów",
    "Wybierz inną tabelę",
    "Sprawy zaimportowano.",
    "Wszystko z tej tabeli już tu jest.",
    "Albo sama tabela",
    "Plik CSV",
    "„ewa@” nie jest adresem e-mail.",
)
ENGLISH = Words(
    "en",
    "Show what it would do",
    "Import what is without mistakes",
    "Choose another table",
    "The cases are imported.",
    "Everything in this table is here already.",
    "Or the table itself",
    "A file in CSV",
    "“ewa@” is not an e-mail address.",
)


@pytest.fixture(params=[POLISH, ENGLISH], ids=["Polish", "English"])
def words(request: pytest.FixtureRequest) -> Words:
    found: Words = request.param
    return found


@pytest.fixture
def window(browser: Browser, office: Office, words: Words) -> Iterator[Page]:
    """An office of its own, whose one person speaks the language."""
    row = OfficeRow.objects.create(name="Kancelaria Tabelaryczna", language=words.language)
    person = User.objects.create_user(
        f"{uuid4()}@tabela.example", office=row, name="Ewa Tabelska", language=words.language
    )
    context = browser.new_context(base_url=office.site.url, viewport={"width": 1280, "height": 800})
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(person), "url": office.site.url}]
    )
    page = context.new_page()
    page.add_init_script(TELL_OF_MICE)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert complaints == []


def test_a_table_is_shown_agreed_to_and_changes_nothing_the_second_time(window: Page, words: Words) -> None:
    window.goto("/cases/")
    press(window, window.locator('a[href="/cases/import/"]'))
    window.wait_for_url("**/cases/import/")
    everywhere(window)
    follow(window, window.get_by_role("button", name=words.show))
    expect(window.locator(".field-error")).to_be_visible()
    paste(window, words, "nic;z;tego\n1;2;3")
    expect(window.locator(".field-error")).to_be_visible()
    everywhere(window)
    paste(window, words, TABLE)
    expect(window.locator(".counts")).to_contain_text("2")
    expect(window.locator("table").first).to_contain_text(words.mistake)
    everywhere(window)
    press(window, window.get_by_role("button", name=words.agree))
    expect(window.get_by_role("status").filter(has_text=words.imported)).to_be_visible()
    expect(window.locator(".cases")).to_contain_text("Kowalski p. Żak")
    window.goto("/cases/import/")
    paste(window, words, TABLE.replace("LIP/2/26;Zła;I C;nasza;Ewa;ewa@;\n", ""))
    expect(window.get_by_text(words.all_here)).to_be_visible()
    everywhere(window)
    follow(window, window.get_by_role("link", name=words.again))
    expect(window.get_by_label(words.text)).to_be_visible()


def test_a_file_of_a_spreadsheet_is_read_and_written(window: Page, words: Words, tmp_path: Path) -> None:
    file = tmp_path / "sprawy.csv"
    file.write_bytes(TABLE.replace("LIP/2/26;Zła;I C;nasza;Ewa;ewa@;\n", "").encode("cp1250"))
    window.goto("/cases/import/")
    window.get_by_label(words.file).set_input_files(file)
    press(window, window.get_by_role("button", name=words.show))
    press(window, window.locator("form[action$='/confirm/'] .primary"))
    expect(window.locator(".cases")).to_contain_text("Kowalski p. Żak")
    with window.expect_download() as download:
        press(window, window.locator('a[href="/cases/export.csv"]'))
    written = decoded(download.value.path().read_bytes())
    assert "Żak sp. z o.o." in written
    window.goto("/cases/import/")
    window.get_by_label(words.file).set_input_files(download.value.path())
    press(window, window.get_by_role("button", name=words.show))
    expect(window.get_by_text(words.all_here)).to_be_visible()


def paste(page: Page, words: Words, text: str) -> None:
    go_to(page, page.get_by_label(words.text))
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)
    follow(page, page.get_by_role("button", name=words.show))
