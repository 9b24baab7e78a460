"""The text of attached files (actions/extraction.py): searched after the letters, newest first, by whoever may see the message."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from teczka.actions import extraction, reading
from teczka.actions.extraction import TRIES, extract_again, extract_some
from teczka.actions.leaving import disable
from teczka.actions.sharing import revoke
from teczka.core.extraction import Lack
from teczka.core.search import parse
from teczka.core.sharing import Scope
from teczka.mime.extraction.confined import Answer, Extractor, File, Pieces
from teczka.store.blobs import blobs
from teczka.store.models import Account, AttachmentText, Message, Pack, Share, User
from teczka.store.packs.format import Codec, Entry
from teczka.store.packs.reader import pieces as raw_pieces
from teczka.store.packs.writer import write_pack
from teczka.store.queries import doctor
from teczka.store.queries.extraction import texts, waiting
from teczka.store.queries.search import search
from teczka.store.viewer import as_user
from tests import attached
from tests.cast import Cast, make_account, make_cast
from tests.conftest import OwnDatabase
from tests.stored import store
from tests.web.mailroom import share

PDF, OCTETS = "application/pdf", "application/octet-stream"


@pytest.fixture(scope="module")
def extractor() -> Iterator[Extractor]:
    """One process for the whole file."""
    with Extractor() as made:
        yield made


@pytest.fixture
def cast(own_database: OwnDatabase) -> Cast:
    return make_cast()


@pytest.fixture
def account(cast: Cast) -> Account:
    return make_account(cast.anna)


def mail(word: str, *files: tuple[str, str, bytes]) -> bytes:
    return attached.letter(f"Sprawa {word}", f"w załączeniu {word}", *files)


def read_all() -> None:
    while reading.read_some(100):
        pass


def extract_all(extractor: Extractor) -> None:
    while extract_some(extractor):
        pass


def rows(account: Account) -> list[tuple[int, str, str, str, bool, int]]:
    """(message, path, text, trouble, extracted, tries)"""
    with as_user(account.owner_id):
        found = AttachmentText.objects.order_by("message_id", "offset")
        return [
            (row.message_id, row.path, row.text, row.trouble, row.extracted_with is not None, row.tries)
            for row in found
        ]


def found(viewer: User, query: str) -> list[int]:
    return search(viewer, parse(query)).ids


def change(account: Account, **values: Any) -> None:
    with as_user(account.owner_id):
        AttachmentText.objects.update(**values)


def test_a_letter_is_found_at_once_and_its_attachments_words_when_they_are_extracted(
    account: Account, cast: Cast, extractor: Extractor
) -> None:
    (one,) = store(account, [mail("najem", ("umowa.pdf", PDF, attached.pdf("Wypowiedzenie umowy w Łodzi")))])
    read_all()
    assert found(cast.anna, "najem") == [one]
    assert found(cast.anna, "wypowiedzenia") == []
    assert (waiting(cast.anna), doctor.unextracted()) == (1, 1)
    extract_all(extractor)
    for query in ("wypowiedzenia", "lodz", '"wypowiedzenie umowy"', "najem wypowiedzenie", "plik:umowa"):
        assert found(cast.anna, query) == [one], query
    assert found(cast.anna, "temat:wypowiedzenie") == []
    assert (waiting(cast.anna), doctor.unextracted()) == (0, 0)


def test_a_reference_in_an_attachment_is_found_as_one_and_never_within_anothers(
    account: Account, cast: Cast, extractor: Extractor
) -> None:
    (one,) = store(account, [mail("akta", ("pozew.docx", OCTETS, attached.docx("Sygn. akt II C 12/24")))])
    read_all()
    extract_all(extractor)
    assert found(cast.anna, "II C 12/24") == [one]
    assert found(cast.anna, "I C 12/24") == []


def test_all_attachments_of_a_message_count_and_pictures_do_not_wait(
    account: Account, cast: Cast, extractor: Extractor
) -> None:
    files = [
        ("a.docx", OCTETS, attached.docx("pierwszy")),
        ("b.jpg", "image/jpeg", b"\xff\xd8\xff"),
        ("c.xlsx", OCTETS, attached.xlsx(["drugi"])),
    ]
    (one,) = store(account, [mail("trzy", *files)])
    read_all()
    assert waiting(cast.anna) == 2
    assert extract_some(extractor) == 2
    assert found(cast.anna, "pierwszy drugi trzy") == [one]
    assert texts(cast.anna, [one]) == {one: [("2", "a.docx", "pierwszy"), ("4", "c.xlsx", "drugi")]}


def test_no_process_reads_files_of_two_people(account: Account, cast: Cast, extractor: Extractor) -> None:
    theirs = make_account(cast.bartek)
    pids = []
    for each, word in ((account, "a"), (account, "b"), (theirs, "c"), (theirs, "d"), (account, "e")):
        store(each, [mail(word, (f"{word}.txt", "text/plain", f"tekst {word}".encode()))], first_uid=ord(word))
        read_all()
        extract_all(extractor)
        pids.append(extractor.pid)
    assert (pids[0] == pids[1], pids[2] == pids[3]) == (True, True)
    assert len({pids[0], pids[2], pids[4]}) == 3


def test_a_text_is_for_those_who_may_see_the_message_and_for_nobody_else(
    account: Account, cast: Cast, extractor: Extractor
) -> None:
    (one,) = store(account, [mail("tajne", ("a.docx", OCTETS, attached.docx("poufne")))])
    read_all()
    extract_all(extractor)
    for stranger in cast.strangers:
        assert texts(stranger, [one]) == {}
        assert found(stranger, "poufne") == []
        assert waiting(stranger) == 0
        with as_user(stranger.pk):
            assert not AttachmentText.objects.exists()
    with as_user(cast.anna.pk):
        message = Message.objects.get(pk=one)
    share(message, cast.celina)
    assert texts(cast.celina, [one])[one][0][2] == "poufne"
    assert found(cast.celina, "poufne") == [one]
    with as_user(cast.celina.pk):
        assert AttachmentText.objects.update(text="inne") == 0
    with as_user(cast.anna.pk):
        shares = list(Share.objects.values_list("public_id", flat=True))
    revoke(cast.anna, uuid4(), message.public_id, Scope.MESSAGE, shares)
    assert texts(cast.celina, [one]) == {}
    for query in ("poufne", '"poufne"', "pouf*", "plik:a.docx", "ma:załącznik"):
        assert found(cast.celina, query) == [], query
    share(message, cast.celina)
    assert found(cast.celina, "poufne") == [one]
    User.objects.filter(pk=cast.dorota.pk).update(password="x")  # who has a password may stay alone
    disable(cast.dorota, cast.celina.public_id)
    assert (found(cast.celina, "poufne"), texts(cast.celina, [one])) == ([], {})


def test_the_newest_goes_first_and_waits_for_letters_that_were_never_read(
    account: Account, extractor: Extractor
) -> None:
    ids = store(account, [mail(f"m{n}", ("a.txt", "text/plain", b"tekst")) for n in range(3)])
    assert extract_some(extractor) == 0  # nothing is read yet
    reading.read_some(1)
    assert extract_some(extractor) == 0  # letters go first
    read_all()
    order = []
    while extract_some(extractor):
        order.append([message for message, *_, extracted, _ in rows(account) if extracted])
    assert order == [[ids[2]], [ids[1], ids[2]], ids]


def test_what_is_read_again_is_not_extracted_again_and_is_still_found(
    account: Account, cast: Cast, extractor: Extractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one,) = store(account, [mail("raz", ("a.docx", OCTETS, attached.docx("dwadzieścia")))])
    read_all()
    extract_all(extractor)
    monkeypatch.setattr(reading, "VERSION", reading.VERSION + 1)
    assert reading.reread(10) == 1
    read_all()
    assert extract_some(extractor) == 0
    assert found(cast.anna, "dwadzieścia raz") == [one]


def test_what_is_read_again_while_its_text_is_made_is_found_by_both(
    account: Account, cast: Cast, extractor: Extractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one,) = store(account, [mail("raz", ("a.docx", OCTETS, attached.docx("dwadzieścia")))])
    read_all()
    terms_of = extraction.terms_of
    monkeypatch.setattr(reading, "VERSION", reading.VERSION + 1)

    def meanwhile(*values: Any) -> list[str]:
        monkeypatch.setattr(extraction, "terms_of", terms_of)
        assert reading.reread(10) == 1
        read_all()
        return ["'nonsens':1"]

    monkeypatch.setattr(extraction, "terms_of", meanwhile)
    extract_all(extractor)
    assert found(cast.anna, "dwadzieścia raz") == [one]
    assert found(cast.anna, "nonsens") == []


def test_a_newer_extractor_reads_anew_and_the_old_text_is_found_until_then(
    account: Account, cast: Cast, extractor: Extractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one,) = store(account, [mail("raz", ("a.docx", OCTETS, attached.docx("nowe")))])
    read_all()
    extract_all(extractor)
    change(account, text="stare")
    assert extract_again(10) == 0
    monkeypatch.setattr(extraction, "EXTRACTOR_VERSION", extraction.EXTRACTOR_VERSION + 1)
    assert extract_again(10) == 1
    assert texts(cast.anna, [one])[one][0][2] == "stare"
    extract_all(extractor)
    assert texts(cast.anna, [one])[one][0][2] == "nowe"
    assert extract_again(10) == 0


@pytest.mark.parametrize(
    ("name", "data", "lack"),
    [
        ("a.pdf", attached.pdf("x", user="u", owner="o"), Lack.ENCRYPTED),
        ("a.pdf", b"%PDF-1.4 nic", Lack.DAMAGED),
        ("a.bin", b"\0\1\2\3" * 100, Lack.UNSUPPORTED),
    ],
)
def test_a_file_without_text_marks_itself_and_never_the_message(
    name: str, data: bytes, lack: Lack, account: Account, cast: Cast, extractor: Extractor
) -> None:
    files = [(name, OCTETS, data), ("b.docx", OCTETS, attached.docx("sąsiad"))]
    (one,) = store(account, [mail("list", *files)])
    read_all()
    extract_all(extractor)
    assert [row[2:] for row in rows(account)] == [("", lack, True, 0), ("sąsiad", "", True, 0)]
    assert found(cast.anna, "sąsiad list") == [one]
    with as_user(account.owner_id):
        assert Message.objects.get(pk=one).defects == []


class Deadly(Extractor):
    """Its reader dies over files of this name."""

    def extract(self, file: File, pieces: Pieces) -> Answer:
        if file.name == "zly.txt":
            raise KeyboardInterrupt
        return super().extract(file, pieces)


def test_a_file_that_kills_its_reader_marks_itself_after_its_tries_and_no_other_pays(
    account: Account, cast: Cast
) -> None:
    files = [(name, "text/plain", b"tekst") for name in ("dobry.txt", "zly.txt", "inny.txt")]
    (one,) = store(account, [mail("list", *files)])
    read_all()
    with Deadly() as deadly:
        for _ in range(TRIES):
            with pytest.raises(KeyboardInterrupt):
                extract_all(deadly)
        extract_all(deadly)
    assert [row[2:4] for row in rows(account)] == [("tekst", ""), ("", Lack.KILLS), ("tekst", "")]
    assert found(cast.anna, "tekst") == [one]


def test_where_the_packs_cannot_be_read_nothing_is_marked(
    account: Account, extractor: Extractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(account, [mail("list", ("a.txt", "text/plain", b"tekst"))])
    read_all()
    gone: Callable[..., Any] = lambda *_: (_ for _ in ()).throw(OSError(5, "disk"))  # noqa: E731
    with monkeypatch.context() as broken:
        broken.setattr(extraction.extraction, "pieces", gone)
        for _ in range(TRIES + 1):
            with pytest.raises(OSError, match="disk"):
                extract_some(extractor)
    extract_all(extractor)
    assert [row[2:4] for row in rows(account)] == [("tekst", "")]


def test_what_another_reader_has_in_hand_is_passed_over(account: Account, test_database: Any) -> None:
    ids = store(account, [mail(f"m{n}", ("a.txt", "text/plain", b"tekst")) for n in range(2)])
    read_all()
    assert extraction.extraction.claim() == (ids[1], account.owner_id)
    with connection.cursor() as cursor:  # a session's own locks it may take again
        cursor.execute("SELECT pg_backend_pid()")
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT * FROM teczka_claim_attachments()")
            assert cursor.fetchone() == (ids[0], account.owner_id)
    finally:
        other.close()
    extraction.extraction.let_go(ids[1])


def test_a_message_that_went_meanwhile_is_no_trouble(account: Account, extractor: Extractor) -> None:
    (one,) = store(account, [mail("list", ("a.txt", "text/plain", b"tekst"))])
    read_all()

    class Removing(Extractor):
        def extract(self, file: File, pieces: Pieces) -> Answer:
            with as_user(account.owner_id), connection.cursor() as cursor:
                cursor.execute("DELETE FROM store_message WHERE id = %s", [one])
            return extractor.extract(file, pieces)

    assert extract_some(Removing()) == 1
    assert rows(account) == []
    assert extract_some(extractor) == 0


def test_what_was_moved_to_another_pack_meanwhile_is_read_there(
    account: Account, extractor: Extractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = store(account, [mail("list", ("a.txt", "text/plain", b"tekst")), mail("inny")])
    read_all()
    with as_user(account.owner_id):
        (one,) = extraction.extraction.waiting(ids[0])
    real, looked = extraction.extraction.pieces, []

    def pieces(there: Any, waiting: Any) -> Iterator[bytes]:
        if not looked:  # the first look finds no pack: it has gone, and its messages lie in another
            looked.append(waiting)
            with as_user(account.owner_id):
                raw = b"".join(raw_of(ids[0]))
                pack = write_pack(there, [raw])
                owner = {"office_id": account.office_id, "owner_id": account.owner_id}
                Pack.objects.create(id=pack.id, account_id=account.pk, size=pack.size, **owner)
                entry = pack.entries[0]
                Message.objects.filter(pk=ids[0]).update(
                    pack=pack.id, pack_offset=entry.offset, pack_length=entry.length, pack_codec=entry.codec
                )
            raise FileNotFoundError
        assert waiting.pack != one.pack
        return real(there, waiting)

    monkeypatch.setattr(extraction.extraction, "pieces", pieces)
    extract_all(extractor)
    assert [row[2:4] for row in rows(account)] == [("tekst", "")]
    monkeypatch.setattr(extraction.extraction, "pieces", lambda *_: (_ for _ in ()).throw(FileNotFoundError))
    change(account, extracted_with=None)
    extract_all(extractor)
    assert [row[2:4] for row in rows(account)] == [("", Lack.LOST)]


def raw_of(message_id: int) -> Iterator[bytes]:
    message = Message.objects.get(pk=message_id)
    entry = Entry(
        message.pack_offset, message.pack_length, Codec(message.pack_codec), message.size, bytes(message.sha256)
    )
    return raw_pieces(blobs(), message.pack_id, entry)
