"""The policy of the pages where a letter is written."""

from collections.abc import Callable
from typing import Any, ParamSpec, cast

from csp.decorators import csp_replace
from django.http import HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin

P = ParamSpec("P")
POLICY = {"style-src": ["'self'", "'unsafe-inline'"], "frame-ancestors": ["'self'"]}


def in_its_own_document(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """The mail's page may frame it, and letters bring their looks with them: styles stand in what is written and quoted. Scripts are
    what they are everywhere: our own files alone."""
    replaced: Any = csp_replace(POLICY)
    return cast("Callable[P, HttpResponse]", replaced(xframe_options_sameorigin(view)))
