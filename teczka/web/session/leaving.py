"""Signing out: the next person at the machine finds nothing in the browser."""

from typing import cast

from allauth.account.views import logout
from django.http import HttpRequest, HttpResponse

from teczka.web.session.private import before_second_factor


@before_second_factor
def sign_out(request: HttpRequest) -> HttpResponse:
    """The page's script has handed over what letters still had there: frontend/src/leaving.ts. This is for what another window leaves
    meanwhile, and for copies of comments; browsers do it over HTTPS alone. Cookies stay: one says the language."""
    answer = cast("HttpResponse", logout(request))
    if request.method == "POST":
        answer["Clear-Site-Data"] = '"storage"'
    return answer
