"""How a mailing list says that it can be left: List-Unsubscribe (RFC 2369 §3.2), with one click where it promises so (RFC 8058)."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import unquote, urlsplit

from teczka.mime.words import decode_words

_ADDRESS: Final = re.compile(r"<([^<>]{1,2000})>")
_MOST: Final = 10
_ONE_CLICK: Final = "list-unsubscribe=one-click"


class Kind(StrEnum):
    POST = "post"  # one request does it, RFC 8058
    MAILTO = "mailto"  # a letter does it
    LINK = "link"  # a page in the browser


@dataclass(frozen=True, slots=True)
class Way:
    kind: Kind
    address: str  # https:… or mailto:…

    @property
    def host(self) -> str:
        return urlsplit(self.address).hostname or ""

    @property
    def recipient(self) -> str:
        """Whom the letter goes to, of a mailto: address."""
        return unquote(self.address.partition(":")[2].partition("?")[0])


def ways(unsubscribe: bytes, post: bytes) -> list[Way]:
    """The ways that the fields List-Unsubscribe and List-Unsubscribe-Post name, best first. Nothing but https and mailto is taken."""
    found: list[Way] = []
    one_click = "".join(decode_words(post).split()).lower() == _ONE_CLICK
    for address in _ADDRESS.findall(decode_words(unsubscribe))[:_MOST]:
        address = "".join(address.split())  # RFC 2369 §2: blanks were put in to fold it
        scheme = address.partition(":")[0].lower()
        if scheme == "mailto":
            found.append(Way(Kind.MAILTO, address))
        elif scheme == "https" and _has_host(address):
            found.append(Way(Kind.POST if one_click else Kind.LINK, address))
    return sorted(found, key=lambda way: list(Kind).index(way.kind))


def _has_host(address: str) -> bool:
    try:
        return bool(urlsplit(address).hostname)
    except ValueError:
        return False
