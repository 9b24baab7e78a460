"""Letters as bytes: read back by four readers, never with a Bcc, never with a line that somebody smuggled in."""

import base64
import email
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.errors import Problem, Trouble
from teczka.core.recipients import Mailbox
from teczka.mime.compose import Letter, build, new_message_id, words
from teczka.mime.enclosing import Attachment
from teczka.mime.parse import scan, scan_headers
from teczka.mime.readback import check
from teczka.mime.structure import filename
from teczka.mime.transmitted import transmitted
from teczka.mime.words import clean
from tests.mime.readers import Seen, fast, mail_parser, ours, person, squeezed, stdlib

Reader = Callable[[bytes], Seen]
READERS: list[Reader] = [ours, stdlib, fast, mail_parser]
WARSAW = timezone(timedelta(hours=2))
LETTER = Letter(
    sender=Mailbox("Anna Żak", "anna@kancelaria.example"),
    to=[Mailbox("Jan Kowalski", "jan@example.pl")],
    subject="Pozew",
    text="Dzień dobry",
    date=datetime(2026, 5, 3, 12, 4, 5, tzinfo=WARSAW),
    message_id="1b2c@kancelaria.example",
)
ENCLOSED = b"Subject: Zalacznik\r\nFrom: sad@example.pl\r\n\r\nTresc\r\n"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3


def attached(name: str, data: bytes = b"%PDF", kind: str = "application/pdf", cid: str = "") -> Attachment:
    return Attachment(name, kind, len(data), lambda: iter([data[:5], data[5:]]), cid, inline=bool(cid))


def own(letter: Letter) -> bytes:
    return b"".join(build(letter).own())


def leaving(letter: Letter) -> bytes:
    """What the sender of it transmits."""
    kept = own(letter)
    return kept[transmitted(memoryview(kept)).start :]


def meant(letter: Letter) -> Seen:
    lines = {"from": [letter.sender], "to": letter.to, "cc": letter.cc, "bcc": letter.bcc}
    people = {name: [person(clean(one.name), one.address) for one in line] for name, line in lines.items()}
    files = [(one.name, b"".join(one.pieces())) for one in letter.attachments]
    return Seen(clean(letter.subject), people, squeezed(words(letter)), files)


NAMES = [
    "Ćma Łoś", "Łukasz Źdźbło-Święcicki", 'Jan "Janek" Kowalski', "Nowak, Jan; Spółka", "Kowalski, Jan", "Jan K.", "O'Brien (sędzia)",
    "Kancelaria Adwokacka Żółć, Gęśl i Wspólnicy spółka komandytowo-akcyjna w Łodzi", "Zażółć gęślą jaźń " * 12, "Anna " * 40, "a\\b",
    "李小龍", "שלום עולם", "مرحبا بالعالم", "👩‍⚖️ Sąd", "=?utf-8?q?x?=", "x@y.pl <fałsz>", "zwykły\ttabulator",
]  # fmt: skip
FILES = [
    "Pozew.pdf", "zażółć gęślą jaźń.pdf", "ŁÓDŹ.docx", 'umowa "najmu".pdf', "a;b.pdf", "ż;ó.pdf", "a,b (1).pdf", "100%.pdf",
    "o'x.pdf", "a=b?.pdf", "漢字.txt", "שלום.doc", "مرحبا.pdf", "👩‍⚖️ wyrok.png", "dwa  odstępy.pdf",
    "=?utf-8?q?x?=.pdf", "x" * 296 + ".pdf", "ż" * 296 + ".pdf",
]  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
def test_four_readers_say_what_was_meant(reader: Reader) -> None:
    letter = replace(
        LETTER,
        to=[Mailbox(clean(name), f"p{number}@example.pl") for number, name in enumerate(NAMES)],
        cc=[Mailbox("", "ktos@example.pl"), Mailbox("Dwie kropki", "d..d@example.jp")],
        subject="Sygn. akt I C 12/24 – „pozew o zapłatę”; 漢字 👍 שלום " * 3,
        text="Szanowni Państwo,\nprzesyłam "
        + "bardzo długi akapit " * 40
        + "\n> cytat\n>> głębszy\nFrom here\n.\n-- \nAnna Żak\n",
        html='<p>Szanowni <b>Państwo</b></p><img src="cid:p1@x">',
        attachments=[
            attached("podpis.png", PICTURE, "image/png", "p1@x"),
            *map(attached, FILES),
            attached("wiadomość.eml", ENCLOSED, "message/rfc822"),
        ],
    )
    wanted = meant(letter)
    seen = reader(own(letter))
    assert seen.subject.strip() == wanted.subject.strip()
    assert seen.people == wanted.people
    assert seen.text.replace(">", "") == wanted.text.replace(">", "")
    cut = filename if reader is ours else str
    assert [name for name, _ in seen.files] == [cut(name) for name, _ in wanted.files]
    assert [data.strip() for _, data in seen.files] == [data.strip() for _, data in wanted.files]
    check(letter, own(letter))


@pytest.mark.parametrize("day", ["2026-10-25", "2027-03-28"])
@pytest.mark.parametrize("fold", [0, 1])
def test_a_letter_of_the_night_in_which_the_clocks_change_is_read_as_it_is_dated(day: str, fold: int) -> None:
    hour = datetime.fromisoformat(f"{day}T02:30").replace(tzinfo=ZoneInfo("Europe/Warsaw"), fold=fold)
    letter = replace(LETTER, date=hour)
    check(letter, own(letter))


# Letters of many scripts, and every mark that a header gives a meaning to; no line breaks: those are refused.
WORDS = st.text("aAzż ŁąÓ漢字שлם👍👩‍⚖️é\"'\\,;:<>()[]@=?_*%.&#/+-\t", max_size=70)


@st.composite
def letters(draw: st.DrawFn) -> Letter:
    people = st.lists(st.builds(lambda name: Mailbox(clean(name), "a.b+c@żółw.example"), WORDS), max_size=3)
    names = st.text("abż 漢字ש👍\"',;:<>()[]@=?_*%&#+-", min_size=1, max_size=90).map(lambda name: f"x{name}x.pdf")
    return replace(
        LETTER,
        to=draw(people),
        cc=draw(people),
        bcc=draw(people),
        subject=draw(WORDS),
        text=draw(st.lists(WORDS, max_size=5).map("\n".join)),
        html=draw(st.sampled_from(["", "<p>ż</p>"])),
        attachments=[attached(name) for name in draw(st.lists(names, max_size=2))],
    )


@given(letters())
def test_whatever_is_written_is_what_four_readers_read(letter: Letter) -> None:
    raw = own(letter)
    wanted = meant(letter)
    domain = "xn--w-uga1v8h.example"
    wanted.people = {
        name: [(one, address.replace("żółw.example", domain)) for one, address in line]
        for name, line in wanted.people.items()
    }
    for reader in READERS:
        seen = reader(raw)
        assert squeezed(seen.subject) == squeezed(wanted.subject)
        assert seen.people == wanted.people
        assert seen.text.replace(">", "") == wanted.text.replace(">", "")
        assert seen.files == wanted.files
    check(letter, raw)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\0", raw)


@given(st.lists(st.binary(max_size=400), max_size=4), st.sampled_from(["image/png", "message/rfc822"]))
def test_the_size_is_known_before_an_attachment_is_read(pieces: list[bytes], kind: str) -> None:
    size = sum(map(len, pieces))
    letter = replace(LETTER, bcc=LETTER.to, attachments=[Attachment("x", kind, size, lambda: iter(pieces))])
    built = build(letter)
    assert built.own_size == len(own(letter))
    assert built.transmitted_size == len(leaving(letter))
    assert own(letter) == own(letter)
    assert ours(own(letter)).files == [("x", b"".join(pieces))]


def test_an_attachment_is_streamed_and_encoded_as_the_standard_library_does() -> None:
    data = bytes(range(256)) * 20_000  # 5 MB, in pieces of an odd size
    built = build(
        replace(LETTER, attachments=[Attachment("a.bin", "application/x-bin", len(data), lambda: _pieces(data, 9_973))])
    )
    pieces = list(built.own())
    assert max(map(len, pieces)) < 1_500_000
    assert base64.encodebytes(data).replace(b"\n", b"\r\n") in b"".join(pieces)


def _pieces(data: bytes, length: int) -> Iterator[bytes]:
    return (data[start : start + length] for start in range(0, len(data), length))


def test_bcc_is_kept_by_the_sender_and_told_to_nobody() -> None:
    letter = replace(LETTER, bcc=[Mailbox("Tajny Świadek", "tajny@example.pl")])
    assert [one.address for one in scan_headers(own(letter)).bcc] == ["tajny@example.pl"]
    told = leaving(letter)
    assert b"tajny" not in told.lower()
    assert b"\nbcc" not in b"\n" + told.lower()
    assert b"\xc5\x9awiadek" not in told


def test_a_letter_to_bcc_alone_names_somebody_so_that_no_relay_does() -> None:
    letter = replace(LETTER, to=[], bcc=[Mailbox("", "tajny@example.pl")])
    assert b"\r\nTo: undisclosed-recipients:;\r\n" in leaving(letter)
    assert all(not reader(leaving(letter)).people["to"] for reader in (ours, stdlib, mail_parser))
    check(letter, own(letter))


INJECTED = ["a\r\nBcc: x@evil.example", "a\nBcc: x@evil.example", "a\rBcc: x", "a\r\n\r\nbody", "a\0b", "a\ud800b"]


@pytest.mark.parametrize("bad", INJECTED)
def test_a_line_break_in_a_header_is_refused(bad: str) -> None:
    here = Mailbox(bad, "jan@example.pl")
    there = Mailbox("", f"jan@example.pl{bad[1:]}")
    for letter in (
        replace(LETTER, subject=bad),
        replace(LETTER, sender=here),
        replace(LETTER, sender=there),
        *(replace(LETTER, **{line: [who]}) for line in ("to", "cc", "bcc", "reply_to") for who in (here, there)),
        replace(LETTER, attachments=[attached(bad)]),
    ):
        with pytest.raises(Problem) as refused:
            build(letter)
        assert refused.value.trouble in {Trouble.LETTER_CHARACTERS, Trouble.ADDRESS_SPELLING}


FIELDS = {"Bcc", "From", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version",
          "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-ID"}  # fmt: skip
HOSTILE = st.text(st.sampled_from('\r\n\0\t :;,<>@"\\=?()aZż\u2028\x85\x0b\x0c\ud800'), max_size=30)


@given(st.lists(HOSTILE, min_size=9, max_size=9))
def test_whatever_is_given_no_header_appears_that_we_do_not_write(texts: list[str]) -> None:
    name, address, subject, text, html, message_id, file_name, kind, cid = texts
    letter = replace(
        LETTER,
        to=[Mailbox(name, address), Mailbox(name, "jan@example.pl")],
        subject=subject,
        text=text,
        html=html,
        message_id=message_id,
        in_reply_to=cid,
        references=[message_id, cid],
        attachments=[Attachment(file_name, kind, 3, lambda: iter([b"abc"]), cid, inline=True)],
    )
    for tried in (
        letter,
        replace(letter, to=LETTER.to),
        replace(letter, to=LETTER.to, subject="", text="", attachments=[]),
    ):
        try:
            raw = own(tried)
        except Problem:
            continue
        message = email.message_from_bytes(raw)
        assert {field for part in message.walk() for field in part} <= FIELDS
        assert [message.get_all(once) for once in ("Subject", "From", "Date")] == [
            [message[one]] for one in ("Subject", "From", "Date")
        ]
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\0", raw)


@pytest.mark.parametrize("bad", [*INJECTED, "a b", "<a@b>", "ą@b", ">", ""])
def test_ids_and_types_of_others_that_no_field_can_bear_are_left_out(bad: str) -> None:
    letter = replace(
        LETTER,
        in_reply_to=bad,
        references=["good@x", bad],
        html="<p>x</p>",
        attachments=[Attachment("a.png", bad, 3, lambda: iter([b"abc"]), bad, inline=True)],
    )
    raw = own(letter)
    found = scan(raw)
    assert (found.in_reply_to, found.references) == ([], ["good@x"])
    assert [part.content_type for part in found.attachments] == ["application/octet-stream"]
    assert b"evil" not in raw.lower()


def test_references_are_the_first_and_the_newest() -> None:
    found = scan_headers(
        own(replace(LETTER, in_reply_to="r99@x", references=[f"r{number}@x" for number in range(100)]))
    )
    assert found.in_reply_to == ["r99@x"]
    assert found.references == ["r0@x", *(f"r{number}@x" for number in range(71, 100))]


def test_the_date_is_told_in_the_senders_zone() -> None:
    assert b"\r\nDate: Sun, 03 May 2026 12:04:05 +0200\r\n" in own(LETTER)


def test_a_message_id_of_ours_tells_nothing_but_the_domain() -> None:
    one, other = new_message_id("anna@żółw.example"), new_message_id("anna@żółw.example")
    assert one != other
    assert re.fullmatch(r"[0-9a-f-]{36}@xn--w-uga1v8h\.example", one)


@pytest.mark.parametrize(
    "enclosed",
    [b"Subject: x\r\n\r\nza\xc5\xbc", b"Subject: x\n\nLF", b"a" * 999 + b"\r\n", b"a\0b", b"a\rb", b"a" * 30 + b"\r"],
)
def test_an_enclosed_message_that_is_not_seven_bit_goes_to_the_byte_as_a_file(enclosed: bytes) -> None:
    letter = replace(LETTER, attachments=[attached("pismo.eml", enclosed, "message/rfc822")])
    assert own(letter).isascii()
    assert ours(own(letter)).files == [("pismo.eml", enclosed)]
    assert [part.content_type for part in scan(own(letter)).attachments] == ["application/octet-stream"]


def test_a_file_without_a_name_is_given_one_that_it_can_be_opened_by() -> None:
    files = [
        attached("", ENCLOSED, "message/rfc822"),
        attached("", b"a\0b", "message/rfc822"),
        attached("", b"%PDF", "application/pdf"),
    ]
    found = scan(own(replace(LETTER, attachments=files))).attachments
    assert [part.name for part in found] == ["attachment.eml", "attachment.eml", "attachment.pdf"]


def test_a_picture_without_a_page_is_an_attachment() -> None:
    letter = replace(LETTER, attachments=[attached("p.png", PICTURE, "image/png", "p@x")])
    assert [part.name for part in scan(own(letter)).attachments] == ["p.png"]
    assert list(scan(own(replace(letter, html='<img src="cid:p@x">'))).inline) == ["p@x"]


def test_an_attachment_that_changed_is_not_sent() -> None:
    letter = replace(LETTER, attachments=[Attachment("a.pdf", "application/pdf", 5, lambda: iter([b"four"]))])
    with pytest.raises(Problem) as refused:
        own(letter)
    assert (refused.value.trouble, refused.value.params) == (Trouble.LETTER_ATTACHMENT, {"name": "a.pdf"})


def test_only_a_local_part_of_another_script_needs_smtputf8() -> None:
    assert own(replace(LETTER, to=[Mailbox("Żółw", "jan@żółw.example")])).isascii()
    letter = replace(LETTER, to=[Mailbox("Żółw", "żółw@example.pl")])
    assert not transmitted(memoryview(own(letter))).ascii
    assert [one.address for one in scan_headers(own(letter)).to] == ["żółw@example.pl"]
    check(letter, own(letter))


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("subject", "Apelacja"),
        ("sender", Mailbox("Anna Żak", "inna@kancelaria.example")),
        ("to", [Mailbox("Jan Kowalski", "jan@example.com")]),
        ("text", "Dzień zły"),
        ("page", "<p>inna</p>"),
        ("attachments", []),
        ("message_id", "inny@x"),
    ],
)
def test_what_reads_back_otherwise_is_found(field: str, other: object) -> None:
    letter = replace(LETTER, html="<p>x</p>", attachments=[attached("a.pdf")])
    with pytest.raises(Problem) as found:
        check(letter, own(replace(letter, **{{"page": "html"}.get(field, field): other})))
    assert (found.value.trouble, found.value.params) == (Trouble.LETTER_CHECK, {"field": field})
