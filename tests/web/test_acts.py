"""Acting on mail from the pages: what is answered, in whose language, and that nobody acts on another's."""

from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from teczka.actions.folders import create_folder
from teczka.core.acts import OperationState, Verb
from teczka.core.errors import Problem, Trouble
from teczka.store import outcomes
from teczka.store.models import Account, Folder, Message, Operation, Placement, User
from teczka.store.queries.acts import refused
from teczka.store.viewer import as_user
from teczka.web.mail.done import SENTENCES, of_refused
from tests.acted import Mailbox, make_mailbox, wrong_counters
from tests.web.conftest import SECRETS, Office, browser


@pytest.fixture
def mail(office: Office) -> Mailbox:
    return make_mailbox(office.cast.anna, address="anna@czynna.example")


def post(client: Client, where: str, **fields: object) -> dict[str, object]:
    answer = client.post(where, fields)
    assert answer.status_code == 200, answer.content
    told: dict[str, object] = answer.json()
    return told


def act(client: Client, verb: str, folder: Folder, messages: list[UUID], **more: object) -> dict[str, object]:
    fields = {"key": uuid4(), "verb": verb, "listing": folder.public_id, "message": messages, **more}
    return post(client, "/acts/", **fields)


def test_an_act_is_told_in_a_sentence_and_taken_back(anna: Client, mail: Mailbox) -> None:
    done = act(anna, "move", mail.inbox, mail.ids(1, 2, 3), target=mail.work.public_id)
    assert done["said"] == "Przeniesiono 3 wiadomości do „Praca”."
    assert anna.get("/acts/last/").json()["act"] == done["act"]
    assert mail.lie(mail.work) == [1, 2, 3]
    assert post(anna, f"/acts/{done['act']}/undo/")["said"] == "Cofnięto."
    assert mail.lie(mail.inbox) == [1, 2, 3, 4, 5, 6]
    assert anna.get("/acts/last/").json() == {}
    assert not wrong_counters(mail.owner)


@pytest.mark.parametrize(
    ("count", "polish", "english"),
    [
        (1, "Przeniesiono do archiwum 1 wiadomość.", "1 message archived."),
        (3, "Przeniesiono do archiwum 3 wiadomości.", "3 messages archived."),
        (5, "Przeniesiono do archiwum 5 wiadomości.", "5 messages archived."),
    ],
)
def test_as_many_as_there_are_in_both_languages(
    anna: Client, mail: Mailbox, count: int, polish: str, english: str
) -> None:
    done = act(anna, "archive", mail.inbox, mail.ids(*range(1, count + 1)))
    assert done["said"] == polish
    post(anna, f"/acts/{done['act']}/undo/")
    User.objects.filter(pk=mail.owner.pk).update(language="en")
    assert act(anna, "archive", mail.inbox, mail.ids(*range(1, count + 1)))["said"] == english


def test_one_key_is_one_act(anna: Client, mail: Mailbox) -> None:
    key = uuid4()
    first = act(anna, "archive", mail.inbox, mail.ids(1), key=key)
    assert act(anna, "archive", mail.inbox, mail.ids(1, 2), key=key) == first
    assert mail.lie(mail.archive) == [1]


def test_everything_that_is_listed_whatever_was_loaded(anna: Client, mail: Mailbox) -> None:
    done = act(anna, "read", mail.inbox, mail.ids(1), everything="1")
    assert done["count"] == 2
    assert "Oznaczono 2 wiadomości jako przeczytane." in str(done["said"])


def test_a_thousand_marked_messages_fit_one_request(anna: Client, office: Office) -> None:
    mail = make_mailbox(office.cast.anna, 1200, address="anna@wiele.example")
    assert act(anna, "star", mail.inbox, mail.ids(*range(1, 1201)))["count"] == 1200


def test_the_unified_inbox_is_a_listing_too(anna: Client, mail: Mailbox, office: Office) -> None:
    other = make_mailbox(office.cast.anna, address="anna@druga.example")
    done = post(anna, "/acts/", key=uuid4(), verb="bin", listing="inbox", message=mail.ids(1) + other.ids(2))
    assert done["count"] == 2
    assert (mail.lie(mail.trash), other.lie(other.trash)) == ([1], [2])


def test_without_a_listing_a_message_is_acted_on_wherever_it_lies(anna: Client, mail: Mailbox) -> None:
    done = post(anna, "/acts/", key=uuid4(), verb="archive", message=mail.ids(4))
    assert done["count"] == 1
    assert mail.lie(mail.archive) == [4]


def test_what_is_only_marked_here_says_so(anna: Client, office: Office) -> None:
    mail = make_mailbox(office.cast.anna, address="anna@czyta.example", mode="read_only")
    done = act(anna, "read", mail.inbox, mail.ids(3))
    assert (
        done["said"]
        == "Oznaczono 1 wiadomość jako przeczytaną. Tylko tutaj, w Teczce: na serwerze nic się nie zmienia."
    )


@pytest.mark.parametrize(
    ("fields", "trouble"),
    [
        ({"mode": "read_only"}, "tylko do odczytu"),
        ({"protocol": "pop3", "mode": "managed"}, "POP3"),
        ({"mode": "managed", "deleted_at": "2026-05-01T00:00Z", "farewell": "archive"}, "zostało tu usunięte"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(
    anna: Client, office: Office, fields: dict[str, object], trouble: str
) -> None:
    mail = make_mailbox(office.cast.anna, address="anna@nie.example", **fields)
    answer = anna.post(
        "/acts/", {"key": uuid4(), "verb": "bin", "listing": mail.inbox.public_id, "message": mail.ids(1)}
    )
    assert answer.status_code == 409
    assert trouble in answer.json()["said"]
    assert mail.lie(mail.inbox) == [1, 2, 3, 4, 5, 6]


def test_a_refusal_is_told_until_it_is_dismissed(anna: Client, mail: Mailbox) -> None:
    act(anna, "move", mail.inbox, mail.ids(1, 2), target=mail.work.public_id)
    problem = Problem(Trouble.FOLDER_QUOTA, host="h", folder="Praca", detail="Quota exceeded")
    with as_user(mail.owner.pk):
        outcomes.refuse([one.pk for one in mail.operations()], problem)
    page = f"/folders/{mail.inbox.public_id}/"
    shown = anna.get(page).content.decode()
    assert "Nie przeniesiono 2 wiadomości: „Pismo 2”, „Pismo 1”. Skrzynka na serwerze jest pełna." in shown
    assert "Quota exceeded" in shown
    (notice,) = refused(mail.owner)
    answer = anna.post(f"/acts/refused/{notice.public_id}/dismiss/", {"next": page})
    assert (answer.status_code, answer.headers["Location"]) == (302, page)
    assert "Nie przeniesiono" not in anna.get(page).content.decode()


def told_refused(mail: Mailbox, language: str = "pl") -> list[str]:
    with override(language):
        return [f"{told['said']} {told['advice']}" for told in map(of_refused, refused(mail.owner))]


def test_a_refusal_names_the_act_and_messages_not_operations(mail: Mailbox) -> None:
    with as_user(mail.owner.pk):
        Folder.objects.filter(pk=mail.archive.pk).delete()
        Message.objects.filter(subject="Pismo 6").update(subject="Bardzo " * 20)
    mail.act(Verb.ARCHIVE, 1)  # and its folder is to be made
    first, *_ = mail.operations()
    problem = Problem(Trouble.FOLDER_DENIED, host="h", folder="Archiwum")
    with as_user(mail.owner.pk):
        outcomes.refuse([first.pk], problem)
    (alone,) = told_refused(mail)
    assert alone.startswith("Nie przeniesiono do archiwum 1 wiadomości: „Pismo 1”. ")
    mail.act(Verb.STAR)
    with as_user(mail.owner.pk):
        starred = [one.pk for one in mail.operations(OperationState.PENDING)]
        outcomes.refuse(starred, Problem(Trouble.FOLDER_READ_ONLY, host="h", folder="INBOX"))
    many, _ = told_refused(mail)
    assert many.startswith("Nie oznaczono 6 wiadomości gwiazdką: „Bardzo Bardzo")
    assert "…”, „Pismo 5”, „Pismo 4” i jeszcze 3. Serwer" in many
    assert "w folderze „Odebrane”" in many
    english, _ = told_refused(mail, "en")
    assert "”, “Pismo 5”, “Pismo 4” and 3 more. " in english
    assert "folder “Inbox”" in english


def test_of_what_lies_in_no_folder_any_more_only_the_copy_is_promised(mail: Mailbox) -> None:
    mail.act(Verb.STAR, 1, 2)
    vanished = Problem(Trouble.FOLDER_VANISHED, folder="INBOX")
    with as_user(mail.owner.pk):
        outcomes.refuse([one.pk for one in mail.operations()], vanished, vanished=True)
    assert "Tutaj pozostaje bez zmian." in told_refused(mail)[0]
    with as_user(mail.owner.pk):
        Placement.objects.filter(message__subject="Pismo 1").update(gone_at=timezone.now())
    (told,) = told_refused(mail)
    assert "w folderze „Odebrane”" in told
    assert "Tutaj pozostaje" not in told
    assert "nie wszystkie leżą jeszcze w jakimś folderze" in told


def test_a_folder_is_made_inside_one_that_is_called_as_everywhere(mail: Mailbox, anna: Client) -> None:
    assert "Wewnątrz „Odebrane”" in anna.get(f"/folders/{mail.inbox.public_id}/new/").content.decode()


def test_of_a_folder_its_name_is_told(mail: Mailbox) -> None:
    create_folder(mail.owner, uuid4(), mail.account.public_id, "Nowy")
    with as_user(mail.owner.pk):
        outcomes.refuse([one.pk for one in mail.operations()], Problem(Trouble.FOLDER_DENIED, host="h", folder="Nowy"))
    assert told_refused(mail)[0].startswith("Nie utworzono folderu „Nowy”. ")


def everything(mail: Mailbox) -> list[object]:
    with as_user(mail.owner.pk):
        rows = [list(table.objects.order_by("pk").values()) for table in (Placement, Operation, Folder, Account)]
    return [*rows]


def test_nobody_acts_on_anothers_mail_not_even_on_what_was_shared_with_them(office: Office) -> None:
    with as_user(office.cast.anna.pk):
        Account.objects.filter(pk=office.account.pk).update(mode="managed")
    mail = make_mailbox(office.cast.anna, address="anna@czynna.example")
    done = act(browser(office.cast.anna), "archive", mail.inbox, mail.ids(1))
    with as_user(office.cast.anna.pk):
        operation = Operation.objects.get()
    before = everything(mail)
    for stranger in office.cast.strangers:
        client = browser(stranger)
        messages = [*mail.ids(2), office.shared.public_id, office.private.public_id]
        for verb in ("read", "archive", "delete", "move"):
            for listing in (mail.inbox.public_id, office.folder.public_id, "inbox", ""):
                fields = {"key": uuid4(), "verb": verb, "listing": listing, "message": messages}
                answer = client.post("/acts/", {**fields, "target": mail.work.public_id})
                if listing in ("inbox", "") and answer.status_code == 200:
                    assert answer.json()["count"] == 0
                else:
                    assert answer.status_code in (404, 409), (verb, listing)
                assert [secret for secret in SECRETS if secret in answer.content.decode()] == []
        assert client.post(f"/acts/{done['act']}/undo/").status_code == 404
        assert client.post(f"/acts/refused/{operation.public_id}/dismiss/").status_code == 404
        assert client.get("/acts/last/").json() == {}
    assert everything(mail) == before


@pytest.mark.parametrize(
    "fields",
    [
        {"verb": "undo"},
        {"verb": "folder_remove"},
        {"verb": "nonsense"},
        {"key": "no key"},
        {"listing": "no listing"},
        {"listing": "", "everything": "1", "message": ""},
        {"verb": "move", "target": "00000000-0000-0000-0000-000000000000"},
        {"verb": "move", "target": ""},
    ],
)
def test_nonsense_is_not_found(anna: Client, mail: Mailbox, fields: dict[str, str]) -> None:
    good = {"key": uuid4(), "verb": "read", "listing": mail.inbox.public_id, "message": mail.ids(1)}
    assert anna.post("/acts/", {**good, **fields}).status_code == 404


def test_the_sentences_are_polish_for_every_verb() -> None:
    with override("pl"):
        for verb, sentence in SENTENCES.items():
            for count in (1, 2, 5, 12, 22):
                said = str(sentence % {"count": count, "folder": "Umowy", "goal": "I C 12/24"})
                assert "message" not in said, verb
                assert "older “" not in said, verb


def test_a_message_that_was_moved_is_said_to_lie_where_it_lies_now(anna: Client, mail: Mailbox) -> None:
    act(anna, "move", mail.inbox, mail.ids(1), target=mail.work.public_id)
    pane = anna.get(f"/messages/{mail.ids(1)[0]}/pane/").content.decode()
    assert "· Praca" in pane
    assert "usunięta na serwerze" not in pane
    done = act(anna, "bin", mail.work, mail.ids(1))
    act(anna, "delete", mail.trash, mail.ids(1))
    assert done["count"] == 1
    assert "usunięta na serwerze" in anna.get(f"/messages/{mail.ids(1)[0]}/pane/").content.decode()
