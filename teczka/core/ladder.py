"""The diagnosis ladder: what lies between us and a mailbox, one rung after another, and how far we came.

The incoming server and the outgoing one are climbed apart, and what came of each is kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from teczka.core.discovery import Service
from teczka.core.errors import Problem
from teczka.core.msgids import gettext_noop as _


class Step(StrEnum):
    DNS = "dns"
    TCP = "tcp"  # facts: address
    TLS = "tls"  # facts: version, issuer, expires (ISO 8601), names (up to five); where it failed, what was shown to us
    GREETING = "greeting"
    SIGNIN = (
        "signin"  # facts: username, the one that was taken; of SMTP also size, bytes, the largest message that it takes
    )
    FOLDERS = "folders"  # IMAP; facts: folders, messages (in the inbox)
    DROP = "drop"  # POP3; facts: messages, bytes


NAMES = {
    Step.DNS: _("Server name"),
    Step.TCP: _("Connection"),
    Step.TLS: _("Encryption"),
    Step.GREETING: _("Greeting"),
    Step.SIGNIN: _("Sign-in"),
    Step.FOLDERS: _("Folders"),
    Step.DROP: _("Messages"),
}


class Outcome(StrEnum):
    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"  # nothing was tried, since an earlier one of the same server failed


Fact = str | int | list[str]


@dataclass(frozen=True, slots=True)
class Rung:
    step: Step
    server: Service
    outcome: Outcome
    problem: Problem | None = None  # where it failed
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "step": self.step.value,
            "server": self.server.value,
            "outcome": self.outcome.value,
            "problem": self.problem.as_json() if self.problem else None,
            "facts": dict(self.facts),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        problem = Problem.from_json(told["problem"]) if told["problem"] else None
        return cls(Step(told["step"]), Service(told["server"]), Outcome(told["outcome"]), problem, told["facts"])


def steps(server: Service, security: str) -> tuple[Step, ...]:
    """The rungs of one server in the order in which they are climbed. `security` as remote.types.Security spells it."""
    first = {
        "tls": (Step.TLS, Step.GREETING),
        "starttls": (Step.GREETING, Step.TLS),
        "plain": (Step.GREETING,),
    }[security]
    last = {Service.IMAP: (Step.FOLDERS,), Service.POP3: (Step.DROP,), Service.SMTP: ()}[server]
    return (Step.DNS, Step.TCP, *first, Step.SIGNIN, *last)


def failure(rungs: Iterable[Rung], *servers: Service) -> Problem | None:
    """What ended the climb to the first of these servers that was not reached (none named: of all)."""
    failed = (rung.problem for rung in rungs if rung.problem and (not servers or rung.server in servers))
    return next(failed, None)
