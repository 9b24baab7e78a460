"""The words of attached files, of every kind that people send."""

import pytest

from teczka.core.extraction import Kind, Lack, kind
from teczka.mime.extraction.extract import extract
from tests import attached

WORDS = "Umowa najmu lokalu w Łodzi: żółta jaźń, § 5 ust. 2"
POLISH = "Pozew o zapłatę, ścieżka źrebięcia"


def text(data: bytes, name: str, content_type: str = "application/octet-stream", charset: str = "") -> str:
    found = extract(data, name, content_type, charset)
    assert found.lack is None
    return found.text


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("umowa.pdf", attached.pdf(WORDS)),
        ("umowa.docx", attached.docx(WORDS)),
        ("umowa.odt", attached.odt(WORDS)),
        ("umowa.xlsx", attached.xlsx([WORDS])),
        ("umowa.pptx", attached.pptx(WORDS)),
        ("umowa.rtf", attached.rtf(WORDS)),
        ("umowa.txt", WORDS.encode()),
        ("umowa.html", f"<html><p>{WORDS}</p></html>".encode()),
        ("umowa.xml", f"<?xml version='1.0'?><a><b>{WORDS}</b></a>".encode()),
    ],
)
def test_words_are_found_whatever_the_kind_and_whatever_the_mail_says_of_it(name: str, data: bytes) -> None:
    assert text(data, name) == WORDS
    if not name.endswith(".txt"):  # nothing in its bytes tells a text
        assert text(data, "bez nazwy") == WORDS
    assert kind("application/octet-stream", name) is not None


def test_a_pdf_is_read_page_by_page() -> None:
    assert text(attached.pdf("pierwsza", "druga", "trzecia"), "a.pdf").split() == ["pierwsza", "druga", "trzecia"]


def test_a_word_that_a_pdf_divides_is_one() -> None:
    assert text(attached.pdf("wydano postano-\nwienie w sprawie"), "a.pdf") == "wydano postanowienie w sprawie"


def test_a_hyphen_that_belongs_to_the_number_stays() -> None:
    assert "II C-12" in text(attached.pdf("akta II C-12\n17 stron"), "a.pdf")


def test_what_was_filled_into_a_pdf_and_noted_on_it_is_read() -> None:
    data = attached.form("Imie", "Łukasz Źrebięcy", "żółta uwaga", "Przyjeto")
    assert set(text(data, "a.pdf").split("\n")) == {"Imie", "Łukasz Źrebięcy", "żółta uwaga", "Przyjeto"}


def test_footnotes_headers_and_comments_of_a_document_are_found_after_it() -> None:
    data = attached.docx("treść", footnotes="przypis", header1="nagłówek", comments="uwaga")
    assert set(text(data, "a.docx").split()) == {"treść", "przypis", "nagłówek", "uwaga"}
    assert text(data, "a.docx").startswith("treść")


def test_the_parts_of_a_word_are_put_together_and_paragraphs_apart() -> None:
    pieces = "<w:p><w:r><w:t>posta</w:t></w:r><w:r><w:t>nowienie</w:t></w:r></w:p><w:p><w:r><w:t>sądu</w:t></w:r></w:p>"
    assert text(attached.docx(body=pieces), "a.docx").split() == ["postanowienie", "sądu"]


def test_a_text_box_is_read_once() -> None:
    box = "<w:p><w:r><w:t>raz</w:t></w:r></w:p>"
    twice = (
        f"<m:AlternateContent xmlns:m='m'><m:Choice>{box}</m:Choice><m:Fallback>{box}</m:Fallback></m:AlternateContent>"
    )
    assert text(attached.docx(body=twice), "a.docx") == "raz"


def test_what_was_deleted_from_a_document_is_not_found() -> None:
    deleted = "<w:p><w:del><w:r><w:delText>skreślone</w:delText></w:r></w:del><w:r><w:t>jest</w:t></w:r></w:p>"
    assert text(attached.docx(body=deleted), "a.docx") == "jest"


def test_the_cells_of_a_sheet_stand_row_by_row_with_their_numbers() -> None:
    found = text(attached.xlsx(["Faktura", 20260317], ["Kwota", 1250]), "a.xlsx")
    assert [line.split() for line in found.split("\n")] == [["Faktura", "20260317"], ["Kwota", "1250"]]


def test_slides_stand_in_their_order() -> None:
    words = [f"slajd{number}" for number in range(1, 13)]
    assert text(attached.pptx(*words), "a.pptx").split() == words


@pytest.mark.parametrize("charset", ["cp1250", "iso8859-2", "utf-8", "utf-16"])
def test_a_text_without_a_charset_is_read_as_polish(charset: str) -> None:
    assert text(POLISH.encode(charset), "a.txt", "text/plain") == POLISH


def test_a_text_in_the_charset_that_the_mail_names() -> None:
    assert text("Вышлите договор".encode("koi8-r"), "a.txt", "text/plain", "koi8-r") == "Вышлите договор"


@pytest.mark.parametrize("charset", ["iso-8859-2", "windows-1250", "utf-8"])
def test_a_page_in_the_charset_that_it_names_itself(charset: str) -> None:
    page = f"<html><head><meta charset={charset}><style>p{{}}</style></head><p>{POLISH}</p></html>"
    assert text(page.encode(charset), "a.html") == POLISH


@pytest.mark.parametrize("charset", ["iso-8859-2", "windows-1250", "utf-8", "utf-16"])
def test_xml_in_its_charset_every_element_apart(charset: str) -> None:
    invoice = (
        f"<?xml version='1.0' encoding='{charset}'?><Faktura xmlns='f'><P_1>{POLISH}</P_1><P_2>FV/12</P_2></Faktura>"
    )
    assert text(invoice.encode(charset), "faktura.xml").split("\n\n") == [POLISH, "FV/12"]


def test_rtf_of_another_font_and_beyond_its_page() -> None:
    fonts = rb"{\fonttbl{\f0\fcharset238 A;}{\f1\fcharset204 B;}}"
    cyrillic = rb"{\rtf1\ansi\ansicpg1250" + fonts + rb"\f0 \'b9\f1 \'c4\f0\u8364?{\footnote w przypisie}}"
    assert text(cyrillic, "a.rtf") == "ąД€w przypisie"
    assert text(rb"{\rtf1\uc2\u-10179\'3f\'3f\u-8704\'3f\'3f x}", "a.rtf") == "😀 x"


def test_pictures_in_rtf_are_no_words() -> None:
    assert text(rb"{\rtf1 przed{\pict\wmetafile8 0102ffee}{\*\shppict{\pict\bin5 }}{{}}}po}", "a.rtf") == "przedpo"


def test_a_letter_in_a_letter_in_a_letter_with_a_file_is_found_with_its_people() -> None:
    inner = attached.letter(
        "Pismo", "treść wewnętrzna", ("umowa.docx", "application/octet-stream", attached.docx(WORDS))
    )
    middle = attached.letter("Fwd", "środek", ("pismo.eml", "message/rfc822", inner), sender="Ewa <ewa@sad.example>")
    outer = attached.letter("Fwd Fwd", "zewnątrz", ("srodek.eml", "application/octet-stream", middle))
    found = text(outer, "zalacznik.eml", "message/rfc822")
    for words in ("Fwd Fwd", "ewa@sad.example", "środek", "treść wewnętrzna", "umowa.docx", WORDS):
        assert words in found


@pytest.mark.parametrize(
    ("content_type", "name", "meant"),
    [
        ("application/octet-stream", "pismo.PDF", Kind.PDF),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "", Kind.OFFICE),
        ("message/rfc822", "", Kind.LETTER),
        ("text/calendar", "", Kind.PLAIN),
        ("application/octet-stream", "skan", Kind.UNSURE),
        ("image/jpeg", "zdjecie.jpg", None),
        ("application/pkcs7-signature", "smime.p7s", None),
        ("application/zip", "akta.zip", None),
    ],
)
def test_what_is_looked_into_is_known_by_name_and_type(content_type: str, name: str, meant: Kind | None) -> None:
    assert kind(content_type, name) is meant


def test_a_scan_has_no_words_and_says_so() -> None:
    assert extract(attached.pdf(""), "skan.pdf").lack is Lack.EMPTY
