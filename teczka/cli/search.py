"""`teczka search --user EMAIL QUERY`: what that person would find, as the box of the pages is asked."""

import argparse
import sys
from typing import Any

from teczka.cli.account import user_of
from teczka.cli.house import complain, house, parser, show, told
from teczka.core.mail import dated
from teczka.core.search import Query, parse
from teczka.core.search_tree import Hint
from teczka.store.models import User
from teczka.store.queries.hits import Hit
from teczka.store.queries.search import BLOCK, Shown, coverage, shown
from teczka.web.search.marking import Marking, marking

HINTS = {
    Hint.UNKNOWN: "There is no operator {about}: it was searched as a word.",
    Hint.VALUE: "{about} has no value that it can have: it was searched as words.",
    Hint.MANY: "The query is too long: its end was left out.",
    Hint.FOLDER: "There is no folder {about}.",
    Hint.ACCOUNT: "There is no account {about}.",
    Hint.CASE: "There is no case {about}.",
    Hint.LABEL: "There is no label {about}.",
    Hint.SIGNS: "{about} cannot be searched for, only words and numbers can.",
    Hint.NOT: "{about} was searched as a word: a minus leaves one out, as in -spam.",
    Hint.SLOW: "The search took too long and was ended: narrow it by a word, a sender or a date.",
}


def main(argv: list[str]) -> int:
    options = parser("search", "Find mail: everything that a person may see, by words and operators.")
    options.add_argument("--user", required=True, metavar="EMAIL", help="whose eyes it is looked with")
    options.add_argument("query", nargs="+", help='from:kowalski subject:"lease agreement" has:attachment word* -other')
    options.add_argument("--most", type=int, default=BLOCK, metavar="N", help=f"rows (default {BLOCK})")
    options.add_argument("--best", action="store_true", help="the best first, not the newest")
    options.add_argument("--json", action="store_true", help="one JSON document: a list of what was found")
    chosen = options.parse_args(argv)
    return told(lambda: _search(chosen))


def _search(chosen: argparse.Namespace) -> int:
    query = parse(" ".join(chosen.query))
    with house():
        viewer = user_of(chosen.user)
        told, found = described(viewer, query, max(0, chosen.most), best=chosen.best)
        covered = coverage(viewer)
    if chosen.json:
        show(told)
    else:
        sys.stdout.writelines(map(_lines, told))
    for hint, about in found.hints:
        complain(HINTS[hint].format(about=about))
    if covered.indexed < covered.all:
        complain(f"{covered.indexed} of {covered.all} messages were searched; the others are still being read.")
    return 0


def _lines(one: dict[str, Any]) -> str:
    return "{day:10}  {from}  {subject}\n            {snippet}\n".format(day=(one["date"] or "no date")[:10], **one)


def described(viewer: User, query: Query, most: int, *, best: bool) -> tuple[list[dict[str, Any]], Shown]:
    found = shown(viewer, query, most=most, best=best, rows=most)
    words = marking(viewer, query, found.hits)
    return [_described(hit, words) for hit in found.hits], found


def _described(hit: Hit, words: Marking) -> dict[str, Any]:
    """Stable names, part of the product's interface. Account and folder are empty for what others share."""
    line = hit.line
    _, pieces = words.snippet(hit)
    return {
        "id": str(line.public_id),
        "message_id": hit.message_id,
        "subject": line.subject or "",
        "from": f"{line.from_name} <{line.from_address}>" if line.from_name else line.from_address,
        "date": line.internaldate.isoformat() if dated(line.internaldate) else None,
        "account": hit.account,
        "folder": hit.path,
        "snippet": "".join(text for text, _ in pieces),
    }
