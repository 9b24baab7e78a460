"""What went wrong with a backup, with restoring one, or with data of a newer Teczka, in words (core/problems.py)."""

from teczka.core.errors import Trouble
from teczka.core.msgids import gettext_noop as _

_NEWER = _("Install that version of Teczka, or a later one, and try again.")

OF_BACKUP: dict[Trouble, tuple[str, str]] = {
    Trouble.BACKUP_OWNER: (
        _("A backup needs the database as the role that owns it."),
        _("Set TECZKA_DATABASE_OWNER_URL where the backup is made or restored."),
    ),
    Trouble.BACKUP_SECRET: (
        _("A backup is always encrypted, and no passphrase or key file was given."),
        _("Set TECZKA_BACKUP_PASSPHRASE or TECZKA_BACKUP_KEY_FILE, or give one to the command."),
    ),
    Trouble.BACKUP_SHORT: (
        _("The passphrase or the key file is too short."),
        _("A passphrase has %(characters)s characters at least, a key file %(bytes)s bytes of chance."),
    ),
    Trouble.BACKUP_OTHER_SECRET: (
        _("Another passphrase or key file opens the backups in %(target)s."),
        _("Give what they were made with: without it nobody can open them."),
    ),
    Trouble.BACKUP_FOREIGN: (
        _("The backups in %(target)s are of another installation."),
        _("Choose a place of its own for this one."),
    ),
    Trouble.BACKUP_NEWER: (_("The backup in %(target)s was made by a newer Teczka (%(version)s)."), _NEWER),
    Trouble.BACKUP_NONE: (
        _("There is no backup in %(target)s: %(why)s."),
        _("Name the folder, the file or the bucket that the backup was written to."),
    ),
    Trouble.BACKUP_DAMAGED: (
        _("The backup in %(target)s is damaged: %(what)s."),
        _("Take an older backup, or one from another place. “teczka backup --check” names all that is damaged."),
    ),
    Trouble.BACKUP_PLACE: (
        _("%(target)s cannot be read or written just now."),
        _("Look whether it can be reached, whether its rights are right, and whether there is room."),
    ),
    Trouble.BACKUP_BUSY: (_("Another backup is being made."), _("Wait for its end.")),
    Trouble.BACKUP_WAITS: (
        _("This Teczka was restored, and its accounts wait for their keeper's word before they connect."),
        _("It is backed up again once they may: “teczka restore --connect”, or an administrator's button."),
    ),
    Trouble.DATA_NEWER: (
        _("The data was made by a newer Teczka. It knows of %(unknown)s, which this one does not."),
        _NEWER,
    ),
    Trouble.RESTORE_FILLED: (
        _("%(place)s is not empty, and a backup is restored only where nothing lies."),
        _("Choose another data folder, database or bucket."),
    ),
    Trouble.RESTORE_OTHER: (
        _("Into %(place)s another backup (%(id)s) was being restored, and that did not come to its end."),
        _("Restore that one to its end, or begin in an empty folder."),
    ),
}
