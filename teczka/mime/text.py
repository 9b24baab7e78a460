"""A letter as plain text: for search, for the line under the subject, and to know where its quoted tail begins."""

import re
from html import unescape
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from teczka.core.glyphs import seen
from teczka.mime.limits import LIMITS
from teczka.mime.nesting import too_deep

_UNREAD: Final = ["style", "script", "title", "template", "noscript", "svg", "math", "textarea", "select"]
_LINES: Final = (
    "p,div,br,tr,li,h1,h2,h3,h4,h5,h6,table,ul,ol,blockquote,pre,hr,section,article,header,footer,dt,dd,address,center"
)
_CELLS: Final = "td,th"
_BREAK: Final = "\ue000"  # a private sign, so that our line ends outlive the page's own
_MARKUP: Final = re.compile(r"<[^<>]*>")
_BLANKS: Final = re.compile(r"[ \t\r\f\v\xa0\u200b]+")
_EMPTY_LINES: Final = re.compile(r"\n[ ]?(?:\n[ ]?)+")

# What programs write above the mail that they quote. Every repetition is bounded: this meets megabytes of hostile text.
_COLON: Final = re.compile(r":[ \t]*$", re.MULTILINE)
_SAYS: Final = re.compile(r"\b(?:pisze|napisał|napisała|napisał\(a\)|napisal\(a\)|wrote|schrieb|a écrit)\s?\Z")
_LONGEST_SAYS: Final = 320  # signs of its line
_OPENS: Final = re.compile(r"[ >]{0,8}(?:W dniu|Dnia|On|Am|Le|pon|wt|śr|czw|pt|sob|niedz)\b")
_DATED: Final = re.compile(r"\d|@|\(a\)")
_DIVIDER: Final = re.compile(
    r"""^[ >]{0,4}(?:
        -{2,20}\ ?(?:Original\ Message|Wiadomość\ oryginalna|Oryginalna\ wiadomość|Wiadomość\ przekazana|Przekazana\ wiadomość
            |Forwarded\ message|Ursprüngliche\ Nachricht)\ ?-{2,20}
      | _{20,80}[ ]*\n[ ]{0,4}\*?(?:Od|From|Von):
      | \*?(?:Od|From|Von):[^\n]{1,300}\n(?:[^\n]{0,300}\n)?\*?(?:Wysłano|Data|Sent|Date|Gesendet|Do|To):
    )""",
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)


def of_html(html: str, before: int = 0) -> str:
    """The words of a page, a line for each block, as an HTML parser understands them; cut at `LIMITS.html`.

    `before`: as in `nesting.too_deep`.
    """
    html = html[: LIMITS.html]
    if too_deep(html, before):
        return tidy(unescape(_MARKUP.sub(" ", html)))
    tree = LexborHTMLParser(html if html.isascii() else html.encode("utf-8", "replace").decode("utf-8"))
    body = tree.body
    if body is None:
        return ""
    body.strip_tags(_UNREAD)
    _keep_lines(body)
    for node in body.css(_LINES):
        node.insert_after(_BREAK)
        node.insert_before(_BREAK)
    for node in body.css(_CELLS):
        node.insert_after(" ")
    return tidy(body.text().replace("\n", " ").replace(_BREAK, "\n"))


def _keep_lines(body: LexborNode) -> None:
    """Of <pre>, whose line ends are text; everywhere else they are blanks. One within another is looked through with it."""
    seen_through: set[int] = set()
    for block in body.css("pre"):
        if block.mem_id in seen_through:
            continue
        inside = list(block.traverse(include_text=True))
        seen_through.update(node.mem_id for node in inside if node.tag == "pre")
        for node in inside:
            if node.is_text_node:
                node.replace_with(node.text().replace("\n", _BREAK))


def is_more(html: str, text: str) -> bool:
    """Whether a page has more than twice as many signs as what is said to be its text. Told without reading it: most pages are not even
    that long with their tags."""
    least = 2 * len(text)
    return len(html) > 2 * least and len(_MARKUP.sub("", html)) > least


def tidy(text: str) -> str:
    """Runs of blanks are one, of empty lines too; the ends are stripped, and signs within words that nobody sees."""
    lines = (_BLANKS.sub(" ", line).strip() for line in seen(text).split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def own_length(text: str) -> int:
    """How much of a plain text its sender wrote now: the place where the quoted mail begins, or the whole length.

    A text that begins with a quotation (answers below, forwarded mail) has no tail to fold.
    """
    divider = _DIVIDER.search(text)
    place = min(divider.start() if divider else len(text), _introduction(text), _quoted_tail(text))
    return place if text[:place].strip() else len(text)


def snippet(text: str, length: int = 200) -> str:
    """The first words that the sender wrote now, on one line."""
    own = " ".join(text[: min(own_length(text[:20_000]), 4 * length + 400)].split())
    return own if len(own) <= length else own[:length].rsplit(" ", 1)[0] + "…"


def _introduction(text: str) -> int:
    """Where "W dniu … Jan pisze:" stands, which may be broken over two lines."""
    for colon in _COLON.finditer(text):  # seldom a line ends so; every other place is passed by quickly
        end = colon.start()
        start = text.rfind("\n", max(0, end - _LONGEST_SAYS), end) + 1
        if end - start > _LONGEST_SAYS or not _SAYS.search(text, max(start, end - 20), end):
            continue
        if not _OPENS.match(text, start):
            before = text.rfind("\n", 0, max(0, start - 1)) + 1
            if before < start and _OPENS.match(text, before):
                start = before
        if _DATED.search(text, start, end):
            return start
    return len(text)


def _quoted_tail(text: str) -> int:
    """Where the lines begin that are all quoted ("> …") or empty up to the end."""
    place = len(text)
    quoted = place
    while place:
        start = text.rfind("\n", 0, place - 1) + 1
        line = text[start:place].strip()
        if line.startswith(">"):
            quoted = start
        elif line:
            break
        place = start
    return quoted
