"""Listening to an account's inbox on its server."""

import asyncio
from collections.abc import AsyncIterator

from teczka.actions.gate import gate
from teczka.actions.servers import reach
from teczka.remote.imap import watch
from teczka.remote.types import Credential, Server
from teczka.store.models import Account
from teczka.store.viewer import as_user

INBOX = b"INBOX"  # RFC 3501 §5.1: every account has it


async def changes(account_id: int, owner_id: int) -> AsyncIterator[None]:
    """Yields once the inbox is open and whenever it may have changed. Raises Problem when the connection is lost."""
    server, credential = await asyncio.to_thread(_reach, account_id, owner_id)
    async for _ in watch(server, credential, gate(), INBOX):
        yield


def _reach(account_id: int, owner_id: int) -> tuple[Server, Credential]:
    with as_user(owner_id):
        account = Account.objects.get(pk=account_id)
    return reach(account)
