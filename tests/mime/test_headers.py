"""Header fields as programs really write them: subjects, people, dates, ids, file names."""

from datetime import UTC, datetime, timedelta

import pytest

from teczka.core.recipients import Mailbox
from teczka.mime import addresses, dates, headers
from teczka.mime.limits import LIMITS
from teczka.mime.parse import envelope_address, scan, scan_headers
from teczka.mime.structure import filename
from teczka.mime.words import decode_words

MARK = "\u0301"  # put above the letter before it
SUBJECTS = {
    "plain ascii": (b"Pozew", "Pozew"),
    "raw utf-8": ("Zażalenie".encode(), "Zażalenie"),
    "raw windows-1250": ("Świadek śpi, żądanie".encode("cp1250"), "Świadek śpi, żądanie"),
    "raw iso-8859-2": ("Świadek śpi, żądanie".encode("iso8859-2"), "Świadek śpi, żądanie"),
    "B word": (b"=?utf-8?B?xYHDs2TFug==?=", "Łódź"),
    "Q word with underscores": (b"=?iso-8859-2?Q?Kasa_chorych_=B1?=", "Kasa chorych ą"),
    "small letters in the encoding": (b"=?UTF-8?q?a=C4=85?=", "aą"),
    "adjacent words lose the blank between": (b"=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
    "adjacent words on two lines": (b"=?utf-8?Q?a?=\r\n\t=?utf-8?Q?b?=", "ab"),
    "words that split a character": (b"=?utf-8?Q?=C5?= =?utf-8?Q?=81=C3=B3d=C5=BA?=", "Łódź"),
    "a B word that splits a character": (b"=?utf-8?B?xQ==?= =?utf-8?B?gQ==?=", "Ł"),
    "neighbours in two charsets": (b"=?iso-8859-2?Q?=B1?= =?utf-8?Q?=C4=85?=", "ąą"),
    "text between words keeps its blanks": (b"=?utf-8?Q?a?= i =?utf-8?Q?b?=", "a i b"),
    "a language tag, RFC 2231 §5": (b"=?utf-8*pl?Q?=C4=85?=", "ą"),
    "an unknown charset": (b"=?x-nonsense?Q?=C4=85?=", "ą"),
    "a codec that is no charset": (b"=?unicode_escape?Q?=5Cu0105?=", "\\u0105"),
    "base64 without its padding": (b"=?utf-8?B?xIU?=", "ą"),
    "base64 with junk": (b"=?utf-8?B?x!I*U=?=", "ą"),
    "blanks within a Q word": (b"=?utf-8?Q?dwa s=C5=82owa?=", "dwa słowa"),
    "windows-1250 under latin-1's name": (b"=?iso-8859-1?Q?mo=BFe_a=B3y?=", "może ały"),
    "true latin-1": (b"=?iso-8859-1?Q?M=FCller_=E0_la_carte?=", "Müller à la carte"),
    "utf-8 under ascii's name": (b"=?us-ascii?Q?=C4=85?=", "ą"),
    "iso-2022-jp": (b"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
    "gb2312 with a letter beyond it": (b"=?gb2312?B?lkA=?=", b"\x96\x40".decode("gb18030")),
    "no word after all": (b"=?utf-8?X?abc?= =?", "=?utf-8?X?abc?= =?"),
    "controls and a NUL": (b"a\x00b\x07c", "a b c"),
    "a reading direction turned round": ("faktura\u202efdp.exe".encode(), "faktura fdp.exe"),
    "marks of direction": ("B\u200ean\u200fk\u061c".encode(), "Bank"),
    "signs without width": ("B\u200ba\u2060n\u00adk\u3164".encode(), "Bank"),
    "a joiner that joins nothing": ("B\u200dan\u200bk \u0915\u200d\u200d".encode(), "Bank \u0915\u200d"),
    "tags": ("Bank\U000e0041\U000e0042 \U0001f3f4\U000e0041".encode(), "Bank \U0001f3f4"),
    "marks piled up": (f"Bank{MARK * 100} e\u20dd\u200d{MARK * 9}".encode(), f"Bank{MARK * 4} e\u20dd\u200d{MARK * 3}"),
}


@pytest.mark.parametrize(("raw", "meant"), SUBJECTS.values(), ids=SUBJECTS.keys())
def test_a_subject_reads_as_its_sender_meant(raw: bytes, meant: str) -> None:
    assert decode_words(raw) == meant
    assert scan(b"Subject: " + raw + b"\r\n\r\nx").subject == meant


@pytest.mark.parametrize(
    "name",
    [
        "\u0936\u094d\u0930\u0940 \u0915\u094d\u200d\u0937",  # Indic letters joined
        "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",  # a Persian name of two that do not join
        "\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd e\u0302\u0301\u0323",  # points, accents
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f\u200d\U0001f525 \U0001f44d\U0001f3fb \U0001f1f5\U0001f1f1",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f.pdf",  # Scotland's flag
    ],
)
def test_what_joins_signs_of_a_name_stays(name: str) -> None:
    assert decode_words(name.encode()) == name
    assert filename(name) == name


PEOPLE = {
    "name and address": (b"Jan Nowak <jan@example.pl>", [("Jan Nowak", "jan@example.pl")]),
    "bare": (b"jan@example.pl", [("", "jan@example.pl")]),
    "quoted comma": (b'"Nowak, Jan" <jan@example.pl>, ewa@example.pl', [("Nowak, Jan", "jan@example.pl"), ("", "ewa@example.pl")]),
    "comma with its quotes forgotten": (b"Nowak, Jan <jan@example.pl>", [("Nowak, Jan", "jan@example.pl")]),
    "comma in an encoded name": (b"=?utf-8?Q?Nowak=2C_Jan?= <jan@example.pl>", [("Nowak, Jan", "jan@example.pl")]),
    "raw comma in an encoded name": (b"=?utf-8?Q?Nowak,_Jan?= <jan@example.pl>", [("Nowak, Jan", "jan@example.pl")]),
    "angle in an encoded name": (b"=?utf-8?Q?<x>@y?= <jan@example.pl>", [("<x>@y", "jan@example.pl")]),
    "encoded in quotes": (b'"=?utf-8?Q?=C5=81?=" <l@example.pl>', [("Ł", "l@example.pl")]),
    "escaped quote": (rb'"Jan \"J\" Nowak" <jan@example.pl>', [('Jan "J" Nowak', "jan@example.pl")]),
    "a comment for a name": (b"jan@example.pl (Jan (J) Nowak)", [("Jan (J) Nowak", "jan@example.pl")]),
    "a group": (b"Sad: a@example.pl, b@example.pl;, c@example.pl", [("", "a@example.pl"), ("", "b@example.pl"), ("", "c@example.pl")]),
    "an empty group": (b"undisclosed-recipients:;", []),
    "semicolons for commas": (b"a@example.pl; b@example.pl", [("", "a@example.pl"), ("", "b@example.pl")]),
    "no brackets": (b"Jan Nowak jan@example.pl", [("Jan Nowak", "jan@example.pl")]),
    "double brackets": (b"<<jan@example.pl>>", [("", "jan@example.pl")]),
    "bracket never closed": (b"Jan <jan@example.pl", [("Jan", "jan@example.pl")]),
    "quote never closed": (b'"Jan <jan@example.pl>', [("Jan", "jan@example.pl")]),
    "a quoted local part": (b'"jan nowak"@example.pl', [("", "jannowak@example.pl")]),
    "a name only": (b"MAILER-DAEMON", [("MAILER-DAEMON", "")]),
    "the address twice": (b"jan@example.pl <jan@example.pl>", [("", "jan@example.pl")]),
    "another's address for a name": (b'"kontakt@bank.pl" <a7@evil.example>', [("", "a7@evil.example")]),
    "the same with blanks": (b'"kontakt @ bank.pl" <a7@evil.example>', [("", "a7@evil.example")]),
    "their own": (b'"Jan Kowalski (jan@k.example)" <jan@k.example>', [("Jan Kowalski (jan@k.example)", "jan@k.example")]),
    "no address": (b'"Jan @ Kancelaria P@rtner" <jan@k.example>', [("Jan @ Kancelaria P@rtner", "jan@k.example")]),
    "the same with a wide sign": ('"kontakt＠bank.pl" <a7@evil.example>'.encode(), [("", "a7@evil.example")]),
    "the same in encoded words": (b"=?utf-8?Q?Bank_=28kontakt=40bank.pl=29?=, <a7@evil.example>", [("", "a7@evil.example")]),
    "empty brackets": (b"<>", []),
    "raw 8-bit name": ("Łucja".encode("cp1250") + b" <l@example.pl>", [("Łucja", "l@example.pl")]),
    "line break in a name": (b"Jan\r\n Nowak <jan@example.pl>", [("Jan Nowak", "jan@example.pl")]),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "meant"), PEOPLE.values(), ids=PEOPLE.keys())
def test_people_are_told_apart_whatever_the_commas(raw: bytes, meant: list[tuple[str, str]]) -> None:
    assert [(person.name, person.address) for person in addresses.read(raw)] == meant


def test_a_servers_word_for_the_sender_is_read_by_the_same_rule() -> None:
    assert envelope_address(b"kontakt@bank.pl", b"a7@evil.example") == Mailbox("", "a7@evil.example")


def test_ten_thousand_recipients_are_cut_at_the_limit_and_said_so() -> None:
    parsed = scan(b"To: " + b", ".join(b"a%d@example.pl" % n for n in range(10_000)) + b"\r\n\r\n")
    assert len(parsed.to) == LIMITS.addresses
    assert "addresses.limit" in parsed.defects


def test_two_to_fields_are_both_read_but_the_first_subject_wins() -> None:
    parsed = scan(b"To: a@x.pl\nSubject: one\nTo: b@x.pl\nSubject: two\n\n")
    assert [person.address for person in parsed.to] == ["a@x.pl", "b@x.pl"]
    assert parsed.subject == "one"


DATES = {
    "usual": (b"Sun, 22 Nov 2026 10:00:00 +0100", datetime(2026, 11, 22, 9, tzinfo=UTC), False),
    "named zone": (b"22 Nov 2026 10:00 GMT", datetime(2026, 11, 22, 10, tzinfo=UTC), False),
    "a comment": (b"Sun, 22 Nov 2026 10:00:00 -0500 (EST)", datetime(2026, 11, 22, 15, tzinfo=UTC), False),
    "no zone": (b"Sun, 22 Nov 2026 10:00:00", datetime(2026, 11, 22, 10, tzinfo=UTC), False),
    "leap second": (b"Sat, 31 Dec 2016 23:59:60 +0000", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC), False),
    "before the epoch": (b"Wed, 31 Dec 1969 23:59:59 +0000", datetime(1970, 1, 1, tzinfo=UTC), True),
    "far ahead": (b"Sun, 22 Nov 9999 10:00:00 +0100", datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC), True),
    "a zone of four days": (b"Sun, 22 Nov 2026 10:00:00 +9900", datetime(2026, 11, 22, 10, tzinfo=UTC), False),
    "a year of a hundred digits": (b"1 Jan " + b"9" * 100 + b" 10:00:00 +0000", datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC), True),
    "the thirty-first of February": (b"31 Feb 2026 10:00:00 +0000", None, False),
    "words": (b"yesterday", None, False),
    "nothing": (b"", None, False),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "moment", "clamped"), DATES.values(), ids=DATES.keys())
def test_a_date_is_a_moment_within_reason_or_nothing(raw: bytes, moment: datetime | None, clamped: bool) -> None:
    assert dates.read(raw) == (moment, clamped)


def test_a_date_keeps_its_senders_zone_for_showing() -> None:
    moment, _ = dates.read(b"Sun, 22 Nov 2026 10:00:00 +0100")
    assert moment is not None
    assert moment.utcoffset() == timedelta(hours=1)


def test_ids_lose_their_brackets_and_repeats_and_keep_root_and_newest() -> None:
    assert headers.ids(b"<a@x>\r\n <b@x> <a@x>") == ["a@x", "b@x"]
    assert headers.ids(b"naked@x") == ["naked@x"]
    many = headers.ids(b" ".join(b"<%d@x>" % n for n in range(5_000)))
    assert (len(many), many[0], many[-1]) == (LIMITS.references, "0@x", "4999@x")


PARAMETERS = {
    "quoted": (b'a/b; name="x; y.pdf"', {"name": "x; y.pdf"}),
    "bare with blanks": (b"a/b; name=moja umowa.pdf", {"name": "moja umowa.pdf"}),
    "continued": (b'a/b; name*0="umo"; name*1="wa.pdf"', {"name": "umowa.pdf"}),
    "continued out of order": (b'a/b; name*1="wa.pdf"; name*0="umo"', {"name": "umowa.pdf"}),
    "charset and percent": (b"a/b; name*=iso-8859-2''%B1.pdf", {"name": "ą.pdf"}),
    "continued and encoded": (b"a/b; name*0*=utf-8'pl'za%C5; name*1*=%82; name*2=.pdf", {"name": "zał.pdf"}),
    "encoded beats plain": (b"a/b; name=zal.pdf; name*=utf-8''za%C5%82.pdf", {"name": "zał.pdf"}),
    "an encoded word where none may be": (b'a/b; name="=?utf-8?Q?za=C5=82.pdf?="', {"name": "zał.pdf"}),
    "quote never closed": (b'a/b; name="x.pdf', {"name": "x.pdf"}),
    "semicolons alone": (b"a/b; ; ;; charset=utf-8;", {"charset": "utf-8"}),
    "a silly section number": (b"a/b; name*99999999999999999=x", {"name": "x"}),
}


@pytest.mark.parametrize(("raw", "meant"), PARAMETERS.values(), ids=PARAMETERS.keys())
def test_parameters_come_together_again(raw: bytes, meant: dict[str, str]) -> None:
    assert headers.parameters(raw) == meant


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\jan\\umowa.pdf", "umowa.pdf"),
        ("..", ""),
        ("a\x00b\r\n.pdf", "a b .pdf"),
        ("faktura\u200f\u200b\U000e0041.pdf" + "\u0301" * 100, "faktura.pdf" + "\u0301" * 4),
        ("x" * 500 + ".pdf", "x" * (LIMITS.filename - 4) + ".pdf"),
    ],
)
def test_a_file_name_names_a_file_and_no_place(name: str, safe: str) -> None:
    assert filename(name) == safe


def test_headers_alone_are_read_from_a_prefix_that_ends_anywhere() -> None:
    whole = b"Subject: abc\r\nFrom: jan@example.pl\r\nMessage-ID: <1@x>\r\n\r\nbody"
    found = scan_headers(whole)
    assert (found.subject, found.from_[0].address, found.message_id) == ("abc", "jan@example.pl", "1@x")
    for end in range(len(whole)):
        scan_headers(whole[:end])


def test_a_header_block_beyond_the_limit_is_marked_and_the_body_still_found() -> None:
    parsed = scan(b"Subject: first\n" + b"X-Long: " + b"x" * (LIMITS.header_block + 10) + b"\nTo: late@x.pl\n\nbody")
    assert (parsed.subject, parsed.to, parsed.defects) == ("first", [], ["header.limit"])
    assert parsed.parts[0].length == 4
