"""Runs under Debian's python3, which has notmuch's own bindings: asks one open database each query of standard input (a JSON list), and
tells how long each took, in milliseconds, to the rows of a page: who, what about, and when, of the newest 50."""

import json
import sys
import time

import notmuch2  # type: ignore[import-not-found]

PAGE = 50


def page(database: notmuch2.Database, query: str) -> tuple[float, int]:
    began = time.perf_counter()
    rows = []
    for message in database.messages(query, sort=notmuch2.Database.SORT.NEWEST_FIRST):
        rows.append((message.messageid, message.header("from"), message.header("subject"), message.date))
        if len(rows) == PAGE:
            break
    return (time.perf_counter() - began) * 1000, len(rows)


def main() -> None:
    with notmuch2.Database(sys.argv[1]) as database:
        print(json.dumps([page(database, query) for query in json.load(sys.stdin)]))


if __name__ == "__main__":
    main()
