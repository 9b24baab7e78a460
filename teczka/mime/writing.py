"""Header fields as they are sent: RFC 5322 §3, encoded words by RFC 2047, parameters by RFC 2231.

Nothing is written but what an allow-list lets through or an encoding made of it; a line break or NUL is refused, never mended.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote

from teczka.core.errors import Problem, Trouble
from teczka.core.recipients import Mailbox
from teczka.mime.recipients import wire
from teczka.mime.words import clean

_LINE: Final = 76  # RFC 2047 §2: a line that bears encoded words
_SEALED: Final = 60  # signs of one line of a sealed text
_WORD: Final = 52  # digits of one encoded word: "Reply-To: " and the word fit a line
_SECTION: Final = 50  # signs of one section of a parameter
_LONGEST_NAME: Final = 500  # signs of a file's name
_LONGEST_ID: Final = 900

_UNFIT: Final = re.compile("[\r\n\0\ud800-\udfff]")
_ATOM: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+")
_QUOTABLE: Final = re.compile(r"[ !#-\[\]-~]{1,60}")
_PLAIN_NAME: Final = re.compile(r"[\w !#$&()+,.@\[\]{}~-]{1,60}", re.ASCII)
_ID: Final = re.compile(r"[!-;=?-~]+")
_LETTER: Final = re.compile(r"[A-Za-z0-9!*+/-]")  # may stand for itself in any encoded word, RFC 2047 §5 rule 3


def field(name: str, tokens: Iterable[str]) -> bytes:
    """One field, folded between tokens."""
    lines = [f"{name}:"]
    for token in tokens:
        if len(lines[-1]) + 1 + len(token) > _LINE and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {token}"
    return ("\r\n".join(lines) + "\r\n").encode()


def fit(name: str, text: str) -> str:
    """The text as one line. Raises Problem(LETTER_CHARACTERS) where it would be more than one."""
    if _UNFIT.search(text):
        raise Problem(Trouble.LETTER_CHARACTERS, field=name)
    return clean(text)


def unstructured(name: str, text: str) -> bytes:
    text = fit(name, text)
    words = text.split(" ") if text else []
    plain = text.isascii() and "=?" not in text and all(1 <= len(word) <= _WORD for word in words)
    return field(name, words if plain else encoded(text))


def people(name: str, mailboxes: Sequence[Mailbox]) -> bytes:
    """An address field; nothing where there is nobody."""
    tokens: list[str] = []
    for mailbox in mailboxes:
        if tokens:
            tokens[-1] += ","
        tokens += _mailbox(name, mailbox)
    return field(name, tokens) if tokens else b""


def ids(name: str, message_ids: Iterable[str]) -> bytes:
    """Message ids, given without their brackets. One that no field can bear is left out: it came from somebody else's mail."""
    tokens = [f"<{one}>" for one in message_ids if len(one) <= _LONGEST_ID and _ID.fullmatch(one)]
    return field(name, tokens) if tokens else b""


def sealed(name: str, text: str) -> bytes:
    """A text without blanks, of any length; nothing where it is empty. Who reads it leaves out the blanks of the folds."""
    return field(name, [text[at : at + _SEALED] for at in range(0, len(text), _SEALED)]) if text else b""


def content_type(value: str, file_name: str) -> bytes:
    """With the file's name in encoded words: no standard knows them there, but older webmails read nothing else."""
    return field("Content-Type", [f"{value};", *_in_words("name", file_name)])


def disposition(value: str, file_name: str) -> bytes:
    """A plain name stands as it is. Any other stands twice: by RFC 2231, and in encoded words for Outlook and its like.

    One with a semicolon only by RFC 2231: readers that decode words before they split the field would cut it.
    """
    sections = [] if _is_plain(file_name) else _sections("filename", file_name)
    words = [] if ";" in file_name else _in_words("filename", file_name)
    separated = [f"{one};" for one in (value, *sections)]
    return field("Content-Disposition", [*separated, *words] if words else [*separated[:-1], separated[-1].rstrip(";")])


def saved_name(name: str) -> str:
    """What a file's name may be: the last step of its path, one line, its ending kept."""
    name = PurePosixPath(fit("filename", name).replace("\\", "/")).name.strip(". ")
    ending = PurePosixPath(name).suffix[:20] if len(name) > _LONGEST_NAME else ""
    return (name[: _LONGEST_NAME - len(ending)] + ending if ending else name[:_LONGEST_NAME]) or "attachment"


def encoded(text: str) -> Iterator[str]:
    """Encoded words of whole characters, in whichever encoding is shorter (RFC 2047 §4)."""
    quoted = sum(map(len, map(_quoted, text))) <= len(text.encode()) * 4 / 3
    most = _WORD if quoted else _WORD * 3 // 4
    word = ""
    length = 0
    for sign in text:
        size = len(_quoted(sign) if quoted else sign.encode())
        if length + size > most:
            yield _word(word, quoted=quoted)
            word, length = "", 0
        word += sign
        length += size
    yield _word(word, quoted=quoted)


def _word(text: str, *, quoted: bool) -> str:
    return (
        f"=?UTF-8?Q?{''.join(map(_quoted, text))}?=" if quoted else f"=?UTF-8?B?{b64encode(text.encode()).decode()}?="
    )


def _quoted(sign: str) -> str:
    if _LETTER.fullmatch(sign):
        return sign
    return "_" if sign == " " else "".join(f"={byte:02X}" for byte in sign.encode())


def _mailbox(field_name: str, mailbox: Mailbox) -> list[str]:
    name = fit(field_name, mailbox.name)
    address = wire(fit(field_name, mailbox.address))
    if not name or name == mailbox.address:
        return [address]
    return [*_phrase(name), f"<{address}>"]


def _phrase(name: str) -> list[str]:
    """A display name. Words of ASCII stay as they are between encoded ones: fewer encoded words touch, which some join with a blank."""
    if _QUOTABLE.fullmatch(name) and "=?" not in name and "  " not in name:
        return name.split(" ") if all(map(_ATOM.fullmatch, name.split(" "))) else [f'"{name}"']
    runs: list[tuple[bool, str]] = []  # whether it is ASCII, the words
    for word in name.split(" "):
        plain = _ATOM.fullmatch(word) is not None and "=?" not in word and len(word) <= _WORD
        if runs and not plain and not runs[-1][0]:
            runs[-1] = (False, f"{runs[-1][1]} {word}")
        else:
            runs.append((plain, word))
    return [token for plain, words in runs for token in ([words] if plain else encoded(words))]


def _is_plain(file_name: str) -> bool:
    return _PLAIN_NAME.fullmatch(file_name) is not None


def _in_words(parameter: str, value: str) -> list[str]:
    if _is_plain(value):
        return [f'{parameter}="{value}"']
    words = list(encoded(value))
    words[0] = f'{parameter}="{words[0]}'
    words[-1] += '"'
    return words


def _sections(parameter: str, value: str) -> list[str]:
    sections = [""]
    for sign in value:
        escaped = quote(sign, safe="")
        if len(sections[-1]) + len(escaped) > _SECTION:
            sections.append("")
        sections[-1] += escaped
    if len(sections) == 1:
        return [f"{parameter}*=UTF-8''{sections[0]}"]
    sections[0] = f"UTF-8''{sections[0]}"
    return [f"{parameter}*{number}*={section}" for number, section in enumerate(sections)]
