"""What the names in a query stand for, as the viewer sees it now: asked of the store where there is something to ask."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from teczka.core.find import find
from teczka.core.folders import NAMES, FolderRole, levels
from teczka.core.labels import name_of
from teczka.core.numbering import Pattern, pattern
from teczka.core.search_tree import Hint, Name, Named, Node, leaves
from teczka.core.search_words import LABELS, ROLES
from teczka.language.fold import fold
from teczka.store.models import User
from teczka.store.queries import walls
from teczka.store.queries.asked import Known
from teczka.store.queries.folders import FolderLine, folders
from teczka.store.queries.labels import known_labels

CASES = 50  # that one name may mean
_APART = re.compile(r'[\s_"„”“«»]+')  # quotation marks cannot stand in a value


def known(viewer: User) -> Known:
    """For one query: each name is asked for once."""
    return Known(
        zone=partial(_zone, viewer),
        own=cache(partial(_own, viewer)),
        named=cache(lambda kind, text: _NAMED[kind](viewer, folded(text))),
        labels=cache(lambda text: _labels(viewer, folded(text))),
        roles=partial(_in_role, viewer),
    )


def unmeant(node: Node, known: Known) -> list[tuple[Hint, str]]:
    """The names in it that nothing bears of what the viewer sees: what they may not see is as if it were not there."""
    names = dict.fromkeys(leaf for leaf in leaves(node) if isinstance(leaf, Named))
    return [(Hint(one.kind), one.text) for one in names if not _meant(one, known)]


def _meant(name: Named, known: Known) -> Sequence[object]:
    return known.labels(name.text) if name.kind is Name.LABEL else known.named(name.kind, name.text)


@lru_cache(65_536)
def folded(name: str) -> str:
    """As names are compared."""
    return _APART.sub(" ", fold(name)).strip()


def folder_names(path: str, delimiter: str, role: str) -> list[str]:
    """Folded: what the folder is called by itself, and of one with a role by what this is called in either language."""
    of_role = (*ROLES.get(FolderRole(role), ()), *NAMES.get(FolderRole(role), ()))
    return [folded(levels(path, delimiter)[-1]), *map(folded, of_role)]


def _own(viewer: User) -> list[Pattern]:
    sql = "SELECT unnest(number_patterns) FROM store_office WHERE id = %(office)s"
    return walls.read_often(viewer, pattern, sql)


def _zone(viewer: User) -> ZoneInfo:
    return walls.read_often(viewer, ZoneInfo, "SELECT timezone FROM store_office WHERE id = %(office)s")[0]


def _in_role(viewer: User, role: str) -> list[int]:
    sql = f"SELECT f.id FROM store_folder f WHERE {walls.mine('f')} AND f.role = %(role)s"
    return walls.read_often(viewer, int, sql, role=role)


def _folders(viewer: User, name: str) -> list[int]:
    """Of this name, path or role, and what lies below; else of names that it is part of."""
    lines = folders(viewer)
    own: dict[tuple[str, ...], list[str]] = {}
    for line in lines:
        own.setdefault(_place(line), []).extend(folder_names(line.path, line.delimiter, line.role))
    names = {line.id: [*_names_down_to(_place(line), own)] for line in lines}
    same = [line.id for line in lines if name == folded(line.path) or name in names[line.id]]
    return same or [id_ for id_, each in names.items() if any(name in one for one in each)]


def _place(line: FolderLine) -> tuple[str, ...]:
    return str(line.account), *levels(line.path, line.delimiter)


def _names_down_to(place: tuple[str, ...], own: Mapping[tuple[str, ...], list[str]]) -> Iterator[str]:
    """Of the folder and all above it, of which not all need be folders themselves."""
    for depth in range(2, len(place) + 1):
        yield folded("/".join(place[1:depth]))
        yield from own.get(place[:depth], [folded(place[depth - 1])])


def _accounts(viewer: User, name: str) -> list[int]:
    """Of this name, address or domain; else of names and addresses that it is part of."""
    sql = f"SELECT a.id, a.provider_name, a.address FROM store_account a WHERE {walls.mine('a')}"
    rows = walls.read(viewer, lambda id_, *names: (id_, [*map(folded, names)]), sql)
    same = [
        id_
        for id_, (called, address) in rows
        if name in (called, address) or f"@{address}".endswith(f"@{name.lstrip('@')}")
    ]
    return same or [id_ for id_, names in rows if any(name in each for each in names)]


def _cases(viewer: User, name: str) -> list[int]:
    rows = walls.read(viewer, _both, f"SELECT c.id, c.haystack FROM store_case c WHERE {walls.card('c')} ORDER BY c.id")
    return [rows[place][0] for place in find(name, [haystack for _, haystack in rows], CASES)]


def _labels(viewer: User, name: str) -> list[str]:
    """Keywords that are called so; else those with it in their names."""
    names = {keyword: [*map(folded, _names(keyword))] for keyword in known_labels(viewer)}
    same = [keyword for keyword, each in names.items() if name in each]
    return same or [keyword for keyword, each in names.items() if any(name in one for one in each)]


def _names(keyword: str) -> Iterable[str]:
    return LABELS.get(keyword, (name_of(keyword),))


def _both(one: Any, other: Any) -> tuple[Any, Any]:
    return one, other


_NAMED = {Name.FOLDER: _folders, Name.ACCOUNT: _accounts, Name.CASE: _cases}
