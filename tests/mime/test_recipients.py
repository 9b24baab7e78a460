"""Addresses as people enter them, and as the wire wants them."""

import pytest

from teczka.core.errors import Problem, Trouble
from teczka.core.recipients import Mailbox
from teczka.mime.recipients import pasted, wire


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
