"""What is said about a message inside the office: by whom, to whom, and that it goes nowhere."""

import html

import pytest
from django.test import Client

from teczka.actions.answers import begin_from
from teczka.actions.comments import add_comment
from teczka.core.outgoing import Origin
from teczka.store.models import Comment
from teczka.store.viewer import as_user
from tests.conversation import Mailroom
from tests.web.conftest import Office, browser
from tests.web.test_sharing import give, words


@pytest.fixture
def mail(office: Office) -> Mailroom:
    made = Mailroom(office.cast.anna)
    made.arrive("1")
    made.arrive("2", "1")
    return made


SAID = "Tego nie wolno wysłać nikomu: druga strona kłamie."


def test_a_comment_is_seen_by_whoever_sees_the_message_and_by_nobody_else(
    mail: Mailroom, office: Office, anna: Client
) -> None:
    where = f"/messages/{mail.letters['1'].public_id}/"
    anna.post(f"{where}comments/", {"text": SAID})
    give(anna, mail.letters["1"], "message", office.cast.bartek)
    bartek = browser(office.cast.bartek)
    assert SAID in words(bartek, f"{where}pane/")
    assert "Nikt spoza kancelarii go nie widzi; widzą: Ty, Bartek Nowy." in words(anna, f"{where}pane/")
    section = bartek.post(f"{where}comments/?in=pane", {"text": "Zgoda."}).content.decode()
    assert "Zgoda." in section
    assert "<html" not in section
    assert "Zgoda." in words(anna, where)
    for stranger in (office.cast.celina, office.cast.dorota, office.cast.edward):
        assert browser(stranger).post(f"{where}comments/", {"text": "?"}).status_code == 404
        assert browser(stranger).get(f"{where}comments/").status_code == 404


def test_one_changes_and_deletes_ones_own_comments_alone(mail: Mailroom, office: Office, anna: Client) -> None:
    where = f"/messages/{mail.letters['1'].public_id}/"
    give(anna, mail.letters["1"], "message", office.cast.bartek)
    made = add_comment(office.cast.anna, mail.letters["1"].public_id, SAID)
    bartek = browser(office.cast.bartek)
    for verb in ("edit", "delete"):
        assert bartek.post(f"/comments/{made.public_id}/{verb}/", {"text": "inaczej"}).status_code == 404
    assert anna.post(f"/comments/{made.public_id}/edit/", {"text": "Spokojniej."}).status_code == 302
    assert "Spokojniej." in words(bartek, where)
    assert "zmieniony" in words(bartek, where)
    anna.post(f"/comments/{made.public_id}/delete/")
    assert "Spokojniej." not in words(bartek, where)
    with as_user(office.cast.anna.pk):
        assert Comment.objects.get(pk=made.pk).text == ""


def test_who_loses_the_message_loses_what_was_said_about_it(mail: Mailroom, office: Office, anna: Client) -> None:
    done = give(anna, mail.letters["1"], "message", office.cast.bartek)
    made = add_comment(office.cast.bartek, mail.letters["1"].public_id, SAID)
    anna.post(f"/acts/{done['act']}/undo/")
    bartek = browser(office.cast.bartek)
    assert bartek.get(f"/messages/{mail.letters['1'].public_id}/comments/").status_code == 404
    assert bartek.post(f"/comments/{made.public_id}/edit/", {"text": "x"}).status_code == 404
    with as_user(office.cast.bartek.pk):
        assert not Comment.objects.exists()


def test_what_was_written_to_a_message_that_is_shown_no_longer_stands_in_the_answer(
    mail: Mailroom, office: Office, anna: Client
) -> None:
    done = give(anna, mail.letters["1"], "message", office.cast.bartek)
    made = add_comment(office.cast.bartek, mail.letters["1"].public_id, SAID)
    anna.post(f"/acts/{done['act']}/undo/")
    for where in (f"/messages/{mail.letters['1'].public_id}/comments/", f"/comments/{made.public_id}/edit/"):
        answer = browser(office.cast.bartek).post(where, {"text": "Długo <pisane>."})
        assert answer.status_code == 404
        assert "Długo &lt;pisane&gt;." in answer.content.decode()
        assert "Twojego tekstu nie zapisano." in answer.content.decode()
    assert "<textarea" not in browser(office.cast.bartek).get("/messages/none/").content.decode()
    assert "zmyślone" not in Client().post("/messages/none/", {"text": "zmyślone"}).content.decode()


def test_a_mention_of_somebody_who_does_not_see_it_asks_and_shares_nothing(
    mail: Mailroom, office: Office, anna: Client
) -> None:
    """peers.md §5, 18: sharing by side effect."""
    where = f"/messages/{mail.letters['1'].public_id}/"
    asked = anna.post(f"{where}comments/", {"text": "@Celina, co o tym myślisz?"}).content.decode()
    assert "Celina Cicha nie widzi tej wiadomości. Udostępnić tej osobie tę wiadomość?" in html.unescape(asked)
    with as_user(office.cast.anna.pk):
        assert not Comment.objects.filter(message=mail.letters["1"]).exists()
    anna.post(f"{where}comments/", {"text": "@Celina, co o tym myślisz?", "decided": "mention"})
    assert mail.seen_by("1") == {"1": []}
    celina = browser(office.cast.celina)
    assert "wspomina o Tobie" not in words(celina, "/shared/")
    assert "Celina Cicha nie widzi tej wiadomości i nie dowie się o komentarzu." in words(anna, where)
    give(anna, mail.letters["1"], "message", office.cast.celina)
    assert "Anna Lipowska wspomina o Tobie: „Pismo 1”" in words(celina, "/shared/")


def test_a_mention_that_shares_by_its_authors_word_shares_this_message_alone(
    mail: Mailroom, office: Office, anna: Client
) -> None:
    where = f"/messages/{mail.letters['1'].public_id}/"
    anna.post(f"{where}comments/", {"text": "@Celina i @Bartek, proszę", "decided": "share"})
    assert mail.seen_by("1", "2") == {"1": ["Bartek", "Celina"], "2": []}
    celina = browser(office.cast.celina)
    assert "wspomina o Tobie" in words(celina, "/shared/")
    assert "Udostępnione mi 1 komentarz, w którym jest o Tobie mowa" in words(celina, "/tasks/")
    with as_user(office.cast.anna.pk):
        made = Comment.objects.get(message=mail.letters["1"])
    assert celina.post(f"/comments/{made.public_id}/hear/").status_code == 302
    assert "wspomina o Tobie" not in words(celina, "/shared/")
    assert browser(office.cast.dorota).post(f"/comments/{made.public_id}/hear/").status_code == 404


def test_whom_it_is_shared_with_mentions_and_shows_it_to_nobody(mail: Mailroom, office: Office, anna: Client) -> None:
    """A coworker widens nothing."""
    give(anna, mail.letters["1"], "message", office.cast.bartek)
    where = f"/messages/{mail.letters['1'].public_id}/"
    for decided in ("", "share"):
        browser(office.cast.bartek).post(f"{where}comments/", {"text": "@Celina zobacz", "decided": decided})
    assert mail.seen_by("1") == {"1": ["Bartek"]}


def test_no_comment_enters_any_letter(mail: Mailroom, office: Office, anna: Client) -> None:
    """peers.md §5, 15: an internal note was sent to a customer."""
    message = mail.letters["1"]
    anna.post(f"/messages/{message.public_id}/comments/", {"text": SAID})
    with as_user(office.cast.anna.pk):
        type(mail.account).objects.update(smtp_host="127.0.0.1", smtp_port=465, smtp_security="tls")
    for kind in (Origin.REPLY, Origin.REPLY_ALL, Origin.FORWARD, Origin.FORWARD_ATTACHED, Origin.EDITED):
        letter = begin_from(office.cast.anna, message.public_id, kind)
        assert "kłamie" not in letter.html + letter.text + letter.subject, kind
    for address in ("raw/", "body/"):
        answer = anna.get(f"/messages/{message.public_id}/{address}")
        told = b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined]
        assert "kłamie".encode() not in told
