"""The audit as a file that carries all that its chain is verified by: JSON lines, first whose it is, then the entries in their order."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from teczka.core.audit import FORM, Entry, Fault, Link, faults

COLUMNS = ("seq", "at", "actor", "verb", "case", "ids", "previous", "hash")


class NoAudit(ValueError):
    """The file is none of ours, or not whole."""


def write(office: UUID, chain: Iterable[Entry | Link]) -> Iterator[str]:
    """Its lines, each with its end."""
    yield _line({"form": FORM, "office": str(office)})
    for entry in chain:
        yield _line(told(entry))


def told(entry: Entry | Link) -> dict[str, Any]:
    """By COLUMNS; of a Link as many as it has."""
    link = {"seq": entry.seq, "previous": entry.previous.hex(), "hash": entry.hash.hex()}
    if isinstance(entry, Link):
        return link
    return {
        **link,
        "at": entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "actor": str(entry.actor) if entry.actor else None,
        "verb": entry.verb,
        "case": str(entry.case) if entry.case else None,
        "ids": [str(one) for one in entry.ids],
    }


@dataclass
class Checked:
    entries: int = 0
    withheld: int = 0  # of them: their exporter might not read them, so that nothing but their place is checked
    last: str = ""  # hash; to be compared with one that was kept elsewhere
    faults: list[tuple[int, Fault]] = field(default_factory=list)  # by an entry's number


def verify(lines: Iterable[str]) -> Checked:
    """Costs one line at a time. Raises NoAudit."""
    rest = iter(lines)
    head = _read(next(rest, ""))
    if head.get("form") != FORM:
        raise NoAudit("no audit of this form")
    found = Checked()
    found.faults = list(faults(_uuid(head.get("office")), _entries(rest, found)))
    return found


def _entries(lines: Iterable[str], found: Checked) -> Iterator[Entry | Link]:
    for line in lines:
        entry = _entry(_read(line))
        found.entries += 1
        found.withheld += isinstance(entry, Link)
        found.last = entry.hash.hex()
        yield entry


def _entry(fields: dict[str, Any]) -> Entry | Link:
    try:
        link = Link(int(fields["seq"]), bytes.fromhex(fields["previous"]), bytes.fromhex(fields["hash"]))
        if "verb" not in fields:
            return link
        actor, case = (_uuid(fields[name]) if fields[name] else None for name in ("actor", "case"))
        at = datetime.fromisoformat(fields["at"])
        ids = tuple(map(_uuid, fields["ids"]))
        return Entry(link.seq, at, actor, str(fields["verb"]), case, ids, link.previous, link.hash)
    except (KeyError, TypeError, ValueError) as wrong:
        raise NoAudit(f"a line that is no entry: {wrong}") from wrong


def _uuid(text: Any) -> UUID:
    try:
        return UUID(str(text))
    except ValueError as wrong:
        raise NoAudit("no id") from wrong


def _read(line: str) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except ValueError as wrong:
        raise NoAudit("a line that is no JSON") from wrong
    if not isinstance(fields, dict):
        raise NoAudit("a line that is no entry")
    return fields


def _line(fields: dict[str, Any]) -> str:
    return json.dumps(fields, separators=(",", ":")) + "\n"
