"""What kept mail from coming though its server let us in, in words (core/problems.py)."""

from teczka.core.errors import Trouble
from teczka.core.msgids import gettext_noop as _

_STILL_THERE = _(
    "Nothing of them is shown here, as it would not be the whole. They lie on the server, where a browser may open them. Teczka asks for"
    " them again by itself; if it stays so, tell your provider."
)

OF_FETCHING: dict[Trouble, tuple[str, str]] = {
    Trouble.FOLDER_LONG: (
        _("The name of the folder “%(folder)s” is longer than Teczka can keep, so its mail is not fetched."),
        _("Give it a shorter name on the server."),
    ),
    Trouble.UNFETCHED_CUT: (
        _("“%(host)s” breaks off in the middle of messages in the folder “%(folder)s”. Not fetched: %(count)s."),
        _STILL_THERE,
    ),
    Trouble.UNFETCHED_WITHHELD: (
        _(
            "“%(host)s” does not hand over messages in the folder “%(folder)s” so that they can be read. Not fetched: %(count)s."
        ),
        _STILL_THERE,
    ),
    Trouble.UNFETCHED_LARGE: (
        _(
            "“%(host)s” announces messages in the folder “%(folder)s” that are larger than Teczka takes. Not fetched: %(count)s."
        ),
        _STILL_THERE,
    ),
    Trouble.INTERNAL_FETCHING: (
        _("Fetching mail from “%(host)s” failed inside Teczka."),
        _("Nothing is lost. We keep trying by ourselves. Tell whoever keeps this Teczka running: its log says more."),
    ),
}
