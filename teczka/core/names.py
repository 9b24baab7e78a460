"""File names that strangers gave, made harmless."""

import re
import unicodedata
from datetime import date
from pathlib import PurePosixPath

# Controls, and the signs that turn the reading direction: "fdp.exe" can be made to look like "exe.pdf".
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')
# What Windows takes for a device, whatever its ending.
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|\Z)", re.IGNORECASE)
LONGEST = 150  # signs; file systems take 255 bytes


def safe_name(name: str, otherwise: str, longest: int = LONGEST) -> str:
    """The name without folders, tricks and signs that some file system refuses; its ending survives shortening."""
    shown = "".join(sign for sign in name if unicodedata.category(sign) not in _HIDDEN)
    shown = _FORBIDDEN.sub("_", shown).strip(" .")
    if len(shown) > longest:
        stem, dot, ending = shown.rpartition(".")
        ending = dot + ending if len(ending) <= 10 else ""
        shown = (stem or shown)[: longest - len(ending)].rstrip() + ending
    return (f"_{shown}" if _DEVICE.match(shown) else shown) or otherwise


def free_name(name: str, taken: set[str]) -> str:
    """The name, numbered where it is taken already, and taken from now on. File systems that do not tell A from a count."""
    path = PurePosixPath(name)
    number, free = 1, path.name
    while free.casefold() in taken:
        number += 1
        free = f"{path.stem} ({number}){path.suffix}"
    taken.add(free.casefold())
    return free


def dated_name(day: date, who: str, name: str) -> str:
    """As files of a case are often called, so that they sort by day: "2026-05-03 Jan Kowal – pozew.pdf"."""
    stamp = f"{day:%Y-%m-%d} "
    return name if name.startswith(stamp) else f"{stamp}{who[:40].strip()} – {name}" if who else f"{stamp}{name}"
