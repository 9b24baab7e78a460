"""Somebody at the keyboard alone: signed in, without a mouse, and whatever their pages complain of fails the test."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.test import override_settings
from playwright.sync_api import Browser, Page

from teczka.settings import PASSWORD_HASHERS
from teczka.store.models import Office as OfficeRow
from teczka.store.models import User
from tests.browser.conftest import NETWORK, Office
from tests.browser.test_accessibility import TELL_OF_MICE
from tests.browser.test_pages import check

DESK = {"width": 1280, "height": 800}


def two_people(language: str) -> tuple[User, User]:
    """Anna and Jan, of an office of their own."""
    row = OfficeRow.objects.create(name=f"Kancelaria {language}", language=language)
    anna, jan = (
        User.objects.create_user(f"{first}-{uuid4().hex}@dom.example", office=row, name=name, language=language)
        for first, name in (("anna", "Anna Pierwsza"), ("jan", "Jan Drugi"))
    )
    return anna, jan


def give_password(person: User, password: str) -> None:
    """Hashed as the site does, which is another process with settings of its own."""
    with override_settings(PASSWORD_HASHERS=PASSWORD_HASHERS):
        person.set_password(password)
    person.save()


def at_the_keyboard(browser: Browser, office: Office, person: User) -> Iterator[Page]:
    complaints: list[str] = []
    context = browser.new_context(viewport=DESK, base_url=office.site.url)
    context.add_init_script(TELL_OF_MICE)
    value = office.site.cookie(person)
    cookie: Any = {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": office.site.url}
    context.add_cookies([cookie])
    made = context.new_page()
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on(
        "console", lambda said: complaints.extend([said.text] * (said.type == "error" and NETWORK not in said.text))
    )
    yield made
    context.close()
    assert not complaints


def looked_at(page: Page, *looks: tuple[Any, int]) -> None:
    """By axe, in each of these schemes and widths."""
    for scheme, width in looks:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        check(page)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESK)
