import re

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from teczka.actions.diagnoses import send_diagnosis
from teczka.store.models import Account, AccountOffer, Diagnosis, FetchTrouble, Folder, User
from teczka.store.queries.policy import policy
from teczka.store.viewer import as_user
from tests.cast import make_account, make_folder
from tests.web.conftest import Office, browser

RULES = {
    "account_limit": "6",
    "allowed_domains": "Kancelaria.pl\n\nlipowa.example.",
    "forbidden_domains": "gmail.com, wp.pl",
    "public_providers": ["gmail"],
    "ask_ispdb": "on",
    "plain_hosts": "poczta.wewnatrz.lan",
    "hosted-TOTAL_FORMS": "2",
    "hosted-INITIAL_FORMS": "0",
    "hosted-0-domain": "Kancelaria.pl",
    "hosted-0-imap": "imap.DOMAIN, imap.forpsi.com",
    "hosted-0-pop3": "pop3.DOMAIN:995:tls",
    "hosted-0-smtp": "smtp.DOMAIN:587",
    "hosted-1-domain": "",
}
OFFER = {
    "address": "celina@firma.example",
    "provider_name": "",
    "protocol": "pop3",
    "host": "POP.firma.example",
    "security": "tls",
    "port": "995",
    "username": "",
    "smtp_host": "",
    "smtp_security": "tls",
    "smtp_port": "465",
}


@pytest.fixture
def dorota(office: Office) -> Client:
    return browser(office.cast.dorota)


def test_the_rules_are_kept_and_shown_again(dorota: Client, office: Office) -> None:
    assert dorota.post("/office/rules/", RULES).status_code == 302
    kept = policy(office.cast.anna)
    assert kept.account_limit == 6
    assert kept.allowed_domains == {"kancelaria.pl", "lipowa.example"}
    assert kept.forbidden_domains == {"gmail.com", "wp.pl"}
    assert kept.public_providers == {"gmail"}
    assert kept.ask_ispdb
    assert kept.plain_hosts == {"poczta.wewnatrz.lan"}
    assert [entry.as_json() for entry in kept.hosted] == [
        {
            "domain": "kancelaria.pl",
            "imap": ["imap.DOMAIN", "imap.forpsi.com"],
            "pop3": ["pop3.DOMAIN:995:tls"],
            "smtp": ["smtp.DOMAIN:587"],
        }
    ]
    page = dorota.get("/office/rules/").content.decode()
    assert "Zapisano." in page
    assert ">\nkancelaria.pl\nlipowa.example</textarea>" in page
    assert 'value="imap.DOMAIN, imap.forpsi.com"' in page
    assert 'name="hosted-1-domain"' in page, "there should be an empty line for a further one"
    assert "Zapisano." not in dorota.get("/office/rules/").content.decode()


def test_a_hosted_domain_goes_when_its_line_is_emptied(dorota: Client, office: Office) -> None:
    dorota.post("/office/rules/", RULES)
    emptied = {name: "" if re.match("hosted-0-", name) else value for name, value in RULES.items()}
    dorota.post("/office/rules/", emptied | {"hosted-INITIAL_FORMS": "1"})
    assert policy(office.cast.anna).hosted == ()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"account_limit": "0"}, "Upewnij się, że ta wartość jest większa lub równa 1."),
        ({"allowed_domains": "kancelaria.pl\nnie domena\n@x"}, "To nie są domeny: nie domena, @x."),
        ({"forbidden_domains": "kancelaria.pl"}, "Są też wśród dozwolonych: kancelaria.pl."),
        ({"plain_hosts": "http://x/"}, "To nie są nazwy serwerów: http://x/."),
        ({"public_providers": ["nikt"]}, "nikt"),
        ({"hosted-0-domain": "x"}, "Wpisz domenę, np. kancelaria.pl."),
        ({"hosted-0-domain": ""}, "Wpisz domenę, np. kancelaria.pl."),
        ({"hosted-0-imap": "", "hosted-0-pop3": ""}, "Podaj serwer IMAP albo POP3."),
        ({"hosted-0-imap": "imap.DOMAIN:abc"}, "Wpisz host, host:port albo host:port:tls"),
        ({"hosted-0-imap": "imap DOMAIN/x"}, "Wpisz host, host:port albo host:port:tls"),
    ],
)
def test_a_rule_that_cannot_be_understood_is_told_at_its_field_and_nothing_is_kept(
    dorota: Client, office: Office, wrong: dict[str, object], told: str
) -> None:
    page = dorota.post("/office/rules/", RULES | wrong).content.decode()
    assert told in page
    assert "Nic nie zapisano" in page
    assert policy(office.cast.anna).allowed_domains == frozenset()


def test_an_administrator_sees_how_accounts_do_and_nothing_of_what_lies_in_them(dorota: Client, office: Office) -> None:
    bartek = office.cast.bartek
    make_account(bartek, "chory@x.example", provider_name="Nazwa-własna", trouble="signin.refused", state="needs_owner")
    make_account(bartek, "spi@x.example", paused_at=timezone.now())
    make_account(bartek, "bylo@x.example", deleted_at=timezone.now(), farewell="archive")
    make_account(office.cast.edward, "edward@x.example")
    page = dorota.get("/office/").content.decode()
    for words in ("anna@skrzynka.example", "chory@x.example", "Czeka na właściciela", "spi@x.example", "Wstrzymane"):
        assert words in page
    for words in ("bylo@x.example", "edward@x.example", "Nazwa-własna", "Skrzynka-Anny", "Edward"):
        assert words not in page
    names = re.findall(r"<h2><a[^>]*>([^<]+)</a></h2>", page)
    assert names == [
        "Anna Lipowska",
        "Bartek Nowy",
        "Celina Cicha",
        "Dorota Zarządna",
        "Felicja Zespolona",
        "Grzegorz Dawny",
    ]


def test_an_administrator_sees_that_not_all_mail_came_but_not_what_nor_how_much(dorota: Client, office: Office) -> None:
    bartek = office.cast.bartek
    account = make_account(bartek, "brak@x.example", state="working")
    folder = make_folder(account, "Rozwód", "")
    with as_user(bartek.pk):
        Folder.objects.filter(pk=folder.pk).update(uidvalidity=7)
        trouble = FetchTrouble.objects.create(
            folder=folder, owner_id=bartek.pk, uidvalidity=7, uid=4711, trouble="server.garbage"
        )
    page = dorota.get("/office/").content.decode()
    assert page.count("Brakuje poczty") == 1
    assert "Rozwód" not in page
    assert "4711" not in page
    with as_user(bartek.pk):
        trouble.delete()
    assert "Brakuje poczty" not in dorota.get("/office/").content.decode()
    with as_user(bartek.pk):
        Account.objects.filter(pk=account.pk).update(left_out=[{"folder": "Rozwód", "trouble": "folder.refused"}])
    page = dorota.get("/office/").content.decode()
    assert page.count("Brakuje poczty") == 1
    assert "Rozwód" not in page


def test_the_database_itself_tells_of_accounts_to_administrators_of_their_office_alone(office: Office) -> None:
    cast = office.cast
    make_account(cast.edward, "edward@x.example")
    told = {}
    for person in (cast.anna, cast.dorota, cast.edward):
        with as_user(person.pk), connection.cursor() as cursor:
            cursor.execute("SELECT address FROM teczka_office_accounts()")
            told[person.email] = [address for (address,) in cursor]
    assert told == {
        cast.anna.email: [],
        cast.dorota.email: ["anna@skrzynka.example"],
        cast.edward.email: ["edward@x.example"],
    }


def test_a_person_gets_a_number_of_accounts_of_their_own_and_loses_it_again(dorota: Client, office: Office) -> None:
    anna = office.cast.anna
    where = f"/office/people/{anna.public_id}/limit/"
    assert dorota.post(where, {"account_limit": "9"}).status_code == 302
    anna.refresh_from_db()
    assert anna.account_limit == 9
    assert "1 z 9 dozwolonych" in dorota.get("/office/").content.decode()
    dorota.post(where, {"account_limit": ""})
    anna.refresh_from_db()
    assert anna.account_limit is None
    assert dorota.post(where, {"account_limit": "-1"}).status_code == 200
    assert browser(office.cast.edward).post(where, {"account_limit": "9"}).status_code == 404
    anna.refresh_from_db()
    assert anna.account_limit is None


def test_a_mailbox_is_prepared_for_somebody_and_taken_back(dorota: Client, office: Office) -> None:
    celina = office.cast.celina
    made = dorota.post("/office/offers/add/", OFFER | {"person": str(celina.public_id)})
    assert made.headers["Location"] == "/office/offers/"
    with as_user(celina.pk):
        offer = AccountOffer.objects.get(for_user=celina)
    assert (offer.host, offer.port, offer.protocol, offer.username) == (
        "pop.firma.example",
        995,
        "pop3",
        "celina@firma.example",
    )
    page = dorota.get("/office/offers/").content.decode()
    assert "Skrzynka jest przygotowana" in page
    assert "celina@firma.example" in page
    assert browser(office.cast.edward).post(f"/office/offers/{offer.public_id}/drop/").status_code == 404
    assert dorota.post(f"/office/offers/{offer.public_id}/drop/").status_code == 302
    assert "celina@firma.example" not in dorota.get("/office/offers/").content.decode()


def test_whoever_adds_a_mailbox_at_a_provider_marked_as_public_is_told_so(dorota: Client, office: Office) -> None:
    celina = office.cast.celina
    dorota.post("/office/offers/add/", OFFER | {"person": str(celina.public_id), "address": "celina@gmail.com"})
    with as_user(celina.pk):
        where = f"/accounts/offers/{AccountOffer.objects.get().public_id}/"
    assert "za dostawcę publicznego" not in browser(celina).get(where).content.decode()
    dorota.post("/office/rules/", RULES | {"forbidden_domains": ""})
    assert "uważa Gmail za dostawcę publicznego" in browser(celina).get(where).content.decode()


def test_nothing_is_prepared_for_somebody_of_another_office(dorota: Client, office: Office) -> None:
    answer = dorota.post("/office/offers/add/", OFFER | {"person": str(office.cast.edward.public_id)})
    assert answer.status_code == 200
    assert "field-error" in answer.content.decode()
    assert "edward" not in answer.content.decode().replace(str(office.cast.edward.public_id), "")


def test_reports_are_read_and_closed_by_the_offices_administrators_alone(dorota: Client, office: Office) -> None:
    report = send_diagnosis(office.cast.celina, "celina@firma.example", "TLS: <b>failed</b>")
    page = dorota.get("/office/reports/").content.decode()
    assert "TLS: &lt;b&gt;failed&lt;/b&gt;" in page
    assert "firma.example" not in browser(office.cast.edward).get("/office/reports/").content.decode()
    where = f"/office/reports/{report.public_id}/close/"
    assert browser(office.cast.edward).post(where).status_code == 404
    assert dorota.post(where).status_code == 302
    assert "Brak zgłoszeń." in dorota.get("/office/reports/").content.decode()
    assert dorota.post(where).status_code == 404
    with as_user(office.cast.celina.pk):
        assert Diagnosis.objects.get().closed_at


def test_the_way_to_administration_is_shown_to_administrators_alone(anna: Client, dorota: Client) -> None:
    assert 'href="/office/"' in dorota.get("/accounts/").content.decode()
    assert "/office/" not in anna.get("/accounts/").content.decode()


def test_for_who_left_nothing_is_prepared(dorota: Client, office: Office) -> None:
    User.objects.filter(pk=office.cast.bartek.pk).update(is_active=False)
    assert "Bartek" not in dorota.get("/office/offers/add/").content.decode()
