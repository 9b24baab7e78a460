"""Finding a case among 5,000 as it is typed: a query for each press of a key, of references, names, words with slips and of nothing there.

Beside it what an SQL search with ILIKE over the same lines would have to read: each word of the query as a substring, no order.
"""

import random
import time
from collections.abc import Callable, Sequence
from statistics import median, quantiles

from benchmarks.bench import options, show
from teczka.core.find import find, haystack
from teczka.language.fold import fold
from tests.casebook import Sample, samples

CASES = 5_000
GOAL = 30  # ms, p95
SHOWN = 20


def line(one: Sample) -> str:
    return haystack(fold(one.number), map(fold, one.references), map(fold, (one.name, one.client, *one.parties)))


def typed(cases: Sequence[Sample], count: int) -> list[str]:
    """What stands in the field after each key, of people who look for cases that there are, make slips, or look for what there is not."""
    chance = random.Random(7)
    queries = ["xyzzy", "kowalski zakopane jozef", "i c 1/24"]
    for one in chance.sample(list(cases), count):
        first, last = one.client.split()
        slip = last[:2] + last[3] + last[2] + last[4:] if len(last) > 4 else last
        queries += [one.references[0], one.number, last, f"{last} {first}", slip, one.references[0].replace(" ", "")]
    return [fold(query[:end]) for query in queries for end in range(1, len(query) + 1)]


def milliseconds(queries: Sequence[str], act: Callable[[str], object]) -> list[float]:
    taken = []
    for query in queries:
        began = time.perf_counter()
        act(query)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def substrings(query: str, lines: Sequence[str]) -> list[int]:
    words = query.split()
    return [place for place, one in enumerate(lines) if all(word in one for word in words)]


def main() -> None:
    chosen = options("Finding a case among 5,000, key by key.")
    cases = samples(CASES)
    lines = [line(one) for one in cases]
    queries = typed(cases, 5 if chosen.quick else 40)
    ours = milliseconds(queries, lambda query: find(query, lines, SHOWN))
    plain = milliseconds(queries, lambda query: substrings(query, lines))
    sought = range(0, CASES, 100)
    first = sum(find(fold(cases[place].number), lines, 1) == [place] for place in sought)
    p95 = quantiles(ours, n=20)[-1]
    show(
        {
            "cases": CASES,
            "keys": len(queries),
            "ms_p50": round(median(ours), 2),
            "ms_p95": round(p95, 2),
            "ms_worst": round(max(ours), 2),
            "substrings_ms_p95": round(quantiles(plain, n=20)[-1], 2),
            "found_first_by_number": round(first / len(sought), 4),
            "goal_ratio": round(GOAL / p95, 1),
        }
    )


if __name__ == "__main__":
    main()
