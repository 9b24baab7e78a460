"""The operators of a search, as the box offers them and help lists them."""

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from teczka.core import search_words as known
from teczka.core.search_tree import Name, Where
from teczka.core.search_words import written


@dataclass(frozen=True, slots=True)
class Offer:
    put: str
    label: str
    detail: str
    whole: bool = False  # in the place of all that is written


def operators() -> list[Offer]:
    """Those worth telling of, in the reader's language."""
    language = get_language() or "pl"
    told = [
        (known.WHERE[Where.FROM], _("who it is from")),
        (known.WHERE[Where.TO], _("who it went to, copies too")),
        (known.WHERE[Where.SUBJECT], _("in the subject alone")),
        (known.WHERE[Where.FILE], _("an attachment's name")),
        (known.HAS, _("with attachments")),
        (known.IS, _("unread, starred, private, shared, unfiled…")),
        (known.IN, _("inbox, sent, archive, bin…")),
        (known.NAMED[Name.CASE], _("filed to this case")),
        (known.NAMED[Name.LABEL], _("with this label")),
        (known.NAMED[Name.FOLDER], _("in this folder")),
        (known.NAMED[Name.ACCOUNT], _("of this account")),
        (known.SINCE, _("on this day or later")),
        (known.BEFORE, _("before this day")),
        (known.NEWER, _("of the last days, weeks, months")),
        (known.LARGER, _("at least of this size")),
    ]
    return [Offer(f"{written(names, language)}:", f"{written(names, language)}:", what) for names, what in told]
