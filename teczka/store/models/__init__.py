"""The tables, by noun."""

from teczka.store.models.accounts import Account, FetchRequest, Lease, Secret
from teczka.store.models.acts import Act, Operation
from teczka.store.models.folders import FetchTrouble, Folder
from teczka.store.models.messages import Message, Pack, Part, Placement, Terms, Text, Thread, ThreadLink
from teczka.store.models.office import AccountOffer, Diagnosis, OAuthClient, OfficePolicy
from teczka.store.models.outgoing import (
    Correspondent,
    Enclosure,
    Identity,
    Outgoing,
    OutgoingEvent,
    Recipient,
    Template,
)
from teczka.store.models.people import Office, User
from teczka.store.models.sharing import Grant

__all__ = [
    "Account",
    "AccountOffer",
    "Act",
    "Correspondent",
    "Diagnosis",
    "Enclosure",
    "FetchRequest",
    "FetchTrouble",
    "Folder",
    "Grant",
    "Identity",
    "Lease",
    "Message",
    "OAuthClient",
    "Office",
    "OfficePolicy",
    "Operation",
    "Outgoing",
    "OutgoingEvent",
    "Pack",
    "Part",
    "Placement",
    "Recipient",
    "Secret",
    "Template",
    "Terms",
    "Text",
    "Thread",
    "ThreadLink",
    "User",
]
