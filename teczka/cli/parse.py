"""`teczka parse FILE… --json`: what the reader would show of stored messages. No Django, no database."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from teczka.core.recipients import Mailbox
from teczka.mime.content import decode_chunks
from teczka.mime.parts import Part
from teczka.mime.reading import read


def main(argv: list[str]) -> int:
    options = argparse.ArgumentParser(
        prog="teczka parse", description="Show what the reader would show of each message."
    )
    options.add_argument("files", nargs="+", metavar="FILE", help="a message as stored (.eml); - is standard input")
    options.add_argument("--json", action="store_true", help="one JSON document for each message, one a line")
    chosen = options.parse_args(argv)
    status = 0
    for name in chosen.files:
        try:
            raw = message(name)
        except OSError as problem:
            print(f"teczka parse: {name}: {problem.strerror or problem}", file=sys.stderr)
            status = 1
            continue
        shown = described(raw)
        print(json.dumps(shown, ensure_ascii=False) if chosen.json else "\n".join(_lines(shown)))
    return status


def message(name: str) -> bytes:
    """The bytes of a file, or of standard input for "-"; OSError."""
    return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()


def described(raw: bytes) -> dict[str, Any]:
    """The fields of the command's JSON: stable names, part of the product's interface."""
    reading = read(raw, lambda part: "data:")
    return {
        "subject": reading.parsed.subject,
        "from": _people(reading.parsed.from_),
        "to": _people(reading.parsed.to),
        "cc": _people(reading.parsed.cc),
        "date": reading.parsed.date.isoformat() if reading.parsed.date else None,
        "text": reading.text,
        "attachments": [_attachment(raw, part) for part in reading.attachments],
        "defects": reading.defects,
    }


def _people(found: list[Mailbox]) -> list[dict[str, str]]:
    return [{"name": person.name, "address": person.address} for person in found]


def _attachment(raw: bytes, part: Part) -> dict[str, str | int]:
    digest = sha256()
    size = 0
    for piece in decode_chunks(_reader(raw), part):
        digest.update(piece)
        size += len(piece)
    return {"name": part.name, "type": part.content_type, "size": size, "sha256": digest.hexdigest()}


def _reader(raw: bytes) -> Callable[[int, int], bytes]:
    return lambda offset, length: raw[offset : offset + length]


def _lines(shown: dict[str, Any]) -> Iterator[str]:
    yield f"Subject: {shown['subject']}"
    for field in ("from", "to", "cc"):
        people = ", ".join(f"{person['name']} <{person['address']}>".strip() for person in shown[field])
        if people:
            yield f"{field.capitalize()}: {people}"
    yield f"Date: {shown['date'] or ''}"
    for attachment in shown["attachments"]:
        yield f"Attachment: {attachment['name']} ({attachment['type']}, {attachment['size']} bytes)"
    if shown["defects"]:
        yield f"Defects: {', '.join(shown['defects'])}"
    yield ""
    yield shown["text"]
