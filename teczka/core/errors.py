"""Errors that a person will read: a key and parameters, made where it happens, put into words where it is shown."""

from enum import StrEnum
from typing import Any, Self


class Trouble(StrEnum):
    """What can go wrong between us and a mail server. The part before the dot is the step that failed."""

    ADDRESS_SPELLING = "address.spelling"  # address: is none of an e-mail
    ADDRESS_UNKNOWN = "address.unknown"  # host: the name does not resolve
    CONNECT_FAILED = "connect.failed"  # host, port: no answer, or the egress gate refuses it; nobody is told which
    TLS_NAME = "tls.name"  # host: the certificate is for another name
    TLS_EXPIRED = "tls.expired"  # host
    TLS_UNTRUSTED = "tls.untrusted"  # host: unknown issuer
    TLS_FAILED = "tls.failed"  # host: no common version, not TLS at all
    TLS_MISSING = "tls.missing"  # host: STARTTLS is not offered
    TLS_REQUIRED = "tls.required"  # host: the office allows no unencrypted connection there
    TLS_PREAUTH = "tls.preauth"  # host: greeted as signed in before encryption
    GREETING_SILENT = "greeting.silent"  # host, port
    GREETING_FOREIGN = "greeting.foreign"  # host, port: another protocol answers there
    SIGNIN_REFUSED = "signin.refused"  # host, username
    SIGNIN_UNAVAILABLE = "signin.unavailable"  # host: "try later", not a wrong password
    # What a provider said in its own words, recognised by core/refusals.py; host.
    SIGNIN_APP_PASSWORD = "signin.app_password"  # noqa: S105  the account's own password is not taken
    SIGNIN_BROWSER = "signin.browser"  # wants its person to sign in by browser first
    SIGNIN_SWITCHED_OFF = "signin.switched_off"  # mail programs are not let in
    SIGNIN_PERHAPS_OFF = "signin.perhaps_off"  # host, username: refused, or as above; the provider does not tell which
    SIGNIN_SENDING_OFF = "signin.sending_off"  # an administrator there has switched sending off
    SIGNIN_MODERN_ONLY = "signin.modern_only"  # takes no passwords any more
    SIGNIN_UNCONNECTED = "signin.unconnected"  # Exchange: let in, but not to a mailbox
    SIGNIN_CONNECTIONS = "signin.connections"  # too many at a time
    SIGNIN_ATTEMPTS = "signin.attempts"  # too many wrong ones: locked
    SIGNIN_EXPIRED = "signin.expired"  # the password has to be changed
    SIGNIN_QUOTA = "signin.quota"  # the day's share of data is used up
    SIGNIN_METHOD = "signin.method"  # host: no way to sign in that we know
    SIGNIN_TOKEN = "signin.token"  # noqa: S105  host, username: a token of Microsoft's or Google's was refused
    SIGNIN_TOKEN_SENDING = "signin.token_sending"  # noqa: S105  host, username: as above, by the server for sending
    SIGNIN_NO_TOKENS = "signin.no_tokens"  # host: takes no tokens
    SIGNIN_ANEW = "signin.anew"  # host: the password that is kept is for other servers
    # At Microsoft or Google, not at the mail server; provider: its name.
    OAUTH_MISSING = "oauth.missing"  # provider: no administrator has set it up
    OAUTH_STATE = "oauth.state"  # provider: the answer to no sign-in that was begun here, or too late
    OAUTH_DENIED = "oauth.denied"  # provider: the person said no
    OAUTH_PERSON = "oauth.person"  # provider, granted, wanted: somebody else signed in
    OAUTH_SCOPE = "oauth.scope"  # provider: not all that was asked for was granted
    OAUTH_ENDED = "oauth.ended"  # provider: the grant ended or was taken back
    OAUTH_AGAIN = "oauth.again"  # provider: wants its person to confirm who they are
    OAUTH_CONSENT = "oauth.consent"  # provider: an administrator of the directory has to approve
    OAUTH_HOST = "oauth.host"  # provider, host: no mail server of the provider's
    OAUTH_TENANT = "oauth.tenant"  # provider: the person belongs to a directory that is not the registration's
    OAUTH_REDIRECT = "oauth.redirect"  # provider: the registration has another redirect address
    OAUTH_SECRET = "oauth.secret"  # noqa: S105  provider: the client id or its secret is wrong
    OAUTH_SECRET_ENDED = "oauth.secret_ended"  # noqa: S105  provider
    OAUTH_CLIENT = "oauth.client"  # provider: no such registration, or it is switched off
    OAUTH_CONFIGURATION = "oauth.configuration"  # provider: anything else about the registration
    OAUTH_UNKNOWN = "oauth.unknown"  # provider: nobody here is signed in by who came
    OAUTH_TAKEN = "oauth.taken"  # provider: somebody else here is signed in by who came
    OAUTH_UNAVAILABLE = "oauth.unavailable"  # provider: not reached, or it failed
    FOLDER_REFUSED = "folder.refused"  # folder
    # What a server did not do in a folder though a person asked for it; host, folder.
    FOLDER_DENIED = "folder.denied"  # anything else
    FOLDER_READ_ONLY = "folder.read_only"  # lets nothing be changed there
    FOLDER_QUOTA = "folder.quota"  # the mailbox is full
    FOLDER_TOO_LARGE = "folder.too_large"  # takes no message of this size; bytes, where it told its limit
    FOLDER_EXISTS = "folder.exists"  # there is another of that name
    FOLDER_NOT_EMPTY = "folder.not_empty"  # something lies in it that nobody asked to remove
    FOLDER_CHANGED = "folder.changed"  # another message lies where ours did: nothing was touched
    FOLDER_NAME = "folder.name"  # folder: no name for one
    FOLDER_NEEDED = "folder.needed"  # folder: the inbox, or one that serves as something
    FOLDER_PARENT = "folder.parent"  # folder: there are folders in it
    FOLDER_GONE = "folder.gone"  # folder: something was to go into it, and it is on the server no longer
    FOLDER_VANISHED = "folder.vanished"  # the message is there no longer
    FOLDER_BUSY = "folder.busy"  # "later"; tried again by itself
    FOLDER_LONG = "folder.long"  # folder: has a longer name than is kept
    # Messages that a server has, and that did not come whole; host, folder, count: how many.
    UNFETCHED_CUT = "unfetched.cut"  # it broke off, or fell silent, in the middle of them
    UNFETCHED_WITHHELD = "unfetched.withheld"  # it gave nothing, or nothing that could be read
    UNFETCHED_LARGE = "unfetched.large"  # it announced more than a message may have
    SERVER_CLOSED = "server.closed"  # host: hung up in the middle
    SERVER_SILENT = "server.silent"  # host: no answer within the time-out
    SERVER_GARBAGE = "server.garbage"  # host: an answer that is no IMAP
    SERVER_LIMIT = "server.limit"  # host: an answer beyond our limits (a literal of 99 GB)
    SERVER_BUSY = "server.busy"  # host: throttled
    SERVER_INTERVAL = "server.interval"  # host, minutes, left: lets nobody in twice within so many, for so many more
    SHARE_USED = "share.used"  # host, megabytes: what we fetch in a day at most
    # The stored password cannot be opened: its key is missing, or not the one it was sealed with.
    SECRET_BROKEN = "secret.broken"  # noqa: S105  a key
    SECRET_MISSING = "secret.missing"  # noqa: S105  a key: it was erased when the account was deleted, or never entered
    ACCOUNT_LIMIT = "account.limit"  # most: external accounts that this person may have
    ACCOUNT_DOMAIN = "account.domain"  # domain: the office's policy is against it
    ACCOUNT_RESTS = "account.rests"  # paused or deleted: its servers are not spoken to
    # What a person cannot do to mail; account: the account's name.
    ACT_READ_ONLY = "act.read_only"  # nothing is changed on its server
    ACT_POP3 = "act.pop3"  # its server knows of no folders
    ACT_ARCHIVED = "act.archived"  # it was deleted here, and its mail stays
    ACT_FOLDER_GONE = "act.folder_gone"  # their folder is on the server no longer
    ACT_ELSEWHERE = "act.elsewhere"  # the folder is another account's
    ACT_FOR_GOOD = "act.for_good"  # for good from the bin or from spam alone
    ACT_SHARED = "act.shared"  # of the list of what others share
    ACT_TOO_LATE = "act.too_late"  # nothing of it can be taken back any more
    ACT_SLOW = "act.slow"  # what was meant took too long to be found
    SEARCH_OFTEN = "search.often"  # the same person has had many domains' servers searched for
    CHECK_BUSY = "check.busy"  # the same person is having another server checked
    # What a server does not take, of what we want to send; host, and code, address: whose.
    SENDING_ADDRESS = "sending.address"  # address: cannot be said to a server
    SENDING_SENDER = "sending.sender"  # may not be the sender
    SENDING_LIMIT = "sending.limit"  # the mailbox has sent as much as it may for now
    SENDING_UTF8 = "sending.utf8"  # an address with letters beyond ASCII
    SENDING_EIGHT_BIT = "sending.eight_bit"  # text with bytes above 127
    SENDING_UNCERTAIN = "sending.uncertain"  # reason: what kept its answer from us
    SENDING_RESTORED = "sending.restored"  # it waited to be sent when the backup was made that we were restored from
    SENDING_EXPIRED = "sending.expired"  # tried in vain for days
    SENDING_PARTLY = "sending.partly"  # address: who was refused, while others were taken
    SENDING_NOWHERE = "sending.nowhere"  # no account of theirs sends
    SENDING_LATE = "sending.late"  # its hour passed while nothing could be sent
    SENDING_DELETED = "sending.deleted"  # account: it was deleted before the message left
    SENDING_NO_SERVER = "sending.no_server"  # the account has none to send through
    SENDING_NOBODY = "sending.nobody"  # to nobody
    SENDING_CROWD = "sending.crowd"  # to count people, more than the most
    SENDING_TOO_LATE = "sending.too_late"  # it has left, or is just leaving
    RECIPIENT_UNKNOWN = "recipient.unknown"
    RECIPIENT_DOMAIN = "recipient.domain"
    RECIPIENT_SPELLING = "recipient.spelling"
    RECIPIENT_FULL = "recipient.full"
    RECIPIENT_LATER = "recipient.later"
    RECIPIENT_REFUSED = "recipient.refused"
    MESSAGE_SIZE = "message.size"  # megabytes, most: where they are known
    MESSAGE_SPAM = "message.spam"
    MESSAGE_LATER = "message.later"
    MESSAGE_REFUSED = "message.refused"
    UPLOAD_LARGE = "upload.large"  # name, megabytes: the most that one file may have
    UPLOAD_CUT = "upload.cut"  # name: fewer bytes came than were told
    UPLOAD_NONE = "upload.none"  # there is no file to be put into an archive
    ERASE_FILED = "erase.filed"  # it belongs to a case, or a task
    ERASE_UNDER_WAY = "erase.under_way"  # its server is still to be told of something, or it is just being sent
    IMPORT_UNKNOWN = "import.unknown"  # no mail, and nothing that holds mail
    IMPORT_EMPTY = "import.empty"
    IMPORT_DELETED = "import.deleted"  # its program shows it no longer
    IMPORT_BROKEN = "import.broken"  # cut off, or damaged
    IMPORT_PASSWORD = "import.password"  # noqa: S105  a kind
    IMPORT_BOMB = "import.bomb"  # megabytes: the most that a file may unpack to
    IMPORT_DEEP = "import.deep"  # an archive in an archive in an archive …
    IMPORT_KIND = "import.kind"  # Outlook's, but no message: an appointment, a contact
    IMPORT_PST = "import.pst"  # Outlook's whole data file
    IMPORT_LOST = "import.lost"  # the file is not there any longer
    IMPORT_FOLDER = "import.folder"  # folder: no name of one
    LETTER_LONG = "letter.long"  # its text is more than a reader would be shown
    LETTER_CHARACTERS = "letter.characters"  # field: a line break, or no character at all, where one line belongs
    LETTER_ATTACHMENT = "letter.attachment"  # name: its bytes are not as many as they were
    LETTER_CHECK = "letter.check"  # field: reads back otherwise than it was written
    UNSUBSCRIBE_UNREACHED = "unsubscribe.unreached"  # host
    UNSUBSCRIBE_REFUSED = "unsubscribe.refused"  # host, status: of HTTP
    PERSON_LAST = "person.last"  # no administrator who can sign in would be left
    PERSON_ALONE = "person.alone"  # an administrator hands over to themselves though others are there
    TASK_WALLED = "task.walled"  # name: of somebody outside the team of its case, of which nobody else may know
    TASK_LOST = "task.lost"  # whoever changes it so would not see it any more
    RULE_CASE = "rule.case"  # that it files to, or whose team it shares with: not there, or walled
    RULE_PERSON = "rule.person"  # whom it shares with: cannot sign in any more
    RULE_FOLDER = "rule.folder"  # that it moves to: gone
    RULE_FAILED = "rule.failed"  # nobody foresaw why; the log of the machine tells
    RULE_BUSY = "rule.busy"  # it is being applied to old mail, or that was paused
    RULE_CHANGED = "rule.changed"  # since it was tried, or while it was applied
    DISK_FULL = "disk.full"
    DATA_LOCKED = "data.locked"  # folder, pid: another Teczka runs on this data folder
    DATA_VERSION = "data.version"  # folder, found, ours: made by another major version of PostgreSQL
    DATA_FOREIGN = "data.foreign"  # folder, user: belongs to another user of the machine
    DATA_NEWER = "data.newer"  # unknown: what a newer Teczka has made of the database
    # Of backups; target: where they lie.
    BACKUP_OWNER = "backup.owner"  # nobody said how to reach the database as its owner
    BACKUP_SECRET = "backup.secret"  # noqa: S105  none was given
    BACKUP_SHORT = "backup.short"  # characters, bytes: how long a passphrase, or a key file, is at least
    BACKUP_OTHER_SECRET = "backup.other_secret"  # noqa: S105  target
    BACKUP_FOREIGN = "backup.foreign"
    BACKUP_NEWER = "backup.newer"  # target, version
    BACKUP_NONE = "backup.none"  # target, why
    BACKUP_DAMAGED = "backup.damaged"  # target, what
    BACKUP_PLACE = "backup.place"  # target: folder, disk or bucket refuses
    BACKUP_BUSY = "backup.busy"
    BACKUP_WAITS = "backup.waits"  # restored; not yet let connect
    RESTORE_FILLED = "restore.filled"  # place: something lies there already
    RESTORE_OTHER = "restore.other"  # place, id: of the backup that was begun there
    DATABASE_BINARIES = "database.binaries"  # folder: no PostgreSQL there, or the database's user cannot reach it
    DATABASE_PASSAGE = "database.passage"  # folder, user, shut: the database's user may not pass through `shut`
    DATABASE_USER = "database.user"  # uid: the machine has no user under whose name the database could run
    DATABASE_FAILED = "database.failed"  # log: PostgreSQL did not start or stop; detail: the end of its log
    INTERNAL = "internal.error"
    INTERNAL_FETCHING = "internal.fetching"  # host: nobody foresaw why a pass failed; the log of the machine tells

    @property
    def step(self) -> str:
        return self.value.partition(".")[0]


class Problem(Exception):
    """One of the troubles, with the parameters that its sentence needs.

    `detail` is the server's own text where it gave one after encryption began: shown as a quotation, never as our words.
    """

    def __init__(self, trouble: Trouble, *, detail: str = "", **params: str | int) -> None:
        super().__init__(trouble.value, params)
        self.trouble = trouble
        self.params = params
        self.detail = detail

    def as_json(self) -> dict[str, object]:
        return {"trouble": self.trouble.value, "params": self.params, "detail": self.detail}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        return cls(Trouble(told["trouble"]), detail=told["detail"], **told["params"])

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.trouble.value} ({told})" + (f": {self.detail}" if self.detail else "")


class NotAllowed(Exception):
    """The actor may not do this, or may not know that the thing exists. Pages answer 404."""


class LeaseLost(Exception):
    """Another worker speaks for this account now. Nothing of the refused call was written."""


class AlreadyThere(Exception):
    """What should be added is there already. The argument names it."""
