"""Addresses as people enter them, and as the wire wants them."""

import re
from typing import Final

import idna

from teczka.core.discovery import Address
from teczka.core.errors import Problem, Trouble
from teczka.core.recipients import Mailbox, without_doubles
from teczka.mime import addresses

_LOCAL: Final = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}"
)  # atext (RFC 5322 §3.2.3) and letters of all scripts (RFC 6532 §3.2)
_HOST: Final = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*",
    re.IGNORECASE,
)
_DOMAIN: Final = re.compile(r"(?=.{3,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")
_PARTS: Final = re.compile(r"[\r\n\t]+")


def wire(address: str) -> str:
    """The address as SMTP and header fields bear it: its domain in ASCII (IDNA 2008, UTS 46), dots out of place quoted.

    Only a local part of other scripts leaves it not ASCII: then the server has to know SMTPUTF8. Address literals are not taken.
    Raises Problem(ADDRESS_SPELLING): nothing that could end a header field or an SMTP command passes.
    """
    local, at, domain = address.strip().rpartition("@")
    host = ascii_host(domain)
    if not at or not _LOCAL.fullmatch(local) or not host or len(local) + len(host) > 253:  # RFC 5321 §4.5.3.1.3
        raise Problem(Trouble.ADDRESS_SPELLING, address=address[:100])
    misplaced = local.startswith(".") or local.endswith(".") or ".." in local
    return f'"{local}"@{host}' if misplaced else f"{local}@{host}"


def parted(text: str) -> Address:
    """Of a mailbox whose servers are sought. Raises Problem(ADDRESS_SPELLING)."""
    text = text.strip()
    local, _, told = text.rpartition("@")
    domain = ascii_host(told.rstrip(".")).lower()
    if not local or len(local) > 64 or not local.isprintable() or " " in local or not _DOMAIN.fullmatch(domain):
        raise Problem(Trouble.ADDRESS_SPELLING, address=text[:320])
    return Address(text, local, domain)


def ascii_host(domain: str) -> str:
    """A name as DNS has it, other scripts as A-labels (IDNA 2008, UTS 46). Empty where it is none: nothing but letters, digits and "-_." is
    in it."""
    try:
        host = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return ""
    return host if _HOST.fullmatch(host) else ""


def pasted(text: str) -> tuple[list[Mailbox], list[str]]:
    """The people of a list that was typed or pasted, and what in it is no address. Parted by commas, semicolons, lines or tabs; names,
    groups and comments as in a header (RFC 5322 §3.4)."""
    found: list[Mailbox] = []
    unread: list[str] = []
    for person in addresses.read(_PARTS.sub(", ", text).encode("utf-8", "replace")):
        try:
            wire(person.address)
        except Problem:
            unread.append(person.address or person.name)
        else:
            found.append(person)
    return without_doubles(found)[0], unread
