"""What the picker and the palette hold in memory: a short line of every case whose card the viewer may see."""

from dataclasses import dataclass
from uuid import UUID

from teczka.store.models import User
from teczka.store.queries import walls

OFFERED = 5  # cases that somebody pinned, and as many that they used last, stand first

# The viewer's own: those pinned first, the last of them first; then those used of late.
_PINS = """SELECT case_id, mark, 10 * (mark = 'r')::int + place AS place FROM (
               SELECT p.case_id, CASE WHEN p.pinned_at IS NULL THEN 'r' ELSE 'p' END AS mark,
                      row_number() OVER (PARTITION BY p.pinned_at IS NULL ORDER BY p.pinned_at DESC, p.used_at DESC) AS place
               FROM store_casepin p WHERE p.user_id = %(viewer)s) ranked WHERE place <= %(offered)s"""


@dataclass(frozen=True, slots=True)
class CaseAtHand:
    public_id: UUID
    number: str
    name: str

    @property
    def shown(self) -> str:
        return f"{self.number} {self.name}".strip()


def at_hand(viewer: User) -> list[CaseAtHand]:
    """What the viewer pinned, and used of late: the first OFFERED that are not closed."""
    return walls.read_often(
        viewer,
        CaseAtHand,
        f"""SELECT c.public_id, c.number, c.name FROM ({_PINS}) p JOIN store_case c ON c.id = p.case_id
            WHERE {walls.card("c")} AND c.state <> 'closed' ORDER BY p.place LIMIT {OFFERED}""",
        offered=OFFERED,
    )


def find_version(viewer: User) -> str:
    """Another where anything is another that `find_lines` would tell. It costs a look at each case's row, and sends nothing."""
    return walls.read(
        viewer,
        str,
        f"""SELECT md5(concat_ws(' ', %(viewer)s::text,
                (SELECT count(*) || ' ' || sum(hashtextextended(c.id || ' ' || c.xmin, 0)) FROM store_case c WHERE {walls.card("c")}),
                (SELECT count(*) || ' ' || sum(hashtextextended(p.case_id || ' ' || p.xmin, 0)) FROM store_casepin p
                 WHERE p.user_id = %(viewer)s)))""",
    )[0]


def find_lines(viewer: User) -> str:
    """JSON, made where the rows are: [[id, number, reference, name, client unless named, what it is found by, state, mark], …].

    mark: "p" pinned, "r" used of late, at most OFFERED of each; these stand first, then what is not closed, by name.
    """
    return walls.read(
        viewer,
        str,
        f"""WITH pins AS MATERIALIZED ({_PINS}),
                 written AS MATERIALIZED (SELECT DISTINCT ON (r.case_id) r.case_id, r.written FROM store_casereference r
                                          WHERE r.office_id = %(office)s AND r.position >= 0 ORDER BY r.case_id, r.position, r.id)
            SELECT coalesce(json_agg(json_build_array(c.public_id, c.number, coalesce(w.written, ''), c.name,
                                                      CASE WHEN strpos(c.name, c.client) = 0 THEN c.client ELSE '' END,
                                                      c.haystack, c.state, coalesce(p.mark, ''))
                                     ORDER BY p.place, c.state = 'closed', c.sort_key, c.id), '[]')::text
            FROM store_case c LEFT JOIN pins p ON p.case_id = c.id LEFT JOIN written w ON w.case_id = c.id
            WHERE {walls.card("c")}""",
        offered=OFFERED,
    )[0]
