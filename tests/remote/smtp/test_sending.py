"""A message to a submission server: a real one, and such as answer late, never, or nonsense."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.delivery import Outcome, Verdict
from teczka.core.errors import Problem, Trouble
from teczka.remote.egress import Gate
from teczka.remote.smtp import Envelope, SmtpSession, send
from teczka.remote.smtp.content import END, dotted
from teczka.remote.smtp.replies import Reply
from teczka.remote.smtp.send import Patience
from teczka.remote.types import Credential, Security, Server
from tests.remote.imap.hostile import HOST, Client, Hostile, Script
from tests.submission import SIZE, Submission

GATE = Gate.parse(f"{HOST},::1")
ANNA = Credential("anna@kancelaria.example", "zażółć")
BREVITY = Patience(command=0.3, end=0.3)
TEXT = b"Subject: Pozew\r\n\r\nSzanowni Panowie,\r\n.\r\n..kropki\r\n"
JAN, EWA = "jan@a.example", "ewa@b.example"


def letter(*recipients: str, text: bytes = TEXT, **more: bool) -> Envelope:
    return Envelope(ANNA.username, recipients or (JAN,), len(text), "k1", **more)


def connected(server: Server) -> SmtpSession:
    return SmtpSession.connect(server, ANNA, GATE, timeout=5)


@pytest.fixture(params=[Security.TLS, Security.STARTTLS])
def submission(request: pytest.FixtureRequest) -> Iterator[Submission]:
    with Submission(request.param) as server:
        server.passwords[ANNA.username] = ANNA.secret
        yield server


def test_a_message_arrives_byte_for_byte_at_all_recipients(submission: Submission) -> None:
    session = connected(submission.server())
    outcome = send(session, letter(JAN, EWA), [TEXT[:30], TEXT[30:]])
    session.close()
    assert outcome.verdict is Verdict.ACCEPTED
    assert set(outcome.answers) == {JAN, EWA}
    (received,) = submission.received
    assert received.original_content == TEXT
    assert received.rcpt_tos == [JAN, EWA]
    assert f"SIZE={len(TEXT)}" in received.mail_options


def test_polish_letters_in_an_address_go_where_the_server_takes_them(submission: Submission) -> None:
    session = connected(submission.server())
    outcome = send(session, letter("zażółć@gęślą.example", eight_bit=True), ["Treść\r\n".encode()])
    session.close()
    assert outcome.verdict is Verdict.ACCEPTED
    assert submission.received[0].rcpt_tos == ["zażółć@gęślą.example"]
    assert {"SMTPUTF8", "BODY=8BITMIME"} <= set(submission.received[0].mail_options)


def test_what_is_larger_than_the_server_takes_is_not_even_begun(submission: Submission) -> None:
    session = connected(submission.server())
    outcome = send(session, Envelope(ANNA.username, [JAN], SIZE + 1, "k1"), [b"never asked for\r\n"])
    assert told(outcome) == (Verdict.UNSENT, Trouble.MESSAGE_SIZE)
    assert not submission.received
    session.close()


@pytest.mark.parametrize(
    "address",
    [
        "jan@a.example>\r\nRCPT TO:<eve@evil.example",
        "jan@a.example\r\nDATA",
        "jan\n@a.example",
        "jan\0@a.example",
        "jan nowak@a.example",
        "<jan@a.example>",
        "jan@a.example> SIZE=1",
        "jan\u2028@a.example",
        "jan",
        "@a.example",
        "jan@",
        "",
        "j" * 65 + "@a.example",
        "jan@" + "a" * 251,
    ],
)
def test_an_address_that_is_none_is_refused_before_anything_is_said(address: str) -> None:
    with Hostile(offering()) as hostile:
        session = connected(hostile.server())
        assert told(send(session, letter(address), [TEXT])) == (Verdict.UNSENT, Trouble.SENDING_ADDRESS)
        assert told(send(session, Envelope(address, [JAN], 1, "k"), [TEXT])) == (
            Verdict.UNSENT,
            Trouble.SENDING_ADDRESS,
        )
        session.abandon()
    assert [line[:4] for line in hostile.clients[0].lines] == [b"EHLO", b"AUTH"]


# --- what leaves ---


@given(st.lists(st.binary(max_size=12) | st.sampled_from([b"\r", b"\n", b".", b"\r\n", b".\r\n", b"\n.\n", b"\r.\r"])))
def test_no_bare_line_end_leaves_and_nothing_but_the_end_ends_the_message(pieces: list[bytes]) -> None:
    sent = b"".join(dotted(pieces)) + END
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", sent)
    lines = sent.split(b"\r\n")
    assert lines[-2:] == [b".", b""]
    assert lines.index(b".") == len(lines) - 2
    undotted = [line.removeprefix(b".") for line in lines[:-2]]
    assert undotted == re.sub(rb"\r\n|\r|\n", b"\n", b"".join(pieces)).removesuffix(b"\n").split(b"\n") or sent == END


@given(st.lists(st.binary(min_size=1, max_size=5), max_size=8))
def test_where_a_text_is_cut_into_pieces_makes_no_difference(pieces: list[bytes]) -> None:
    assert b"".join(dotted(pieces)) == b"".join(dotted([b"".join(pieces)]))


# --- what servers say ---


def offering(
    *extensions: str, rcpt: bytes = b"250 ok", sender: bytes = b"250 ok", go: bytes = b"354 go", end: bytes = b"250 ok"
) -> Script:
    """A server with these extensions, and these answers."""

    def script(client: Client) -> None:
        client.send(b"220 smtp.example ESMTP\r\n")
        client.line()
        offered = ["smtp.example", "AUTH PLAIN", *extensions]
        client.send(b"".join(b"250-%s\r\n" % word.encode() for word in offered) + b"250 HELP\r\n")
        client.line()
        client.send(b"235 2.7.0 in\r\n")
        answers = {b"MAIL": sender, b"RCPT": rcpt, b"DATA": go, b"QUIT": b"221 bye"}
        while True:
            line = client.line()
            answer = answers[line[:4].upper()]
            client.send(answer + b"\r\n")
            if line == b"DATA" and answer.startswith(b"354"):
                while client.line() != b".":
                    pass
                client.send(end + b"\r\n")

    return script


def outcome_of(script: Script, envelope: Envelope | None = None, patience: Patience = BREVITY) -> Outcome:
    with Hostile(script, tls=True) as hostile:
        session = connected(hostile.server(Security.TLS))
        outcome = send(session, envelope or letter(), [TEXT], patience)
        session.abandon()
    return outcome


def told(outcome: Outcome) -> tuple[Verdict, Trouble | None]:
    return outcome.verdict, outcome.problem.trouble if outcome.problem else None


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"sender": b"550 5.7.1 Sender rejected: not owned by user"}, (Verdict.REFUSED, Trouble.SENDING_SENDER)),
        ({"sender": b"452 4.3.1 Insufficient system storage"}, (Verdict.LATER, Trouble.MESSAGE_LATER)),
        ({"sender": b"552 5.3.4 Message size exceeds fixed limit"}, (Verdict.REFUSED, Trouble.MESSAGE_SIZE)),
        ({"sender": b"354 go"}, (Verdict.UNSENT, Trouble.SERVER_GARBAGE)),
        ({"sender": b"what?"}, (Verdict.UNSENT, Trouble.SERVER_GARBAGE)),
        ({"rcpt": b"550 5.1.1 No such user here"}, (Verdict.REFUSED, Trouble.RECIPIENT_UNKNOWN)),
        ({"rcpt": b"550 Unrouteable address"}, (Verdict.REFUSED, Trouble.RECIPIENT_REFUSED)),
        ({"rcpt": b"550 unknown user"}, (Verdict.REFUSED, Trouble.RECIPIENT_UNKNOWN)),
        ({"rcpt": b"450 4.2.0 Greylisted, see you"}, (Verdict.LATER, Trouble.RECIPIENT_LATER)),
        ({"rcpt": b"452 4.2.2 The mailbox is over quota"}, (Verdict.LATER, Trouble.RECIPIENT_FULL)),
        ({"rcpt": b"550 5.4.5 Daily user sending limit exceeded"}, (Verdict.REFUSED, Trouble.SENDING_LIMIT)),
        ({"go": b"554 5.5.1 no valid recipients"}, (Verdict.REFUSED, Trouble.MESSAGE_REFUSED)),
        ({"go": b"250 what data?"}, (Verdict.UNSENT, Trouble.SERVER_GARBAGE)),
        ({"end": b"554 5.7.1 Message rejected as spam"}, (Verdict.REFUSED, Trouble.MESSAGE_SPAM)),
        ({"end": b"451 4.3.0 try again"}, (Verdict.LATER, Trouble.MESSAGE_LATER)),
        ({"end": b"421 closing"}, (Verdict.LATER, Trouble.MESSAGE_LATER)),
        ({"end": b"354 more?"}, (Verdict.UNKNOWN, Trouble.SENDING_UNCERTAIN)),
        ({"end": b"rubbish"}, (Verdict.UNKNOWN, Trouble.SENDING_UNCERTAIN)),
        ({"end": b"250-x\r\n" * 100_000 + b"250 ok"}, (Verdict.UNKNOWN, Trouble.SENDING_UNCERTAIN)),
        ({"sender": b"250-x\r\n" * 100_000 + b"250 ok"}, (Verdict.UNSENT, Trouble.SERVER_LIMIT)),
        ({}, (Verdict.ACCEPTED, None)),
    ],
)
@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)])
def test_what_an_answer_makes_of_the_message(
    answers: dict[str, bytes], expected: tuple[Verdict, Trouble | None], extensions: tuple[str, ...]
) -> None:
    assert told(outcome_of(offering(*extensions, **answers))) == expected


def test_each_recipient_has_the_servers_own_answer() -> None:
    def script(client: Client) -> None:
        client.send(b"220 hi\r\n")
        for answer in (b"250-a\r\n250-PIPELINING\r\n250 AUTH PLAIN\r\n", b"235 in\r\n"):
            client.line()
            client.send(answer)
        assert [client.line()[:7] for _ in range(4)] == [b"MAIL FR", b"RCPT TO", b"RCPT TO", b"RCPT TO"]
        client.send(b"250 ok\r\n250 2.1.5 ok\r\n550 5.1.1 nobody\r\n451 4.7.1 greylisted\r\n")
        client.line()
        client.send(b"354 go\r\n")
        while client.line() != b".":
            pass
        client.send(b"250 2.0.0 queued as 1\r\n")

    outcome = outcome_of(script, letter(JAN, EWA, "ola@c.example"))
    assert outcome.verdict is Verdict.ACCEPTED
    assert [answer.verdict for answer in outcome.answers.values()] == [
        Verdict.ACCEPTED,
        Verdict.REFUSED,
        Verdict.LATER,
    ]
    assert [answer.shown for answer in outcome.answers.values()] == ["250 2.1.5", "550 5.1.1", "451 4.7.1"]


def test_who_was_accepted_is_no_longer_once_the_text_is_refused() -> None:
    assert outcome_of(offering(end=b"554 5.7.1 no"), letter(JAN, EWA)).answers == {}


def test_a_report_of_delivery_is_asked_for_where_the_server_knows_how() -> None:
    with Hostile(offering("DSN")) as hostile:
        session = connected(hostile.server())
        assert send(session, letter(receipt=True), [TEXT], BREVITY).receipt
        session.close()
    mail, rcpt = hostile.clients[0].lines[2:4]
    assert mail == b"MAIL FROM:<anna@kancelaria.example> RET=HDRS ENVID=k1\r\n"
    assert rcpt == b"RCPT TO:<jan@a.example> NOTIFY=SUCCESS,FAILURE,DELAY\r\n"
    assert not outcome_of(offering(), letter(receipt=True)).receipt


@pytest.mark.parametrize(
    ("more", "expected"), [({"utf8": True}, Trouble.SENDING_UTF8), ({"eight_bit": True}, Trouble.SENDING_EIGHT_BIT)]
)
def test_what_the_server_does_not_offer_is_not_used(more: dict[str, bool], expected: Trouble) -> None:
    assert told(outcome_of(offering(), letter(**more))) == (Verdict.UNSENT, expected)


# --- when it breaks ---


def stopping_after(count: int, *, silent: bool, answers: bytes = b"250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n") -> Script:
    """Reads so many bytes after the sign-in, answering what is whole; then it hangs up, or says nothing more."""

    def script(client: Client) -> None:
        client.send(b"220 hi\r\n")
        for answer in (b"250-hi\r\n250 AUTH PLAIN\r\n", b"235 in\r\n"):
            client.line()
            client.send(answer)
        left, replies = count, iter(answers.splitlines(keepends=True))
        seen, data = b"", False
        while left:
            got = client.rest(1)
            left, seen = left - 1, seen + got
            if got == b"\n" and (not data or seen.endswith(b"\r\n.\r\n")):
                data = seen.endswith(b"DATA\r\n")
                client.send(next(replies))
        if silent:
            client.wait_for_goodbye()

    return script


SAID = len(
    b"MAIL FROM:<anna@kancelaria.example>\r\nRCPT TO:<jan@a.example>\r\nDATA\r\n" + b"".join(dotted([TEXT])) + END
)


@pytest.mark.parametrize("count", [*range(0, SAID - 4, 9), *range(SAID - 4, SAID)])
def test_a_connection_cut_at_any_byte_is_never_taken_for_sent(count: int) -> None:
    """The server has the message from the last byte on, and not before: up to the end it is surely unsent, or unknown."""
    outcome = outcome_of(stopping_after(count, silent=False))
    assert outcome.verdict in {Verdict.UNSENT, Verdict.UNKNOWN}
    if count < SAID - len(TEXT):
        assert outcome.verdict is Verdict.UNSENT


@pytest.mark.parametrize(
    ("count", "expected"), [(0, Verdict.UNSENT), (50, Verdict.UNSENT), (SAID - 1, Verdict.UNKNOWN)]
)
def test_a_server_that_falls_silent_is_given_up(count: int, expected: Verdict) -> None:
    outcome = outcome_of(stopping_after(count, silent=True))
    assert outcome.verdict is expected


def test_what_is_said_before_the_end_is_no_answer_to_it() -> None:
    """Else a "250" that came too early would count as accepted."""
    assert told(outcome_of(offering(go=b"354 go\r\n250 ok"))) == (Verdict.UNSENT, Trouble.SERVER_GARBAGE)


def test_a_source_that_fails_leaves_no_half_message_behind() -> None:
    def broken() -> Iterator[bytes]:
        yield TEXT
        raise FileNotFoundError

    with Submission() as server:
        server.passwords[ANNA.username] = ANNA.secret
        session = connected(server.server())
        with pytest.raises(FileNotFoundError):
            send(session, letter(), broken())
        with pytest.raises(Problem):
            session.say(b"NOOP\r\n")
        assert not server.received


def test_a_mistake_of_ours_after_the_end_makes_nothing_unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    hear = SmtpSession.hear

    def mistaken(session: SmtpSession, seconds: float = 0.0) -> Reply:
        if seconds == BREVITY.end:
            raise ValueError("a mistake")
        return hear(session, seconds)

    monkeypatch.setattr(SmtpSession, "hear", mistaken)
    assert told(outcome_of(offering(), patience=Patience(0.5, BREVITY.end))) == (
        Verdict.UNKNOWN,
        Trouble.SENDING_UNCERTAIN,
    )
