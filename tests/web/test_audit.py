"""The register on its pages: what administrators and teams read of it, and carry away."""

import json
import re
from html import unescape

import pytest
from django.test import Client

from teczka.actions.audit import note, note_each
from teczka.actions.invitations import new_link
from teczka.core.audit import Verb
from teczka.core.audit_file import verify
from teczka.store.models import Case
from tests.cases import file, make_case
from tests.web.conftest import Office, browser
from tests.web.mailroom import share
from tests.web.pages import text_of
from tests.web.test_second_factor import PASSWORD, Clock, clock, comes, quick, says, turned_on, with_password

__all__ = ["clock", "quick"]


@pytest.fixture
def case(office: Office) -> Case:
    case = make_case(office.cast.anna, "Kowalski p. Nowak", office.cast.bartek)
    note(office.cast.anna, Verb.CASE_CREATE, [case.public_id], case.pk)
    note_each(office.cast.anna, Verb.FILE, [office.private.public_id, office.shared.public_id], case.pk)
    note(office.cast.anna, Verb.CASE_WALL, [office.case.public_id], office.case.pk)
    return case


@pytest.fixture
def dorota(office: Office) -> Client:
    note(office.cast.dorota, Verb.SIGN_IN, [])
    return browser(office.cast.dorota)


def test_administrators_read_what_is_theirs_and_no_more(dorota: Client, office: Office, case: Case) -> None:
    page = dorota.get("/office/audit/").content.decode()
    for words in ("założenie sprawy", str(case.public_id), "Kowalski p. Nowak", "zalogowanie", "Dorota Zarządna"):
        assert words in page
    for words in ("przypisanie wiadomości", str(office.private.public_id), str(office.shared.public_id), "zespołu"):
        assert words not in page.split("<tbody>")[1].split("</tbody>")[0]
    assert str(office.case.public_id) not in page


def test_the_register_is_narrowed_and_read_on(dorota: Client, office: Office, case: Case) -> None:
    page = dorota.get("/office/audit/?kind=case").content.decode()
    assert (page.count("założenie sprawy"), page.count("zalogowanie")) == (1, 0)
    page = dorota.get(f"/office/audit/?person={office.cast.dorota.public_id}").content.decode()
    assert ("założenie sprawy" in page, "zalogowanie" in page) == (False, True)
    for _ in range(120):
        note(office.cast.dorota, Verb.ACCOUNT_CHANGE, [office.account.public_id])
    where, seen = "/office/audit/?kind=account", 0
    while where:
        page = dorota.get(where).content.decode()
        seen += page.count("zmiana konta")
        more = re.search(r'href="(\?kind=account&amp;before=[0-9a-f]+)"', page)
        where = "/office/audit/" + more.group(1).replace("&amp;", "&") if more else ""
    assert seen == 120
    assert dorota.get("/office/audit/?kind=x&person=y&before=z").status_code == 200


def test_the_register_says_by_what_somebody_signed_in_and_its_chain_stays_whole(
    dorota: Client, office: Office, clock: Clock
) -> None:
    anna = with_password(office.cast.anna)
    comes(anna)
    secret, codes = turned_on(anna, clock)
    for code in (clock.code(secret), codes[0]):
        says(comes(anna), code)
    _, token = new_link(office.cast.dorota, office.cast.bartek.public_id)
    asked = {"name": "Bartek", "password": PASSWORD}
    Client().post(f"/join/{office.cast.bartek.public_id}/{token}/", asked)
    told = unescape(dorota.get("/office/audit/?kind=session").content.decode())
    said = re.findall(r">\s*(zalogowanie[^<]*?)\s*<", told)
    code, link = "zalogowanie hasłem i kodem", "zalogowanie linkiem od administratora"
    assert said == [link, code, code, "zalogowanie hasłem", "zalogowanie"]
    table = text_of(dorota.get("/office/audit/csv/"))
    assert table.count(",session.begin_password_code,") == 2
    assert not verify(text_of(dorota.get("/office/audit/jsonl/")).splitlines()).faults


def test_the_export_is_whole_and_verified_and_is_noted_itself(dorota: Client, office: Office, case: Case) -> None:
    told = b"".join(dorota.get("/office/audit/jsonl/").streaming_content).decode().splitlines()
    found = verify(told)
    assert found.faults == []
    assert found.withheld == 3
    assert json.loads(told[-1])["verb"] == Verb.AUDIT_EXPORT
    assert str(office.private.public_id) not in "".join(told)
    table = b"".join(dorota.get("/office/audit/csv/").streaming_content).decode().splitlines()
    assert table[0] == "seq,at,actor,verb,case,ids,previous,hash"
    assert len(table) == len(told) + 1, "without a head of its own but for the columns, and with one entry more"


def test_a_cases_register_is_its_teams_as_far_as_each_sees_its_mail(anna: Client, office: Office, case: Case) -> None:
    bartek = browser(office.cast.bartek)
    where = f"/cases/{case.public_id}/audit/"
    page = bartek.get(where).content.decode()
    assert str(office.shared.public_id) in page
    assert str(office.private.public_id) not in page
    assert str(office.private.public_id) in anna.get(where).content.decode()
    table = b"".join(bartek.get(f"{where}file/").streaming_content).decode()
    assert table.splitlines()[0] == "at,actor,verb,case,ids,hash"
    assert str(office.private.public_id) not in table
    for stranger in (office.cast.celina, office.cast.dorota):
        assert browser(stranger).get(where).status_code == 404


def test_who_was_shown_shared_mail_stands_in_the_register_of_a_case_that_they_know_of(
    office: Office, case: Case
) -> None:
    """The mail is in a walled case, too: its register does not tell of who knows nothing of it."""
    file(office.private, office.cast.anna, case)
    share(office.private, office.cast.bartek)
    client = browser(office.cast.bartek)
    for rest in ("", "pane/", "body/", "raw/", "parts/2/"):
        answer = client.get(f"/messages/{office.private.public_id}/{rest}")
        assert answer.status_code == 200
    anna = browser(office.cast.anna)
    anna.get(f"/messages/{office.private.public_id}/")
    page = anna.get(f"/cases/{case.public_id}/audit/").content.decode()
    assert page.count("wgląd w cudzą wiadomość") == 1
    assert "Bartek Nowy" in page
    assert "wgląd w cudzą wiadomość" not in anna.get(f"/cases/{office.case.public_id}/audit/").content.decode()
