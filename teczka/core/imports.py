"""Mail that comes out of files: how far an import has come, and what the account that it comes into is called."""

from enum import StrEnum
from typing import Final

# Uids of an archive are of our own making: of what was imported, and, under the operation's id, of what was moved or copied there since.
IMPORTED: Final = 1
SETTLED: Final = 2

CALLED: Final = {"pl": "Zaimportowana poczta", "en": "Imported mail"}
DELIMITER: Final = "/"
TROUBLES: Final = 100  # that are told of one file


class ImportState(StrEnum):
    OPEN = "open"  # something of it may still be to do; nobody stopped it
    PAUSED = "paused"  # by its owner, or because the disk is full
    DONE = "done"
    CANCELLED = "cancelled"  # what had come by then stays
