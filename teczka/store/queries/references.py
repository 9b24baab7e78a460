"""What bears a reference: cases, and messages, as far as their viewer may see them. And older mail that fits what is known of a case."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from teczka.core.references import Reference
from teczka.store.models import User
from teczka.store.queries import walls
from teczka.store.queries.case_list import ListedCase, cases_of

BLOCK = 50


@dataclass(frozen=True, slots=True)
class MessageWith:
    id: int
    public_id: UUID
    subject: str
    from_name: str
    from_address: str
    internaldate: datetime
    owner_name: str  # "": the viewer's own
    reason: str  # core.references.Place; of older mail that fits "reference" or "party"
    what: str  # the reference as it is written there, or the address


# The same file: a suffix that only one of two bears is no difference (core.identifiers.same).
SAME = """{0}.repertory = {1}.repertory AND {0}.number = {1}.number AND {0}.year = {1}.year AND {0}.division = {1}.division
  AND {0}.court = {1}.court AND ({0}.suffix = {1}.suffix OR {0}.suffix = '' OR {1}.suffix = '')"""
ASKED = """(SELECT %(repertory)s, %(number)s, %(year)s, %(division)s, %(court)s, %(suffix)s)
  AS k (repertory, number, year, division, court, suffix)"""
# Whose mail may be among it: one look at the index for each, in place of one at each of their messages.
OWNERS = "SELECT u.id FROM store_user u WHERE u.office_id = %(office)s"


def cases_with(viewer: User, reference: Reference) -> list[ListedCase]:
    """Whose cards the viewer may see, closed ones last."""
    found = walls.read(
        viewer,
        int,
        f"""SELECT c.id FROM store_case c
            WHERE {walls.card("c")} AND c.id IN (SELECT r.case_id FROM store_casereference r, {ASKED}
              WHERE r.office_id = %(office)s AND {SAME.format("r", "k")})
            ORDER BY c.state = 'closed', c.sort_key, c.id""",
        **reference._asdict(),
    )
    return cases_of(viewer, found) if found else []


def messages_with(
    viewer: User, reference: Reference, after: UUID | None = None, most: int = BLOCK
) -> list[MessageWith]:
    """The newest first, behind the one that is named."""
    named = f"""SELECT r.message_id AS id, r.place AS reason, r.written AS what, r.position AS rank
                FROM store_messagereference r, {ASKED} WHERE r.owner_id IN ({OWNERS}) AND {SAME.format("r", "k")}"""
    return _newest(viewer, named, "true", after, most, **reference._asdict())


def older_mail_that_fits(viewer: User, case: int) -> list[MessageWith]:
    """The newest BLOCK of what the viewer may see and is not filed to this case yet, though it names one of the case's references, or
    comes from a party's address that no other case has, courts' and bailiffs' apart. By a case's inner id, as the viewer's own query gave
    it. Answers to a party are not looked for: they are filed with their conversation."""
    fitting = f"""SELECT r.message_id AS id, 'reference' AS reason, r.written AS what, r.position AS rank
                  FROM store_casereference k JOIN store_messagereference r ON r.owner_id IN ({OWNERS}) AND {SAME.format("r", "k")}
                  WHERE k.case_id = %(case)s
                  UNION ALL SELECT t.message, 'party', t.address, 32767 FROM teczka_mail_from(ARRAY({_ITS_PEOPLE})) t"""
    loose = f"""EXISTS (SELECT FROM store_case c WHERE c.id = %(case)s AND {walls.card("c")})
                AND NOT EXISTS (SELECT FROM store_filing f WHERE f.message_id = m.id AND f.case_id = %(case)s AND f.undone_at IS NULL)"""
    return _newest(viewer, fitting, loose, None, BLOCK, case=case)


_ITS_PEOPLE = f"""SELECT a.address FROM store_partyaddress a JOIN store_party p ON p.id = a.party_id
  WHERE a.case_id = %(case)s AND p.side NOT IN ('court', 'bailiff')
    AND a.address NOT IN (SELECT lower(o.address) FROM store_account o WHERE {walls.mine("o")})
    AND NOT EXISTS (SELECT FROM store_partyaddress b JOIN store_case c ON c.id = b.case_id
      WHERE b.office_id = a.office_id AND b.address = a.address AND b.case_id <> a.case_id AND {walls.card("c")})"""


def _newest(
    viewer: User, found: str, which: str, after: UUID | None, most: int, **parameters: Any
) -> list[MessageWith]:
    place = _place(viewer, after) if after else None
    beyond = "(m.internaldate, m.id) < (%(at)s, %(id)s)" if place else "true"
    at, id_ = place or (None, None)
    return walls.read(
        viewer,
        MessageWith,
        f"""WITH found AS MATERIALIZED (SELECT DISTINCT ON (id) * FROM ({found}) f ORDER BY id, rank)
            SELECT m.id, m.public_id, coalesce(m.subject, ''), m.from_name, m.from_address, m.internaldate,
                   CASE WHEN {walls.mine("m")} THEN '' ELSE o.name END, found.reason, found.what
            FROM found JOIN store_message m ON m.id = found.id JOIN store_user o ON o.id = m.owner_id
            WHERE {walls.visible("m")} AND {which} AND {beyond} ORDER BY m.internaldate DESC, m.id DESC LIMIT %(most)s""",
        at=at,
        id=id_,
        most=most,
        **parameters,
    )


def _place(viewer: User, message: UUID) -> tuple[datetime, int] | None:
    found = walls.read(
        viewer,
        lambda at, id_: (at, id_),
        f"SELECT m.internaldate, m.id FROM store_message m WHERE m.public_id = %(message)s AND {walls.visible('m')}",
        message=message,
    )
    return found[0] if found else None
