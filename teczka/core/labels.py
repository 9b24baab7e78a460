"""Labels: what people call mail, as keywords of their server (RFC 3501 §2.3.2, RFC 5788), so that other programs show them as well.

No table says which is which: each keyword that names something has a name, and each name its keyword. What no keyword may hold stands as in
modified UTF-7 (RFC 3501 §5.1.3), a space as "_", both as Thunderbird does it.
"""

import base64
import binascii
import re
from collections.abc import Iterable

LONGEST = 50  # bytes of a keyword: Dovecot keeps no longer ones
STANDARD = ("$label1", "$label2", "$label3", "$label4", "$label5")  # Thunderbird's own; they bear no names on the wire
# What programs tell one another, and nobody called anything: these, and whatever else begins with "$" (RFC 5788 §2).
_SIGNALS = {"junk", "nonjunk", "notjunk", "forwarded", "mdnsent", "redirected", "recent"}

_KEYWORD = re.compile(r"[^\x00-\x20\x7f-\U0010ffff(){%*\"\\\]]+")  # RFC 3501 §9 flag-keyword
_BEYOND = re.compile(r"[\x00-\x1f\x7f-\U0010ffff(){%*\"\\\]_]+")
_SHIFTED = re.compile(r"&([^-]*)-")


def is_keyword(text: str) -> bool:
    return len(text) <= LONGEST and bool(_KEYWORD.fullmatch(text))


def is_label(keyword: str) -> bool:
    return keyword in STANDARD or (keyword[:1] not in {"", "$", "\\"} and keyword.lower() not in _SIGNALS)


def labels_of(keywords: Iterable[str]) -> list[str]:
    """Those keywords that are labels, by what they name."""
    return sorted(filter(is_label, keywords), key=lambda keyword: name_of(keyword).casefold())


def name_of(keyword: str) -> str:
    """What people read; of what was not spelled so, the keyword itself."""
    if keyword in STANDARD:
        return keyword
    try:
        name = _SHIFTED.sub(_unshift, keyword.replace("_", " "))
    except ValueError:
        return keyword
    return name if name.isprintable() and name.strip() else keyword


def keyword_of(name: str) -> str:
    """ "" where it is none, or too long. Of what would be a signal to programs its first letter stands as what no keyword may hold."""
    name = " ".join(name.split())
    keyword = _spelled(name)
    if name and (name[0] == "$" or not is_label(keyword)):
        keyword = _shift(name[0]) + _spelled(name[1:])
    return keyword if name.isprintable() and is_keyword(keyword) else ""


def _spelled(name: str) -> str:
    pieces = _BEYOND.split(name)
    shifted = [*map(_shift, _BEYOND.findall(name)), ""]
    return "".join(
        piece.replace("&", "&-").replace(" ", "_") + beyond for piece, beyond in zip(pieces, shifted, strict=True)
    )


def _shift(text: str) -> str:
    coded = base64.b64encode(text.encode("utf-16-be", "surrogatepass")).rstrip(b"=").replace(b"/", b",")
    return f"&{coded.decode('ascii')}-"


def _unshift(found: re.Match[str]) -> str:
    """ValueError where nobody shifted it: Thunderbird makes small letters of what it has shifted."""
    coded = found[1].replace(" ", "_")
    if not coded:
        return "&"
    try:
        text = base64.b64decode(coded.replace(",", "/") + "=" * (-len(coded) % 4), validate=True).decode("utf-16-be")
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if _shift(text) != found[0]:
        raise ValueError("not as it is shifted")
    return text
