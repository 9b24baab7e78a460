"""Help: the same in both languages, for everybody, and in the words of the pages that it speaks of."""

import re
from pathlib import Path

import polib
import pytest
from django.test import Client
from django.urls import reverse

from teczka import web
from teczka.web.help import TOPICS, topic_about
from teczka.web.urls import urlpatterns

WEB = Path(web.__file__).parent
PROSE = WEB / "templates" / "help"
KEYS = (WEB.parents[1] / "frontend" / "src" / "keys.ts").read_text("utf-8")
OTHER_KEYS = {"Ctrl+K", "Ctrl+P", "Ctrl+Enter"}
CATALOGUE = polib.pofile(str(WEB / "locale" / "pl" / "LC_MESSAGES" / "django.po"))
LABELS = {"pl": {entry.msgstr for entry in CATALOGUE}, "en": {entry.msgid for entry in CATALOGUE}}
NAMES = [topic.name for topic in TOPICS]


def prose(language: str, name: str) -> str:
    return (PROSE / language / f"{name}.html").read_text("utf-8")


def outline(text: str) -> list[str]:
    """What it is made of, without its words."""
    return re.findall(r"<(?:h2|li|ol|ul|p|kbd)\b|{% url [^%]*%}|<kbd>[^<]*", text)


def test_every_file_is_a_topic_and_every_topic_two_files() -> None:
    for language in LABELS:
        assert {file.stem for file in (PROSE / language).glob("*.html")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_say_the_same(name: str) -> None:
    assert outline(prose("pl", name)) == outline(prose("en", name))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", LABELS)
def test_buttons_and_keys_are_called_as_on_their_pages(language: str, name: str) -> None:
    text = prose(language, name)
    assert [label for label in re.findall(r"<b>([^<]*)</b>", text) if label not in LABELS[language]] == []
    assert [key for key in re.findall(r"<kbd>([^<]*)", text) if key not in OTHER_KEYS and f'"{key}"' not in KEYS] == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_a_topic_is_there_for_whoever_is_inside_and_whoever_cannot_get_in(anna: Client, name: str) -> None:
    assert "· Pomoc" in anna.get(f"/help/{name}/").content.decode()
    stranger = Client()
    for language, title in (("pl", "· Pomoc"), ("en", "· Help")):
        stranger.cookies["django_language"] = language
        assert title in stranger.get(f"/help/{name}/").content.decode()


@pytest.mark.django_db
def test_what_is_no_topic_is_not_there() -> None:
    assert Client().get("/help/no-such-thing/").status_code == 404
    assert Client().get("/help/../settings/").status_code == 404


@pytest.mark.django_db
def test_help_leads_to_what_helps_on_the_page(anna: Client) -> None:
    for page, topic in (
        ("account_add", "mailboxes"),
        ("rule_list", "rules"),
        ("outbox", "writing"),
        ("tasks", "tasks"),
    ):
        assert f'href="/help/{topic}/"' in anna.get(reverse(page)).content.decode()


def test_every_page_has_a_topic() -> None:
    assert {topic_about(str(pattern.name)) for pattern in urlpatterns} == set(NAMES)
