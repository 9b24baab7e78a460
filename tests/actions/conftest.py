"""Where the actions' own Dovecot comes from."""

from tests.dovecot.fixtures import dovecot, mailbox

__all__ = ["dovecot", "mailbox"]
