"""The tables, by noun."""

from teczka.store.models.accounts import Account, FetchRequest, Lease, Secret
from teczka.store.models.folders import FetchTrouble, Folder
from teczka.store.models.messages import Message, Pack, Part, Placement, Terms, Text, Thread, ThreadLink
from teczka.store.models.office import AccountOffer, Diagnosis, OAuthClient, OfficePolicy
from teczka.store.models.people import Office, User
from teczka.store.models.sharing import Grant

__all__ = [
    "Account",
    "AccountOffer",
    "Diagnosis",
    "FetchRequest",
    "FetchTrouble",
    "Folder",
    "Grant",
    "Lease",
    "Message",
    "OAuthClient",
    "Office",
    "OfficePolicy",
    "Pack",
    "Part",
    "Placement",
    "Secret",
    "Terms",
    "Text",
    "Thread",
    "ThreadLink",
    "User",
]
