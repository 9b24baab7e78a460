"""Attachments in one encrypted ZIP (AES-256 in WinZip's form AE-2, which 7-Zip and its like open; Windows' own Explorer does not).

The names and sizes of the files inside can be read without the password.
"""

import secrets
from collections.abc import Iterable
from typing import IO, Final

import pyzipper

from teczka.core.names import free_name
from teczka.mime.enclosing import Attachment
from teczka.mime.writing import saved_name

# No letter or digit that is taken for another when it is read out or copied from paper (l 1 i, o 0, z 2, s 5, b 8, g 9, u v, rn m).
_ALPHABET: Final = "acdefhjkmnpqrtwxy34679"
_GROUPS: Final = (5, 5, 5, 5)  # 20 signs: 89 bits


def new_password() -> str:
    """To be told by telephone: four groups of five, as k4dpf-…"""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(count)) for count in _GROUPS)


def write(out: IO[bytes], files: Iterable[Attachment], password: str) -> None:
    """The ZIP of these files into `out`, piece by piece. Files of one name are numbered."""
    taken: set[str] = set()
    with pyzipper.AESZipFile(out, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password.encode("ascii"))
        for file in files:
            with archive.open(free_name(saved_name(file.name), taken), "w", force_zip64=file.size > 1 << 30) as entry:
                for piece in file.pieces():
                    entry.write(piece)
