"""OAuth 2.0's authorization code grant with PKCE, for Microsoft and Google by one way (RFC 6749, RFC 7636, OpenID Connect Core)."""

from teczka.remote.oauth.authorization import Authorization, authorize
from teczka.remote.oauth.refusals import at_authorization
from teczka.remote.oauth.tokens import exchange, prove, refresh

__all__ = ["Authorization", "at_authorization", "authorize", "exchange", "prove", "refresh"]
