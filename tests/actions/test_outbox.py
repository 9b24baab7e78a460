"""A letter on its way: what the states are, who moves them, and what follows when it has left."""

import re
from datetime import timedelta
from email import message_from_bytes
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from teczka.actions import outbox
from teczka.actions.building import put_together
from teczka.actions.drafts import Changed
from teczka.actions.reading import read_some
from teczka.actions.rest import delete_account, take_back
from teczka.actions.secrets import seal_password
from teczka.actions.sending import BETWEEN_PASSES, Sending
from teczka.actions.sent import FRESH
from teczka.actions.uploads import attach, forget_drafts
from teczka.core.accounts import Farewell
from teczka.core.acts import Kind, OperationState
from teczka.core.delivery import Answer, Outcome, Verdict
from teczka.core.discovery import Service
from teczka.core.errors import LeaseLost, NotAllowed, Problem, Trouble
from teczka.core.folders import AWAITED
from teczka.core.ladder import Outcome as Reached
from teczka.core.ladder import Rung, Step
from teczka.core.outgoing import Origin, State
from teczka.store.blobs import blobs
from teczka.store.events import REQUESTS
from teczka.store.leases import Lease, revoke
from teczka.store.models import Account, Folder, Message, Operation, Outgoing, Pack, Placement, Recipient
from teczka.store.outgoing import Outbox
from teczka.store.packs.format import Codec, Entry, key
from teczka.store.packs.reader import read
from teczka.store.packs.writer import Pack as Packed
from teczka.store.queries.drafts import Waiting, stuck, waiting
from teczka.store.queries.drafts import outbox as outbox_lines
from teczka.store.viewer import as_user
from tests.cast import Cast, make_cast, make_folder
from tests.conftest import OwnDatabase
from tests.leased import leased
from tests.outgoing import EWA, JAN, OLA, PASSWORD, deliver, fresh, log_of, recipients, sends, sent, state_of, written
from tests.stored import store
from tests.submission import SIZE, Submission

VERBS = (outbox.cancel, outbox.retry, outbox.settle, outbox.give_up, outbox.acknowledge, outbox.send_rest)


@pytest.fixture
def cast(own_database: object) -> Cast:
    return make_cast()


@pytest.fixture
def account(cast: Cast, submission: Submission) -> Account:
    submission.received.clear()
    submission.answers.clear()
    submission.attempts.clear()
    return sends(cast.anna, submission)


def trouble_of(row: Outgoing) -> str:
    return fresh(row).trouble


def due(row: Outgoing) -> None:
    """As if the pause before the next try were over."""
    with as_user(row.owner_id):
        Outgoing.objects.filter(pk=row.pk).update(next_try_at=timezone.now())


# --- send and take back ---


def test_a_letter_is_held_for_its_undo_and_leaves_once_that_is_over(account: Account, submission: Submission) -> None:
    draft = written(account)
    assert outbox.send(account.owner, draft.public_id, draft.revision).state == State.HELD
    seconds = deliver(account)
    assert seconds is not None
    assert 10 < seconds <= 13
    assert not submission.received
    row = sent(written(account))
    deliver(account)
    assert state_of(row) is State.SENT
    assert log_of(row) == ["held", "queued", "sending", "sent"]
    assert recipients(row) == {JAN: "accepted"}
    (received,) = submission.received
    assert received.mail_from == account.address
    assert message_from_bytes(received.original_content)["Message-ID"] == f"<{row.message_id}>"


def test_what_is_taken_back_is_a_draft_again_and_its_bytes_are_gone(account: Account, submission: Submission) -> None:
    row = sent(written(account))
    pack = row.pack_id
    assert pack is not None
    assert outbox.cancel(account.owner, row.public_id).state == State.DRAFT
    deliver(account)
    assert not submission.received
    assert recipients(row) == {}
    with as_user(account.owner_id):
        assert not Pack.objects.filter(pk=pack).exists()
    with pytest.raises(FileNotFoundError):
        blobs().size(key(pack))
    again = sent(fresh(row))
    deliver(account)
    assert state_of(again) is State.SENT


def test_what_has_left_cannot_be_taken_back(account: Account) -> None:
    row = sent(written(account))
    deliver(account)
    for verb in VERBS:
        with pytest.raises(Problem) as caught:
            verb(account.owner, row.public_id)
        assert caught.value.trouble is Trouble.SENDING_TOO_LATE


def test_a_draft_that_changed_meanwhile_is_not_sent(account: Account) -> None:
    draft = written(account)
    with pytest.raises(Changed):
        outbox.send(account.owner, draft.public_id, draft.revision + 1)
    outbox.send(account.owner, draft.public_id, draft.revision)
    with pytest.raises(Changed):
        outbox.send(account.owner, draft.public_id, draft.revision)


def test_a_file_that_comes_while_the_letter_is_built_is_not_left_out_in_silence(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = written(account)

    def meanwhile(*given: Any) -> Packed:
        packed = put_together(*given)
        attach(account.owner, row.public_id, "pozew.pdf", "application/pdf", [b"x"])
        return packed

    monkeypatch.setattr("teczka.actions.outbox.put_together", meanwhile)
    with pytest.raises(Changed):
        outbox.send(account.owner, row.public_id, row.revision)
    assert state_of(row) is State.DRAFT


def test_nobody_else_sends_or_takes_back(cast: Cast, account: Account) -> None:
    row = written(account)
    for stranger in cast.strangers:
        with pytest.raises(NotAllowed):
            outbox.send(stranger, row.public_id, row.revision)
        for verb in VERBS:
            with pytest.raises(NotAllowed):
                verb(stranger, row.public_id)
        with pytest.raises(NotAllowed):
            outbox.size_limit(stranger, account.public_id)


def test_what_cannot_be_sent_is_said_before(account: Account, submission: Submission) -> None:
    def refused(row: Outgoing) -> Trouble:
        with pytest.raises(Problem) as caught:
            outbox.send(account.owner, row.public_id, row.revision)
        assert state_of(row) is State.DRAFT
        return caught.value.trouble

    assert refused(written(account, recipients={"to": [], "cc": [], "bcc": []})) is Trouble.SENDING_NOBODY
    assert refused(written(account, "jan nowak@a.example")) is Trouble.ADDRESS_SPELLING
    assert outbox.size_limit(account.owner, account.public_id) == 0
    row = sent(written(account))
    deliver(account)
    assert outbox.size_limit(account.owner, account.public_id) == SIZE
    assert refused(written(account, text="x" * 76 * (SIZE // 70), plain=True)) is Trouble.MESSAGE_SIZE
    with as_user(account.owner_id):
        Account.objects.filter(pk=account.pk).update(smtp_host="")
    assert refused(written_anew(row)) is Trouble.SENDING_NO_SERVER


def test_how_large_a_letter_may_be_is_known_before_the_first_one(account: Account) -> None:
    """From the check of the servers, else from what its provider is known for."""

    def limit(**columns: object) -> int:
        with as_user(account.owner_id):
            Account.objects.filter(pk=account.pk).update(**columns)
        return outbox.size_limit(account.owner, account.public_id)

    assert limit(provider="gmail") == 25_000_000
    rung = Rung(Step.SIGNIN, Service.SMTP, Reached.OK, facts={"username": "anna", "size": 35_000_000})
    assert limit(check_report=[rung.as_json()]) == 35_000_000


def written_anew(row: Outgoing) -> Outgoing:
    """Another draft like it."""
    with as_user(row.owner_id):
        again = Outgoing.objects.select_related("owner").get(pk=row.pk)
        again.pk, again.public_id, again.message_id, again.state = None, uuid4(), f"{uuid4()}@a", State.DRAFT
        again.pack_id = None
        again.save()
    return again


def test_who_gets_it_in_secret_is_in_our_copy_alone(account: Account, submission: Submission) -> None:
    people = {"to": [["Jan", JAN]], "cc": [["", EWA], ["", JAN]], "bcc": [["Ola", OLA]]}
    row = sent(written(account, recipients=people))
    deliver(account)
    (received,) = submission.received
    assert sorted(received.rcpt_tos) == sorted([JAN, EWA, OLA])
    assert b"\nbcc" not in b"\n" + received.original_content.lower()
    assert OLA.encode() not in received.original_content
    with as_user(account.owner_id):
        copy = Message.objects.get(message_id=row.message_id)
        assert read(blobs(), copy.pack_id, entry(copy)).startswith(b"Bcc: ")


def entry(copy: Message) -> Entry:
    return Entry(copy.pack_offset, copy.pack_length, Codec(copy.pack_codec), copy.size, bytes(copy.sha256))


# --- what servers answer ---


def test_each_recipient_is_served_once_whatever_becomes_of_the_others(account: Account, submission: Submission) -> None:
    submission.answers |= {EWA: "550 5.1.1 No such user", OLA: "450 4.7.1 Greylisted"}
    row = sent(written(account, JAN, EWA, OLA))
    deliver(account)
    assert state_of(row) is State.QUEUED
    assert recipients(row) == {JAN: "accepted", EWA: "refused", OLA: "later"}
    del submission.answers[OLA]
    due(row)
    deliver(account)
    assert state_of(row) is State.SENT
    assert recipients(row) == {JAN: "accepted", EWA: "refused", OLA: "accepted"}
    assert [envelope.rcpt_tos for envelope in submission.received] == [[JAN], [OLA]]


def partly(account: Account, submission: Submission) -> Outgoing:
    """One has it, the other shall have it later."""
    submission.answers |= {OLA: "450 4.7.1 Greylisted"}
    row = sent(written(account, JAN, OLA))
    deliver(account)
    assert (state_of(row), recipients(row)) == (State.QUEUED, {JAN: "accepted", OLA: "later"})
    return row


def test_what_has_reached_somebody_is_no_draft_again_but_may_be_left_at_that(
    account: Account, submission: Submission
) -> None:
    row = partly(account, submission)
    with pytest.raises(Problem):
        outbox.cancel(account.owner, row.public_id)
    outbox.give_up(account.owner, row.public_id)
    assert (state_of(row), recipients(row)) == (State.SENT, {JAN: "accepted", OLA: "refused"})
    assert waiting(account.owner) == Waiting(0, 0)  # whom its writer gave up, they know of
    with as_user(account.owner_id):
        assert Placement.objects.filter(folder__account=account, message__message_id=row.message_id).exists()


def test_whom_the_server_put_off_to_the_end_is_told_as_refused(account: Account, submission: Submission) -> None:
    row = partly(account, submission)
    with as_user(row.owner_id):
        over = timezone.now() - timedelta(days=3)
        Outgoing.objects.filter(pk=row.pk).update(send_at=over, next_try_at=over)
    deliver(account)
    assert (state_of(row), recipients(row)) == (State.SENT, {JAN: "accepted", OLA: "refused"})
    assert (trouble_of(row), waiting(account.owner)) == (Trouble.SENDING_PARTLY, Waiting(1, 1))


def test_who_is_still_to_be_asked_about_when_it_ends_is_told_as_refused(
    account: Account, submission: Submission
) -> None:
    """A try whose end is unknown leaves them so, and so does whoever sends it again."""
    row = partly(account, submission)
    with as_user(row.owner_id):
        over = timezone.now() - timedelta(days=3)
        Recipient.objects.filter(outgoing=row, address=OLA).update(state="pending")
        Outgoing.objects.filter(pk=row.pk).update(send_at=over, next_try_at=over)
        Account.objects.filter(pk=account.pk).update(smtp_port=1)
    deliver(account)
    assert (state_of(row), recipients(row)) == (State.SENT, {JAN: "accepted", OLA: "refused"})
    assert (trouble_of(row), waiting(account.owner)) == (Trouble.SENDING_PARTLY, Waiting(1, 1))


def test_why_some_have_to_wait_is_told_where_others_have_it(account: Account, submission: Submission) -> None:
    row = fresh(partly(account, submission))
    assert (row.trouble, row.trouble_params["address"], row.trouble_detail) == (
        Trouble.RECIPIENT_LATER,
        OLA,
        "4.7.1 Greylisted",
    )


def refused_by(account: Account, submission: Submission) -> Outgoing:
    """Jan has it, a court does not exist there."""
    submission.answers[EWA] = "550 5.1.1 No such user"
    people = {"to": [["Jan", JAN], ["Sąd", EWA]], "cc": [], "bcc": []}
    draft = written(account, recipients=people, plain=False, html="<b>Pozew</b>")
    attach(account.owner, draft.public_id, "pozew.pdf", "application/pdf", [b"x"])
    row = sent(draft)
    deliver(account)
    return fresh(row)


def test_who_was_refused_while_others_got_it_is_told_until_its_writer_has_taken_note(
    account: Account, submission: Submission
) -> None:
    row = refused_by(account, submission)
    assert (row.state, row.trouble, row.trouble_params["address"]) == (State.SENT, Trouble.SENDING_PARTLY, EWA)
    assert waiting(account.owner) == Waiting(1, 1)
    assert [line.public_id for line in stuck(account.owner, 9)] == [row.public_id]
    assert outbox_lines(account.owner, [State.SENT], 9) == []
    outbox.acknowledge(account.owner, row.public_id)
    assert waiting(account.owner) == Waiting(0, 0)
    assert [line.public_id for line in outbox_lines(account.owner, [State.SENT], 9)] == [row.public_id]
    with pytest.raises(Problem):
        outbox.acknowledge(account.owner, row.public_id)
    assert log_of(row)[-1] == "acknowledged"


def test_it_is_written_once_more_to_those_refused_alone_with_its_files(
    account: Account, submission: Submission
) -> None:
    row = refused_by(account, submission)
    with as_user(account.owner_id):
        Outgoing.objects.filter(pk=row.pk).update(sent_at=timezone.now() - timedelta(days=30))
    assert forget_drafts() == 0  # its files are wanted yet
    again = outbox.send_rest(account.owner, row.public_id)
    assert (again.state, again.recipients) == (State.DRAFT, {"to": [["Sąd", EWA]], "cc": [], "bcc": []})
    assert (again.subject, again.html) == (row.subject, row.html)
    assert waiting(account.owner) == Waiting(0, 0)
    del submission.answers[EWA]
    sent(fresh(again))
    deliver(account)
    assert submission.received[-1].rcpt_tos == [EWA]
    assert b'filename="pozew.pdf"' in submission.received[-1].original_content
    with pytest.raises(Problem):
        outbox.send_rest(account.owner, row.public_id)


def test_a_copy_in_sent_that_was_for_others_settles_nothing(account: Account, submission: Submission) -> None:
    row = partly(account, submission)
    with as_user(row.owner_id):
        Outgoing.objects.filter(pk=row.pk).update(state=State.SENDING)
    deliver(account)  # its next holder
    assert state_of(row) is State.UNCERTAIN
    (message,) = store(account, [b"Subject: x\r\n\r\nx"], "Sent")
    with as_user(account.owner_id):
        Message.objects.filter(pk=message).update(message_id=row.message_id)
    deliver(account)
    assert (state_of(row), recipients(row)[OLA]) == (State.UNCERTAIN, "later")


def test_where_everybody_is_refused_it_failed_and_may_be_tried_again(account: Account, submission: Submission) -> None:
    submission.answers[JAN] = "550 5.1.1 No such user"
    row = sent(written(account))
    deliver(account)
    assert (state_of(row), trouble_of(row)) == (State.FAILED, Trouble.RECIPIENT_UNKNOWN)
    submission.answers.clear()
    deliver(account)
    assert not submission.received
    outbox.retry(account.owner, row.public_id)
    deliver(account)
    assert state_of(row) is State.SENT
    assert len(submission.received) == 1


def test_later_is_tried_again_with_growing_pauses_and_for_two_days(account: Account, submission: Submission) -> None:
    submission.answers["DATA"] = "451 4.3.0 not now"
    row = sent(written(account))
    pauses = []
    for _ in range(3):
        deliver(account)
        now = fresh(row)
        assert (now.state, now.next_try_at is not None) == (State.QUEUED, True)
        assert now.next_try_at
        pauses.append(round((now.next_try_at - timezone.now()).total_seconds() / 60))
        due(row)
    assert pauses == [1, 2, 4]
    with as_user(row.owner_id):
        Outgoing.objects.filter(pk=row.pk).update(send_at=timezone.now() - timedelta(days=2, minutes=1))
    deliver(account)
    assert (state_of(row), trouble_of(row)) == (State.FAILED, Trouble.SENDING_EXPIRED)


def test_whose_hour_is_long_past_asks_first(account: Account, submission: Submission) -> None:
    overnight, forgotten = sent(written(account)), sent(written(account))
    with as_user(account.owner_id):
        Outgoing.objects.filter(pk=overnight.pk).update(send_at=timezone.now() - timedelta(hours=23))
        Outgoing.objects.filter(pk=forgotten.pk).update(send_at=timezone.now() - timedelta(hours=25))
        waited = sent(written(account))
        Outgoing.objects.filter(pk=waited.pk).update(
            state=State.QUEUED, next_try_at=timezone.now() - timedelta(hours=25)
        )
    deliver(account)
    assert (state_of(waited), trouble_of(waited)) == (State.FAILED, Trouble.SENDING_LATE)
    assert (state_of(overnight), state_of(forgotten)) == (State.SENT, State.FAILED)
    assert (trouble_of(forgotten), log_of(forgotten)) == (Trouble.SENDING_LATE, ["held", "missed"])
    outbox.retry(account.owner, forgotten.public_id)
    deliver(account)
    assert state_of(forgotten) is State.SENT
    assert len(submission.received) == 2


def test_a_refused_password_is_tried_once(account: Account, submission: Submission) -> None:
    submission.passwords[account.username] = "inne"
    row = sent(written(account))
    deliver(account)
    assert (state_of(row), trouble_of(row)) == (State.FAILED, Trouble.SIGNIN_REFUSED)
    assert len(submission.attempts) == 1


def test_a_server_that_is_not_there_is_tried_again(account: Account) -> None:
    row = sent(written(account))
    with as_user(account.owner_id):
        Account.objects.filter(pk=account.pk).update(smtp_port=1)
    deliver(account)
    assert (state_of(row), trouble_of(row)) == (State.QUEUED, Trouble.CONNECT_FAILED)


# --- where the account is deleted ---


def test_what_waits_in_an_account_that_was_handed_over_and_taken_back_does_not_go_by_itself(account: Account) -> None:
    row = sent(written(account))
    with as_user(account.owner_id):
        Account.objects.filter(pk=account.pk).update(deleted_at=timezone.now(), farewell=Farewell.REMOVE)
    assert waiting(account.owner) == Waiting(1, 1)  # its page asks its writer
    take_back(account.owner, account.public_id)
    assert (state_of(row), trouble_of(row)) == (State.FAILED, Trouble.SENDING_DELETED)


def test_nothing_waits_in_an_account_that_is_deleted_and_its_writer_is_asked(
    account: Account, submission: Submission
) -> None:
    partial = partly(account, submission)
    submission.answers[EWA] = "451 4.3.0 not now"
    queued = sent(written(account, EWA))
    deliver(account)
    held = sent(written(account))
    assert [state_of(row) for row in (held, queued, partial)] == [State.HELD, State.QUEUED, State.QUEUED]
    delete_account(account.owner, account.public_id, Farewell.REMOVE)
    assert [(state_of(row), trouble_of(row)) for row in (held, queued)] == [(State.FAILED, Trouble.SENDING_DELETED)] * 2
    assert (state_of(partial), trouble_of(partial)) == (State.SENT, Trouble.SENDING_PARTLY)
    assert waiting(account.owner) == Waiting(3, 3)
    with pytest.raises(Problem) as caught:
        outbox.retry(account.owner, held.public_id)
    assert caught.value.trouble is Trouble.ACCOUNT_RESTS
    other = sends(account.owner, submission, address="anna@inna.example", username="inna")
    outbox.cancel(account.owner, held.public_id)
    with as_user(account.owner_id):
        Outgoing.objects.filter(pk=held.pk).update(account=other, from_address=other.address)
    sent(fresh(held))
    deliver(other)
    assert state_of(held) is State.SENT


@pytest.mark.parametrize("farewell", [Farewell.ARCHIVE, None])
def test_what_ends_with_its_account_is_told_to_the_register_behind_all_rows(
    account: Account, submission: Submission, farewell: Farewell | None
) -> None:
    first, second = partly(account, submission), sent(written(account))
    with CaptureQueriesContext(connection) as asked:
        if farewell:
            delete_account(account.owner, account.public_id, farewell)
        else:
            with as_user(account.owner_id):
                Account.objects.filter(pk=account.pk).update(deleted_at=timezone.now(), farewell=Farewell.ARCHIVE)
            take_back(account.owner, account.public_id)
    assert [state_of(row) for row in (first, second)] == [State.SENT, State.FAILED]
    said = [query["sql"] for query in asked.captured_queries]
    behind = said[next(place for place, sql in enumerate(said) if "teczka_audit(" in sql) :]
    assert not [sql for sql in behind if re.match(r"INSERT|UPDATE|DELETE|.*FOR (NO KEY )?UPDATE", sql)]


def test_a_deletion_that_is_undone_sends_nothing_by_itself(account: Account, submission: Submission) -> None:
    row = sent(written(account))
    delete_account(account.owner, account.public_id, Farewell.ARCHIVE)
    take_back(account.owner, account.public_id)
    with as_user(account.owner_id):
        seal_password(Account.objects.get(pk=account.pk), PASSWORD)
    deliver(account)
    assert (state_of(row), submission.received) == (State.FAILED, [])
    outbox.retry(account.owner, row.public_id)
    deliver(account)
    assert state_of(row) is State.SENT


@pytest.mark.parametrize(
    ("answer", "state"), [(None, State.UNCERTAIN), ("250 ok", State.SENT), ("451 later", State.FAILED)]
)
def test_what_is_just_being_sent_when_its_account_is_deleted_waits_for_nobody(
    account: Account, answer: str | None, state: State
) -> None:
    row = interrupted(account)
    delete_account(account.owner, account.public_id, Farewell.REMOVE)
    assert state_of(row) is State.UNCERTAIN
    if answer:
        told = Answer(int(answer[:3]))
        sending = Sending(account.pk, account.owner_id, Lease(account.pk, 0))
        sending._settle(fresh(row), Outcome(told.verdict, {JAN: told}))
    assert state_of(row) is state
    if state is State.UNCERTAIN:
        again = outbox.send_rest(account.owner, row.public_id)
        assert (again.recipients["to"], state_of(row)) == ([["", JAN]], State.CANCELLED)
    assert trouble_of(row) == (Trouble.SENDING_DELETED if state is State.FAILED else "")


def test_what_is_sent_while_its_account_is_deleted_stays_a_draft(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = written(account)

    def meanwhile(*given: Any) -> Packed:
        packed = put_together(*given)
        delete_account(account.owner, account.public_id, Farewell.ARCHIVE)
        return packed

    monkeypatch.setattr("teczka.actions.outbox.put_together", meanwhile)
    with pytest.raises(Problem):
        outbox.send(account.owner, row.public_id, row.revision)
    assert state_of(row) is State.DRAFT


# --- what nobody knows ---


def interrupted(account: Account) -> Outgoing:
    """A worker took it and was heard of no more."""
    row = sent(written(account))
    with leased(account.pk) as lease:
        keeper = Outbox(account, lease)
        keeper.release(timezone.now())
        assert keeper.take(timezone.now())
    assert state_of(row) is State.SENDING
    return row


def test_what_was_being_sent_when_a_worker_died_is_uncertain_and_never_tried_again(
    account: Account, submission: Submission
) -> None:
    row = interrupted(account)
    with pytest.raises(Problem):
        outbox.cancel(account.owner, row.public_id)
    for _ in range(3):
        deliver(account)
    assert (state_of(row), trouble_of(row)) == (State.UNCERTAIN, Trouble.SENDING_UNCERTAIN)
    assert not submission.received


def test_an_uncertain_message_that_lies_in_sent_was_sent(account: Account) -> None:
    row, other = interrupted(account), interrupted(account)
    deliver(account)
    raw = f"Message-ID: <{row.message_id}>\r\nFrom: anna@a.example\r\nSubject: x\r\n\r\nx".encode()
    (message,) = store(account, [raw], "Sent")
    with as_user(account.owner_id):
        Message.objects.filter(pk=message).update(message_id=row.message_id)
    deliver(account)
    assert (state_of(row), state_of(other)) == (State.SENT, State.UNCERTAIN)
    assert log_of(row)[-1] == "found"


def heard(listener: psycopg.Connection) -> list[str]:
    """What keepers were asked until now: those who listen hear in the order of commits."""
    listener.execute(f"NOTIFY {REQUESTS}, 'now'")
    told = iter(notice.payload for notice in listener.notifies(timeout=30))
    return list(iter(lambda: next(told), "now"))


def test_while_a_message_is_newly_uncertain_sent_is_looked_for_on_the_server_now_and_then(
    account: Account, own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = interrupted(account)
    told = []
    with leased(account.pk) as lease, psycopg.connect(own_database.url, autocommit=True) as listener:
        listener.execute(f"LISTEN {REQUESTS}")
        sending = Sending(account.pk, account.owner_id, lease)
        of_it, now = Outgoing.objects.filter(pk=row.pk), timezone.now()
        for pause, state, tried in (
            (BETWEEN_PASSES, "working", now),
            (timedelta(0), "working", now),
            (BETWEEN_PASSES, "working", now),
            (timedelta(0), "needs_owner", now),
            (timedelta(0), "troubled", now),
            (timedelta(0), "working", now - FRESH),
        ):
            monkeypatch.setattr("teczka.actions.sending.BETWEEN_PASSES", pause)
            with as_user(account.owner_id):
                Account.objects.filter(pk=account.pk).update(state=state)
                of_it.update(attempt_at=tried)
            sending.run()
            told.append(heard(listener))
    assert told == [[], [str(account.pk)], [], [], [], []]


def test_a_person_says_what_became_of_an_uncertain_message(account: Account, submission: Submission) -> None:
    arrived, again, enough = (interrupted(account) for _ in range(3))
    deliver(account)
    outbox.settle(account.owner, arrived.public_id)
    outbox.retry(account.owner, again.public_id)
    outbox.give_up(account.owner, enough.public_id)
    deliver(account)
    assert [state_of(row) for row in (arrived, again, enough)] == [State.SENT, State.SENT, State.CANCELLED]
    assert len(submission.received) == 1


def test_send_again_pressed_twice_sends_once(account: Account) -> None:
    row = interrupted(account)
    deliver(account)
    outbox.retry(account.owner, row.public_id)
    with leased(account.pk) as lease:
        assert Outbox(account, lease).take(timezone.now())
    with pytest.raises(Problem):
        outbox.retry(account.owner, row.public_id)
    assert state_of(row) is State.SENDING


def test_of_what_arrived_by_its_owners_word_our_copy_is_kept(account: Account) -> None:
    row = interrupted(account)
    deliver(account)
    outbox.settle(account.owner, row.public_id)
    assert recipients(row) == {JAN: "accepted"}
    with as_user(account.owner_id):
        assert Placement.objects.filter(folder__role="sent", message__message_id=row.message_id).exists()


def test_a_worker_whose_lease_has_passed_on_begins_nothing(account: Account, lease: Lease) -> None:
    row = sent(written(account))
    keeper = Outbox(account, lease)
    revoke(account.pk)
    with pytest.raises(LeaseLost):
        keeper.take(timezone.now())
    assert state_of(row) is State.HELD


def test_the_end_of_a_try_is_told_after_the_lease_has_passed_on_but_not_after_its_owner_has_decided(
    account: Account, submission: Submission
) -> None:
    told, decided = interrupted(account), interrupted(account)
    deliver(account)  # the next holder calls them uncertain
    outbox.give_up(account.owner, decided.public_id)
    sending = Sending(account.pk, account.owner_id, Lease(account.pk, 0))
    for row in (told, decided):
        sending._settle(fresh(row), Outcome(Verdict.ACCEPTED, {JAN: Answer(250)}))
    assert [state_of(row) for row in (told, decided)] == [State.SENT, State.CANCELLED]
    assert recipients(decided) == {JAN: "pending"}


def test_a_mistake_in_what_follows_does_not_hide_that_it_was_sent(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise ValueError("a mistake")

    monkeypatch.setattr("teczka.actions.sending.was_sent", broken)
    row = sent(written(account))
    deliver(account)
    assert state_of(row) is State.SENT


# --- what follows ---


@pytest.mark.parametrize(
    ("provider", "expected"), [("gmail", None), ("wp", OperationState.PENDING), ("", OperationState.PENDING)]
)
def test_our_copy_is_appended_where_the_provider_keeps_none(
    account: Account, provider: str, expected: OperationState | None
) -> None:
    folder = make_folder(account, "Sent", "sent")
    with as_user(account.owner_id):
        Account.objects.filter(pk=account.pk).update(provider=provider)
    row = sent(written(account))
    deliver(account)
    with as_user(account.owner_id):
        copies = list(Operation.objects.filter(kind=Kind.APPEND))
        placed = Placement.objects.filter(folder=folder, uidvalidity=AWAITED, gone_at=None).count()
    assert [copy.state for copy in copies] == ([expected] if expected else [])
    assert placed == len(copies)
    assert state_of(row) is State.SENT


def test_a_copy_that_the_server_files_itself_takes_the_place_of_ours(account: Account) -> None:
    folder = make_folder(account, "Sent", "sent")
    row = sent(written(account))
    deliver(account)
    (message,) = store(account, [f"Message-ID: <{row.message_id}>\r\n\r\nas filed".encode()], "Sent")
    with as_user(account.owner_id):
        Message.objects.filter(pk=message).update(message_id=row.message_id)
    deliver(account)
    with as_user(account.owner_id):
        assert Operation.objects.get(kind=Kind.APPEND).state == OperationState.DONE
        there = Placement.objects.filter(folder=folder, gone_at=None)
        assert [one.message_id for one in there] == [message]
        assert Folder.objects.get(pk=folder.pk).stored == 1


@pytest.mark.parametrize(("protocol", "mode"), [("imap", "read_only"), ("pop3", "managed")])
def test_where_nothing_may_be_appended_the_copy_stays_here(account: Account, protocol: str, mode: str) -> None:
    with as_user(account.owner_id):
        Account.objects.filter(pk=account.pk).update(protocol=protocol, mode=mode)
    row = sent(written(account))
    deliver(account)
    store(account, [b"Subject: a pass\r\n\r\nx"])  # which lists INBOX alone
    with as_user(account.owner_id):
        folder = Folder.objects.get(account=account, role="sent", gone_at=None)
        assert Operation.objects.get(kind=Kind.APPEND).state == OperationState.LOCAL
        assert Placement.objects.get(folder=folder, gone_at=None).message.message_id == row.message_id


def test_an_account_that_has_become_read_only_gets_no_copy_on_its_server(account: Account, lease: Lease) -> None:
    make_folder(account, "Sent", "sent")
    sending = Sending(account.pk, account.owner_id, lease)
    row = sent(written(account))
    with as_user(account.owner_id):
        Account.objects.filter(pk=account.pk).update(mode="read_only")
    sending.run()
    assert state_of(row) is State.SENT
    with as_user(account.owner_id):
        assert Operation.objects.get(kind=Kind.APPEND).state == OperationState.LOCAL


@pytest.mark.parametrize(("kind", "flag"), [(Origin.REPLY, "\\Answered"), (Origin.FORWARD, "$Forwarded")])
def test_what_was_answered_is_marked_so(account: Account, kind: Origin, flag: str) -> None:
    (message,) = store(account, [b"Subject: pytanie\r\n\r\nx"])
    row = sent(written(account, kind=kind, answers_id=message))
    deliver(account)
    assert state_of(row) is State.SENT
    with as_user(account.owner_id):
        operation = Operation.objects.get(kind=Kind.FLAG)
        assert (operation.flag, operation.value, operation.message_id) == (flag, True, message)
        placed = Placement.objects.get(message=message)
        assert placed.answered or flag in placed.keywords


def test_an_answer_is_in_the_conversation_as_soon_as_it_has_left(account: Account) -> None:
    (question,) = store(account, [b"Message-ID: <q@a.example>\r\nFrom: jan@a.example\r\nSubject: pytanie\r\n\r\nx"])
    row = sent(written(account, kind=Origin.REPLY, answers_id=question, references=["q@a.example"]))
    deliver(account)
    while read_some(10):
        pass
    with as_user(account.owner_id):
        threads = dict(Message.objects.filter(account=account).values_list("message_id", "thread"))
    assert threads.keys() == {"q@a.example", row.message_id}
    assert len(set(threads.values())) == 1
