"""One message to its recipients over a signed-in session (RFC 5321 §3.3), and what is known of it then."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from teczka.core.delivery import Answer, Outcome, Stage, Verdict, enhanced_in, in_words
from teczka.core.errors import Problem, Trouble
from teczka.remote.smtp.content import END, Piece, dotted
from teczka.remote.smtp.envelope import Envelope
from teczka.remote.smtp.replies import Reply
from teczka.remote.smtp.session import SmtpSession

log = logging.getLogger(__name__)

GROUP = 100  # commands said before their answers are heard: their replies fit into any window (RFC 2920 §3.1)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds, after RFC 5321 §4.5.3.2: for a command's answer, and for the one to the whole message."""

    command: float = 300.0
    end: float = 600.0


PATIENCE = Patience()


def send(session: SmtpSession, envelope: Envelope, pieces: Iterable[Piece], patience: Patience = PATIENCE) -> Outcome:
    """One try. Raises no Problem: what went wrong is in the outcome. An error of `pieces` comes through: then the session is closed, and no
    server has the message."""
    try:
        envelope.check(session.host, session.extensions, session.size)
        answers, asked = _propose(session, envelope, patience)
        if asked is not None:
            return asked
        _pour(session, pieces)
    except Problem as problem:
        return Outcome(Verdict.UNSENT, problem=problem)
    except BaseException:
        session.abandon()
        raise
    return _end(session, answers, envelope.receipt and "DSN" in session.extensions, patience)


def _propose(session: SmtpSession, envelope: Envelope, patience: Patience) -> tuple[dict[str, Answer], Outcome | None]:
    """MAIL, RCPT and DATA: each recipient's answer, and the outcome where it ends with that."""
    lines = [envelope.rcpt(recipient, session.extensions) for recipient in envelope.recipients]
    replies = _said(session, [envelope.mail(session.extensions), *lines], patience)
    sender = _answer(session, next(replies))
    if sender.verdict is not Verdict.ACCEPTED:
        return {}, _refused(session, Stage.SENDER, sender, {}, envelope.sender)
    answers = {to: _answer(session, reply) for to, reply in zip(envelope.recipients, replies, strict=True)}
    refused = [(to, answer) for to, answer in answers.items() if answer.verdict is not Verdict.ACCEPTED]
    if len(refused) == len(answers):
        address, worst = next((each for each in refused if each[1].verdict is Verdict.LATER), refused[0])
        return answers, _refused(session, Stage.RECIPIENT, worst, answers, address)
    session.say(b"DATA\r\n")
    go = session.hear(patience.command)
    if go.code == 354:
        return answers, None
    return answers, _refused(session, Stage.CONTENT, _answer(session, go, unless_good=True), answers)


def _said(session: SmtpSession, lines: Sequence[bytes], patience: Patience) -> Iterator[Reply]:
    """Each command's reply, in their order; many at once where the server offers it (PIPELINING, RFC 2920)."""
    group = GROUP if "PIPELINING" in session.extensions else 1
    for start in range(0, len(lines), group):
        together = lines[start : start + group]
        session.say(b"".join(together))
        for _ in together:
            yield session.hear(patience.command)


def _pour(session: SmtpSession, pieces: Iterable[Piece]) -> None:
    """The text, but for its end. A server that has hung up or spoken by now has not taken it, and what it said is not the answer to the end
    that is still to come."""
    for data in dotted(pieces):
        session.say(data)
    session.check_silent()


def _end(session: SmtpSession, answers: dict[str, Answer], receipt: bool, patience: Patience) -> Outcome:
    """From here on the server may have the message, whatever we hear."""
    try:
        session.say(END)
        final = _answer(session, session.hear(patience.end))
    except Exception as error:
        reason = error.trouble if isinstance(error, Problem) else Trouble.INTERNAL
        if reason is Trouble.INTERNAL:  # a mistake of ours makes nothing unsent
            log.exception("the answer of %r was not understood", session.host)
            session.abandon()
        unknown = Problem(Trouble.SENDING_UNCERTAIN, host=session.host, reason=reason.value)
        return Outcome(Verdict.UNKNOWN, answers, unknown)
    if final.verdict is Verdict.ACCEPTED:
        return Outcome(Verdict.ACCEPTED, answers, receipt=receipt)
    return _refused(session, Stage.CONTENT, final, answers)


def _refused(
    session: SmtpSession, stage: Stage, answer: Answer, answers: dict[str, Answer], address: str = ""
) -> Outcome:
    """Who was accepted only before the message was refused has no answer of his own."""
    told = {to: each for to, each in answers.items() if each.verdict is not Verdict.ACCEPTED}
    return Outcome(answer.verdict, told, in_words(stage, answer, session.host, address))


def _answer(session: SmtpSession, reply: Reply, *, unless_good: bool = False) -> Answer:
    """Raises Problem(SERVER_GARBAGE) for a reply that is none to what was asked."""
    if reply.code // 100 not in {2, 4, 5} or (unless_good and reply.good):
        session.abandon()
        raise Problem(Trouble.SERVER_GARBAGE, host=session.host, detail=session.detail(reply))
    return Answer(reply.code, enhanced_in(reply.code, reply.text), session.detail(reply))
