"""By what somebody signs in, the first step and the second: carried through allauth's stages, for the register."""

from allauth.account.models import Login
from allauth.account.stages import LoginStage
from django.http import HttpResponse

from teczka.web.session.register import PASSWORD

BY = "by"  # in what a login tells its signals. Without it: by the password


class ByWhat(LoginStage):  # type: ignore[misc]  # allauth is not typed
    """The last: hands it on with the request, which is all that Django's signal tells of."""

    key = "by_what"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        self.request.came_by = _by(self.login)
        return None, True


def second(login: Login, what: str) -> None:
    """Which the second step was passed by, too."""
    login.signal_kwargs = {BY: [*_by(login), what]}


def _by(login: Login) -> list[str]:
    return list((login.signal_kwargs or {}).get(BY, [PASSWORD]))
