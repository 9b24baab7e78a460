"""A busy office, made inside the database past all walls: cases by lot (tests/casebook.py), and as many tasks as asked for among them."""

from uuid import uuid4

import psycopg

from teczka.core.find import haystack
from teczka.language.fold import fold
from teczka.language.order import sort_key
from tests.casebook import Sample, samples

CASES = """COPY store_case (id, public_id, office_id, number, name, client, state, opened_on, walled, created_by_id, created_at, updated_at,
  active_at, sort_key, haystack) FROM STDIN"""
PARTIES = "COPY store_party (id, public_id, office_id, case_id, position, side, name, role, note) FROM STDIN"
ADDRESSES = "COPY store_partyaddress (office_id, case_id, party_id, address) FROM STDIN"
REFERENCES = """COPY store_casereference (public_id, office_id, case_id, position, written, repertory, number, year, division, court,
  suffix)
  FROM STDIN"""
# Who leads it, and two more of the office; every tenth is walled, every fifth closed.
TEAMS = """
INSERT INTO store_casemember (case_id, user_id, office_id, lead)
SELECT c.id, (%(people)s::bigint[])[1 + (c.id + step * step) %% cardinality(%(people)s::bigint[])], c.office_id, step = 0
FROM store_case c CROSS JOIN generate_series(0, 2) step WHERE c.office_id = %(office)s ON CONFLICT DO NOTHING"""
TASKS = """
WITH placed AS (SELECT case_id, user_id, row_number() OVER (ORDER BY case_id, user_id) AS place FROM store_casemember
  WHERE office_id = %(office)s)
INSERT INTO store_task (public_id, office_id, title, note, due_on, assignee_id, created_by_id, case_id, for_office, created_at, updated_at,
  done_at, done_by_id)
SELECT gen_random_uuid(), %(office)s, 'Odpowiedź na pismo ' || n, repeat('Sprawdzić akta. ', lot %% 5),
  CASE WHEN lot %% 7 > 0 THEN current_date + lot %% 400 - 60 END, m.user_id, m.user_id, CASE WHEN lot %% 10 > 0 THEN m.case_id END,
  lot %% 20 = 0, now(), now(), CASE WHEN lot %% 3 = 0 THEN now() - n * interval '1 minute' END, CASE WHEN lot %% 3 = 0 THEN m.user_id END
FROM (SELECT n, abs(hashint8(n)) AS lot, 1 + n %% (SELECT count(*) FROM placed) AS place FROM generate_series(1, %(tasks)s::bigint) n) drawn
JOIN placed m USING (place)"""
NOTES = """
INSERT INTO store_casenote (public_id, office_id, case_id, author_id, text,
  created_at)
SELECT gen_random_uuid(), m.office_id, m.case_id, m.user_id, repeat('Rozmowa z klientem o terminie rozprawy. ', 6),
  now() - n * interval '1 day'
FROM store_casemember m CROSS JOIN generate_series(1, 2) n WHERE m.office_id = %(office)s AND m.lead"""


def fill_cases(connection: psycopg.Connection, office: int, people: list[int], cases: int, tasks: int) -> None:
    """`connection`: a superuser's. Ids of cases and parties start above what is there."""
    made = samples(cases)
    names = {"office": office, "people": people, "tasks": tasks}
    with connection.transaction(), connection.cursor() as cursor:
        first = _next(cursor, "store_case")
        _copy(cursor, CASES, [_case(one, first + place, office, people) for place, one in enumerate(made)])
        party = _next(cursor, "store_party")
        parties = [(first + place, at, name) for place, one in enumerate(made) for at, name in enumerate(one.parties)]
        sides = ("ours", "opposing", "witness")
        rows = [
            (party + n, uuid4(), office, case, at, sides[at], name, "", "")
            for n, (case, at, name) in enumerate(parties)
        ]
        _copy(cursor, PARTIES, rows)
        _copy(
            cursor,
            ADDRESSES,
            [(office, case, party + n, f"p{n}@strona.example") for n, (case, _, _) in enumerate(parties)],
        )
        _copy(
            cursor,
            REFERENCES,
            [_reference(text, first + place, office) for place, one in enumerate(made) for text in one.references],
        )
        for statement in (TEAMS, TASKS, NOTES):
            cursor.execute(statement, names)
        for table, used in (("store_case", first + len(made)), ("store_party", party + len(parties))):
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, used])


def _case(one: Sample, key: int, office: int, people: list[int]) -> tuple[object, ...]:
    words = (one.name, one.client, *one.parties)
    found = haystack(fold(one.number), map(fold, one.references), map(fold, words))
    state = "closed" if key % 5 == 0 else "open"
    maker = people[key % len(people)]
    when = f"2026-0{1 + key % 9}-1{key % 10} 10:00+00"
    return (key, uuid4(), office, one.number, one.name, one.client, state, when[:10], key % 10 == 3, maker, when, when, when,
            sort_key(one.name), found)  # fmt: skip


def _reference(text: str, case: int, office: int) -> tuple[object, ...]:
    head, year = text.rsplit("/", 1)
    *division, repertory, number = head.split()
    return uuid4(), office, case, 0, text, repertory, number, 2000 + int(year), "".join(division), "", ""


def _copy(cursor: psycopg.Cursor, statement: str, rows: list[tuple[object, ...]]) -> None:
    with cursor.copy(statement) as out:  # type: ignore[call-overload]
        for row in rows:
            out.write_row(row)


def _next(cursor: psycopg.Cursor, table: str) -> int:
    cursor.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")
    row = cursor.fetchone()
    return int(row[0]) if row else 1
