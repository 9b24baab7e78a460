"""Messages of our own on their way out: their states, and what becomes of each recipient."""

from enum import StrEnum


class State(StrEnum):
    """draft → held → queued → sending → sent | failed | uncertain; cancelled from held and queued."""

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
