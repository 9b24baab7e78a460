"""The egress gate as the machine's keeper set it: one for the whole process."""

from functools import cache

from teczka.core.settings import SettingError, settings
from teczka.remote.egress import Entry, Gate, parse_entries


@cache
def gate() -> Gate:
    """Raises SettingError where TECZKA_EGRESS_ALLOW or TECZKA_EGRESS_DENY cannot be understood."""
    ours = settings()
    return Gate(_entries("TECZKA_EGRESS_ALLOW", ours.egress_allow), _entries("TECZKA_EGRESS_DENY", ours.egress_deny))


def _entries(name: str, text: str) -> list[Entry]:
    try:
        return parse_entries(text)
    except ValueError as error:
        raise SettingError(f"{name}: {error}") from error
