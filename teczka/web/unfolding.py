"""Pages that unfold while something slow is under way: each step is seen as it comes, without any script.

The page is made with two marks in it. What stands before the first is sent at once, then each step, then the outcome, then the rest.
"""

import logging
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe

from teczka.core.errors import AlreadyThere, NotAllowed, Problem, Trouble

Step = TypeVar("Step")
Result = TypeVar("Result")

STEPS, OUTCOME = "<!--steps-->", "<!--outcome-->"

log = logging.getLogger(__name__)


def unfold(
    request: HttpRequest, template: str, context: Mapping[str, object], work: Generator[str, None, str]
) -> StreamingHttpResponse:
    """`template` shows {{ steps }} and, later, {{ outcome }}: HTML that `work` yields, and what it returns."""
    marks = {"steps": mark_safe(STEPS), "outcome": mark_safe(OUTCOME)}  # noqa: S308  constants
    page = render_to_string(template, {**context, **marks}, request)
    before, _, rest = page.partition(STEPS)
    between, _, after = rest.partition(OUTCOME)
    language, zone = translation.get_language() or "pl", timezone.get_current_timezone()

    def pieces() -> Iterator[str]:
        # The middleware that set them has gone by the time the page is sent.
        with translation.override(language), timezone.override(zone):
            yield before
            outcome = yield from work
            yield between + outcome + after

    response = StreamingHttpResponse(pieces())
    response.headers["X-Accel-Buffering"] = "no"  # nginx would gather the page
    return response


def telling(
    do: Callable[[Callable[[Step], None]], Result], show: Callable[[Step], SafeString]
) -> Generator[str, None, Result]:
    """Yields what `do` tells, shown, while it works in a thread of its own; returns what it returns. Raises Problem, and what else
    `do` raises on purpose; a fault of ours is logged, and told as Problem(INTERNAL), since the page is half sent."""
    told: SimpleQueue[Step | None] = SimpleQueue()

    def work() -> Result:
        try:
            return do(told.put)
        except (Problem, NotAllowed, AlreadyThere):
            raise
        except Exception as fault:
            log.exception("a page that was half sent")
            raise Problem(Trouble.INTERNAL) from fault
        finally:
            connection.close()  # this thread's own
            told.put(None)

    with ThreadPoolExecutor(1, thread_name_prefix="telling") as pool:
        working = pool.submit(work)
        for step in iter(told.get, None):
            yield show(step)
        return working.result()
