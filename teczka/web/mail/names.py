"""File names that came by mail, made harmless, and how a browser is told them."""

import re
import unicodedata
from urllib.parse import quote

# Controls, and the signs that turn the reading direction: "fdp.exe" can be made to look like "exe.pdf".
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')
LONGEST = 150  # signs; file systems take 255 bytes


def safe_name(name: str, otherwise: str) -> str:
    """The name without folders, tricks and signs that some file system refuses; its ending survives shortening."""
    shown = "".join(sign for sign in name if unicodedata.category(sign) not in _HIDDEN)
    shown = _FORBIDDEN.sub("_", shown).strip(" .")
    if len(shown) > LONGEST:
        stem, dot, ending = shown.rpartition(".")
        ending = dot + ending if len(ending) <= 10 else ""
        shown = (stem or shown)[: LONGEST - len(ending)].rstrip() + ending
    return shown or otherwise


def disposition(name: str, kind: str = "attachment") -> str:
    """Content-Disposition, RFC 6266 §4: a plain name for old programs, and the true one, RFC 8187."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r'[^ -~]|["\\%]', "_", plain) or "file"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
