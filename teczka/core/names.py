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
LONGEST = 150  # UTF-16 units, as Windows counts
_ENDINGS = MimeTypes()  # Python's own: a machine's lists differ
# Those that it lacks or has otherwise than programs look for: an invitation hardly ever has a name.
_OURS = {
    "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/rtf": ".rtf",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/xml": ".xml",
    "image/jpg": ".jpg",
    "text/calendar": ".ics",
}
_MESSAGE = "message/rfc822"
_LONGEST_BYTES = 230  # file systems take 255, with what numbers it and a further ending


def safe_name(name: str, otherwise: str, longest: int = LONGEST) -> str:
    """The name without folders, tricks and signs that some file system refuses; its ending survives shortening. `longest`: UTF-16
    units."""
    shown = "".join(sign for sign in name if unicodedata.category(sign) not in _HIDDEN)
    shown = _FORBIDDEN.sub("_", shown).strip()
    if _ENDINGS.guess_type(f"x{shown}")[0] and shown.rfind(".") == 0:
        shown = otherwise + shown  # an ending and no name
    shown = shown.strip(" .")
    if units(shown) > longest or len(shown.encode()) > _LONGEST_BYTES:
        stem, dot, ending = shown.rpartition(".")
        stem, ending = (stem, dot + ending) if stem and len(ending) <= 10 else (shown, "")
        room = _LONGEST_BYTES - len(ending.encode())
        kept = stem.encode("utf-16-le")[: 2 * (longest - units(ending))].decode("utf-16-le", errors="ignore")
        kept = kept.encode()[:room].decode(errors="ignore")
        shown = kept.rstrip(" .") + ending
    return (f"_{shown}" if _DEVICE.match(shown) else shown) or otherwise


def units(text: str) -> int:
    """Its length as Windows counts it, in UTF-16."""
    return len(text.encode("utf-16-le", errors="replace")) // 2


def openable(name: str, content_type: str, otherwise: str) -> str:
    """A file without a name is `otherwise`, with the ending of its type; a message is always a .eml, so that it can be opened."""
    ending = _OURS.get(content_type) or _ENDINGS.guess_extension(content_type) or ""
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
