"""A whole account as mbox or Maildir, and back: the same bytes in the same folders, with the same flags."""

import io
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teczka.actions.importing import run_import
from teczka.actions.mail_export import Form, Leaving, export_folder, export_zip
from teczka.actions.path_imports import begin_paths
from teczka.core.errors import NotAllowed
from teczka.core.mail import RemoteFolder, RemoteMessage
from teczka.remote.imap.utf7 import encode
from teczka.store.blobs import blobs
from teczka.store.mail import LocalMail
from teczka.store.models import Account, Lease, Office, Placement, User
from teczka.store.packs.format import Codec, Entry
from teczka.store.packs.reader import read
from teczka.store.viewer import as_user
from tests.cast import make_account, make_cast

pytestmark = pytest.mark.usefixtures("own_database")

Held = tuple[str, bytes, frozenset[str], datetime]
WHEN = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)
LEVELS = st.text("aąćęłńóśźżAŁ09 .&-", min_size=1, max_size=12).filter(
    lambda name: name == name.strip(" .") and name.casefold() not in {"cur", "new", "tmp", "inbox"}
)
FLAGS = st.frozensets(st.sampled_from(["\\Seen", "\\Flagged", "\\Answered", "\\Draft", "pilne", "$Forwarded", "&AQU-"]))
PIECES = st.sampled_from([b"From me\n", b">From you\r\n", b"\n", b"\r\n", b"Subject: x\r\n", b"\0\xff", b"tre"])
RAW = st.tuples(st.lists(PIECES, min_size=1, max_size=8).map(b"".join), st.integers(0, 10**6)).map(
    lambda one: b"X-N: %d\r\n" % one[1] + one[0]
)


def person() -> User:
    office = Office.objects.create(name="Kancelaria")
    return User.objects.create_user(f"osoba{User.objects.count()}@lipowa.example", office=office, name="Osoba")


def fill(account: Account, folder: str, messages: list[tuple[bytes, frozenset[str]]], since: datetime = WHEN) -> None:
    lease, _ = Lease.objects.get_or_create(account=account, defaults={"epoch": 1})
    local = LocalMail(account, lease.epoch, blobs())
    try:
        name = encode(folder)
        known = {one.name: one for one in local.save_folders([RemoteFolder(name, folder, "/", frozenset())])}[name]
        batch = [
            RemoteMessage(uid, flags, since + timedelta(seconds=uid), len(raw), raw)
            for uid, (raw, flags) in enumerate(messages, 1)
        ]
        local.add(known, 1, local.keep(batch))
    finally:
        local.close()


def held(account: Account, below: str = "") -> list[Held]:
    with as_user(account.owner_id):
        rows = Placement.objects.filter(gone_at=None, folder__account=account).select_related("message", "folder")
        found = []
        for row in rows:
            one = row.message
            entry = Entry(one.pack_offset, one.pack_length, Codec(one.pack_codec), one.size, bytes(one.sha256))
            flags = {
                f"\\{name.capitalize()}" for name in ("seen", "flagged", "answered", "draft") if getattr(row, name)
            }
            path = row.folder.path[len(below) :].removeprefix("/") or "INBOX"
            found.append(
                (path, read(blobs(), one.pack_id, entry), frozenset(flags | set(row.keywords)), row.internaldate)
            )
    return sorted(found, key=lambda each: (each[0], each[1]))


def brought_in(owner: User, *sources: Path) -> Account:
    row = begin_paths(owner, "Z pliku", sources)
    assert run_import(row.pk, owner.pk, threading.Event())
    with as_user(owner.pk):
        return Account.objects.get(pk=row.account_id)


@given(
    st.dictionaries(
        st.one_of(st.just("INBOX"), st.lists(LEVELS, min_size=1, max_size=3).map("/".join)),
        st.lists(st.tuples(RAW, FLAGS), min_size=1, max_size=4, unique_by=lambda one: one[0]),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from(Form),
)
@settings(
    max_examples=settings.default.max_examples // 4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_what_is_taken_away_comes_back_as_it_was(
    tmp_path: Path, folders: dict[str, list[tuple[bytes, frozenset[str]]]], form: Form
) -> None:
    if len({path.casefold() for path in folders}) < len(folders):
        return  # file systems would number them
    owner = person()
    account = make_account(owner, owner.email)
    for path, messages in folders.items():
        fill(account, path, messages)
    to = tmp_path / f"out{owner.pk}"
    export_folder(Leaving(owner, account.public_id, form), to)
    archive = brought_in(owner, to)
    assert held(archive, "Z pliku") == held(account)


@pytest.mark.parametrize("form", list(Form))
def test_the_zip_of_the_page_comes_back_as_it_was(tmp_path: Path, form: Form) -> None:
    owner = make_cast().anna
    account = make_account(owner)
    fill(account, "INBOX", [(b"Subject: a\r\n\r\nFrom me\r\n", frozenset({"\\Seen", "pilne"}))])
    fill(
        account,
        "Sprawy/Źródła.2026",
        [(b"Subject: b\n\nx", frozenset()), (b"Subject: a\r\n\r\nFrom me\r\n", frozenset())],
    )
    source = tmp_path / "a.zip"
    source.write_bytes(b"".join(export_zip(Leaving(owner, account.public_id, form))))
    with ZipFile(io.BytesIO(source.read_bytes())) as archive:
        assert archive.testzip() is None
        if form is Form.MAILDIR:
            here = (WHEN + timedelta(seconds=2, hours=1)).replace(tzinfo=None)  # a ZIP's times are its office's
            assert here.timetuple()[:6] in {one.date_time for one in archive.infolist()}
    assert held(brought_in(owner, source), "Z pliku") == held(account)


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("year", [2, 999, 1969, 2150, 9998])
def test_no_year_that_a_server_told_keeps_a_message_from_being_taken_away(
    tmp_path: Path, form: Form, year: int
) -> None:
    owner = make_cast().anna
    account = make_account(owner)
    raws = [b"Subject: a\r\n\r\nx\r\n", b"Subject: b\r\n\r\ny\r\n"]
    fill(account, "INBOX", [(raw, frozenset()) for raw in raws], datetime(year, 12, 31, tzinfo=UTC))
    source = tmp_path / "a.zip"
    source.write_bytes(b"".join(export_zip(Leaving(owner, account.public_id, form))))
    assert [raw for _, raw, _, _ in held(brought_in(owner, source), "Z pliku")] == raws


def test_it_is_the_owners_alone() -> None:
    cast = make_cast()
    account = make_account(cast.anna)
    for stranger in cast.strangers:
        with pytest.raises(NotAllowed):
            Leaving(stranger, account.public_id, Form.MBOX)
