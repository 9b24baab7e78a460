"""`teczka references --json < TEXT`: court and file references found in a text. No Django, no database."""

import argparse
import json
import sys
from typing import Any

from teczka.core.numbering import BadPattern, Pattern, pattern
from teczka.core.references import Found, Kind, spans


def main(argv: list[str]) -> int:
    options = argparse.ArgumentParser(
        prog="teczka references", description="Find court and file references in the text on standard input (UTF-8)."
    )
    options.add_argument("--json", action="store_true", help="one JSON document: a list of what was found")
    options.add_argument(
        "--own",
        action="append",
        default=[],
        metavar="PATTERN",
        help='a pattern of the office, such as "KAN/{number}/{year}"',
    )
    chosen = options.parse_args(argv)
    own: list[Pattern] = []
    for written in chosen.own:
        try:
            own.append(pattern(written))
        except BadPattern as problem:
            print(f"teczka references: the pattern {written} cannot be used: {problem.fault}", file=sys.stderr)
            return 1
    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    found = [described(text, one) for one in spans(text, own)]
    if chosen.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        for one in found:
            print(one["reference"])
    return 0


def described(text: str, found: Found) -> dict[str, Any]:
    """The fields of the command's JSON: stable names, part of the product's interface. Places are counted in characters."""
    reference = found.reference
    number: int | str = reference.number if reference.kind is Kind.REGISTER else int(reference.number)
    return {
        "text": text[found.start : found.end],
        "reference": str(reference),
        "kind": reference.kind,
        "court": reference.court,
        "division": reference.division,
        "repertory": reference.repertory,
        "number": number,
        "year": reference.year or None,
        "suffix": reference.suffix,
        "start": found.start,
        "end": found.end,
    }
