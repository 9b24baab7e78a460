"""What leaves a person's hands with a report of what does not work: hosts, ports and refusals, but nothing that lets anybody in."""

import re
from collections.abc import Callable, Iterable, Iterator

from teczka.core.accounts import Endpoint, NewAccount
from teczka.core.comparison import Row
from teczka.core.discovery import Service
from teczka.core.ladder import NAMES, Outcome, Rung
from teczka.core.problems import SENTENCES, fill

MOST = 20_000  # characters of a report
OPEN = 20  # reports of one person at a time

# Every pattern is linear: server's texts come in here.
_ADDRESS = re.compile(r"[^\s<>\"'(),:;@“”„]{1,64}@(?=[\w-]{1,63}\.)")  # its local part
_SECRET = re.compile(r"(?i)\b(passw\w{0,10}|hasł\w{0,5}|token|secret|authorization)(\s{0,9}[=:]\s{0,9})[^\s,;]{1,4096}")
_BEARER = re.compile(r"(?i)\bbearer\s{1,9}\S{1,4096}")
_LONG = re.compile(r"[A-Za-z0-9+/=_~.-]{24,}")  # base64, session ids


_MARKS = {Outcome.OK: "✔", Outcome.FAILED: "✖", Outcome.SKIPPED: "–"}

Say = Callable[[str], str]  # into the reader's language


def diagnosis(new: NewAccount, rungs: Iterable[Rung], rows: Iterable[Row] = (), say: Say = str) -> str:
    """A check as text, to be copied or sent: the servers, each rung with what went wrong there, and what differs from what the provider
    publishes. Redacted."""
    lines = [*_servers(new), "", *(_rung(rung, say) for rung in rungs)]
    different = [f"{row.service.upper()} {row.field}: {row.entered} ≠ {row.published}" for row in rows if not row.same]
    return redacted("\n".join([*lines, "", *different] if different else lines)) + "\n"


def _servers(new: NewAccount) -> Iterator[str]:
    yield f"{new.provider or new.provider_name} · {new.address}"
    for service, server in ((Service(new.protocol), new.incoming), (Service.SMTP, new.outgoing)):
        if isinstance(server, Endpoint):
            yield f"{service.upper()} · {server.host}:{server.port} · {server.security}"


def _rung(rung: Rung, say: Say) -> str:
    facts = "; ".join(f"{name} {_fact(fact)}" for name, fact in rung.facts.items() if name != "username")
    line = f"{_MARKS[rung.outcome]} {rung.server.upper()} · {say(NAMES[rung.step])}" + (f" ({facts})" if facts else "")
    if rung.problem is None:
        return line
    said = fill(say(SENTENCES[rung.problem.trouble][0]), rung.problem.params)
    quoted = f" “{' '.join(rung.problem.detail.split())}”" if rung.problem.detail else ""
    return f"{line}: {said} [{rung.problem.trouble}]{quoted}"


def _fact(fact: object) -> str:
    return ", ".join(fact) if isinstance(fact, list) else str(fact)


def redacted(text: str) -> str:
    """Of addresses only the domain stays; what follows a word such as “password:” goes, and so does every long run of letters and digits
    that is no host name."""
    text = _SECRET.sub(r"\1\2…", _BEARER.sub("Bearer …", text))
    text = _ADDRESS.sub("…@", text)
    return _LONG.sub(lambda found: found[0] if _is_host(found[0]) else "…", text)


def _is_host(word: str) -> bool:
    labels = word.strip(".").split(".")
    return len(labels) > 2 and all(0 < len(label) <= 24 for label in labels) and labels[-1].isalpha()
