"""To which case mail belongs, in an office of ten with 5,000 cases: how often the first suggestion is right, how often nothing is said of
mail that belongs to none, and what asking costs; beside a finder of the longest substring, as a peer has it."""

import os
import time
from collections import Counter
from collections.abc import Sequence
from statistics import median, quantiles
from uuid import uuid4

import django
import psycopg

from benchmarks.bench import options, show
from tests.database import TestDatabase
from tests.stock import data_folder

DATA = data_folder()
os.environ |= {"TECZKA_DATA": str(DATA), "DJANGO_SETTINGS_MODULE": "teczka.settings"}
django.setup()

from benchmarks.processor import processor  # noqa: E402
from teczka.actions.filing import Wanted, file  # noqa: E402
from teczka.store.models import Case, CaseReference, Folder, Message, Office, PartyAddress, User  # noqa: E402
from teczka.store.queries.suggestions import suggestions  # noqa: E402
from teczka.store.viewer import as_user  # noqa: E402
from tests.cast import make_account, make_folder  # noqa: E402
from tests.generated_cases import fill_cases  # noqa: E402
from tests.generated_letters import Known, Written, letters, raw  # noqa: E402
from tests.web.mailroom import store  # noqa: E402

PEOPLE, CASES, COURTS = 10, 5_000, 12
FILED = 60  # conversations that were filed before
GOAL = 5  # ms
PATTERN = "KAN/{number}/{year}"

# A court in each case, few of them; and the office's own numbers as references.
COURT = """
WITH made AS (INSERT INTO store_party (public_id, office_id, case_id, position, side, name, role, note)
  SELECT gen_random_uuid(), c.office_id, c.id, 9, 'court', 'Sąd', '', '' FROM store_case c RETURNING id, case_id, office_id)
INSERT INTO store_partyaddress (office_id, case_id, party_id, address)
SELECT office_id, case_id, id, 'sad' || case_id %% %s || '@sad.example' FROM made
"""
OWN = """
INSERT INTO store_casereference (public_id, office_id, case_id, position, written, repertory, number, year, division, court, suffix)
SELECT gen_random_uuid(), c.office_id, c.id, %s, c.number, %s, split_part(c.number, '/', 2), split_part(c.number, '/', 3)::int, '', '', ''
FROM store_case c
"""


def main() -> None:
    count = 300 if options("Suggested cases.").quick else 3_000
    database = TestDatabase(DATA)
    database.start()
    try:
        viewer, inbox = office(database)
        cases = known_cases(viewer)
        every = frozenset(reference for case in cases for reference in case.references)
        courts = [f"sad{number}@sad.example" for number in range(COURTS)]
        mail = [*letters(cases, courts, every, count), *filed_before(viewer, inbox, cases)]
        stored = [store(inbox, one.raw) for one in mail]
        found, milliseconds = ask(viewer, stored)
    finally:
        database.stop()
    peer = [Substrings(cases)(one) for one in mail]
    ours, theirs = scored(mail, found), scored(mail, peer)
    clock, cpu = zip(*milliseconds, strict=True)
    wrong = Counter(one.kind for one, case in zip(mail, found, strict=True) if case not in (one.case, None))
    show(
        {
            "benchmark": "suggestions",
            "cases": CASES,
            "letters": len(mail),
            "precision": ours[0],
            "recall": ours[1],
            "silent": ours[2],
            "substring_precision": theirs[0],
            "substring_recall": theirs[1],
            "substring_silent": theirs[2],
            "precision_ratio": round(ours[0] / theirs[0], 2),
            "wrong": dict(wrong),
            "ms_median": round(median(clock), 2),
            "ms_p95": round(quantiles(clock, n=20)[-1], 2),
            "cpu_ms_median": round(median(cpu), 2),
            "cpu_ms_p95": round(quantiles(cpu, n=20)[-1], 2),
            "cpu_goal_ratio": round(GOAL / median(cpu), 2),
            "load": round(os.getloadavg()[0], 1),
        }
    )


def office(database: TestDatabase) -> tuple[User, Folder]:
    kept = Office.objects.create(name="Kancelaria", number_patterns=[PATTERN])
    people = [
        User.objects.create_user(f"osoba{number}@kancelaria.example", office=kept, name=f"Osoba {number}")
        for number in range(PEOPLE)
    ]
    with psycopg.connect(database.server.dsn("teczka", "postgres"), autocommit=True) as connection:
        fill_cases(connection, kept.pk, [person.pk for person in people], CASES, 0)
        connection.execute(COURT % COURTS)
        connection.execute(OWN, [CaseReference.OWN_NUMBER, PATTERN])
        connection.execute("VACUUM (ANALYZE)")
    return people[0], make_folder(make_account(people[0], "anna@kancelaria.example"))


def known_cases(viewer: User) -> list[Known]:
    """Those that the viewer may know of and that are not closed."""
    with as_user(viewer.pk):
        references: dict[int, list[str]] = {}
        for case, written in CaseReference.objects.filter(position__gte=0).values_list("case_id", "written"):
            references.setdefault(case, []).append(written)
        clients = dict(
            PartyAddress.objects.filter(party__side="ours").values_list("case_id", "address").order_by("-id")
        )
        rows = Case.objects.exclude(state="closed").order_by("id").values_list("id", "number")
        return [Known(key, number, tuple(references[key]), clients[key]) for key, number in rows]


def filed_before(viewer: User, inbox: Folder, cases: Sequence[Known]) -> list[Written]:
    """Conversations that the viewer filed; what is answered to them by people whom they do not name."""
    answers = []
    with as_user(viewer.pk):
        names = dict(Case.objects.values_list("id", "public_id"))
    for place, case in enumerate(cases[:: len(cases) // FILED][:FILED]):
        message = store(inbox, raw(f"filed-{place}", "kontakt@spolka.example", "Ustalenia", "Jak w rozmowie."))
        file(viewer, uuid4(), [message.public_id], Wanted(case=names[case.id]))
        answer = raw(f"answer-{place}", "nowy@spolka.example", "Re: Ustalenia", "Dziękuję.", answers=f"filed-{place}")
        answers.append(Written(answer, "nowy@spolka.example", "Re: Ustalenia\nDziękuję.", case.id, "answer"))
    return answers


def ask(viewer: User, stored: Sequence[Message]) -> tuple[list[int | None], list[tuple[float, float]]]:
    """The first suggestion for each, and what asking took: milliseconds of the clock, and of the processor."""
    first: list[int | None] = []
    taken = []
    for message in stored:
        began, busy = time.perf_counter(), processor()
        found = suggestions(viewer, [message.pk]).get(message.pk, [])
        taken.append(((time.perf_counter() - began) * 1000, (processor() - busy) * 1000))
        first.append(found[0].case if found else None)
    return first, taken


class Substrings:
    """The longest number of a case that the subject or the text contains; else the case of the sender; as j-lawyer does it."""

    def __init__(self, cases: Sequence[Known]) -> None:
        numbers = [(number, case.id) for case in cases for number in (case.number, *case.references)]
        self.numbers = sorted(numbers, key=lambda one: -len(one[0]))
        self.people = {case.client: case.id for case in cases}

    def __call__(self, letter: Written) -> int | None:
        found = next((case for number, case in self.numbers if number in letter.told), None)
        return found or self.people.get(letter.sender)


def scored(mail: Sequence[Written], found: Sequence[int | None]) -> tuple[float, float, float]:
    """How many of all first suggestions are right, how much of the mail of cases was suggested rightly, and how often nothing was said
    of the rest."""
    pairs = list(zip(mail, found, strict=True))
    said = [(one, case) for one, case in pairs if case]
    right = sum(one.case == case for one, case in said)
    rest = [case for one, case in pairs if not one.case]
    return (
        round(right / (len(said) or 1), 4),
        round(right / (len(pairs) - len(rest)), 4),
        round(rest.count(None) / len(rest), 4),
    )


if __name__ == "__main__":
    main()
