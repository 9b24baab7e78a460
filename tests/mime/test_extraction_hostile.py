"""Files that mean harm, or are broken: each made here, each ends within its bounds and says why."""

import struct
import time
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest

from teczka.core.extraction import Lack
from teczka.mime.extraction.extract import Extracted, extract
from teczka.mime.extraction.sink import Bounds
from tests import attached

WORD = '<w:document xmlns:w="w">'
SMALL = Bounds(text=100_000, unfolded=1_000_000, unjudged=100_000, seconds=5)


def office(document: str | bytes, name: str = "word/document.xml") -> bytes:
    return attached.zipped({name: document})


def lack(data: bytes, name: str, bounds: Bounds = SMALL) -> Lack | None:
    return extract(data, name, bounds=bounds).lack


def test_a_bomb_of_one_entry_is_refused_before_it_unfolds() -> None:
    bomb = office(WORD + " " * 50_000_000)
    assert len(bomb) < 100_000
    began = time.process_time()
    assert lack(bomb, "a.docx", Bounds()) is Lack.TOO_LARGE
    assert time.process_time() - began < 1


def test_what_an_archive_says_of_its_sizes_is_not_believed() -> None:
    bomb = bytearray(office(WORD + " " * 5_000_000))
    size = struct.pack("<I", len(WORD) + 5_000_000)
    place = bomb.rindex(size)  # in the directory at its end
    bomb[place : place + 4] = struct.pack("<I", 2**31 - 1)
    assert lack(bytes(bomb), "a.docx") in {Lack.TOO_LARGE, Lack.DAMAGED}


def test_many_entries_that_unfold_to_much_are_cut_and_what_was_read_stays() -> None:
    texts = {
        f"word/header{number}.xml": f"{WORD}<w:t>nagłówek{number}</w:t>{' ' * 90_000}</w:document>"
        for number in range(1, 100)
    }
    found = extract(attached.zipped(texts), "a.docx", bounds=SMALL)
    assert found.lack is Lack.CUT
    assert found.text.startswith("nagłówek1")


def test_entries_that_share_their_bytes_are_counted_each_time() -> None:
    """A flat bomb: one packed stream, named by many entries of the directory."""
    data = bytearray(office(f"{WORD}<w:t>{'słowo ' * 10_000}</w:t></w:document>", "word/header1.xml"))
    directory = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = bytes(data[directory:end])
    copies = b"".join(entry.replace(b"header1.", b"header%d." % number) for number in range(1, 10))
    data[directory:] = copies + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 9, 9, len(copies), directory, 0)
    found = extract(bytes(data), "a.docx", bounds=Bounds(text=100_000, unfolded=200_000, unjudged=100_000))
    assert found.lack in {Lack.CUT, Lack.DAMAGED}
    assert len(found.text) <= 100_000


def test_entities_are_not_expanded_and_a_document_type_is_refused() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    document = f'<!DOCTYPE w [<!ENTITY l0 "ha">{laughs}]><w><t>&l11;</t></w>'
    assert extract(office(document), "a.docx", bounds=SMALL) == Extracted("", Lack.DAMAGED)
    assert extract(f"<?xml version='1.0'?>{document}".encode(), "a.xml", bounds=SMALL) == Extracted("", Lack.DAMAGED)


def test_an_entity_of_another_file_is_never_fetched() -> None:
    document = '<!DOCTYPE w [<!ENTITY e SYSTEM "file:///etc/passwd">]><w><t>&e;</t></w>'
    assert extract(office(document), "a.docx") == Extracted("", Lack.DAMAGED)


def test_elements_nested_too_deep_are_refused() -> None:
    for depth, told in (
        (400, Extracted("dno")),
        (600, Extracted("", Lack.DAMAGED)),
        (200_000, Extracted("", Lack.DAMAGED)),
    ):
        elements = f"{'<w>' * depth}<t>dno</t>{'</w>' * depth}"
        assert extract(office(elements), "a.docx") == told
        assert extract(f"<?xml version='1.0'?>{elements}".encode(), "a.xml") == told


def test_a_string_that_a_sheet_names_again_and_again_is_cut() -> None:
    sheet = attached.xlsx(*[["słowo " * 5_000] for _ in range(500)])
    assert len(sheet) < 10_000
    found = extract(sheet, "a.xlsx", bounds=SMALL)
    assert found.lack is Lack.CUT
    assert len(found.text) <= SMALL.text


@pytest.mark.parametrize("value", ["-1", "99999999999999999999", "1", "", "x", "²"])
def test_a_cell_that_names_no_string_is_empty(value: str) -> None:
    sheet = office(
        f"<worksheet><row><c t='s'><v>{value}</v></c><c><v>7</v></c></row></worksheet>", "xl/worksheets/sheet1.xml"
    )
    assert extract(sheet, "a.xlsx") == Extracted("7")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", attached.docx("treść")),
        ("a.odt", attached.odt("treść")),
        ("a.xlsx", attached.xlsx(["treść"])),
        ("a.pdf", attached.pdf("treść")),
        ("a.rtf", attached.rtf("treść")),
        ("a.eml", attached.letter("temat", "treść", ("a.docx", "application/octet-stream", attached.docx("treść")))),
    ],
)
def test_a_file_cut_anywhere_ends_and_says_so(name: str, data: bytes) -> None:
    for cut in range(0, len(data) - 12, max(1, len(data) // 60)):
        found = extract(data[:cut], name)
        assert found.lack is not None or "tre" in found.text or name == "a.eml", cut


@pytest.mark.parametrize("name", ["a.docx", "a.odt", "a.xlsx", "a.pdf", "a.rtf", "a.eml", "a.html"])
def test_random_bytes_under_any_name_end(name: str) -> None:
    for seed in range(30):
        noise = bytes((seed * 31 + place * place * 7) % 256 for place in range(2_000))
        for head in (b"", b"PK\x03\x04", b"%PDF-1.7\n", b"{\\rtf1 ", b"<html>"):
            extract(head + noise, name)


def test_what_is_behind_a_password_says_so() -> None:
    assert lack(attached.pdf("tajne", user="hasło", owner="właściciel"), "a.pdf") is Lack.ENCRYPTED
    assert lack(attached.odt("tajne", manifest="<m:encryption-data xmlns:m='m'/>"), "a.odt") is Lack.ENCRYPTED
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1_000 + "EncryptedPackage".encode("utf-16-le")
    assert lack(compound, "a.docx") is Lack.ENCRYPTED
    data = bytearray(attached.docx("tajne"))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            data[at + place] |= 1
    assert lack(bytes(data), "a.docx") is Lack.ENCRYPTED


def test_a_pdf_that_only_may_not_be_changed_is_read() -> None:
    assert extract(attached.pdf("tylko do odczytu", owner="o"), "a.pdf") == Extracted("tylko do odczytu")


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.odt", "a.xlsx", "a.rtf", "a"])
@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff\xe0" + b"\x10\0" * 300,
        attached.zipped({"a.exe": b"MZ"}),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    ],
)
def test_a_file_of_another_kind_than_it_says_is_not_read_as_what_it_says(name: str, data: bytes) -> None:
    assert lack(data, name) is Lack.UNSUPPORTED


def test_a_method_of_packing_that_no_office_writes_is_refused() -> None:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_BZIP2) as archive:
        archive.writestr("word/document.xml", WORD + "</w:document>")
    assert lack(out.getvalue(), "a.docx") is Lack.UNSUPPORTED


def test_an_archive_of_very_many_entries_ends() -> None:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for number in range(20_000):
            archive.writestr(f"word/header{number}.xml", f"{WORD}<w:t>x</w:t></w:document>")
    began = time.process_time()
    extract(out.getvalue(), "a.docx", bounds=Bounds(seconds=1))
    assert time.process_time() - began < 4


def test_a_huge_pdf_is_read_as_far_as_time_lasts() -> None:
    data = attached.pdf(*(f"strona {number}\n" + "słowa i słowa\n" * 40 for number in range(600)))
    found = extract(data, "a.pdf", bounds=Bounds(seconds=0.05))
    assert found.lack is Lack.CUT
    assert found.text.startswith("strona 0")


def test_a_pdf_whose_pages_name_one_another_ends() -> None:
    data = attached.pdf("treść").replace(b"/Kids[4 0 R]/Count 1", b"/Kids[2 0 R]/Count 9")
    assert extract(data, "a.pdf").lack is not None


def test_notes_that_are_one_long_text_are_read_up_to_the_bound() -> None:
    found = extract(attached.noted("strona", "uwaga " * 5_000, 40), "a.pdf", bounds=SMALL)
    assert found.lack is Lack.CUT
    assert (found.text.count("strona"), found.text.count("uwaga")) == (1, 15_000)
    began = time.process_time()
    found = extract(attached.noted("strona", "u" * 1_000_000, 40), "a.pdf", bounds=SMALL)
    assert time.process_time() - began < 0.4
    assert (found.lack, found.text.strip()) == (Lack.CUT, "strona")


def test_groups_of_rtf_without_end_are_refused() -> None:
    assert lack(b"{\\rtf1" + b"{" * 100_000, "a.rtf") is Lack.DAMAGED
    assert lack(b"{\\rtf1 \\bin99999999 x}", "a.rtf") is Lack.DAMAGED
    assert lack(b"{\\rtf1" + b"\\'" * 100_000, "a.rtf") is Lack.DAMAGED


@pytest.mark.parametrize("piece", [b"{\\rtf1 ", b"\\u-1?", b"\\'e6", b"{\\*\\x ", b"}", b"\\par ", b"\\f1 "])
def test_rtf_takes_time_as_it_grows(piece: bytes) -> None:
    spent = []
    for size in (100_000, 400_000):
        data = b"{\\rtf1 " + piece * (size // len(piece))
        began = time.thread_time()
        extract(data, "a.rtf")
        spent.append(time.thread_time() - began)
    assert spent[1] < spent[0] * 10 + 0.05


def test_letters_in_letters_without_end_are_cut() -> None:
    data = b"Subject: dno\r\n\r\ntekst\r\n"
    for level in range(60):
        data = b"Subject: s%d\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n%s" % (
            level,
            data,
        )
    found = extract(data, "a.eml", bounds=SMALL)
    assert found.lack is Lack.CUT
    assert "s59" in found.text
    assert "dno" not in found.text


def test_a_letter_of_very_many_files_is_cut() -> None:
    files = [(f"{number}.txt", "text/plain", b"tekst") for number in range(600)]
    assert lack(attached.letter("wiele", "tekst", *files), "a.eml") is Lack.CUT


def test_one_bad_file_in_a_letter_leaves_the_others() -> None:
    files = [
        ("a.docx", "application/octet-stream", b"PK\x03\x04"),
        ("b.docx", "application/octet-stream", attached.docx("dobry")),
    ]
    found = extract(attached.letter("dwa", "tekst", *files), "a.eml")
    assert "dobry" in found.text
    assert found.lack is Lack.DAMAGED


def test_no_text_holds_what_a_database_refuses() -> None:
    for data in (b"a\0b", "a\ud800b".encode("utf-16-le", "surrogatepass"), b"{\\rtf1 \\u-10000?\\u0?x}"):
        for name in ("a.txt", "a.rtf"):
            text = extract(b"\xff\xfe" + data if data[1:2] == b"\0" and name == "a.txt" else data, name).text
            assert "\0" not in text
            text.encode()
