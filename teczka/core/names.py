"""File names that strangers gave, made harmless."""

import re
import unicodedata
from datetime import date
from mimetypes import MimeTypes
from pathlib import PurePosixPath

# Controls, and the signs that turn the reading direction: "fdp.exe" can be made to look like "exe.pdf".
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')
# What Windows takes for a device, whatever its ending.
_DEVICE = re.compile(r"(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])\s*(\.|\Z)", re.IGNORECASE)
LONGEST = 150  # signs
_ENDINGS = MimeTypes()  # Python's own: a machine's lists differ
_MESSAGE = "message/rfc822"
_LONGEST_BYTES = 230  # file systems take 255, with what numbers it and a further ending


def safe_name(name: str, otherwise: str, longest: int = LONGEST) -> str:
    """The name without folders, tricks and signs that some file system refuses; its ending survives shortening."""
    shown = "".join(sign for sign in name if unicodedata.category(sign) not in _HIDDEN)
    shown = _FORBIDDEN.sub("_", shown).strip(" .")
    if len(shown) > longest or len(shown.encode()) > _LONGEST_BYTES:
        stem, dot, ending = shown.rpartition(".")
        stem, ending = (stem, dot + ending) if stem and len(ending) <= 10 else (shown, "")
        room = _LONGEST_BYTES - len(ending.encode())
        kept = stem[: longest - len(ending)].encode()[:room].decode(errors="ignore")
        shown = kept.rstrip(" .") + ending
    return (f"_{shown}" if _DEVICE.match(shown) else shown) or otherwise


def openable(name: str, content_type: str, otherwise: str) -> str:
    """A file without a name is `otherwise`, with the ending of its type; a message is always a .eml, so that it can be opened."""
    ending = _ENDINGS.guess_extension(content_type) or ""
    lacks = content_type == _MESSAGE and not name.lower().endswith(ending)
    return name + ending if name and lacks else name or otherwise + ending


def part_name(name: str, content_type: str, otherwise: str, longest: int = LONGEST) -> str:
    """Of a part of a message, as it is shown and saved."""
    return safe_name(openable(name, content_type, otherwise), otherwise, longest)


def free_name(name: str, taken: set[str]) -> str:
    """The name, numbered where it is taken already, and taken from now on. File systems that do not tell A from a count, and those to
    which a letter with its mark is one, however it is written."""
    path = PurePosixPath(name)
    number, free = 1, path.name
    while (known := unicodedata.normalize("NFC", free.casefold())) in taken:
        number += 1
        free = f"{path.stem} ({number}){path.suffix}"
    taken.add(known)
    return free


def dated_name(day: date, who: str, name: str) -> str:
    """As files of a case are often called, so that they sort by day: "2026-05-03 Jan Kowal – pozew.pdf"."""
    stamp = f"{day:%Y-%m-%d} "
    return name if name.startswith(stamp) else f"{stamp}{who[:40].strip()} – {name}" if who else f"{stamp}{name}"
