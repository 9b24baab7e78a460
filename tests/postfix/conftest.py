"""Where these tests' servers come from."""

from tests.postfix.fixtures import dovecot, mailbox, postfix

__all__ = ["dovecot", "mailbox", "postfix"]
