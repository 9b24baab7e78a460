"""The egress gate as the machine's keeper set it: one for the whole process."""

from functools import cache

from teczka.core.settings import settings
from teczka.remote.egress import Gate


@cache
def gate() -> Gate:
    """Raises ValueError, with a sentence that names the entry, where TECZKA_EGRESS_ALLOW cannot be understood."""
    return Gate.parse(settings().egress_allow)
