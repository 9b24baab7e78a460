"""Two at one thing: what each of them changed counts. Where both changed the same, the second is asked, and nothing is saved before."""

from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any


class ChangedMeanwhile(Exception):
    """Somebody else changed the same after it was shown."""


def marks(values: Mapping[str, object]) -> str:
    """What a form was made with: it carries this along. Values with a `repr` that tells all of them."""
    return " ".join(_mark(name, value) for name, value in values.items())


def changed(values: Mapping[str, object], seen: str) -> set[str]:
    """Names of those that are no longer what `seen` (`marks`) was made of; of marks that are none, all."""
    known = set(seen.split())
    return {name for name, value in values.items() if _mark(name, value) not in known}


def clashes(now: Mapping[str, object], ours: Mapping[str, object], seen: str, asked: Collection[str] = ()) -> set[str]:
    """What both have changed, and not to the same; of what is `asked` about in any case, what the others changed alone."""
    return {name for name in changed(now, seen) & {*changed(ours, seen), *asked} if now[name] != ours[name]}


def merged(
    now: Mapping[str, Any], ours: Mapping[str, object], seen: str | None, asked: Collection[str] = ()
) -> dict[str, Any]:
    """What is there now, with what its writer changed of it. `seen` None: they looked at nothing, and say it all.

    Raises ChangedMeanwhile.
    """
    if seen is None:
        return dict(ours)
    if clashes(now, ours, seen, asked):
        raise ChangedMeanwhile
    return insisted(now, ours, seen)


def insisted(now: Mapping[str, Any], ours: Mapping[str, object], seen: str) -> dict[str, Any]:
    """The same where nobody is asked."""
    return {**now, **{name: ours[name] for name in changed(ours, seen)}}


def _mark(name: str, value: object) -> str:
    return sha256(f"{name}={value!r}".encode()).hexdigest()[:16]
