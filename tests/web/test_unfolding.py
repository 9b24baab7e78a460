"""Pages that are sent while something slow is under way."""

from collections.abc import Callable, Iterator
from threading import Event

import pytest
from django.http import StreamingHttpResponse
from django.test import RequestFactory
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from teczka.core.errors import Problem, Trouble
from teczka.web.unfolding import telling, unfold

# Of any page that shows steps and an outcome; this one has little else.
PAGE = "tests/unfolding.html"


@pytest.fixture(autouse=True)
def page(settings: object) -> None:
    loaders = [("django.template.loaders.locmem.Loader", {PAGE: "<p>{{ steps }}</p><div>{{ outcome }}</div>."})]
    engine = dict(settings.TEMPLATES[0])  # type: ignore[attr-defined]
    engine |= {"APP_DIRS": False, "OPTIONS": {**engine["OPTIONS"], "loaders": loaders}}
    settings.TEMPLATES = [engine]  # type: ignore[attr-defined]


def sent(response: StreamingHttpResponse) -> Iterator[str]:
    for piece in response.streaming_content:  # type: ignore[union-attr]
        assert isinstance(piece, bytes)
        yield piece.decode()


def as_it_is(step: str) -> SafeString:
    return SafeString(step)


def test_each_step_is_sent_before_the_next_is_done() -> None:
    go_on = Event()

    def work(tell: Callable[[str], None]) -> str:
        tell("one")
        assert go_on.wait(10)  # the test has read the first step by then
        tell("two")
        return "done"

    pieces = sent(unfold(RequestFactory().get("/"), PAGE, {}, telling(work, as_it_is)))
    assert [next(pieces), next(pieces)] == ["<p>", "one"]
    go_on.set()
    assert "".join(pieces) == "two</p><div>done</div>."


def test_it_speaks_the_language_of_its_beginning_to_the_end() -> None:
    def work() -> Iterator[str]:
        yield gettext("Next")
        return gettext("Save")

    with translation.override("pl"):
        response = unfold(RequestFactory().get("/"), PAGE, {}, work())  # type: ignore[arg-type]
    with translation.override("en"):
        assert "".join(sent(response)) == "<p>Dalej</p><div>Zapisz</div>."


def test_a_fault_of_ours_becomes_a_problem_that_can_be_told(caplog: pytest.LogCaptureFixture) -> None:
    def work(_tell: Callable[[str], None]) -> str:
        raise ZeroDivisionError

    with pytest.raises(Problem) as told:
        list(telling(work, as_it_is))
    assert told.value.trouble is Trouble.INTERNAL
    assert "ZeroDivisionError" in caplog.text


def test_no_proxy_may_hold_it_back() -> None:
    def work() -> Iterator[str]:
        yield from ()
        return ""

    assert unfold(RequestFactory().get("/"), PAGE, {}, work()).headers["X-Accel-Buffering"] == "no"  # type: ignore[arg-type]
