"""Text out of attached files, for search. All of this runs in a process of its own that can do nothing else (ADR 0038)."""

from typing import Final

# Raised by every change that yields other text of the same file: what an older one yielded is extracted again.
EXTRACTOR_VERSION: Final = 2
