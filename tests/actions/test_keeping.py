"""Export and verification (P5): byte for byte, and every kind of damage is named."""

import json
import sys
from contextlib import nullcontext
from hashlib import sha256
from pathlib import Path

import pytest
from django.db import connection

from teczka.actions.export import export_account
from teczka.actions.export_check import verify_folder
from teczka.actions.reading import read_some
from teczka.actions.verify import verify_all
from teczka.cli import export
from teczka.cli import verify as command
from teczka.store.blobs import blobs
from teczka.store.models import Account, Pack
from teczka.store.packs.format import key
from teczka.store.packs.writer import write_pack
from teczka.store.viewer import as_user
from tests.cast import Cast, make_account, make_cast
from tests.conftest import OwnDatabase
from tests.stored import store

RAWS = [b"Subject: a\r\n\r\n\x00\xff", b"", b"Subject: c\n\nbare lines\n" * 30_000]


@pytest.fixture
def cast(own_database: OwnDatabase) -> Cast:
    return make_cast()


@pytest.fixture
def account(cast: Cast) -> Account:
    made = make_account(cast.anna)
    store(made, RAWS)
    return made


def sha256_of(raw: bytes) -> str:
    return sha256(raw).hexdigest()


def pack_file(account: Account) -> Path:
    with as_user(account.owner_id):
        file = blobs().local(key(Pack.objects.get().pk))
    assert file is not None
    return file


def test_every_message_is_exported_byte_for_byte_with_its_place(cast: Cast, account: Account, tmp_path: Path) -> None:
    store(account, RAWS[:1], folder="Archiwum")
    told, missing = export_account(cast.anna, account, tmp_path / "out")
    lines = [json.loads(line) for line in (tmp_path / "out" / "manifest.jsonl").read_text().splitlines()]
    assert told == {"messages": 3, "placements": 4, "missing": 0, "bytes": sum(map(len, RAWS))}
    assert not missing
    assert {(line["folder"], line["uid"], line["sha256"]) for line in lines} == {
        *(("INBOX", uid, sha256(raw).hexdigest()) for uid, raw in enumerate(RAWS, 1)),
        ("Archiwum", 1, sha256(RAWS[0]).hexdigest()),
    }
    for line in lines:
        assert sha256((tmp_path / "out" / line["file"]).read_bytes()).hexdigest() == line["sha256"]
    assert not list(tmp_path.glob(".*"))


def test_nobody_exports_anothers_mailbox(cast: Cast, account: Account, tmp_path: Path) -> None:
    for stranger in cast.strangers:
        with pytest.raises(Account.DoesNotExist):
            export_account(stranger, account, tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_an_export_never_writes_over_anything(cast: Cast, account: Account, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("dear")
    with pytest.raises(FileExistsError):
        export_account(cast.anna, account, tmp_path)
    assert (tmp_path / "mine").read_text() == "dear"


def exported(cast: Cast, account: Account, folder: Path) -> Path:
    """With one message that no line of the manifest names: it is on the server no longer."""
    export_account(cast.anna, account, folder)
    manifest = folder / "manifest.jsonl"
    manifest.write_text("".join(manifest.read_text().splitlines(keepends=True)[1:]))
    return folder


def test_the_command_proves_an_export_without_a_database(
    cast: Cast, account: Account, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = exported(cast, account, tmp_path / "out")
    monkeypatch.setattr(command, "house", lambda: sys.exit("a database is not wanted"))
    assert command.main(["--export", str(folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["files"], found["bytes"], found["unlisted"]) == (3, sum(map(len, RAWS)), 1)
    for wrong in ("{}\n", "[" * 200_000, "1" * 2_000_000):
        (folder / "manifest.jsonl").write_text(wrong)
        assert command.main(["--export", str(folder)]) == 1
        assert "no export of Teczka's" in capsys.readouterr().err
    (folder / "manifest.jsonl").unlink()
    assert command.main(["--export", str(folder)]) == 1
    assert "there is no manifest.jsonl" in capsys.readouterr().err


def test_what_was_changed_taken_out_or_put_into_an_export_is_found(
    cast: Cast, account: Account, tmp_path: Path
) -> None:
    folder = exported(cast, account, tmp_path / "out")
    unlisted, changed, missing = (f"messages/{digest[:2]}/{digest}.eml" for digest in map(sha256_of, RAWS))
    for name in (unlisted, changed):
        (folder / name).write_bytes(b"other")
    (folder / missing).unlink()
    (folder / "messages" / "more.eml").write_bytes(b"")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"a letter")
    linked = f"messages/{sha256_of(b'a letter')}.eml"
    (folder / linked).symlink_to(elsewhere)
    with (folder / "manifest.jsonl").open("a") as manifest:
        manifest.write('{"file": "\\ud800", "sha256": ""}\n')
    assert verify_folder(folder).faults == {
        "changed": [changed],
        "missing": [missing, "\\ud800"],
        "not of this export": sorted([unlisted, "messages/more.eml", linked]),
    }


def test_what_was_stored_verifies(account: Account) -> None:
    read_some(100)
    found = verify_all()
    assert found.clean
    assert (found.messages, found.bytes) == (3, sum(map(len, RAWS)))


@pytest.mark.parametrize("form", [[], ["--as", "mbox"]], ids=["files", "mbox"])
def test_a_changed_byte_is_found_and_its_message_left_out_of_what_is_exported(
    account: Account,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    form: list[str],
) -> None:
    file = pack_file(account)
    content = bytearray(file.read_bytes())
    content[-5] ^= 1
    file.write_bytes(content)
    ((rule, (damaged,)),) = verify_all().faults.items()
    assert rule == "message whose bytes are lost or changed"
    monkeypatch.setattr(export, "house", nullcontext)
    to = tmp_path / "out"
    assert export.main(["--account", str(account.public_id), "--to", str(to), "--json", *form]) == 1
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert (told["messages"], told["missing"]) == (2, 1)
    assert [one.endswith(damaged) for one in told["left_out"]] == [True]
    assert damaged in said.err
    if not form:
        assert (verify_folder(to).files, verify_folder(to).faults) == (2, {})


def test_a_lost_pack_is_found(cast: Cast, account: Account, tmp_path: Path) -> None:
    pack_file(account).unlink()
    lost = verify_all().faults["message whose bytes are lost or changed"]
    assert len(lost) == 3
    assert sorted(export_account(cast.anna, account, tmp_path / "out")[1]) == sorted(lost)


def test_a_pack_that_nobody_knows_is_named_and_no_fault(account: Account) -> None:
    orphan = write_pack(blobs(), [b"never committed"])
    found = verify_all()
    assert found.clean
    assert key(orphan.id) in found.orphans


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        ("UPDATE store_folder SET unread = unread + 1", "folder whose counters are wrong"),
        ("DELETE FROM store_placement", "message without a placement"),
        ("DELETE FROM store_text", "message read but without its text"),
        ("UPDATE store_pack SET size = size + 1", "pack of another size than its row says"),
    ],
)
def test_rows_that_contradict_each_other_are_found(account: Account, damage: str, rule: str) -> None:
    read_some(100)
    with as_user(account.owner_id), connection.cursor() as cursor:
        cursor.execute(damage)
    assert rule in verify_all().faults
