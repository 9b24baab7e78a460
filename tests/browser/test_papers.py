"""Documents, the register, people and the export, as people meet them: by keyboard and by dropping, in both languages and all looks."""

from collections.abc import Iterator
from itertools import count
from zipfile import ZipFile

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from teczka.actions.audit import note
from teczka.actions.invitations import invite
from teczka.core.audit import Verb
from teczka.core.people import Role
from teczka.store.models import Case, User
from tests.browser.conftest import Office, intercept
from tests.browser.test_accessibility import everywhere, go_to, press
from tests.cases import make_case, upload

NUMBERS = count(7000)  # of cases: no two of the office have one
LONG = "Pełnomocnictwo procesowe z dowodem uiszczenia opłaty skarbowej – skan dwustronny.pdf"
DROP = """([name, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name, { type: "text/plain" }));
  for (const kind of ["dragenter", "dragover", "drop"])
    document.querySelector("main").dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: carried }));
}"""


@pytest.fixture
def case(office: Office) -> Case:
    case = make_case(office.cast.anna, "Kowalski p. Nowak", office.cast.bartek, number=f"KAN/{next(NUMBERS)}/2026")
    upload(case, office.cast.bartek, LONG)
    return case


def test_documents_come_by_the_button_and_by_dropping_and_go_and_come_back(page: Page, case: Case) -> None:
    page.goto(f"/cases/{case.public_id}/documents/")
    field = page.get_by_label("Dodaj pliki")
    go_to(page, field)
    field.set_input_files(
        [{"name": f"{name}.txt", "mimeType": "text/plain", "buffer": b"tekst"} for name in ("a", "b")]
    )
    documents = page.locator("#documents li")
    expect(documents).to_have_count(3)
    page.evaluate(DROP, ["upuszczony.txt", "x" * 2_000_000])
    expect(documents).to_have_count(4)
    expect(documents.first).to_contain_text("upuszczony.txt")
    expect(page.locator("#uploads li")).to_have_count(0)
    with page.expect_download() as saved:
        page.get_by_role("link", name="upuszczony.txt", exact=True).click()
    assert saved.value.path().stat().st_size == 2_000_000
    press(page, page.get_by_role("button", name="Usuń: upuszczony.txt"))
    expect(documents).to_have_count(3)
    press(page, page.get_by_role("button", name="Cofnij"))
    expect(documents).to_have_count(4)


def test_a_file_that_does_not_arrive_is_said_to_have_not(page: Page, case: Case) -> None:
    page.goto(f"/cases/{case.public_id}/documents/")
    intercept(page, "**/documents/add/**", lambda route: route.abort())
    page.evaluate(DROP, ["przerwany.txt", "x"])
    expect(page.locator("#uploads")).to_contain_text("przerwany.txt")
    expect(page.locator("#uploads li.bad")).to_have_count(1)
    page.locator("#uploads li.bad button").click()
    expect(page.locator("#uploads li")).to_have_count(0)


def test_a_case_is_taken_away_as_a_zip(page: Page, case: Case) -> None:
    page.goto(f"/cases/{case.public_id}/")
    page.get_by_role("link", name="Eksport").click()
    with page.expect_download() as saved:
        press(page, page.get_by_role("button", name="Pobierz ZIP"))
    assert saved.value.suggested_filename.endswith(".zip")
    with ZipFile(saved.value.path()) as archive:
        assert archive.testzip() is None
        assert "index.html" in archive.namelist()


@pytest.fixture(params=["pl", "en"])
def both(request: pytest.FixtureRequest, browser: Browser, office: Office) -> Iterator[tuple[Page, User]]:
    """An administrator who is in a case's team, too."""
    person = User.objects.create_user(
        f"zarzad-{request.param}@lipowa.example",
        office=office.cast.office,
        name="Zarządzająca Osoba",
        language=request.param,
        role=Role.ADMINISTRATOR,
    )
    context = browser.new_context(base_url=office.site.url, locale=f"{request.param}-PL")
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(person), "url": office.site.url}]
    )
    yield context.new_page(), person
    context.close()


def test_everybody_can_use_these_pages(both: tuple[Page, User], office: Office) -> None:
    page, person = both
    case = make_case(person, "Spółdzielnia Mieszkaniowa „Pod Lipami” p. Żak", number=f"KAN/{next(NUMBERS)}/2026")
    document = upload(case, person, LONG)
    note(person, Verb.CASE_CREATE, [case.public_id], case.pk)
    note(person, Verb.DOCUMENT_ADD, [document.public_id], case.pk)
    inside = f"/cases/{case.public_id}/"
    staff = "/office/people/"
    places = [
        f"{inside}documents/",
        f"{inside}documents/{document.public_id}/rename/",
        f"{inside}audit/",
        f"{inside}export/",
    ]
    places += ["/office/", "/office/audit/", f"{staff}invite/", f"{staff}{office.cast.celina.public_id}/"]
    places += [f"{staff}{office.cast.grzegorz.public_id}/", f"{staff}{office.cast.grzegorz.public_id}/hand-over/"]
    for place in places:
        page.goto(place)
        everywhere(page)
    page.goto(f"{staff}invite/")
    page.locator("#id_name").fill("Halina Nowa")
    page.locator("#id_email").fill(f"halina-{person.language}@lipowa.example")
    page.locator("main form .primary").click()
    page.locator("#link").wait_for()
    everywhere(page)
    made, token = invite(person, f"igor-{person.language}@lipowa.example", "Igor", Role.MEMBER)
    for given in (token, "x"):
        page.goto(f"/join/{made.public_id}/{given}/")
        everywhere(page)
