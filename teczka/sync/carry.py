"""From the network to the disk: one thread reads, this one commits, and what is written lies in between (basket.py)."""

from collections.abc import Callable
from threading import Thread

from teczka.core.errors import Problem, Trouble
from teczka.core.mail import RemoteMessage
from teczka.sync.basket import Basket, Sealed, Stopped, body_length, discard
from teczka.sync.ports import K, LocalAccount
from teczka.sync.report import Report

Put = Callable[[RemoteMessage], None]
Read = Callable[[Put, Callable[[], None]], None]


def carry(read: Read, commit: Callable[[Sealed[K]], None], local: LocalAccount[K], report: Report) -> None:
    """`read(put, flush)` runs in a thread of its own: of the local side it may reach `spool` alone. What it put is committed, also when it
    raises; then that is raised here. Problem(SHARE_USED) once `report.allowance` is used up."""
    basket: Basket[K] = Basket(local.keep)
    share = None if report.allowance is None else max(0, report.allowance - report.bytes)
    reader = Thread(target=_read, args=(read, basket, share), name="teczka-fetch", daemon=True)
    reader.start()
    try:
        while True:
            with report.phase("network"):
                batch = basket.take()
            if batch is None:
                return
            with report.phase("storage"):
                commit(batch)
            report.bytes += batch.bytes
    finally:
        basket.stop()
        reader.join()


def _read(read: Read, basket: Basket[K], share: int | None) -> None:
    taken = 0

    def put(message: RemoteMessage) -> None:
        nonlocal taken
        length = body_length(message)
        if message.size and not length:
            discard(
                message
            )  # without bytes, where the server says there are some: never stored as if it were the message
            return
        basket.put(message)
        taken += length
        if share is not None and taken >= share:
            raise Problem(Trouble.SHARE_USED)

    try:
        read(put, basket.flush)
    except Stopped:
        basket.end()
    except BaseException as failure:  # noqa: BLE001  raised again in the thread that commits
        basket.end(failure)
    else:
        basket.end()
