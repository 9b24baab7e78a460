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


def tell(trouble: Trouble, params: dict[str, Any], detail: str = "", *, unsaved: bool = False) -> Told:
    """`unsaved`: it kept an account from being added or changed."""
    what, advice = (fill(gettext(text), params) for text in sentences(trouble, unsaved=unsaved))
    return Told(what, advice, detail)
