"""Whom somebody wrote to and who wrote to them: nobody else's correspondence is ever among it (P7)."""

from dataclasses import dataclass

from teczka.core.accounts import Protocol, State
from teczka.core.glyphs import plain
from teczka.store.models import User
from teczka.store.queries import walls

MOST = 2_000  # what a page holds to complete from
_FEW = 20  # letters of somebody who may be new: enough that the first of several is still told


@dataclass(frozen=True, slots=True)
class Known:
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Of an address that nothing came from before."""

    known_by: str  # the address by which the viewer wrote to somebody of the same name, or ""


def newcomer(viewer: User, message: int, name: str, address: str) -> Newcomer | None:
    """Whether a letter of the viewer's own, of this sender, is the first that they may see, and they never wrote there. Not of what was
    there before its account was added, nor while older mail may still come: there everybody would be new. Costs a few rows, for a
    newcomer a look at whom the viewer wrote to."""
    asked: dict[str, object] = {"message": message, "address": address.lower(), "few": _FEW}
    if not address or not walls.read_often(viewer, bool, f"SELECT true WHERE {_MAY_BE_NEW}", **asked):
        return None
    if walls.read_often(viewer, bool, f"SELECT true WHERE EXISTS ({_EARLIER})", **asked):
        return None
    asked["names"] = list({" ".join(one.lower().split()) for one in (name, plain(name)[0])} - {""})
    return Newcomer(next(iter(walls.read_often(viewer, str, _NAMESAKE, **asked)), ""))


# By an address's own row in each account.
_MAY_BE_NEW = f"""
EXISTS (SELECT FROM store_message m JOIN store_account a ON a.id = m.account_id WHERE m.id = %(message)s AND {walls.mine("m")}
  AND {walls.mine("a")} AND m.internaldate > a.created_at AND a.state = '{State.WORKING}' AND a.protocol <> '{Protocol.ARCHIVE}')
AND NOT EXISTS (SELECT FROM store_account a WHERE {walls.mine("a")} AND a.state IN ('{State.NEW}', '{State.FETCHING}')
  AND a.deleted_at IS NULL AND a.paused_at IS NULL AND a.protocol <> '{Protocol.ARCHIVE}')
AND (SELECT coalesce(sum(c.sent_count), 0) = 0 AND coalesce(sum(c.received_count), 0) <= %(few)s
  FROM store_account a JOIN store_correspondent c ON c.account_id = a.id AND c.address = %(address)s
  WHERE {walls.mine("a")} AND {walls.mine("c")})
"""
# Numbered as they come here, which a sender's clock has no say in; what was taken in later may be older.
_EARLIER = f"""
SELECT FROM teczka_mail_from(ARRAY[%(address)s]) t JOIN store_message e ON e.id = t.message AND {walls.visible("e")}
JOIN store_message m ON m.id = %(message)s AND {walls.mine("m")}
WHERE e.id <> m.id AND (e.id < m.id OR e.internaldate < m.internaldate)
"""
_NAMESAKE = f"""
SELECT c.address FROM store_correspondent c JOIN store_account a ON a.id = c.account_id
WHERE {walls.mine("c")} AND {walls.mine("a")} AND a.deleted_at IS NULL AND c.sent_count > 0 AND c.address <> %(address)s
  AND lower(c.name) = ANY (%(names)s::text[]) ORDER BY c.last_at DESC LIMIT 1
"""


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
