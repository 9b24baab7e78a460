"""Cases and what lies in them, as rows: written by whoever makes them, so that the walls allow them, too."""

from teczka.core.filing import How
from teczka.language.order import sort_key
from teczka.store.blobs import blobs
from teczka.store.models import (
    Case,
    CaseMember,
    CaseNote,
    CaseReference,
    Comment,
    Document,
    Filing,
    Mention,
    Message,
    Pack,
    Party,
    PartyAddress,
    Task,
    User,
)
from teczka.store.packs.writer import write_pack
from teczka.store.viewer import as_user


def make_case(maker: User, name: str, *others: User, walled: bool = False, **fields: object) -> Case:
    """Its team are who makes it, who leads it, and `others`."""
    with as_user(maker.pk):
        case = Case.objects.create(
            office=maker.office,
            created_by=maker,
            name=name,
            sort_key=sort_key(name),
            haystack=name.casefold(),
            **fields,
        )
        for person in (maker, *others):
            CaseMember.objects.create(case=case, user=person, office_id=case.office_id, lead=person == maker)
        if walled:
            case.walled = True
            case.save()
    return case


def make_party(case: Case, by: User, name: str, *addresses: str, **fields: object) -> Party:
    with as_user(by.pk):
        party = Party.objects.create(case=case, office_id=case.office_id, name=name, **fields)
        for address in addresses:
            PartyAddress.objects.create(party=party, case=case, office_id=case.office_id, address=address)
    return party


def make_reference(
    case: Case, by: User, written: str, repertory: str, number: str, year: int, **fields: object
) -> CaseReference:
    with as_user(by.pk):
        return CaseReference.objects.create(
            case=case,
            office_id=case.office_id,
            written=written,
            repertory=repertory,
            number=number,
            year=year,
            **fields,
        )


def make_note(case: Case, by: User, text: str) -> CaseNote:
    with as_user(by.pk):
        return CaseNote.objects.create(case=case, office_id=case.office_id, author=by, text=text)


def make_task(by: User, title: str, assignee: User | None = None, **fields: object) -> Task:
    with as_user(by.pk):
        return Task.objects.create(
            office_id=by.office_id, created_by=by, assignee=assignee or by, title=title, **fields
        )


def upload(case: Case, by: User, name: str, content: bytes = b"%PDF-1.4\n") -> Document:
    with as_user(by.pk):
        packed = write_pack(blobs(), [content])
        Pack.objects.create(id=packed.id, office_id=by.office_id, owner_id=by.pk, size=packed.size)
        entry = packed.entries[0]
        return Document.objects.create(
            case=case,
            office_id=case.office_id,
            created_by=by,
            name=name,
            content_type="application/pdf",
            size=len(content),
            sha256=entry.sha256,
            pack=packed.id,
            pack_offset=entry.offset,
            pack_length=entry.length,
            pack_codec=entry.codec,
        )


def link(case: Case, by: User, message: Message, name: str, path: str = "2") -> Document:
    """A document that is a part of a message."""
    with as_user(by.pk):
        return Document.objects.create(
            case=case,
            office_id=case.office_id,
            created_by=by,
            name=name,
            content_type="application/pdf",
            size=9,
            message=message,
            owner_id=message.owner_id,
            path=path,
        )


def file(message: Message, by: User, case: Case | None = None, task: Task | None = None, **fields: object) -> Filing:
    with as_user(by.pk):
        return Filing.objects.create(
            office_id=message.office_id,
            message=message,
            owner_id=message.owner_id,
            case=case,
            task=task,
            by=by,
            how=How.PICKER,
            sender=message.from_address.lower(),
            **fields,
        )


def comment(message: Message, by: User, text: str, *mentioned: User) -> Comment:
    with as_user(by.pk):
        said = Comment.objects.create(
            office_id=message.office_id, message=message, owner_id=message.owner_id, author=by, text=text
        )
        for person in mentioned:
            Mention.objects.create(comment=said, user=person, office_id=message.office_id)
        return said
