"""External accounts: what they are called and how they are doing."""

from enum import StrEnum


class Protocol(StrEnum):
    IMAP = "imap"
    POP3 = "pop3"


class Mode(StrEnum):
    MANAGED = "managed"  # what is done here is done on the server too
    READ_ONLY = "read_only"  # nothing is ever changed on the server, not even \Seen


class State(StrEnum):
    NEW = "new"  # never fetched
    FETCHING = "fetching"  # first download under way
    WORKING = "working"
    TROUBLED = "troubled"  # something failed that we try again by ourselves
    NEEDS_OWNER = "needs_owner"  # only its owner can mend it: a refused password
    PAUSED = "paused"
