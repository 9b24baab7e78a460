"""To which case mail belongs, on the demo's office of two years: each person's mail in the order of time, each letter filed rightly before
the next one is asked about. How often the first suggestion is right, how much of the mail of cases it finds, and how often nothing is said
of mail that belongs to none.

The truth is the script's (DemoOffice.belongs). All cards are known from the start, of cases that go on until the day on which they close.
--quick: the advocate's mail alone.
"""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from uuid import UUID, uuid4

import django

from benchmarks.bench import options, show
from tests.database import TestDatabase
from tests.stock import data_folder

DATA = data_folder()
os.environ |= {
    "TECZKA_DATA": str(DATA),
    "DJANGO_SETTINGS_MODULE": "teczka.settings",
    "TECZKA_EGRESS_ALLOW": "127.0.0.1",
}
django.setup()

from teczka.actions.cases import set_state  # noqa: E402
from teczka.actions.demo import Demo  # noqa: E402
from teczka.actions.demo_cases import open_cases  # noqa: E402
from teczka.actions.demo_mail import Letter, settled  # noqa: E402
from teczka.actions.filing import Wanted, file  # noqa: E402
from teczka.core.cases import CaseState  # noqa: E402
from teczka.store.models import Case, User  # noqa: E402
from teczka.store.queries.suggestions import Suggested, suggestions  # noqa: E402
from teczka.store.viewer import as_user  # noqa: E402

NOW = datetime(2026, 11, 24, 9, 12, tzinfo=timezone(timedelta(hours=1)))


def main() -> None:
    quick = options("Suggested cases on the demo's office.").quick
    database = TestDatabase(DATA)
    database.start()
    try:
        with Demo(NOW) as demo:
            people = demo.move_in()
            demo.bring_mail(people)
            matters = demo.matters
            cases = open_cases(matters, people, NOW.date())
            ended = {matter.short: NOW - timedelta(days=matter.ended) for matter in matters if matter.ended}
            lawyers = {matter.short: people[matter.lawyer] for matter in matters}
            chosen = ["helena"] if quick else list(people)
            played = [one for key in chosen for one in play(people[key], demo.belongs, cases, ended, lawyers)]
    finally:
        database.stop()
    show({"benchmark": "demo_suggestions", "cases": len(cases), "letters": len(played)} | scored(played))


Asked = tuple[Letter, Suggested | None, UUID | None]  # what was suggested first, and the truth


def play(
    person: User,
    belongs: Mapping[str, str],
    cases: Mapping[str, UUID],
    ended: Mapping[str, datetime],
    lawyers: Mapping[str, User],
) -> list[Asked]:
    """What anybody else filed is not theirs to see: each starts with nothing filed, and every case open."""
    for short, lawyer in lawyers.items():
        set_state(lawyer, cases[short], CaseState.OPEN, NOW.date())
    waiting = sorted(ended, key=lambda short: ended[short])
    asked = []
    with as_user(person.pk):
        mine = set(Case.objects.values_list("public_id", flat=True))
    for one in settled(person, belongs, NOW + timedelta(days=1)):
        while waiting and ended[waiting[0]] <= one.date:
            closed = waiting.pop(0)
            set_state(lawyers[closed], cases[closed], CaseState.CLOSED, ended[closed].date())
        first = next(iter(suggestions(person, [one.id]).get(one.id, ())), None)
        truth = cases.get(one.matter)
        asked.append((one, first, truth))
        if truth in mine:
            file(person, uuid4(), [one.public_id], Wanted(truth, whole=False))
    return asked


def scored(asked: Sequence[Asked]) -> dict[str, object]:
    said = [(letter, first, truth) for letter, first, truth in asked if first]
    wrong = [(letter, first) for letter, first, truth in said if first.public_id != truth]
    within = [first for _, first, truth in asked if truth]
    beside = [first for _, first, truth in asked if not truth]
    precision = 1 - len(wrong) / len(said)
    silent = beside.count(None) / len(beside)
    return {
        "of_no_case": len(beside),
        "precision": round(precision, 4),
        "recall": round((len(said) - len(wrong)) / len(within), 4),
        "silent": round(silent, 4),
        "precision_goal_ratio": round(precision / 0.95, 3),
        "silent_goal_ratio": round(silent / 0.95, 3),
        "wrong": dict(Counter(f"{letter.subject}: {first.suggestion.reason}" for letter, first in wrong)),
        "reasons": dict(Counter(str(first.suggestion.reason) for _, first, _ in said)),
    }


if __name__ == "__main__":
    main()
