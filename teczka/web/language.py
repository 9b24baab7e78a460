"""In which language and time zone a page speaks."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from teczka.core.people import FIRST_ZONE
from teczka.store.models import User


class ViewerLanguage:
    """The signed-in person's language and office's time zone; before that the browser's language, Polish first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if isinstance(request.user, User):
            language, zone = request.user.language, request.user.office.timezone
        else:
            language, zone = translation.get_language_from_request(request), FIRST_ZONE
        request.LANGUAGE_CODE = language
        with translation.override(language), timezone.override(zone):
            response = self._get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
