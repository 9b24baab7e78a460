"""Why something of a query was not taken as it may have been meant, in words."""

from collections.abc import Iterable

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from teczka.core import search_words as known
from teczka.core.search_tree import Hint
from teczka.core.search_words import written

# The same where there is one that the viewer may not see.
_NOTHING = {
    Hint.FOLDER: gettext_lazy("You have no folder “%(name)s”."),
    Hint.ACCOUNT: gettext_lazy("You have no account “%(name)s”."),
    Hint.CASE: gettext_lazy("No case “%(name)s” was found."),
    Hint.LABEL: gettext_lazy("You have no label “%(name)s”."),
}


def in_words(hints: Iterable[tuple[Hint, str]]) -> list[str]:
    return [_said(hint, about) for hint, about in hints]


def _said(hint: Hint, about: str) -> str:
    if hint is Hint.UNKNOWN:
        return _("There is no operator “%(name)s:”; it was searched for as words.") % {"name": about}
    if hint is Hint.VALUE:
        return _("“%(operator)s” tells nothing to search by; it was searched for as words.") % {"operator": about}
    if hint in _NOTHING:
        return str(_NOTHING[hint]) % {"name": about}
    if hint is Hint.SLOW:
        return _("This search took too long and was ended. Add a word, a sender or a date to it.")
    if hint is Hint.SIGNS:
        return _("“%(signs)s” cannot be searched for, only words and numbers can.") % {"signs": about}
    if hint is Hint.STATE:
        operator = f"{written(known.IS, get_language() or 'pl')}:{about}"
        words = _("“%(word)s” was searched for as a word. For messages that are so, write “%(operator)s”.")
        return words % {"word": about, "operator": operator}
    if hint is Hint.NOT:
        return _("“%(word)s” was searched for as a word. To leave a word out, put a minus before it.") % {"word": about}
    if hint is Hint.BEGUN:
        return _("Nothing fits this as it is written: “%(word)s” was taken for the beginning of a word.") % {
            "word": about
        }
    return _("The search is too long; its end was left out.")
