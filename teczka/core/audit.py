"""The register of what was done: a chain of entries, each with the hash of the one before, so that none can be changed, taken out or put
elsewhere without its being seen. Ids only: whoever reads it learns nothing of what mail says.

The hash is made by the database as it writes (migration 0003); here it is made again, by nothing but what an export carries.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

FORM = "teczka-audit-1"  # the first line of what is hashed: another form gets another name
BEGINNING = bytes(32)  # what the first entry has for the hash of the one before


class Verb(StrEnum):
    """What was done, and what its ids are. What begins with `message.` is about somebody's mail: administrators are not told of it (P7)."""

    SIGN_IN = (
        "session.begin"  # by what is not known: of earlier versions, or by the demo's link; the nine after it say it
    )
    SIGN_IN_PASSWORD = "session.begin_password"  # noqa: S105
    SIGN_IN_PASSWORD_CODE = "session.begin_password_code"  # noqa: S105  the code of an app, or a backup code
    SIGN_IN_PASSWORD_PASSKEY = "session.begin_password_passkey"  # noqa: S105
    SIGN_IN_PASSKEY = "session.begin_passkey"
    SIGN_IN_PROVIDER = "session.begin_provider"  # Microsoft or Google
    SIGN_IN_PROVIDER_CODE = "session.begin_provider_code"
    SIGN_IN_PROVIDER_PASSKEY = "session.begin_provider_passkey"
    SIGN_IN_LINK = "session.begin_link"  # an administrator's
    SIGN_IN_LINK_CODE = "session.begin_link_code"
    SIGN_OUT = "session.end"
    SIGN_OUT_ELSEWHERE = "session.end_elsewhere"
    ACCOUNT_ADD = "account.add"  # the account, in all of these
    ACCOUNT_CHANGE = "account.change"
    ACCOUNT_PAUSE = "account.pause"
    ACCOUNT_RESUME = "account.resume"
    ACCOUNT_DELETE = "account.delete"
    ACCOUNT_RESTORE = "account.restore"
    ACCOUNT_REMOVE = "account.remove"  # its mail is gone, but for what others see
    ACCOUNT_EXPORT = "account.export"
    ACCOUNT_IMPORT = "account.import"
    PERSON_INVITE = "person.invite"  # the person, in all of these
    PERSON_JOIN = "person.join"
    PERSON_ROLE = "person.role"
    PERSON_DISABLE = "person.disable"
    PERSON_ENABLE = "person.enable"
    PERSON_RESET = "person.reset"
    PERSON_PASSWORD = "person.password"  # noqa: S105  their own, changed by themselves
    SECOND_FACTOR_ON = "person.second_factor_on"  # their own, in these five
    SECOND_FACTOR_OFF = "person.second_factor_off"
    SECOND_FACTOR_CODES = "person.second_factor_codes"  # other backup codes
    SECOND_FACTOR_SPENT = "person.second_factor_spent"  # signed in by a backup code
    SECOND_FACTOR_TRIES = "person.second_factor_tries"  # too many wrong codes after the right password
    SECOND_FACTOR_LIFT = "person.second_factor_lift"  # the person, from whom somebody else took it, and passkeys
    PASSKEY_ADD = "person.passkey_add"  # their own, in these three
    PASSKEY_REMOVE = "person.passkey_remove"
    PASSKEY_COPY = "person.passkey_copy"  # it did not count on: somebody may have copied it, and it let nobody in
    PROVIDER_CONNECT = "person.provider_connect"  # their own: Microsoft or Google signs them in from now on
    PROVIDER_DISCONNECT = "person.provider_disconnect"  # their own: no longer
    PERSON_HAND_OVER = "person.hand_over"  # the person, and whoever takes their place
    CASE_CREATE = "case.create"  # the case, in all of these
    CASE_CHANGE = "case.change"
    CASE_TEAM = "case.team"  # the case, and who is in its team from now on
    CASE_TASKS = "case.tasks"  # the case, and who is to do what was open of whoever is not in its team
    CASE_WALL = "case.wall"
    CASE_UNWALL = "case.unwall"
    CASE_EXPORT = "case.export"
    OFFICE_CHANGE = "office.change"  # none: its rules, numbers of cases, sign-in with providers
    SECOND_FACTOR_REQUIRE = "office.second_factor_require"  # none: of everybody
    SECOND_FACTOR_SPARE = "office.second_factor_spare"  # none: of nobody any more
    OFFICE_CONNECT = "office.connect"  # none: its accounts may connect again after it was restored
    PERSON_LIMIT = "person.limit"  # the person: how many external accounts
    AUDIT_EXPORT = "audit.export"  # none: the register itself
    RULE_MAKE = "rule.make"  # the rule, in all of these
    RULE_CHANGE = "rule.change"
    RULE_ON = "rule.on"
    RULE_OFF = "rule.off"
    RULE_DROP = "rule.drop"
    RULE_RUN = "rule.run"  # the rule, and its run over older mail
    RULE_UNDO = "rule.undo"  # likewise: all that the run did is taken back
    DOCUMENT_ADD = "document.add"  # the document, in all of these
    DOCUMENT_RENAME = "document.rename"
    DOCUMENT_REMOVE = "document.remove"
    DOCUMENT_RESTORE = "document.restore"
    VIEW = "message.view"  # the message, which is another's
    FILE = "message.file"  # the messages
    UNFILE = "message.unfile"
    SHARE = "message.share"  # the messages, then whom they were shared with
    REVOKE = "message.revoke"
    SEND = "message.send"  # the letter
    DELETE = "message.delete"  # the messages, of which the server is asked to remove them for good
    UNDELETE = "message.undelete"  # it shall not
    ERASE = "message.erase"  # the message, of which nothing is left here


@dataclass(frozen=True, slots=True)
class Entry:
    """One of an office's. `verb` is text: an export may come from a newer version."""

    seq: int  # 1, 2, 3 … without a gap
    at: datetime
    actor: UUID | None  # None: the machine's keeper, or nobody
    verb: str
    case: UUID | None
    ids: tuple[UUID, ...]
    previous: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Link:
    """Of an entry that its reader may not see: where it stands in the chain, and no more."""

    seq: int
    previous: bytes
    hash: bytes


class Fault(StrEnum):
    CHANGED = "changed"  # its hash is not that of what it says
    MISSING = "missing"  # of a number that should stand here
    MOVED = "moved"  # does not follow the one before


def digest(office: UUID, entry: Entry) -> bytes:
    """SHA-256 of the entry's lines, in UTF-8."""
    at = entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    lines = [FORM, office, entry.seq, at, entry.actor or "", entry.verb, entry.case or ""]
    lines += [",".join(map(str, entry.ids)), entry.previous.hex()]
    return sha256("\n".join(map(str, lines)).encode()).digest()


def faults(office: UUID, chain: Iterable[Entry | Link]) -> Iterator[tuple[int, Fault]]:
    """Whatever is wrong with a chain told from its first entry on, by number. Costs one hash an entry; holds one. That its end was cut off
    no chain can tell by itself: compare its last hash with one that was kept elsewhere."""
    expected, before = 1, BEGINNING
    for entry in chain:
        if entry.seq > expected:
            yield expected, Fault.MISSING
        elif entry.seq < expected or entry.previous != before:
            yield entry.seq, Fault.MOVED
        if isinstance(entry, Entry) and digest(office, entry) != entry.hash:
            yield entry.seq, Fault.CHANGED
        expected, before = entry.seq + 1, entry.hash
