"""The IMAP client and a real server, checked by the standard library's client."""

import hashlib
import random

import pytest

from teczka.core.errors import Problem, Trouble
from teczka.core.mail import FolderStatus
from teczka.remote.egress import Gate
from teczka.remote.imap import ImapMailbox
from teczka.remote.types import Credential, Security, Server
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.remote.imap.spools import MemorySpool, Spools

pytestmark = pytest.mark.dovecot

RAW = (
    b"From: Anna <anna@example.pl>\r\nTo: b@example.pl\r\nSubject: =?utf-8?q?Pozew_%d?=\r\nMessage-ID: <%d@x>\r\n\r\n"
    b"Tre\xc5\x9b\xc4\x87\r\n"
)


def server(dovecot: Dovecot, security: Security = Security.TLS) -> Server:
    port = dovecot.tls_port if security is Security.TLS else dovecot.plain_port
    return Server(dovecot.host, port, security, "" if security is Security.PLAIN else dovecot.ca_pem)


def connect(dovecot: Dovecot, mailbox: Mailbox, security: Security = Security.TLS) -> ImapMailbox:
    credential = Credential(mailbox.username, mailbox.password)
    return ImapMailbox.connect(
        server(dovecot, security), credential, Gate.parse("127.0.0.1"), spool=Spools(), timeout=20
    )


@pytest.fixture
def remote(dovecot: Dovecot, mailbox: Mailbox) -> ImapMailbox:
    mailbox.deliver_many(RAW % (n, n) for n in range(1, 4))
    return connect(dovecot, mailbox)


@pytest.mark.parametrize("security", Security)
def test_every_message_comes_byte_for_byte(dovecot: Dovecot, mailbox: Mailbox, security: Security) -> None:
    random_ = random.Random(7)
    mailbox.deliver_many(
        RAW % (n, n) + random_.randbytes(random_.randrange(90_000)).replace(b"\r", b"").replace(b"\n", b"\r\n")
        for n in range(250)
    )
    mailbox.append(b"Subject: large\r\n\r\n" + (b"y" * 76 + b"\r\n") * 120_000)
    connected = connect(dovecot, mailbox, security)
    opened = connected.open(b"INBOX")
    got = []
    for message in connected.messages(connected.uids()):
        body = message.body.data if isinstance(message.body, MemorySpool) else message.body
        assert isinstance(body, bytes | bytearray)
        got.append(("INBOX", opened.uidvalidity, message.uid, hashlib.sha256(body).hexdigest()))
    connected.close()
    assert sorted(got) == mailbox.listing(["INBOX"])  # Dovecot interleaves the commands in flight
    assert len(got) == 251


def test_a_wrong_password_is_refused_and_not_called_busy(dovecot: Dovecot, mailbox: Mailbox) -> None:
    with pytest.raises(Problem) as caught:
        ImapMailbox.connect(
            server(dovecot), Credential(mailbox.username, "wrong"), Gate.parse("127.0.0.1"), spool=Spools()
        )
    assert caught.value.trouble is Trouble.SIGNIN_REFUSED
    assert caught.value.detail


def test_an_unknown_authority_is_not_trusted(dovecot: Dovecot, mailbox: Mailbox) -> None:
    stranger = Server(dovecot.host, dovecot.tls_port, Security.TLS)
    with pytest.raises(Problem) as caught:
        ImapMailbox.connect(stranger, Credential("a", "b"), Gate.parse("127.0.0.1"), spool=Spools())
    assert caught.value.trouble is Trouble.TLS_UNTRUSTED


def test_folders_have_their_roles_and_polish_names(mailbox: Mailbox, remote: ImapMailbox) -> None:
    mailbox.create("Kancelaria/Sp&APM-r")
    listed = {folder.path: folder for folder in remote.folders()}
    assert listed["Kancelaria/Spór"].name == b"Kancelaria/Sp&APM-r"
    assert "\\sent" in listed["Sent"].attributes
    assert "\\trash" in listed["Kosz"].attributes
    assert listed["INBOX"].delimiter == "/"


def test_status_and_open_agree(mailbox: Mailbox, remote: ImapMailbox) -> None:
    status = remote.status(b"INBOX")
    opened = remote.open(b"INBOX")
    assert isinstance(status, FolderStatus)
    assert (status.uidvalidity, status.uidnext, status.messages) == (mailbox.uidvalidity(), 4, 3)
    assert opened == status
    assert status.highestmodseq


def test_status_of_the_open_folder_tells_of_mail_that_came_since(mailbox: Mailbox, remote: ImapMailbox) -> None:
    remote.open(b"INBOX")
    mailbox.deliver(RAW % (9, 9))
    assert remote.status(b"INBOX").messages == 4


def test_a_missing_folder_is_refused_and_the_connection_stays(remote: ImapMailbox) -> None:
    for verb in (remote.open, remote.status):
        with pytest.raises(Problem) as caught:
            verb(b"Nothing")
        assert caught.value.trouble is Trouble.FOLDER_REFUSED
    assert remote.open(b"INBOX").messages == 3


def test_flags_changed_since_a_modseq_are_the_changed_ones(mailbox: Mailbox, remote: ImapMailbox) -> None:
    before = remote.open(b"INBOX").highestmodseq
    mailbox.set_flags([2], "\\Seen $Label1")
    remote.open(b"INBOX")
    assert [(told.uid, told.flags) for told in remote.flags(changed_since=before)] == [
        (2, frozenset({"\\Seen", "$Label1"}))
    ]
    assert [told.uid for told in remote.flags()] == [1, 2, 3]
    assert [(told.uid, told.flags) for told in remote.flags([1, 99])] == [(1, frozenset())]


def test_reading_changes_nothing_on_the_server(mailbox: Mailbox, remote: ImapMailbox) -> None:
    remote.open(b"INBOX")
    assert len(list(remote.messages([1, 2, 3], envelopes=True))) == 3
    assert [told.flags for told in remote.flags()] == [frozenset()] * 3
    remote.close()
    with mailbox.session("INBOX") as oracle:
        assert oracle.uid("SEARCH", "SEEN")[1] == [b""]


def test_summaries_tell_the_list_headers(mailbox: Mailbox, remote: ImapMailbox) -> None:
    mailbox.append(RAW % (9, 9), date='"05-Nov-2026 10:00:00 +0100"')
    remote.open(b"INBOX")
    (summary,) = remote.summaries([4])
    assert summary.internaldate.isoformat() == "2026-11-05T09:00:00+00:00"
    assert summary.size == len(RAW % (9, 9))
    assert summary.envelope is not None
    assert summary.envelope.subject == b"=?utf-8?q?Pozew_9?="
    assert summary.envelope.from_ == ((b"Anna", b"anna@example.pl"),)
    assert summary.envelope.message_id == b"<9@x>"


def test_expunged_messages_are_left_out(mailbox: Mailbox, remote: ImapMailbox) -> None:
    remote.open(b"INBOX")
    mailbox.expunge([2])
    assert [message.uid for message in remote.messages([1, 2, 3])] in ([1, 3], [1, 2, 3])
    remote.open(b"INBOX")
    assert remote.uids() == [1, 3]
    assert [message.uid for message in remote.messages([1, 2, 3])] == [1, 3]


def test_uids_from_a_lowest_do_not_wrap_round(remote: ImapMailbox) -> None:
    remote.open(b"INBOX")
    assert (remote.uids(2), remote.uids(4), remote.uids(100)) == ([2, 3], [], [])


def test_the_connection_outlives_a_stream_left_early(remote: ImapMailbox) -> None:
    remote.open(b"INBOX")
    for message in remote.messages([1, 2, 3]):
        assert message.uid == 1
        break
    assert remote.uids() == [1, 2, 3]
    remote.noop()


def test_a_new_uidvalidity_is_told(mailbox: Mailbox, remote: ImapMailbox, dovecot: Dovecot) -> None:
    old = remote.status(b"INBOX").uidvalidity
    remote.close()
    new = mailbox.change_uidvalidity()
    assert connect(dovecot, mailbox).status(b"INBOX").uidvalidity == new != old
