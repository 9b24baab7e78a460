"""The policy of the pages where a letter is written."""

from collections.abc import Callable
from typing import Any, ParamSpec, cast

from csp.decorators import csp_replace
from django.http import HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin

P = ParamSpec("P")
View = Callable[P, HttpResponse]
LOOKS = {"style-src": ["'self'", "'unsafe-inline'"], "img-src": ["'self'", "data:"]}


def with_its_looks(view: View[P]) -> View[P]:
    """Letters bring their looks with them: styles stand in what is written and quoted. Scripts are what they are everywhere: our own files
    alone."""
    replaced: Any = csp_replace(LOOKS)
    return cast("View[P]", replaced(view))


def in_its_own_document(view: View[P]) -> View[P]:
    """The same, and the mail's page may frame it."""
    replaced: Any = csp_replace({**LOOKS, "frame-ancestors": ["'self'"]})
    return cast("View[P]", replaced(xframe_options_sameorigin(view)))
