"""Messages of our own on their way out: their states, how one follows another, and what becomes of each recipient; pure."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from teczka.core.delivery import Outcome, Verdict
from teczka.core.errors import Trouble


class State(StrEnum):
    """draft → held → queued → sending → sent | failed | uncertain; how else one follows another, TRANSITIONS says."""

    DRAFT = "draft"
    HELD = "held"  # until send_at: undo, or send later
    QUEUED = "queued"  # due; or the server said "later"
    SENDING = "sending"  # committed before we connect
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"  # it may have been accepted: never tried again by itself (P6)
    CANCELLED = "cancelled"


class Origin(StrEnum):
    """What a message was begun as."""

    NEW = "new"
    REPLY = "reply"
    REPLY_ALL = "reply_all"
    FORWARD = "forward"
    FORWARD_ATTACHED = "forward_attached"
    EDITED = "edited"  # an older message, or a draft of another program, taken up as new


class Line(StrEnum):
    """Where a recipient stands."""

    TO = "to"
    CC = "cc"
    BCC = "bcc"


class Delivery(StrEnum):
    """What the server said of one recipient."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATER = "later"


UNSETTLED = (State.HELD, State.QUEUED, State.SENDING, State.UNCERTAIN)  # the keeper has something to do with them

UNDO_SECONDS = (0, 5, 10, 20, 30)  # for which a message is held, as its writer likes; what the pages say
FIRST_UNDO = 10  # until they have said
GRACE = timedelta(seconds=3)  # beyond it: the last click may be long on its way
TRYING = timedelta(
    days=2
)  # after which a server's "later" is an end (RFC 5321 §4.5.4.1 has four days or five, for relays)
LONGEST_PAUSE = timedelta(hours=4)
LATE = timedelta(days=1)  # a letter that was to go before that may be wrong by now

# What may follow. By the keeper alone, under its lease: whatever comes from or goes to "sending", and held → queued.
TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.HELD}),
    # "failed" of both: their account was deleted; of what was held: its hour is long past.
    State.HELD: frozenset({State.QUEUED, State.DRAFT, State.CANCELLED, State.FAILED}),
    # Its owner gives up whom it has not reached: "sent" to the others.
    State.QUEUED: frozenset({State.SENDING, State.DRAFT, State.CANCELLED, State.SENT, State.FAILED}),
    State.SENDING: frozenset({State.SENT, State.FAILED, State.UNCERTAIN, State.QUEUED}),
    State.FAILED: frozenset({State.QUEUED, State.DRAFT, State.CANCELLED}),
    # Found in Sent, else a person says which; or a try that was believed dead tells its end.
    State.UNCERTAIN: frozenset({State.SENT, State.QUEUED, State.CANCELLED, State.FAILED, State.UNCERTAIN}),
    State.SENT: frozenset(),
    State.CANCELLED: frozenset({State.DRAFT}),
}

# Surely unsent, and trying again by ourselves would do no good. (Of sign-ins, those that only the owner can mend.)
HOPELESS = frozenset(
    {
        Trouble.SENDING_ADDRESS,
        Trouble.SENDING_UTF8,
        Trouble.SENDING_EIGHT_BIT,
        Trouble.SENDING_NO_SERVER,
        Trouble.MESSAGE_SIZE,
        Trouble.LETTER_ATTACHMENT,
        Trouble.ACCOUNT_RESTS,
    }
)


def before(state: State) -> list[State]:
    """From which this one may be reached."""
    return [old for old, following in TRANSITIONS.items() if state in following]


def after(outcome: Outcome, deliveries: Collection[Delivery], *, mendable: bool, over: bool) -> State:
    """What a message becomes after a try. `deliveries`: of all its recipients, the outcome's answers among them; `mendable`: an unsent
    one may be tried again by ourselves; `over`: it has been tried for long enough."""
    if outcome.verdict is Verdict.UNKNOWN:
        return State.UNCERTAIN
    again = outcome.verdict is Verdict.LATER or (outcome.verdict is Verdict.UNSENT and mendable)
    if outcome.verdict is Verdict.ACCEPTED:
        again = Delivery.LATER in deliveries
    if again and not over:
        return State.QUEUED
    return State.SENT if Delivery.ACCEPTED in deliveries else State.FAILED


def pause(tries: int) -> timedelta:
    """Before the next try: a minute, then twice as long each time."""
    return min(LONGEST_PAUSE, timedelta(minutes=2.0 ** min(max(tries, 1) - 1, 16)))


def over(due: datetime, now: datetime) -> bool:
    """`due`: since when it should have been sent."""
    return now - due > TRYING


def held_for(undo_seconds: int) -> timedelta:
    """How long a letter waits for its undo."""
    return timedelta(seconds=undo_seconds) + GRACE if undo_seconds else timedelta()
