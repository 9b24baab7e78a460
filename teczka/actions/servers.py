"""Where an account's mail lies on its server, and what opens it."""

import asyncio

from teczka.actions.gate import gate
from teczka.actions.secrets import open_password
from teczka.actions.tokens import token_credential
from teczka.core.accounts import Auth, Protocol
from teczka.core.errors import Problem, Trouble
from teczka.remote.imap import ImapMailbox
from teczka.remote.pop3 import Pop3Drop, look
from teczka.remote.types import Credential, Security, Server
from teczka.store.mail import LocalMail
from teczka.store.models import Account, Secret
from teczka.store.queries.policy import policy
from teczka.store.secrets import SecretBroken
from teczka.store.viewer import as_user
from teczka.sync import Acts, Report, collect, run

Connection = ImapMailbox | Pop3Drop


def reach(account: Account) -> tuple[Server, Credential]:
    """Outside any transaction: an access token may have to be renewed first. Raises Problem."""
    allowed = policy(account.owner).allows_plain(account.host)
    server = Server(account.host, account.port, Security(account.security), account.ca_pem, plain_allowed=allowed)
    check_encrypted(server)
    return server, opens(account, account.username, account.host)


def reach_outgoing(account: Account) -> tuple[Server, Credential]:
    """As `reach`, for its submission server. Raises Problem(SENDING_NO_SERVER) where it has none."""
    if not account.smtp_host or not account.smtp_port:
        raise Problem(Trouble.SENDING_NO_SERVER)
    allowed = policy(account.owner).allows_plain(account.smtp_host)
    security = Security(account.smtp_security)
    server = Server(account.smtp_host, account.smtp_port, security, account.ca_pem, plain_allowed=allowed)
    check_encrypted(server)
    return server, opens(account, account.smtp_username or account.username, account.smtp_host)


def connect(account: Account, local: LocalMail) -> Connection:
    """By the account's protocol, signed in. Raises Problem."""
    server, credential = reach(account)
    if account.protocol == Protocol.POP3:
        return Pop3Drop.connect(server, credential, gate(), spool=local.spool)
    return ImapMailbox.connect(server, credential, gate(), spool=local.spool)


async def look_in(account: Account, local: LocalMail, settled: bytes) -> Pop3Drop | None:
    """By POP3, without a thread that waits for the server: None where it lists what it listed when a report said `settled`, else the
    session, signed in. Raises Problem."""
    server, credential = await asyncio.to_thread(reach, account)
    return await look(server, credential, gate(), settled, spool=local.spool)


def bring_in(remote: Connection, local: LocalMail, report: Report, acts: Acts | None) -> None:
    """One pass. Raises LeaseLost; a Problem is in the report."""
    if isinstance(remote, Pop3Drop):
        collect(remote, local, report)
    else:
        run(remote, local, report, acts)


def check_encrypted(server: Server) -> None:
    """Raises Problem(TLS_REQUIRED) where the office's administrators do not, or no longer, allow this host without encryption."""
    if server.security is Security.PLAIN and not server.plain_allowed:
        raise Problem(Trouble.TLS_REQUIRED, host=server.host)


def opens(account: Account, username: str, host: str) -> Credential:
    """What lets this account in at one of its servers. Raises Problem, SECRET_BROKEN where the stored password cannot be opened,
    SECRET_MISSING where none is kept."""
    if account.auth != Auth.PASSWORD:
        return token_credential(account, username, host)
    try:
        with as_user(account.owner_id):
            return Credential(username, open_password(account))
    except Secret.DoesNotExist as missing:
        raise Problem(Trouble.SECRET_MISSING) from missing
    except SecretBroken as broken:
        raise Problem(Trouble.SECRET_BROKEN) from broken
