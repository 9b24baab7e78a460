"""The wall's first part. What comes out is judged as a browser would build it, by allow-lists written here anew."""

import re
import tracemalloc
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from teczka.mime import cascade, charset, css, nesting
from teczka.mime.limits import LIMITS
from teczka.mime.sanitize import Clean, Room, sanitize

PAYLOADS = [
    line
    for line in Path(__file__).with_name("payloads.txt").read_text("utf-8").splitlines()
    if not line.startswith("# ")
]
ELEMENTS = set(
    "html head body a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em"
    " figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s samp section small span strike"
    " strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr".split()
)
ATTRIBUTES = set(
    "style dir lang align href target rel src data-src alt width height border hspace vspace valign bgcolor nowrap cellpadding"
    " cellspacing colspan rowspan span color face size start type value noshade".split()
)
DANGEROUS_STYLE = re.compile(
    r"url|image|var|env|attr|expression|import|position|behavior|binding|animation|transform|@|\\|/\*|<|content|cursor",
    re.IGNORECASE,
)


def clean(html: str) -> Clean:
    return sanitize(html, cid=lambda name: None)


def trouble(html: str) -> list[str]:
    """Everything in the page, as the HTML5 parser sees it, that mail may not have."""
    found = []
    for node in LexborHTMLParser(html).css("*"):
        if node.tag not in ELEMENTS:
            found.append(f"<{node.tag}>")
        for name, value in node.attributes.items():
            found += [f"{node.tag} {name}={value}"] * (not allowed(name, value or ""))
    return found


def allowed(name: str, value: str) -> bool:
    if name == "href":
        return urlsplit(value.strip()).scheme in {"http", "https", "mailto", "tel"}
    if name == "src":
        return re.match(r"data:image/(png|jpe?g|gif|webp);base64,[\w+/=\s]*\Z", value, re.IGNORECASE) is not None
    if name == "data-src":
        return re.match(r"https?://[^/]", value, re.IGNORECASE) is not None
    if name == "style":
        return DANGEROUS_STYLE.search(value) is None
    return (
        name in ATTRIBUTES
        and (name != "target" or value == "_blank")
        and (name != "rel" or value == "noopener noreferrer")
    )


@pytest.mark.parametrize("html", ["<p>" * 690_000, "<p>" + ">" * 2_000_000], ids=["paragraphs", "angles"])
def test_a_page_that_grows_out_of_bounds_is_shown_as_text_and_said_to_be_cut(html: str) -> None:
    made = clean(html)
    assert len(made.html) <= LIMITS.page
    assert "html.limit" in made.defects


def test_a_page_of_ampersands_is_shown_as_text_and_keeps_no_reader_busy() -> None:
    made = clean("<p>" + "&" * 100_000)
    assert "html.nesting" in made.defects  # the sanitiser would take minutes for 2 MB
    assert unescape(made.html).count("&") == 100_000


def test_a_page_of_no_break_spaces_is_shown_as_text_too() -> None:
    assert "html.nesting" in clean("<p>" + "\xa0" * 100_000).defects


def test_signs_by_reference_are_shown_however_many() -> None:
    assert unescape(clean("<p>" + "&#260;&amp;&nbsp;&lt;" * 25_000).html).count("Ą&\xa0<") == 25_000


def test_no_word_of_the_senders_is_shown_above_a_link() -> None:
    bank = 'title="https://www.bank.pl/"'
    assert "title" not in clean(f'<div {bank}><a {bank} href="https://evil.example/"><b {bank}>x</b></a></div>').html


def test_there_are_payloads_of_every_class() -> None:
    assert len(PAYLOADS) >= 150


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_comes_out_harmless_wherever_it_stands(payload: str) -> None:
    for html in (
        payload,
        f"<table><tr><td>{payload}</td></tr></table>",
        f"<p style='color:red'>a{payload}",
        f"<style>p{{color:red}}</style>{payload}",
    ):
        assert trouble(clean(html).html) == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_clean_page_is_a_fixpoint(payload: str) -> None:
    once = clean(payload).html
    assert clean(once).html == once
    assert in_browser(once) == in_browser(in_browser(once))


def in_browser(html: str) -> str:
    body = LexborHTMLParser(html).body
    return (body.inner_html or "") if body is not None else ""


SCRAPS = [
    "<",
    ">",
    '"',
    "'",
    "</",
    "<!--",
    "-->",
    "<p>",
    "</p>",
    "<b>",
    "<table>",
    "<td>",
    "<style>",
    "</style>",
    "<svg>",
    "<math>",
    "&lt;",
]
SCRAPS += ["\0", "ą", "style='color:red'", "x"]
MARKUP = st.lists(st.sampled_from([*PAYLOADS, *SCRAPS]), max_size=12).map("".join)


@given(MARKUP)
def test_any_mixture_comes_out_harmless_and_is_a_fixpoint(html: str) -> None:
    once = clean(html).html
    assert trouble(once) == []
    assert clean(once).html == once


@given(st.text(max_size=80))
def test_any_style_comes_out_harmless_and_is_a_fixpoint(style: str) -> None:
    kept, _ = css.declarations(style)
    assert DANGEROUS_STYLE.search(kept) is None
    assert css.declarations(kept) == (kept, ())


@pytest.mark.parametrize("unit", ["vh", "VW", "vmin", "vmax", "vi", "vb", "dvh", "svw", "lvb"])
def test_no_length_grows_with_the_frame(unit: str) -> None:
    """The frame is as high as its mail: each would push the other."""
    assert css.declarations(f"min-height:100{unit};color:red") == ("color:red", ())


def test_remote_images_are_counted_by_host_and_their_addresses_kept() -> None:
    page = "<img src='https://a.example/1?x=1&amp;y=2'><img src=//b.example/2><td background=//no.example><p style='background:url(https://c.example/3)'>"
    found = clean(page + "<table background=https://a.example/4>")
    assert (found.blocked_images, found.blocked_hosts) == (4, ("a.example", "b.example", "c.example"))
    assert re.findall(r'data-src="([^"]*)"', found.html) == ["https://a.example/1?x=1&amp;y=2", "https://b.example/2"]
    assert " src=" not in found.html


def test_inline_images_get_the_address_that_the_caller_gives() -> None:
    found = sanitize('<img src="cid:logo%40x"><img src=CID:other>', cid={"logo@x": "/i/7"}.get)
    assert found.html == '<img src="/i/7"><img>'
    assert found.blocked_images == 0


def test_a_mail_cannot_write_our_own_addresses() -> None:
    found = sanitize(
        '<img src="cid:a"><img src="/i/8"><a href="/i/7">x</a><a href="/signout">y</a>', cid=lambda name: "/i/7"
    ).html
    assert (found.count("/i/7"), found.count("/i/8"), found.count("signout")) == (1, 0, 0)


def test_links_open_outside_and_tell_nothing() -> None:
    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.append(dict(attrs))

    seen: list[dict[str, str | None]] = []
    Links().feed(clean("<a href=https://ok.example/ target=_top rel=opener>x</a>").html)
    assert seen == [{"href": "https://ok.example/", "target": "_blank", "rel": "noopener noreferrer"}]


def test_outlooks_rules_are_written_into_its_paragraphs() -> None:
    page = (
        "<style><!-- p.MsoNormal, li.MsoNormal {margin:0cm; font-size:11.0pt} #x{color:blue} p{color:red} --></style>"
    )
    found = clean(page + '<p class=MsoNormal>a<p id=x style="margin:1cm">b')
    assert found.html == (
        '<p style="color:red;margin:0cm;font-size:11.0pt">a</p><p style="color:red;color:blue;margin:1cm">b</p>'
    )


@pytest.mark.parametrize(
    ("selector", "styled"),
    [
        (".a", "12"), ("P.a", "2"), (".b.a", "2"), ("#i", "3"), (".a td", "34"), ("table.a td p", "2"), (".a .b", "2"),
        (".a > tbody > tr", "?"), ("tr > td > p", "2"), ("table > p", ""), ("div .a .b", ""), ("td > p, #i", "23"), ("* > td", "34"),
        (".a..b", ""), ("p:first-child", ""), ("[class]", ""),
    ],
)  # fmt: skip
def test_rules_meet_the_elements_that_a_browser_would_give_them_to(selector: str, styled: str) -> None:
    page = "<table class=a lang=1><td lang=4><p class='a b' lang=2>x</p></td><td id=i lang=3>y</td></table><p>z</p>"
    found = LexborHTMLParser(clean(f"<style>{selector}{{color:red}}</style>{page}").html).css("[style]")
    assert "".join(sorted(node.attributes.get("lang") or "?" for node in found)) == styled


def test_a_message_whose_styles_would_cost_too_much_is_shown_without_them() -> None:
    page = "<style>.a q{color:red}</style>" + "<div class=a><q>x</q></div>" * 1_000
    for room in (cascade.Room(matches=20_000), cascade.Room(sheets=40), cascade.Room(written=150_000)):
        pages = [sanitize(page, cid=lambda name: None, room=Room(styles=room)).html for _ in range(3)]
        assert "color" in pages[0]
        assert "color" not in pages[2]
        assert pages[2].count("<q>x</q>") == 1_000


def test_a_large_newsletter_and_one_with_pictures_in_it_keep_their_looks() -> None:
    for rules, rows, picture in ((60, 300, 1_400_000), (300, 1_200, 0)):
        sheet = "".join(f".c{rule} td{{color:red}}" for rule in range(rules))
        body = "".join(f"<tr class=c{row % rules}><td class=x>x" for row in range(rows))
        page = f'<style>{sheet}</style><table>{body}</table><img src="data:image/png;base64,{"A" * picture}">'
        assert clean(page).html.count("color") == rows


def test_what_a_parser_multiplies_counts_as_often_as_it_stands_in_the_tree() -> None:
    fonts = "<p>" + "".join(f"<font size={size}>" for size in range(100)) + "<p>x" * 600
    page = "<style>" + "".join(f".c{rule} font{{color:red}}" for rule in range(100)) + "font{margin:0}</style>" + fonts
    assert "margin" not in clean(page).html


def test_nothing_long_that_a_letter_says_is_kept() -> None:
    tracemalloc.start()
    try:
        css.rules(""), css.declarations(""), charset.codec("")
        before, _ = tracemalloc.get_traced_memory()
        for number in range(100):
            css.declarations(f"{number:05}" + "x" * 3_000)
            css.declarations(f"{number:05}" + "x" * 30_000)
            css.rules(f".x{number}{{color:red}}" + " " * 30_000)
            charset.codec(f"{number:05}" + "x" * 30_000)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 100_000


def test_the_page_colour_of_a_newsletter_stays() -> None:
    assert (
        clean("<body bgcolor='#eeeeee' style='color:red'><p>x").html
        == '<div style="color:red" bgcolor="#eeeeee"><p>x</p></div>'
    )


def test_a_page_too_deep_to_parse_is_shown_as_its_words() -> None:
    found = clean("<div>" * 5_000 + "słowo &amp; <b>drugie</b>")
    assert "słowo &amp;" in found.html
    assert "html.nesting" in found.defects
    assert trouble(found.html.replace(' class="text"', "")) == []


def test_a_page_beyond_the_limit_is_cut_and_says_so() -> None:
    assert "html.limit" in clean("x" * (LIMITS.html + 1)).defects


@pytest.mark.parametrize(
    "step",
    ["<div><table></div></table>", "<div><!--</div>-->", "<div title='</div>'>", "<b></i>", "<svg><g><![CDATA[</g>]]>"],
)
def test_an_end_tag_that_closes_nothing_hides_no_depth(step: str) -> None:
    assert nesting.too_deep(step * 2_000)


def test_a_large_newsletter_is_not_taken_for_a_trap() -> None:
    row = '<tr><td style="padding:1px"><p><font color=red><b>x</b></font><br><a href="https://ok.example">y</a><img src="x"></td></tr>'
    assert not nesting.too_deep(f"<html><body><table>{row * 3_000}</table></body></html>")


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("color:red;background:#fff url(x) no-repeat", "color:red;background:#fff  no-repeat"),
        ("COLOR:RED!important", "color:RED"),
        ("color:rgb(1, 2, 3)", "color:rgb(1, 2, 3)"),
        ('font:12px/1.5 Arial,"Segoe UI"', 'font:12px/1.5 Arial,"Segoe UI"'),
        ("margin:0 0 8pt;mso-line-height-rule:exactly", "margin:0 0 8pt"),
        ("border-left:solid #CCCCCC 1.0pt", "border-left:solid #CCCCCC 1.0pt"),
    ],
)
def test_ordinary_styles_stay(style: str, kept: str) -> None:
    assert css.declarations(style)[0] == kept
