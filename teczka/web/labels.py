"""Labels as people read them, and as they type them."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from teczka.core.labels import STANDARD, keyword_of, name_of

# As Thunderbird calls its own.
NAMES: Mapping[str, str | Promise] = dict(
    zip(
        STANDARD,
        (
            pgettext_lazy("a label", "Important"),
            pgettext_lazy("a label", "Work"),
            pgettext_lazy("a label", "Personal"),
            pgettext_lazy("a label", "To do"),
            pgettext_lazy("a label", "Later"),
        ),
        strict=True,
    )
)


def shown(keyword: str) -> str:
    return str(NAMES.get(keyword) or name_of(keyword))


def offered(known: Iterable[str]) -> list[tuple[str, str]]:
    """Keywords and names, by name: those that are known, and Thunderbird's."""
    every = [(keyword, shown(keyword)) for keyword in {*known, *STANDARD}]
    return sorted(every, key=lambda one: (one[1].casefold(), one[0]))


def meant(typed: str, known: Iterable[str]) -> str:
    """The keyword of what somebody typed: of a label that is there, whatever its capitals, or of a new one. "" where it can be none."""
    name = " ".join(typed.split()).casefold()
    there = (keyword for keyword, its in offered(known) if its.casefold() == name)
    return next(there, "") or keyword_of(typed)
