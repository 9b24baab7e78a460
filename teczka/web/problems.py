"""What went wrong, in the reader's language (core/problems.py has the sentences)."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from teczka.core.errors import Trouble
from teczka.core.problems import fill, sentences


@dataclass(frozen=True, slots=True)
class Told:
    what: str
    advice: str
    detail: str  # the server's own words, to be shown as a quotation


def tell(
    trouble: Trouble,
    params: dict[str, Any],
    detail: str = "",
    *,
    unsaved: bool = False,
    signing_in: bool = False,
    trying: bool = False,
) -> Told:
    """`unsaved`: it kept an account from being added or changed. `signing_in`: somebody from signing in to Teczka. `trying`: an
    administrator's try of the registration from coming to its end."""
    told = sentences(trouble, unsaved=unsaved, signing_in=signing_in, trying=trying)
    what, advice = (fill(gettext(text), params) for text in told)
    return Told(what, advice, detail)
