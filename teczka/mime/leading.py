"""Where links lead, and where their words say they do. Asked of pages that were made safe, whenever they are shown."""

import re
from html import unescape
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from teczka.core.glyphs import plain
from teczka.mime.recipients import ascii_host
from teczka.mime.references import words

MOST: Final = 20  # that are told of one page
_LOOKED_AT: Final = 200_000  # characters of links' words that have a dot

# As the sanitiser writes them: values between double quotes, each link with its end and none within another.
_LINK: Final = re.compile(r'<a ([^">]*+(?:"[^"]*+"[^">]*+)*+)>([^<]*+(?:<(?!/a>)[^<]*+)*+)')
_DOT: Final = re.compile("[.&\u2024\u3002\ufe52\uff0e\uff61]")
_VALUE: Final = re.compile(r'([a-z-]+)="([^"]*)"')
# As browsers read an address: blanks in it are not there, a backslash is a slash, and what stands before @ is no host.
_BLANKS: Final = re.compile(r"[\x00-\x20]+")
_WEB: Final = re.compile(r"https?:[/\\]*([^/\\?#]*)", re.IGNORECASE)
_MAIL: Final = re.compile(r"mailto:([^?]*)", re.IGNORECASE)
_PORT: Final = re.compile(r":\d*\Z")

# What mailbox providers put before links to look at them first, and which goes on to what its parameter names. No counters of mailings:
# those lead wherever their customer says.
_CHECKS: Final = (
    (re.compile(r"(?:[a-z0-9-]+\.)*safelinks\.protection\.outlook\.com/?"), {"url"}),
    (re.compile(r"www\.google\.com/url"), {"q", "url"}),
    (re.compile(r"linkprotect\.cudasvc\.com/url"), {"a"}),
    (re.compile(r"urldefense\.proofpoint\.com/v2/url"), {"u"}),
)
_IN_PATH: Final = re.compile(r"https?://urldefense\.com/v3/__(.+?)__;", re.IGNORECASE)
# Nothing that another program could read in another way.
_CLEAR: Final = re.compile(r"https?://[a-z0-9.-]+(?::\d+)?(?:[/?#][^\x00-\x20\\]*)?", re.IGNORECASE)
_DEEPEST: Final = 3  # of one within another

# As people read one: the host is what comes first.
_HOST: Final = r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,20}"
_REST: Final = r"(?:[/\\?#:]\S*+)?"
_SAID: Final = re.compile(rf"(?:https?:[/\\]*+|\b(?=www\.)|(?<=[\w.+-])@)({_HOST}){_REST}", re.IGNORECASE)
_BARE: Final = re.compile(rf"\s*({_HOST}){_REST}\s*")
# "umowa.docx" alone is a file's name, "bank.pl" a host.
_ENDING: Final = re.compile(
    r".*\.(?:com|net|org|info|biz|edu|gov|app|online|shop|site|(?!ai|cs|db|gz|js|md|py|sh)[a-z]{2})", re.IGNORECASE
)


class Lead(NamedTuple):
    said: str  # the host that the link's words name
    host: str  # where it leads, as the network knows it: xn--…


def misleading(html: str) -> list[Lead]:
    """Links of sanitised `html` that lead to another host than their words name, each pair once, in order, at most `MOST`. A host and what
    lies below it are one. A link that a mailbox provider's check stands before leads to where that goes on to. Costs the page's length."""
    found: dict[Lead, None] = {}
    left = _LOOKED_AT
    for values, inside in _LINK.findall(html):
        if left <= 0 or not _DOT.search(inside):
            continue
        inside, left = inside[:left], left - len(inside)
        hosts = _way(unescape(dict(_VALUE.findall(values)).get("href", "")))
        said = next((one for one in _said(words(inside)) if not any(_akin(_ascii(one), host) for host in hosts)), "")
        if said and hosts:
            found[Lead(said, hosts[-1])] = None
            if len(found) == MOST:
                break
    return list(found)


def _way(address: str) -> list[str]:
    """The hosts that a link passes, where it ends last; none of what is no address."""
    hosts = [_host(address)]
    while len(hosts) <= _DEEPEST and (address := _goes_on_to(address)):
        hosts.append(_host(address))
    return [host for host in hosts if host]


def _goes_on_to(address: str) -> str:
    """Behind a provider's check; "" where there is none, or it is not sure what it would read."""
    if not _CLEAR.fullmatch(address):
        return ""
    parts = urlsplit(address)
    names = next((names for check, names in _CHECKS if check.fullmatch(f"{parts.hostname}{parts.path}")), set())
    told = [value for name, value in parse_qsl(parts.query, keep_blank_values=True) if name.lower() in names]
    if parts.hostname == "urldefense.proofpoint.com":  # its own way of writing %3A and /
        told = [unquote(value.replace("-", "%").replace("_", "/")) for value in told]
    if inside := _IN_PATH.match(address):
        told = [inside[1]]
    return told[0] if len(told) == 1 and _CLEAR.fullmatch(told[0]) else ""


def _host(address: str) -> str:
    """Of a web page, or of who gets the letter; "" of anything else."""
    address = _BLANKS.sub("", address)
    if web := _WEB.match(address):
        return _ascii(_PORT.sub("", unquote(web[1].rpartition("@")[2])))
    mail = _MAIL.match(address)
    return _ascii(unquote(mail[1]).rpartition("@")[2]) if mail else ""


def _said(text: str) -> list[str]:
    """The hosts that a link's words name, in Latin letters where they look like nothing else."""
    bare = _BARE.fullmatch(plain(text)[0])
    hosts = [bare[1]] if bare and _ENDING.fullmatch(bare[1]) else []
    for word in text.split():
        read = plain(word)[0]
        hosts += _SAID.findall(read if read.isascii() else word)
    return hosts


def _ascii(host: str) -> str:
    return (ascii_host(host) or host).lower().strip(".")


def _akin(one: str, other: str) -> bool:
    one, other = (f".{host.removeprefix('www.')}" for host in (one, other))
    return one.endswith(other) or other.endswith(one)
