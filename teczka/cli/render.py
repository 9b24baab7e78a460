"""`teczka render FILE`: the exact HTML document that the reading frame would be given, inline images within it. No Django."""

import argparse
import sys
from base64 import b64encode

from teczka.cli.parse import message
from teczka.mime.content import decode
from teczka.mime.parts import Part
from teczka.mime.pictures import HEAD, drawable
from teczka.mime.preview import PICTURES, document, plain
from teczka.mime.reading import read


def main(argv: list[str]) -> int:
    options = argparse.ArgumentParser(
        prog="teczka render", description="Print the HTML document that the reading frame shows."
    )
    options.add_argument("file", metavar="FILE", help="a message as stored (.eml); - is standard input")
    chosen = options.parse_args(argv)
    try:
        raw = message(chosen.file)
    except OSError as problem:
        print(f"teczka render: {chosen.file}: {problem.strerror or problem}", file=sys.stderr)
        return 1
    sys.stdout.write(rendered(raw))
    return 0


def rendered(raw: bytes) -> str:
    def address(part: Part) -> str | None:
        if part.content_type not in PICTURES or not drawable(decode(raw, part, HEAD)):
            return None
        return f"data:{part.content_type};base64,{b64encode(decode(raw, part)).decode('ascii')}"

    reading = read(raw, address)
    return document(reading.html or plain(reading.text, ()), plain=not reading.html)
