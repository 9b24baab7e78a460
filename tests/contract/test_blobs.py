"""What every place for packs promises: a folder, memory, and S3 as an S3 server speaks it."""

import secrets
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest

from teczka.store.packs.blobs import Blobs
from teczka.store.packs.folder import FolderBlobs
from teczka.store.packs.format import key
from teczka.store.packs.objects import ObjectBlobs
from tests.store.packs.memory import MemoryBlobs

SIGN_IN = {"access_key_id": "somebody", "secret_access_key": "knows", "region": "eu-central-1"}


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3 server."""
    moto = import_module("moto.server")  # heavy, and every process of a run collects every test
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "memory", "objects"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "folder":
        return FolderBlobs(tmp_path / "packs")
    if request.param == "memory":
        return MemoryBlobs(tmp_path)
    address, bucket = request.getfixturevalue("s3"), f"office-{uuid4()}"
    urlopen(Request(f"{address}/{bucket}", method="PUT")).close()
    return ObjectBlobs(f"s3://{bucket}/packs", tmp_path, {"endpoint": address, **SIGN_IN})


def test_what_was_put_is_got_back_whole_and_in_parts(blobs: Blobs) -> None:
    name, data = key(uuid4()), secrets.token_bytes(10_000)
    blobs.put(name, [data[:5], b"", bytearray(data[5:7000]), memoryview(data)[7000:]])
    assert blobs.size(name) == 10_000
    for offset, length in ((0, 10_000), (0, 1), (9_999, 1), (4, 3), (6_990, 20), (5_000, 0), (10_000, 0)):
        assert blobs.get(name, offset, length) == data[offset : offset + length]


def test_more_pieces_than_one_system_call_takes_are_all_put(blobs: Blobs) -> None:
    pieces = [bytes([number % 251]) * (number % 7) for number in range(5_000)]
    name = key(uuid4())
    blobs.put(name, pieces)
    assert blobs.get(name, 0, blobs.size(name)) == b"".join(pieces)


def test_a_file_is_taken_over_and_gone_from_where_it_was(blobs: Blobs) -> None:
    name, data = key(uuid4()), secrets.token_bytes(12_000_000)  # in several parts where the store has parts
    file = blobs.incoming / "large.tmp"
    file.write_bytes(data)
    blobs.put_file(name, file)
    assert not file.exists()
    assert blobs.size(name) == len(data)
    assert blobs.get(name, 5_000_000, 2_000_000) == data[5_000_000:7_000_000]


@pytest.mark.parametrize(("offset", "length"), [(0, 7), (5, 2), (6, 1), (100, 1)])
def test_bytes_beyond_the_end_are_an_error_and_never_fewer_bytes(blobs: Blobs, offset: int, length: int) -> None:
    name = key(uuid4())
    blobs.put(name, [b"6bytes"])
    with pytest.raises(EOFError):
        blobs.get(name, offset, length)


def test_a_key_that_is_not_there_is_not_found(blobs: Blobs) -> None:
    name = key(uuid4())
    with pytest.raises(FileNotFoundError):
        blobs.get(name, 0, 1)
    with pytest.raises(FileNotFoundError):
        blobs.size(name)
    blobs.delete(name)


def test_the_list_tells_every_object_and_no_other(blobs: Blobs) -> None:
    names = {key(uuid4()): number for number in range(12)}
    assert list(blobs.list()) == []
    for name, size in names.items():
        blobs.put(name, [bytes(size)])
    (blobs.incoming / "half.tmp").write_bytes(b"half")
    assert dict(blobs.list()) == names
    gone = next(iter(names))
    blobs.delete(gone)
    assert dict(blobs.list()) == {name: size for name, size in names.items() if name != gone}


def test_a_local_file_is_the_object(blobs: Blobs) -> None:
    name = key(uuid4())
    blobs.put(name, [b"whole"])
    local = blobs.local(name)
    assert local is None or local.read_bytes() == b"whole"
    assert (local is not None) == isinstance(blobs, FolderBlobs)
