"""A case as its viewer may see it: the card that the whole office sees, and whether what lies inside is theirs, too."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from teczka.core.cases import Card, CaseState, PartyCard, Side
from teczka.core.people import initials
from teczka.store.models import User
from teczka.store.queries import walls
from teczka.store.viewer import as_user


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case, without what has tables of its own."""

    id: int
    public_id: UUID
    number: str
    name: str
    client: str
    state: str  # core.cases.CaseState
    opened_on: date | None
    closed_on: date | None
    walled: bool
    updated_at: datetime
    inside: bool  # the viewer is in its team
    pinned: bool  # by the viewer

    @property
    def closed(self) -> bool:
        return self.state == CaseState.CLOSED

    @property
    def shown(self) -> str:
        return f"{self.number} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Member:
    id: int
    public_id: UUID
    name: str
    lead: bool
    here: bool  # can still sign in

    @property
    def initials(self) -> str:
        return initials(self.name)


def case_line(viewer: User, public_id: UUID) -> CaseLine | None:
    """None where there is none, or it is walled and the viewer outside."""
    found = walls.read_often(
        viewer,
        CaseLine,
        f"""SELECT c.id, c.public_id, c.number, c.name, c.client, c.state, c.opened_on, c.closed_on, c.walled, c.updated_at,
                   {walls.inside("c.id")},
                   EXISTS (SELECT FROM store_casepin p
                           WHERE p.case_id = c.id AND p.user_id = %(viewer)s AND p.pinned_at IS NOT NULL)
            FROM store_case c WHERE {walls.card("c")} AND c.public_id = %(case)s""",
        case=public_id,
    )
    return found[0] if found else None


def case_inside(viewer: User, public_id: UUID) -> CaseLine | None:
    """The same, for its team alone."""
    line = case_line(viewer, public_id)
    return line if line and line.inside else None


def case_at_once(viewer: User, public_id: UUID) -> tuple[CaseLine, Card, list[Member]] | None:
    """All that its pages show around what lies inside, in one transaction."""
    with as_user(viewer.pk):
        line = case_line(viewer, public_id)
        return (line, card_of(viewer, line), members(viewer, line.id)) if line else None


def members(viewer: User, case: int) -> list[Member]:
    """Its team, who leads it first."""
    return walls.read(
        viewer,
        Member,
        f"""SELECT u.id, u.public_id, u.name, m.lead, u.is_active
            FROM store_casemember m JOIN store_user u ON u.id = m.user_id JOIN store_case c ON c.id = m.case_id
            WHERE c.id = %(case)s AND {walls.card("c")} ORDER BY m.lead DESC, u.name, u.id""",
        case=case,
    )


def case_card(viewer: User, public_id: UUID) -> Card | None:
    """What the office sees of it, as it is edited."""
    line = case_line(viewer, public_id)
    return card_of(viewer, line) if line else None


def card_of(viewer: User, line: CaseLine) -> Card:
    addresses: defaultdict[int, list[str]] = defaultdict(list)
    in_it = f"FROM store_case c JOIN {{0}} x ON x.case_id = c.id WHERE c.id = %(case)s AND {walls.card('c')}"
    for party, address in walls.read(
        viewer,
        _pair,
        f"SELECT x.party_id, x.address {in_it.format('store_partyaddress')} ORDER BY x.id",
        case=line.id,
    ):
        addresses[party].append(address)
    parties = walls.read(
        viewer,
        lambda key, public_id, side, name, role, note: PartyCard(
            public_id, Side(side), name, role, tuple(addresses[key]), note
        ),
        f"SELECT x.id, x.public_id, x.side, x.name, x.role, x.note {in_it.format('store_party')} ORDER BY x.position, x.id",
        case=line.id,
    )
    written = walls.read(
        viewer,
        str,
        f"SELECT x.written {in_it.format('store_casereference')} AND x.position >= 0 ORDER BY x.position, x.id",
        case=line.id,
    )
    return Card(
        line.number,
        line.name,
        line.client,
        tuple(written),
        CaseState(line.state),
        line.opened_on,
        line.closed_on,
        tuple(parties),
    )


def numbers(viewer: User) -> list[str]:
    """The office's own numbers that are taken, as far as the viewer may know."""
    return walls.read(viewer, str, f"SELECT c.number FROM store_case c WHERE {walls.card('c')} AND c.number <> ''")


def _pair(party: int, address: str) -> tuple[int, str]:
    return party, address


def opposing(viewer: User, public_id: UUID) -> frozenset[str]:
    """Addresses of the other side in a case, in lower case."""
    return frozenset(
        walls.read(
            viewer,
            str,
            f"""SELECT a.address FROM store_case c JOIN store_party p ON p.case_id = c.id JOIN store_partyaddress a ON a.party_id = p.id
                WHERE c.public_id = %(case)s AND {walls.card("c")} AND p.side = %(opposing)s""",
            case=public_id,
            opposing=Side.OPPOSING,
        )
    )
