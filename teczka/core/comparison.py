"""What was typed for an account beside what its provider publishes, for a look when a check has failed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from teczka.core.accounts import Endpoint, NewAccount
from teczka.core.discovery import Offer, Service


class Field(StrEnum):
    HOST = "host"
    PORT = "port"
    SECURITY = "security"
    USERNAME = "username"


@dataclass(frozen=True, slots=True)
class Row:
    service: Service
    field: Field
    entered: str
    published: str

    @property
    def same(self) -> bool:
        return self.entered.casefold() == self.published.casefold()


def compared(new: NewAccount, offers: Iterable[Offer]) -> list[Row]:
    """Four rows for each server that was entered and is published too, against the offer that is most like it."""
    known = list(offers)
    rows = list(_rows(Service(new.protocol), new.incoming, new.username, known))
    if new.outgoing:
        rows += _rows(Service.SMTP, new.outgoing, new.smtp_username or new.username, known)
    return rows


def _rows(service: Service, entered: Endpoint, username: str, offers: list[Offer]) -> Iterator[Row]:
    against = [list(_against(entered, username, offer)) for offer in offers if offer.service is service]
    yield from min(against, key=lambda rows: sum(not row.same for row in rows), default=())


def _against(entered: Endpoint, username: str, offer: Offer) -> Iterator[Row]:
    published = offer.server
    yield Row(offer.service, Field.HOST, entered.host.rstrip("."), published.host)
    yield Row(offer.service, Field.PORT, str(entered.port), str(published.port))
    yield Row(offer.service, Field.SECURITY, entered.security, published.security)
    taken = offer.username_retry if username == offer.username_retry else offer.username
    yield Row(offer.service, Field.USERNAME, username, taken)
