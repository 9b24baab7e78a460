"""Sends what is due for one account, beside the pass over its mail, which may take long."""

import asyncio
import logging

from django.db import OperationalError, connection

from teczka.actions.sending import Sending
from teczka.core.errors import LeaseLost
from teczka.store.leases import Lease
from teczka.worker.places import Places

AFTER_A_MISTAKE = 60.0  # seconds

log = logging.getLogger(__name__)


class Sender:
    def __init__(self, lease: Lease, owner_id: int, places: Places) -> None:
        self._lease = lease
        self._owner_id = owner_id
        self._places = places
        self._sending: Sending | None = None
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something is to be sent or taken back, or a pass may have brought what is looked for."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled, or until another worker speaks for the account."""
        try:
            while True:
                self._wake.clear()
                # It is never cut off: behind the end of the text nobody would know what became of the message.
                seconds = await self._places.work(self._owner_id, self._send)
                await self._rest(seconds)
        except LeaseLost:
            pass  # its keeper says so

    async def _rest(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    def _send(self) -> float | None:
        """In a thread. Seconds until there is more to do."""
        try:
            self._sending = self._sending or Sending(self._lease.account_id, self._owner_id, self._lease)
            return self._sending.run()
        except (LeaseLost, OperationalError):
            raise
        except Exception:
            log.exception("account %s: sending failed", self._lease.account_id)
            return AFTER_A_MISTAKE
        finally:
            connection.close_if_unusable_or_obsolete()
