"""Mail in: one pass over an account by the worker that holds its lease."""

import asyncio
import logging
import threading

from django.utils import timezone

from teczka.actions.asking import check_at_work
from teczka.actions.manners import allowance, least_interval, share_megabytes, too_soon
from teczka.actions.replay import beside, next_due
from teczka.actions.servers import Connection, bring_in, connect, look_in
from teczka.actions.tokens import doubt_token
from teczka.core import oauth
from teczka.core.accounts import Protocol, State
from teczka.core.errors import LeaseLost, Problem, Trouble
from teczka.remote.pop3 import Pop3Drop
from teczka.store import events
from teczka.store.blobs import blobs
from teczka.store.connections import is_away
from teczka.store.leases import Lease, Leases
from teczka.store.mail import LocalMail
from teczka.store.models import Account, FetchRequest
from teczka.store.queries.accounts import stored
from teczka.store.queries.unfetched import unfetched_of
from teczka.store.viewer import as_user
from teczka.sync import Acts, Report

log = logging.getLogger(__name__)

# Only the owner can mend these; trying again by ourselves would but lock the account out.
OWNERS = oauth.OWNERS | {
    Trouble.SIGNIN_APP_PASSWORD,
    Trouble.SIGNIN_BROWSER,
    Trouble.SIGNIN_SWITCHED_OFF,
    Trouble.SIGNIN_MODERN_ONLY,
    Trouble.SIGNIN_ATTEMPTS,
    Trouble.SIGNIN_EXPIRED,
    Trouble.SIGNIN_METHOD,
    Trouble.SIGNIN_NO_TOKENS,
    Trouble.SECRET_BROKEN,
    Trouble.SECRET_MISSING,
    Trouble.TLS_REQUIRED,
}
REFUSED = {Trouble.SIGNIN_REFUSED, Trouble.SIGNIN_TOKEN, Trouble.SIGNIN_TOKEN_SENDING}
LEFT_OUT = {  # and as what it is kept: that a folder is put off time and again, its owner would take for a moment
    Trouble.FOLDER_REFUSED: Trouble.FOLDER_REFUSED,
    Trouble.FOLDER_BUSY: Trouble.FOLDER_REFUSED,
    Trouble.FOLDER_LONG: Trouble.FOLDER_LONG,
}
MOST_LEFT_OUT = 100  # folders are named; a server may list as many as it likes


def fetch_account(account_id: int, owner_id: int, lease: Lease) -> Report:
    """Connect, one pass, disconnect. The report tells every Problem; raises LeaseLost."""
    fetching = Fetching(account_id, owner_id, lease)
    try:
        return fetching.run()
    finally:
        fetching.close()


def fetch_alone(account: Account) -> Report | None:
    """One pass by a process that is no worker. None where somebody else speaks for the account: then `ask`.

    Raises Problem(ACCOUNT_RESTS).
    """
    check_at_work(account)
    leases = Leases(sharing=False)
    try:
        lease = leases.try_take(account.pk)
        return fetch_account(account.pk, account.owner_id, lease) if lease else None
    finally:
        leases.close()


class Fetching:
    """An account's connection, kept between passes: then a pass with nothing new costs a round trip for each folder.

    Not for several threads at once. All it writes is fenced by the lease.
    """

    def __init__(self, account_id: int, owner_id: int, lease: Lease, acted: threading.Event | None = None) -> None:
        """`acted` is set from any thread when somebody acts on the account's mail."""
        with as_user(owner_id):
            self._account = Account.objects.select_related("owner").get(pk=account_id)
        self._local = LocalMail(self._account, lease.epoch, blobs())
        self._remote: Connection | None = None
        self._settled = b""  # by the last pass (sync.Report)
        self._met: Problem | None = None  # by a look since then
        self._delay = 0.0  # seconds that its server wants between two sessions
        self._acted = acted or threading.Event()
        self._acts_last = False  # repeating them broke the connection
        self._cut = False

    def run(self) -> Report:
        """One pass, gone on with over a new connection as long as broken ones brought something. Its outcome is written to the account
        and to the requests that were waiting, whatever it was: what nobody foresaw is a Problem, too. Raises LeaseLost."""
        began = timezone.now()
        report = Report()
        self._look()
        with report.phase("total"):
            try:
                self._passes(report)
                missing = unfetched_of(self._account.owner, self._account.pk)
                # Those that it left out it has told itself.
                report.problems += [(one.path, one.problem) for one in missing if one.count]
            except Exception as error:
                if _ends_all(error):
                    raise
                log.exception("account %s: its pass failed", self._account.public_id)
                report.stopped = Problem(Trouble.INTERNAL_FETCHING, host=self._account.host)
        self._local.rest()
        self._settled = b"" if report.stopped else report.settled
        if not (report.stopped and report.stopped.trouble is Trouble.SERVER_INTERVAL):
            self._record(report)
        self._answer(report, began)
        return report

    def replay(self) -> bool:
        """What was done to its mail is repeated on the server, and nothing else. False where that failed, or a folder is not there, and a
        whole pass shall find out why. Raises LeaseLost."""
        self._look()
        if self._account.protocol == Protocol.POP3:
            return True
        try:
            self._remote = self._remote or connect(self._account, self._local)
            self._check_wanted()
            acts = self._acts()
            return acts is None or acts.repeat()
        except Problem as problem:
            log.warning("account %s: %s", self._account.public_id, problem.trouble)
            self._acts_last = True
            self._hang_up()
            return False
        except Exception:  # a mistake of ours, perhaps in the middle of an answer
            self._acts_last = True
            self._hang_up()
            raise

    def _acts(self) -> Acts | None:
        return beside(self._account, self._remote, self._local, self._acted, last=self._acts_last)

    @property
    def acts_due(self) -> float | None:
        """Seconds until something that was done is to be repeated on the server."""
        return next_due(self._account)

    async def nothing_new(self) -> bool:
        """Asked of a POP3 server from the event loop: whether it lists just what the last pass left settled, so that none is needed. With
        whatever else it tells `run` goes on. Raises LeaseLost."""
        if not self._settled:
            return False
        await asyncio.to_thread(self._look)
        if too_soon(self._account):
            return False
        try:
            self._remote = await look_in(self._account, self._local, self._settled)
        except Problem as problem:
            self._met = problem
            return False
        if self._remote:
            self._account.last_contact_at = timezone.now()
            return False
        await asyncio.to_thread(self._record, Report())
        return True

    def _look(self) -> None:
        """At the account as it stands: it may have been changed, or laid to rest, while the lease was on its way."""
        with self._local.writing():
            self._account.refresh_from_db(from_queryset=Account.objects.select_related("owner"))
        if self._account.rests:
            raise LeaseLost

    def _passes(self, report: Report) -> None:
        while True:
            reused, before = self._remote is not None, report.messages
            report.stopped, report.problems = None, []
            self._check_wanted()
            try:
                self._pass(report)
            except Problem as problem:
                report.stopped = problem
            if report.stopped is None:
                break
            self._hang_up()
            broken = report.stopped.trouble.step == "server" and report.stopped.trouble is not Trouble.SERVER_BUSY
            if not broken or not (reused or report.messages > before) or too_soon(self._account):
                break

    @property
    def waits_for_owner(self) -> bool:
        """After a pass: trying again by ourselves would do no good."""
        return self._account.state == State.NEEDS_OWNER

    @property
    def tells(self) -> bool:
        """Whether its server tells of changes by itself; POP3 is asked."""
        return self._account.protocol != Protocol.POP3

    @property
    def least_interval(self) -> float:
        """Seconds to the next pass that nobody asked for."""
        return max(least_interval(self._account), self._delay)

    def cut(self) -> None:
        """From any thread: what is under way writes nothing more, waits for no server, and raises LeaseLost. Then only `close` is left."""
        self._cut = True
        self._local.give_lease_up()
        if remote := self._remote:
            remote.cut()

    def close(self) -> None:
        self._hang_up()
        self._local.close()

    def _check_wanted(self) -> None:
        if self._cut:
            raise LeaseLost

    def _hang_up(self) -> None:
        if self._remote:
            if self._cut:
                self._remote.cut()
            self._remote.close()
            self._remote = None

    def _pass(self, report: Report) -> None:
        met, self._met = self._met, None
        if met:
            raise met
        self._reckon(report)
        if self._remote is None:
            if early := too_soon(self._account):
                raise early
            with report.phase("connecting"):
                self._remote = connect(self._account, self._local)
            self._check_wanted()
            self._account.last_contact_at = timezone.now()
            if self._account.state != State.WORKING:
                self._begin_download()
        acts = self._acts()
        try:
            bring_in(self._remote, self._local, report, acts)
        except BaseException as error:
            self._hang_up()  # in the middle of an answer: useless
            ours = isinstance(error, Exception) and not _ends_all(error)
            if not (ours and acts and acts.last and acts.broke):
                raise
            # All mail is in: it ends no pass, as little as a server that breaks off then (sync.apply).
            log.exception("account %s: repeating what was done failed", self._account.public_id)
            report.problems.append(("", Problem(Trouble.INTERNAL)))
        finally:
            self._acts_last = acts is not None and acts.broke
        if acts and acts.broke:
            self._hang_up()
        if isinstance(self._remote, Pop3Drop):
            self._delay = self._remote.login_delay
            self._hang_up()  # it shows the mailbox as it was when the session began, and keeps others out of it
        if report.stopped and report.stopped.trouble is Trouble.SHARE_USED:
            report.stopped = self._share_used()

    def _reckon(self, report: Report) -> None:
        """What is left of the day's share; nothing left is a Problem before anybody is called."""
        with as_user(self._account.owner_id):
            left = allowance(self._account)
        if left is not None and left <= 0:
            raise self._share_used()
        report.allowance = None if left is None else left + report.bytes

    def _share_used(self) -> Problem:
        megabytes = share_megabytes(self._account) or 0
        return Problem(Trouble.SHARE_USED, host=self._account.host, megabytes=megabytes)

    def _record(self, report: Report) -> None:
        problem = report.stopped
        if problem is None:
            self._account.left_out, before = left_out(report), self._account.left_out
            self._state(State.WORKING, news=self._account.left_out != before)
            return
        log.warning("account %s: %s", self._account.public_id, problem.trouble)
        again = problem.trouble in REFUSED and self._account.trouble == problem.trouble
        if problem.trouble is Trouble.SIGNIN_TOKEN:
            doubt_token(self._account)
        # A second refusal in a row is no accident, and a third try could lock the account.
        self._state(State.NEEDS_OWNER if again or problem.trouble in OWNERS else State.TROUBLED, problem)

    def _begin_download(self) -> None:
        """What is here now is what its speed will be reckoned from."""
        self._state(State.FETCHING)
        with self._local.writing():
            self._account.fetching_since = timezone.now()
            self._account.fetching_from = stored(self._account.pk)
            self._account.save(update_fields=["fetching_since", "fetching_from"])

    def _state(self, state: State, problem: Problem | None = None, *, news: bool = False) -> None:
        account = self._account
        changed = news or (account.state, account.trouble) != (state, problem.trouble if problem else "")
        account.state = state
        account.trouble_since = (account.trouble_since or timezone.now()) if problem else None
        account.trouble = problem.trouble if problem else ""
        account.trouble_params = problem.params if problem else {}
        account.trouble_detail = problem.detail if problem else ""
        told = ["state", "trouble", "trouble_params", "trouble_detail", "trouble_since"]
        if problem is None:
            account.last_contact_at = timezone.now()
            told += ["last_contact_at", "left_out"]
        with self._local.writing():
            account.save(update_fields=told)
            if changed:
                events.changed([account.owner.public_id], account.public_id, [])

    def _answer(self, report: Report, began: object) -> None:
        """Whoever asked before the pass began has its report now."""
        with self._local.writing():
            waiting = FetchRequest.objects.filter(account=self._account, done_at=None, asked_at__lte=began)
            waiting.update(done_at=timezone.now(), report=report.as_json())


def left_out(report: Report) -> list[dict[str, object]]:
    """The folders that the pass did not fetch, as Account.left_out keeps them."""
    told = [problem for _, problem in report.problems if problem.trouble in LEFT_OUT]
    return [
        {"folder": problem.params["folder"], "trouble": LEFT_OUT[problem.trouble]} for problem in told[:MOST_LEFT_OUT]
    ]


def _ends_all(error: Exception) -> bool:
    """Nothing can be written any more."""
    return isinstance(error, LeaseLost) or is_away(error)
