"""Why a message may belong to a case, or was filed to it, in words."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from teczka.core.filing import How
from teczka.core.mail import dated
from teczka.core.suggestions import Reason
from teczka.web.templatetags.pages import when

SENTENCES: dict[Reason, str | Promise] = {
    Reason.SUBJECT: _("%(reference)s in the subject"),
    Reason.TEXT: _("%(reference)s in the text"),
    Reason.FILE: _("%(reference)s in a file's name"),
    Reason.THREAD: _("belongs to a filed conversation"),
    Reason.PARTY: _("%(name)s takes part in the case"),
    Reason.SENDER: ngettext_lazy(
        "you filed %(count)s conversation from %(key)s there",
        "you filed %(count)s conversations from %(key)s there",
        "count",
    ),
    Reason.DOMAIN: ngettext_lazy(
        "you filed %(count)s conversation from @%(key)s there",
        "you filed %(count)s conversations from @%(key)s there",
        "count",
    ),
    Reason.HEADER: _("by itself: a letter written in this case, or an answer to it"),
}
BEFORE = _("mail of this sender was filed there before")  # all that others may know of whoever filed it
ANSWERS = _("belongs to a conversation with %(who)s of %(day)s")
ANSWERS_UNDATED = _("belongs to a conversation with %(who)s")


def reason_in_words(reason: str, params: Mapping[str, str | int]) -> str:
    """ "" for what nothing was suggested for."""
    if reason not in set(Reason):
        return ""
    if reason == Reason.THREAD and params.get("who") and params.get("at"):
        at = dated(datetime.fromisoformat(str(params["at"])))
        return str(ANSWERS if at else ANSWERS_UNDATED) % {"who": params["who"], "day": when(at)}
    if reason in (Reason.SENDER, Reason.DOMAIN) and "count" not in params:
        return str(BEFORE)
    return str(SENTENCES[Reason(reason)] % dict(params))


def how_in_words(how: str) -> str:
    """Of what nobody's hand filed."""
    return {How.REPLY: gettext("by itself: an answer"), How.RULE: gettext("by a rule")}.get(How(how), "")
