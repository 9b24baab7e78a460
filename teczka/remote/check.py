"""The ladder climbed: each of an account's servers from its name to what is behind the sign-in, told rung by rung.

One sign-in for each server, and at most one more under another user name where the provider is known to want it: never a loop, since
providers lock accounts. All of a server is bounded in time.
"""

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from teczka.core.discovery import Service
from teczka.core.errors import Problem, Trouble
from teczka.core.ladder import Fact, Outcome, Rung, Step, steps
from teczka.core.mail import INBOX, RemoteFolder
from teczka.core.providers import Provider
from teczka.core.refusals import refined
from teczka.remote.egress import Gate
from teczka.remote.imap import ImapMailbox
from teczka.remote.pop3 import Pop3Drop
from teczka.remote.smtp import SmtpSession
from teczka.remote.tls import facts as tls_facts
from teczka.remote.tls import unverified
from teczka.remote.types import Credential, Security, Server

SECONDS = 15.0  # for one server
GLIMPSE_SECONDS = 4.0  # for looking at a certificate that was refused

_CERTIFICATE = {Trouble.TLS_NAME, Trouble.TLS_EXPIRED, Trouble.TLS_UNTRUSTED}

Facts = dict[str, Fact]
Entry = ImapMailbox | Pop3Drop | SmtpSession
_WAYS: Mapping[Service, type[Entry]] = {
    Service.IMAP: ImapMailbox,
    Service.POP3: Pop3Drop,
    Service.SMTP: SmtpSession,
}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the account's servers, and what should let us in there."""

    service: Service
    server: Server
    credential: Credential | Problem  # what the secret could not be had for
    retry: str = ""  # a user name to be tried once where the other is refused


class Climb:
    """To be iterated once, for its rungs as they are climbed. What the sign-in brought to light stands here afterwards."""

    def __init__(self, sides: Sequence[Side], gate: Gate, provider: Provider | None = None) -> None:
        self._sides = sides
        self._gate = gate
        self._provider = provider
        self._taken: dict[str, str] = {}  # a user name as it was given: as it was taken
        self._refused = False
        self.folders: list[RemoteFolder] = []
        self.usernames: dict[Service, str] = {}  # that were taken

    def __iter__(self) -> Iterator[Rung]:
        for side in self._sides:
            yield from self._climb(side)

    def _climb(self, side: Side) -> Iterator[Rung]:
        left = iter(steps(side.service, side.server.security))
        way = self._way(side)
        try:
            for step in left:
                try:
                    found = next(way)
                except Problem as problem:
                    told = self._shown(side.server) if problem.trouble in _CERTIFICATE else {}
                    yield Rung(step, side.service, Outcome.FAILED, refined(problem, self._provider), told)
                    break
                yield Rung(step, side.service, Outcome.OK, facts=found)
        finally:
            way.close()
        for step in left:
            yield Rung(step, side.service, Outcome.SKIPPED)

    def _way(self, side: Side) -> Generator[Facts, None, None]:
        """The facts of each of `steps`, in their order."""
        server, end = side.server, time.monotonic() + SECONDS
        place = self._gate.look_up(server.host, server.port, SECONDS, named_only=server.named_only)
        yield {}
        sock = self._gate.dial(place, SECONDS)
        entry: Entry = _WAYS[side.service].over(sock, server, max(0.1, end - time.monotonic()))
        try:
            yield {"address": str(sock.getpeername()[0])}
            credential = self._credential(side)
            entering = entry.enter(credential)
            for step in islice(entering, steps(side.service, server.security).index(Step.SIGNIN) - 2):
                yield tls_facts(entry.tls) if step is Step.TLS and entry.tls else {}
            if isinstance(side.credential, Problem):
                raise side.credential
            try:
                next(entering)
            except Problem as refused:
                entry, credential = self._once_more(side, credential, refused, end)
            self._note(side, side.credential.username, credential.username)
            yield {"username": credential.username} | _size(entry)
            yield self._look(entry)
        finally:
            entry.close()

    def _credential(self, side: Side) -> Credential:
        """Under the name that the other server took, where both were to have the same."""
        if isinstance(side.credential, Problem):
            return Credential("", "")  # never sent
        username = side.credential.username
        return replace(side.credential, username=self._taken.get(username, username))

    def _once_more(self, side: Side, credential: Credential, refused: Problem, end: float) -> tuple[Entry, Credential]:
        """A second and last try, over a connection of its own: many servers hang up after a refusal. None where the account's other
        server refused both: the password is wrong, and more tries would but lock the account."""
        before, self._refused = self._refused, refused.trouble is Trouble.SIGNIN_REFUSED
        if before or not self._refused or side.retry in {"", credential.username}:
            raise refused
        server, other = side.server, replace(credential, username=side.retry)
        seconds = max(0.1, end - time.monotonic())
        sock = self._gate.connect(server.host, server.port, seconds, named_only=server.named_only)
        entry: Entry = _WAYS[side.service].over(sock, server, max(0.1, end - time.monotonic()))
        try:
            for _ in entry.enter(other):
                pass
        except Problem as again:
            entry.close()
            raise refused if again.trouble is Trouble.SIGNIN_REFUSED else again from again
        return entry, other

    def _note(self, side: Side, given: str, taken: str) -> None:
        self.usernames[side.service] = self._taken[given] = taken

    def _look(self, entry: Entry) -> Facts:
        """Behind the sign-in."""
        if isinstance(entry, ImapMailbox):
            self.folders = entry.folders()
            return {"folders": len(self.folders), "messages": entry.status(INBOX.name).messages}
        if isinstance(entry, Pop3Drop):
            self.folders = [INBOX]
            messages, size = entry.stat()
            return {"messages": messages, **({} if size is None else {"bytes": size})}
        return {}

    def _shown(self, server: Server) -> Facts:
        """The certificate that was refused, by a connection over which nothing is said. None of it is to be trusted."""
        if server.security is not Security.TLS:
            return {}
        try:
            with (
                self._gate.connect(server.host, server.port, GLIMPSE_SECONDS) as sock,
                unverified().wrap_socket(sock, server_hostname=server.host) as tls,
            ):
                return tls_facts(tls)
        except (Problem, OSError, ValueError):
            return {}


def _size(entry: Entry) -> Facts:
    return {"size": entry.size} if isinstance(entry, SmtpSession) and entry.size else {}
