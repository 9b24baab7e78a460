"""Where the identity provider and its Dovecot come from."""

from tests.oauth.fixtures import internet, mail_server, provider, token_servers

__all__ = ["internet", "mail_server", "provider", "token_servers"]
