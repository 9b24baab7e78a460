"""Which words of a message a search means: in its row, and in the message that is opened, there told to nobody who may not see it."""

import html
import re
from email.message import EmailMessage

import pytest
from django.test import Client

from teczka.core.search import parse
from teczka.language.fields import Field, of_message
from teczka.language.vectors import vectors
from teczka.store.models import AttachmentText, Folder, Message, Part
from teczka.store.queries.extraction import TOGETHER, names, texts
from teczka.store.terms import save_terms
from teczka.store.viewer import as_user
from teczka.web.search.marking import words_of
from tests.cast import make_account, make_folder
from tests.web.conftest import Office, browser
from tests.web.mailroom import share, store

LETTER = """From: Jan Kowal <jan@klient.example>
Subject: Najem
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Umowę najmu, o której mowa w umowie z 3 maja, <b>odsyłam</b>. Sygn. akt I C 12/24, tel. 600 100 200. A umowny termin?
"""


def test_words_are_told_in_the_forms_in_which_they_stand(anna: Client, office: Office) -> None:
    message = store(make_folder(make_account(office.cast.anna)), LETTER.replace("\n", "\r\n").encode())
    address = f"/messages/{message.public_id}/marks/"
    for query, words in (
        ("umowa", {"Umowę", "umowie"}),
        ("umowa -najem", {"Umowę", "umowie"}),
        ('"umowę najmu"', {"Umowę najmu"}),
        ("odsyl*", {"odsyłam"}),
        ("I C 12/24 600100200", {"I C 12/24", "600 100 200"}),
        ("od:kowal", set()),
        ("", set()),
    ):
        told = html.unescape(anna.get(address, {"q": query}).content.decode())
        assert words <= {*told.splitlines()}, query
        assert bool(words) == bool(told), (query, told)
        assert "<" not in anna.get(address, {"q": query}).content.decode()
    share(message, office.cast.bartek)
    assert b"umowie" in browser(office.cast.bartek).get(address, {"q": "umowa"}).content
    assert browser(office.cast.celina).get(address, {"q": "umowa"}).status_code == 404


ROW = re.compile(
    r'data-field="from">(?P<who>.*?)</span>.*data-field="subject"[^>]*>(?P<subject>.*?)</a>'
    r'.*data-field="snippet">(?:<span class="in-file">.*?</svg><span>(?P<file>.*?)</span></span> )?(?P<text>.*?)</span></span>',
    re.DOTALL,
)


@pytest.fixture
def folder(office: Office) -> Folder:
    return make_folder(make_account(office.cast.anna))


def posted(
    folder: Folder, subject: str, text: str, who: str = "Jan Kowal", files: dict[str, str] | None = None
) -> Message:
    """`files`: their words by name, as of files that were read."""
    files = files or {}
    made = EmailMessage()
    made["From"], made["Subject"] = f"{who} <jan@klient.example>", subject
    made.set_content(text)
    for name in files:
        made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename=name)
    message = store(folder, bytes(made))
    with as_user(message.owner_id):
        for part in Part.objects.filter(message=message, kind="attachment"):
            waiting = AttachmentText.objects.filter(message=message, path=part.path)
            assert waiting.update(text=files[part.name], extracted_with=1)
        fields = of_message(subject, [(who, "jan@klient.example")], [], files, text)
        fields += [(Field.TEXT, each) for each in files.values()]
        save_terms(message.owner_id, {message.pk: vectors(fields)})
    return message


def row(client: Client, query: str) -> dict[str, str]:
    """Of the only hit, with [what is marked]; `file`: whose text it is."""
    page = client.get("/search/", {"q": query}).content.decode()
    [found] = page.split('<div role="row"')[1:]
    told = ROW.search(found)
    assert told
    marked = {
        name: re.sub(r"</?mark>", lambda tag: "]" if "/" in tag[0] else "[", of or "")
        for name, of in told.groupdict().items()
    }
    return {name: html.unescape(of).strip() for name, of in marked.items()}


def test_a_word_in_the_name_of_a_file_is_shown_and_marked_there(anna: Client, folder: Folder) -> None:
    posted(folder, "Dokumenty", "W załączeniu.", files={"skan.pdf": "", "Zestawienie_pdfówka.pdf": "Razem dwa."})
    for query in ("pdfowka", "plik:pdfowka", "plik:pdfow*", "dokumenty pdfowka", 'plik:"zestawienie pdfówka"'):
        told = row(anna, query)
        assert told["file"] in ("Zestawienie_[pdfówka].pdf", "[Zestawienie_pdfówka].pdf"), query
    assert row(anna, "pdfowka")["text"] == "Razem dwa."


def test_of_a_long_name_what_was_found_is_shown_and_comes_before_the_text(anna: Client, folder: Folder) -> None:
    posted(folder, "Dokumenty", "Perliczka w załączeniu.", files={"a" * 60 + " kaczka.pdf": "Jest."})
    assert row(anna, "plik:kaczka")["file"] == "…[kaczka].pdf"
    assert row(anna, "plik:kaczka perliczka")["file"] == "…[kaczka].pdf"


def test_a_phrase_in_a_file_is_shown_though_words_of_it_stand_in_the_text(anna: Client, folder: Folder) -> None:
    posted(folder, "Pismo", "Pismo w załączeniu.", files={"a.pdf": "Zawarta w Łodzi umowa."})
    assert row(anna, '"w Łodzi"') == {
        "who": "Jan Kowal",
        "subject": "Pismo",
        "file": "a.pdf",
        "text": "Zawarta [w Łodzi] umowa.",
    }


def test_of_a_file_without_a_name_the_text_is_shown(anna: Client, folder: Folder) -> None:
    message = posted(folder, "Pismo", "W załączeniu.", files={"a.pdf": "Żyje tu gżegżółka."})
    with as_user(message.owner_id):
        Part.objects.filter(message=message, kind="attachment").update(name="")
    assert (row(anna, "gżegżółka")["file"], row(anna, "gżegżółka")["text"]) == ("", "Żyje tu [gżegżółka].")


def test_of_a_letter_of_thousands_of_files_a_hundred_are_looked_at(folder: Folder, office: Office) -> None:
    message = posted(folder, "Akta", "W załączeniu.", files={"0.pdf": ""})
    with as_user(message.owner_id):
        part = Part.objects.get(message=message, kind="attachment")
        for number in range(1, 130):
            part.pk, part.path, part.name, part.offset = None, f"9.{number}", f"{number}.pdf", part.offset + 1
            part.save(force_insert=True)
    assert [name for _, name in names(office.cast.anna, [message.pk])[message.pk]] == [f"{n}.pdf" for n in range(100)]


def test_a_word_without_an_end_is_none_to_the_browser() -> None:
    text = "kaczka " + "kaczka" * 900
    assert words_of(parse("kacz*"), text) == ["kaczka"]


def test_a_file_is_shown_that_has_the_rarer_word(anna: Client, folder: Folder) -> None:
    posted(folder, "Prośba", "Pismo w załączeniu.", files={"a.pdf": "Nic.", "b.pdf": "Żyje tu gżegżółka."})
    assert row(anna, "pismo gżegżółka")["text"] == "Żyje tu [gżegżółka]."
    assert row(anna, "pismo gżegżółka")["file"] == "b.pdf"
    assert row(anna, "pismo")["text"] == "[Pismo] w załączeniu."
    assert row(anna, "pismo kowal")["text"] == "[Pismo] w załączeniu."


def test_what_is_asked_of_a_field_is_marked_in_that_field(anna: Client, folder: Folder) -> None:
    posted(folder, "Najem Celestyna", "Pan Celestyn pisał o najmie.", "Celestyn Kowal", {"a.pdf": "Celestyn"})
    told = row(anna, "od:celestyn")
    assert (told["who"], told["subject"], told["file"]) == ("[Celestyn] Kowal", "Najem Celestyna", "")
    assert told["text"].startswith("Pan Celestyn pisał")
    told = row(anna, "temat:najem celestyn")
    assert (told["who"], told["subject"]) == ("[Celestyn] Kowal", "[Najem] [Celestyna]")
    assert told["text"].startswith("Pan [Celestyn] pisał o najmie")


def test_of_few_hits_long_files_are_looked_into_far(anna: Client, folder: Folder, office: Office) -> None:
    message = posted(
        folder, "Akta", "W załączeniu.", files={"akta.pdf": "Nic tu nie ma. " * 30_000 + "Dopiero tu gżegżółka."}
    )
    assert row(anna, "gżegżółka")["text"].endswith("tu [gżegżółka].")
    [[(_, _, text)]] = texts(office.cast.anna, [message.pk, *range(-99, 0)]).values()
    assert len(text) == TOGETHER // 100
    for stranger in office.cast.strangers:
        assert (names(stranger, [message.pk]), texts(stranger, [message.pk])) == ({}, {})
