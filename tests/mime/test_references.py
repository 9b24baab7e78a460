"""References in a message, and the links to them: only ever around words of a page that is safe already."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from teczka.core.numbering import pattern
from teczka.core.references import Place, Reference, parse
from teczka.mime.preview import plain
from teczka.mime.reading import read
from teczka.mime.references import MOST, MOST_LINKS, address, linked, mentions, named, unlinked
from teczka.mime.sanitize import sanitize
from tests.core.labelled_references import labelled
from tests.mime.test_sanitize import PAYLOADS, SCRAPS

OWN = [pattern("KAN/{number}/{year}"), pattern("{letters}-<{number}>")]
LINK = '<a class="reference" href="/references/{}/" target="_blank" rel="noopener noreferrer">{}</a>'


def clean(html: str) -> str:
    return sanitize(html, cid=lambda name: None).html


def page(html: str) -> str:
    return linked(clean(html), OWN)[0]


class Links(HTMLParser):
    """Every link with its words; asserts that none is within another."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._open = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            assert not self._open
            self._open = True
            self.found.append((dict(attrs).get("href") or "", ""))

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "a"

    def handle_data(self, data: str) -> None:
        if self._open:
            self.found[-1] = (self.found[-1][0], self.found[-1][1] + data)


def words(html: str) -> str:
    body = LexborHTMLParser(html).body
    return body.text() if body is not None else ""


def framed(html: str) -> str:
    """Without what may be a span in place of an <a> that leads nowhere."""
    return re.sub(r"<(?:/?span|a(?![^>]* href=)|/a)(?: [^>]*)?>", "", html)


def in_browser(html: str) -> str:
    body = LexborHTMLParser(html).body
    return (body.inner_html or "") if body is not None else ""


@pytest.mark.parametrize(
    ("html", "links"),
    [
        ("<p>Sygn. akt I C 12/24.</p>", [("I%20C%2012/24", "I C 12/24")]),
        ("<p>I&nbsp;C<br>12/24</p>", [("I%20C%2012/24", "I\xa0C"), ("I%20C%2012/24", "12/24")]),
        ("<p>Sygn.<b>I </b><i>C</i> 12/2<wbr>4</p>", [("I%20C%2012/24", one) for one in ("I ", "C", " 12/2", "4")]),
        ("<tr><td>I C</td>\n<td>12/24", [("I%20C%2012/24", "I C"), ("I%20C%2012/24", "12/24")]),
        ("KIO 12/24 i 13/24", [("KIO%2012/24", "KIO 12/24"), ("KIO%2013/24", "13/24")]),
        ("znak: kan/007/24", [("KAN/7/2024", "kan/007/24")]),
        ("R&amp;D, ab-&lt;3&gt;", [("AB-%3C3%3E", "ab-<3>")]),
    ],
)  # fmt: skip
def test_a_reference_is_a_link_to_its_page_however_the_letter_sets_it(html: str, links: list[tuple[str, str]]) -> None:
    html = f"<table>{html}</table>" if html.startswith("<tr>") else html
    assert Links(page(html)).found == [(f"/references/{where}/", shown) for where, shown in links]


def test_what_is_a_link_already_stays_the_one_it_is() -> None:
    html = clean(
        '<a href="https://ok.example/">sprawa <b>I C</b></a> 12/24 i <a href="https://ok.example/">II K 3/23</a>'
    )
    assert linked(html)[0] == html
    assert [one.written for one in linked(html)[1]] == ["I C 12/24", "II K 3/23"]


def test_a_bookmark_of_outlooks_is_no_link() -> None:
    html = page(
        '<p><a name="_MailOriginal"><b style="color:red">Sygn. I C 12/24</b></a> i <a href="https://ok.example/">x</a>'
    )
    assert html.startswith('<p><span><b style="color:red">Sygn. <a class="reference"')
    assert [shown for _, shown in Links(html).found] == ["I C 12/24", "x"]


def test_signs_of_markup_in_words_and_values_stay_what_they_are() -> None:
    html = clean('<p title="a &lt;b&gt; I C 1/24 &quot;">&lt;b&gt; "I C 2/24" &amp;amp; <img alt="II K 3/24>">')
    out = linked(html)[0]
    assert Links(out).found == [("/references/I%20C%202/24/", "I C 2/24")]
    assert unlinked(out) == html


REFERENCES = [
    "I C ",
    "12/24",
    "I&nbsp;C 12/24",
    " sygn. akt ",
    "KAN/7/24",
    "AB-&lt;3>",
    "NIP 5260250995",
    "<p title='I C 3/24>'>",
]
AROUND = [
    "<a href=https://ok.example/>",
    '<a class="reference" href="/references/x/">',
    "</a>",
    "<b>",
    "</b>",
    "<tr>",
    "</td>",
    "<br>",
    " ",
]
SCRAP = st.sampled_from([*PAYLOADS, *SCRAPS, *REFERENCES, *AROUND])


@given(st.lists(SCRAP, max_size=14).map("".join))
@example("<a href=https://ok.example/><table><tr><td>I C 12/24</a> I C 12/24")
def test_links_change_no_word_come_never_in_a_link_and_bring_back_nothing(html: str) -> None:
    before = clean(html)
    after = linked(before, OWN)[0]
    assert words(after) == words(before)
    assert framed(unlinked(after)) == framed(before)
    assert linked(after, OWN)[0] == after
    assert framed(unlinked(in_browser(after))) == framed(
        in_browser(before)
    )  # a browser builds the same page, our links apart
    Links(in_browser(after))


def test_a_letter_cannot_write_such_a_link_itself() -> None:
    assert "/references/" not in clean('<a class="reference" href="/references/I%20C%2012/24/">x</a>')


def test_a_link_leads_to_the_reference_that_it_is_around() -> None:
    for one in (
        *(reference for text in labelled() for reference in text.expected),
        *(one.reference for one in named("AB-<3>", OWN)),
    ):
        where = unquote(address(one))
        assert parse(where.removeprefix("/references/").removesuffix("/"), OWN) == one


def test_plain_text_has_the_same_links_and_addresses_stay_whole() -> None:
    html = plain("I C 12/24 https://ok.example/KIO/I-C 13/24\n> II K\n> 3/23 <b>", OWN)
    assert [where for where, _ in Links(html).found if "ok.example" not in where] == [
        "/references/I%20C%2012/24/",
        "/references/II%20K%203/23/",
    ]
    assert "&lt;b&gt;" in html
    assert "reference" not in plain("I C 12/24")


def test_each_is_told_once_with_the_place_that_says_most() -> None:
    told = mentions(
        "Odp.: I C 12/24",
        ["Wyrok_II_K_3_23.pdf", "2024-05-12_skan.pdf"],
        named("I C 12/24, II\n K 3/23, KAN/7/24 i KAN/07/2024", OWN),
        OWN,
    )
    assert [(one.place, one.written) for one in told] == [
        (Place.SUBJECT, "I C 12/24"),
        (Place.FILE, "II K 3/23"),
        (Place.TEXT, "KAN/7/24"),
    ]


def test_a_letter_full_of_references_is_bounded() -> None:
    html = "<br>".join(f"I C {number}/24" for number in range(1, 3_000))
    reading = read(f"Content-Type: text/html\n\n{html}".encode(), lambda part: None)
    assert len(reading.mentions) == MOST
    assert reading.html.count("<a ") == MOST_LINKS


def test_what_a_page_shows_counts_not_the_text_beside_it() -> None:
    raw = (
        b"Subject: =?utf-8?q?Sygn=2E_I_C_1/24?=\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nI C 2/24\n"
        b"--b\nContent-Type: text/html\n\n<p>I C <b>3/24</b>\n--b--\n"
    )
    reading = read(raw, lambda part: None, OWN)
    one, two = (Reference("C", number, 2024, "I") for number in "13")
    assert [(mention.place, mention.reference) for mention in reading.mentions] == [
        (Place.SUBJECT, one),
        (Place.TEXT, two),
    ]
    assert LINK.format("I%20C%203/24", "3/24") in reading.html


def test_of_a_text_without_end_only_the_beginning_is_linked_when_it_is_shown() -> None:
    page = plain("> I C 12/24\nII C 1/24\n" * 50_000, [])
    assert 0 < page.count('class="reference"') < 60_000
