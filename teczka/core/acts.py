"""What a person does to mail, and what becomes of it on the server: the words of the journal (design §4, remote changes)."""

from enum import StrEnum


class Verb(StrEnum):
    """One thing that somebody did; `undo` takes a whole one back."""

    READ = "read"
    UNREAD = "unread"
    STAR = "star"
    UNSTAR = "unstar"
    MOVE = "move"
    COPY = "copy"
    ARCHIVE = "archive"
    SPAM = "spam"
    NOT_SPAM = "not_spam"
    BIN = "bin"
    DELETE = "delete"  # for good: from the bin or the junk folder alone
    FOLDER_CREATE = "folder_create"
    FOLDER_RENAME = "folder_rename"
    FOLDER_REMOVE = "folder_remove"
    UNDO = "undo"


class Kind(StrEnum):
    """A pending operation: one message, or one folder, and one change."""

    FLAG = "flag"
    MOVE = "move"
    COPY = "copy"
    EXPUNGE = "expunge"
    APPEND = "append"
    CREATE = "create"
    RENAME = "rename"
    REMOVE = "remove"


class OperationState(StrEnum):
    PENDING = "pending"  # our rows changed, the server does not know yet
    LOCAL = "local"  # it never will: a read-only account, or POP3
    STARTED = "started"  # said to the server, its answer not yet known
    DONE = "done"
    MARKED = "marked"  # copied, and the source marked \Deleted: the server offers no way of removing it alone
    REFUSED = "refused"  # could not be done; our rows are as before
    UNDONE = "undone"  # taken back before the server heard of it


# The server may still come to do it: what it tells meanwhile is laid under such an operation, never over it.
OPEN = (OperationState.PENDING, OperationState.STARTED)
# The source of such a one is out of our lists, and on the server still.
HIDING = (Kind.MOVE, Kind.EXPUNGE)
HIDDEN = (*OPEN, OperationState.MARKED)
