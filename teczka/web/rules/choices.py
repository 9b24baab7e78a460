"""What the editor offers: of each field what may be asked, and what a rule may do. `key` is what its form sends."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from teczka.core.conditions import FIELDS, Field, FileType, Kind, Op, Takes


@dataclass(frozen=True, slots=True)
class Choice:
    key: str
    op: Op
    label: str | Promise
    takes: Takes
    says: bool | None = None  # of Takes.YES, which of both


FIELD_NAMES: Mapping[Field, str | Promise] = {
    Field.SENDER: pgettext_lazy("a rule's field", "Sender"),
    Field.RECIPIENTS: pgettext_lazy("a rule's field", "Recipient"),
    Field.SUBJECT: pgettext_lazy("a rule's field", "Subject"),
    Field.TEXT: pgettext_lazy("a rule's field", "Text"),
    Field.WORDS: _("Subject or text"),
    Field.REFERENCE: pgettext_lazy("a rule's field", "Reference"),
    Field.PARTY: _("Party of a case"),
    Field.ATTACHMENT_NAME: _("Name of an attachment"),
    Field.ATTACHMENT_TYPE: _("Kind of an attachment"),
    Field.ACCOUNT: _("External account"),
    Field.FOLDER: _("Folder"),
    Field.LIST: _("Mailing list"),
    Field.SIZE: _("Size"),
    Field.DATE: _("Day it came"),
    Field.READ: pgettext_lazy("a rule's field", "Read"),
}


def _choice(key: str, of: Field, label: str | Promise, says: bool | None = None) -> Choice:
    op = Op.IS if says is not None else Op(key)
    return Choice(key, op, label, FIELDS[of][op], says)


_PEOPLE = (("is", _("is")), ("domain", _("is in the domain")))
_LANGUAGE = (("words", _("has, in any form")), ("exact", _("has exactly")))
_OFFERED: Mapping[Field, tuple[tuple[str, str | Promise], ...]] = {
    Field.SENDER: _PEOPLE,
    Field.RECIPIENTS: _PEOPLE,
    Field.SUBJECT: _LANGUAGE,
    Field.TEXT: _LANGUAGE,
    Field.WORDS: _LANGUAGE,
    Field.REFERENCE: (("is", _("is")), ("case", _("is one of the case")), ("any", _("is there, whichever"))),
    Field.PARTY: (("case", _("of the case")), ("any", _("of whichever case"))),
    Field.ATTACHMENT_NAME: (("words", _("has, in any form")),),
    Field.ATTACHMENT_TYPE: (("is", _("is")),),
    Field.ACCOUNT: (("is", _("is")),),
    Field.FOLDER: (("is", _("is")),),
    Field.SIZE: (("over", _("is over")), ("under", _("is under"))),
    Field.DATE: (("since", _("is this day or later")), ("before", _("is before"))),
}
CHOICES: Mapping[Field, tuple[Choice, ...]] = {
    **{field: tuple(_choice(key, field, label) for key, label in offered) for field, offered in _OFFERED.items()},
    Field.LIST: (
        _choice("yes", Field.LIST, _("it comes from one"), True),
        _choice("no", Field.LIST, _("it comes from none"), False),
    ),
    Field.READ: (
        _choice("yes", Field.READ, pgettext_lazy("a rule's field", "yes"), True),
        _choice("no", Field.READ, pgettext_lazy("a rule's field", "no"), False),
    ),
}
KINDS: Mapping[Kind, str | Promise] = {
    Kind.ALL: _("all of these are so"),
    Kind.ANY: _("any of these is so"),
    Kind.NONE: _("none of these is so"),
}
TYPES: Mapping[FileType, str | Promise] = {
    FileType.ANY: _("whichever"),
    FileType.PDF: _("PDF"),
    FileType.DOCUMENT: _("text document"),
    FileType.SHEET: _("spreadsheet"),
    FileType.IMAGE: _("image"),
    FileType.ARCHIVE: _("archive (ZIP, 7z…)"),
    FileType.LETTER: _("e-mail message"),
    FileType.SIGNED: _("electronic signature"),
}


class Do(StrEnum):
    """A line of the form; two such lines may be one consequence with other values."""

    FILE_FOUND = "file_found"
    FILE = "file"
    SHARE_FOUND = "share_found"
    SHARE_TEAM = "share_team"
    SHARE = "share"
    TASK = "task"
    STAR = "star"
    MARK_READ = "mark_read"
    LABEL = "label"
    MOVE = "move"
    NOTIFY = "notify"
    STOP = "stop"


DOINGS: Mapping[Do, str | Promise] = {
    Do.FILE_FOUND: _("file it to the case whose reference is found"),
    Do.FILE: _("file it to a case"),
    Do.SHARE_FOUND: _("share it with the team of the case whose reference is found"),
    Do.SHARE_TEAM: _("share it with the team of a case"),
    Do.SHARE: _("share it with people"),
    Do.TASK: _("make a task of it"),
    Do.STAR: _("star it"),
    Do.MARK_READ: _("mark it as read"),
    Do.LABEL: _("label it"),
    Do.MOVE: _("move it to a folder"),
    Do.NOTIFY: _("tell me"),
    Do.STOP: _("apply no later rule"),
}


def choice_of(field: str, key: str) -> Choice:
    """The first that the field offers where it does not know the key: the field has just been changed."""
    offered = CHOICES[Field(field)]
    return next((one for one in offered if one.key == key), offered[0])
