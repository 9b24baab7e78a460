"""What stands below an answer: what was shown, and nothing that was hidden."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from teczka.core.recipients import Mailbox
from teczka.mime.limits import LIMITS
from teczka.mime.quoting import Quote, Quoted, for_forward, for_reply, forward_subject, reply_subject
from teczka.mime.references import linked
from teczka.mime.sanitize import sanitize

WARSAW = timezone(timedelta(hours=2))
PICTURE = "/messages/1/parts/2/?inline=1"


def letter(html: str = "", text: str = "") -> Quoted:
    clean = sanitize(html, cid=lambda name: PICTURE).html if html else ""
    return Quoted(
        [Mailbox("Jan <b>", "jan@example.pl")],
        [Mailbox("", "anna@example.pl")],
        [],
        "Umowa",
        datetime(2026, 5, 3, 12, 4, tzinfo=WARSAW),
        text,
        clean,
    )


def cid(address: str) -> str | None:
    return "cid:p@x" if address == PICTURE else None


def test_an_answer_says_who_wrote_when_and_marks_each_line() -> None:
    quote = for_reply(letter(text="Dzień dobry,\n\n> stare\n1 < 2"), "pl", cid)
    assert (
        quote.text
        == "W dniu 3.05.2026 o 12:04 Jan <b> <jan@example.pl> napisał(a):\n> Dzień dobry,\n>\n>> stare\n> 1 < 2"
    )
    assert quote.html == (
        "<div>W dniu 3.05.2026 o 12:04 Jan &lt;b&gt; &lt;jan@example.pl&gt; napisał(a):</div>"
        '<blockquote type="cite">Dzień dobry,<br><br>&gt; stare<br>1 &lt; 2</blockquote>'
    )
    assert for_reply(letter(text="x"), "en", cid).text.startswith("On 3 May 2026 at 12:04, Jan")


def test_a_forwarded_letter_has_its_head_above_it() -> None:
    quote = for_forward(letter("<p>Treść <b>listu</b></p>"), "pl", cid)
    assert quote.text == (
        "---------- Wiadomość przekazana ----------\nOd: Jan <b> <jan@example.pl>\nData: 3.05.2026 o 12:04\n"
        "Temat: Umowa\nDo: anna@example.pl\n\n"
        "Treść listu"
    )
    assert "<div><b>Od:</b> Jan &lt;b&gt; &lt;jan@example.pl&gt;</div>" in quote.html
    assert quote.html.endswith("<div><p>Treść <b>listu</b></p></div>")
    assert "blockquote" not in quote.html


@pytest.mark.parametrize(
    ("language", "said"), [("pl", "zacytowano tylko jej początek"), ("en", "only its beginning is quoted")]
)
@pytest.mark.parametrize("make", [for_reply, for_forward])
def test_of_a_flood_of_text_the_beginning_is_quoted_and_that_is_said(
    make: Callable[..., Quote], language: str, said: str
) -> None:
    flood = letter(text="Zażółć gęślą jaźń.\n" * 600_000)
    quote = make(flood, language, cid)
    for words in (quote.html, quote.text):
        assert said in words
        assert "Zażółć" in words
        assert len(words) < 2 * LIMITS.shown
    assert said not in make(letter(text="Krótko."), language, cid).text


def test_no_date_is_made_up_for_a_letter_that_has_none() -> None:
    undated = replace(letter(text="x"), date=None)
    assert for_reply(undated, "pl", cid).text.startswith("Jan <b> <jan@example.pl> napisał(a):\n")
    assert for_reply(undated, "en", cid).text.startswith("Jan <b> <jan@example.pl> wrote:\n")
    assert "Od: Jan <b> <jan@example.pl>\nTemat: Umowa\n" in for_forward(undated, "pl", cid).text
    assert "Date" not in for_forward(undated, "en", cid).html


KOBOLDS = {
    "not displayed": '<div style="display:none">KOBOLD</div>',
    "by a rule of the letter": "<style>.k{display:none} #k b{color:#fff}</style><p class=k>KOBOLD</p><div id=k><b>KOBOLD</b></div>",
    "invisible": '<p style="visibility:hidden">KOBOLD</p>',
    "transparent": '<p style="opacity:0.05">KOBOLD</p>',
    "transparent letters": '<p style="color:transparent">KOBOLD</p><p style="color:rgba(0,0,0,0)">KOBOLD</p>',
    "white on white": '<p style="color:white">KOBOLD</p><font color="#FEFEFE">KOBOLD</font>',
    "black on black": '<table bgcolor="000000"><tr><td><span style="color:#010101">KOBOLD</span></td></tr></table>',
    "too small": '<p style="font-size:1px">KOBOLD</p><p style="font-size:0">KOBOLD</p><p style="font-size:.1em">KOBOLD</p>',
    "pushed away": '<p style="text-indent:-9999px">KOBOLD</p><p style="margin-left:-500em">KOBOLD</p>',
    "a picture in it": '<div style="display:none"><img src="cid:KOBOLD" alt="KOBOLD">KOBOLD<b>KOBOLD</b></div>',
}


@pytest.mark.parametrize("hidden", KOBOLDS.values(), ids=KOBOLDS)
def test_text_that_was_hidden_is_not_quoted(hidden: str) -> None:
    for make in (for_reply, for_forward):
        quote = make(letter(f"<p>Przed</p>{hidden}<p>Po</p>", text="KOBOLD"), "pl", cid)
        for told in (quote.html, quote.text):
            assert "KOBOLD" not in told
            assert "Przed" in told
            assert "Po" in told
        assert "<img" not in quote.html
        assert not any(mark in quote.html for mark in ("class", "id=", "<style"))


@pytest.mark.parametrize(
    "shown",
    [
        '<div style="visibility:hidden"><b style="visibility:visible">WIDOCZNE</b></div>',
        '<div style="color:#fff"><b style="background-color:navy">WIDOCZNE</b></div>',
        '<table bgcolor="#112233"><tr><td style="color:#fff">WIDOCZNE</td></tr></table>',
        '<div style="font-size:0"><span style="font-size:14px">WIDOCZNE</span></div>',
        '<div style="color:#fff"><a href="https://x.example">WIDOCZNE</a></div>',
        '<p style="font-size:xx-small;text-indent:-1em;opacity:.5;color:#767676">WIDOCZNE</p>',
    ],
)
def test_text_that_was_shown_is_quoted(shown: str) -> None:
    quote = for_reply(letter(shown), "pl", cid)
    assert "WIDOCZNE" in quote.html
    assert "WIDOCZNE" in quote.text


def test_pictures_of_the_letter_come_along_and_those_from_outside_stay_away() -> None:
    html = '<img src="cid:a"><img src="https://spy.example/1" alt="<i>Logo</i>"><img src="https://spy.example/2"><p style="background:url(https://spy.example/3)">x</p>'
    quote = for_reply(letter(html), "pl", cid)
    assert '<img src="cid:p@x">' in quote.html
    assert quote.html.count("<img") == 1
    assert "[&lt;i&gt;Logo&lt;/i&gt;]" in quote.html
    assert "spy.example" not in quote.html


@pytest.mark.parametrize(
    ("subject", "answer", "forwarded"),
    [
        ("Pozew", "Re: Pozew", "Fwd: Pozew"),
        ("Odp: RE: Pozew", "Re: Pozew", "Fwd: Pozew"),
        ("PD: Re[2]: FW: Pozew", "Re: Pozew", "Fwd: Pozew"),
        ("Rekurs: termin", "Re: Rekurs: termin", "Fwd: Rekurs: termin"),
        ("Odp.: Re: Pozew", "Re: Pozew", "Fwd: Pozew"),
        ("Umowa, tr: 3, aneks", "Re: Umowa, tr: 3, aneks", "Fwd: Umowa, tr: 3, aneks"),
        ("", "Re:", "Fwd:"),
    ],
)
def test_a_subject_bears_its_mark_once(subject: str, answer: str, forwarded: str) -> None:
    assert (reply_subject(subject), forward_subject(subject)) == (answer, forwarded)


def test_our_links_to_references_stay_at_home() -> None:
    page, named = linked("<p>w sprawie <b>I C</b>&nbsp;12/24</p>")
    assert named
    quoted = for_reply(replace(letter(), html=page), "pl", cid).html
    assert "<p>w sprawie <b>I C</b>&nbsp;12/24</p>" in quoted
    assert "/references/" not in quoted
