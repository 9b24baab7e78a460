"""Servers whose certificates are made out to another name, as those of small hosters often are: that name may be the right one to use.

Nothing is believed here and nothing is said: a name is only proposed, and has to stand the same test as any other.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from teczka.core.errors import Problem
from teczka.remote.discovery.autoconfig import HOST
from teczka.remote.discovery.budget import Budget
from teczka.remote.discovery.offers import Candidate
from teczka.remote.egress import Gate
from teczka.remote.tls import facts, unverified
from teczka.remote.types import Security

SECONDS = 2.0
MOST = 6  # proposals


def renamed(candidates: Sequence[Candidate], gate: Gate, budget: Budget) -> list[Candidate]:
    """Those that speak TLS from the first byte, by the names that they show. Raises Over."""
    asked = [one for one in dict.fromkeys(candidates) if one[1].security == Security.TLS]
    seconds = budget.left(SECONDS)
    with ThreadPoolExecutor(max(1, len(asked)), thread_name_prefix="certificates") as pool:
        shown = pool.map(lambda one: _names(one, gate, seconds), asked)
    proposed = [
        (service, replace(server, host=name))
        for (service, server), names in zip(asked, shown, strict=True)
        for name in names
        if HOST.fullmatch(name)  # no wildcard, no address
    ]
    return [one for one in dict.fromkeys(proposed) if one not in asked][:MOST]


def _names(candidate: Candidate, gate: Gate, seconds: float) -> list[str]:
    server = candidate[1]
    try:
        with (
            gate.connect(server.host, server.port, seconds) as sock,
            unverified().wrap_socket(sock, server_hostname=server.host) as tls,
        ):
            names = facts(tls).get("names")
    except (Problem, OSError, ValueError):
        return []
    return [name.lower() for name in names] if isinstance(names, list) else []
