"""The demo's IMAP server as the standard library's client sees it."""

import imaplib
import ssl
import threading
from collections.abc import Callable
from typing import Any

import pytest

from teczka.remote.types import Security
from tests.remote.demo.house import ANNA, LETTER, OLA, House


def told(client: imaplib.IMAP4, code: str) -> list[bytes]:
    """What came untagged since the last time, by name."""
    return [line for line in client.response(code)[1] if line is not None]


def uid(client: imaplib.IMAP4, *words: str) -> list[Any]:
    answer, data = client.uid(*words)
    assert answer == "OK", data
    return [line for line in data if line is not None]


def test_a_whole_message_comes_back_byte_for_byte(house: House) -> None:
    raw = LETTER + b"\x00\xff{3}\r\n) OK\r\n"
    house.deliver(raw)
    data = uid(house.signed_in(), "FETCH", "1", "(BODY.PEEK[])")
    assert data[0][1] == raw


def test_a_summary_tells_flags_date_size_and_envelope(house: House) -> None:
    house.deliver(flags=("\\seen", "$Pilne"))
    (line,) = uid(house.signed_in(), "FETCH", "1:*", "(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)")
    assert line.startswith(b'1 (UID 1 FLAGS ($Pilne \\Seen) INTERNALDATE " 2-Mar-2026 12:00:00 +0000" RFC822.SIZE 125 ')
    assert b'ENVELOPE (NIL "Pozew" (("Jan" NIL "jan" "klient.example"))' in line
    assert line.endswith(b'((NIL NIL "anna" "kancelaria.example")) NIL NIL NIL "<1@klient.example>"))')


def test_sections_cut_a_message_where_the_rfc_says(house: House) -> None:
    house.deliver()
    client = house.signed_in()
    header, body = LETTER.split(b"\r\n\r\n")

    def section(name: str) -> bytes:
        return bytes(uid(client, "FETCH", "1", f"(BODY.PEEK[{name}])")[0][1])

    assert section("HEADER") == header + b"\r\n\r\n"
    assert section("TEXT") == body
    assert section("HEADER.FIELDS (Subject X-None)") == b"Subject: Pozew\r\n\r\n"
    assert section("HEADER.FIELDS.NOT (From To Message-ID)") == b"Subject: Pozew\r\n\r\n"
    assert uid(client, "FETCH", "1", "(BODY.PEEK[]<6.3>)")[0][1] == LETTER[6:9]


def test_eight_bit_headers_are_sent_as_literals_in_the_envelope(house: House) -> None:
    house.deliver("Subject: żółć\r\n\r\n".encode())
    data = uid(house.signed_in(), "FETCH", "1", "(ENVELOPE)")
    assert data[0] == (b"1 (UID 1 ENVELOPE (NIL {8}", "żółć".encode())


def test_a_wrong_password_is_told_by_its_code(house: House) -> None:
    client = house.connect()
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        client.login(ANNA, "nie to")
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        client.login("nikt@kancelaria.example", "sekret")


def test_sasl_plain_signs_in(house: House) -> None:
    client = house.connect()
    assert client.authenticate("PLAIN", lambda _: f"\0{ANNA}\0sekret".encode())[0] == "OK"


def test_each_user_sees_only_their_own_mailbox(house: House) -> None:
    house.deliver(user=ANNA)
    assert uid(house.signed_in(user=OLA), "SEARCH", "ALL") == [b""]
    assert uid(house.signed_in(user=ANNA), "SEARCH", "ALL") == [b"1"]


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_mail_comes_through_tls(secure_house: Callable[[Security], House], security: Security) -> None:
    house = secure_house(security)
    house.deliver()
    context = house.client_context()
    if security is Security.TLS:
        client: imaplib.IMAP4 = imaplib.IMAP4_SSL("127.0.0.1", house.imap.port, ssl_context=context, timeout=10)
    else:
        client = imaplib.IMAP4("127.0.0.1", house.imap.port, timeout=10)
        assert "LOGINDISABLED" in client.capabilities
        with pytest.raises(imaplib.IMAP4.error, match="PRIVACYREQUIRED"):
            client.login(ANNA, "sekret")
        client.starttls(context)
        assert "STARTTLS" not in client.capabilities
    client.login(ANNA, "sekret")
    client.select()
    assert uid(client, "FETCH", "1", "(BODY.PEEK[])")[0][1] == LETTER
    client.shutdown()


def test_commands_smuggled_before_the_handshake_end_the_connection(secure_house: Callable[[Security], House]) -> None:
    client = secure_house(Security.STARTTLS).connect()
    client.send(b"a STARTTLS\r\nb CAPABILITY\r\n")
    assert client.sock.recv(1000) == b""


def test_special_use_and_polish_names_are_listed(house: House) -> None:
    mailbox = house.mailboxes[ANNA]
    house.servers.do(lambda: (mailbox.create("Wysłane", "\\Sent"), mailbox.create("Sprawy.I C 123/24 & Żak")))
    client = house.signed_in()
    lines = client.list()[1]
    assert lines == [
        b'(\\HasNoChildren) "." "INBOX"',
        b'(\\HasNoChildren \\Sent) "." "Wys&AUI-ane"',
        b'(\\HasChildren) "." "Sprawy"',
        b'(\\HasNoChildren) "." "Sprawy.I C 123/24 &- &AXs-ak"',
    ]
    assert client.list(pattern="%")[1] == lines[:3]
    assert client.list(pattern='""')[1] == [b'(\\Noselect) "." ""']
    assert client.select('"Sprawy.I C 123/24 &- &AXs-ak"')[0] == "OK"


def test_status_counts_without_opening(house: House) -> None:
    house.deliver()
    house.deliver(flags=("\\Seen",))
    client = house.signed_in()
    line = client.status("INBOX", "(MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ)")[1]
    assert line == [b'"INBOX" (MESSAGES 2 UIDNEXT 3 UIDVALIDITY 1 UNSEEN 1 HIGHESTMODSEQ 3)']


def test_only_what_changed_since_a_modseq_is_told(house: House) -> None:
    for _ in range(3):
        house.deliver()
    client = house.signed_in()
    since = int(told(client, "HIGHESTMODSEQ")[0])
    house.servers.do(lambda: house.mailboxes[ANNA].inbox.set_flags(2, ("\\Flagged",)))
    lines = uid(client, "FETCH", "1:*", "(FLAGS)", f"(CHANGEDSINCE {since})")
    assert lines == [b"2 (UID 2 FLAGS (\\Flagged) MODSEQ (%d))" % (since + 1)]


def test_a_conditional_store_passes_over_what_another_changed(house: House) -> None:
    house.deliver()
    client = house.signed_in()
    since = int(told(client, "HIGHESTMODSEQ")[0])
    house.servers.do(lambda: house.mailboxes[ANNA].inbox.set_flags(1, ("\\Flagged",)))
    assert client.uid("STORE", "1", f"(UNCHANGEDSINCE {since})", "+FLAGS", "(\\Seen)")[0] == "OK"
    assert told(client, "MODIFIED") == [b"1"]
    assert house.mailboxes[ANNA].inbox.messages[1].flags == {"\\Flagged"}


def test_reading_without_peek_marks_as_read_unless_examined(house: House) -> None:
    house.deliver()
    flags = house.mailboxes[ANNA].inbox.messages[1]
    uid(house.signed_in(readonly=True), "FETCH", "1", "(BODY[])")
    assert flags.flags == frozenset()
    uid(house.signed_in(), "FETCH", "1", "(BODY[])")
    assert flags.flags == {"\\Seen"}


def test_nothing_is_changed_in_an_examined_folder(house: House) -> None:
    house.deliver(flags=("\\Deleted",))
    client = house.signed_in(readonly=True)
    for words in (("STORE", "1", "+FLAGS", "(\\Seen)"), ("EXPUNGE", "1"), ("MOVE", "1", "INBOX")):
        assert client.uid(*words)[0] == "NO"
    client.close()
    assert list(house.mailboxes[ANNA].inbox.messages) == [1]


def test_uid_expunge_removes_only_the_marked_among_the_named(house: House) -> None:
    for flags in (("\\Deleted",), (), ("\\Deleted",)):
        house.deliver(flags=flags)
    uid(house.signed_in(), "EXPUNGE", "1:2")
    assert list(house.mailboxes[ANNA].inbox.messages) == [2, 3]


def test_a_move_takes_message_flags_and_date_along(house: House) -> None:
    house.deliver(flags=("\\Flagged",))
    house.servers.do(lambda: house.mailboxes[ANNA].create("Archiwum"))
    client = house.signed_in()
    uid(client, "MOVE", "1", "Archiwum")
    assert told(client, "COPYUID") == [b"2 1 1"]
    assert told(client, "EXPUNGE") == [b"1"]
    moved = house.mailboxes[ANNA].folders["Archiwum"].messages[1]
    assert (moved.raw, moved.flags) == (LETTER, frozenset({"\\Flagged"}))


def test_an_appended_message_gets_its_flags_date_and_uid(house: House) -> None:
    client = house.signed_in()
    answer, data = client.append("INBOX", "(\\seen)", '"01-Feb-2026 08:00:00 +0100"', LETTER)
    assert (answer, data[0].split(b"]")[0]) == ("OK", b"[APPENDUID 1 1")
    kept = house.mailboxes[ANNA].inbox.messages[1]
    assert (kept.flags, kept.internaldate.isoformat()) == (frozenset({"\\Seen"}), "2026-02-01T08:00:00+01:00")
    assert client.append("Nie ma", "", "", LETTER)[1][0].startswith(b"[TRYCREATE]")


def test_a_star_names_the_last_message_even_below_the_range(house: House) -> None:
    house.deliver()
    client = house.signed_in()
    assert uid(client, "SEARCH", "UID", "900:*") == [b"1"]
    assert uid(client, "SEARCH", "UID", "900:901") == [b""]


def test_an_extended_search_answers_compressed(house: House) -> None:
    for _ in range(5):
        house.deliver()
    house.servers.do(lambda: house.mailboxes[ANNA].inbox.expunge([4]))
    client = house.signed_in()
    uid(client, "SEARCH", "RETURN", "(ALL COUNT)", "UID", "2:*")
    assert told(client, "ESEARCH")[0].endswith(b"UID ALL 2:3,5 COUNT 3")


def test_a_message_is_found_by_its_message_id(house: House) -> None:
    house.deliver(b"Message-ID: <inny@klient.example>\r\n\r\n")
    house.deliver()
    assert uid(house.signed_in(), "SEARCH", "HEADER", "Message-ID", "<1@klient.example>") == [b"2"]
    assert uid(house.signed_in(), "SEARCH", "NOT", "HEADER", "Subject", "pozew", "UNSEEN") == [b"1"]


def test_idle_tells_of_new_mail_at_once(house: House) -> None:
    client = house.signed_in()
    client.send(b"i IDLE\r\n")
    assert client.readline() == b"+ idling\r\n"
    delivery = threading.Thread(target=house.deliver)
    delivery.start()
    assert client.readline() == b"* 1 EXISTS\r\n"
    delivery.join()
    client.send(b"DONE\r\n")
    assert client.readline() == b"i OK done\r\n"


def test_numbers_shift_only_when_the_client_is_told(house: House) -> None:
    for number in range(3):
        house.deliver(LETTER + b"%d" % number)
    client = house.signed_in()
    house.servers.do(lambda: house.mailboxes[ANNA].inbox.expunge([1]))
    assert client.fetch("2", "(UID)")[1] == [b"2 (UID 2)"]
    assert told(client, "EXPUNGE") == []
    client.noop()
    assert told(client, "EXPUNGE") == [b"1"]
    assert client.fetch("2", "(UID)")[1] == [b"2 (UID 3)"]


def test_a_folder_rebuilt_by_the_server_has_new_uids(house: House) -> None:
    house.deliver()
    house.deliver()
    inbox = house.mailboxes[ANNA].inbox
    house.servers.do(lambda: inbox.expunge([1]))
    house.servers.do(lambda: inbox.renumber(9))
    client = house.signed_in()
    assert (told(client, "UIDVALIDITY"), uid(client, "SEARCH", "ALL")) == ([b"9"], [b"1"])


def test_the_certificate_is_the_one_given(secure_house: Callable[[Security], House]) -> None:
    house = secure_house(Security.TLS)
    with pytest.raises(ssl.SSLCertVerificationError):
        imaplib.IMAP4_SSL("127.0.0.1", house.imap.port, ssl_context=ssl.create_default_context(), timeout=10)
