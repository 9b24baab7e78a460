"""Whom somebody wrote to and who wrote to them: nobody else's correspondence is ever among it (P7)."""

from dataclasses import dataclass

from teczka.store.models import User
from teczka.store.queries import walls

MOST = 2_000  # what a page holds to complete from


@dataclass(frozen=True, slots=True)
class Known:
    name: str
    address: str


def known_people(viewer: User) -> list[Known]:
    """Whom they wrote to most, then who wrote to them; of two accounts' words for one address the later."""
    return walls.read(
        viewer,
        Known,
        f"""SELECT (array_agg(c.name ORDER BY c.name = '', c.last_at DESC))[1], c.address FROM store_correspondent c
            JOIN store_account a ON a.id = c.account_id
            WHERE {walls.mine("c")} AND {walls.mine("a")} AND a.deleted_at IS NULL GROUP BY c.address
            ORDER BY sum(c.sent_count) DESC, max(c.last_at) DESC LIMIT %(most)s""",
        most=MOST,
    )


def written_domains(viewer: User) -> set[str]:
    """Domains that the viewer has written to, and their own."""
    return set(
        walls.read(
            viewer,
            str,
            f"""SELECT split_part(c.address, '@', 2) FROM store_correspondent c WHERE {walls.mine("c")} AND c.sent_count > 0
                UNION SELECT lower(split_part(a.address, '@', 2)) FROM store_account a WHERE {walls.mine("a")}""",
        )
    )
