"""The administrators' pages, the unified inbox's and one's own, as people meet them: languages, themes, widths, with axe-core over each."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from teczka.actions.cases import add_case
from teczka.actions.diagnoses import send_diagnosis
from teczka.actions.offers import offer_account
from teczka.core.accounts import Endpoint, NewAccount
from teczka.core.cases import Card
from teczka.core.people import Role
from teczka.store.models import Office as OfficeRow
from teczka.store.models import User
from tests.browser.conftest import Office
from tests.browser.test_pages import check
from tests.cast import make_account, make_folder
from tests.web.mailroom import store

LONG = "Dział-Spraw-Pracowniczych-i-Ubezpieczeń-Społecznych"
PAGES = [
    "/office/",
    "/office/rules/",
    "/office/offers/",
    "/office/offers/add/",
    "/office/reports/",
    "/office/numbers/",
    "/settings/",
]
REFERENCES = [
    "/references/I%20C%2012/24/",
    "/references/XLIX%20GNc-e%20123456/24/",
]  # of two cases and a message; of nothing


@dataclass(frozen=True)
class House:
    """A second office of its own: administrator and member speak the language."""

    keeper: User
    member: User


def make_house(language: str) -> House:
    row = OfficeRow.objects.create(name=f"Kancelaria {language}", language=language)
    keeper, member = (
        User.objects.create_user(f"{first}-{language}@dom.example", office=row, name=name, role=role, language=language)
        for first, name, role in [
            ("keeper", "Olga Opiekunka", Role.ADMINISTRATOR),
            ("member", f"Jan {LONG}", Role.MEMBER),
        ]
    )
    for number, fields in enumerate(
        [{"state": "working"}, {"state": "needs_owner", "trouble": "signin.refused"}, {"state": "new"}]
    ):
        make_folder(make_account(member, f"{LONG.lower()}-{number}@bardzo.dluga.domena.example", **fields))
        folder = make_folder(
            make_account(keeper, f"keeper-{number}@dom.example", provider_name=f"{LONG} {number}", colour=number)
        )
    store(folder, f"From: {LONG} <x@{LONG.lower()}.example>\r\nSubject: I C 12/24 {LONG}\r\n\r\nOdpis.\r\n".encode())
    for name in (f"Spółdzielnia {LONG}", "Najem"):
        add_case(keeper, Card("", name, references=("I C 12/24",)))
    return House(keeper, member)


@pytest.fixture(scope="module")
def houses(office: Office) -> dict[str, House]:
    return {language: make_house(language) for language in ("pl", "en")}


@pytest.fixture(params=[("pl", "light", 1440), ("en", "dark", 1440), ("pl", "dark", 360), ("en", "light", 360)])
def keeping(
    request: pytest.FixtureRequest, browser: Browser, office: Office, houses: dict[str, House]
) -> Iterator[tuple[Page, House]]:
    language, scheme, width = request.param
    house = houses[language]
    context = browser.new_context(
        viewport={"width": width, "height": 740},
        base_url=office.site.url,
        color_scheme=scheme,
        locale="pl-PL" if language == "pl" else "en-GB",
    )
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(house.keeper), "url": office.site.url}]
    )
    yield context.new_page(), house
    context.close()


def test_every_page_of_administration_can_be_used_by_everybody(keeping: tuple[Page, House]) -> None:
    page, house = keeping
    for path in ("/office/offers/", "/office/reports/"):  # while there is nothing
        page.goto(path)
        check(page)
    send_diagnosis(house.member, "jan@firma.example", f"TCP: imap.{LONG.lower()}.example:993\n" * 40)
    servers = Endpoint(f"imap.{LONG.lower()}.example", 993, "tls"), Endpoint("smtp.firma.example", 465, "tls")
    offer_account(house.keeper, house.member.public_id, NewAccount("jan@firma.example", "jan", "", *servers))
    for path in [*PAGES, *REFERENCES, f"/office/people/{house.member.public_id}/limit/", "/inbox/", "/inbox/accounts/"]:
        page.goto(path)
        check(page)
    check_numbers(page)
    page.goto("/inbox/")
    page.click(".chooser")
    check(page)
    page.goto("/office/offers/add/")
    page.click("main form .primary")
    page.locator(".field-error").first.wait_for()
    check(page)
    page.goto("/office/rules/")
    page.locator(".fold summary").click()
    page.fill("#id_allowed_domains", "to nie jest domena")
    page.fill("#id_hosted-0-imap", "imap.DOMAIN:x")
    page.click("main form .primary")
    page.get_by_role("alert").wait_for()
    check(page)
    undo(page)


def check_numbers(page: Page) -> None:
    page.goto("/office/numbers/")
    for pattern in ("{number}/{year}", "KANCELARIA-SPRAW-PRACOWNICZYCH/{letters}/{number}/{year}"):
        page.fill("#id_pattern", pattern)
        page.click("main form .primary")
        page.locator(".field-error, main .account").first.wait_for()
        check(page)
    page.locator("main .account form button").click()
    expect(page.locator("main .account")).to_have_count(0)


def undo(page: Page) -> None:
    """The next width begins with nothing again."""
    for path in ("/office/offers/", "/office/reports/"):
        page.goto(path)
        page.locator("main .account form button").first.click()
        expect(page.get_by_role("status")).not_to_be_empty()
        expect(page.locator("main .account")).to_have_count(0)


def test_an_administrator_sets_the_rules_and_prepares_a_mailbox(
    browser: Browser, office: Office, houses: dict[str, House]
) -> None:
    house = houses["pl"]
    context = browser.new_context(base_url=office.site.url, locale="pl-PL")
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(house.keeper), "url": office.site.url}]
    )
    page = context.new_page()
    page.goto("/")
    page.get_by_role("link", name="Administracja").click()
    page.get_by_role("link", name="Zasady dla kont").click()
    page.get_by_label("Kont zewnętrznych na osobę").fill("7")
    page.get_by_label("Domena", exact=True).fill("kancelaria.pl")
    page.get_by_label("IMAP").fill("imap.DOMAIN, imap.forpsi.com")
    page.get_by_role("button", name="Zapisz").click()
    expect(page.get_by_role("status")).to_have_text("Zapisano.")
    expect(page.get_by_label("IMAP").first).to_have_value("imap.DOMAIN, imap.forpsi.com")
    page.get_by_role("link", name="Osoby i konta").click()
    expect(page.locator(".account", has_text=LONG)).to_contain_text("3 z 7 dozwolonych")
    page.get_by_role("link", name="Przygotowane skrzynki").click()
    page.get_by_role("link", name="Przygotuj skrzynkę").click()
    page.get_by_label("Dla kogo").select_option(str(house.member.public_id))
    page.get_by_label("Adres e-mail").fill("jan@kancelaria.pl")
    page.get_by_label("Serwer poczty przychodzącej").fill("imap.kancelaria.pl")
    page.locator("main form .primary").click()
    expect(page.locator(".account")).to_contain_text("jan@kancelaria.pl")
    context.close()
