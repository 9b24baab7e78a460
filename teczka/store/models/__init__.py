"""The tables, by noun."""

from teczka.store.models.accounts import Account, FetchRequest, Lease, Secret
from teczka.store.models.acts import Act, Operation
from teczka.store.models.audit import AuditEntry
from teczka.store.models.cases import Case, CaseMember, CaseNote, CasePin, CaseReference, Document, Party, PartyAddress
from teczka.store.models.filing import Filing, Follow, NeverSuggest, SetAside
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
from teczka.store.models.references import MessageReference
from teczka.store.models.rules import Rule, RuleException, RuleHit, RuleRun, RuleTemplate
from teczka.store.models.sharing import Comment, Grant, Mention, Share
from teczka.store.models.tasks import Task

__all__ = [
    "Account",
    "AccountOffer",
    "Act",
    "AuditEntry",
    "Case",
    "CaseMember",
    "CaseNote",
    "CasePin",
    "CaseReference",
    "Comment",
    "Correspondent",
    "Diagnosis",
    "Document",
    "Enclosure",
    "FetchRequest",
    "FetchTrouble",
    "Filing",
    "Folder",
    "Follow",
    "Grant",
    "Identity",
    "Lease",
    "Mention",
    "Message",
    "MessageReference",
    "NeverSuggest",
    "OAuthClient",
    "Office",
    "OfficePolicy",
    "Operation",
    "Outgoing",
    "OutgoingEvent",
    "Pack",
    "Part",
    "Party",
    "PartyAddress",
    "Placement",
    "Recipient",
    "Rule",
    "RuleException",
    "RuleHit",
    "RuleRun",
    "RuleTemplate",
    "Secret",
    "SetAside",
    "Share",
    "Task",
    "Template",
    "Terms",
    "Text",
    "Thread",
    "ThreadLink",
    "User",
]
