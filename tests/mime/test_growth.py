"""Time grows with the bytes and no faster. The ratio of two sizes is judged loosely, and no absolute time is asked."""

from collections.abc import Callable
from time import thread_time

import pytest

from teczka.language.asking import ask, phrase
from teczka.language.fields import Field
from teczka.language.snippets import Look, Sought
from teczka.language.vectors import vectors
from teczka.mime import addresses, css, preview, text
from teczka.mime.parse import scan
from teczka.mime.reading import read
from teczka.mime.references import linked
from teczka.mime.sanitize import sanitize
from teczka.mime.words import decode_words

BODY = b"\n\nbody"


def nested(count: int) -> bytes:
    return b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(count // 50))


def rfc822(count: int) -> bytes:
    return b"Content-Type: message/rfc822\n\n" * (count // 30)


MESSAGES: dict[str, Callable[[int], bytes]] = {
    "semicolons": lambda n: b"Content-Type: text/html " + b"; " * (n // 2) + BODY,
    "parameters": lambda n: b"Content-Type: text/html" + b"; a=b" * (n // 5) + BODY,
    "unclosed quotes": lambda n: b"Content-Type: text/html" + b'; a="\\' * (n // 6) + BODY,
    "sections": lambda n: b"Content-Type: text/html" + b"".join(b"; a*%d=x" % k for k in range(n // 8)) + BODY,
    "parentheses": lambda n: b"To: " + b"(" * n + BODY,
    "angles": lambda n: b"Message-ID: " + b"<" * n + b"\nReferences: " + b"<" * n + b"\nFrom: " + b"<" * n + BODY,
    "commas": lambda n: b"To: " + b"," * n + BODY,
    "quotes in people": lambda n: b"To: " + b'"\\' * (n // 2) + BODY,
    "half words": lambda n: b"Subject: " + b"=?" * (n // 2) + BODY,
    "words begun": lambda n: b"Subject: " + b"=?a?q?x" * (n // 7) + BODY,
    "blanks between words": lambda n: b"Subject: " + b"?= " * (n // 3) + BODY,
    "one long header": lambda n: b"Subject: " + b"x" * n + BODY,
    "folds": lambda n: b"Subject: x" + b"\n " * (n // 2) + BODY,
    "many headers": lambda n: b"X: y\n" * (n // 5) + BODY,
    "lines that are no headers": lambda n: b"x\n" * (n // 2) + BODY,
    "a date": lambda n: b"Date: " + b"1 " * (n // 2) + BODY,
    "nested multiparts": nested,
    "nested messages": rfc822,
    "boundaries": lambda n: b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * (n // 4),
    "parts without blank lines": lambda n: b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nX: y\n" * (n // 9),
    "near boundaries": lambda n: b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--\n" * (n // 3),
    "hyphens": lambda n: b"Content-Type: multipart/mixed; boundary=b\n\n" + b"-" * n,
    "equals in base64": lambda n: b"Content-Transfer-Encoding: base64\n\n" + b"a=" * (n // 2),
    "equals in quoted-printable": lambda n: b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=" * n,
    "newlines": lambda n: b"\n" * n,
    "quoted lines": lambda n: BODY + b"> > > a\n" * (n // 8),
    "cyrillic": lambda n: b"\n\n" + "привет ".encode("cp1251") * (n // 7),
}

PAGES: dict[str, Callable[[int], str]] = {
    "open boxes": lambda n: "<div>" * (n // 5),
    "open lists": lambda n: "<ul><li>" * (n // 8),
    "boxes closed out of order": lambda n: "<div><table><tr><td></div></table>" * (n // 34),
    "boxes closed in comments": lambda n: "<div><!--</div>-->" * (n // 18),
    "boxes closed in attributes": lambda n: "<div title='</div>'>" * (n // 20),
    "fonts over paragraphs": lambda n: "".join(f"<font size={k}>" for k in range(n // 40)) + "<p>x" * (n // 8),
    "attributes": lambda n: "<a " + " ".join(f"a{k}" for k in range(n // 6)) + ">",
    "less-than signs": lambda n: "<" * n,
    "comments": lambda n: "<!--" * (n // 4),
    "styles": lambda n: "<style>" + "a{" * (n // 2),
    "rules": lambda n: (
        "<style>" + "".join(f".c{k}{{color:red}}" for k in range(n // 40)) + "</style>" + "<p class=c1>x" * (n // 26)
    ),
    "rules over boxes": lambda n: (
        "<style>.x .a q{color:red}.x > .a > .a q{color:red}</style>"
        + "<div class=a>" * (n // 200)
        + "<q>x</q>" * (n // 16)
    ),
    "a rule of many words": lambda n: f"<style>q{{{'color:red;' * (n // 20)}}}</style>" + "<q>x</q>" * (n // 16),
    "formatting of many words": lambda n: f"<p><font title='{'x' * (n // 2)}'>" + "<p>x" * (n // 8),
    "lines kept within lines kept": lambda n: "<pre>" * (n // 200) + "x<i></i>" * (n // 16),
    "parentheses in a style": lambda n: f"<p style='color:{'(' * n}'>",
    "entities": lambda n: "&lt" * (n // 3),
    "references": lambda n: "I <b>C</b>&nbsp;12/24<br>" * (n // 25),
    "references in pieces": lambda n: "I C" + "<b>1</b>" * (n // 10) + "/24" + "<i></i>" * (n // 20),
    "references in links": lambda n: "<a href=https://x.example>I C 1/24" * (n // 34),
}

TEXTS: dict[str, Callable[[str], object]] = {
    "plain page": preview.plain,
    "plain page with references": lambda given: preview.plain(given, ()),
    "quoted tail": text.own_length,
    "snippet": text.snippet,
    "vectors": lambda given: vectors([(Field.SUBJECT, given), (Field.TEXT, given)]),
    "ask": ask,
    "phrase": phrase,
    "looked through": lambda given: Look(
        [Sought(("a", "z*", "1/1*", "#c|1|2024|i"), ("~zolc",), (("a", "b"),)), Sought(("www", "a@*", "500"))]
    ).snippet(given, 72),
    "people": lambda given: addresses.read(given.encode()),
    "words": lambda given: decode_words(given.encode()),
}
PIECES = [
    "a", "a ", "a@", "@", "On 1 wrote:\n", "On 1 x\n", "Od: ", "Od: a\n", ">", "> ",
    "\n", "Re: ", "[2]", "www.", "http://", ".", "-", "_", "( ", "\\\"", "a.b", " \t", "-- ", "=?x?q?",
    "1 ", "1/", "12 500 ", "FV 1/", "61 1090 ", "I C 1/24 ", "zolc",
]  # fmt: skip

QUICK = 0.02
TIMES = 8  # as large; square growth would take 64 times as long


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Styles that were read before are quick."""
    monkeypatch.setattr(css, "_KEPT_SHEET", -1)
    monkeypatch.setattr(css, "_KEPT_STYLE", -1)


def seconds(work: Callable[[], object]) -> float:
    """Of this thread alone."""
    start = thread_time()
    work()
    return thread_time() - start


def grows_gently(run: Callable[[int], object], size: int) -> None:
    """`size` is the larger of the two. What is quick anyway is not judged; what seems slow is tried again: other work only ever adds."""
    large = seconds(lambda: run(size))
    if large < QUICK:
        return
    small = min(seconds(lambda: run(size // TIMES)) for _ in range(3))
    for _ in range(2):
        if large < small * TIMES * 3:
            return
        large = min(large, seconds(lambda: run(size)))
    assert large < small * TIMES * 3, (small, large)


@pytest.mark.parametrize("make", MESSAGES.values(), ids=MESSAGES.keys())
def test_a_hostile_message_costs_its_length(make: Callable[[int], bytes]) -> None:
    grows_gently(lambda size: scan(make(size)), 64_000)
    grows_gently(lambda size: read(make(size), lambda part: None), 32_000)


@pytest.mark.parametrize("make", PAGES.values(), ids=PAGES.keys())
def test_a_hostile_page_costs_its_length(make: Callable[[int], str]) -> None:
    grows_gently(
        lambda size: (linked(sanitize(make(size), cid=lambda name: None).html), text.of_html(make(size))), 64_000
    )


@pytest.mark.parametrize("run", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize("piece", PIECES)
def test_a_hostile_text_costs_its_length(run: Callable[[str], object], piece: str) -> None:
    grows_gently(lambda size: run(piece * (size // len(piece))), 24_000)


def test_a_text_of_many_words_costs_its_length() -> None:
    look = [Sought(("a*",), ("~zolc",), (("a0", "a1"),))]
    grows_gently(lambda size: Look(look).snippet(" ".join(f"a{word:x}" for word in range(size // 6)), 72), 128_000)
