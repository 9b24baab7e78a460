import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from teczka.actions.accounts import add_account
from teczka.actions.rest import delete_account
from teczka.core.accounts import Endpoint, Farewell, NewAccount
from teczka.core.discovery import Found, Offer, Service, Source, Standing
from teczka.core.errors import Problem, Trouble
from teczka.core.ladder import Fact, Outcome, Rung, Step
from teczka.core.outgoing import State
from teczka.remote import check, egress
from teczka.store.models import (
    Account,
    AccountOffer,
    Diagnosis,
    FetchRequest,
    FetchTrouble,
    Folder,
    OfficePolicy,
    Outgoing,
)
from teczka.store.queries.drafts import sends
from teczka.store.viewer import as_user
from teczka.web.accounts import details
from teczka.web.accounts.details import _added
from teczka.web.accounts.found import seal
from teczka.web.accounts.ladder import fact, remedy
from teczka.web.accounts.mending import mended_on
from teczka.web.problems import tell
from tests.cast import make_account, make_folder
from tests.conftest import OwnDatabase
from tests.plans import looked_at
from tests.web.conftest import Office, browser, make_office
from tests.web.pages import fields_of, text_of

ADDRESS = "anna@nowa.example"
TYPED = {
    "password": "bardzo-tajne-haslo",
    "provider_name": "Nowa poczta",
    "sender_name": "adw. Anna Lipowska",
    "imap_host": "127.0.0.1",
    "smtp_host": "",
    "username": "anna.nowa",
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port where nobody listens is told of as late as one that never answers."""
    monkeypatch.setattr(egress, "PATIENCE", 0.2)
    monkeypatch.setattr(check, "SECONDS", 2.0)


def by_hand(client: Client, address: str = ADDRESS) -> dict[str, str]:
    """The wizard's second step, nothing searched for: what its form holds."""
    return fields_of(client.post("/accounts/add/", {"address": address, "by": "hand"}))


def try_adding(client: Client, **typed: object) -> str:
    return text_of(client.post("/accounts/add/details/", by_hand(client) | TYPED | typed))


def found(
    *offers: Offer, provider: str = "", source: Source = Source.PROVIDER, address: str = ADDRESS
) -> dict[str, str]:
    """The form's fields, had this been found."""
    incoming = tuple(offer for offer in offers if offer.service is not Service.SMTP)
    outgoing = tuple(offer for offer in offers if offer.service is Service.SMTP)
    return {"found": seal(Found(address, source, "Nowa", provider, incoming, outgoing)), "address": address}


def server(host: str, service: Service = Service.IMAP, **facts: object) -> Offer:
    return Offer(service, Endpoint(host, 993, "tls"), ADDRESS, **facts)  # type: ignore[arg-type]


@pytest.fixture
def lived_in(own_database: OwnDatabase) -> Office:
    """For what is done while a page unfolds: it happens on another connection, which sees only what was committed."""
    return make_office()


@pytest.fixture
def wrong_server() -> Iterator[int]:
    """Greets as a web server does: the port of one."""

    def greet() -> None:
        while True:
            try:
                caller, _address = listener.accept()
            except OSError:
                return
            with caller:
                caller.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_a_refused_connection_is_told_and_everything_typed_stays_but_the_password(anna: Client) -> None:
    page = try_adding(anna, imap_port="1")
    assert "Nie można połączyć się z serwerem „127.0.0.1” na porcie 1." in page
    assert "Sprawdź u dostawcy nazwę serwera i port." in page
    assert "#id_imap_host" in page  # the one button leads to where the mending is done
    assert TYPED["password"] not in page
    kept = fields_of(page)
    assert all(kept[name] == value for name, value in TYPED.items() if name != "password")


def test_a_foreign_server_is_told_as_the_step_that_failed(anna: Client, wrong_server: int) -> None:
    page = try_adding(anna, imap_port=str(wrong_server))
    assert 'role="alert"' in page
    assert "127.0.0.1" in page.split('role="alert"')[1].split("<form")[0]


def test_nobody_is_told_that_an_account_which_was_not_added_is_tried_again(
    anna: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hung_up(*_args: object) -> Account:
        raise Problem(Trouble.SERVER_CLOSED, host="127.0.0.1")

    monkeypatch.setattr(details, "add_account", hung_up)
    said = try_adding(anna).split('role="alert"')[1].split("</div>")[0]
    assert "Serwer „127.0.0.1” przerwał połączenie w połowie." in said
    assert "Nic nie zapisano. Odczekaj minutę" in said
    assert "Próbujemy dalej" not in said


def test_the_ladder_tells_how_far_it_came_and_what_was_not_tried(anna: Client) -> None:
    page = try_adding(anna, imap_port="1")
    assert "IMAP: Połączenie" in page
    assert "nie sprawdzano" in page


@pytest.mark.parametrize(("facts", "told"), [({"messages": 3, "bytes": 2048}, "3 (2,0 KB)"), ({"messages": 3}, "3")])
def test_of_a_mailbox_only_what_the_server_told_is_said(facts: dict[str, Fact], told: str) -> None:
    with translation.override("pl"):
        assert fact(Rung(Step.DROP, Service.POP3, Outcome.OK, facts=facts)).replace("\xa0", " ") == told


@pytest.mark.parametrize(
    ("trouble", "field"),
    [(Trouble.TLS_NAME, "host"), (Trouble.TLS_FAILED, "security"), (Trouble.GREETING_SILENT, "port")],
)
def test_the_button_leads_to_the_field_that_mends_it(trouble: Trouble, field: str) -> None:
    leads = remedy(Problem(trouble, host="h", port=1), "imap", by_password=True)
    assert leads
    assert leads.href == f"#id_imap_{field}"


@pytest.mark.parametrize(
    "trouble", [Trouble.SIGNIN_REFUSED, Trouble.SECRET_MISSING, Trouble.OAUTH_ENDED, Trouble.TLS_NAME]
)
def test_the_check_leads_to_the_page_that_mends_it_as_other_pages_do(
    office: Office, anna: Client, trouble: Trouble
) -> None:
    problem = Problem(trouble, host="h", port=1, username="u", provider="P", names=["h"])
    rung = Rung(Step.SIGNIN, Service.IMAP, Outcome.FAILED, problem)
    with as_user(office.cast.anna.pk):
        Account.objects.filter(pk=office.account.pk).update(check_report=[rung.as_json()], checked_at=timezone.now())
    page = anna.get(reverse("account_check", args=[office.account.public_id])).content.decode()
    outcome = page.split('<div class="outcome">')[1]
    leads = re.search(r'<a class="button(?: primary)?" href="([^"#]*)', outcome)
    assert leads
    assert leads[1] == reverse(mended_on(trouble), args=[office.account.public_id])


def test_how_an_account_sends_is_told_by_its_last_try_without_a_look_at_those_before(office: Office) -> None:
    anna, now = office.cast.anna, timezone.now()
    account = make_account(anna, "wiele@listow.example", smtp_host="smtp.listow.example")
    with as_user(anna.pk):
        Outgoing.objects.bulk_create(
            Outgoing(
                office=anna.office,
                owner=anna,
                account=account,
                from_address=account.address,
                message_id=f"{number}@listow.example",
                state=State.SENT,
                attempt_at=now - timedelta(minutes=number),
                trouble=Trouble.SIGNIN_REFUSED if number == 1 else Trouble.SERVER_SILENT,
            )
            for number in range(1, 301)
        )
    with CaptureQueriesContext(connection) as asked:
        problem = next(one for one in sends(anna) if one.account == account.public_id).problem
    assert problem
    assert problem.trouble is Trouble.SIGNIN_REFUSED
    (told,) = (one["sql"] for one in asked.captured_queries if "store_outgoing" in one["sql"])
    with as_user(anna.pk), connection.cursor() as cursor:
        assert looked_at(cursor.execute, cursor.fetchone, told, None) < 30


def test_a_refused_sign_in_is_told_of_every_way_in_that_may_have_to_be_allowed() -> None:
    with translation.override("pl"):
        assert "(IMAP, POP3, SMTP)" in tell(Trouble.SIGNIN_REFUSED, {"host": "h", "username": "u"}).advice


def test_what_was_typed_stands_beside_what_is_published(anna: Client) -> None:
    sealed = found(server("imap.nowa.example"))
    page = text_of(anna.post("/accounts/add/details/", by_hand(anna) | TYPED | sealed | {"imap_port": "1"}))
    compared = page.split("Co wpisano, a co podaje dostawca")[1].split("</table>")[0]
    assert "127.0.0.1" in compared
    assert "<strong>imap.nowa.example</strong>" in compared


def test_a_url_is_no_server_name(anna: Client) -> None:
    assert "Wpisz samą nazwę serwera" in try_adding(anna, imap_host="https://imap.example.com/")


@pytest.mark.parametrize("typed", [{"imap_port": "0"}, {"imap_host": "127.0.0.1; rm"}])
def test_what_was_typed_wrongly_has_the_focus_and_is_told_with_it(anna: Client, typed: dict[str, str]) -> None:
    page = try_adding(anna, **typed)
    focused = [tag for tag in re.findall("<input[^>]*>", page) if "autofocus" in tag]
    assert [next(iter(typed)) in tag for tag in focused] == [True]
    assert f'aria-describedby="id_{next(iter(typed))}_error' in focused[0]


def test_without_a_password_nothing_is_tried(anna: Client) -> None:
    page = try_adding(anna, password="")
    assert "To pole jest wymagane." in page
    assert "IMAP: Połączenie" not in page


def test_a_search_that_was_forged_is_begun_anew(anna: Client) -> None:
    answer = anna.post("/accounts/add/details/", by_hand(anna) | TYPED | {"found": "eyJhIjoxfQ:forged"})
    assert answer.headers["Location"] == "/accounts/add/"


def test_encryption_is_ticked_and_locked(anna: Client) -> None:
    page = text_of(anna.post("/accounts/add/", {"address": ADDRESS, "by": "hand"}))
    box = page.split('name="imap_tls"')[1].split(">")[0]
    assert "checked" in box
    assert "disabled" in box
    fields = by_hand(anna) | TYPED | {"imap_port": "1", "imap_tls": ""}
    assert "bez szyfrowania" not in text_of(anna.post("/accounts/add/details/", fields)).split('role="alert"')[1][:300]


def test_only_a_host_that_an_administrator_named_may_go_without_encryption(lived_in: Office) -> None:
    anna = browser(lived_in.cast.anna)
    with as_user(lived_in.cast.dorota.pk):
        OfficePolicy.objects.create(office=lived_in.cast.office, plain_hosts=["stary.nowa.example"])
    fields = by_hand(anna) | TYPED
    fields.pop("imap_tls")
    assert "nieszyfrowane połączenie" in text_of(anna.post("/accounts/add/details/", fields))
    named = fields | {"imap_host": "stary.nowa.example"}
    assert "nieszyfrowane połączenie" not in text_of(anna.post("/accounts/add/details/", named))


def test_what_is_no_app_password_of_google_s_is_not_tried_unless_its_owner_insists(anna: Client) -> None:
    sealed = found(server("127.0.0.1"), provider="gmail", address="anna@gmail.com")
    fields = by_hand(anna, "anna@gmail.com") | TYPED | sealed | {"imap_port": "1"}
    page = text_of(anna.post("/accounts/add/details/", fields))
    assert "To nie wygląda na hasło do aplikacji" in page
    assert "IMAP: Połączenie" not in page
    assert "IMAP: Połączenie" in text_of(anna.post("/accounts/add/details/", fields | {"insist": "on"}))
    spaced = fields | {"password": "abcd efgh ijkl mnop"}
    assert "IMAP: Połączenie" in text_of(anna.post("/accounts/add/details/", spaced))


def test_a_server_that_looks_like_another_wants_a_tick_of_its_own(anna: Client) -> None:
    alike = server("imap.kancelarla.example", standing=Standing.LOOKALIKE, base_domain="kancelarla.example")
    sealed = found(alike, server("smtp.kancelarla.example", Service.SMTP))
    page = text_of(anna.post("/accounts/add/details/", by_hand(anna) | TYPED | sealed | {"imap_port": "1"}))
    assert "To są serwery mojego dostawcy" in page
    assert "IMAP: Połączenie" not in page


def test_what_was_prepared_wants_the_password_alone(anna: Client, office: Office) -> None:
    assert f"/accounts/offers/{office.offer.public_id}/" in anna.get("/accounts/").content.decode()
    fields = fields_of(anna.get(f"/accounts/offers/{office.offer.public_id}/"))
    assert fields["imap_host"] == "imap.nowa.example"
    assert fields["offer"] == str(office.offer.public_id)


def test_what_was_prepared_at_microsoft_is_signed_in_to_there(anna: Client, office: Office) -> None:
    prepared = {"address": ADDRESS, "host": "outlook.office365.com", "port": "993", "smtp_port": "465"}
    chosen = {"person": str(office.cast.anna.public_id), "protocol": "imap", "security": "tls", "smtp_security": "tls"}
    browser(office.cast.dorota).post("/office/offers/add/", prepared | chosen)
    with as_user(office.cast.anna.pk):
        offer = AccountOffer.objects.get(for_user=office.cast.anna, address=ADDRESS)
    page = text_of(anna.get(f"/accounts/offers/{offer.public_id}/"))
    assert "nie skonfigurowała jeszcze logowania przez Microsoft" in page
    assert "Hasło" not in page


def test_where_microsoft_is_not_set_up_servers_can_be_entered_and_it_is_said_who_can_set_it_up(
    anna: Client, office: Office
) -> None:
    for page in (anna.post("/accounts/add/", {"address": "anna@outlook.com"}), anna.get("/accounts/add/")):
        text = text_of(page)
        assert "nie skonfigurowała jeszcze logowania przez Microsoft" in text
        assert office.cast.dorota.name in text
        assert "/office/oauth/" not in text
        assert "Wpisz serwery ręcznie" in text
    by = anna.post("/accounts/add/", {"address": "anna@outlook.com", "by": "hand"})
    assert "Microsoft najpewniej odrzuci hasło" in text_of(by)
    fields = fields_of(by)
    assert fields["imap_host"] == "outlook.office365.com"
    again = fields | {"password": "", "protocol": "imap", "mode": "read_only"}
    assert "Microsoft najpewniej odrzuci hasło" in text_of(anna.post("/accounts/add/details/", again))
    administrator = browser(office.cast.dorota).post("/accounts/add/", {"address": "dorota@outlook.com"})
    assert 'href="/office/oauth/microsoft/"' in text_of(administrator)


def test_what_is_to_be_switched_on_can_be_ticked_off(anna: Client) -> None:
    page = text_of(anna.post("/accounts/add/", {"address": "anna@wp.pl"}))
    assert page.count("data-tick") == 3
    assert "captcha" in page


def test_one_person_has_one_server_checked_at_a_time(anna: Client, office: Office) -> None:
    """A server that says nothing holds a thread of the few that make pages until the check's time is over."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor() as pool:
        listener.settimeout(20)
        silent = Endpoint("127.0.0.1", int(listener.getsockname()[1]), "tls")
        first = pool.submit(add_account, office.cast.anna, NewAccount("anna@cicha.example", "anna", "haslo", silent))
        caller, _address = listener.accept()
        with caller:
            second = try_adding(anna, imap_port="1")
            others = try_adding(browser(office.cast.bartek), imap_port="1")
        assert isinstance(first.exception(20), Problem)
        after = try_adding(anna, imap_port="1")
    assert "Jedno sprawdzanie już trwa." in second
    assert "Nie można połączyć się" in others
    assert "Nie można połączyć się" in after


def test_nothing_is_stored_of_an_account_that_failed(anna: Client, office: Office) -> None:
    try_adding(anna, imap_port="1")
    with as_user(office.cast.anna.pk):
        assert not Account.objects.filter(address=ADDRESS).exists()


def test_the_list_tells_how_each_account_is_doing(anna: Client, office: Office) -> None:
    make_account(
        office.cast.anna,
        "anna@zepsuta.example",
        state="needs_owner",
        trouble="signin.refused",
        trouble_params={"host": "imap.zepsuta.example", "username": "anna"},
        trouble_detail="<b>no</b>",
        trouble_since=datetime(2026, 5, 3, 10, 0, tzinfo=UTC),
    )
    make_account(office.cast.anna, "anna@cicha.example", paused_at=timezone.now())
    page = anna.get("/accounts/").content.decode()
    for told in (
        "Działa",
        "Czeka na Ciebie",
        "Wstrzymane",
        "3 z 4",
        "odrzucił nazwę użytkownika",
        "&lt;b&gt;no&lt;/b&gt;",
    ):
        assert told in page


def test_the_list_tells_what_lies_on_the_server_and_did_not_come(anna: Client, office: Office) -> None:
    account = make_account(
        office.cast.anna, "anna@wybrakowana.example", host="imap.wybrakowana.example", state="working"
    )
    folder = make_folder(account)
    with as_user(office.cast.anna.pk):
        Folder.objects.filter(pk=folder.pk).update(uidvalidity=7)
        for validity, uid, trouble in (
            (7, 1, "server.closed"),
            (7, 2, "server.silent"),
            (7, 3, "server.limit"),
            (6, 4, "server.limit"),
        ):
            FetchTrouble.objects.create(
                folder=folder, owner_id=office.cast.anna.pk, uidvalidity=validity, uid=uid, trouble=trouble
            )
    lines = anna.get("/accounts/lines/").content.decode()
    assert lines.count("Brakuje poczty") == 1
    assert (
        "Serwer „imap.wybrakowana.example” przerywa przesyłanie wiadomości z folderu „Odebrane”. Niepobrane: 2."
        in lines
    )
    assert "większe, niż Teczka przyjmuje. Niepobrane: 1." in lines
    with as_user(office.cast.anna.pk):
        Account.objects.filter(pk=account.pk).update(state="fetching")
    assert "Niepobrane" not in anna.get("/accounts/lines/").content.decode()  # it is just coming


def test_the_list_tells_which_folders_are_left_out_and_what_to_do(anna: Client, office: Office) -> None:
    account = make_account(office.cast.anna, "anna@wybrakowana.example", state="working")
    make_folder(account, "Wspólne", "")
    refused = [{"folder": f"Publiczne/{number}", "trouble": "folder.refused"} for number in range(6)]
    with as_user(office.cast.anna.pk):
        Account.objects.filter(pk=account.pk).update(
            left_out=[
                {"folder": "Długa nazwa…", "trouble": "folder.long"},
                {"folder": "Wspólne", "trouble": "folder.refused"},
            ]
        )
    lines = anna.get("/accounts/lines/").content.decode()
    assert lines.count("Brakuje poczty") == 1
    for told in (
        "Nazwa folderu „Długa nazwa…” jest dłuższa",
        "Nadaj mu na serwerze krótszą nazwę.",
        "Serwer nie otworzył folderu „Wspólne”.",
        "Pozostałe foldery pobieramy jak zwykle.",
    ):
        assert lines.count(told) == 1
    with as_user(office.cast.anna.pk):
        Account.objects.filter(pk=account.pk).update(left_out=refused)
    lines = anna.get("/accounts/lines/").content.decode()
    assert lines.count("Serwer nie otworzył folderu") == 5
    assert "Brakuje też poczty z 1 innego folderu." in lines


def test_the_first_download_tells_how_far_it_is_and_how_long_it_will_take(anna: Client, office: Office) -> None:
    since = timezone.now() - timedelta(minutes=1)
    account = make_account(office.cast.anna, "anna@duza.example", state="fetching", fetching_since=since)
    folder = make_folder(account)
    with as_user(office.cast.anna.pk):
        Folder.objects.filter(pk=folder.pk).update(stored=1_000, on_server=6_000)
    lines = anna.get("/accounts/lines/").content.decode()
    assert "Pobrano 1\N{NO-BREAK SPACE}000 z 6\N{NO-BREAK SPACE}000" in lines
    assert "jeszcze ok. 5 min" in lines or "jeszcze ok. 6 min" in lines


def test_who_has_as_many_accounts_as_allowed_is_told_so(anna: Client, office: Office) -> None:
    for number in range(3):
        make_account(office.cast.anna, f"anna{number}@duza.example")
    page = anna.get("/accounts/").content.decode()
    assert "4 z 4" in page
    assert "tyle kont, ile dopuszcza kancelaria" in page
    assert 'name="address"' not in anna.get("/accounts/add/").content.decode()


def test_mail_is_asked_for_and_how_often_that_happens_is_told(anna: Client, office: Office) -> None:
    account = make_account(office.cast.anna, "anna@pop.example", protocol="pop3")
    asked = text_of(anna.post(f"/accounts/{account.public_id}/fetch/", follow=True))
    assert "Pobieramy nową pocztę." in asked
    assert "sprawdzana co 5 minut" in asked
    with as_user(office.cast.anna.pk):
        assert FetchRequest.objects.get().account == account


def test_a_provider_that_lets_nobody_in_twice_is_not_asked_twice(anna: Client, office: Office) -> None:
    now = timezone.now()
    account = make_account(office.cast.anna, "anna@web.de", protocol="pop3", host="pop3.web.de", last_contact_at=now)
    said = text_of(anna.post(f"/accounts/{account.public_id}/fetch/"))
    assert "„pop3.web.de” nie wpuszcza dwa razy w ciągu 15 minut." in said
    assert "Sprawdzimy go sami ponownie za 15 min." in said
    opens = timezone.localtime(now + timedelta(minutes=15), ZoneInfo(office.cast.office.timezone))
    assert f"nie wcześniej niż o {opens:%H:%M}" in said
    with as_user(office.cast.anna.pk):
        assert not FetchRequest.objects.exists()
        Account.objects.filter(pk=account.pk).update(last_contact_at=now - timedelta(minutes=16))
    asked = text_of(anna.post(f"/accounts/{account.public_id}/fetch/", follow=True))
    assert "Pobieramy nową pocztę." in asked
    assert "sprawdzana co 15 minut" in asked


def test_where_the_wizard_s_own_sign_in_counts_the_download_is_told_to_wait(anna: Client, office: Office) -> None:
    now = timezone.now()
    account = make_account(office.cast.anna, "anna@web.de", protocol="pop3", host="pop3.web.de", checked_at=now)
    request = RequestFactory().get("/")
    request.user = office.cast.anna
    with translation.override("pl"):
        told = _added(request, account, [])
    assert f"pobieranie zacznie się samo o {timezone.localtime(now + timedelta(minutes=15)):%H:%M}" in told


def test_an_account_is_paused_and_resumed(anna: Client, office: Office) -> None:
    where = f"/accounts/{office.account.public_id}"
    anna.post(f"{where}/pause/")
    assert "Wstrzymane" in anna.get("/accounts/").content.decode()
    anna.post(f"{where}/resume/")
    assert "Wstrzymane" not in anna.get("/accounts/").content.decode()


def test_deleting_says_what_stays_and_can_be_undone(anna: Client, office: Office) -> None:
    where = f"/accounts/{office.account.public_id}"
    page = anna.get(f"{where}/delete/").content.decode()
    assert "POZOSTANIE nietknięta" in page
    assert "autofocus>Anuluj" in page
    anna.post(f"{where}/delete/", {"farewell": "remove"})
    listed = anna.get("/accounts/").content.decode()
    assert "Cofnij usunięcie" in listed
    assert "0 z 4" in listed
    assert anna.get(f"{where}/edit/").status_code == 404
    anna.post(f"{where}/restore/")
    assert "1 z 4" in anna.get("/accounts/").content.decode()


def test_a_deletion_without_a_choice_deletes_nothing(anna: Client, office: Office) -> None:
    anna.post(f"/accounts/{office.account.public_id}/delete/", {})
    assert "1 z 4" in anna.get("/accounts/").content.decode()


def test_what_was_added_again_is_not_taken_back_beside_it(anna: Client, office: Office) -> None:
    mine = office.account
    delete_account(office.cast.anna, mine.public_id, Farewell.ARCHIVE)
    make_account(office.cast.anna, mine.address)
    page = anna.post(f"/accounts/{mine.public_id}/restore/").content.decode()
    assert "To konto jest już dodane ponownie." in page


def test_an_edit_of_names_and_colour_asks_no_server(lived_in: Office) -> None:
    anna = browser(lived_in.cast.anna)
    where = f"/accounts/{lived_in.account.public_id}/edit/"
    fields = fields_of(anna.get(where))
    assert fields["imap_host"] == "127.0.0.1"
    assert "password" not in fields or not fields["password"]
    page = text_of(anna.post(where, fields | {"provider_name": "Inna nazwa", "colour": "5", "in_unified": ""}))
    assert "Zapisano." in page
    with as_user(lived_in.cast.anna.pk):
        now = Account.objects.get(pk=lived_in.account.pk)
    assert (now.provider_name, now.colour, now.in_unified) == ("Inna nazwa", 5, False)


def test_an_edit_is_tested_before_it_is_saved(lived_in: Office) -> None:
    anna = browser(lived_in.cast.anna)
    where = f"/accounts/{lived_in.account.public_id}/edit/"
    page = text_of(anna.post(where, fields_of(anna.get(where)) | {"imap_port": "1", "password": "nowe"}))
    assert "Nie można połączyć się z serwerem „127.0.0.1” na porcie 1." in page
    with as_user(lived_in.cast.anna.pk):
        assert Account.objects.get(pk=lived_in.account.pk).port == lived_in.account.port


def test_an_edit_that_fails_stands_beside_what_the_provider_publishes(lived_in: Office) -> None:
    with as_user(lived_in.cast.anna.pk):
        Account.objects.filter(pk=lived_in.account.pk).update(provider="wp")
    anna = browser(lived_in.cast.anna)
    where = f"/accounts/{lived_in.account.public_id}/edit/"
    page = text_of(anna.post(where, fields_of(anna.get(where)) | {"imap_port": "1"}))
    compared = page.split("Co wpisano, a co podaje dostawca")[1].split("</table>")[0]
    assert "<strong>imap.wp.pl</strong>" in compared


def test_a_diagnosis_reaches_the_administrators_without_what_lets_anybody_in(anna: Client, office: Office) -> None:
    anna.post("/accounts/diagnosis/", {"address": ADDRESS, "report": "IMAP: odmowa; hasło: abc"})
    with as_user(office.cast.dorota.pk):
        sent = Diagnosis.objects.get()
    assert "odmowa" in sent.report
    assert "abc" not in sent.report


def test_without_an_account_the_list_asks_for_one(office: Office) -> None:
    page = browser(office.cast.celina).get("/", follow=True).content.decode()
    assert "Nie ma jeszcze żadnego konta." in page
    assert "/accounts/add/" in page


def test_no_browser_is_asked_to_fill_in_the_password_for_teczka_itself(office: Office) -> None:
    account, keys = office.account.public_id, office.cast.dorota
    asked = [
        (office.cast.anna, reverse("account_edit", args=[account])),
        (office.cast.anna, reverse("account_signin", args=[account])),
        (office.cast.anna, reverse("account_offer", args=[office.offer.public_id])),
        (keys, reverse("office_oauth", args=["microsoft"])),
    ]
    for person, path in asked:
        fields = re.findall(r'<input type="password"[^>]*>', browser(person).get(path).content.decode())
        assert fields, path
        assert all('autocomplete="new-password"' in field for field in fields), path
