"""The two ways in, by one name each: what is tried over the one is tried over the other."""

import asyncio
from collections.abc import Callable

from teczka.remote.egress import Gate
from teczka.remote.pop3 import Pop3Drop, look
from teczka.remote.pop3.limits import DEFAULT, Limits
from teczka.remote.pop3.line import Line
from teczka.remote.types import Credential, Server, SpoolFactory

GATE = Gate.parse("127.0.0.1")


def blocking(
    server: Server,
    credential: Credential,
    timeout: float,
    *,
    spool: SpoolFactory | None = None,
    limits: Limits = DEFAULT,
) -> Pop3Drop:
    return Pop3Drop.connect(server, credential, GATE, spool=spool, timeout=timeout, limits=limits)


def by_asyncio(
    server: Server,
    credential: Credential,
    timeout: float,
    *,
    spool: SpoolFactory | None = None,
    limits: Limits = DEFAULT,
) -> Pop3Drop:
    """As far as the listing; then it is handed over."""
    drop = looked(server, credential, timeout, b"", spool=spool, limits=limits)
    assert drop is not None
    return drop


def looked(
    server: Server,
    credential: Credential,
    timeout: float,
    known: bytes,
    *,
    spool: SpoolFactory | None = None,
    limits: Limits = DEFAULT,
) -> Pop3Drop | None:
    return asyncio.run(look(server, credential, GATE, known, spool=spool, timeout=timeout, limits=limits))


def in_and_out(server: Server, credential: Credential, timeout: float) -> None:
    blocking(server, credential, timeout).close()


async def _in_and_out(server: Server, credential: Credential, timeout: float) -> None:
    line = await Line.connect(server, credential, GATE, timeout=timeout)
    await line.leave()


def in_and_out_by_asyncio(server: Server, credential: Credential, timeout: float) -> None:
    asyncio.run(_in_and_out(server, credential, timeout))


TRANSPORTS: dict[str, Callable[..., Pop3Drop]] = {"blocking": blocking, "asyncio": by_asyncio}
VISITS: dict[str, Callable[[Server, Credential, float], None]] = {
    "blocking": in_and_out,
    "asyncio": in_and_out_by_asyncio,
}
