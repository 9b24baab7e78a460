"""Requests that a test stands between: each waits until it is let go."""

import re
from collections.abc import Callable
from functools import partial

from playwright.sync_api import Page, Route

from tests.browser.conftest import intercept


def read_through(page: Page) -> None:
    """What was answered before is read before this is."""
    page.evaluate("() => fetch(location.href).then((answer) => answer.text())")


class Held:
    """From now on; or the first ones, where told how many. In the order in which they were made."""

    def __init__(self, page: Page, url: str | re.Pattern[str], times: int | None = None) -> None:
        self._page = page
        self._url = url
        self._routes: list[Route] = []
        intercept(page, url, self._keep, times)

    def _keep(self, route: Route) -> None:
        self._routes.append(route)

    def _tell(self, number: int) -> None:
        self._routes[number].continue_()

    def asked(self, count: int = 1) -> list[Route]:
        """Once there are so many: Playwright tells of a request before it hands it over."""
        while len(self._routes) < count:
            self._page.wait_for_timeout(10)  # Playwright's own turn
        return list(self._routes)

    def let_go(self, number: int = 0) -> None:
        """This one, as soon as it is there."""
        self.asked(number + 1)
        self._tell(number)

    def read(self) -> None:
        """The first one, let go, and what it is answered read by the page."""
        with self._page.expect_response(self._url):
            self.let_go()
        read_through(self._page)


class Late(Held):
    """As the server answers when it is asked, and told when it is let go: old by then, and as `alter` makes it."""

    def __init__(
        self, page: Page, url: str | re.Pattern[str], times: int | None = None, alter: Callable[[str], str] = str
    ) -> None:
        self._alter = alter
        self._answers: list[Callable[[], None]] = []
        super().__init__(page, url, times)

    def _keep(self, route: Route) -> None:
        answer = route.fetch()
        self._answers.append(partial(route.fulfill, response=answer, body=self._alter(answer.text())))
        super()._keep(route)

    def _tell(self, number: int) -> None:
        self._answers[number]()
