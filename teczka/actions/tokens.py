"""Access tokens of accounts that are signed in with Microsoft or Google: fresh whenever one is asked for.

One process renews at a time, and the others take what it got. The renewed refresh token is committed before the access token that came
with it leaves this module: killed in between, we go on with one or the other. A provider that ends a refresh token at its first use
leaves us none where we are killed between its answer and our commit; Microsoft and Google do not, and the owner reconnects.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from teczka.actions.clients import client_of, tell_office
from teczka.actions.gate import gate
from teczka.actions.secrets import open_tokens, seal_tokens
from teczka.core.accounts import Auth, NewAccount, Protocol, SecretKind, Tokens
from teczka.core.errors import Problem, Trouble
from teczka.core.oauth import PROVIDERS, Client, IdentityProvider
from teczka.remote.oauth import refresh
from teczka.remote.types import Credential
from teczka.store.locks import TOKENS, alone
from teczka.store.models import Account, Secret
from teczka.store.secrets import SecretBroken
from teczka.store.viewer import as_user

EARLY = timedelta(minutes=5)  # before its end a token is renewed: a sign-in takes time, and clocks differ
PATIENCE_SECONDS = 30.0  # with another process that is renewing: longer than a request to the provider may take


def token_credential(account: Account, username: str, host: str) -> Credential:
    """What signs this account in at one of its provider's own servers; nobody else gets to see a token. Outside any transaction, and
    may wait for the provider. Raises Problem."""
    _check_host(PROVIDERS[Auth(account.auth)], host)
    return Credential(username, access_token(account), bearer=True)


def check_hosts(new: NewAccount) -> None:
    """Before an account is added or changed. Raises Problem(OAUTH_HOST)."""
    if new.auth is not Auth.PASSWORD:
        for server in (new.incoming, new.outgoing):
            if server:
                _check_host(PROVIDERS[new.auth], server.host)


def access_token(account: Account) -> str:
    """For its protocol, and for sending where it sends: also as it shall be after an edit, before that is saved."""
    tokens = _kept(account)
    if _serves(account, tokens):
        return tokens.access
    try:
        with alone(TOKENS, account.pk, PATIENCE_SECONDS):
            tokens = _kept(account)  # the one before us may have renewed it
            return tokens.access if _serves(account, tokens) else _renew(account, tokens).access
    except TimeoutError as error:
        raise Problem(Trouble.OAUTH_UNAVAILABLE, provider=PROVIDERS[Auth(account.auth)].name) from error


def doubt_token(account: Account) -> None:
    """A mail server refused it before its time: the next one asked for is a new one."""
    with as_user(account.owner_id):
        if Secret.objects.select_for_update().filter(account=account, kind=SecretKind.TOKENS).exists():
            seal_tokens(account, replace(open_tokens(account), expires_at=datetime.now(UTC)))


def _check_host(provider: IdentityProvider, host: str) -> None:
    if not provider.trusts(host):
        raise Problem(Trouble.OAUTH_HOST, provider=provider.name, host=host)


def _renew(account: Account, tokens: Tokens) -> Tokens:
    auth = Auth(account.auth)
    with as_user(account.owner_id):
        client = client_of(account.office_id, auth)
    try:
        renewed = _asked(account, client, tokens)
    except Problem as problem:
        with as_user(account.owner_id):
            tell_office(auth, problem)
        raise
    return _keep(account, tokens, renewed)


def _asked(account: Account, client: Client, tokens: Tokens) -> Tokens:
    wanted = _wanted(account)
    grant = refresh(client, tokens.refresh, (*wanted, *client.provider.signing_in), gate())
    return Tokens(grant.refresh or tokens.refresh, grant.access, grant.expires_at, wanted)


def _keep(account: Account, old: Tokens, renewed: Tokens) -> Tokens:
    """Unless the owner has reconnected or forgotten meanwhile: then theirs stands."""
    with as_user(account.owner_id):
        rows = Secret.objects.select_for_update().filter(account=account, kind=SecretKind.TOKENS)
        now = open_tokens(account) if rows.exists() else None
        if now is not None and now.refresh == old.refresh:
            seal_tokens(account, renewed)
            tell_office(Auth(account.auth), None)
            return renewed
    if now is None:
        raise _ended(account)
    return now


def _kept(account: Account) -> Tokens:
    """Raises Problem(OAUTH_ENDED) where there are none, as after forgetting them."""
    try:
        with as_user(account.owner_id):
            return open_tokens(account)
    except Secret.DoesNotExist as missing:
        raise _ended(account) from missing
    except SecretBroken as broken:
        raise Problem(Trouble.SECRET_BROKEN) from broken


def _ended(account: Account) -> Problem:
    return Problem(Trouble.OAUTH_ENDED, provider=PROVIDERS[Auth(account.auth)].name)


def _wanted(account: Account) -> tuple[str, ...]:
    return PROVIDERS[Auth(account.auth)].mail_scopes(Protocol(account.protocol), sends=bool(account.smtp_host))


def _serves(account: Account, tokens: Tokens) -> bool:
    return tokens.expires_at - EARLY > datetime.now(UTC) and set(_wanted(account)) <= set(tokens.scopes)
