"""Which of several servers answers: all are asked at once, the best that does is taken."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet

from teczka.core.discovery import Service
from teczka.core.errors import Problem
from teczka.remote.discovery.budget import Budget, Over
from teczka.remote.discovery.offers import Candidate
from teczka.remote.discovery.probe import probe
from teczka.remote.egress import Gate
from teczka.remote.types import Security, Server

ROUND = 2.5  # seconds
AT_ONCE = 16  # connections


def answering(candidates: Sequence[Candidate], gate: Gate, budget: Budget) -> list[Candidate]:
    """At most one of each service, the earliest that answers. Those with STARTTLS are only asked where none with TLS does."""
    found: dict[Service, Candidate] = {}
    for security in (Security.TLS, Security.STARTTLS):
        asked = [one for one in dict.fromkeys(candidates) if one[1].security == security and one[0] not in found]
        try:
            found |= _round(asked, gate, budget) if asked else {}
        except Over:
            break
    return [found[service] for service in Service if service in found]


def _round(asked: Sequence[Candidate], gate: Gate, budget: Budget) -> dict[Service, Candidate]:
    """Ends as soon as it is known who is best; those who are late are left to themselves. Raises Over."""
    seconds = budget.left(ROUND)
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="probe")
    try:
        answers = [(one, pool.submit(_answers, one, gate, seconds)) for one in asked]
        best: dict[Service, Candidate] = {}
        for (service, endpoint), answer in answers:
            if service not in best and _yes(answer, budget, seconds):
                best[service] = (service, endpoint)
        return best
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _answers(candidate: Candidate, gate: Gate, seconds: float) -> bool:
    service, endpoint = candidate
    try:
        probe(service, Server(endpoint.host, endpoint.port, Security(endpoint.security)), gate, seconds)
    except Problem:
        return False
    return True


def _yes(answer: Future[bool], budget: Budget, seconds: float) -> bool:
    try:
        return answer.result(budget.left(seconds))
    except NotYet:
        return False
