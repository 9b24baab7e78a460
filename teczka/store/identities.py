"""As whom somebody may write: what each of their accounts has from the beginning."""

from teczka.store.statements import execute

ENSURE = """
INSERT INTO store_identity (public_id, office_id, owner_id, account_id, name, address, reply_to, signature_html, signature_text, position)
SELECT gen_random_uuid(), a.office_id, a.owner_id, a.id, '', a.address, '', '', '', 0 FROM store_account a
WHERE a.owner_id = %s AND a.deleted_at IS NULL AND a.protocol <> 'archive'
  AND NOT EXISTS (SELECT FROM store_identity i WHERE i.account_id = a.id AND i.position = 0)
"""


def ensure(owner_id: int) -> None:
    """As the owner."""
    execute(ENSURE, [owner_id])
