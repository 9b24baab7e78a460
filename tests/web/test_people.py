import re
from html import unescape

import pytest
from django.test import Client

from teczka.actions.identities import ensure_identities
from teczka.core.people import Role
from teczka.store.models import Account, User
from teczka.store.sessions import signed_in
from teczka.store.viewer import as_user
from tests.cast import make_account
from tests.web.conftest import Office, browser

PASSWORD = "zdanie łatwe do zapamiętania"
HALINA = {"name": "Halina Nowa", "email": "halina@lipowa.example", "role": "member"}


@pytest.fixture
def dorota(office: Office) -> Client:
    return browser(office.cast.dorota)


def link_of(page: str) -> str:
    (link,) = re.findall(r'id="link" readonly value="http://testserver([^"]+)"', page)
    return str(link)


def test_somebody_is_invited_and_comes_in_by_the_link_once(dorota: Client, office: Office) -> None:
    page = dorota.post("/office/people/invite/", HALINA).content.decode()
    link = link_of(page)
    listed = dorota.get("/office/").content.decode()
    assert "Zaproszono" in listed
    assert link.split("/")[-2] not in listed, "a link is told once"
    client = Client()
    assert "Kancelaria Lipowa" in client.get(link).content.decode()
    assert "field-error" in client.post(link, {"name": "Halina Nowa", "password": "1234567890"}).content.decode()
    answer = client.post(link, {"name": "Halina Nowa", "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert "Halina Nowa" in client.get("/accounts/").content.decode()
    again = Client().get(link)
    assert (again.status_code, "Ten link już nie działa" in again.content.decode()) == (404, True)
    assert Client().post(link, {"name": "X", "password": PASSWORD}).status_code == 404
    nobodys = f"/join/{office.account.public_id}/x/"
    plain = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')
    assert plain.sub(b"", Client().get(nobodys).content.replace(nobodys.encode(), b"")) == plain.sub(
        b"", again.content.replace(link.encode(), b"")
    )


def test_an_invitation_that_cannot_be_is_told_at_its_field(dorota: Client, office: Office) -> None:
    for wrong in ({"email": office.cast.anna.email}, {"email": "x"}, {"name": ""}, {"role": "owner"}):
        assert "field-error" in dorota.post("/office/people/invite/", HALINA | wrong).content.decode()
    assert not User.objects.filter(name="Halina Nowa").exists()


def test_a_letter_with_the_link_is_offered_to_whoever_can_send_one(dorota: Client, office: Office) -> None:
    assert "mailto:" not in dorota.post("/office/people/invite/", HALINA).content.decode()
    make_account(office.cast.dorota, "dorota@lipowa.example", smtp_host="smtp.lipowa.example", smtp_port=465)
    ensure_identities(office.cast.dorota)
    page = dorota.post("/office/people/invite/", HALINA | {"email": "igor@lipowa.example"}).content.decode()
    (mailto,) = re.findall(r'name="mailto" value="([^"]+)"', page)
    began = dorota.post("/compose/", {"answer": "new", "mailto": unescape(mailto)})
    letter = dorota.get(began.headers["Location"]).content.decode()
    assert "igor@lipowa.example" in letter
    assert "Link działa tylko raz, przez 7 dni:" in letter
    assert link_of(page) in letter


def test_a_reset_ends_every_session_at_once(dorota: Client, office: Office) -> None:
    anna = browser(office.cast.anna)
    where = f"/office/people/{office.cast.anna.public_id}/"
    link = link_of(dorota.post(f"{where}link/").content.decode())
    assert anna.get("/accounts/").status_code == 302
    client = Client()
    client.post(link, {"name": "Anna Lipowska", "password": PASSWORD})
    assert client.get("/accounts/").status_code == 200
    assert dorota.post(f"/office/people/{office.cast.dorota.public_id}/link/").status_code == 404


def test_who_is_shut_out_is_signed_in_nowhere_and_can_be_let_in_again(dorota: Client, office: Office) -> None:
    bartek = browser(office.cast.bartek)
    key = bartek.session.session_key
    assert key
    assert signed_in(key) == office.cast.bartek.public_id
    where = f"/office/people/{office.cast.bartek.public_id}/"
    dorota.post(f"{where}disable/")
    assert bartek.get("/accounts/").status_code == 302
    assert signed_in(key) is None
    page = dorota.get(where).content.decode()
    assert "Dostęp odebrany" in page
    assert "Przekaż" in page
    assert "Bez dostępu" in dorota.get("/office/").content.decode()
    dorota.post(f"{where}enable/")
    office.cast.bartek.refresh_from_db()
    assert browser(office.cast.bartek).get("/accounts/").status_code == 200


def test_who_is_let_in_again_signs_in_anew(dorota: Client, office: Office) -> None:
    """A computer that was lost is let in by no session of before."""
    office.cast.bartek.set_password(PASSWORD)
    office.cast.bartek.save()
    bartek, anna = browser(office.cast.bartek), browser(office.cast.anna)
    for verb in ("disable", "enable"):
        dorota.post(f"/office/people/{office.cast.bartek.public_id}/{verb}/")
    assert bartek.get("/accounts/").status_code == 302
    assert anna.get("/accounts/").status_code == 200
    assert browser(User.objects.get(pk=office.cast.bartek.pk)).get("/accounts/").status_code == 200


def test_a_role_is_given_and_the_last_administrator_stays(dorota: Client, office: Office) -> None:
    where = f"/office/people/{office.cast.dorota.public_id}/"
    answer = dorota.post(f"{where}role/", {"role": "member"})
    assert answer.status_code == 400
    assert "bez administratora" in answer.content.decode()
    assert dorota.post(f"{where}disable/").status_code == 400
    browser(office.cast.anna)  # who never signed in does not count
    dorota.post(f"/office/people/{office.cast.anna.public_id}/role/", {"role": "administrator"})
    office.cast.anna.refresh_from_db()
    assert office.cast.anna.role == Role.ADMINISTRATOR
    assert dorota.post(f"{where}role/", {"role": "member"}).headers["Location"] == "/settings/"
    assert dorota.get(where).status_code == 404
    dorota.post(f"{where}role/", {"role": "administrator"})
    office.cast.dorota.refresh_from_db()
    assert office.cast.dorota.role == Role.MEMBER


def test_who_left_is_handed_over(dorota: Client, office: Office) -> None:
    anna, bartek = office.cast.anna, office.cast.bartek
    where = f"/office/people/{anna.public_id}/"
    assert dorota.get(f"{where}hand-over/").status_code == 404, "she is still there"
    dorota.post(f"{where}disable/")
    page = dorota.get(f"{where}hand-over/").content.decode()
    assert "Bartek Nowy" in page
    assert "Grzegorz" not in page
    itself = dorota.post(f"{where}hand-over/", {"successor": str(office.cast.dorota.public_id), "farewell": "archive"})
    assert "field-error" in itself.content.decode()
    dorota.post(f"{where}hand-over/", {"successor": str(bartek.public_id), "farewell": "remove"})
    assert "Przekazano." in dorota.get(where).content.decode()
    with as_user(anna.pk):
        assert Account.objects.get(pk=office.account.pk).farewell == "remove"
    assert "Tajemnica lipowa" in browser(bartek).get(f"/cases/{office.case.public_id}/").content.decode()
    assert dorota.get(f"/cases/{office.case.public_id}/").status_code == 404


def test_only_ones_own_people_can_be_changed(office: Office) -> None:
    edward = browser(office.cast.edward)
    where = f"/office/people/{office.cast.anna.public_id}/"
    assert edward.get(where).status_code == 404
    for act in ("role", "link", "disable", "enable", "hand-over"):
        assert edward.post(f"{where}{act}/", {"role": "administrator"}).status_code == 404
    office.cast.anna.refresh_from_db()
    assert (office.cast.anna.is_active, office.cast.anna.role) == (True, Role.MEMBER)
