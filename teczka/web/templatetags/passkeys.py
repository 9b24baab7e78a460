"""What pages that are not ours alone tell of passkeys: the one at the door is allauth's."""

from typing import Any

from django import template

from teczka.core.passkeys import MOST, Place
from teczka.store.queries.passkeys import PasskeyLine
from teczka.store.queries.passkeys import passkeys as passkeys_of
from teczka.web.session.challenges import here
from teczka.web.session.passkey_door import WRONG

register = template.Library()


@register.simple_tag(takes_context=True)
def passkey_place(context: Any) -> Place:
    return here(context["request"])


@register.simple_tag(takes_context=True)
def passkey_wrong(context: Any) -> str:
    """Why the last one let nobody in, told once."""
    return str(context["request"].session.pop(WRONG, ""))


@register.simple_tag(takes_context=True)
def own_passkeys(context: Any) -> list[PasskeyLine]:
    return passkeys_of(context["request"].user)


@register.filter
def has_room(had: list[PasskeyLine]) -> bool:
    return len(had) < MOST
