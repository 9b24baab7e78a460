"""What is found of what should be: the judged queries (tests/data/search) asked of PostgreSQL, as the product asks, beside PostgreSQL's own
configurations `simple` and `english`, which servers offer for Polish mail.

Recall is the mean share of a query's answers that are found, precision that of answers among the first twenty found, newest first; a query
that finds nothing has no wrong answers. `bare`: the same queries typed without Polish marks. Queries "in other words" than the letter's
hold words that are not in it: they are counted apart. References are exact where all their answers are found and nothing else.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, median

import django

from benchmarks.bench import options, show
from tests.database import TestDatabase
from tests.stock import data_folder

DATA = data_folder()
os.environ |= {"TECZKA_DATA": str(DATA), "DJANGO_SETTINGS_MODULE": "teczka.settings"}
django.setup()

from django.db import connection  # noqa: E402

from teczka.core.references import spans  # noqa: E402
from teczka.core.search import parse  # noqa: E402
from teczka.language.fields import Field  # noqa: E402
from teczka.language.vectors import vectors  # noqa: E402
from teczka.store.queries.asked import of_words  # noqa: E402
from tests.judged_search import Judged, Letter, bare, corpus  # noqa: E402

TOP = 20
KINDS = ("words", "short", "names", "numbers", "references")
TABLE = "CREATE TEMP TABLE letter (n int, ours tsvector, simple tsvector, english tsvector)"
FILL = "INSERT INTO letter SELECT %s, %s::tsvector, to_tsvector('simple', t), to_tsvector('english', t) FROM (SELECT %s) AS x (t)"
PEER = "SELECT n FROM letter WHERE {0} @@ websearch_to_tsquery('{0}', %s) ORDER BY n"
OURS = "SELECT n FROM letter WHERE ours @@ %s::tsquery ORDER BY n"


@dataclass(frozen=True, slots=True)
class Score:
    recall: float
    precision: float
    exact: float  # share of queries that find their answers and nothing else
    ms: float  # median, with the index's look-up


def main() -> None:
    options("Recall and precision over judged letters.")
    letters, judged = corpus()
    database = TestDatabase(DATA)
    database.start()
    try:
        _fill(letters)
        told = {kind: scored(ours, judged, [kind]) for kind in KINDS}
        whole, unmarked, other = (
            scored(ours, judged, KINDS),
            scored(ours, judged, KINDS, bare),
            scored(ours, judged, ["other words"]),
        )
        peers = {name: scored(peer(name), judged, KINDS) for name in ("simple", "english")}
        bare_peers = {name: scored(peer(name), judged, KINDS, bare) for name in peers}
    finally:
        database.stop()
    show(
        {
            "benchmark": "search_quality",
            "letters": len(letters),
            "queries": sum(one.kind in KINDS for one in judged),
            "recall": round(whole.recall, 4),
            "precision_at_20": round(whole.precision, 4),
            "bare_recall": round(unmarked.recall, 4),
            "bare_precision_at_20": round(unmarked.precision, 4),
            "references_exact": told["references"].exact,
            "numbers_exact": told["numbers"].exact,
            "recall_of": {kind: round(one.recall, 4) for kind, one in told.items()},
            "precision_of": {kind: round(one.precision, 4) for kind, one in told.items()},
            "other_words_recall": round(other.recall, 4),
            "ms_a_query": round(whole.ms, 2),
            **{f"{name}_recall": round(one.recall, 4) for name, one in peers.items()},
            **{f"{name}_precision_at_20": round(one.precision, 4) for name, one in peers.items()},
            **{f"{name}_bare_recall": round(one.recall, 4) for name, one in bare_peers.items()},
            "recall_ratio": round(whole.recall / max(one.recall for one in peers.values()), 2),
            "bare_recall_ratio": round(unmarked.recall / max(one.recall for one in bare_peers.values()), 2),
        }
    )


def _fill(letters: Sequence[Letter]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        for place, one in enumerate(letters):
            references = ((Field.TEXT, found.reference) for found in spans(one.text))
            said = "\n".join(text for _, text in one.fields())
            cursor.execute(FILL, [place, vectors(one.fields(), references)[0], said])


def ours(query: str) -> list[int]:
    node = parse(query).node
    asked = of_words(node, tuple) if node else None
    return _rows(OURS, asked) if asked else []


def peer(configuration: str) -> Callable[[str], list[int]]:
    return lambda query: _rows(PEER.format(configuration), query)


def _rows(statement: str, asked: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [asked])
        return [row[0] for row in cursor]


def scored(
    engine: Callable[[str], list[int]],
    judged: Sequence[Judged],
    kinds: Sequence[str],
    typed: Callable[[str], str] = str,
) -> Score:
    recall, precision, exact, taken = [], [], [], []
    for one in judged:
        if one.kind in kinds:
            began = time.perf_counter()
            found = engine(typed(one.text))
            taken.append((time.perf_counter() - began) * 1000)
            first = found[:TOP]
            recall.append(len(one.answers.intersection(found)) / len(one.answers))
            precision.append(len(one.answers.intersection(first)) / len(first) if first else 1.0)
            exact.append(float(one.answers == set(found)))
    return Score(mean(recall), mean(precision), mean(exact), median(taken))


if __name__ == "__main__":
    main()
