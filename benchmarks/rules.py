"""Fifty rules (ten on text, twenty on people, twenty on subject or reference) over stored mail; what the editor's preview costs among
50,000 messages of a year, of these and of each kind of condition alone; what rules cost mail that arrives; and how long people and readers
wait while a rule is applied to older mail. Beside the clock the processor's time, ours and the database's."""

import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import cycle
from statistics import median, quantiles
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid4

import django
import psycopg

from benchmarks.bench import options, show
from tests.database import TestDatabase
from tests.stock import data_folder

DATA = data_folder()
os.environ |= {"TECZKA_DATA": str(DATA), "DJANGO_SETTINGS_MODULE": "teczka.settings"}
django.setup()

from django.db import connection, transaction  # noqa: E402

from benchmarks.processor import processor  # noqa: E402
from teczka.actions import acts, rule_runs, rules  # noqa: E402
from teczka.core.acts import Verb  # noqa: E402
from teczka.core.conditions import when_json  # noqa: E402
from teczka.core.rules import Rule, rule_from, then_json  # noqa: E402
from teczka.store.models import Account, Case, Folder, Message, Office, User  # noqa: E402
from teczka.store.models import Rule as RuleRow  # noqa: E402
from teczka.store.queries.rule_preview import preview  # noqa: E402
from teczka.store.queries.rules import matching, older  # noqa: E402
from teczka.store.reading import lock_threads  # noqa: E402
from teczka.store.viewer import as_user  # noqa: E402
from tests.cases import make_case, make_party, make_reference  # noqa: E402
from tests.cast import make_account, make_folder  # noqa: E402
from tests.generated_mail import DOMAINS, NAMES, WORDS, fill_mail  # noqa: E402

BATCH = 1_000
ARRIVING = 50
SAMPLES = 60  # stars
WARM = 10  # rounds: a connection plans what it is asked again and again
GOAL_STORED, GOAL_PREVIEW, GOAL_ARRIVAL = 5_000, 500, 1


def main() -> None:
    quick = options("Rules over stored mail, in preview, and on arrival.").quick
    count = 10_000 if quick else 100_000
    database = TestDatabase(DATA)
    database.start()
    try:
        owner = office(database, count)
        every = fifty(owner)
        stored = through(owner, every, count)
        looked = [clocked(partial(preview, owner, rule)) for rule in every * (1 if quick else 3)]
        alone = [(name, clocked(partial(preview, owner, rule))) for name, rule in of_each_kind(owner) for _ in range(2)]
        arrived = arrival(owner, every, 20 if quick else 100)
        waited = waits(owner)
    finally:
        database.stop()
    wall, cpu = ([one[place] * 1000 for one in looked] for place in (0, 1))
    show(
        {
            "benchmark": "rules",
            "messages": count,
            "of_the_last_year": count // 2,
            "load": round(os.getloadavg()[0], 1),
            **stored,
            "preview_p50_ms": round(median(wall), 1),
            "preview_p95_ms": round(quantiles(wall, n=20)[-1], 1),
            "preview_cpu_p95_ms": round(quantiles(cpu, n=20)[-1], 1),
            "preview_goal_ratio": round(GOAL_PREVIEW / quantiles(wall, n=20)[-1], 2),
            **slowest(alone),
            **arrived,
            **waited,
        }
    )


def office(database: TestDatabase, count: int) -> User:
    """One of its people with so many messages, half of them of the last year; as many of another's beside them."""
    kept = Office.objects.create(name="Kancelaria")
    people = [User.objects.create_user(f"o{n}@lipowa.example", office=kept, name=f"Osoba {n}") for n in range(6)]
    with psycopg.connect(database.server.dsn("teczka", "postgres"), autocommit=True) as connection:
        for person, many in ((people[0], count), (people[1], count // 4)):
            folder = make_folder(make_account(person, person.email))
            ids = {"office": kept.pk, "owner": person.pk, "account": folder.account_id, "folder": folder.pk}
            fill_mail(connection, ids, many, 2 * 365 * 24 * 3600 // many)
        connection.execute("VACUUM (ANALYZE)")
    return people[0]


def fifty(owner: User) -> list[Rule]:
    team = User.objects.filter(office=owner.office).exclude(pk=owner.pk)[:4]
    cases = [make_case(owner, f"Sprawa {n}", *team) for n in range(10)]
    for n, case in enumerate(cases):
        make_reference(case, owner, f"I C {n + 1}/24", "C", str(n + 1), 2024, division="I")
        make_party(case, owner, f"Strona {n}", f"osoba{n}@klient.example")
    ids = [str(case.public_id) for case in cases]
    asked = [
        *(("text", "words", [f"{WORDS[n]} {WORDS[-3 * n - 1]}"]) for n in range(3)),
        ("text", "words", [WORDS[0]]),
        *(("text", "words", [NAMES[n * 11]]) for n in range(3)),
        *(("text", "exact", [NAMES[n * 13]]) for n in range(3)),
        *(("sender", "is", [f"osoba{n}@{DOMAINS[n % 6]}"]) for n in range(6)),
        *(("sender", "domain", [one]) for one in DOMAINS[:4]),
        *(("recipients", "is", [f"osoba{n}@{DOMAINS[n % 6]}"]) for n in range(4)),
        *(("recipients", "domain", [one]) for one in DOMAINS[:2]),
        *(("party", "case", [one]) for one in ids[:3]),
        ("party", "any", None),
        *(("subject", "words", [NAMES[n * 9]]) for n in range(9)),
        ("subject", "words", [WORDS[3]]),
        *(("reference", "is", [f"I C {n + 1}/23"]) for n in range(4)),
        *(("reference", "case", [one]) for one in ids[:5]),
        ("reference", "any", None),
    ]
    goals = cycle(cases)
    return [rule_from(f"Reguła {n}", {"all": [told(*one)]}, then(n, next(goals))) for n, one in enumerate(asked)]


def told(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def then(number: int, case: Any) -> list[dict[str, Any]]:
    """A fifth shares with the team."""
    file = {"do": "file", "case": str(case.public_id) if number % 2 else "found"}
    share = {"do": "share", "people": [], "team": str(case.public_id)}
    return [file, share] if number % 5 == 0 else [file] if number % 5 < 4 else [{"do": "star"}]


def of_each_kind(owner: User) -> list[tuple[str, Rule]]:
    """A condition of each kind by itself, and what finds nothing."""
    with as_user(owner.pk):
        account, folder = (model.objects.filter(owner=owner).first() for model in (Account, Folder))
        case = Case.objects.filter(office=owner.office_id).first()
    assert account
    assert folder
    assert case
    asked: list[tuple[str, str, Any]] = [
        ("account", "is", [str(account.public_id)]),
        ("folder", "is", [str(folder.public_id)]),
        *(("list", "is", one) for one in (True, False)),
        *(("read", "is", one) for one in (True, False)),
        *(("size", op, 100_000_000) for op in ("over", "under")),
        *(("date", op, "2026-06-01") for op in ("since", "before")),
        *(("attachment_type", "is", [one]) for one in ("pdf", "any", "signed")),
        ("attachment_name", "words", ["umowa"]),
        *(
            (field, op, [word])
            for field in ("text", "subject", "words")
            for op in ("words", "exact")
            for word in (WORDS[5], "nigdzie")
        ),
        *((field, "is", ["a@nigdzie.example"]) for field in ("sender", "recipients")),
        *((field, "domain", ["nigdzie.example"]) for field in ("sender", "recipients")),
        *(("party", "any", None), ("party", "case", [str(case.public_id)])),
        *(("reference", "any", None), ("reference", "case", [str(case.public_id)])),
    ]
    return [
        (f"{field} {op} {value}"[:40], rule_from("Sama", {"all": [told(field, op, value)]}, [{"do": "star"}]))
        for field, op, value in asked
    ]


def slowest(alone: Sequence[tuple[str, tuple[float, float]]]) -> dict[str, Any]:
    ms = sorted((wall * 1000, name) for name, (wall, _) in alone)
    return {
        "preview_alone_p95_ms": round(quantiles([one for one, _ in ms], n=20)[-1], 1),
        "preview_alone_slowest": {name: round(one) for one, name in ms[-3:]},
        "preview_alone_goal_ratio": round(GOAL_PREVIEW / quantiles([one for one, _ in ms], n=20)[-1], 2),
    }


def waits(owner: User) -> dict[str, float]:
    """What somebody's star takes, and what a reader waits for before it reads, while a worker applies a rule that files, shares, stars."""
    with as_user(owner.pk):
        RuleRow.objects.filter(owner=owner).update(enabled=False)
        folder = Folder.objects.filter(owner=owner).latest("stored")
        ids = list(Message.objects.filter(owner=owner).order_by("-pk").values_list("public_id", flat=True)[:SAMPLES])
        case = Case.objects.filter(office=owner.office_id).latest("pk")
        then = [
            {"do": "file", "case": str(case.public_id)},
            {"do": "share", "team": str(case.public_id)},
            {"do": "star"},
        ]
        when = {"all": [told("sender", "domain", list(DOMAINS[:2]))]}
        rule = RuleRow.objects.create(office_id=owner.office_id, owner=owner, name="Bieg", when=when, then=then)
    stars: dict[bool, list[float]] = {False: [], True: []}
    readers: dict[bool, list[float]] = {False: [], True: []}
    for at_work in (False, True):
        ended = Event()
        worker = Thread(target=work, args=(owner, rule, ended)) if at_work else None
        if worker:
            worker.start()
        for one in ids:
            stars[at_work].append(clocked(partial(star, owner, folder, one))[0] * 1000)
            readers[at_work].append(clocked(partial(begin_reading, owner))[0] * 1000)
            time.sleep(0.02)
        ended.set()
        if worker:
            worker.join()
    return {
        f"{name}_p95_ms_{'beside_a_run' if at_work else 'alone'}": round(quantiles(taken[at_work], n=20)[-1], 1)
        for name, taken in (("star", stars), ("reader_waits", readers))
        for at_work in (False, True)
    }


def work(owner: User, rule: RuleRow, ended: Event) -> None:
    """As a worker does: it rests for as long as a step took."""
    run = rule_runs.apply_now(owner, rule.public_id, datetime(2020, 1, 1, tzinfo=UTC))
    while not ended.is_set():
        taken, _ = clocked(partial(rule_runs.step, run.pk, owner.pk))
        time.sleep(taken)
    connection.close()


def star(owner: User, folder: Folder, message: UUID) -> None:
    acts.do(owner, uuid4(), Verb.STAR, acts.Selection([folder.pk], [message]))


def begin_reading(owner: User) -> None:
    """The locks of transaction B: the owner's accounts, and their threads."""
    with as_user(owner.pk):
        rules.hold(owner.pk)
        lock_threads(owner.pk)


def through(owner: User, every: Sequence[Rule], count: int) -> dict[str, float]:
    """All of the mail, as a run goes through it: in batches, each in a transaction of its own."""
    groups = [rule.when for rule in every]
    seen = matched = 0

    def walk() -> None:
        nonlocal seen, matched
        before = None
        while True:
            with as_user(owner.pk):
                batch = older(owner, before, None, BATCH)
                if not batch:
                    return
                matched += sum(map(len, matching(owner, groups, [message for _, message in batch])))
            seen, before = seen + len(batch), batch[-1]

    wall, cpu = clocked(walk)
    assert seen == count, (seen, count)
    return {
        "stored_per_s": round(count / wall),
        "stored_per_cpu_s": round(count / cpu),
        "matched": matched,
        "stored_goal_ratio": round(count / wall / GOAL_STORED, 2),
    }


def arrival(owner: User, every: Sequence[Rule], rounds: int) -> dict[str, float]:
    """Batches of new mail, at the end of the transaction that has read them: what it costs to look, and to look and do."""
    with as_user(owner.pk):
        for place, rule in enumerate(every):
            row = {"name": rule.name, "position": place, "enabled": True}
            core = {"when": when_json(rule.when), "then": then_json(rule.then)}
            RuleRow.objects.create(office_id=owner.office_id, owner=owner, **row, **core)
        newest = list(
            Message.objects.filter(owner=owner).order_by("-internaldate").values_list("pk", flat=True)[: ARRIVING * 20]
        )
    looked: dict[int, list[float]] = {1: [], ARRIVING: []}
    busy: dict[int, float] = {1: 0, ARRIVING: 0}
    for number in range(-WARM, rounds):
        for size, taken in looked.items():
            with as_user(owner.pk):  # committed, as mail is: what is rolled back has its statements planned anew
                wall, cpu = clocked(partial(look, owner, newest[number * size % 900 :][:size]))
            taken += [wall / size * 1000] * (number >= 0)
            busy[size] += cpu / size * 1000 * (number >= 0)
    done = [
        rolled_back(owner, partial(carry_out, owner, newest[number * 7 % 900 :][:1])) * 1000 for number in range(rounds)
    ]
    return {
        "arrival_ms": round(median(looked[ARRIVING]), 3),
        "arrival_goal_ratio": round(GOAL_ARRIVAL / median(looked[ARRIVING]), 2),
        "arrival_alone_ms": round(median(looked[1]), 2),
        "arrival_alone_cpu_ms": round(busy[1] / rounds, 2),
        "arrival_alone_goal_ratio": round(GOAL_ARRIVAL / median(looked[1]), 2),
        "arrival_done_ms": round(median(done), 2),  # one message, and whatever the rules that fit it do
    }


def look(owner: User, batch: Sequence[int]) -> None:
    parsed = rules.prepare(owner.pk)
    matching(owner, [rule.when for _, rule in parsed], batch)


def carry_out(owner: User, batch: Sequence[int]) -> None:
    rules.apply(owner, list(RuleRow.objects.filter(owner=owner).order_by("position")), batch)


def rolled_back(owner: User, do: Callable[[], Any]) -> float:
    with as_user(owner.pk):
        wall, _ = clocked(do)
        transaction.set_rollback(True)
    return wall


def clocked(do: Callable[[], Any]) -> tuple[float, float]:
    """Seconds of the clock, and of the processor."""
    began, busy = time.perf_counter(), processor()
    do()
    return time.perf_counter() - began, processor() - busy


if __name__ == "__main__":
    main()
