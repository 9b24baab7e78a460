"""Folders of any length, made inside the database: rows as the two transactions leave them, without bytes behind them."""

from uuid import uuid4

from django.db import connection

from teczka.store.events import changed
from teczka.store.models import Account, Folder, Pack, User
from teczka.store.viewer import as_user

MESSAGES = """
INSERT INTO store_message (public_id, office_id, owner_id, account_id, sha256, size, pack_id, pack_offset, pack_length, pack_codec,
  internaldate, subject, from_name, from_address, to_line, message_id, snippet, attachments, defects, reading_tries, indexed_with)
SELECT gen_random_uuid(), %(office)s, %(owner)s, %(account)s, sha256(('n' || n)::bytea), n, %(pack)s, 0, 0, 0,
  timestamptz '2026-01-01' + n * interval '1 minute', 'Pismo ' || n, 'Nadawca ' || n %% 97, 'n' || n %% 97 || '@sad.example', '',
  '<' || n || '@sad.example>', 'Początek pisma ' || n, 0, '{}', 0, 1
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
"""
MADE = """
FROM store_message m WHERE m.account_id = %(account)s AND m.size BETWEEN %(first)s AND %(last)s
"""
PLACEMENTS = """
INSERT INTO store_placement (office_id, owner_id, folder_id, message_id, uidvalidity, uid, internaldate,
  seen, flagged, answered, draft, keywords)
SELECT m.office_id, m.owner_id, %(folder)s, m.id, 1, m.size, m.internaldate, m.size %% 3 > 0, false, false, false, '{}'
"""
TEXTS = """
INSERT INTO store_text (message_id, owner_id, headers, text, html, blocked_images, blocked_hosts)
SELECT m.id, m.owner_id, '{}', '', '<p>Treść pisma ' || m.size || '</p>'
  || repeat('<p>W załączeniu przesyłam odpis pozwu wraz z załącznikami i wnoszę o doręczenie.</p>', 20 + (m.size %% 60)::int), 0, '{}'
"""
COUNTERS = """
UPDATE store_folder SET stored = stored + %(last)s - %(first)s + 1,
  unread = (SELECT count(*) FROM store_placement WHERE folder_id = %(folder)s AND NOT seen) WHERE id = %(folder)s
"""


def fill(owner: User, account: Account, folder: Folder, first: int, last: int) -> None:
    """Messages number `first` to `last`; the highest number is the newest. Each one's subject and body tell its number."""
    pack = uuid4()
    names = {
        "office": owner.office_id,
        "owner": owner.pk,
        "account": account.pk,
        "folder": folder.pk,
        "pack": pack,
        "first": first,
        "last": last,
    }
    with as_user(owner.pk), connection.cursor() as cursor:
        Pack.objects.create(id=pack, office_id=owner.office_id, owner_id=owner.pk, account=account, size=0)
        for statement in (MESSAGES, PLACEMENTS + MADE, TEXTS + MADE, COUNTERS):
            cursor.execute(statement, names)


def arrive(owner: User, account: Account, folder: Folder, first: int, last: int) -> None:
    """As `fill`, and told to whoever looks."""
    with as_user(owner.pk):
        fill(owner, account, folder, first, last)
        changed([owner.public_id], account.public_id, [folder.public_id])
