"""A letter's files on their way to the server: sent up, or of other messages; the bytes are theirs."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

import pytest

from teczka.actions import outbox
from teczka.actions.reading import read_some
from teczka.actions.uploads import attach, attach_part
from teczka.core.errors import Problem, Trouble
from teczka.core.outgoing import State
from teczka.store.models import Account, Enclosure, Message, Outgoing
from teczka.store.viewer import as_user
from tests.cast import make_cast
from tests.outgoing import deliver, sends, sent, state_of, written
from tests.stored import store
from tests.submission import Submission

LARGE = bytes(range(256)) * 25_000  # as a letter more than eight megabytes: than is held at once


@pytest.fixture
def account(own_database: object, submission: Submission) -> Account:
    submission.received.clear()
    return sends(make_cast().anna, submission)


def arrived(submission: Submission) -> EmailMessage:
    (received,) = submission.received
    return cast("EmailMessage", message_from_bytes(received.original_content, policy=policy.default))


def kept(account: Account, raw: bytes) -> Message:
    """It came to the account, and was read."""
    (stored,) = store(account, [raw])
    while read_some(10):
        pass
    with as_user(account.owner_id):
        return Message.objects.get(pk=stored)


def files(message: EmailMessage) -> dict[str | None, bytes]:
    return {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}  # type: ignore[misc]


def test_a_large_file_arrives_byte_for_byte_under_its_name(account: Account, submission: Submission) -> None:
    draft = written(account)
    name = "Załącznik – żądanie.pdf"
    attach(account.owner, draft.public_id, name, "application/pdf", [LARGE[:1000], LARGE[1000:]])
    row = sent(draft)
    deliver(account)
    assert state_of(row) is State.SENT
    assert files(arrived(submission)) == {name: LARGE}


def test_a_file_of_another_message_goes_with_it_and_the_message_itself(
    account: Account, submission: Submission
) -> None:
    other = EmailMessage()
    other["Subject"], other["From"] = "Umowa", "jan@a.example"
    other.set_content("Umowa.\n")
    other.add_attachment(b"tresc umowy" * 100, maintype="application", subtype="pdf", filename="umowa.pdf")
    raw = other.as_bytes(policy=policy.SMTP)
    message = kept(account, raw)
    draft = written(account)
    attach_part(account.owner, draft.public_id, message.public_id, "2")
    attach_part(account.owner, draft.public_id, message.public_id, "")
    row = sent(draft)
    deliver(account)
    assert state_of(row) is State.SENT
    first, second = arrived(submission).iter_attachments()
    assert first.get_payload(decode=True) == b"tresc umowy" * 100
    assert second.get_content_type() == "message/rfc822"
    assert raw in submission.received[0].original_content


def test_a_message_in_a_message_goes_on_under_its_subject(account: Account, submission: Submission) -> None:
    inner = EmailMessage(policy=policy.SMTP)
    inner["Subject"], inner["From"] = "I C 12/24: wyrok", "sad@a.example"
    inner.set_content("Zażółć.\n", cte="8bit")
    outer = EmailMessage(policy=policy.SMTP)
    outer["Subject"], outer["From"] = "II K 7/25", "jan@a.example"
    outer.set_content("W załączeniu.\n")
    outer.add_attachment(inner)
    message = kept(account, outer.as_bytes(policy=policy.SMTP))
    draft = written(account)
    attach_part(account.owner, draft.public_id, message.public_id, "2")
    attach_part(account.owner, draft.public_id, message.public_id, "")
    row = sent(draft)
    deliver(account)
    assert state_of(row) is State.SENT
    assert [one.get_filename() for one in arrived(submission).iter_attachments()] == [
        "I C 12_24_ wyrok.eml",
        "II K 7_25.eml",
    ]


def test_a_letter_whose_file_is_gone_stays_a_draft_and_says_so(account: Account) -> None:
    draft = written(account)
    attach(account.owner, draft.public_id, "pismo.pdf", "application/pdf", [b"x"])
    with as_user(account.owner_id):
        Enclosure.objects.filter(outgoing=draft).update(pack=None, pack_offset=None)
        draft = Outgoing.objects.select_related("owner").get(pk=draft.pk)
    with pytest.raises(Problem) as caught:
        outbox.send(account.owner, draft.public_id, draft.revision)
    assert caught.value.trouble is Trouble.LETTER_ATTACHMENT
    assert state_of(draft) is State.DRAFT


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_who_had_a_message_in_secret_does_not_go_with_it_when_it_is_enclosed(
    account: Account, submission: Submission, end: str
) -> None:
    raw = f"Bcc: tajny@b.example,{end} inny@b.example{end}Subject: Umowa{end}BCC :trzeci@b.example{end}{end}Bcc: zdanie{end}"
    message = kept(account, raw.encode())
    draft = written(account)
    attach_part(account.owner, draft.public_id, message.public_id, "")
    sent(draft)
    deliver(account)
    (part,) = arrived(submission).iter_attachments()
    gone = part.as_bytes() if end == "\r\n" else part.get_payload(decode=True)
    assert b"tajny" not in gone
    assert b"inny" not in gone
    assert b"trzeci" not in gone
    assert b"Bcc: zdanie" in gone
    assert b"Subject: Umowa" in gone
