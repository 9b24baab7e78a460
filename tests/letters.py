"""Plain letters in any number and size."""

import base64
from collections.abc import Iterator
from random import Random


def letters(count: int, size: int = 2_000) -> Iterator[bytes]:
    """No two alike; a body of about `size` bytes that does not compress to nothing. A large one is a file: who reads noise for words
    has ten times as much to do as who fetches it.
    """
    file = b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n" if size > 10_000 else b""
    for number in range(count):
        body = base64.encodebytes(Random(number).randbytes(size * 3 // 4)).replace(b"\n", b"\r\n")
        yield (
            b"From: Sad <sad@sad.example>\r\nTo: biuro@kancelaria-nowak.example\r\nDate: Thu, 5 Nov 2026 10:00:00 +0100\r\n"
            b"Message-ID: <%d@sad.example>\r\nSubject: Pismo %d\r\n%b\r\n%b" % (number, number, file, body)
        )
