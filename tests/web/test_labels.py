"""Labels from the pages: what is offered, put on, taken off and shown; kept by the server, or here alone; and to nobody else."""

from uuid import UUID, uuid4

import pytest
from django.test import Client

from teczka.core.acts import OperationState
from teczka.store.models import Account, Operation, Placement
from teczka.store.viewer import as_user
from tests.acted import Mailbox, make_mailbox
from tests.web.conftest import Office, browser
from tests.web.mailroom import share
from tests.web.test_acts import post


@pytest.fixture
def mail(office: Office) -> Mailbox:
    return make_mailbox(office.cast.anna, address="anna@czynna.example")


def label(client: Client, mail: Mailbox, messages: list[UUID], **fields: object) -> dict[str, object]:
    return post(client, "/labels/", key=uuid4(), listing=mail.inbox.public_id, message=messages, **fields)


def keywords(mail: Mailbox, number: int) -> list[str]:
    with as_user(mail.owner.pk):
        return Placement.objects.get(message__public_id=mail.ids(number)[0], gone_at=None).keywords


def test_labels_are_put_on_and_taken_off_by_one_act_and_taken_back(anna: Client, mail: Mailbox) -> None:
    label(anna, mail, mail.ids(1), on=["$label1"])
    done = label(anna, mail, mail.ids(1, 2), on=["Pilne"], was=["$label1"], name="Do załatwienia")
    assert done["said"] == "Zmieniono etykiety 2 wiadomości."
    assert [sorted(keywords(mail, number)) for number in (1, 2, 3)] == [["Do_za&AUI-atwienia", "Pilne"]] * 2 + [[]]
    post(anna, f"/acts/{done['act']}/undo/")
    assert [keywords(mail, number) for number in (1, 2)] == [["$label1"], []]


def test_a_label_that_is_there_is_meant_whatever_its_capitals(anna: Client, mail: Mailbox) -> None:
    label(anna, mail, mail.ids(1), on=["pilne"])
    label(anna, mail, mail.ids(2), name=" PILNE ")
    label(anna, mail, mail.ids(3), name="ważne")
    assert [keywords(mail, number) for number in (2, 3)] == [["pilne"], ["$label1"]]


def test_what_is_marked_says_which_labels_all_of_it_bears_and_which_some(anna: Client, mail: Mailbox) -> None:
    label(anna, mail, mail.ids(1, 2), on=["Akta"])
    label(anna, mail, mail.ids(1), on=["Pilne"])
    shown = anna.get("/labels/", {"in": "dialog", "message": [str(one) for one in mail.ids(1, 2)]}).content.decode()
    assert 'value="Akta" checked' in shown
    assert 'value="Pilne" data-some' in shown
    assert ">Praca<" in shown  # Thunderbird's own


def test_the_list_and_the_message_show_them_and_no_signal_of_a_program(anna: Client, mail: Mailbox) -> None:
    label(anna, mail, mail.ids(1), on=["Pilne", "$label2"])
    with as_user(mail.owner.pk):
        placed = Placement.objects.get(message__public_id=mail.ids(1)[0])
        placed.keywords = [*placed.keywords, "$Forwarded", "NonJunk"]
        placed.save()
    for where in (f"/folders/{mail.inbox.public_id}/", f"/messages/{mail.ids(1)[0]}/"):
        shown = anna.get(where).content.decode()
        assert "Etykieta: </span>Pilne" in shown
        assert "Etykieta: </span>Praca" in shown
        assert "Forwarded" not in shown
        assert "NonJunk" not in shown


def test_of_thousands_the_list_and_the_message_show_some_and_how_many_more(anna: Client, mail: Mailbox) -> None:
    with as_user(mail.owner.pk):
        Placement.objects.filter(message__public_id=mail.ids(1)[0]).update(
            keywords=[f"Akta{number}" for number in range(1, 1201)]
        )
    for where, chips, more in (
        (f"/folders/{mail.inbox.public_id}/", 2, "+1\N{NO-BREAK SPACE}198<"),
        (f"/messages/{mail.ids(1)[0]}/pane/", 8, "+1\N{NO-BREAK SPACE}192<"),
    ):
        shown = anna.get(where).content.decode()
        assert shown.count("Etykieta: </span>Akta") == chips
        assert "Więcej etykiet: </span>" + more in shown


def test_a_coworker_sees_the_message_and_none_of_its_labels(anna: Client, office: Office, mail: Mailbox) -> None:
    label(anna, mail, mail.ids(1), on=["Zastrzezone"])
    with as_user(mail.owner.pk):
        message = Placement.objects.select_related("message").get(message__public_id=mail.ids(1)[0]).message
    share(message, office.cast.bartek)
    bartek = browser(office.cast.bartek)
    for where in (f"/messages/{message.public_id}/", "/shared/", f"/labels/?in=dialog&message={message.public_id}"):
        answer = bartek.get(where)
        assert answer.status_code == 200, where
        assert "Zastrzezone" not in answer.content.decode()
    assert bartek.post("/labels/", {"key": uuid4(), "message": message.public_id, "on": "Moje"}).status_code == 404
    assert keywords(mail, 1) == ["Zastrzezone"]


def test_in_a_read_only_account_they_are_here_alone(anna: Client, mail: Mailbox) -> None:
    with as_user(mail.owner.pk):
        Account.objects.filter(pk=mail.inbox.account_id).update(mode="read_only")
    assert "Tylko tutaj" in str(label(anna, mail, mail.ids(1), on=["Pilne"])["said"])
    with as_user(mail.owner.pk):
        assert set(Operation.objects.filter(kind="flag").values_list("flag", "state")) == {
            ("Pilne", OperationState.LOCAL)
        }


@pytest.mark.parametrize("name", ["x" * 51, "ź" * 40, "\u202e"])
def test_what_can_be_no_label_is_said(anna: Client, mail: Mailbox, name: str) -> None:
    told = {"key": uuid4(), "listing": mail.inbox.public_id, "message": mail.ids(1), "name": name}
    answer = anna.post("/labels/", told)
    assert (answer.status_code, answer.json()["said"]) == (
        409,
        "Ta nazwa nie nadaje się na etykietę albo jest za długa.",
    )
    assert "jest za długa" in anna.post("/labels/", told | {"plain": "1"}).content.decode()
    assert keywords(mail, 1) == []


@pytest.mark.parametrize("flag", ["\\Deleted", "\\Seen", "$Forwarded", "NonJunk", "a b", "a)", "x" * 51])
def test_no_page_sets_what_is_no_label(anna: Client, mail: Mailbox, flag: str) -> None:
    told = {"key": uuid4(), "listing": mail.inbox.public_id, "message": mail.ids(1), "on": flag}
    assert anna.post("/labels/", told).status_code == 404
    assert keywords(mail, 1) == []


def test_without_script_a_page_does_the_same_and_goes_back_to_the_message(anna: Client, mail: Mailbox) -> None:
    (message,) = mail.ids(1)
    assert "Etykiety" in anna.get("/labels/", {"message": str(message)}).content.decode()
    answer = anna.post("/labels/", {"key": uuid4(), "plain": "1", "message": message, "on": "Pilne"})
    assert answer.headers["Location"] == f"/messages/{message}/"
    assert "Pilne" in anna.get(f"/messages/{message}/").content.decode()
