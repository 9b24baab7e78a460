"""Every case that somebody may know of, whole: for tables that are read and written."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from teczka.core.case_merge import Kept
from teczka.core.cases import Card, CaseState, PartyCard, Side
from teczka.store.models import User
from teczka.store.queries import walls

T = TypeVar("T")


def case_cards(viewer: User, among: Sequence[UUID] | None = None) -> list[Kept]:
    """By name; of these, or of all. A query for each table, however many cases there are."""
    asked: dict[str, Any] = {} if among is None else {"among": list(among)}
    addresses = _of_each(viewer, asked, str, "x.party_id, x.address", "store_partyaddress", "x.id")
    parties = _of_each(
        viewer,
        asked,
        lambda key, public_id, side, name, role, note: PartyCard(
            public_id, Side(side), name, role, tuple(addresses[key]), note
        ),
        "x.case_id, x.id, x.public_id, x.side, x.name, x.role, x.note",
        "store_party",
        "x.position, x.id",
    )
    references = _of_each(
        viewer, asked, str, "x.case_id, x.written", "store_casereference", "x.position, x.id", "x.position >= 0"
    )
    team = _of_each(
        viewer,
        asked,
        lambda email, lead: (email, lead),
        "x.case_id, u.email, x.lead",
        "store_user u ON u.is_active JOIN store_casemember x ON x.user_id = u.id",
        "u.id",
    )
    return walls.read(
        viewer,
        lambda key, public_id, number, name, client, state, opened_on, closed_on, walled, changeable: Kept(
            public_id,
            Card(
                number,
                name,
                client,
                tuple(references[key]),
                CaseState(state),
                opened_on,
                closed_on,
                tuple(parties[key]),
            ),
            frozenset(email for email, _ in team[key]),
            frozenset(email for email, lead in team[key] if lead),
            walled,
            changeable,
        ),
        f"""SELECT c.id, c.public_id, c.number, c.name, c.client, c.state, c.opened_on, c.closed_on, c.walled,
                   (%(keeper)s AND NOT c.walled) OR {walls.inside("c.id")}
            FROM store_case c WHERE {walls.card("c")} AND {_which(asked)} ORDER BY c.sort_key, c.id""",
        keeper=viewer.is_administrator,
        **asked,
    )


def _which(asked: Mapping[str, Any]) -> str:
    return "c.public_id = ANY(%(among)s)" if asked else "true"


def _of_each(
    viewer: User,
    asked: Mapping[str, Any],
    row: Callable[..., T],
    columns: str,
    table: str,
    order: str,
    which: str = "true",
) -> defaultdict[int, list[T]]:
    """Rows that belong to cases, by the first of the columns. `x` is the table."""
    found: defaultdict[int, list[T]] = defaultdict(list)
    joined = table if " x " in table else f"{table} x"
    for key, told in walls.read(
        viewer,
        lambda key, *rest: (key, row(*rest)),
        f"""SELECT {columns} FROM store_case c JOIN {joined} {"AND" if " ON " in joined else "ON"} x.case_id = c.id
            WHERE {walls.card("c")} AND {_which(asked)} AND {which} ORDER BY {order}""",
        **asked,
    ):
        found[key].append(told)
    return found
