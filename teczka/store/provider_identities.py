"""Who somebody is at Microsoft or Google, past the wall around it (migration 0018)."""

from teczka.core.accounts import Auth
from teczka.core.oauth import Identity
from teczka.store.statements import value_of


def somebody(office: int, auth: Auth) -> int | None:
    """One of the office who may come in by this provider; None: nobody, or the office has no registration there. Outside `as_user`."""
    found: int | None = value_of("SELECT teczka_comes_by(%s, %s)", [office, auth])
    return found


def known_as(office: int, auth: Auth, who: Identity) -> int | None:
    """Whom of the office this identity lets in. Outside `as_user`."""
    values = [office, auth, who.issuer, who.subject]
    found: int | None = value_of("SELECT teczka_known_as(%s, %s, %s, %s)", values)
    return found


def drop(whom: int) -> int:
    """All of a person's, by an administrator of their office, within `as_user`. How many there were; nothing of them is read."""
    return int(value_of("SELECT teczka_drop_provider_identities(%s)", [whom]))
