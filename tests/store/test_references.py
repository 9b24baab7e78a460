"""Cases and messages by a reference, and older mail that fits a case: nobody meets what they may not see."""

from threading import Event

import pytest

from teczka.core.references import Reference
from teczka.store.models import Account, Case, CaseReference, Filing, Message, PartyAddress, User
from teczka.store.queries.references import cases_with, messages_with, older_mail_that_fits
from teczka.store.viewer import as_user
from teczka.worker.reader import drain
from tests.cases import file as file_to
from tests.cases import make_case, make_party
from tests.cast import Cast, make_account, make_cast
from tests.conftest import OwnDatabase
from tests.stored import store
from tests.web.mailroom import share

ONE = Reference("C", "12", 2024, "I")


@pytest.fixture
def cast(own_database: OwnDatabase) -> Cast:
    return make_cast()


@pytest.fixture
def account(cast: Cast) -> Account:
    return make_account(cast.anna)


def letter(subject: str, body: str = "x", sender: str = "ktos@daleko.example") -> bytes:
    return f"From: <{sender}>\r\nSubject: {subject}\r\nContent-Type: text/plain\r\n\r\n{body}\r\n".encode()


def mail(account: Account, *raws: bytes, first_uid: int = 1) -> list[Message]:
    ids = store(account, raws, first_uid=first_uid)
    drain(Event())
    with as_user(account.owner_id):
        return [Message.objects.get(pk=one) for one in ids]


def bears(case: Case, reference: Reference = ONE) -> Case:
    with as_user(case.created_by_id):
        CaseReference.objects.create(case=case, office_id=case.office_id, written=str(reference), **reference._asdict())
    return case


def everybody(cast: Cast) -> list[User]:
    return [cast.anna, cast.bartek, cast.celina, cast.dorota, cast.edward]


def subjects(cast: Cast, reference: Reference = ONE) -> dict[str, list[str]]:
    return {one.name.split()[0]: [line.subject for line in messages_with(one, reference)] for one in everybody(cast)}


def test_a_reference_tells_each_their_own_messages_and_what_was_shared_with_them(cast: Cast, account: Account) -> None:
    secret, shown, _ = mail(account, letter("Sygn. I C 12/24"), letter("dalej", "w I C 12/2024"), letter("II C 12/24"))
    theirs = make_account(cast.celina, address="celina@lipowa.example")
    mail(theirs, letter("u Celiny: I C 12/24"))
    share(shown, cast.bartek)
    assert subjects(cast) == {
        "Anna": ["dalej", "Sygn. I C 12/24"],
        "Bartek": ["dalej"],
        "Celina": ["u Celiny: I C 12/24"],
        "Dorota": [],
        "Edward": [],
    }
    told = messages_with(cast.bartek, ONE)[0]
    assert (told.reason, told.what, told.owner_name) == ("text", "I C 12/2024", "Anna Lipowska")
    assert [one.owner_name for one in messages_with(cast.anna, ONE)] == ["", ""]
    assert messages_with(cast.bartek, ONE, after=secret.public_id)  # no place of theirs: the beginning


def test_a_suffix_that_one_leaves_out_is_no_difference_and_another_is(cast: Cast, account: Account) -> None:
    mail(account, letter("II K 3/23/S"), letter("II K 3/23"), letter("II K 3/23/N"))
    south = Reference("K", "3", 2023, "II", suffix="S")
    assert [one.subject for one in messages_with(cast.anna, south)] == ["II K 3/23", "II K 3/23/S"]
    assert len(messages_with(cast.anna, south._replace(suffix=""))) == 3


def test_messages_come_a_page_at_a_time_each_once(cast: Cast, account: Account) -> None:
    mail(account, *(letter(f"{number}: I C 12/24", "I C 12/24/S i I C 12/24/N") for number in range(7)))
    seen, after = [], None
    while page := messages_with(cast.anna, ONE, after, 3):
        seen += [one.subject[0] for one in page]
        after = page[-1].public_id
    assert seen == list("6543210")


def test_a_walled_case_is_not_told_by_its_reference(cast: Cast) -> None:
    open_one = bears(make_case(cast.anna, "Najem"))
    walled = bears(make_case(cast.anna, "Rozwód", cast.celina, walled=True))
    closed = bears(make_case(cast.anna, "Apelacja", state="closed"))
    known = {one.name.split()[0]: [line.public_id for line in cases_with(one, ONE)] for one in everybody(cast)}
    team = [open_one.public_id, walled.public_id, closed.public_id]
    others = [open_one.public_id, closed.public_id]
    assert known == {"Anna": team, "Bartek": others, "Celina": team, "Dorota": others, "Edward": []}


def test_older_mail_fits_by_reference_and_by_a_partys_address(cast: Cast, account: Account) -> None:
    mail(
        account,
        letter("nic"),
        letter("od klienta", sender="Jan@Klient.example"),
        letter("ze znakiem", "I C 12/24"),
        letter("z sądu", sender="sad@sad.example"),
        letter("I C 12/24 od klienta", sender="jan@klient.example"),
    )
    (filed,) = mail(account, letter("przypisane: I C 12/24"), first_uid=50)
    case = bears(make_case(cast.anna, "Najem"))
    make_party(case, cast.anna, "Jan", "jan@klient.example", side="ours")
    make_party(case, cast.anna, "Sąd", "sad@sad.example", side="court")
    file_to(filed, cast.anna, case)
    told = [(one.subject, one.reason, one.what) for one in older_mail_that_fits(cast.anna, case.pk)]
    assert told == [
        ("I C 12/24 od klienta", "reference", "I C 12/24"),
        ("ze znakiem", "reference", "I C 12/24"),
        ("od klienta", "party", "jan@klient.example"),
    ]
    with as_user(cast.anna.pk):
        Filing.objects.update(undone_at=filed.internaldate)
    assert len(older_mail_that_fits(cast.anna, case.pk)) == 4


def test_an_address_of_two_cases_says_nothing_nor_does_ones_own(cast: Cast, account: Account) -> None:
    mail(account, letter("od klienta", sender="jan@klient.example"), letter("ode mnie", sender=account.address))
    case, other = make_case(cast.anna, "Najem"), make_case(cast.anna, "Spadek")
    make_party(case, cast.anna, "My", account.address, side="ours")
    make_party(case, cast.anna, "Jan", "jan@klient.example")
    assert len(older_mail_that_fits(cast.anna, case.pk)) == 1
    make_party(other, cast.anna, "Jan", "jan@klient.example")
    assert older_mail_that_fits(cast.anna, case.pk) == []


def test_older_mail_is_offered_from_what_the_viewer_may_see_alone(cast: Cast, account: Account) -> None:
    _, shown = mail(account, letter("I C 12/24"), letter("od klienta", sender="jan@klient.example"))
    case = bears(make_case(cast.anna, "Najem", cast.bartek, cast.celina))
    make_party(case, cast.anna, "Jan", "jan@klient.example")
    walled = bears(make_case(cast.anna, "Rozwód", walled=True))
    share(shown, cast.bartek)
    offered = {
        one.name.split()[0]: [line.subject for line in older_mail_that_fits(one, case.pk)] for one in everybody(cast)
    }
    assert offered == {
        "Anna": ["od klienta", "I C 12/24"],
        "Bartek": ["od klienta"],
        "Celina": [],
        "Dorota": [],
        "Edward": [],
    }
    theirs = make_account(cast.bartek, address="bartek@lipowa.example")
    mail(theirs, letter("u Bartka: I C 12/24"))
    assert [one.subject for one in older_mail_that_fits(cast.bartek, case.pk)] == ["od klienta", "u Bartka: I C 12/24"]
    assert older_mail_that_fits(cast.bartek, walled.pk) == []
    with as_user(cast.anna.pk):
        assert PartyAddress.objects.exists()
