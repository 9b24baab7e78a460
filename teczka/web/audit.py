"""The audit on pages: what each entry says in words, and the files that carry it away."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from teczka.core.audit import Entry, Link, Verb
from teczka.core.audit_file import COLUMNS, told
from teczka.store.queries.audit import PAGE, AuditLine
from teczka.web.mail.cursor import read_cursor, write_cursor
from teczka.web.mail.names import disposition

WORDS: dict[str, str | Promise] = {
    Verb.SIGN_IN: _("signed in"),
    Verb.SIGN_IN_PASSWORD: _("signed in by password"),
    Verb.SIGN_IN_PASSWORD_CODE: _("signed in by password and code"),
    Verb.SIGN_IN_PASSWORD_PASSKEY: _("signed in by password and passkey"),
    Verb.SIGN_IN_PASSKEY: _("signed in by passkey"),
    Verb.SIGN_IN_PROVIDER: _("signed in with Microsoft or Google"),
    Verb.SIGN_IN_PROVIDER_CODE: _("signed in with Microsoft or Google, and a code"),
    Verb.SIGN_IN_PROVIDER_PASSKEY: _("signed in with Microsoft or Google, and a passkey"),
    Verb.SIGN_IN_LINK: _("signed in by an administrator's link"),
    Verb.SIGN_IN_LINK_CODE: _("signed in by an administrator's link, and a code"),
    Verb.SIGN_OUT: _("signed out"),
    Verb.SIGN_OUT_ELSEWHERE: _("signed out everywhere else"),
    Verb.ACCOUNT_ADD: _("added an external account"),
    Verb.ACCOUNT_CHANGE: _("changed an external account"),
    Verb.ACCOUNT_PAUSE: _("paused an external account"),
    Verb.ACCOUNT_RESUME: _("resumed an external account"),
    Verb.ACCOUNT_DELETE: _("deleted an external account"),
    Verb.ACCOUNT_RESTORE: _("took the deletion of an external account back"),
    Verb.ACCOUNT_REMOVE: _("mail of a deleted account is gone"),
    Verb.ACCOUNT_EXPORT: _("exported an external account"),
    Verb.ACCOUNT_IMPORT: _("brought in mail out of files"),
    Verb.PERSON_INVITE: _("invited a person"),
    Verb.PERSON_JOIN: _("took up the invitation"),
    Verb.PERSON_ROLE: _("changed a person's role"),
    Verb.PERSON_DISABLE: _("shut a person out"),
    Verb.PERSON_ENABLE: _("let a person in again"),
    Verb.PERSON_RESET: _("reset a person's sign-in"),
    Verb.PERSON_PASSWORD: _("changed their own password"),
    Verb.SECOND_FACTOR_ON: _("turned on two-step verification"),
    Verb.SECOND_FACTOR_OFF: _("turned off two-step verification"),
    Verb.SECOND_FACTOR_CODES: _("made new backup codes"),
    Verb.SECOND_FACTOR_SPENT: _("signed in by a backup code"),
    Verb.SECOND_FACTOR_TRIES: _("said too many wrong codes at the second step of signing in"),
    Verb.SECOND_FACTOR_LIFT: _("turned off a person's two-step verification"),
    Verb.PASSKEY_ADD: _("added a passkey"),
    Verb.PASSKEY_REMOVE: _("removed a passkey"),
    Verb.PASSKEY_COPY: _("was refused: this passkey may be a copy"),
    Verb.PROVIDER_CONNECT: _("connected Microsoft or Google to sign in with"),
    Verb.PROVIDER_DISCONNECT: _("disconnected Microsoft or Google from signing in"),
    Verb.PERSON_LIMIT: _("changed how many accounts a person may have"),
    Verb.OFFICE_CHANGE: _("changed the office's settings"),
    Verb.SECOND_FACTOR_REQUIRE: _("required two-step verification of everybody"),
    Verb.SECOND_FACTOR_SPARE: _("no longer required two-step verification"),
    Verb.OFFICE_CONNECT: _("let the office's accounts connect after it was restored"),
    Verb.PERSON_HAND_OVER: _("handed a person's cases over"),
    Verb.CASE_CREATE: _("opened a case"),
    Verb.CASE_CHANGE: _("changed a case"),
    Verb.CASE_TEAM: _("changed a case's team"),
    Verb.CASE_TASKS: _("handed open tasks of a case on"),
    Verb.CASE_WALL: _("closed a case to all but its team"),
    Verb.CASE_UNWALL: _("showed a case to the office"),
    Verb.CASE_EXPORT: _("exported a case"),
    Verb.AUDIT_EXPORT: _("exported the register"),
    Verb.RULE_MAKE: _("made a rule"),
    Verb.RULE_CHANGE: _("changed a rule"),
    Verb.RULE_ON: _("switched a rule on"),
    Verb.RULE_OFF: _("switched a rule off"),
    Verb.RULE_DROP: _("removed a rule"),
    Verb.RULE_RUN: _("applied a rule to older mail"),
    Verb.RULE_UNDO: _("took back what a rule did to older mail"),
    Verb.DOCUMENT_ADD: _("added a document"),
    Verb.DOCUMENT_RENAME: _("renamed a document"),
    Verb.DOCUMENT_REMOVE: _("took a document out"),
    Verb.DOCUMENT_RESTORE: _("took a document back in"),
    Verb.VIEW: _("was shown another's message"),
    Verb.FILE: _("filed a message"),
    Verb.UNFILE: _("took a filing back"),
    Verb.SHARE: _("shared a message"),
    Verb.REVOKE: _("stopped sharing a message"),
    Verb.SEND: _("sent a message"),
    Verb.DELETE: _("removed messages for good"),
    Verb.UNDELETE: _("took a removal back"),
    Verb.ERASE: _("erased a message"),
}
# The parts before the dot that an administrator's page can be narrowed to: what is of mail and in cases is not theirs to read.
KINDS = {
    "session": _("Signing in"),
    "account": _("External accounts"),
    "person": _("People"),
    "case": _("Cases"),
    "rule": _("Rules"),
    "office": pgettext_lazy("register", "Settings of the office"),
    "audit": pgettext_lazy("register", "The register itself"),
}


@dataclass(frozen=True, slots=True)
class ShownLine:
    line: AuditLine
    what: str | Promise


def shown_lines(lines: list[AuditLine]) -> tuple[list[ShownLine], str]:
    """A page of them, of one more than it has; and where the next begins, "" where there is none. The numbers of entries stay here (P7)."""
    page = [
        ShownLine(line, WORDS.get(line.verb, line.verb)) for line in lines[:PAGE]
    ]  # a newer version's verb is shown as it is
    last = page[-1].line if len(lines) > PAGE else None
    return page, write_cursor((last.at, last.seq, 0)) if last else ""


def read_before(text: str) -> int | None:
    place = read_cursor(text)
    return place[1] if place else None


def as_file(lines: Iterable[str], name: str, content_type: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type=f"{content_type}; charset=utf-8")
    response.headers["Content-Disposition"] = disposition(name)
    return response


class _Echo:
    def write(self, line: str) -> str:
        return line


def as_csv(chain: Iterable[Entry | Link], columns: Iterable[str] = COLUMNS) -> Iterator[str]:
    """For a spreadsheet: none of its fields is anybody's text."""
    names = list(columns)
    table = csv.writer(_Echo())
    yield table.writerow(names)
    for entry in chain:
        fields: dict[str, Any] = told(entry)
        fields["ids"] = " ".join(fields.get("ids", []))
        yield table.writerow([fields.get(name) for name in names])
