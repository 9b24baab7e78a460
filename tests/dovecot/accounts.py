"""An account's row with a mailbox of the test server behind it."""

from teczka.actions.secrets import seal_password
from teczka.core.accounts import Protocol
from teczka.store.models import Account, User
from teczka.store.viewer import as_user
from tests.cast import make_account
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot


def opened(owner: User, dovecot: Dovecot, mailbox: Mailbox, protocol: Protocol = Protocol.IMAP) -> Account:
    """Its password is kept: whoever fetches gets in."""
    port = dovecot.tls_port if protocol == Protocol.IMAP else dovecot.pop3s_port
    made = make_account(
        owner,
        protocol=protocol,
        host=dovecot.host,
        port=port,
        username=mailbox.username,
        ca_pem=dovecot.ca_pem,
    )
    with as_user(owner.pk):
        seal_password(made, mailbox.password)
    return made
