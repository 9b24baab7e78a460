"""What the names in a query stand for, as the viewer sees it now: asked of the store where there is something to ask."""

from collections.abc import Iterable
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from teczka.core.find import find
from teczka.core.labels import name_of
from teczka.core.numbering import Pattern, pattern
from teczka.core.search_tree import Name
from teczka.core.search_words import LABELS
from teczka.language.fold import fold
from teczka.store.models import User
from teczka.store.queries import walls
from teczka.store.queries.asked import Known
from teczka.store.queries.labels import known_labels

CASES = 50  # that one name may mean


def known(viewer: User) -> Known:
    return Known(
        zone=partial(_zone, viewer),
        own=cache(partial(_own, viewer)),
        named=lambda kind, text: _NAMED[kind](viewer, fold(text)),
        labels=lambda text: _labels(viewer, fold(text)),
        roles=partial(_in_role, viewer),
    )


def _own(viewer: User) -> list[Pattern]:
    sql = "SELECT unnest(number_patterns) FROM store_office WHERE id = %(office)s"
    return walls.read_often(viewer, pattern, sql)


def _zone(viewer: User) -> ZoneInfo:
    return walls.read_often(viewer, ZoneInfo, "SELECT timezone FROM store_office WHERE id = %(office)s")[0]


def _in_role(viewer: User, role: str) -> list[int]:
    sql = f"SELECT f.id FROM store_folder f WHERE {walls.mine('f')} AND f.role = %(role)s"
    return walls.read_often(viewer, int, sql, role=role)


def _folders(viewer: User, name: str) -> list[int]:
    """Of this name or path; else of names that begin so."""
    rows = walls.read(viewer, _folder, f"SELECT f.id, f.path, f.delimiter FROM store_folder f WHERE {walls.mine('f')}")
    same = [id_ for id_, path, last in rows if name in (path, last)]
    return same or [id_ for id_, _, last in rows if last.startswith(name)]


def _folder(id_: int, path: str, delimiter: str) -> tuple[int, str, str]:
    folded = fold(path)
    return id_, folded, folded.rpartition(fold(delimiter))[2] if delimiter else folded


def _accounts(viewer: User, name: str) -> list[int]:
    rows = walls.read(
        viewer,
        lambda id_, *names: (id_, [fold(each) for each in names]),
        f"SELECT a.id, a.address, a.provider_name FROM store_account a WHERE {walls.mine('a')}",
    )
    same = [id_ for id_, names in rows if name in names]
    return same or [id_ for id_, names in rows if any(each.startswith(name) or f"@{name}" in each for each in names)]


def _cases(viewer: User, name: str) -> list[int]:
    rows = walls.read(viewer, _both, f"SELECT c.id, c.haystack FROM store_case c WHERE {walls.card('c')} ORDER BY c.id")
    return [rows[place][0] for place in find(name, [haystack for _, haystack in rows], CASES)]


def _labels(viewer: User, name: str) -> list[str]:
    """Keywords that are called so; else those whose names begin so."""
    names = {keyword: [fold(each) for each in _names(keyword)] for keyword in known_labels(viewer)}
    same = [keyword for keyword, each in names.items() if name in each]
    return same or [keyword for keyword, each in names.items() if any(one.startswith(name) for one in each)]


def _names(keyword: str) -> Iterable[str]:
    return LABELS.get(keyword, (name_of(keyword),))


def _both(one: Any, other: Any) -> tuple[Any, Any]:
    return one, other


_NAMED = {Name.FOLDER: _folders, Name.ACCOUNT: _accounts, Name.CASE: _cases}
