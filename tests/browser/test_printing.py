"""A letter on paper: all of it, whatever the window's width was, and nothing of what is said inside the office."""

import re
from email.message import EmailMessage

import pypdfium2
import pytest
from playwright.sync_api import Page, PdfMargins, expect

from teczka.actions.comments import add_comment
from teczka.store.models import Folder, Message
from tests.browser.conftest import Office
from tests.cast import make_account, make_folder
from tests.web.mailroom import store

PARAGRAPHS = 40
TEXT = "Pozwany wnosi o oddalenie powództwa w całości i o zasądzenie kosztów procesu według norm przepisanych. " * 4
LETTER = "".join(f"<p>Akapit {number}. {TEXT}</p>" for number in range(1, PARAGRAPHS + 1))
MARGIN: PdfMargins = {"top": "10mm", "bottom": "10mm", "left": "10mm", "right": "10mm"}
SECRET = "Klient nie może tego zobaczyć"


@pytest.fixture(scope="module")
def place(office: Office) -> tuple[Folder, Message]:
    folder = make_folder(make_account(office.cast.anna, "drukuje@lipowa.example"))
    letter = EmailMessage()
    letter["From"], letter["Subject"] = "Sąd <sad@krakow.example>", "Odpowiedź na pozew"
    letter.set_content(LETTER, subtype="html")
    letter.add_attachment(b"1;2", "text", "plain", filename="Zestawienie.txt")
    made = store(folder, letter.as_bytes())
    add_comment(office.cast.anna, made.public_id, SECRET)
    return folder, made


def printed(page: Page) -> list[str]:
    document = pypdfium2.PdfDocument(page.pdf(format="A4", margin=MARGIN))
    return [sheet.get_textpage().get_text_range() for sheet in document]


def check_paper(page: Page) -> None:
    sheets = printed(page)
    text = "\n".join(sheets)
    found = {int(number) for number in re.findall(r"Akapit (\d+)\.", text)}
    assert found == set(range(1, PARAGRAPHS + 1)), page.viewport_size
    assert "3 maja 2026" in sheets[0]
    assert "Akapit 1." in sheets[0]  # below the head, on the same sheet
    assert "Zestawienie.txt" in sheets[-1]
    for unwanted in (SECRET, "Odpowiedz", "Przejdź do treści", "tylko Ty", "Archiwizuj"):
        assert unwanted not in text


@pytest.mark.parametrize("width", [1920, 1280, 700])
def test_a_letter_is_printed_whole_and_alone(page: Page, place: tuple[Folder, Message], width: int) -> None:
    folder, message = place
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/folders/{folder.public_id}/?m={message.public_id}")
    expect(page.locator("#rows .spacer").first).to_be_attached()
    expect(page.frame_locator("#frame").get_by_text(f"Akapit {PARAGRAPHS}.")).to_be_attached()
    seen = page.locator("#frame").bounding_box()
    check_paper(page)
    assert page.locator("#frame").bounding_box() == seen  # and the screen is as it was
    page.goto(f"/messages/{message.public_id}/")
    expect(page.frame_locator(".body-frame").get_by_text(f"Akapit {PARAGRAPHS}.")).to_be_attached()
    check_paper(page)
