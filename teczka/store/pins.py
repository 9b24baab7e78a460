"""Cases that somebody pinned, or used of late: what the picker offers them first. Their own rows, which nobody else sees."""

from teczka.store.statements import execute

APART = 10  # minutes between two uses that are noted: the browser's copy of the list is fetched again after each

USE = """
INSERT INTO store_casepin (user_id, case_id, office_id, used_at) VALUES (%(user)s, %(case)s, %(office)s, now())
ON CONFLICT (user_id, case_id) DO UPDATE SET used_at = now()
WHERE store_casepin.used_at < now() - %(apart)s * interval '1 minute'
"""
PIN = """
INSERT INTO store_casepin (user_id, case_id, office_id, pinned_at, used_at) VALUES (%(user)s, %(case)s, %(office)s, now(), now())
ON CONFLICT (user_id, case_id) DO UPDATE SET pinned_at = coalesce(store_casepin.pinned_at, now())
"""
UNPIN = "UPDATE store_casepin SET pinned_at = NULL WHERE user_id = %(user)s AND case_id = %(case)s"


def write(statement: str, user: int, case: int, office: int) -> None:
    """USE, PIN or UNPIN, as this user."""
    execute(statement, {"user": user, "case": case, "office": office, "apart": APART})
