"""Backups in a bucket, as an S3 server speaks it: to it, from packs in another, and back."""

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest

from teczka.actions.backup_opening import check
from teczka.actions.restore import backups
from teczka.core.errors import Problem, Trouble
from teczka.store.packs.format import Codec, Entry
from teczka.store.packs.objects import ObjectBlobs
from teczka.store.packs.reader import read
from tests.backed import OPENS, STORED, Elsewhere, backed, digests_here, elsewhere, untold
from tests.conftest import OwnDatabase
from tests.database import TestDatabase


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty one; credentials as an object store's own tools take them."""
    moto = import_module("moto.server")  # heavy, and every process of a run collects every test
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    told = {"ACCESS_KEY_ID": "somebody", "SECRET_ACCESS_KEY": "knows", "REGION": "eu-central-1", "ALLOW_HTTP": "true"}
    for name, value in (told | {"ENDPOINT": f"http://{host}:{port}"}).items():
        monkeypatch.setenv(f"AWS_{name}", value)
    name = f"office-{uuid4()}"
    urlopen(Request(f"http://{host}:{port}/{name}", method="PUT")).close()
    yield f"s3://{name}"
    server.stop()


def stored(there: Elsewhere, blobs: ObjectBlobs) -> set[str]:
    for digest, pack, offset, length, codec, size in there.ask(STORED):
        read(blobs, pack, Entry(offset, length, Codec(codec), size, bytes.fromhex(digest)))
    return {row[0] for row in there.ask(STORED)}


def test_a_bucket_holds_backups_and_packs_come_back_into_another(
    own_database: OwnDatabase, test_database: TestDatabase, bucket: str, tmp_path: Path
) -> None:
    office, target, packs = backed(test_database.owner_dsn(own_database.name)), f"{bucket}/backups", f"{bucket}/packs"
    office.up(target)
    second = office.up(target, days=1)
    assert second.new_packs == 0
    assert len(backups(target, OPENS)) == 2
    assert check(target, OPENS, untold).faults == []
    with elsewhere(test_database, tmp_path / "there") as there:
        there.ours = replace(there.ours, blobs_url=packs)
        there.restore(target)
        assert stored(there, ObjectBlobs(packs, tmp_path)) == digests_here(office.owner)
    with elsewhere(test_database, tmp_path / "again") as there:  # its bucket is not empty
        there.ours = replace(there.ours, blobs_url=packs)
        with pytest.raises(Problem) as refused:
            there.restore(target)
        assert refused.value.trouble is Trouble.RESTORE_FILLED
