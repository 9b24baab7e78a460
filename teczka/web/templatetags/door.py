"""Signing in with Microsoft or Google, as it stands at the door and on the page of security."""

from typing import Any

from django import template

from teczka.actions.provider_identities import ways_in
from teczka.core.errors import Trouble
from teczka.core.oauth import PROVIDERS
from teczka.store.queries.oauth import registrations
from teczka.store.queries.provider_identities import connected
from teczka.web.problems import Told, tell
from teczka.web.session.door import office_here
from teczka.web.session.noted import untold as untold_of
from teczka.web.session.provider_identities import REFUSED

register = template.Library()


@register.inclusion_tag("session/provider_buttons.html", takes_context=True)
def provider_buttons(context: dict[str, Any]) -> dict[str, Any]:
    office = office_here(context["request"])
    ways = ways_in(office.pk) if office else []
    return {"providers": [PROVIDERS[auth] for auth in ways], "onward": context.get("redirect_field_value")}


@register.simple_tag(takes_context=True)
def provider_refusal(context: dict[str, Any]) -> Told | None:
    """Why somebody who has just been there was not signed in: once."""
    session = context["request"].session
    if REFUSED not in session:
        return None
    trouble, params = session.pop(REFUSED)
    return tell(Trouble(trouble), params, signing_in=True)


@register.simple_tag(takes_context=True)
def untold(context: dict[str, Any]) -> list[str]:
    """What its viewer is still to be told of how they sign in."""
    request = context["request"]
    return untold_of(request, request.user)


@register.inclusion_tag("session/provider_identities.html", takes_context=True)
def provider_identities(context: dict[str, Any]) -> dict[str, Any]:
    viewer = context["request"].user
    mine, ours = connected(viewer), registrations(viewer)
    ways = [
        {"provider": provider, "mine": mine.get(auth), "ours": auth in ours}
        for auth, provider in PROVIDERS.items()
        if auth in mine or (auth in ours and viewer.has_usable_password())
    ]
    return {"ways": ways}
