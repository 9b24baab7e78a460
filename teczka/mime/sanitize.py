"""Mail's HTML made harmless, with its looks kept as far as they can be trusted.

Two steps. First the tree is prepared: <style> rules written into style attributes (`cascade`), remote images set aside in data-src.
Then, as the last string operation of all, the sanitiser (nh3) writes what its allow-lists permit; every address and style is judged there,
so that a page which the two parsers read differently gains nothing.
"""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

import nh3
from selectolax.lexbor import LexborHTMLParser

from teczka.mime import cascade, css, preview
from teczka.mime.limits import LIMITS
from teczka.mime.nesting import too_deep
from teczka.mime.pictures import drawable_address

_TAGS: Final = set(
    "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em figcaption"
    " figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s samp section small span strike strong"
    " sub sup table tbody td tfoot th thead time tr tt u ul var wbr".split()
)
# Elements whose content is no text of the letter, or is read by other rules than HTML's (the root of most mutation attacks).
_WHOLLY_REMOVED: Final = set(
    "script style title svg math template noscript noembed noframes iframe xmp plaintext object applet embed audio video canvas textarea"
    " select frameset head".split()
)
_BOX: Final = {"align", "valign", "bgcolor", "background", "width", "height", "nowrap"}
# No title: what the browser shows above a link would be the sender's word for where it leads (leading.py).
_ATTRIBUTES: Final[dict[str, set[str]]] = {
    "*": {"style", "dir", "lang", "align"},
    "a": {"href", "target", "rel"},  # the last two are always ours
    "img": {"src", "data-src", "alt", "width", "height", "border", "hspace", "vspace"},
    "table": _BOX | {"border", "cellpadding", "cellspacing"},
    "tbody": _BOX,
    "thead": _BOX,
    "tr": _BOX,
    "td": _BOX | {"colspan", "rowspan"},
    "th": _BOX | {"colspan", "rowspan"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "font": {"color", "face", "size"},
    "div": {"bgcolor"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value", "type"},
    "hr": {"size", "width", "color", "noshade"},
}
_LINKS: Final = {"http", "https", "mailto", "tel"}
_OUTSIDE: Final = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_LINK: Final = re.compile(r"(?:https?:|mailto:|tel:)", re.IGNORECASE)
_PICTURE: Final = re.compile(r"data:image/(?:png|jpeg|jpg|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_TO_JUDGE: Final = re.compile(r"style|src|background", re.IGNORECASE)
_PREPARED: Final = re.compile(r"<(?:style\b|img\b|body[\s/])", re.IGNORECASE)  # <body> without attributes says nothing
_MARKUP: Final = re.compile(r"<[^<>]*>")
_REFERENCE: Final = re.compile(r"&#?\w{1,32};")  # to a sign
_MOST_REFERENCES: Final = 20_000  # and no-break spaces for the sanitiser: each costs it what is left of the page
MOST_HOSTS: Final = 50
_MOST_ROUNDS: Final = 3

Cid = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Clean:
    html: str
    blocked_images: int = 0
    blocked_hosts: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()  # "html.limit", "html.nesting": shown cut, or as text


@dataclass(slots=True)
class Room:
    """What the pages of one message may cost together; each takes its share."""

    tags: int = 0  # that were parsed
    styles: cascade.Room = field(default_factory=cascade.Room)


def sanitize(html: str, *, cid: Cid, room: Room | None = None) -> Clean:
    """Harmless HTML of a letter. `cid` gives the address of an inline image by its Content-ID, or None.

    Remote images are left out and counted; their addresses stay in `data-src`.
    """
    room = room or Room()
    defects: tuple[str, ...] = ("html.limit",) if len(html) > LIMITS.html else ()
    html = html[: LIMITS.html]
    if not html.isascii():
        html = html.encode("utf-8", "replace").decode("utf-8")
    if html.count("&") > _MOST_REFERENCES:
        html = _REFERENCE.sub(_as_sign, html)
    before, room.tags = room.tags, room.tags + html.count("<")
    if html.count("&") + html.count("\xa0") > _MOST_REFERENCES or too_deep(html, before):
        return _as_text(html, *defects, "html.nesting")
    judge = _Judge(cid)
    clean = judge.clean(_prepare(html, room.styles) if _PREPARED.search(html) else html)
    # What a parser builds of markup gone wrong is not always what it builds of its own writing (an <a> in a table in an <a>).
    # Only a page that reads back as itself is given out, so that the browser sees what was judged.
    for _ in range(_MOST_ROUNDS):
        if len(clean) > LIMITS.page:  # <p>, begun and never ended, seven times over
            return _as_text(html, *defects, "html.limit")
        if _WRITTEN_BACK.clean(clean.replace("&nbsp;", "\xa0")) == clean:
            return Clean(clean, judge.blocked, tuple(sorted(judge.hosts)[:MOST_HOSTS]), defects)
        again = _Judge(lambda name: None, judge.issued)
        clean = again.clean(clean)
    return _as_text(html, *defects, "html.nesting")


def _as_sign(reference: re.Match[str]) -> str:
    """Where it is none of markup's own."""
    sign = unescape(reference.group())
    return reference.group() if sign in "&<>\"'" else sign


def _as_text(html: str, *defects: str) -> Clean:
    words = unescape(_MARKUP.sub(" ", html))
    cut = len(preview.beginning(words)) < len(words)
    return Clean(preview.plain(words), defects=(*defects, "html.limit") if cut else defects)


def _cleaner(
    schemes: set[str],
    attribute: Callable[[str, str, str], str | None] | None = None,
    relative: Literal["deny"] | None = None,
) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags=_WHOLLY_REMOVED,
        attributes=_ATTRIBUTES,
        attribute_filter=attribute,
        url_schemes=schemes,
        url_relative=relative,
        link_rel=None,
        set_tag_attribute_values={"a": {"target": "_blank", "rel": "noopener noreferrer"}},
    )


# Without styles and images there is nothing to judge: a call back for every attribute costs more than all the rest.
_UNJUDGED: Final = _cleaner(_LINKS, relative="deny")
# Parses and writes what was judged already; it tells only whether that reads back as itself.
_WRITTEN_BACK: Final = _cleaner(_LINKS | {"data"})


# Who judges now, in this thread: to make a cleaner for each page costs a third of cleaning it.
_now = threading.local()


def _judged(tag: str, name: str, value: str) -> str | None:
    judge: _Judge = _now.judge
    return judge.attribute(tag, name, value)


# Relative addresses are passed on: the judge refuses them, and writes ours.
_JUDGED: Final = _cleaner(_LINKS | {"cid", "data"}, _judged)


class _Judge:
    """Says of every attribute that the lists let through what is kept of it."""

    def __init__(self, cid: Cid, issued: set[str] | None = None) -> None:
        self.blocked = 0
        self.hosts: set[str] = set()
        self.issued: set[str] = set() if issued is None else issued  # our own addresses of inline images
        self._cid = cid

    def clean(self, html: str) -> str:
        if not _TO_JUDGE.search(html):
            return _UNJUDGED.clean(html)
        _now.judge = self
        try:
            return _JUDGED.clean(html)
        finally:
            del _now.judge

    def attribute(self, tag: str, name: str, value: str) -> str | None:
        if name == "style":
            style, images = css.declarations(value)
            for image in images:
                self._block(image)
            return style or None
        if name == "href":
            return value if _LINK.match(value.lstrip()) else None
        if name == "src":
            return self._source(value.strip())
        if name == "data-src":
            return self._block(value)
        if name == "background":
            self._block(value)
            return None
        return value

    def _source(self, value: str) -> str | None:
        if value[:4].lower() == "cid:":
            address = self._cid(unquote(value[4:]))
            if address:
                self.issued.add(address)
            return address
        if value in self.issued:
            return value
        if _PICTURE.fullmatch(value):
            return value if drawable_address(value) else None
        self._block(value)
        return None

    def _block(self, value: str) -> str | None:
        """Count an image outside; its address where it has a host."""
        value = value.strip()
        if not _OUTSIDE.match(value):
            return None
        try:
            host = urlsplit(value).hostname
        except ValueError:
            return None
        if not host:
            return None
        self.blocked += 1
        self.hosts.add(host)
        return "https:" + value if value.startswith("//") else value


def _prepare(html: str, room: cascade.Room) -> str:
    tree = LexborHTMLParser(html)
    body = tree.body
    if body is None:
        return html
    sheets = [node.text() for node in tree.css("style")]
    if sheets:
        cascade.write(tree, "\n".join(sheets), room)
    for image in body.css("img"):
        source = (image.attributes.get("src") or "").strip()
        if _OUTSIDE.match(source):
            del image.attrs["src"]
            image.attrs["data-src"] = source
    inside = body.inner_html or ""
    look = "".join(
        f' {name}="{escape(value)}"'
        for name in ("style", "bgcolor", "dir", "lang")
        if (value := body.attributes.get(name))
    )
    return f"<div{look}>{inside}</div>" if look else inside
