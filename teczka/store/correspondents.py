"""Whom an account wrote to: what completion offers first. Within the owner's transaction."""

import json
from datetime import datetime
from typing import Any

from django.db import connection

from teczka.store.models import Account

WROTE = """
INSERT INTO store_correspondent AS c (office_id, owner_id, account_id, address, name, sent_count, received_count, last_at)
SELECT DISTINCT ON (lower(t.address)) %(office)s, %(owner)s, %(account)s, lower(t.address), t.name, 1, 0, %(at)s
FROM json_to_recordset(%(people)s) AS t (name text, address text) ORDER BY lower(t.address), t.name = ''
ON CONFLICT (account_id, address) DO UPDATE SET sent_count = c.sent_count + 1, last_at = greatest(c.last_at, excluded.last_at),
  name = CASE WHEN excluded.name = '' THEN c.name ELSE excluded.name END
"""


def wrote_to(account: Account, people: list[tuple[str, str]], at: datetime) -> None:
    """(name, address) of each recipient of a message."""
    told = json.dumps([{"name": name, "address": address} for name, address in people])
    columns: dict[str, Any] = {
        "office": account.office_id,
        "owner": account.owner_id,
        "account": account.pk,
        "at": at,
        "people": told,
    }
    with connection.cursor() as cursor:
        cursor.execute(WROTE, columns)
