"""Letters while they are written: what is saved, what is refused, and what their files cost."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from teczka.actions.answers import MOST_FILES, begin_from, goes_whole
from teczka.actions.drafts import Beginning, Changed, begin_new, copy_draft, discard_draft, restore_draft, save_draft
from teczka.actions.keeping import keep_draft
from teczka.actions.uploads import MOST_BYTES, attach, attach_part, drop_file, forget_drafts, zip_files
from teczka.core.drafts import QUOTE, Written
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.mail import UNDATED
from teczka.core.outgoing import Origin, State
from teczka.mime import encrypted_zip
from teczka.mime.limits import LIMITS
from teczka.store.blobs import blobs
from teczka.store.models import Account, Enclosure, Outgoing, Pack, Placement
from teczka.store.packs.format import key
from teczka.store.queries.drafts import enclosures, outbox
from teczka.store.queries.raw import upload_pieces
from teczka.store.viewer import as_user
from tests.cast import Cast, make_account, make_cast, make_folder
from tests.web.mailroom import share, store

SENDING = {"smtp_host": "127.0.0.1", "smtp_port": 465, "smtp_security": "tls", "mode": "managed", "state": "working"}
RAW = """\
From: Jan Kowal <jan@klient.example>
Reply-To: Sekretariat <biuro@klient.example>
To: Anna <anna@lipowa.example>
Cc: Ewa <ewa@inna.example>
Subject: Odp: Pozew
Message-ID: <pozew@klient.example>
References: <pierwszy@klient.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=B

--B
Content-Type: multipart/related; boundary=R

--R
Content-Type: text/html; charset=utf-8

<p onclick="x()">Proszę. <img src="cid:pieczec@klient"></p>
--R
Content-Type: image/png; name="pieczec.png"
Content-ID: <pieczec@klient>
Content-Transfer-Encoding: base64

iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==
--R--
--B
Content-Type: application/pdf; name="akta.pdf"
Content-Disposition: attachment; filename="akta.pdf"
Content-Transfer-Encoding: base64

JVBERi0xLjQK
--B--
""".replace("\n", "\r\n").encode()


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def account(cast: Cast) -> Account:
    return make_account(cast.anna, "anna@lipowa.example", **SENDING)


def written(**fields: Any) -> Written:
    return Written(**({"sender": None, "to": [], "cc": [], "bcc": [], "subject": "S", "html": "<div>a</div>"} | fields))


def fresh(row: Outgoing) -> Outgoing:
    with as_user(row.owner_id):
        return Outgoing.objects.get(pk=row.pk)


def files(row: Outgoing) -> list[tuple[str, bool]]:
    with as_user(row.owner_id):
        return list(Enclosure.objects.filter(outgoing=row).order_by("position", "id").values_list("name", "inline"))


def test_a_save_follows_the_one_before_and_a_lost_answer_does_no_harm(cast: Cast, account: Account) -> None:
    row = begin_new(cast.anna, account.public_id, Beginning())
    assert save_draft(cast.anna, row.public_id, 0, written()) == 1
    assert save_draft(cast.anna, row.public_id, 0, written()) == 1  # the same again: its answer was lost
    with pytest.raises(Changed):
        save_draft(cast.anna, row.public_id, 0, written(subject="Inny"))
    assert fresh(row).subject == "S"
    other = copy_draft(cast.anna, row.public_id, written(subject="Inny"))
    assert (fresh(other).subject, fresh(row).subject) == ("Inny", "S")
    assert other.message_id != row.message_id


def test_a_letter_that_nothing_but_a_file_was_put_into_is_one(cast: Cast, account: Account) -> None:
    row = begin_new(cast.anna, account.public_id, Beginning(plain=True))
    as_it_is = written(subject="", html="", plain=True)
    assert save_draft(cast.anna, row.public_id, 0, as_it_is) == 0
    assert outbox(cast.anna, [State.DRAFT], 10) == []
    attach(cast.anna, row.public_id, "pozew.pdf", "application/pdf", [b"x"])
    assert [save_draft(cast.anna, row.public_id, 0, as_it_is) for _ in range(2)] == [1, 1]
    assert [line.public_id for line in outbox(cast.anna, [State.DRAFT], 10)] == [row.public_id]


def test_what_the_editor_sends_is_made_safe(cast: Cast, account: Account) -> None:
    row = begin_new(cast.anna, account.public_id, Beginning())
    evil = '<div onclick="x()">a<script>x()</script><img src="cid:strange"><img src="https://t.example/p.gif"></div>'
    save_draft(cast.anna, row.public_id, 0, written(html=evil + QUOTE + "<p>not a quote</p>"))
    html = fresh(row).html
    assert "script" not in html
    assert "onclick" not in html
    assert "cid:" not in html
    assert QUOTE not in html


def test_an_answer_goes_where_the_sender_wants_it_with_what_it_quotes(cast: Cast, account: Account) -> None:
    message = store(make_folder(account), RAW)
    row = begin_from(cast.anna, message.public_id, Origin.REPLY_ALL)
    assert row.recipients["to"] == [["Sekretariat", "biuro@klient.example"]]
    assert row.recipients["cc"] == [["Ewa", "ewa@inna.example"]]
    assert row.subject == "Re: Pozew"
    assert row.references == ["pierwszy@klient.example", "pozew@klient.example"]
    assert files(row) == [("pieczec.png", True)]
    with as_user(cast.anna.pk):
        picture = Enclosure.objects.get(outgoing=row)
    assert f'src="cid:{picture.content_id}"' in row.html
    assert "onclick" not in row.html
    save_draft(cast.anna, row.public_id, 0, written(quoted=True))
    assert picture.content_id in fresh(row).html.partition(QUOTE)[2]  # what is folded is kept, though no page sends it
    save_draft(cast.anna, row.public_id, 1, written(quoted=False))
    assert fresh(row).html == "<div>a</div>"


@pytest.mark.parametrize("told", ["", "Date: Wed, 31 Dec 1969 23:59:59 +0000\r\n"])
def test_a_letter_without_a_date_is_quoted_without_one(cast: Cast, account: Account, told: str) -> None:
    message = store(make_folder(account), told.encode() + RAW, UNDATED)
    for kind in (Origin.REPLY, Origin.FORWARD):
        assert "1970" not in begin_from(cast.anna, message.public_id, kind).html
    dated = store(make_folder(account, "Inne"), b"Date: Sun, 3 May 2026 12:04:00 +0200\r\n" + RAW, UNDATED)
    assert "W dniu 3.05.2026 o" in begin_from(cast.anna, dated.public_id, Origin.REPLY).html


@pytest.mark.parametrize("kind", [Origin.REPLY, Origin.FORWARD, Origin.EDITED])
@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ("From: jan@klient.example\nTo: undisclosed-recipients:;", "anna@lipowa.example"),  # in Bcc, or by an alias
        ("From: jan@klient.example\nTo: anna@dom.example, anna@lipowa.example", "anna@lipowa.example"),
        ("From: jan@klient.example\nTo: anna@dom.example\nDelivered-To: anna@lipowa.example", "anna@dom.example"),
        ("From: anna@dom.example\nTo: anna@lipowa.example", "anna@dom.example"),
    ],
)
def test_a_letter_goes_on_in_the_name_of_the_account_where_it_lies_unless_it_names_another(
    cast: Cast, account: Account, headers: str, address: str, kind: Origin
) -> None:
    """It went from whichever account was written from last: a client was answered from the private one."""
    home = make_account(cast.anna, "anna@dom.example", **SENDING)
    last = begin_new(cast.anna, home.public_id, Beginning())
    save_draft(cast.anna, last.public_id, 0, written())
    message = store(make_folder(account), f"{headers}\nSubject: Akta\n\nTekst\n".replace("\n", "\r\n").encode())
    if kind == Origin.EDITED and "From: jan" in headers:  # of a draft it is the sender that counts
        address = "anna@lipowa.example"
    assert begin_from(cast.anna, message.public_id, kind).from_address == address


def test_mail_is_passed_on_whole_or_in_the_letter(cast: Cast, account: Account) -> None:
    message = store(make_folder(account), RAW)
    inline = begin_from(cast.anna, message.public_id, Origin.FORWARD)
    assert files(inline) == [("pieczec.png", True), ("akta.pdf", False)]
    assert inline.recipients["to"] == []
    attached = begin_from(cast.anna, message.public_id, Origin.FORWARD_ATTACHED)
    assert files(attached) == [("Odp_ Pozew.eml", False)]
    assert QUOTE not in attached.html


def with_files(count: int) -> bytes:
    """A letter that shows a picture and has so many files."""
    file = "--B\r\nContent-Disposition: attachment; filename={}.txt\r\n\r\nx\r\n"
    return RAW.replace(b"--B--\r\n", "".join(file.format(n) for n in range(count - 1)).encode() + b"--B--\r\n")


@pytest.mark.parametrize("kind", [Origin.FORWARD, Origin.EDITED])
@pytest.mark.parametrize("shared", [False, True])
def test_many_files_are_taken_in_as_many_statements_as_one(
    cast: Cast, account: Account, kind: Origin, shared: bool
) -> None:
    make_account(cast.bartek, "bartek@lipowa.example", **SENDING)
    actor = cast.bartek if shared else cast.anna
    folder = make_folder(account)
    letters = [store(folder, with_files(count)) for count in (1, 2, 30)]
    for letter in letters:
        share(letter, cast.bartek)
    statements = []
    for letter in letters:  # the first time some are only prepared
        with CaptureQueriesContext(connection) as told:
            row = begin_from(actor, letter.public_id, kind)
        statements.append(len(told))
    assert statements[1] == statements[2]
    with as_user(actor.pk):
        assert Enclosure.objects.filter(outgoing=row).count() == 31


@pytest.mark.parametrize("kind", [Origin.FORWARD, Origin.EDITED])
def test_of_a_letter_with_too_many_files_the_whole_is_taken(cast: Cast, account: Account, kind: Origin) -> None:
    folder = make_folder(account)
    most, more = (store(folder, with_files(count)) for count in (MOST_FILES, MOST_FILES + 1))
    assert [goes_whole(cast.anna, letter.public_id, kind) for letter in (most, more)] == [False, True]
    assert len(files(begin_from(cast.anna, most.public_id, kind))) == MOST_FILES + 1
    row = begin_from(cast.anna, more.public_id, kind)
    assert files(row) == [("pieczec.png", True), ("Odp_ Pozew.eml", False)]
    assert not goes_whole(cast.anna, more.public_id, Origin.REPLY)


def test_a_message_too_long_to_be_quoted_is_attached_where_it_is_passed_on(cast: Cast, account: Account) -> None:
    long = store(make_folder(account), b"From: jan@a.example\r\n\r\n" + b"Tekst umowy.\r\n" * 200_000)
    assert [goes_whole(cast.anna, long.public_id, kind) for kind in (Origin.FORWARD, Origin.REPLY)] == [True, False]
    row = begin_from(cast.anna, long.public_id, Origin.FORWARD)
    assert len(row.html) < 2 * LIMITS.shown
    assert [name for name, _inline in files(row)] == ["message.eml"]


def test_nobody_begins_with_mail_that_they_do_not_see(cast: Cast, account: Account) -> None:
    message = store(make_folder(account), RAW)
    make_account(cast.bartek, "bartek@lipowa.example", **SENDING)
    for kind in set(Origin) - {Origin.NEW}:
        with pytest.raises(NotAllowed):
            begin_from(cast.bartek, message.public_id, kind)
    share(message, cast.bartek)
    row = begin_from(cast.bartek, message.public_id, Origin.FORWARD)
    assert row.from_address == "bartek@lipowa.example"
    assert row.owner_id == cast.bartek.pk
    assert files(row) == [("pieczec.png", True), ("akta.pdf", False)]
    with as_user(cast.bartek.pk):  # copied: the letter stays whole when the message is shared no longer
        assert [file.size for file in Enclosure.objects.filter(outgoing=row, message=None)] == [70, 9]


def test_a_file_beyond_the_limit_leaves_nothing_behind(
    cast: Cast, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = begin_new(cast.anna, account.public_id, Beginning())
    monkeypatch.setattr("teczka.actions.uploads.MOST_BYTES", 10)
    before = set(blobs().incoming.iterdir())
    with pytest.raises(Problem, match=Trouble.UPLOAD_LARGE.value):
        attach(cast.anna, row.public_id, "duży.pdf", "application/pdf", [b"12345", b"678901"])
    assert files(row) == []
    assert set(blobs().incoming.iterdir()) == before
    assert MOST_BYTES > 25_000_000  # any provider's limit fits


def test_a_file_goes_with_the_last_letter_that_has_it(
    cast: Cast, account: Account, django_capture_on_commit_callbacks: Any
) -> None:
    row = begin_new(cast.anna, account.public_id, Beginning())
    made = attach(cast.anna, row.public_id, "a.pdf", "application/pdf", [b"bytes"])
    other = copy_draft(cast.anna, row.public_id, written(subject="Kopia"))
    pack = key(made.pack_id)  # type: ignore[arg-type]
    with django_capture_on_commit_callbacks(execute=True):
        drop_file(cast.anna, row.public_id, made.public_id)
    assert blobs().size(pack)
    with as_user(cast.anna.pk):
        second = Enclosure.objects.get(outgoing=other)
    with django_capture_on_commit_callbacks(execute=True):
        drop_file(cast.anna, other.public_id, second.public_id)
    with pytest.raises(FileNotFoundError):
        blobs().size(pack)


def test_of_a_shared_message_goes_on_who_is_named_in_it_and_nobody_else(cast: Cast, account: Account) -> None:
    message = store(make_folder(account), b"Bcc: tajny@inna.example\nSubject: Umowa\n\nTekst.\n")
    share(message, cast.bartek)
    make_account(cast.bartek, "bartek@lipowa.example", **SENDING)
    row = begin_from(cast.bartek, message.public_id, Origin.FORWARD_ATTACHED)
    (file,) = enclosures(cast.bartek, row.public_id)
    assert file.pack
    assert file.entry
    assert b"".join(upload_pieces(file.pack, file.entry)).split() == [b"Subject:", b"Umowa", b"Tekst."]


def test_a_file_that_comes_too_late_leaves_nothing_behind(cast: Cast, account: Account) -> None:
    row = begin_new(cast.anna, account.public_id, Beginning())
    before = set(blobs().list())

    def meanwhile() -> Iterator[bytes]:
        yield b"x"
        with as_user(cast.anna.pk):
            Outgoing.objects.filter(pk=row.pk).update(state=State.HELD)

    with pytest.raises(NotAllowed):
        attach(cast.anna, row.public_id, "pozew.pdf", "application/pdf", meanwhile())
    assert set(blobs().list()) == before


def test_what_is_attached_while_an_archive_is_made_stays_beside_it(
    cast: Cast, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = begin_new(cast.anna, account.public_id, Beginning())
    attach(cast.anna, row.public_id, "pozew.pdf", "application/pdf", [b"x"])

    def meanwhile(*given: Any) -> None:
        attach(cast.anna, row.public_id, "odpis.pdf", "application/pdf", [b"y"])
        encrypted_zip.write(*given)

    monkeypatch.setattr("teczka.actions.uploads.write", meanwhile)
    zip_files(cast.anna, row.public_id, "Akta")
    assert files(row) == [("odpis.pdf", False), ("Akta.zip", False)]


def test_a_part_of_another_message_is_attached_by_whoever_sees_it(cast: Cast, account: Account) -> None:
    message = store(make_folder(account), RAW)
    row = begin_new(cast.anna, account.public_id, Beginning())
    attach_part(cast.anna, row.public_id, message.public_id, "2")
    attach_part(cast.anna, row.public_id, message.public_id, "")
    assert files(row) == [("akta.pdf", False), ("Odp_ Pozew.eml", False)]
    theirs = begin_new(
        cast.bartek, make_account(cast.bartek, "bartek@lipowa.example", **SENDING).public_id, Beginning()
    )
    with pytest.raises(NotAllowed):
        attach_part(cast.bartek, theirs.public_id, message.public_id, "2")


def test_a_draft_lies_among_the_accounts_drafts_once_and_goes_with_it(cast: Cast, account: Account) -> None:
    folder = make_folder(account, "Drafts", "drafts")
    row = begin_new(cast.anna, account.public_id, Beginning())
    keep_draft(cast.anna, row.public_id)  # nothing was written
    half = [("", "jan@klient.example"), ("", "jeszcze nie adres")]
    save_draft(cast.anna, row.public_id, 0, written(to=half))

    def shown() -> list[int]:
        with as_user(cast.anna.pk):
            return list(Placement.objects.filter(folder=folder, gone_at=None).values_list("message", flat=True))

    assert shown() == []
    keep_draft(cast.anna, row.public_id)
    first = shown()
    keep_draft(cast.anna, row.public_id)
    assert shown() == first
    assert len(first) == 1
    save_draft(cast.anna, row.public_id, 1, written(subject="Inny"))
    keep_draft(cast.anna, row.public_id)
    assert len(shown()) == 1
    assert shown() != first
    with as_user(cast.anna.pk):
        message = Placement.objects.get(folder=folder, gone_at=None).message
    assert begin_from(cast.anna, message.public_id, Origin.EDITED).pk == row.pk  # ours goes on where it was left
    discard_draft(cast.anna, row.public_id)
    assert shown() == []
    restore_draft(cast.anna, row.public_id)
    assert len(shown()) == 1


def test_another_programs_draft_is_taken_up_and_left_where_it_is(cast: Cast, account: Account) -> None:
    message = store(make_folder(account, "Drafts", "drafts"), RAW, draft=True)
    row = begin_from(cast.anna, message.public_id, Origin.EDITED)
    assert row.recipients["to"] == [["Anna", "anna@lipowa.example"]]
    assert row.subject == "Odp: Pozew"
    assert files(row) == [("pieczec.png", True), ("akta.pdf", False)]
    with as_user(cast.anna.pk):
        assert Placement.objects.get(message=message).gone_at is None


def test_a_draft_that_another_program_went_on_with_is_opened_with_its_words(cast: Cast, account: Account) -> None:
    """Some keep its Message-ID: our older text stood in its place, and the newer one was seen no more."""
    folder = make_folder(account, "Drafts", "drafts")
    ours = begin_new(cast.anna, account.public_id, Beginning())
    save_draft(cast.anna, ours.public_id, 0, written(html="<div>Stare słowa</div>"))
    keep_draft(cast.anna, ours.public_id)
    raw = f"From: anna@lipowa.example\r\nSubject: S\r\nMessage-ID: <{ours.message_id}>\r\n\r\nNowe z telefonu\r\n"
    message = store(folder, raw.encode(), draft=True)
    row = begin_from(cast.anna, message.public_id, Origin.EDITED)
    assert row.pk != ours.pk
    assert "Nowe z telefonu" in row.text
    assert row.message_id != ours.message_id
    assert "Stare słowa" in fresh(ours).text


def test_a_draft_whose_file_is_gone_is_kept_here_alone(cast: Cast, account: Account) -> None:
    make_folder(account, "Drafts", "drafts")
    message = store(make_folder(account), RAW)
    row = begin_from(cast.anna, message.public_id, Origin.FORWARD_ATTACHED)
    save_draft(cast.anna, row.public_id, 0, written())
    with as_user(cast.anna.pk):
        Enclosure.objects.filter(outgoing=row).update(message=None)
    keep_draft(cast.anna, row.public_id)
    assert fresh(row).draft_sha256 is None


def test_a_read_only_account_keeps_its_drafts_here(cast: Cast) -> None:
    account = make_account(cast.anna, "sad@lipowa.example", **(SENDING | {"mode": "read_only"}))
    folder = make_folder(account, "Drafts", "drafts")
    row = begin_new(cast.anna, account.public_id, Beginning())
    save_draft(cast.anna, row.public_id, 0, written())
    keep_draft(cast.anna, row.public_id)
    with as_user(cast.anna.pk):
        assert not Placement.objects.filter(folder=folder).exists()


def test_what_was_thrown_away_goes_after_a_week_with_its_files(cast: Cast, account: Account) -> None:
    kept, thrown, untouched = (begin_new(cast.anna, account.public_id, Beginning()) for _ in range(3))
    for row in (kept, thrown):
        save_draft(cast.anna, row.public_id, 0, written())
    made = attach(cast.anna, thrown.public_id, "a.pdf", "application/pdf", [b"bytes"])
    discard_draft(cast.anna, thrown.public_id)
    forget_drafts()
    with as_user(cast.anna.pk):
        assert Outgoing.objects.count() == 3
        ago = timezone.now() - timedelta(days=8)
        Outgoing.objects.filter(pk=thrown.pk).update(discarded_at=ago)
        Outgoing.objects.filter(pk=untouched.pk).update(updated_at=ago)
        Outgoing.objects.filter(pk=kept.pk).update(updated_at=ago)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert forget_drafts() == 1
    with as_user(cast.anna.pk):
        assert list(Outgoing.objects.all()) == [kept]
        assert not Pack.objects.filter(pk=made.pack_id).exists()
    with pytest.raises(FileNotFoundError):
        blobs().size(key(made.pack_id))  # type: ignore[arg-type]
