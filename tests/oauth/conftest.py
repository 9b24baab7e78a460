"""Where the identity provider and its Dovecot come from."""

from tests.oauth.fixtures import mail_server, provider, token_dovecot

__all__ = ["mail_server", "provider", "token_dovecot"]
