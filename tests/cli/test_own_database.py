"""A PostgreSQL of one's own, made ready by the statements of docs/deploy.md, word for word."""

import json
import re
from pathlib import Path

import psycopg

from teczka.store.server.roles import APP, DATABASE, OWNER
from tests.processes import ADDRESS, empty
from tests.store.servers import GIVEN, started

PAGE = Path(__file__).resolve().parent.parent.parent / "docs/deploy.md"


def test_the_told_roles_are_all_that_migrating_and_serving_need() -> None:
    told = re.search(r"```sql\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert told
    with started(GIVEN) as server:
        with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as superuser:
            for ours in ("DATABASE teczka", "ROLE teczka_owner", "ROLE teczka_app"):
                superuser.execute(f"DROP {ours}")
            for statement in told[1].split(";\n"):
                superuser.execute(statement)
        here = {
            "TECZKA_DATABASE_URL": server.dsn(DATABASE, APP),
            "TECZKA_DATABASE_OWNER_URL": server.dsn(DATABASE, OWNER),
        }
        with empty(**here) as teczka:
            assert teczka.begun("migrate").stderr == ""
            added = teczka.begun("user", "add", ADDRESS, "--name", "Anna", "--admin", "--office", "Kancelaria")
            assert added.returncode == 0, added.stderr
            looked = json.loads(teczka.begun("doctor", "--json").stdout)
    assert looked["walls"]["good"]
    assert looked["migrations"]["good"]
