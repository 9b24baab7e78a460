"""What administrators set and prepare, and what people send them: who may, who sees it, and which wall says so."""

import json
from collections.abc import Callable, Sequence
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Model

from teczka.actions.accounts import add_account
from teczka.actions.diagnoses import close_diagnosis, send_diagnosis
from teczka.actions.offers import drop_offer, offer_account
from teczka.actions.policy import save_policy, set_limit
from teczka.core.accounts import Endpoint, NewAccount
from teczka.core.diagnoses import OPEN
from teczka.core.errors import NotAllowed
from teczka.core.policy import Hosted, Policy
from teczka.store.models import AccountOffer, Diagnosis, FetchRequest, OAuthClient, OfficePolicy, Secret, User
from teczka.store.queries.diagnoses import open_diagnoses
from teczka.store.queries.offers import offer_for, offers_for, open_offers
from teczka.store.queries.policy import policy, room
from teczka.store.viewer import as_user
from tests.cast import Cast, make_account, make_cast, make_folder
from tests.conftest import OwnDatabase
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.web.mailroom import store

PREPARED = NewAccount(
    address="celina@poczta.example",
    username="celina",
    password="nie-do-zapisania",
    incoming=Endpoint("imap.poczta.example", 993, "tls"),
    outgoing=Endpoint("smtp.poczta.example", 465, "tls"),
    provider_name="Poczta",
)
POLICY = Policy(
    account_limit=7,
    allowed_domains=frozenset({"poczta.example"}),
    ask_ispdb=True,
    hosted=(Hosted("kancelaria.example", ("imap.DOMAIN", "imap.forpsi.com"), smtp=("smtp.DOMAIN:465:tls",)),),
    plain_hosts=frozenset({"stary.serwer.example"}),
    public_providers=frozenset({"gmail"}),
)


@pytest.fixture
def cast(own_database: OwnDatabase) -> Cast:
    return make_cast()


def test_a_policy_is_read_as_it_was_saved_by_everybody_of_its_office_and_nobody_else(cast: Cast) -> None:
    assert policy(cast.anna) == Policy()
    save_policy(cast.dorota, POLICY)
    for person in (cast.anna, cast.dorota):
        assert policy(person) == POLICY
    assert policy(cast.edward) == Policy()
    save_policy(cast.dorota, Policy())
    assert policy(cast.anna) == Policy()


def test_only_an_administrator_of_the_office_sets_policies_and_limits(cast: Cast) -> None:
    for person in (cast.anna, cast.bartek):
        with pytest.raises(NotAllowed):
            save_policy(person, POLICY)
        with pytest.raises(NotAllowed):
            set_limit(person, cast.anna.public_id, 99)
    with pytest.raises(NotAllowed):
        set_limit(cast.edward, cast.anna.public_id, 99)
    assert policy(cast.anna) == Policy()
    assert room(User.objects.get(pk=cast.anna.pk)) == (0, 4)


def test_an_offer_is_seen_by_its_person_and_the_administrators_and_holds_no_password(cast: Cast) -> None:
    offer_account(cast.dorota, cast.celina.public_id, PREPARED)
    offer = offer_account(cast.dorota, cast.celina.public_id, PREPARED)  # once more: the same offer
    assert [one.public_id for one in offers_for(cast.celina)] == [offer.public_id]
    assert offer_for(cast.celina, offer.public_id).host == "imap.poczta.example"
    assert [one.for_user for one in open_offers(cast.dorota)] == [cast.celina]
    for stranger in (cast.anna, cast.bartek, cast.edward):
        assert offers_for(stranger) == open_offers(stranger) == []
        with pytest.raises(NotAllowed):
            offer_for(stranger, offer.public_id)
        with pytest.raises(NotAllowed):
            drop_offer(stranger, offer.public_id)
    with as_user(cast.celina.pk):
        assert PREPARED.password not in json.dumps(AccountOffer.objects.values().get(), default=str)


def test_nobody_prepares_accounts_but_an_administrator_for_their_own_people(cast: Cast) -> None:
    for actor, person in ((cast.anna, cast.celina), (cast.edward, cast.celina), (cast.dorota, cast.edward)):
        with pytest.raises(NotAllowed):
            offer_account(actor, person.public_id, PREPARED)
    with pytest.raises(NotAllowed):
        offer_account(cast.dorota, uuid4(), PREPARED)


def test_either_side_drops_an_offer(cast: Cast) -> None:
    for side in (cast.celina, cast.dorota):
        offer = offer_account(cast.dorota, cast.celina.public_id, PREPARED)
        drop_offer(side, offer.public_id)
        assert offers_for(cast.celina) == []
        with pytest.raises(NotAllowed):
            drop_offer(side, offer.public_id)


@pytest.mark.dovecot
def test_an_offer_goes_when_its_person_takes_it(cast: Cast, dovecot: Dovecot, mailbox: Mailbox) -> None:
    offer = offer_account(cast.dorota, cast.celina.public_id, PREPARED)
    other = offer_account(cast.dorota, cast.anna.public_id, PREPARED)
    new = NewAccount(
        PREPARED.address,
        mailbox.username,
        mailbox.password,
        Endpoint("localhost", dovecot.tls_port, "tls"),
        ca_pem=dovecot.ca_pem,
    )
    add_account(cast.celina, new, offer=offer.public_id)
    assert offers_for(cast.celina) == []
    assert [one.public_id for one in offers_for(cast.anna)] == [other.public_id]


def test_one_persons_reports_are_not_many(cast: Cast) -> None:
    for number in range(OPEN + 2):
        send_diagnosis(cast.anna, f"anna{number}@poczta.example", "TLS failed")
    assert len(open_diagnoses(cast.dorota)) == OPEN
    assert open_diagnoses(cast.dorota)[0].address == f"anna{OPEN + 1}@poczta.example"


def test_a_diagnosis_is_seen_by_its_owner_and_their_administrators_until_it_is_closed(cast: Cast) -> None:
    send_diagnosis(cast.anna, "anna@poczta.example", "an older one")
    sent = send_diagnosis(cast.anna, "anna@poczta.example", "IMAP: TLS failed. token: abc-tajne")
    assert [one.public_id for one in open_diagnoses(cast.dorota)] == [sent.public_id]
    assert open_diagnoses(cast.dorota)[0].owner == cast.anna
    assert open_diagnoses(cast.dorota)[0].report == "IMAP: TLS failed. token: …"
    for stranger in (cast.anna, cast.bartek, cast.celina, cast.edward):
        assert open_diagnoses(stranger) == []
        with pytest.raises(NotAllowed):
            close_diagnosis(stranger, sent.public_id)
    close_diagnosis(cast.dorota, sent.public_id)
    assert open_diagnoses(cast.dorota) == []
    with as_user(cast.anna.pk):
        assert Diagnosis.objects.get(pk=sent.pk).closed_at
    with pytest.raises(NotAllowed):
        close_diagnosis(cast.dorota, sent.public_id)


@pytest.fixture
def everything(cast: Cast) -> Cast:
    """A row in each table of the office's."""
    save_policy(cast.dorota, POLICY)
    offer_account(cast.dorota, cast.celina.public_id, PREPARED)
    send_diagnosis(cast.anna, "anna@poczta.example", "TLS failed")
    with as_user(cast.dorota.pk):
        OAuthClient.objects.create(office=cast.office, provider="google", client_id="teczka")
    return cast


SEEN = {  # by row-level security alone
    OfficePolicy: "anna bartek celina dorota",
    OAuthClient: "anna bartek celina dorota",
    AccountOffer: "celina dorota",
    Diagnosis: "anna dorota",
}
CHANGED = {OfficePolicy: "dorota", OAuthClient: "dorota", AccountOffer: "dorota", Diagnosis: "anna dorota"}
PEOPLE = "anna bartek celina dorota edward".split()


@pytest.mark.parametrize("table", SEEN)
def test_row_level_security_alone_says_who_sees_what_of_an_office(everything: Cast, table: type[Diagnosis]) -> None:
    def seen() -> bool:
        return table.objects.exists()

    assert not seen()
    assert by_whom(everything, seen) == SEEN[table]


@pytest.mark.parametrize("table", SEEN)
def test_row_level_security_alone_says_who_changes_what_of_an_office(everything: Cast, table: type[Diagnosis]) -> None:
    def change() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table._meta.db_table} SET office_id = office_id")
            return cursor.rowcount > 0

    assert by_whom(everything, change) == CHANGED[table]


@pytest.mark.parametrize("table", SEEN)
def test_row_level_security_alone_lets_nobody_write_into_another_office(
    everything: Cast, table: type[Diagnosis]
) -> None:
    office, edward = everything.other_office.pk, everything.edward
    rows: dict[type[Model], dict[str, object]] = {
        OfficePolicy: {},
        OAuthClient: {"provider": "google", "client_id": "x"},
        AccountOffer: {
            "for_user": edward,
            "by_user": edward,
            "address": "x",
            "host": "x",
            "port": 1,
            "security": "tls",
        },
        Diagnosis: {"owner": edward, "address": "x", "report": "x"},
    }
    with pytest.raises(Exception, match="row-level security"), as_user(everything.dorota.pk):
        table.objects.create(office_id=office, **rows[table])


def test_an_administrator_who_was_dismissed_keeps_nothing(everything: Cast) -> None:
    User.objects.filter(pk=everything.dorota.pk).update(is_active=False)
    with as_user(everything.dorota.pk):
        assert not Diagnosis.objects.exists()
        assert not OfficePolicy.objects.exists()


def test_an_administrator_sees_nothing_of_the_accounts_themselves(everything: Cast) -> None:
    tables = ("account", "secret", "folder", "message", "placement", "fetchrequest")
    account = make_account(everything.anna)
    store(make_folder(account), b"Subject: Poufne\r\n\r\n")
    owner = {"office_id": account.office_id, "owner_id": account.owner_id, "account": account}
    with as_user(account.owner_id):
        Secret.objects.create(key_id="k", nonce=b"n", ciphertext=b"c", **owner)
        FetchRequest.objects.create(**owner)
        assert all(_counted(tables))
    with as_user(everything.dorota.pk):
        assert not any(_counted(tables))


def _counted(tables: Sequence[str]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT count(*) FROM store_{table})" for table in tables))
        return list(cursor.fetchone() or ())


def by_whom(cast: Cast, act: Callable[[], bool]) -> str:
    allowed = []
    for name in PEOPLE:
        with as_user(getattr(cast, name).pk):
            if act():
                allowed.append(name)
    return " ".join(allowed)
