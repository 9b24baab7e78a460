"""What cases and their parties are called."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from teczka.core.cases import CaseState, Side

STATES = {
    CaseState.OPEN: pgettext_lazy("a case", "open"),
    CaseState.SUSPENDED: pgettext_lazy("a case", "suspended"),
    CaseState.CLOSED: pgettext_lazy("a case", "closed"),
}
SIDES = {
    Side.OURS: _("our side"),
    Side.OPPOSING: _("the other side"),
    Side.COURT: _("court"),
    Side.BAILIFF: _("bailiff"),
    Side.EXPERT: _("expert"),
    Side.WITNESS: _("witness"),
    Side.OTHER: pgettext_lazy("a side", "other"),
}
