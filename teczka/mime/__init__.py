"""Bytes to meaning: a message's headers, parts, texts and pages. Nothing here knows where a message came from or is kept."""

from typing import Final

# Raised by every change that makes stored texts, pages or header fields differ: what was read by an older one is read again.
PARSER_VERSION: Final = 7
