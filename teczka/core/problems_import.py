"""What kept mail from coming out of a file, in words (core/problems.py)."""

from teczka.core.errors import Trouble
from teczka.core.msgids import gettext_noop as _

_REST = _("Everything else of the file was brought in.")

# What to do instead where nothing came of the whole file: whoever reads of a rest may throw the original away.
NOTHING_CAME: dict[Trouble, str] = {
    Trouble.IMPORT_BROKEN: _("Nothing came of this file. Copy it once more from the original."),
    Trouble.IMPORT_KIND: _("Nothing came of this file."),
}

OF_IMPORT: dict[Trouble, tuple[str, str]] = {
    Trouble.IMPORT_UNKNOWN: (
        _("This is neither a message nor a file of messages."),
        _("Teczka reads .eml, .mbox, Maildir, Outlook's .msg, and ZIP files of them."),
    ),
    Trouble.IMPORT_EMPTY: (_("There is nothing in it."), _("Look whether the file was copied whole.")),
    Trouble.IMPORT_DELETED: (
        _("It was deleted in the program it comes from, and only not cleared away there."),
        _("Take it back there and export it again if you want it."),
    ),
    Trouble.IMPORT_BROKEN: (_("It is damaged or cut off."), _REST),
    Trouble.IMPORT_PASSWORD: (
        _("It is locked with a password."),
        _("Unpack it yourself and bring in what lies in it."),
    ),
    Trouble.IMPORT_BOMB: (
        _("It unpacks to more than %(megabytes)s MB, which mail does not."),
        _("Unpack it yourself and bring in what lies in it."),
    ),
    Trouble.IMPORT_DEEP: (
        _("It is an archive in an archive in an archive."),
        _("Unpack it yourself and bring in what lies in it."),
    ),
    Trouble.IMPORT_KIND: (_("It is Outlook's, but no message: an appointment, a contact or a task."), _REST),
    Trouble.IMPORT_PST: (
        _("This is a whole data file of Outlook (PST), which Teczka cannot read."),
        _(
            "Choose the messages in Outlook and drag them into a folder: they become .msg files, which can be brought in."
        ),
    ),
    Trouble.IMPORT_LOST: (_("The file is not there any longer."), _("Choose it again.")),
    Trouble.IMPORT_FOLDER: (
        _("“%(folder)s” cannot be the name of a folder."),
        _("Choose a shorter one of letters, digits and blanks; “/” makes a folder in a folder."),
    ),
}
