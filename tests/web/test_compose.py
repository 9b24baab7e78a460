"""Letters on their way from an empty page to the outbox, with no script at all."""

from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from teczka.core.outgoing import State
from teczka.store.models import Enclosure, Outgoing
from teczka.store.viewer import as_user
from tests.cast import make_account
from tests.web.conftest import Office
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
