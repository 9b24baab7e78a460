"""`teczka erase` and `teczka verify --repair` as their keeper runs them."""

import json
from pathlib import Path

from django.db import connection

from teczka.store.models import Folder, Message
from teczka.store.viewer import as_user
from tests.cast import make_account, make_cast
from tests.conftest import OwnDatabase
from tests.database import TestDatabase
from tests.processes import Teczka
from tests.stored import store

RAW = b"Message-ID: <c@a.example>\r\nFrom: jan@a.example\r\nSubject: wymaz\r\n\r\ntekst\r\n"


def test_a_message_of_one_who_has_left_is_erased_and_the_files_are_cleaned(
    own_database: OwnDatabase, test_database: TestDatabase
) -> None:
    left = make_cast().grzegorz
    store(make_account(left, "dawny@lipowa.example"), [RAW, RAW + b"inny\r\n"])
    with as_user(left.pk):
        message = Message.objects.order_by("pk")[0].public_id
    connection.close()
    superuser = test_database.server.dsn(own_database.name, "postgres")
    teczka = Teczka(
        Path(own_database.environment["TECZKA_DATA"]),
        own_database.environment | {"TECZKA_DATABASE_OWNER_URL": superuser},
    )
    told = teczka("erase", "--user", left.email, str(message), "--json")
    assert told == {"erased": 1, "bytes_gone": True, "files_clean": True}
    with as_user(left.pk):
        assert Message.objects.count() == 1
        Folder.objects.update(stored=5)
    connection.close()
    found = json.loads(teczka.tried("verify", "--json").stdout)
    assert list(found["what_to_do"]) == list(found["faults"]) == ["folder whose counters are wrong"]
    assert "--repair" in found["what_to_do"]["folder whose counters are wrong"]
    mended = teczka("verify", "--repair", "--json")
    assert (mended["clean"], mended["messages"], list(mended["repaired"])) == (
        True,
        1,
        ["folder whose counters are wrong"],
    )
