"""`teczka doctor` finds what keeps every other command from going on."""

import json

import pytest

from tests.processes import empty
from tests.stock import copied
from tests.store.servers import GIVEN, cluster


@pytest.mark.usefixtures("unguarded")
def test_a_database_that_is_behind_is_a_finding_and_no_refusal() -> None:
    with empty() as teczka:
        copied(cluster(GIVEN).parent, teczka.data)
        done = teczka.tried("doctor", "--json")
        assert done.returncode == 1, done.stderr
        found = json.loads(done.stdout)
        assert not found["migrations"]["good"]
        assert found["keys"]["good"]
