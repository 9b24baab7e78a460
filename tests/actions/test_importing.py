"""Mail comes out of files into an archive: byte for byte, once, in its folders, with its flags."""

import gzip
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from teczka.actions import importing
from teczka.actions.importing import run_import
from teczka.actions.imports import add_file, begin_import, cancel_import, pause_import, resume_import
from teczka.actions.path_imports import begin_paths
from teczka.actions.verify import verify_all
from teczka.core.errors import NotAllowed, Problem
from teczka.core.imports import ImportState
from teczka.mime.boxes import walk
from teczka.mime.boxes.found import Found
from teczka.store.blobs import blobs
from teczka.store.models import Account, Import, ImportFile, Message, Pack, Placement, User
from teczka.store.packs.format import Codec, Entry, key
from teczka.store.packs.reader import read
from teczka.store.viewer import as_user
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.usefixtures("own_database")

LETTER = b"Subject: Pozew\r\nFrom: Jan <jan@a.example>\r\nDate: Thu, 05 Nov 2026 10:00:00 +0100\r\n\r\nTre\xc5\x9b\xc4\x87\r\n"
OTHER = LETTER.replace(b"Pozew", b"Odpowied")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def imported(person: User, folder: str, *paths: Path) -> Import:
    row = begin_paths(person, folder, paths)
    assert run_import(row.pk, person.pk, threading.Event())
    with as_user(person.pk):
        row.refresh_from_db()
    return row


def packs() -> set[str]:
    return {name for name, _ in blobs().list()}


def files(row: Import) -> list[ImportFile]:
    with as_user(row.owner_id):
        return list(ImportFile.objects.filter(of=row).order_by("position"))


def held(person: User) -> list[tuple[str, bytes, frozenset[str]]]:
    """Folder, bytes and flags of all that lies in the person's archive."""
    with as_user(person.pk):
        rows = Placement.objects.filter(gone_at=None, folder__account__protocol="archive").select_related(
            "message", "folder"
        )
        found = []
        for row in rows.order_by("folder__path", "uid"):
            message = row.message
            entry = Entry(
                message.pack_offset, message.pack_length, Codec(message.pack_codec), message.size, bytes(message.sha256)
            )
            flags = {
                f"\\{name.capitalize()}" for name in ("seen", "flagged", "answered", "draft") if getattr(row, name)
            }
            found.append((row.folder.path, read(blobs(), message.pack_id, entry), frozenset(flags | set(row.keywords))))
    return found


def test_single_messages_come_as_they_are_into_an_archive_that_connects_nowhere(cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(LETTER)
    (tmp_path / "b.eml").write_bytes(OTHER)
    row = imported(cast.anna, "Stare/Sprawy", tmp_path / "a.eml", tmp_path / "b.eml")
    assert row.state == ImportState.DONE
    seen = frozenset({"\\Seen"})
    assert held(cast.anna) == [("Stare/Sprawy", LETTER, seen), ("Stare/Sprawy", OTHER, seen)]
    with as_user(cast.anna.pk):
        account = Account.objects.get(owner=cast.anna, protocol="archive")
    assert account.rests
    assert account.is_archive
    found = verify_all()
    assert found.clean, found.faults


def test_what_lies_in_the_folder_already_is_told_as_a_duplicate_and_elsewhere_its_bytes_are_kept_once(
    cast: Cast, tmp_path: Path
) -> None:
    (tmp_path / "a.eml").write_bytes(LETTER)
    imported(cast.anna, "Jeden", tmp_path / "a.eml")
    (again,) = files(imported(cast.anna, "Jeden", tmp_path / "a.eml"))
    assert (again.stored, again.duplicates) == (0, 1)
    (elsewhere,) = files(imported(cast.anna, "Dwa", tmp_path / "a.eml"))
    assert (elsewhere.stored, elsewhere.duplicates) == (1, 0)
    with as_user(cast.anna.pk):
        assert Message.objects.filter(account__protocol="archive").count() == 1
    assert [folder for folder, *_ in held(cast.anna)] == ["Dwa", "Jeden"]


def test_the_same_message_twice_in_one_file_comes_once(cast: Cast, tmp_path: Path) -> None:
    box = tmp_path / "a.mbox"
    one = b"From a@b Thu Nov  5 10:00:00 2026\n" + LETTER.replace(b"\r\n", b"\n") + b"\n"
    box.write_bytes(one * 1000)
    (file,) = files(imported(cast.anna, "Poczta", box))
    assert (file.stored, file.duplicates, file.at) == (1, 999, 1000)


def test_what_cannot_be_read_is_told_and_keeps_nothing_else_out(cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(LETTER)
    (tmp_path / "b.txt").write_bytes(b"\0\1\2 no mail")
    (tmp_path / "c.eml").write_bytes(b"")
    row = imported(cast.anna, "Poczta", tmp_path)
    (file,) = files(row)
    assert (file.stored, file.unreadable) == (1, 2)
    assert [(where, trouble) for where, trouble, _ in file.troubles] == [
        ("b.txt", "import.unknown"),
        ("c.eml", "import.empty"),
    ]


def test_names_that_are_no_text_and_broken_archives_are_told_and_the_import_ends(cast: Cast, tmp_path: Path) -> None:
    Path(os.fsdecode(bytes(tmp_path) + b"/\xff.txt")).write_bytes(b"\0\1\2 no mail")
    (tmp_path / "a.gz").write_bytes(gzip.compress(LETTER)[:-8] + bytes(8))
    (tmp_path / "b.eml").write_bytes(LETTER)
    row = imported(cast.anna, "Poczta", tmp_path)
    (file,) = files(row)
    assert (row.state, file.stored, file.unreadable) == (ImportState.DONE, 1, 2)
    assert file.troubles == [["a.gz", "import.broken", {}], ["?.txt", "import.unknown", {}]]


def test_a_mistake_of_ours_ends_a_file_instead_of_beginning_it_anew_for_ever(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken(*_: object) -> Iterator[Found]:
        raise IndexError

    monkeypatch.setattr(walk, "file", mistaken)
    (tmp_path / "a.eml").write_bytes(LETTER)
    row = imported(cast.anna, "Poczta", tmp_path / "a.eml")
    assert (row.state, files(row)[0].troubles) == (ImportState.DONE, [["", "import.broken", {}]])


def test_a_pipe_and_a_name_that_is_no_text_are_refused(cast: Cast, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    strange = Path(os.fsdecode(bytes(tmp_path) + b"/\xff.eml"))
    strange.write_bytes(LETTER)
    for path in (tmp_path / "a", strange):
        with pytest.raises(OSError, match="Invalid"):
            begin_paths(cast.anna, "Poczta", [path])


def test_what_was_sent_up_is_read_by_a_worker_and_its_upload_goes(cast: Cast) -> None:
    there = packs()
    row = begin_import(cast.anna, "Z przeglądarki")
    add_file(cast.anna, row.public_id, "a.eml", iter([LETTER]))
    assert run_import(row.pk, cast.anna.pk, threading.Event())
    assert [(folder, raw) for folder, raw, _ in held(cast.anna)] == [("Z przeglądarki", LETTER)]
    with as_user(cast.anna.pk):
        kept = {key(pack) for pack in Pack.objects.values_list("pk", flat=True)}
    assert len(kept) == 1
    assert packs() - there == kept


def test_a_worker_goes_on_with_nothing_that_a_command_named(cast: Cast, tmp_path: Path) -> None:
    """What lies at that path by now may be another's."""
    there = packs()
    row = begin_paths(cast.anna, "Poczta", [_written(tmp_path / "a.eml", LETTER)])
    with pytest.raises(NotAllowed):
        add_file(cast.anna, row.public_id, "b.eml", iter([OTHER]))
    assert packs() == there


def _written(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


def test_it_stops_where_its_owner_says_so_and_goes_on_from_there(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH_MESSAGES", 10)
    box = tmp_path / "a.mbox"
    box.write_bytes(
        b"".join(b"From a@b Thu Nov  5 10:00:00 2026\nSubject: %d\n\nx\n\n" % number for number in range(100))
    )
    row = begin_paths(cast.anna, "Poczta", [box])

    def heard(file: ImportFile) -> None:
        pause_import(cast.anna, row.public_id)

    assert run_import(row.pk, cast.anna.pk, threading.Event(), heard)
    (file,) = files(row)
    assert 0 < file.at < 100
    assert file.ended_at is None
    resume_import(cast.anna, row.public_id)
    assert run_import(row.pk, cast.anna.pk, threading.Event())
    (file,) = files(row)
    assert (file.at, file.stored, file.duplicates) == (100, 100, 0)
    assert verify_all().clean


def test_what_is_ended_takes_along_what_was_sent_up_for_it(cast: Cast) -> None:
    there = packs()
    row = begin_import(cast.anna, "Poczta")
    add_file(cast.anna, row.public_id, "a.eml", iter([LETTER]))
    cancel_import(cast.anna, row.public_id)
    assert run_import(row.pk, cast.anna.pk, threading.Event())
    assert held(cast.anna) == []
    with pytest.raises(NotAllowed):
        add_file(cast.anna, row.public_id, "b.eml", iter([LETTER]))
    assert packs() == there


def test_nobody_else_has_an_import(cast: Cast) -> None:
    row = begin_import(cast.anna, "Poczta")
    for stranger in cast.strangers:
        for act in (pause_import, resume_import, cancel_import):
            with pytest.raises(NotAllowed):
                act(stranger, row.public_id)
        with pytest.raises(NotAllowed):
            add_file(stranger, row.public_id, "a.eml", iter([LETTER]))


@pytest.mark.parametrize("name", ["", "/", "a//b", "x" * 101, "a/\n"])
def test_what_no_folder_can_be_called_is_refused(cast: Cast, name: str) -> None:
    with pytest.raises(Problem):
        begin_import(cast.anna, name)
