"""How a browser is told a file's name."""

import re
import unicodedata
from urllib.parse import quote


def disposition(name: str, kind: str = "attachment") -> str:
    """Content-Disposition, RFC 6266 §4: a plain name for old programs, and the true one, RFC 8187."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r'[^ -~]|["\\%]', "_", plain) or "file"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
