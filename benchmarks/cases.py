"""The server's time for every page of cases and tasks in an office of ten with 5,000 cases and 50,000 tasks: from the request to the last
byte of the answer, walls and all, as one of the ten. Beside it the processor's time, ours and the database's, which is the same on a busy
machine. The table that is imported is no page: it is told apart."""

import os
import time
from collections.abc import Callable
from statistics import median, quantiles
from typing import Any

import django
import psycopg

from benchmarks.bench import options, show
from tests.database import TestDatabase
from tests.stock import data_folder

DATA = data_folder()
os.environ |= {"TECZKA_DATA": str(DATA), "DJANGO_SETTINGS_MODULE": "teczka.settings"}
django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from benchmarks.processor import processor  # noqa: E402
from teczka.store.models import Case, Office, Task, User  # noqa: E402
from teczka.store.viewer import as_user  # noqa: E402
from tests.casebook import samples  # noqa: E402
from tests.generated_cases import fill_cases  # noqa: E402

PEOPLE, CASES, TASKS, LINES = 10, 5_000, 50_000, 500
GOAL = 50  # ms, p95


def main() -> None:
    rounds = 20 if options("Pages of cases and tasks.").quick else 60
    database = TestDatabase(DATA)
    database.start()
    try:
        call_command("collectstatic", interactive=False, verbosity=0)
        taken = {name: milliseconds(ask, rounds) for name, ask in pages(office(database)).items()}
    finally:
        database.stop()
    p95 = {name: round(quantiles((wall for wall, _ in ms), n=20)[-1], 1) for name, ms in taken.items()}
    cpu = {name: round(quantiles((cpu for _, cpu in ms), n=20)[-1], 1) for name, ms in taken.items()}
    table = {"import_preview_p95_ms": p95.pop("import_preview"), "import_preview_cpu_p95_ms": cpu.pop("import_preview")}
    slowest, busiest = (max(figures, key=lambda name: figures[name]) for figures in (p95, cpu))
    show(
        {
            "benchmark": "cases",
            "cases": CASES,
            "tasks": TASKS,
            "load": round(os.getloadavg()[0], 1),
            "median_ms": {name: round(median(wall for wall, _ in taken[name]), 1) for name in p95},
            "p95_ms": p95,
            "cpu_p95_ms": cpu,
            **table,
            "slowest": slowest,
            "slowest_p95_ms": p95[slowest],
            "slowest_goal_ratio": round(GOAL / p95[slowest], 2),
            "busiest": busiest,
            "busiest_cpu_p95_ms": cpu[busiest],
            "busiest_cpu_goal_ratio": round(GOAL / cpu[busiest], 2),
        }
    )


def office(database: TestDatabase) -> User:
    """One of its ten people."""
    kept = Office.objects.create(name="Kancelaria", number_patterns=["KAN/{number}/{year}"])
    people = [
        User.objects.create_user(f"osoba{number}@kancelaria.example", office=kept, name=f"Osoba {number}")
        for number in range(PEOPLE)
    ]
    with psycopg.connect(database.server.dsn("teczka", "postgres"), autocommit=True) as connection:
        fill_cases(connection, kept.pk, [person.pk for person in people], CASES, TASKS)
        connection.execute("VACUUM (ANALYZE)")
    return people[0]


def pages(viewer: User) -> dict[str, Callable[[], Any]]:
    client = Client(headers={"host": "localhost"})
    client.force_login(viewer, backend="allauth.account.auth_backends.AuthenticationBackend")
    with as_user(viewer.pk):
        case = Case.objects.filter(members__user=viewer, state="open", walled=False).latest("id")
        task = Task.objects.filter(assignee=viewer, done_at=None).latest("id")
        halfway = Case.objects.filter(state="open").order_by("sort_key")[CASES // 4]

    def get(name: str, query: str = "", *ids: object) -> Callable[[], Any]:
        where = reverse(name, args=ids) + query
        return lambda: client.get(where)

    def preview() -> Any:
        return client.post(reverse("case_import"), {"text": lines()})

    of_case = {name: get(name, "", case.public_id) for name in CASE_PAGES}
    client.get(reverse("case_find"))
    return {
        "cases_mine": get("case_list"),
        "cases_all": get("case_list", "?show=all"),
        "cases_newest": get("case_list", "?show=all&by=newest"),
        "cases_closed": get("case_list", "?show=closed"),
        "cases_halfway": get("case_list", f"?show=all&after={halfway.public_id}"),
        "cases_found": get("case_list", "?q=kowalski+ca"),
        "cases_slip": get("case_list", "?q=kowlaski"),
        "case_find": get("case_find"),
        "palette": get("palette"),
        "case_new": get("case_add"),
        "import_preview": preview,
        "reference": get("reference", "", "I C 120/24"),
        **of_case,
        "tasks_mine": get("tasks"),
        "tasks_office": get("tasks_office"),
        "tasks_done": get("tasks_done"),
        "tasks_halfway": get("tasks_office", f"?after={task.public_id}"),
        "task_add": get("task_add"),
        "task": get("task_edit", "", task.public_id),
    }


CASE_PAGES = (
    "case",
    "case_edit",
    "case_tasks",
    "case_notes",
    "case_documents",
    "case_audit",
    "case_people",
    "case_team",
)


def lines() -> str:
    """A table of which half is new, and half would change cases that there are."""
    made = samples(LINES // 2) + samples(LINES // 2, seed=7)
    told = [
        f"{one.number if place < LINES // 2 else f'KAN/{place}/1999'}\t{one.name}\t{one.client}\t{' | '.join(one.references)}"
        for place, one in enumerate(made)
    ]
    return "\n".join(["Number\tName\tClient\tReferences", *told])


def milliseconds(ask: Callable[[], Any], rounds: int) -> list[tuple[float, float]]:
    """Of the clock, and of the processor."""
    ask()
    taken = []
    for _ in range(rounds):
        began, busy = time.perf_counter(), processor()
        answer = ask()
        taken.append(((time.perf_counter() - began) * 1000, (processor() - busy) * 1000))
        assert answer.status_code in {200, 304}, (answer.status_code, answer.request)
    return taken


if __name__ == "__main__":
    main()
