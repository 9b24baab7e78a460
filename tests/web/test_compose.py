"""Letters on their way from an empty page to the outbox, with no script at all."""

from io import BytesIO
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client
from django.urls import reverse

from teczka.actions.identities import add_identity, drop_identity
from teczka.core.errors import Problem, Trouble
from teczka.core.outgoing import State
from teczka.store.models import Enclosure, Identity, Outgoing, Template
from teczka.store.viewer import as_user
from teczka.web.compose.files import received
from teczka.web.compose.form import people
from tests.cast import make_account
from tests.web.conftest import Office, browser
from tests.web.pages import fields_of

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
    ],
)
def test_nobody_of_a_pasted_list_becomes_anothers_name(text: str, expected: list[str]) -> None:
    assert [f"{name} <{address}>" if name else address for name, address in people(text)] == expected


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
            for do in ("send", "discard", "cancel", "retry", "give_up"):
                told = saving(draft, 1, subject="Cudze", do=do)
                assert browser(stranger).post(where, told).status_code == 404, f"{where} {do} as {stranger.email}"
    assert row(writing, draft).subject == "Tajemnica obrończa"


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
