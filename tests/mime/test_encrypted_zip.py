"""Attachments in an encrypted ZIP."""

import io
import re
from collections.abc import Iterator

import pytest
import pyzipper

from teczka.mime.enclosing import Attachment
from teczka.mime.encrypted_zip import new_password, write

SECRET = b"tajemnica adwokacka " * 5_000


def attachment(name: str, data: bytes = SECRET) -> Attachment:
    def pieces() -> Iterator[bytes]:
        return (data[start : start + 999] for start in range(0, len(data), 999))

    return Attachment(name, "application/pdf", len(data), pieces)


def test_files_are_encrypted_with_aes_256_and_come_back() -> None:
    out = io.BytesIO()
    write(out, [attachment("zażółć.pdf"), attachment("../pusty.txt", b""), attachment("Zażółć.pdf", b"drugi")], "k4dpf")
    assert b"tajemnica" not in out.getvalue()
    with pyzipper.AESZipFile(out) as archive:
        assert archive.namelist() == ["zażółć.pdf", "pusty.txt", "Zażółć (2).pdf"]
        assert {(entry.wz_aes_version, entry.wz_aes_strength) for entry in archive.infolist()} == {(2, 3)}
        archive.setpassword(b"k4dpf")
        assert [archive.read(name) for name in archive.namelist()] == [SECRET, b"", b"drugi"]
        with pytest.raises(RuntimeError):
            archive.read("zażółć.pdf", pwd=b"inne")


def test_a_password_can_be_read_out() -> None:
    passwords = {new_password() for _ in range(50)}
    assert len(passwords) == 50
    for password in passwords:
        assert re.fullmatch(r"[a-z0-9]{5}(-[a-z0-9]{5}){3}", password)
        assert not set("0o1liz2s5b8guv") & set(password)
