"""Files of a case: durable, its team's alone, taken back after a slip; and nothing of the mail that some of them are parts of."""

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256

import pytest
from django.utils import timezone

from teczka.actions import documents as acting
from teczka.actions.documents import (
    add_document,
    forget_documents,
    remove_document,
    rename_document,
    restore_document,
)
from teczka.actions.verify import verify_all
from teczka.core.audit import Verb
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.store.blobs import blobs
from teczka.store.models import Account, Case, CaseMember, Document, Pack
from teczka.store.packs.format import key
from teczka.store.packs.reader import read
from teczka.store.queries.audit import lines
from teczka.store.queries.documents import DocumentLine, document, documents
from teczka.store.viewer import as_user
from tests.cases import file, link, make_case
from tests.cast import Cast, make_account, make_cast, make_folder
from tests.conftest import OwnDatabase
from tests.web.mailroom import share, store

PDF = b"%PDF-1.4\n" * 1000


@pytest.fixture
def cast(own_database: OwnDatabase) -> Cast:
    return make_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    return make_case(cast.anna, "Kowalski p. Nowak", cast.bartek)


@pytest.fixture
def before() -> set[str]:
    """What lay among the blobs already, from other tests."""
    return {name for name, _size in blobs().list()}


def new(before: set[str]) -> list[str]:
    return [name for name, _size in blobs().list() if name not in before]


def pieces(content: bytes = PDF) -> Iterator[bytes]:
    return (content[start : start + 999] for start in range(0, len(content), 999))


def names(viewer: object, case: Case) -> list[str]:
    return [line.name for line in documents(viewer, case.public_id)]  # type: ignore[arg-type]


def test_a_file_is_kept_byte_for_byte_and_its_team_reads_it(cast: Cast, case: Case, before: set[str]) -> None:
    made = add_document(cast.anna, case.public_id, "pozew.pdf", "application/pdf", pieces())
    line = document(cast.bartek, made.public_id, case.public_id)
    assert line
    assert line.pack
    assert (line.name, line.size, line.by, bytes(line.sha256 or b"")) == (
        "pozew.pdf",
        len(PDF),
        "Anna Lipowska",
        sha256(PDF).digest(),
    )
    assert read(blobs(), line.pack, line.entry) == PDF
    told = verify_all()
    assert told.clean
    assert (told.documents, set(told.orphans)) == (1, before)


def test_outside_the_team_nobody_sees_adds_or_changes_one(cast: Cast, case: Case, before: set[str]) -> None:
    made = add_document(cast.anna, case.public_id, "pozew.pdf", "application/pdf", pieces())
    for stranger in (cast.celina, cast.dorota, cast.edward):
        assert documents(stranger, case.public_id) == []
        assert document(stranger, made.public_id, case.public_id) is None
        with pytest.raises(NotAllowed):
            add_document(stranger, case.public_id, "x.pdf", "application/pdf", pieces())
        for act in (remove_document, restore_document):
            with pytest.raises(NotAllowed):
                act(stranger, case.public_id, made.public_id)
        with pytest.raises(NotAllowed):
            rename_document(stranger, case.public_id, made.public_id, "x")
    assert names(cast.anna, case) == ["pozew.pdf"]
    assert len(new(before)) == 1


def test_a_document_is_removed_taken_back_and_renamed(cast: Cast, case: Case) -> None:
    made = add_document(cast.anna, case.public_id, "pozew.pdf", "application/pdf", pieces())
    add_document(cast.bartek, case.public_id, "wyrok.pdf", "application/pdf", pieces())
    remove_document(cast.bartek, case.public_id, made.public_id)
    assert names(cast.anna, case) == ["wyrok.pdf"]
    restore_document(cast.anna, case.public_id, made.public_id)
    rename_document(cast.anna, case.public_id, made.public_id, "Pozew z 3 maja.pdf")
    assert names(cast.bartek, case) == ["wyrok.pdf", "Pozew z 3 maja.pdf"]
    noted = [line.verb for line in lines(cast.anna, case.public_id)]
    assert noted == [
        Verb.DOCUMENT_RENAME,
        Verb.DOCUMENT_RESTORE,
        Verb.DOCUMENT_REMOVE,
        Verb.DOCUMENT_ADD,
        Verb.DOCUMENT_ADD,
    ]


def test_a_file_too_large_or_cut_short_leaves_nothing_behind(
    cast: Cast, case: Case, before: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut() -> Iterator[bytes]:
        yield PDF
        raise Problem(Trouble.UPLOAD_CUT, name="x.pdf")

    monkeypatch.setattr(acting, "MOST_BYTES", len(PDF) - 1)
    coming = set(blobs().incoming.iterdir())  # tests share the folder
    for content in (pieces(), cut()):
        with pytest.raises(Problem):
            add_document(cast.anna, case.public_id, "x.pdf", "application/pdf", content)
    assert documents(cast.anna, case.public_id) == []
    assert new(before) == []
    assert set(blobs().incoming.iterdir()) <= coming


def test_who_leaves_the_team_while_their_file_comes_leaves_no_file(cast: Cast, case: Case, before: set[str]) -> None:
    def leaving() -> Iterator[bytes]:
        yield PDF
        with as_user(cast.anna.pk):
            CaseMember.objects.filter(case=case, user=cast.bartek).delete()

    with pytest.raises(NotAllowed):
        add_document(cast.bartek, case.public_id, "x.pdf", "application/pdf", leaving())
    assert new(before) == []


def test_what_was_removed_long_ago_goes_with_its_bytes(cast: Cast, case: Case, before: set[str]) -> None:
    old, young, kept = (
        add_document(cast.anna, case.public_id, name, "application/pdf", pieces()) for name in ("a", "b", "c")
    )
    remove_document(cast.anna, case.public_id, young.public_id)
    with as_user(cast.anna.pk):
        Document.objects.filter(pk=old.pk).update(removed_at=timezone.now() - timedelta(days=31))
    assert forget_documents() == 1
    assert forget_documents() == 0
    with as_user(cast.anna.pk):
        assert set(Document.objects.values_list("name", flat=True)) == {"b", "c"}
        assert set(Pack.objects.values_list("pk", flat=True)) == {young.pack, kept.pack}
    assert verify_all().clean
    assert len(new(before)) == 2


def test_a_lost_or_changed_file_is_found(cast: Cast, case: Case) -> None:
    lost, changed = (add_document(cast.anna, case.public_id, name, "application/pdf", pieces()) for name in ("a", "b"))
    assert lost.pack
    assert changed.pack
    blobs().delete(key(lost.pack))
    where = blobs().local(key(changed.pack))
    assert where
    where.chmod(0o600)
    where.write_bytes(where.read_bytes()[:-1] + b"!")
    broken = verify_all().faults["document whose bytes are lost or changed"]
    assert set(broken) == {str(lost.public_id), str(changed.public_id)}


def linked(cast: Cast, case: Case, account: Account) -> tuple[Document, Document]:
    """Two attachments of Anna's mail, of which one was shared with Bartek."""
    folder = make_folder(account)
    made = []
    for number, shared in enumerate((False, True)):
        message = store(folder, f"Subject: {number}\r\n\r\n".encode())
        if shared:
            share(message, cast.bartek)
        file(message, cast.anna, case)
        made.append(link(case, cast.anna, message, "wspólny.pdf" if shared else "prywatny.pdf"))
    return made[0], made[1]


def test_a_part_of_a_message_is_there_for_whoever_sees_the_message(cast: Cast, case: Case) -> None:
    private, shared = linked(cast, case, make_account(cast.anna))
    assert names(cast.anna, case) == ["wspólny.pdf", "prywatny.pdf"]
    assert names(cast.bartek, case) == ["wspólny.pdf"]
    assert document(cast.bartek, private.public_id, case.public_id) is None
    with pytest.raises(NotAllowed):
        remove_document(cast.bartek, case.public_id, private.public_id)
    line = document(cast.bartek, shared.public_id, case.public_id)
    assert isinstance(line, DocumentLine)
    assert line.message
    assert line.pack is None
    rename_document(cast.anna, case.public_id, private.public_id, "inna nazwa.pdf")
    assert lines(cast.bartek, case.public_id) == []
    assert verify_all().documents == 0


def test_of_a_private_part_nobody_else_is_told(cast: Cast, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(acting.events, "told", lambda users, _topics: told.extend(users))
    private, _ = linked(cast, case, make_account(cast.anna))
    remove_document(cast.anna, case.public_id, private.public_id)
    assert told == [cast.anna.public_id]
    add_document(cast.anna, case.public_id, "x.pdf", "application/pdf", pieces())
    assert set(told[1:]) == {cast.anna.public_id, cast.bartek.public_id}
