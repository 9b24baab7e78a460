"""Who takes part in a case, and the file numbers that it bears elsewhere."""

from collections.abc import Sequence

from teczka.core.cases import PartyCard
from teczka.core.numbering import Pattern
from teczka.core.references import parse
from teczka.store.models import Case, CaseReference, Party, PartyAddress


def save_references(case: Case, written: Sequence[str], own: Sequence[Pattern]) -> None:
    """Instead of those that it had. What is none is left out: whoever asks people for them says so before."""
    CaseReference.objects.filter(case=case, position__gte=0).delete()
    found = [(text, parse(text, own)) for text in written]
    CaseReference.objects.bulk_create(
        CaseReference(office_id=case.office_id, case=case, position=place, written=text, **reference._asdict())
        for place, (text, reference) in enumerate(found)
        if reference
    )
    save_numbers([case], own)


def save_numbers(cases: Sequence[Case], own: Sequence[Pattern]) -> None:
    """The office's own numbers of these cases, where they are references: mail that names one is known by it like by any other."""
    rows = CaseReference.objects.filter(case__in=cases, position=CaseReference.OWN_NUMBER)
    kept = {row.case_id: row for row in rows}
    for case in cases:
        row, reference = kept.get(case.pk), parse(case.number, own) if case.number else None
        if row and (reference is None or row.reference != reference or row.written != case.number):
            row.delete()
            row = None
        if reference and not row:
            place = CaseReference.OWN_NUMBER
            CaseReference.objects.create(
                office_id=case.office_id, case=case, position=place, written=case.number, **reference._asdict()
            )


def save_parties(case: Case, parties: Sequence[PartyCard]) -> None:
    """As they are told, in this order; those that are not told are gone. One that the case does not have is a new one."""
    kept = {one.public_id: one for one in Party.objects.filter(case=case)}
    told = {party.id for party in parties}
    Party.objects.filter(case=case, public_id__in=kept.keys() - told).delete()
    PartyAddress.objects.filter(case=case).delete()
    for place, party in enumerate(parties):
        row = kept.get(party.id) if party.id else None
        row = row or Party(office_id=case.office_id, case=case)
        row.position, row.side, row.name, row.role, row.note = place, party.side, party.name, party.role, party.note
        row.save()
        PartyAddress.objects.bulk_create(
            PartyAddress(party=row, case=case, office_id=case.office_id, address=address)
            for address in dict.fromkeys(party.addresses)
        )
