"""Where the link to help leads: to what helps on the page that it stands on."""

from typing import Any

from django import template

from teczka.web.help import topic_about

register = template.Library()


@register.simple_tag(takes_context=True)
def help_topic(context: dict[str, Any]) -> str:
    return topic_about(getattr(context["request"].resolver_match, "url_name", None) or "")
