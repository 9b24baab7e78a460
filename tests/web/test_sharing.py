"""Sharing on its pages: who sees what, told in words; what others share; comments, and that they go nowhere."""

import html
import re
from uuid import uuid4

import pytest
from django.test import Client

from teczka.actions.answers import begin_from
from teczka.core.outgoing import Origin
from teczka.store.models import Message, Share, User
from teczka.store.viewer import as_user
from tests.conversation import CLIENT, OWNER, Mailroom, make_case
from tests.web.conftest import Office, browser

QUOTING = """Dziękuję, odpowiem jutro rano.

W dniu 3 maja 2026 Jan Kowal napisał(a):
> Pierwsze pismo w tej sprawie, w którym klient opisuje,
> o co mu chodzi i czego się spodziewa.
"""
QUOTED = "Pierwsze pismo w tej sprawie, w którym klient opisuje, o co mu chodzi i czego się spodziewa."


@pytest.fixture
def mail(office: Office) -> Mailroom:
    made = Mailroom(office.cast.anna)
    made.arrive("1", body=QUOTED)
    made.arrive("2", "1", sender=OWNER, to=CLIENT, body=QUOTING)
    made.arrive("3", "1 2")
    return made


def words(client: Client, where: str) -> str:
    """What stands on the page, without its marks."""
    page = client.get(where, follow=True)
    assert page.status_code == 200, where
    told = re.sub(r"<(script|style|svg|template).*?</\1>", " ", page.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", told)).split())


def give(client: Client, message: Message, scope: str, *people: User, **more: object) -> dict[str, object]:
    fields = {"key": uuid4(), "scope": scope, "person": [one.public_id for one in people], **more}
    answer = client.post(f"/messages/{message.public_id}/share/", fields)
    assert answer.status_code in {200, 409}, answer.status_code
    told: dict[str, object] = answer.json()
    return told


def test_the_page_says_that_it_is_private_and_what_would_become_visible(anna: Client, mail: Mailroom) -> None:
    page = words(anna, f"/messages/{mail.letters['2'].public_id}/share/")
    assert "Prywatna: widzisz ją tylko Ty. Nikt inny z kancelarii jej nie widzi, administrator też nie." in page
    assert "Całą dotychczasową rozmowę (oprócz tej jeszcze 2 wiadomości)" in page
    assert "Ta wiadomość cytuje 1 wcześniejszą, w tym 1 prywatną." in page
    assert "Zobaczą też 2 inne wiadomości:" in page
    for name in ("Bartek Nowy", "Celina Cicha", "Dorota Zarządna"):
        assert name in page
    assert "Edward" not in page


def test_a_quoted_letter_that_is_shared_already_is_not_told_as_private(
    anna: Client, mail: Mailroom, office: Office
) -> None:
    give(anna, mail.letters["1"], "message", office.cast.bartek)
    page = words(anna, f"/messages/{mail.letters['2'].public_id}/share/")
    assert "Ta wiadomość cytuje 1 wcześniejszą." in page
    assert "prywatną" not in page


def test_sharing_is_told_in_a_sentence_and_undone_by_z(anna: Client, mail: Mailroom, office: Office) -> None:
    done = give(anna, mail.letters["2"], "following", office.cast.bartek)
    assert done["said"] == "Udostępniono 3 wiadomości."
    assert anna.get("/acts/last/").json()["act"] == done["act"]
    assert mail.seen_by("1") == {"1": ["Bartek"]}
    assert anna.post(f"/acts/{done['act']}/undo/").json()["said"] == "Cofnięto."
    assert mail.seen_by("1", "2", "3") == {"1": [], "2": [], "3": []}


def test_nobody_named_is_told_so(anna: Client, mail: Mailroom) -> None:
    assert give(anna, mail.letters["1"], "message") == {"said": "Wybierz, komu."}
    plain = anna.post(
        f"/messages/{mail.letters['1'].public_id}/share/",
        {"key": uuid4(), "scope": "message", "case": "", "plain": "1"},
    )
    assert 'role="alert" data-nobody>' in plain.content.decode()


def test_all_of_it_works_without_script(anna: Client, mail: Mailroom, office: Office) -> None:
    case = make_case(office.cast.anna, office.cast.celina, number="K 9/26", name="Wspólna")
    where = f"/messages/{mail.letters['1'].public_id}/share/"
    page = anna.get(where).content.decode()
    key = re.findall(r'name="key" value="([^"]+)"', page)[0]
    fields = {
        "key": key,
        "plain": "1",
        "scope": "following",
        "person": office.cast.bartek.public_id,
        "case": case.public_id,
    }
    for _ in range(2):  # pressed twice it is done once
        assert anna.post(where, fields).headers["Location"] == where
    page = words(anna, where)
    assert "Udostępniono." in page
    assert "Bartek Nowy udostępniono" in page
    assert "Zespół sprawy K 9/26 Wspólna Anna Lipowska, Celina Cicha · udostępniono" in page
    assert "także przyszłe odpowiedzi" in page
    shares = re.findall(r'name="share" value="([^"]+)"', anna.get(where).content.decode())
    anna.post(where, {"key": uuid4(), "plain": "1", "take": "1", "scope": "following", "share": shares[0]})
    assert mail.seen_by("1", "2") == {"1": ["Celina"], "2": ["Celina"]}
    told = anna.get(where).content.decode()
    assert "Już nieudostępniona." in told
    assert anna.post(re.findall(r'action="(/acts/[^"]+)"', told)[0]).headers["Location"] == where
    assert mail.seen_by("1", "2") == {"1": ["Bartek", "Celina"], "2": ["Bartek", "Celina"]}


def test_whom_it_is_shared_with_is_told_by_whom_and_who_else_reads_it(
    mail: Mailroom, office: Office, anna: Client
) -> None:
    give(anna, mail.letters["1"], "message", office.cast.bartek, office.cast.celina)
    bartek = browser(office.cast.bartek)
    page = words(bartek, f"/messages/{mail.letters['1'].public_id}/share/")
    assert "Anna Lipowska to jej lub jego poczta" in page
    assert "Celina Cicha" in page
    assert "O tym, kto ją widzi, decyduje tylko Anna Lipowska." in page
    assert "Komu" not in page
    with as_user(office.cast.anna.pk):
        share = Share.objects.filter(message=mail.letters["1"]).first()
    assert share
    for fields in (
        {"scope": "message", "person": office.cast.dorota.public_id},
        {"scope": "message", "take": "1", "share": share.public_id},
    ):
        answer = bartek.post(f"/messages/{mail.letters['1'].public_id}/share/", {"key": uuid4(), **fields})
        assert answer.status_code == 404
    assert mail.seen_by("1") == {"1": ["Bartek", "Celina"]}


def test_a_wall_that_came_later_hides_the_name_of_the_case_from_the_owner(
    mail: Mailroom, office: Office, anna: Client
) -> None:
    case = make_case(office.cast.bartek, number="K 8/26", name="Zamurowana")
    give(anna, mail.letters["1"], "message", case=case.public_id)
    with as_user(office.cast.bartek.pk):
        type(case).objects.filter(pk=case.pk).update(walled=True)
    page = words(anna, f"/messages/{mail.letters['1'].public_id}/share/")
    assert "Zespół sprawy, do której nie masz dostępu" in page
    assert "Zamurowana" not in page


def test_the_pane_says_who_sees_it_in_words(mail: Mailroom, office: Office, anna: Client) -> None:
    where = f"/messages/{mail.letters['1'].public_id}/pane/"
    assert "Prywatna – tylko Ty" in words(anna, where)
    give(anna, mail.letters["1"], "message", office.cast.bartek)
    assert "Udostępniona: Bartek Nowy" in words(anna, where)
    give(anna, mail.letters["1"], "message", office.cast.celina, office.cast.dorota)
    many = [User.objects.create_user(f"{n}@lipowa.example", office=office.cast.office, name=f"Osoba {n}") for n in "ab"]
    give(anna, mail.letters["1"], "message", *many)
    assert "Udostępniona: BN, CC, DZ +2" in words(anna, where)
    assert "Anna Lipowska" in words(browser(office.cast.bartek), where)


def test_what_others_share_is_a_list_of_its_own_in_blocks(mail: Mailroom, office: Office, anna: Client) -> None:
    for number in range(4, 58):
        mail.arrive(str(number), "1 2 3")
    give(anna, mail.letters["1"], "thread", office.cast.bartek)
    bartek = browser(office.cast.bartek)
    first = bartek.get("/shared/").content.decode()
    rows = re.findall(r'data-message="([^"]+)"[^>]*data-cursor="([^"]+)"', first)
    assert len(rows) == 50
    rest = bartek.get(f"/shared/rows/?after={rows[-1][1]}")
    assert rest.headers["X-Total"] == "58"  # and the one that the office's cast shares
    more = re.findall(r'data-message="([^"]+)"', rest.content.decode())
    assert len({row[0] for row in rows} | set(more)) == 58
    assert rows[0][0] == str(mail.letters["57"].public_id)
    assert re.findall(r'data-message="([^"]+)"', bartek.get("/shared/rows/?skip=50").content.decode()) == more
    assert "Anna Lipowska" in first
    assert words(browser(office.cast.celina), "/shared/").count("Pismo") == 0
    assert "Nikt z kancelarii nie udostępnia Ci jeszcze poczty." in words(browser(office.cast.celina), "/shared/")


def test_what_is_shared_twice_over_is_listed_once(mail: Mailroom, office: Office, anna: Client) -> None:
    case = make_case(office.cast.anna, office.cast.bartek)
    give(anna, mail.letters["1"], "message", office.cast.bartek, case=case.public_id)
    rows = browser(office.cast.bartek).get("/shared/rows/")
    assert (
        rows.content.decode().count(str(mail.letters["1"].public_id))
        == rows.content.decode().count("row-") // 2 * 0 + 3
    )
    assert rows.headers["X-Total"] == "2"


def test_shared_mail_is_not_moved_about_by_whom_it_is_shared_with(mail: Mailroom, office: Office, anna: Client) -> None:
    give(anna, mail.letters["1"], "message", office.cast.bartek)
    fields = {"key": uuid4(), "verb": "archive", "message": mail.letters["1"].public_id}
    bartek = browser(office.cast.bartek)
    told = bartek.post("/acts/", {**fields, "listing": "shared"})
    assert told.status_code == 409
    assert "To udostępniona Ci poczta innych osób." in told.json()["said"]
    pane = bartek.get(f"/messages/{mail.letters['1'].public_id}/pane/").content.decode()
    assert 'data-action="archive"' not in pane
    assert 'data-action="star"' not in pane


def test_whom_it_is_shared_with_may_answer_and_quotes_what_they_see(
    mail: Mailroom, office: Office, anna: Client
) -> None:
    give(anna, mail.letters["1"], "message", office.cast.bartek)
    Mailroom(office.cast.bartek, "bartek@lipowa.example")
    with as_user(office.cast.bartek.pk):
        type(mail.account).objects.update(smtp_host="127.0.0.1", smtp_port=465, smtp_security="tls")
    letter = begin_from(office.cast.bartek, mail.letters["1"].public_id, Origin.REPLY)
    assert QUOTED in letter.html
    assert letter.from_address == "bartek@lipowa.example"
