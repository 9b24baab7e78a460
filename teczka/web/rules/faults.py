"""Why something is no rule yet, in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from teczka.core.conditions import Fault

FAULTS: Mapping[Fault, str | Promise] = {
    Fault.SHAPE: _("This is no rule."),
    Fault.NAME: _("Give the rule a name, of 200 signs at most."),
    Fault.EMPTY: _("There is no condition here: it would mean all of your mail."),
    Fault.DEEP: _("Groups lie four deep at most."),
    Fault.MANY: _("These are too many."),
    Fault.NO_VALUE: _("Something is missing here."),
    Fault.LONG: _("This is too long."),
    Fault.ADDRESS: _("This is no e-mail address."),
    Fault.DOMAIN: _("This is no domain. Type it as sad.gov.pl."),
    Fault.NO_WORD: _("There is no word in it."),
    Fault.NUMBER: _("Type a number."),
    Fault.DATE: _("This is no day."),
    Fault.REFERENCE: _("This is no reference that we know. Type it as I C 12/24."),
    Fault.NOTHING: _("The rule does nothing yet."),
    Fault.NOBODY: _("Choose with whom."),
    Fault.TWICE: _("The same stands there twice."),
    Fault.AFTER_STOP: _("What ends the rules must stand last."),
}
