"""Bytes to text when the label lies or is missing. Polish first: UTF-8, then a vote between windows-1250 and ISO 8859-2."""

import codecs
import re
from functools import lru_cache
from typing import Final

from charset_normalizer import from_bytes

# The only codecs that mail may name. Python knows others that are no charsets (zip, unicode_escape) or take quadratic time (punycode).
KNOWN: Final = frozenset(
    "ascii utf-8 utf-16 utf-16-be utf-16-le utf-32 utf-32-be utf-32-le utf-7 big5 big5hkscs cp932 cp949 cp950 shift_jis"
    " euc_jp euc_kr gb2312 gbk gb18030 hz iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_3 iso2022_kr johab"
    " iso8859-1 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-9 iso8859-10 iso8859-11"
    " iso8859-13 iso8859-14 iso8859-15 iso8859-16 koi8-r koi8-u tis-620 mac-roman mac-latin2 mac-cyrillic cp437 cp850"
    " cp852 cp866 cp874 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258".split()
)
# What senders write, and what they mean: each on the right is a superset of the one on the left (WHATWG Encoding §4.2), or a nickname.
_MEANT: Final = {
    "us-ascii": "cp1252", "ascii": "cp1252", "ansi_x3.4-1968": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252",
    "latin1": "cp1252", "latin-1": "cp1252", "l1": "cp1252", "iso_8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "x-sjis": "cp932", "shift_jis": "cp932", "shift-jis": "cp932",
    "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874", "iso-8859-8-i": "iso-8859-8",
    "cp-1250": "cp1250", "x-cp1250": "cp1250", "win-1250": "cp1250", "windows1250": "cp1250", "ansi-1250": "cp1250",
    "utf8mb4": "utf-8", "unicode-1-1-utf-7": "utf-7", "unicode-1-1-utf-8": "utf-8",
}  # fmt: skip

# In these, bytes below 128 are not always ASCII.
_SHIFTING: Final = frozenset(name for name in KNOWN if name.startswith(("utf-7", "utf-16", "utf-32", "hz", "iso2022")))

# ą ś ź Ą Ś Ź: the only Polish letters that the two pages write differently.
_IN_1250: Final = b"\xb9\x9c\x9f\xa5\x8c\x8f"
_IN_8859_2: Final = b"\xb1\xb6\xbc\xa1\xa6\xac"
_SHARED: Final = b"\xe6\xea\xb3\xf1\xf3\xbf\xc6\xca\xa3\xd1\xd3\xaf"  # ć ę ł ń ó ż and capitals
_PUNCTUATION: Final = b"\x84\x93\x94\x91\x92\x96\x97\x85\xa0\xa7\xab\xbb\xb0\x80\x95"  # quotes, dashes, §, « », °, €
_PLAUSIBLE: Final = _IN_1250 + _IN_8859_2 + _SHARED + _PUNCTUATION
_ASCII: Final = bytes(range(128))
# Signs that no western text has inside a word, where Polish has ł ą ś ź ż Ł: "a³y", "¶wiadek", "mo¿e".
_POLISH_INSIDE: Final = re.compile(rb"[\xb3\xb9\xb1\xb6\xbc\x9f][a-z]|[a-z]\xbf[a-z]|\xa3[a-z]{2}")
_GUESSABLE: Final = [
    "cp1251",
    "koi8_r",
    "cp1252",
    "iso8859_2",
    "cp1250",
    "cp852",
    "cp866",
    "gb18030",
    "big5",
    "cp932",
    "cp949",
    "cp1253",
    "cp1254",
]
_SAMPLE: Final = 4_096
_LONGEST_LABEL: Final = 100


def codec(label: str) -> str | None:
    """The codec that a charset label means, or None for one that is no charset we know."""
    return _codec(label) if len(label) <= _LONGEST_LABEL else None


@lru_cache(512)
def _codec(label: str) -> str | None:
    name = label.strip("\"' \t").partition("*")[0].lower()
    try:
        found = codecs.lookup(_MEANT.get(name, name)).name
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return None
    return found if found in KNOWN else None


def decode(data: bytes, label: str = "", *, thorough: bool = False) -> str:
    """Text of these bytes. Never raises; undecodable bytes become U+FFFD, and no NUL or lone surrogate comes out.

    `thorough` lets the last resort (charset-normalizer, milliseconds) look at bytes that are neither UTF-8 nor Polish.
    """
    named = codec(label) if label else None
    if named not in _SHIFTING and data.isascii():
        return data.decode("ascii").replace("\0", "\ufffd")
    text = _decode(data, named, thorough=thorough)
    if named == "utf-7":  # the one codec here that lets lone surrogates through
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", "\ufffd")


def _decode(data: bytes, named: str | None, *, thorough: bool) -> str:
    if named is None or named in {"utf-8", "ascii"}:
        return _unlabelled(data, thorough=thorough)
    try:
        # Latin-1 is what programs write when they do not know: most of what is so labelled and is valid UTF-8 is UTF-8.
        strict = data.decode("utf-8" if named == "cp1252" else named)
    except UnicodeError:
        if named == "cp1252":
            return _vote(data) if _POLISH_INSIDE.search(data) else data.decode("cp1252", "replace")
        return data.decode(named, "replace")
    return strict


def _unlabelled(data: bytes, *, thorough: bool) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    broken = data.decode("utf-8", "replace")
    wrong = broken.count("\ufffd")
    right = len(broken) - len(broken.encode("ascii", "ignore")) - wrong
    if right > wrong:  # UTF-8 cut in the middle, or with one foreign line
        return broken
    high = data.translate(None, _ASCII)
    if thorough and len(high.translate(None, _PLAUSIBLE)) * 5 > len(high):
        best = from_bytes(data[:_SAMPLE], cp_isolation=_GUESSABLE).best()
        if best is not None:
            return data.decode(best.encoding, "replace")
    return _vote(data)


def _vote(data: bytes) -> str:
    """The page whose own letters occur more often; windows-1250 when they tie, since its quotes and dashes are controls in the other."""
    for_1250 = sum(data.count(letter) for letter in _IN_1250)
    for_8859 = sum(data.count(letter) for letter in _IN_8859_2)
    return data.decode("cp1250" if for_1250 >= for_8859 else "iso8859-2", "replace")
