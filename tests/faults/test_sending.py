"""However sending is interrupted: nothing is sent twice by itself, and nothing is lost in silence (P6). At length:
`python -m tests.faults.sending --kills 200 --crashes 5000 --seed 7`."""

import json
import os
import sys
import time
from pathlib import Path

import pytest

from teczka.actions.fetch import fetch_alone
from teczka.actions.secrets import seal_password
from teczka.store.models import Account, OfficePolicy
from teczka.store.viewer import as_user
from tests.cast import make_account, make_cast
from tests.conftest import OwnDatabase
from tests.dovecot.server import Dovecot
from tests.faults.mailserver import HOST, mail_server
from tests.faults.sending_kills import survive
from tests.faults.sending_lives import SHARE, crash, judge
from tests.outgoing import PASSWORD
from tests.postfix.server import Postfix
from tests.processes import Teczka

KILLS = int(os.environ.get("TECZKA_SENDING_KILLS", "1"))
CRASHES = int(os.environ.get("TECZKA_SENDING_CRASHES", "8"))
SEED = int(os.environ.get("TECZKA_SENDING_SEED", "1"))


def tell(**facts: object) -> None:
    sys.stdout.write("\n" + json.dumps({"faults_test": "sending", "seed": SEED, **facts}) + "\n")


@pytest.fixture
def account(own_database: OwnDatabase) -> Account:
    cast = make_cast()
    with as_user(cast.dorota.pk):
        OfficePolicy.objects.create(office=cast.office, plain_hosts=[HOST])
    made = make_account(cast.anna, mode="managed", state="working", smtp_host=HOST, smtp_security="plain")
    with as_user(cast.anna.pk):
        seal_password(made, "any")
    return made


@pytest.mark.faults
def test_dying_at_any_point_before_a_broken_server_sends_nothing_twice_and_loses_nothing(
    account: Account, tmp_path: Path
) -> None:
    began = time.monotonic()
    with mail_server(tmp_path / "taken", SEED, SHARE) as server:
        with as_user(account.owner_id):
            Account.objects.filter(pk=account.pk).update(smtp_port=server.port)
            account.refresh_from_db()
        told = crash(account, server, CRASHES, SEED)
        found = judge(account.owner, server.taken())
    tell(way="crashes", whole=found.whole, **told, **vars(found), seconds=round(time.monotonic() - began, 1))
    assert found.whole, found
    assert told["crashes"] == CRASHES


@pytest.mark.faults
@pytest.mark.dovecot
def test_a_worker_that_is_killed_while_it_sends_sends_nothing_twice_and_loses_nothing(
    own_database: OwnDatabase, dovecot: Dovecot, postfix: Postfix
) -> None:
    began = time.monotonic()
    teczka = Teczka(Path(own_database.environment["TECZKA_DATA"]), own_database.environment)
    jan, own = dovecot.add_user(f"jan-{SEED}-{KILLS}@a.example"), dovecot.add_user("anna@kancelaria-lipowa.example")
    anna = make_cast().anna
    incoming = {"host": dovecot.host, "port": dovecot.tls_port, "mode": "managed"}
    account = make_account(anna, own.username, **incoming, **postfix.account_columns())
    with as_user(anna.pk):
        seal_password(account, PASSWORD)
    fetch_alone(account)  # where sent mail belongs is known then
    found, misfiled = survive(teczka, account, jan, own, KILLS, SEED)
    seconds = round(time.monotonic() - began, 1)
    tell(
        way="kills", kills=KILLS, whole=found.whole and not misfiled, misfiled=misfiled, **vars(found), seconds=seconds
    )
    assert found.whole, found
    assert not misfiled
