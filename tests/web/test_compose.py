"""Letters on their way from an empty page to the outbox, with no script at all."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from io import BytesIO
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import override
from hypothesis import given
from hypothesis import strategies as st

from teczka.actions import uploads
from teczka.actions.documents import remove_document
from teczka.actions.identities import add_identity, drop_identity
from teczka.core.discovery import Service
from teczka.core.errors import Problem, Trouble
from teczka.core.ladder import Outcome, Rung, Step
from teczka.core.outgoing import State
from teczka.store.models import Account, Enclosure, Identity, Outgoing, Recipient, Template, User
from teczka.store.queries.templates import TemplateLine, templates
from teczka.store.viewer import as_user
from teczka.web.compose import laters
from teczka.web.compose.files import received
from teczka.web.compose.form import as_header, people
from tests.cases import make_case, upload
from tests.cast import make_account, make_folder
from tests.web.conftest import Office, browser
from tests.web.mailroom import store
from tests.web.pages import fields_of

WARSAW = ZoneInfo("Europe/Warsaw")
SENDING = {"smtp_host": "127.0.0.1", "smtp_port": 465, "smtp_security": "tls"}


@pytest.fixture
def writing(office: Office) -> Office:
    make_account(office.cast.anna, "anna@kancelaria-lipowa.example", **SENDING)
    return office


def begin(client: Client, **asked: str) -> UUID:
    answer = client.post(reverse("compose_new"), asked)
    assert answer.status_code == 302, answer.content
    return UUID(answer.headers["Location"].split("/")[2])


def press(client: Client, draft: UUID, do: str, **fields: object) -> object:
    where = reverse("compose", args=[draft])
    page = client.get(where).content.decode()
    told = fields_of(page) | {"do": do} | fields
    return client.post(where, told)


def row(office: Office, draft: UUID) -> Outgoing:
    with as_user(office.cast.anna.pk):
        return Outgoing.objects.get(public_id=draft)


def test_a_letter_is_written_sent_and_taken_back_without_script(writing: Office, anna: Client) -> None:
    draft = begin(anna)
    written = {"to": "Jan Kowal <jan@klient.example>", "subject": "Pozew", "text": "Dzień dobry,\nzałatwione."}
    answer = press(anna, draft, "send", **written)
    assert answer.headers["Location"] == reverse("compose_done", args=[draft])  # type: ignore[attr-defined]
    assert row(writing, draft).state == State.HELD
    assert "Pozew" in anna.get(reverse("outbox")).content.decode()
    answer = anna.post(reverse("compose_undo", args=[draft]))
    assert answer.headers["Location"] == reverse("compose", args=[draft])
    back = row(writing, draft)
    assert (back.state, back.text, back.recipients["to"]) == (
        State.DRAFT,
        "Dzień dobry,\nzałatwione.",
        [["Jan Kowal", "jan@klient.example"]],
    )


def test_a_letter_to_nobody_is_refused_in_words_and_kept(writing: Office, anna: Client) -> None:
    draft = begin(anna)
    answer = press(anna, draft, "send", subject="Pozew", text="x")
    assert 'role="alert"' in answer.content.decode()  # type: ignore[attr-defined]
    assert row(writing, draft).subject == "Pozew"


def test_documents_of_the_letters_case_are_found_by_name_and_go_with_it_as_copies(
    writing: Office, anna: Client
) -> None:
    cast = writing.cast
    case = make_case(cast.anna, "Kowalski p. Żak", cast.bartek, walled=True)
    deed, _other = upload(case, cast.bartek, "akt 100%.pdf", b"%PDF umowa"), upload(case, cast.bartek, "wyrok.pdf")
    gone = upload(case, cast.bartek, "akt stary.pdf")
    remove_document(cast.bartek, case.public_id, gone.public_id)
    draft = begin(anna)
    where = reverse("compose_pick", args=[draft])
    assert "Dokumenty sprawy" not in anna.get(where).content.decode()
    press(anna, draft, "keep", case=str(case.public_id))
    asked = {"q": "akt 100%"}
    of_letter, named = (
        unescape(anna.get(where, asked | more).content.decode()) for more in ({}, {"case": str(case.public_id)})
    )
    for page in (of_letter, named):
        assert "Dokumenty sprawy „Kowalski p. Żak”" in page
        assert re.findall(r'value="(case:[^"]+)"', page) == [f"case:{case.public_id}:{deed.public_id}"]
    answer = anna.post(where, {"part": f"case:{case.public_id}:{deed.public_id}", "alone": "1"})
    assert answer.headers["Location"] == reverse("compose", args=[draft])
    with as_user(cast.anna.pk):
        made = Enclosure.objects.get(outgoing__public_id=draft)
    assert (made.name, made.size, made.pack_id == deed.pack) == ("akt 100%.pdf", 10, False)
    remove_document(cast.bartek, case.public_id, deed.public_id)
    kept = anna.get(reverse("compose_file", args=[draft, made.public_id]))
    assert b"".join(kept.streaming_content) == b"%PDF umowa"  # type: ignore[attr-defined]
    assert anna.post(where, {"part": f"case:{case.public_id}:{deed.public_id}"}).status_code == 404


def test_documents_of_a_case_are_its_teams_in_a_letter_too(writing: Office) -> None:
    cast = writing.cast
    case = make_case(cast.anna, "Kowalski p. Żak", walled=True)
    deed = upload(case, cast.anna, "akt.pdf")
    for stranger in (cast.bartek, cast.dorota):
        make_account(stranger, f"{stranger.pk}@kancelaria-lipowa.example", **SENDING)
        client = browser(stranger)
        draft = begin(client)
        where = reverse("compose_pick", args=[draft])
        page, nothing = (
            re.sub(
                r'(csrfmiddlewaretoken" value|csrf-token" content)="[^"]+"',
                "",
                client.get(where, {"case": str(one)}).content.decode(),
            )
            for one in (case.public_id, uuid4())
        )
        assert "akt.pdf" not in page
        assert page == nothing
        assert client.post(where, {"part": f"case:{case.public_id}:{deed.public_id}"}).status_code == 404
        assert client.post(where, {"part": f"case:{uuid4()}:{deed.public_id}"}).status_code == 404


@pytest.mark.parametrize("alone", [True, False])
def test_a_document_that_is_too_large_for_a_letter_is_refused_in_words(
    writing: Office, anna: Client, monkeypatch: pytest.MonkeyPatch, alone: bool
) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 5)
    case = make_case(writing.cast.anna, "Kowalski p. Żak")
    deed = upload(case, writing.cast.anna, "nagranie.pdf")
    draft = begin(anna)
    told = {"part": f"case:{case.public_id}:{deed.public_id}"} | ({"alone": "1"} if alone else {})
    answer = anna.post(reverse("compose_pick", args=[draft]), told)
    assert answer.status_code == (200 if alone else 400)
    assert "nagranie.pdf" in answer.content.decode()
    with as_user(writing.cast.anna.pk):
        assert not Enclosure.objects.filter(outgoing__public_id=draft).exists()


def test_files_come_with_the_form_and_go_again(writing: Office, anna: Client) -> None:
    draft = begin(anna)
    file = SimpleUploadedFile("żółw.pdf", b"%PDF-1.4 " + b"x" * 3_000_000, "application/pdf")
    press(anna, draft, "attach", file=file, subject="Z plikiem")
    with as_user(writing.cast.anna.pk):
        made = Enclosure.objects.get(outgoing__public_id=draft)
    served = anna.get(reverse("compose_file", args=[draft, made.public_id]))
    assert b"".join(served.streaming_content) == b"%PDF-1.4 " + b"x" * 3_000_000  # type: ignore[attr-defined]
    assert "attachment" in served.headers["Content-Disposition"]
    press(anna, draft, f"drop:{made.public_id}")
    with as_user(writing.cast.anna.pk):
        assert not Enclosure.objects.filter(outgoing__public_id=draft).exists()


def saving(draft: UUID, revision: int, **fields: str) -> dict[str, str]:
    return {"revision": str(revision), "mode": "rich", "html": "<div>a</div>", "to": "", **fields}


def test_two_windows_do_not_write_over_each_other(writing: Office, anna: Client) -> None:
    draft = begin(anna)
    save = reverse("compose_save", args=[draft])
    assert anna.post(save, saving(draft, 0)).json()["revision"] == 1
    assert anna.post(save, saving(draft, 0, subject="Inny")).status_code == 409
    copied = anna.post(reverse("compose_copy", args=[draft]), saving(draft, 0, subject="Inny")).json()["url"]
    assert "Inny" in anna.get(copied).content.decode()
    assert row(writing, draft).subject == ""
    answer = anna.post(reverse("compose_send", args=[draft]), saving(draft, 0, subject="Inny", to="jan@klient.example"))
    assert answer.status_code == 409
    assert row(writing, draft).state == State.DRAFT


def test_send_pressed_again_where_its_answer_was_lost_tells_that_it_goes(writing: Office, anna: Client) -> None:
    draft = begin(anna)
    send = reverse("compose_send", args=[draft])
    fields = saving(draft, 0, to="jan@klient.example", subject="Pozew")
    done = {"url": reverse("compose_done", args=[draft])}
    assert anna.post(send, fields).json() == done
    assert anna.post(send, fields).json() == done
    assert anna.post(send, fields | {"subject": "Inny"}).status_code == 409  # that has not gone
    with as_user(writing.cast.anna.pk):
        assert Recipient.objects.filter(outgoing__public_id=draft).count() == 1


def test_a_letter_goes_with_the_files_that_its_page_shows_or_not_at_all(writing: Office, anna: Client) -> None:
    draft = begin(anna)
    send = reverse("compose_send", args=[draft])
    fields = saving(draft, 0, to="jan@klient.example", subject="Pozew")
    file = uploads.attach(writing.cast.anna, draft, "akta.pdf", "application/pdf", [b"x"]).public_id
    assert anna.post(send, fields | {"enclosed": ""}).status_code == 409
    assert anna.post(send, fields | {"enclosed": f"{file} {uuid4()}"}).status_code == 409
    assert "url" in anna.post(send, fields | {"enclosed": str(file)}).json()


def test_a_risk_is_asked_about_once_and_sending_later_wants_a_moment_to_come(writing: Office, anna: Client) -> None:
    draft = begin(anna)
    send = reverse("compose_send", args=[draft])
    fields = saving(draft, 0, to="jan@klient.example", html="<div>W załączeniu pozew.</div>", subject="Pozew")
    risks = anna.post(send, fields).json()["risks"]
    assert [risk["key"] for risk in risks] == ["file"]
    fields |= {"revision": "1", "agreed": "file", "do": "later"}
    assert "wrong" in anna.post(send, fields | {"when": "2020-01-01T08:00"}).json()
    assert "wrong" in anna.post(send, fields | {"when": "kiedyś"}).json()
    assert anna.post(send, fields | {"when": "2099-01-01T08:00"}).json() == {
        "url": reverse("compose_done", args=[draft])
    }
    held = row(writing, draft)
    assert (held.state, held.send_at.year if held.send_at else 0) == (State.HELD, 2099)
    assert "Cofnij" in anna.get(reverse("compose_done", args=[draft])).content.decode()


def test_a_question_about_many_people_names_some_and_counts_the_others(writing: Office, anna: Client) -> None:
    draft = begin(anna)
    to = ", ".join(f"noreply@{number}.example" for number in range(200))
    fields = saving(draft, 0, to=to, html="<div>Zawiadomienie.</div>", subject="Do wszystkich")
    [risk] = anna.post(reverse("compose_send", args=[draft]), fields).json()["risks"]
    assert risk["text"].endswith("noreply@3.example, noreply@4.example i jeszcze 195.")


@pytest.mark.parametrize(
    ("now", "name", "moment"),
    [
        ("2026-11-24T07:30", "tomorrow", "2026-11-25T08:00"),
        ("2026-11-24T07:30", "monday", "2026-11-30T08:00"),
        ("2026-11-23T07:30", "monday", "2026-11-30T08:00"),
        ("2026-10-24T23:59", "tomorrow", "2026-10-25T08:00"),
        ("2026-11-24T07:30", "2026-11-24T07:30", None),
        ("2026-11-24T07:30", "2026-11-24T07:31", "2026-11-24T07:31"),
        ("2026-11-24T07:30", "9999-12-31T23:59", None),
        ("2026-11-24T07:30", "9999-12-31T23:59-14:00", None),
    ],
)
def test_a_moment_by_name_is_counted_when_it_is_chosen(now: str, name: str, moment: str | None) -> None:
    here = datetime.fromisoformat(now).replace(tzinfo=WARSAW)
    wanted = datetime.fromisoformat(moment).replace(tzinfo=WARSAW) if moment else None
    with override(WARSAW):
        assert laters.moment(name, here) == wanted


def test_no_hour_is_offered_that_the_clocks_leave_out() -> None:
    with override(WARSAW):
        (*_, (when, words)) = laters.laters(datetime(2027, 3, 27, 23, 40, tzinfo=UTC))
    assert (when, words) == ("2027-03-28T03:00+02:00", "03:00")


@pytest.mark.parametrize("now", ["2026-10-24T22:10", "2026-10-24T23:10"])
def test_an_hour_that_is_there_twice_is_the_one_that_was_offered(now: str) -> None:
    here = datetime.fromisoformat(now).replace(tzinfo=UTC)
    with override(WARSAW):
        (*_, (when, words)) = laters.laters(here)
        assert (laters.moment(when, here), words) == (here.replace(minute=0) + timedelta(hours=2), "02:00")


class Broken(BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        raise ConnectionAbortedError


def test_a_file_comes_as_it_is_and_one_that_is_cut_short_is_none(writing: Office, anna: Client) -> None:
    draft = begin(anna)
    where = reverse("compose_files", args=[draft]) + "?name=..%2Fakta%2Fpozew.pdf&type=text/html"
    octets = {"content_type": "application/octet-stream"}
    answer = anna.post(where, b"<script>", **octets)
    assert answer.headers["X-File"] == "1"
    with as_user(writing.cast.anna.pk):
        made = Enclosure.objects.get(outgoing__public_id=draft)
    assert (made.name, made.content_type, made.size) == ("_akta_pozew.pdf", "application/octet-stream", 8)
    served = anna.get(reverse("compose_file", args=[draft, made.public_id]))
    assert served.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert served.headers["Content-Disposition"].startswith("attachment")
    cut = WSGIRequest({"REQUEST_METHOD": "POST", "CONTENT_LENGTH": "8", "wsgi.input": BytesIO(b"half")})
    with pytest.raises(Problem, match=Trouble.UPLOAD_CUT.value):
        list(received(cut, "pozew.pdf"))
    broken = WSGIRequest({"REQUEST_METHOD": "POST", "CONTENT_LENGTH": "8", "wsgi.input": Broken()})
    with pytest.raises(Problem, match=Trouble.UPLOAD_CUT.value):
        list(received(broken, "pozew.pdf"))
    endless = WSGIRequest(
        {"REQUEST_METHOD": "POST", "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": BytesIO(b"half")}
    )
    with pytest.raises(Problem, match=Trouble.UPLOAD_CUT.value):
        list(received(endless, "pozew.pdf"))


def test_by_its_address_alone_no_letter_is_begun(writing: Office, anna: Client) -> None:
    with as_user(writing.cast.anna.pk):
        before = Outgoing.objects.count()
    assert anna.get("/compose/")["Location"] == "/"
    with as_user(writing.cast.anna.pk):
        assert Outgoing.objects.count() == before


def test_a_link_to_an_address_begins_a_letter_with_what_it_says_and_no_more(writing: Office, anna: Client) -> None:
    link = "mailto:jan@klient.example?subject=Pozew%20o%20zap%C5%82at%C4%99&body=Dzie%C5%84<script>&bcc=x@y.example"
    found = row(writing, begin(anna, mailto=link + "&attach=/etc/passwd"))
    assert found.recipients == {"to": [["", "jan@klient.example"]], "cc": [], "bcc": [["", "x@y.example"]]}
    assert found.subject == "Pozew o zapłatę"
    assert "<script>" not in found.html
    assert row(writing, begin(anna, mailto="javascript:alert(1)")).recipients["to"] == []


def test_only_the_writer_sees_whom_completion_offers(writing: Office, anna: Client) -> None:
    people = reverse("compose_people")
    offered = {one["address"] for one in anna.get(people).json()["people"]}
    assert offered == {"sekretny@nadawca.example", "jan@klient.example"}
    for stranger in writing.cast.strangers:
        assert browser(stranger).get(people).json() == {"people": []}
    pasted = anna.post(people, {"text": "Strony: Jan <jan@klient.example>; zły@;\nżółw@żółw.example"}).json()["people"]
    assert [(one["address"], one["wrong"]) for one in pasted] == [
        ("jan@klient.example", False),
        ("zły@", True),
        ("żółw@żółw.example", False),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@x.example b@x.example\tc@x.example", ["a@x.example", "b@x.example", "c@x.example"]),
        ("Jan <a@x.example> Ewa Nowak <b@x.example>", ["Jan <a@x.example>", "Ewa Nowak <b@x.example>"]),
        ('"a@x.example b@x.example> c" <d@x.example>', ["d@x.example"]),
        ("Jan Kowal a@x.example (praca), <b@x.example>", ["Jan Kowal <a@x.example>", "b@x.example"]),
        ("szef@kancelaria.example <evil@x.example>", ["evil@x.example"]),
        (
            'Nowak Jan;<a@x.example>;;\n"Kowal; Ola";b@x.example',
            ["Nowak Jan <a@x.example>", "Kowal; Ola <b@x.example>"],
        ),
        ("Kowal Ola; Jan Nowak <a@x.example>", ["Kowal Ola <>", "Jan Nowak <a@x.example>"]),
        ("E-mail\na@x.example", ["E-mail <>", "a@x.example"]),
        ("Ewa Nowak\n <a@x.example>", ["Ewa Nowak <a@x.example>"]),
    ],
)
def test_nobody_of_a_pasted_list_becomes_anothers_name(text: str, expected: list[str]) -> None:
    assert [f"{name} <{address}>" if name else address for name, address in people(text)] == expected


WORD = st.text("ąćęłńóśźżABab'-", min_size=1, max_size=8).filter(lambda word: any(map(str.isalpha, word)))
ROW = st.tuples(st.integers(0, 3), WORD, WORD)


@given(rows=st.lists(ROW, min_size=1, max_size=6), sign=st.sampled_from(["\t", ";"]), heading=st.booleans())
def test_each_row_of_a_pasted_table_is_one_recipient_with_its_own_name(
    rows: list[tuple[int, str, str]], sign: str, heading: bool
) -> None:
    table, expected = [sign.join(["Lp.", "Nazwisko", "Adres"])] * heading, []
    for number, (place, name, surname) in enumerate(rows):
        cells = [str(number), name, surname]
        cells.insert(place, address := f"k{number}@klient.example")
        table.append(sign.join(cells))
        expected.append((f"{name} {surname}", address))
    assert [one for one in people("\r\n".join(table)) if one[1]] == expected


def test_a_name_without_an_address_is_nobody_elses_when_the_draft_is_opened_again() -> None:
    told = [("Nowak", ""), ("", "jan@klient.example"), ("Kowal; Ola", "ola@klient.example")]
    assert people(as_header(told)) == told


def test_of_a_long_list_nobody_is_left_out_in_silence(writing: Office, anna: Client) -> None:
    draft = begin(anna)
    crowd = ", ".join(f"k{number}@klient.example" for number in range(600))
    fields = saving(draft, 0, to=crowd, subject="Do wszystkich")
    assert "600" in anna.post(reverse("compose_send", args=[draft]), fields).json()["wrong"]
    found = row(writing, draft)
    assert (found.state, len(found.recipients["to"])) == (State.DRAFT, 600)


def test_a_letter_that_begins_with_an_endless_subject_can_be_saved(writing: Office, anna: Client) -> None:
    draft = begin(anna, mailto=f"mailto:jan@klient.example?subject={'x' * 10_000}")
    told = fields_of(anna.get(reverse("compose", args=[draft])).content.decode())
    assert anna.post(reverse("compose_save", args=[draft]), told).status_code == 200


def test_a_draft_in_a_name_that_is_gone_goes_on_in_its_accounts_own(writing: Office, anna: Client) -> None:
    other = make_account(writing.cast.anna, "sad@kancelaria-lipowa.example", **SENDING)
    add_identity(writing.cast.anna, other.public_id, "", "kontakt@kancelaria-lipowa.example", "", "")
    with as_user(writing.cast.anna.pk):
        named = Identity.objects.get(account=other, position=1)
    draft = begin(anna)
    anna.post(reverse("compose_save", args=[draft]), saving(draft, 0, sender=str(named.public_id)))
    drop_identity(writing.cast.anna, named.public_id)
    press(anna, draft, "save")
    assert row(writing, draft).from_address == "sad@kancelaria-lipowa.example"


def test_strangers_do_nothing_with_a_letter(writing: Office) -> None:
    draft, file = writing.draft.public_id, writing.file.public_id
    acts = [
        *(
            reverse(name, args=[draft])
            for name in ("compose", "compose_save", "compose_send", "compose_undo", "outbox_act")
        ),
        reverse("compose_file_drop", args=[draft, file]),
    ]
    for stranger in writing.cast.strangers:
        for where in acts:
            for do in ("send", "discard", "cancel", "retry", "give_up", "acknowledge", "send_rest"):
                told = saving(draft, 1, subject="Cudze", do=do)
                assert browser(stranger).post(where, told).status_code == 404, f"{where} {do} as {stranger.email}"
    assert row(writing, draft).subject == "Tajemnica obrończa"


def waits(writing: Office, client: Client, **columns: object) -> UUID:
    """A letter that its writer has sent, as it stands now."""
    draft = begin(client)
    press(client, draft, "send", to="jan@klient.example, sad@sad.example", subject="Pozew", text="Treść")
    with as_user(writing.cast.anna.pk):
        Outgoing.objects.filter(public_id=draft).update(**columns)
    return draft


def of(writing: Office, draft: UUID, **columns: object) -> None:
    """To the account that it leaves by."""
    with as_user(writing.cast.anna.pk):
        Account.objects.filter(pk=row(writing, draft).account_id).update(**columns)


def leaves_by(writing: Office, draft: UUID) -> UUID:
    """Its account."""
    with as_user(writing.cast.anna.pk):
        return Outgoing.objects.select_related("account").get(public_id=draft).account.public_id


def outbox_says(client: Client) -> str:
    return " ".join(client.get(reverse("outbox")).content.decode().split())


def test_a_letter_that_one_did_not_get_needs_its_writer_until_they_say_so(writing: Office, anna: Client) -> None:
    told = {"address": "sad@sad.example"}
    draft = waits(writing, anna, state=State.SENT, trouble=Trouble.SENDING_PARTLY, trouble_params=told)
    with as_user(writing.cast.anna.pk):
        Recipient.objects.filter(outgoing__public_id=draft, address="sad@sad.example").update(state="refused")
    page = outbox_says(anna)
    assert "Wymaga decyzji" in page
    assert "ale nie dla: sad@sad.example" in page
    assert "has-unread" in page  # beside the folders, too
    assert "Nie wszyscy odbiorcy ją dostali." in anna.get(reverse("compose_done", args=[draft])).content.decode()
    answer = anna.post(reverse("outbox_act", args=[draft]), {"do": "send_rest"})
    again = UUID(answer.headers["Location"].split("/")[2])
    assert again != draft
    assert row(writing, again).recipients["to"] == [["", "sad@sad.example"]]
    page = outbox_says(anna)
    assert "Wymaga decyzji" not in page
    assert "Serwer odrzucił 1 odbiorcę." in page
    with as_user(writing.cast.anna.pk):
        Outgoing.objects.filter(public_id=draft).update(trouble=Trouble.SENDING_PARTLY, trouble_params=told)
    anna.post(reverse("outbox_act", args=[draft]), {"do": "acknowledge"})
    assert "Wymaga decyzji" not in outbox_says(anna)


def test_a_letter_of_a_deleted_account_goes_on_from_another(writing: Office, anna: Client) -> None:
    make_account(writing.cast.anna, "sad@kancelaria-lipowa.example", **SENDING)
    begun, draft = begin(anna), waits(writing, anna)
    anna.post(reverse("compose_save", args=[begun]), saving(begun, 0, subject="Szkic"))
    gone = leaves_by(writing, draft)
    page = anna.get(reverse("account_delete", args=[gone])).content.decode()
    assert "1 wiadomość czeka jeszcze na wysłanie z tego konta" in page
    assert "1 szkic." in page
    anna.post(reverse("account_delete", args=[gone]), {"farewell": "remove"})
    page = outbox_says(anna)
    assert "Wymaga decyzji" in page
    assert "usunięto, zanim wiadomość wyszła" in page
    assert 'value="retry"' not in page
    answer = anna.post(reverse("outbox_act", args=[draft]), {"do": "cancel"})
    assert answer.headers["Location"] == reverse("compose", args=[draft])
    for letter in (draft, begun):
        press(anna, letter, "save")
        assert row(writing, letter).from_address == "sad@kancelaria-lipowa.example"


def test_what_waits_in_an_account_that_was_handed_over_is_said_not_to_go(writing: Office, anna: Client) -> None:
    draft = waits(writing, anna, state=State.HELD, send_at=timezone.now() - timedelta(days=2))
    of(writing, draft, deleted_at=timezone.now(), farewell="archive")
    page = outbox_says(anna)
    assert "usunięto, zanim wiadomość wyszła" in page
    assert "wysyłka:" not in page
    assert '<span class="badge bad">Wymaga decyzji</span>' in page
    assert ("W drodze" in page, 'value="retry"' in page) == (False, False)
    anna.post(reverse("outbox_act", args=[draft]), {"do": "cancel"})
    assert row(writing, draft).state == State.DRAFT


def test_who_has_nothing_to_send_from_is_told_what_to_do(writing: Office, anna: Client) -> None:
    with as_user(writing.cast.anna.pk):
        before = Outgoing.objects.count()
        Account.objects.filter(owner=writing.cast.anna).update(smtp_host="")
    for asked in ({}, {"answer": f"reply:{writing.private.public_id}"}):
        page = anna.post(reverse("compose_new"), asked)
        assert page.status_code == 200
        assert "Nie masz jeszcze skrzynki, z której można wysyłać." in page.content.decode()
        assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    with as_user(writing.cast.anna.pk):
        assert Outgoing.objects.count() == before


def test_a_draft_of_the_only_account_opens_once_that_is_deleted(writing: Office, anna: Client) -> None:
    draft = waits(writing, anna)
    with as_user(writing.cast.anna.pk):
        Account.objects.exclude(pk=row(writing, draft).account_id).update(smtp_host="")
    anna.post(reverse("account_delete", args=[leaves_by(writing, draft)]), {"farewell": "archive"})
    anna.post(reverse("outbox_act", args=[draft]), {"do": "cancel"})
    assert "Pozew" in anna.get(reverse("compose", args=[draft])).content.decode()


@pytest.mark.parametrize("state", [State.HELD, State.QUEUED])
def test_a_letter_of_a_paused_account_is_said_to_wait_for_that(writing: Office, anna: Client, state: State) -> None:
    told = {"host": "smtp.example", "port": 465}
    draft = waits(writing, anna, state=state, trouble=Trouble.CONNECT_FAILED, trouble_params=told)
    assert "smtp.example" in outbox_says(anna)
    of(writing, draft, paused_at=timezone.now())
    page = outbox_says(anna)
    assert "jest wstrzymane i nic nie jest z niego wysyłane" in page
    assert "smtp.example" not in page


@pytest.mark.parametrize(
    ("trouble", "page"),
    [
        (Trouble.SIGNIN_REFUSED, "account_signin"),
        (Trouble.CONNECT_FAILED, "account_edit"),
        (Trouble.TLS_EXPIRED, "account_edit"),
        (Trouble.GREETING_FOREIGN, "account_edit"),
        (Trouble.MESSAGE_SPAM, ""),
    ],
)
def test_what_keeps_us_out_is_mended_one_click_away(writing: Office, anna: Client, trouble: Trouble, page: str) -> None:
    told = {"host": "smtp.example", "port": 465, "username": "anna"}
    at = {"attempt_at": timezone.now(), "trouble_params": told}
    draft = waits(writing, anna, state=State.FAILED, trouble=trouble, **at)
    of(writing, draft, state="working")
    where = f'<a class="button" href="{reverse(page, args=[leaves_by(writing, draft)]) if page else ""}">'
    listed = anna.get(reverse("account_list")).content.decode()
    assert (where in outbox_says(anna)) == (where in listed) == ("Wysyłanie nie działa" in listed) == bool(page)
    of(writing, draft, paused_at=timezone.now())
    assert "Wysyłanie nie działa" not in anna.get(reverse("account_list")).content.decode()
    of(writing, draft, paused_at=None, checked_at=timezone.now())  # and found in order
    assert "Wysyłanie nie działa" not in anna.get(reverse("account_list")).content.decode()
    of(writing, draft, checked_at=None)
    with as_user(writing.cast.anna.pk):
        Outgoing.objects.filter(public_id=draft).update(attempt_at=timezone.now() - timedelta(days=91))
    assert "Wysyłanie nie działa" not in anna.get(reverse("account_list")).content.decode()


def test_a_server_for_sending_that_the_check_did_not_reach_is_told_in_the_list(writing: Office, anna: Client) -> None:
    lost = Problem(Trouble.CONNECT_FAILED, host="smtp.example", port=2)
    rung = Rung(Step.TCP, Service.SMTP, Outcome.FAILED, lost)
    of(writing, begin(anna), state="working", checked_at=timezone.now(), check_report=[rung.as_json()])
    page = anna.get(reverse("account_list")).content.decode()
    assert "Wysyłanie nie działa" in page
    assert "smtp.example" in page
    with as_user(writing.cast.anna.pk):
        Account.objects.update(checked_at=timezone.now() - timedelta(days=91))
    assert "Wysyłanie nie działa" not in anna.get(reverse("account_list")).content.decode()


@pytest.mark.parametrize(("seconds", "words"), [(0, ""), (5, "czeka tu 5 sekund,"), (30, "czeka tu 30 sekund,")])
def test_how_long_a_letter_waits_is_said_as_its_writer_chose(
    writing: Office, anna: Client, seconds: int, words: str
) -> None:
    with as_user(writing.cast.anna.pk):
        Outgoing.objects.all().delete()
        User.objects.filter(pk=writing.cast.anna.pk).update(undo_seconds=seconds)
    page = outbox_says(anna)
    assert "Nic nie czeka na wysłanie." in page
    assert ("To, co wysyłasz, czeka tu" in page) == bool(words)
    assert words in page


def test_identities_and_templates_are_made_changed_and_removed(writing: Office, anna: Client) -> None:
    account = writing.account.public_id
    signature = {"mode": "rich", "html": '<div onclick="x()">adw. <b>Anna</b><img src="https://t.example/p.gif"></div>'}
    anna.post(
        reverse("identity_add", args=[account]), {"name": "Biuro", "address": "biuro@skrzynka.example", **signature}
    )
    with as_user(writing.cast.anna.pk):
        made = Identity.objects.get(name="Biuro")
    assert (made.signature_html, made.signature_text) == ("<div>adw. <b>Anna</b></div>", "adw. Anna")
    anna.post(
        reverse("identity_edit", args=[made.public_id]),
        {"name": "Kancelaria", "address": made.address, "text": "Anna\nL."},
    )
    with as_user(writing.cast.anna.pk):
        made.refresh_from_db()
    assert (made.name, made.signature_html) == ("Kancelaria", "<div>Anna</div><div>L.</div>")
    anna.post(reverse("identity_drop", args=[made.public_id]))
    own = reverse("identity_drop", args=[writing.identity.public_id])
    assert anna.post(own).status_code == 404  # the account's own stays
    assert anna.post(reverse("template_add"), {"name": "Tajemnica podpisu", "text": "x"}).status_code == 200  # taken
    assert anna.post(reverse("template_add"), {"name": "Potwierdzenie", "text": "Potwierdzam."}).status_code == 302
    with as_user(writing.cast.anna.pk):
        assert not Identity.objects.filter(pk=made.pk).exists()
        assert Template.objects.get(name="Potwierdzenie").html == "<div>Potwierdzam.</div>"


def test_a_receipt_is_asked_for_by_a_tick_and_not_without(writing: Office, anna: Client) -> None:
    draft = begin(anna)
    anna.post(reverse("compose_save", args=[draft]), saving(draft, 0, receipt="1"))
    assert row(writing, draft).wants_receipt
    told = fields_of(anna.get(reverse("compose", args=[draft])).content.decode())
    assert told["receipt"] == "1"
    anna.post(reverse("compose_save", args=[draft]), saving(draft, 1))
    assert not row(writing, draft).wants_receipt


def test_a_letter_that_takes_the_whole_message_in_its_files_place_says_so(
    writing: Office, anna: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("teczka.actions.answers.MOST_FILES", 0)
    file = "--B\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n--B--\r\n"
    raw = f"Subject: Akta\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n{file}".encode()
    account = make_account(writing.cast.anna, "pliki@kancelaria-lipowa.example", **SENDING)
    message = store(make_folder(account), raw)
    asked = {"answer": f"forward:{message.public_id}"}
    page = anna.post(reverse("compose_new"), asked, follow=True).content.decode()
    assert "jest tu w całości jako jeden plik" in page
    assert "Akta.eml" in page


def test_a_long_letter_is_saved_whole(writing: Office, anna: Client) -> None:
    draft = begin(anna)
    words = "<div>zażółć gęślą jaźń</div>" * 50_000
    assert anna.post(reverse("compose_save", args=[draft]), saving(draft, 0, html=words)).status_code == 200
    assert row(writing, draft).html == words


def test_a_letter_that_would_be_cut_is_refused_in_words(writing: Office, anna: Client) -> None:
    draft = begin(anna)
    words = "<div>zażółć gęślą jaźń</div>" * 100_000
    for name in ("compose_save", "compose_copy", "compose_send"):
        answer = anna.post(reverse(name, args=[draft]), saving(draft, 0, html=words, to="jan@klient.example"))
        assert "wrong" in answer.json(), name
    assert row(writing, draft).revision == 0


def kept(writing: Office) -> TemplateLine:
    return next(one for one in templates(writing.cast.anna) if one.name.startswith("Wezwanie"))


def test_two_windows_change_one_template_and_both_count(writing: Office, anna: Client) -> None:
    text = {"mode": "plain", "text": "Szanowni Państwo"}
    anna.post(reverse("template_add"), {"name": "Wezwanie", "subject": "", **text})
    where = reverse("template_edit", args=[kept(writing).public_id])
    seen = anna.get(where).context["seen"]
    anna.post(where, {"name": "Wezwanie", "subject": "Z okna 1", **text, "seen": seen})
    assert anna.post(where, {"name": "Wezwanie 2", "subject": "", **text, "seen": seen}).status_code == 302
    assert (kept(writing).name, kept(writing).subject) == ("Wezwanie 2", "Z okna 1")
    mine = {"name": "Wezwanie", "subject": "Z okna 2", "mode": "plain", "text": "Dzień dobry", "seen": seen}
    asked = anna.post(where, mine)
    page = " ".join(asked.content.decode().split())
    assert "<dt>Temat</dt><dd>Z okna 1</dd>" in page
    assert 'value="Z okna 2"' in page
    assert 'value="Wezwanie 2"' in page, "which this window had left alone"
    assert ">Dzień dobry</textarea>" in page
    assert kept(writing).subject == "Z okna 1"
    anna.post(where, mine | {"seen": asked.context["seen"]})
    assert kept(writing).subject == "Z okna 2"


def test_a_template_whose_name_is_taken_keeps_what_was_typed(writing: Office, anna: Client) -> None:
    told = {"name": "Wezwanie", "subject": "", "mode": "plain", "text": "Szanowni Państwo"}
    anna.post(reverse("template_add"), told)
    assert (
        ">Dzień dobry</textarea>" in anna.post(reverse("template_add"), told | {"text": "Dzień dobry"}).content.decode()
    )


@pytest.mark.parametrize("mode", ["rich", "plain"])
def test_a_template_too_long_to_be_kept_comes_back_as_it_was_typed(writing: Office, anna: Client, mode: str) -> None:
    anna.post(reverse("template_add"), {"name": "Wezwanie", "subject": "", "mode": "plain", "text": "Szanowni Państwo"})
    line = "<div>Zażółć &amp; gęślą</div>" if mode == "rich" else "Zażółć & gęślą\n"
    told = {"name": "Wezwanie", "subject": "", "mode": mode, ("html" if mode == "rich" else "text"): line * 100_000}
    answer = anna.post(reverse("template_edit", args=[kept(writing).public_id]), told)
    page = unescape(answer.content.decode())
    assert "żeby zachować ją w całości. Nie została zapisana." in page
    assert page.count("Zażółć & gęślą" if mode == "plain" else "Zażółć &amp; gęślą") >= 100_000
    assert kept(writing).html == "<div>Szanowni Państwo</div>"
