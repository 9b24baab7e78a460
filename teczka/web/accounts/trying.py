"""A connection is tried while the page shows each rung of the ladder. Then it is saved, or the form says which step failed."""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from teczka.core.accounts import Auth, NewAccount
from teczka.core.comparison import Row
from teczka.core.diagnoses import diagnosis
from teczka.core.errors import AlreadyThere, NotAllowed, Problem, Trouble
from teczka.core.ladder import Rung
from teczka.store.models import Account
from teczka.web.accounts.ladder import remedy, rung_line
from teczka.web.problems import Told, tell
from teczka.web.requests import Request
from teczka.web.unfolding import telling, unfold

Climb = Callable[[Callable[[Rung], None]], Account]  # tells of each rung; raises Problem or AlreadyThere


@dataclass(frozen=True, slots=True)
class Trial:
    new: NewAccount  # what is tried
    title: str  # of the page
    climb: Climb
    done: Callable[[Account, list[Rung]], SafeString]  # what the page ends with
    again: Callable[[dict[str, Any]], SafeString]  # the form once more, with what failed
    rows: tuple[Row, ...] = ()  # what was entered, beside what is published


def try_out(request: Request, trial: Trial) -> StreamingHttpResponse:
    rungs: list[Rung] = []

    def show(rung: Rung) -> SafeString:
        rungs.append(rung)
        return rung_line(rung)

    def work() -> Generator[str, None, str]:
        try:
            account = yield from telling(trial.climb, show)
        except Problem as problem:
            return trial.again(refusal(problem, trial.new, rungs, trial.rows, unsaved=True))
        except NotAllowed:  # deleted in another window meanwhile
            return trial.again(refusal(Problem(Trouble.ACCOUNT_RESTS), trial.new, rungs))
        except AlreadyThere:
            said = (
                gettext("You have this account already."),
                gettext("It stands in the list of your external accounts."),
            )
            return trial.again({"told": Told(*said, "")})
        return trial.done(account, rungs)

    lead = gettext("Connecting to the mailbox %(address)s") % {"address": trial.new.address}
    return unfold(request, "accounts/work.html", {"title": trial.title, "lead": lead}, work())


def refusal(
    problem: Problem, new: NewAccount, rungs: list[Rung], rows: Iterable[Row] = (), *, unsaved: bool = False
) -> dict[str, Any]:
    """For a template: what failed, the one button, and what an administrator may be sent. `unsaved` as in `tell`."""
    kind = next((rung.server.value for rung in rungs if rung.problem), new.protocol.value)
    return {
        "told": tell(problem.trouble, problem.params, problem.detail, unsaved=unsaved),
        "step": problem.trouble.step,
        "remedy": remedy(problem, kind, by_password=new.auth is Auth.PASSWORD),
        "rungs": rungs,
        "diagnosis": report(new, rungs, rows),
    }


def report(new: NewAccount, rungs: list[Rung], rows: Iterable[Row] = ()) -> dict[str, str]:
    return {"address": new.address, "report": diagnosis(new, rungs, rows, gettext)}
