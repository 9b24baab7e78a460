"""The people of a letter that is to be answered, also those whom no list of mail shows."""

import re
from typing import Final

from teczka.core.recipients import Heard
from teczka.mime import addresses
from teczka.mime.limits import LIMITS
from teczka.mime.parse import Headers

# Who took it in for whom (no standard), and the mailing list that it came by (RFC 2369 §3.4).
_DELIVERED: Final = re.compile(rb"^(?:delivered-to|x-original-to)[ \t]*:(.*)$", re.MULTILINE | re.IGNORECASE)
_POST: Final = re.compile(rb"^list-post[ \t]*:[^\n]*?<[ \t]*mailto:([^>?\s]+)", re.MULTILINE | re.IGNORECASE)
_END: Final = re.compile(rb"\n\r?\n")


def heard(headers: Headers, prefix: bytes) -> Heard:
    """`prefix`: the message's first bytes, its headers among them."""
    prefix = prefix[: LIMITS.header_block]
    end = _END.search(prefix)
    block = prefix[: end.start()] if end else prefix
    delivered = addresses.read(b", ".join(_DELIVERED.findall(block)))
    lists = addresses.read(b", ".join(_POST.findall(block)))
    return Heard(headers.from_, headers.reply_to, headers.to, headers.cc, delivered, lists)
