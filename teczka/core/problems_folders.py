"""What a server did not do in a folder, in words (core/problems.py)."""

from teczka.core.errors import Trouble
from teczka.core.msgids import gettext_noop as _

OF_FOLDERS: dict[Trouble, tuple[str, str]] = {
    Trouble.FOLDER_REFUSED: (
        _("The server did not open the folder “%(folder)s”."),
        _(
            "Your other folders are fetched as usual. We try this one again each time; if it stays so, tell your provider."
        ),
    ),
    Trouble.FOLDER_DENIED: (
        _("The server did not do that in the folder “%(folder)s”."),
        _("Everything here is as it was before. What it said may tell why; your provider's own pages may let you."),
    ),
    Trouble.FOLDER_READ_ONLY: (
        _("The server lets nothing be changed in the folder “%(folder)s”."),
        _("Everything here is as it was before. Whoever owns the folder can allow it."),
    ),
    Trouble.FOLDER_QUOTA: (
        _("The mailbox on the server is full."),
        _("Remove what you do not need there, its bin among it, or buy more room, and do it again."),
    ),
    Trouble.FOLDER_TOO_LARGE: (
        _("The message is larger than the server takes into the folder “%(folder)s”."),
        _("It is kept here as it is."),
    ),
    Trouble.FOLDER_EXISTS: (
        _("There is a folder “%(folder)s” on the server already."),
        _("Choose another name."),
    ),
    Trouble.FOLDER_NOT_EMPTY: (
        _("The folder “%(folder)s” is not empty on the server, so it was not removed."),
        _("Move what lies in it elsewhere, and remove it then."),
    ),
    Trouble.FOLDER_CHANGED: (
        _("Another message lies on the server where this one did, in the folder “%(folder)s”. Nothing was touched."),
        _("It is fetched anew; then do it again."),
    ),
    Trouble.FOLDER_NAME: (
        _("“%(folder)s” cannot be the name of a folder."),
        _("Use letters, digits and spaces, a hundred signs at most."),
    ),
    Trouble.FOLDER_NEEDED: (
        _("The folder “%(folder)s” serves a purpose, so it is neither renamed nor removed."),
        _("Say in its menu that it is an ordinary folder first."),
    ),
    Trouble.FOLDER_PARENT: (
        _("There are folders in “%(folder)s”."),
        _("Remove them first, one by one."),
    ),
    Trouble.FOLDER_GONE: (
        _("The folder “%(folder)s” is on the server no longer: somebody removed it there, or gave it another name."),
        _("Everything here is as it was before. To move or copy a message, choose a folder that is there."),
    ),
    Trouble.FOLDER_VANISHED: (
        _("The message lies in the folder “%(folder)s” on the server no longer: somebody moved or removed it there."),
        _("It is kept here as it is. If it lies in another folder there, you see it there as well."),
    ),
}
