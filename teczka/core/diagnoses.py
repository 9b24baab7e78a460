"""What leaves a person's hands with a report of what does not work: hosts, ports and refusals, but nothing that lets anybody in."""

import re

MOST = 20_000  # characters of a report

# Every pattern is linear: server's texts come in here.
_ADDRESS = re.compile(r"[^\s<>\"'(),:;@“”„]{1,64}@(?=[\w-]{1,63}\.)")  # its local part
_SECRET = re.compile(r"(?i)\b(passw\w{0,10}|hasł\w{0,5}|token|secret|authorization)(\s{0,9}[=:]\s{0,9})[^\s,;]{1,4096}")
_BEARER = re.compile(r"(?i)\bbearer\s{1,9}\S{1,4096}")
_LONG = re.compile(r"[A-Za-z0-9+/=_~.-]{24,}")  # base64, session ids


def redacted(text: str) -> str:
    """Of addresses only the domain stays; what follows a word such as “password:” goes, and so does every long run of letters and digits
    that is no host name."""
    text = _SECRET.sub(r"\1\2…", _BEARER.sub("Bearer …", text))
    text = _ADDRESS.sub("…@", text)
    return _LONG.sub(lambda found: found[0] if _is_host(found[0]) else "…", text)


def _is_host(word: str) -> bool:
    labels = word.strip(".").split(".")
    return len(labels) > 2 and all(0 < len(label) <= 24 for label in labels) and labels[-1].isalpha()
