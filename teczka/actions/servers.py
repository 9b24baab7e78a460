"""Where an account's mail lies on its server, and what opens it."""

from teczka.actions.secrets import open_password
from teczka.core.errors import Problem, Trouble
from teczka.remote.types import Credential, Security, Server
from teczka.store.models import Account, Secret
from teczka.store.secrets import SecretBroken
from teczka.store.viewer import as_user


def reach(account: Account) -> tuple[Server, Credential]:
    """Raises Problem(SECRET_BROKEN) where the stored password cannot be opened."""
    try:
        with as_user(account.owner_id):
            password = open_password(account)
    except (SecretBroken, Secret.DoesNotExist) as broken:
        raise Problem(Trouble.SECRET_BROKEN) from broken
    server = Server(account.host, account.port, Security(account.security), account.ca_pem)
    return server, Credential(account.username, password)
