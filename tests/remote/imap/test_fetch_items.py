"""What single items of a FETCH mean."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.mail import UNDATED, Envelope
from teczka.remote.imap.dates import internaldate
from teczka.remote.imap.envelope import envelope
from teczka.remote.imap.fetch import flags_of, items_of, usual_items
from teczka.remote.imap.reader import Response
from teczka.remote.imap.responses import Untagged
from teczka.remote.imap.tokens import NotImap, Value, values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b" 5-Nov-2026 10:00:00 +0100", datetime(2026, 11, 5, 9, tzinfo=UTC)),
        (b"17-jul-1996 02:44:25 -0700", datetime(1996, 7, 17, 9, 44, 25, tzinfo=UTC)),
        (b"31-Dec-2016 23:59:60 +0000", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (b"01-Jan-2020 00:00:00", datetime(2020, 1, 1, tzinfo=UTC)),
        (b"31-Feb-2020 00:00:00 +0000", UNDATED),
        (b"01-Foo-2020 00:00:00 +0000", UNDATED),
        (b"01-Jan-0001 00:00:00 +2300", UNDATED),
        (b"01-Jan-2020 00:00:00 +9999", UNDATED),
        (
            b"31-Dec-9999 23:59:59 +0000",
            UNDATED,
        ),  # tomorrow in Warsaw: no datetime can say it, and no list could be shown
        (b"yesterday", UNDATED),
        (None, UNDATED),
    ],
)
def test_internaldate(text: bytes | None, expected: datetime) -> None:
    assert internaldate(text) == expected


@given(st.one_of(st.none(), st.binary(), st.from_regex(rb"\A ?\d\d?-Jan-\d{4} \d\d:\d\d:\d\d [+-]\d{4}\Z")))
def test_every_date_is_some_moment_in_utc_and_in_every_zone(text: bytes | None) -> None:
    moment = internaldate(text)
    assert moment.tzinfo is UTC
    for hours in (-14, 14):
        moment.astimezone(timezone(timedelta(hours=hours)))


def test_an_envelope() -> None:
    line = (
        b'("Thu, 5 Nov 2026 10:00:00 +0100" "=?utf-8?q?Pozew?=" (("Anna" NIL "anna" "example.pl")) NIL NIL'
        b' ((NIL NIL "team" NIL) ("B" NIL "b" "x.pl") (NIL NIL NIL NIL)) NIL NIL "<a@b>" "<c@d>")'
    )
    assert envelope(values([line])[0]) == Envelope(
        date=b"Thu, 5 Nov 2026 10:00:00 +0100",
        subject=b"=?utf-8?q?Pozew?=",
        from_=((b"Anna", b"anna@example.pl"),),
        to=((b"B", b"b@x.pl"),),
        cc=(),
        in_reply_to=b"<a@b>",
        message_id=b"<c@d>",
    )


@pytest.mark.parametrize("value", [None, b"x", [], [b"x"] * 9, [b"x"] * 10, [None, None, [[b"a"]], *[None] * 7]])
def test_an_envelope_that_makes_no_sense_is_none(value: Value) -> None:
    assert envelope(value) is None


USUAL = (b"UID 7", b"FLAGS (\\Seen $Label)", b'INTERNALDATE " 5-Nov-2026 10:00:00 +0100"', b"RFC822.SIZE 3")
ODD = (b"FLAGS ()", b"FLAGS (NIL (x))", b"UID nil", b'INTERNALDATE "a\\"b"', b"INTERNALDATE NIL", b"MODSEQ (5)", b"X")


@given(st.permutations(USUAL))
def test_a_usual_answer_is_known_in_any_order(items: list[bytes]) -> None:
    told = usual_items([b" (" + b" ".join(items) + b" BODY[] {3}", bytearray(b"abc"), b")"])
    assert told is not None
    assert told[b"UID"] == b"7"


@given(st.lists(st.sampled_from(USUAL + ODD), max_size=6), st.sampled_from([b")", b" UID 8)", b""]))
def test_a_usual_answer_says_what_its_tokens_say_and_any_other_is_left_to_them(items: list[bytes], end: bytes) -> None:
    pieces: Response = [b" (" + b" ".join([*items, b"BODY[] {3}"]), bytearray(b"abc"), end]
    told = usual_items(pieces)
    try:
        assert told is None or told == items_of(Untagged("FETCH", 1, pieces))
    except NotImap:
        raise AssertionError(items) from None


def test_a_flag_is_an_atom_and_what_is_none_is_left_out() -> None:
    """No text in PostgreSQL holds a NUL, and keywords are kept with spaces between them."""
    line = b'(\\Seen \\reCENT a\x00b \x7f "a b" "" () $Done w\xc4\x85tek {3}'
    told = values([line, bytearray(b"lit"), b")"])[0]
    assert flags_of({b"FLAGS": told}) == {"\\Seen", "$Done", "w\\xc4\\x85tek"}


def test_flags_beyond_any_number_or_length_are_left_out() -> None:
    told: list[Value] = [b"x" * 101, b"y" * 100, *(b"k%d" % number for number in range(300))]
    assert flags_of({b"FLAGS": told}) == {"y" * 100, *(f"k{number}" for number in range(198))}


def test_many_flags_are_not_remembered_and_few_are() -> None:
    """A cache keeps what a stranger sent for as long as the process lives."""
    for count, remembered in ((3, True), (100, False)):
        flags = b"(" + b" ".join(b"flag%d" % number for number in range(count)) + b")"
        pieces: Response = [b" (" + b" ".join([USUAL[0], b"FLAGS " + flags, *USUAL[2:], b"BODY[] {1}"]), b"x", b")"]
        first, second = usual_items(pieces), usual_items(pieces)
        assert first
        assert second
        assert (first[b"FLAGS"] is second[b"FLAGS"]) is remembered
        assert (flags_of(first) is flags_of(second)) is remembered
