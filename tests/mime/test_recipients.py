"""Addresses as people enter them, and as the wire wants them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.errors import Problem, Trouble
from teczka.core.recipients import Mailbox
from teczka.mime.recipients import parted, pasted, wire


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (" anna@kancelaria.example ", "anna@kancelaria.example"),
        ("Anna.Żak@kancelaria.example", "Anna.Żak@kancelaria.example"),
        ("jan@żółw.example", "jan@xn--w-uga1v8h.example"),
        ("jan@ŻÓŁW.example", "jan@xn--w-uga1v8h.example"),
        (
            "jan@straße.example",
            "jan@xn--strae-oqa.example",
        ),  # IDNA 2003 would write to strasse.example, which is somebody else's
        ("o'hara+x&y@a-b.c_d.example", "o'hara+x&y@a-b.c_d.example"),
        ("jan..k@docomo.example", '"jan..k"@docomo.example'),
        ("jan.@docomo.example", '"jan."@docomo.example'),
        ("root@localhost", "root@localhost"),
    ],
)
def test_an_address_is_said_as_the_wire_wants_it(typed: str, said: str) -> None:
    assert wire(typed) == said


@pytest.mark.parametrize(
    "bad",
    ["", "jan", "@x.pl", "jan@", "jan@x..pl", "jan@-x.pl", "jan@x.pl.", "jan kowalski@x.pl", "jan@x.pl> NOTIFY=NEVER", "<jan@x.pl>",
     "a,b@x.pl", "a@b@x.pl",     '"a b"@x.pl', "jan@[127.0.0.1]", "jan@x.pl\r\nRCPT TO:<y@x.pl>", "jan\n@x.pl", "jan@x\0.pl",
     f"{'a' * 65}@x.pl", f"a@{'b' * 64}.pl", f"a@{'b.' * 130}pl"],
)  # fmt: skip
def test_what_is_no_address_is_refused(bad: str) -> None:
    with pytest.raises(Problem) as refused:
        wire(bad)
    assert refused.value.trouble == Trouble.ADDRESS_SPELLING


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("a@x.pl, b@x.pl; c@x.pl\nd@x.pl\te@x.pl", ["a@x.pl", "b@x.pl", "c@x.pl", "d@x.pl", "e@x.pl"]),
        ("Kowalski, Jan <a@x.pl>; Żak Anna <b@x.pl>", ["Kowalski, Jan|a@x.pl", "Żak Anna|b@x.pl"]),
        ('"Nowak, Jan; Spółka" <a@x.pl>, =?utf-8?q?=C5=BBak?= <b@x.pl>', ["Nowak, Jan; Spółka|a@x.pl", "Żak|b@x.pl"]),
        ("Zarząd: Jan <a@x.pl>, b@x.pl;, c@x.pl", ["Jan|a@x.pl", "b@x.pl", "c@x.pl"]),
        ("a@x.pl (Jan)\r\nA@X.pl", ["Jan|a@x.pl"]),
        ("jan@żółw.example", ["jan@żółw.example"]),
        ("mailto:a@x.pl", ["a@x.pl"]),
    ],
)
def test_a_pasted_list_is_read(text: str, addresses: list[str]) -> None:
    found, _ = pasted(text)
    assert [f"{one.name}|{one.address}".lstrip("|") for one in found] == addresses


def test_what_is_no_address_in_a_list_is_named() -> None:
    assert pasted("a@x.pl, Jan Kowalski; b@@x.pl, ,;") == ([Mailbox("", "a@x.pl")], ["Jan Kowalski", "b@@x.pl"])


@pytest.mark.parametrize(
    ("text", "local", "domain"),
    [
        (" Anna.Lipowa@Lipowa.PL ", "Anna.Lipowa", "lipowa.pl"),
        ("anna@źródło.example", "anna", "xn--rdo-gna01bwk.example"),
        ("anna@STRAßE.example", "anna", "xn--strae-oqa.example"),
        ("anna@lipowa.com.pl.", "anna", "lipowa.com.pl"),
        ('"a@b"@lipowa.pl', '"a@b"', "lipowa.pl"),
        ("anna@xn--rdo-gna01bwk.example", "anna", "xn--rdo-gna01bwk.example"),
    ],
)
def test_an_address_is_taken_apart(text: str, local: str, domain: str) -> None:
    address = parted(text)
    assert (address.text, address.local, address.domain) == (text.strip(), local, domain)


@pytest.mark.parametrize(
    "text",
    [
        "", "anna", "anna@", "@lipowa.pl", "anna@lipowa", "anna@127.0.0.1", "anna@[127.0.0.1]", "anna@li_powa.pl", "an na@lipowa.pl",
        "anna@lipowa..pl", "anna@-lipowa.pl", "anna@lipowa.pl/x", "anna@lipowa.pl:993", "an\0na@lipowa.pl", "a" * 65 + "@lipowa.pl",
        "anna@" + "a" * 64 + ".pl", "anna@" + "a." * 130 + "pl", "anna@lipowa.pl\r\nX: y", "anna@" + "ź" * 64 + ".pl",
    ],
)  # fmt: skip
def test_what_is_no_address_is_said_to_be_none(text: str) -> None:
    with pytest.raises(Problem) as caught:
        parted(text)
    assert caught.value.trouble is Trouble.ADDRESS_SPELLING


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_a_problem(text: str) -> None:
    try:
        address = parted(text)
    except Problem:
        return
    assert address.domain.isascii()
    assert not set(address.domain) & set("/:@?# \r\n\0")
