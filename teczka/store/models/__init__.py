"""The tables, by noun."""

from teczka.store.models.accounts import Account, FetchRequest, Lease, Secret
from teczka.store.models.acts import Act, Operation
from teczka.store.models.audit import AuditEntry
from teczka.store.models.backups import BackupRun
from teczka.store.models.cases import Case, CaseMember, CaseNote, CasePin, CaseReference, Document, Party, PartyAddress
from teczka.store.models.erasure import Erased, ErasedPlace, Stray
from teczka.store.models.extraction import AttachmentText
from teczka.store.models.filing import Filing, Follow, NeverSuggest, SetAside
from teczka.store.models.folders import FetchTrouble, Folder
from teczka.store.models.imports import Import, ImportFile
from teczka.store.models.messages import Message, Pack, Part, Passage, Placement, Terms, Text, Thread, ThreadLink
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
from teczka.store.models.passkeys import Passkey
from teczka.store.models.people import Office, User
from teczka.store.models.provider_identities import ProviderIdentity
from teczka.store.models.references import MessageReference
from teczka.store.models.rules import Rule, RuleException, RuleHit, RuleRun, RuleTemplate
from teczka.store.models.searches import SavedSearch
from teczka.store.models.second_factor import SecondFactor
from teczka.store.models.sharing import Comment, Grant, Mention, Share
from teczka.store.models.tasks import Task

__all__ = [
    "Account",
    "AccountOffer",
    "Act",
    "AttachmentText",
    "AuditEntry",
    "BackupRun",
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
    "Erased",
    "ErasedPlace",
    "FetchRequest",
    "FetchTrouble",
    "Filing",
    "Folder",
    "Follow",
    "Grant",
    "Identity",
    "Import",
    "ImportFile",
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
    "Passage",
    "Passkey",
    "Placement",
    "ProviderIdentity",
    "Recipient",
    "Rule",
    "RuleException",
    "RuleHit",
    "RuleRun",
    "RuleTemplate",
    "SavedSearch",
    "SecondFactor",
    "Secret",
    "SetAside",
    "Share",
    "Stray",
    "Task",
    "Template",
    "Terms",
    "Text",
    "Thread",
    "ThreadLink",
    "User",
]
