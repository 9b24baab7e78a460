"""Plain text of pages, the quoted tail, what a message answers, and plain text as a page."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.mime import preview, text, threading
from teczka.mime.limits import LIMITS
from teczka.mime.parse import Headers
from teczka.mime.sanitize import sanitize

PAGES = {
    "paragraphs": ("<p>Raz</p><p>dwa</p>", "Raz\n\ndwa"),
    "a word across tags": ("<p>pi<b>sm</b>o</p>", "pismo"),
    "line ends of the source are blanks": ("<p>Raz\r\n  dwa</p>", "Raz dwa"),
    "a break": ("Raz<br>dwa<br/>trzy", "Raz\n\ndwa\n\ntrzy"),
    "cells": ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\n\nc"),
    "what is not read": ("<head><title>t</title><style>p{}</style></head><body><script>x</script>a", "a"),
    "entities": ("a&nbsp;b &amp; &#322;", "a b & ł"),
    "signs that nobody sees": (
        "odszko&shy;dowanie nie&zwnj;zwłocznie &#847; &zwnj; &nbsp;",
        "odszkodowanie niezwłocznie",
    ),
    "preformatted": ("<pre>a\nb</pre>", "a\nb"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("html", "meant"), PAGES.values(), ids=PAGES.keys())
def test_a_page_reads_as_its_words(html: str, meant: str) -> None:
    assert text.of_html(html).replace("\n\n", "\n") == meant.replace("\n\n", "\n")


QUOTES = {
    "Thunderbird, Polish": "Zgoda.\n\nW dniu 12.03.2024 o 10:00, Jan Nowak pisze:\n> Czy zgoda?\n",
    "Gmail, Polish": "Zgoda.\n\nśr., 5 mar 2024 o 10:00 Jan Nowak <jan@x.pl> napisał(a):\n\n> Czy zgoda?\n",
    "Gmail, Polish, on two lines": "Zgoda.\n\nW dniu śr., 5 mar 2024 o 10:00 Jan Nowak\n<jan@x.pl> napisał(a):\n\n> Czy zgoda?\n",
    "Gmail, English": "Agreed.\n\nOn Tue, Mar 5, 2024 at 10:00 AM Jan <jan@x.pl> wrote:\n> ?\n",
    "Outlook, Polish": "Zgoda.\n\nOd: Jan Nowak <jan@x.pl>\nWysłano: wtorek, 5 marca 2024 10:00\nDo: Ewa\nTemat: Zgoda\n\nCzy?\n",
    "Outlook, English": "Agreed.\n\nFrom: Jan <jan@x.pl>\nSent: Tuesday\nTo: Ewa\n\n?\n",
    "Outlook, with a rule": "Zgoda.\n\n________________________________\nOd: Jan\nWysłano: dziś\n",
    "old Outlook": "Zgoda.\n\n-----Wiadomość oryginalna-----\nOd: Jan\n",
    "marks alone": "Zgoda.\n\n> Czy zgoda?\n>\n> Jan\n\n",
}


@pytest.mark.parametrize("whole", QUOTES.values(), ids=QUOTES.keys())
def test_the_quoted_tail_is_told_from_what_was_written_now(whole: str) -> None:
    assert whole[: text.own_length(whole)].strip() in {"Zgoda.", "Agreed."}


@pytest.mark.parametrize(
    "whole", ["", "Jak Pan napisał: zgoda.\nDalej.", "> pytanie\nodpowiedź", "Od: jutra", "> sam cytat"]
)
def test_a_letter_without_a_tail_stays_whole(whole: str) -> None:
    assert text.own_length(whole) == len(whole)


def test_a_snippet_is_one_line_of_what_was_written_now() -> None:
    assert text.snippet("Zgoda,\n  panie mecenasie.\n\nOn 1 May 2024 Jan wrote:\n> x") == "Zgoda, panie mecenasie."
    assert text.snippet("słowo " * 100, 20) == "słowo słowo słowo…"


def test_a_message_is_linked_by_its_references_and_what_it_answers() -> None:
    assert threading.links(Headers(message_id="c", references=["a", "b", "c"], in_reply_to=["b", "x"])) == ["a", "b"]
    assert threading.links(Headers(in_reply_to=["x", "noise@x"])) == ["x"]
    assert threading.links(Headers(references=["a", "b", "c"], in_reply_to=["b"])) == ["a", "c", "b"], (
        "the nearest last"
    )


def test_plain_text_is_escaped_before_links_are_made() -> None:
    page = preview.plain('<img src=x onerror=alert(1)> https://x.pl/?a="><script> & www.sad.gov.pl. jan@x.pl')
    assert "<img" not in page
    assert "<script" not in page
    assert 'href="https://x.pl/?a="' in page
    assert 'href="https://www.sad.gov.pl"' in page
    assert 'href="mailto:jan@x.pl"' in page


def test_lines_that_turn_from_quoted_to_not_at_each_end_make_no_giant_page() -> None:
    text = (">" * 12 + "\nx\n") * 100_000
    page = preview.plain(text)
    assert len(page) < 4 * len(text)
    assert page.count("<blockquote>") == page.count("</blockquote>")


@pytest.mark.parametrize(
    "line", ["<" * 63, '"' * 63, ">" * 60 + " x", "a@b.cc " * 9, "I C 1/26 " * 8, "www.a.b " * 8, ">\nx\n" * 15]
)
def test_whatever_a_text_is_made_of_its_page_is_no_flood_though_it_is_escaped_twice(line: str) -> None:
    page = preview.plain((line + "\n") * 160_000, ())
    assert len(escape(page)) < 6_000_000


def test_a_long_text_is_cut_between_words() -> None:
    shown = preview.beginning("słowo " * 1_000_000)
    assert LIMITS.shown - 6 < len(shown) <= LIMITS.shown
    assert shown.endswith("słowo")
    assert preview.beginning("a" * 2_000_000) == "a" * LIMITS.shown


def test_quoted_lines_become_quotations_within_one_another() -> None:
    assert preview.plain("a\n> b\n>> c\nd") == (
        '<div class="text">a</div><blockquote><div class="text">b</div><blockquote><div class="text">c</div></blockquote>'
        '</blockquote><div class="text">d</div>'
    )


@given(st.text(alphabet=st.sampled_from("<>&\"'`a:/.@ \n>=wh tps\x00ą()"), max_size=80))
def test_any_plain_text_makes_a_page_that_the_sanitiser_leaves_alone(given_text: str) -> None:
    page = preview.plain(given_text)
    shown = text.of_html(page)
    assert text.of_html(sanitize(page, cid=lambda name: None).html) == shown
    assert page.count("<div") == page.count("</div>")


def test_the_frames_document_allows_nothing_but_styles_and_given_images() -> None:
    page = preview.document("<p>x</p>", images="https://mail.example/i/")
    assert "default-src &#x27;none&#x27;" in page
    assert "img-src https://mail.example/i/;" in page
    assert '<html data-kind="html">' in page
    assert "<body><p>x</p></body>" in page
    assert "<script" not in page
    assert '<html data-kind="text">' in preview.document("x", plain=True)
