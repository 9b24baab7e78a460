"""The search for an address's servers as the machine's keeper starts it: no office, no database. Pages go through discovery.py."""

from collections.abc import Iterator
from threading import Event

from teczka.actions.gate import gate
from teczka.core.discovery import Found, Step
from teczka.core.policy import Policy
from teczka.core.providers import by_id
from teczka.mime.recipients import parted
from teczka.remote.discovery.names import Names
from teczka.remote.discovery.search import World, built_in, search
from teczka.remote.http import Https


def look_up(address: str, policy: Policy, stop: Event | None = None) -> Iterator[Step | Found]:
    """Steps as they happen, at last what was found, within twelve seconds. Raises Problem(ADDRESS_SPELLING) at once."""
    return search(parted(address), policy, World(gate(), Names(), Https(gate())), stop)


def look_up_offline(address: str, provider: str = "") -> Found:
    """By our own table alone. `provider`: its id in core/providers.toml, where it is known already. Raises Problem(ADDRESS_SPELLING)."""
    return built_in(parted(address), by_id(provider))
