"""The egress gate as the machine's keeper set it: one for the whole process."""

from functools import cache

from teczka.core.settings import SettingError, settings
from teczka.remote.egress import Gate


@cache
def gate() -> Gate:
    """Raises SettingError where TECZKA_EGRESS_ALLOW cannot be understood."""
    try:
        return Gate.parse(settings().egress_allow)
    except ValueError as error:
        raise SettingError(f"TECZKA_EGRESS_ALLOW: {error}") from error
