"""Whether there is anything new, asked without a thread that waits for the server: thousands of mailboxes are asked every few minutes,
and most of them have nothing."""

from teczka.remote.egress import Gate
from teczka.remote.pop3.limits import DEFAULT, Limits
from teczka.remote.pop3.line import Line
from teczka.remote.pop3.maildrop import Pop3Drop
from teczka.remote.types import Credential, Server, SpoolFactory


async def look(
    server: Server,
    credential: Credential,
    gate: Gate,
    known: bytes,
    *,
    spool: SpoolFactory | None = None,
    timeout: float = 60.0,
    limits: Limits = DEFAULT,
) -> Pop3Drop | None:
    """None where the server lists what it listed when `Pop3Drop.digest` was `known`; else that session, to be gone on with: some providers
    let nobody in twice within a quarter of an hour. Raises Problem."""
    line = await Line.connect(server, credential, gate, spool=spool, timeout=timeout, limits=limits)
    try:
        if (await line.listing()).digest != known:
            return line.go_on()
        await line.leave()
    except BaseException:
        line.close()
        raise
    return None
