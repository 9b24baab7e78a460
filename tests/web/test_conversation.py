"""The rest of a conversation, in lines around the message: for whom, how many, and at what cost."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from teczka.core.audit import Verb
from teczka.store.models import AuditEntry, Message, Placement, User
from teczka.store.viewer import as_user
from tests.cast import make_account, make_folder
from tests.conversation import OWNER, Mailroom, letter
from tests.web.access.asking import ask
from tests.web.conftest import Office, browser
from tests.web.mailroom import ARRIVED, share, store

LINE = re.compile(r'<li class="turn( unread)?" data-turn="([^"]+)">')
ROUND = re.compile(r'id="turns-earlier".*?</ol>|id="turns-later".*?</ol>', re.DOTALL)


@pytest.fixture
def mail(office: Office) -> Mailroom:
    """1 ← 2 (Anna's own) ← 3 ← 4."""
    made = Mailroom(office.cast.anna)
    made.arrive("1", body="Klient opisuje, o co mu chodzi.")
    sent = make_folder(made.account, "Wysłane", "sent")
    made.arrive("2", "1", folder=sent, sender=OWNER, to="Jan Kowal <jan@klient.example>")
    made.arrive("3", "1 2")
    made.arrive("4", "1 2 3")
    return made


def page(client: Client, mail: Mailroom, name: str, which: str = "pane/") -> str:
    answer = client.get(f"/messages/{mail.letters[name].public_id}/{which}")
    assert answer.status_code == 200
    return answer.content.decode()


def told(text: str, mail: Mailroom) -> list[list[str]]:
    """Names of what stands before the message, and after it."""
    names = {str(message.public_id): name for name, message in mail.letters.items()}
    return [[names.get(key, key) for _, key in LINE.findall(side)] for side in ROUND.findall(text)]


def test_the_rest_of_the_conversation_stands_around_the_message_the_oldest_first(anna: Client, mail: Mailroom) -> None:
    for which in ("", "pane/", "conversation/"):
        assert told(page(anna, mail, "2", which), mail) == [["1"], ["3", "4"]], which
    at = f"/folders/{mail.inbox.public_id}/?m={mail.letters['4'].public_id}"
    assert told(anna.get(at).content.decode(), mail) == [["1", "2", "3"], []]
    text = page(anna, mail, "4")
    assert "Ja → Jan Kowal" in text
    assert "Klient opisuje, o co mu chodzi." in text
    assert "nowsz" not in text
    text = page(anna, mail, "3")
    assert "Jest nowsza wiadomość w tej rozmowie" in text
    assert f'data-turn-to="{mail.letters["4"].public_id}"' in text
    assert "Są 2 nowsze wiadomości w tej rozmowie" in page(anna, mail, "2")


def test_a_message_by_itself_has_none(anna: Client, office: Office) -> None:
    text = anna.get(f"/messages/{office.private.public_id}/pane/").content.decode()
    assert not LINE.search(text)
    assert 'data-field="open"' not in text


def test_unread_ones_are_told_and_looking_at_lines_or_turns_marks_none(anna: Client, mail: Mailroom) -> None:
    for which in ("pane/", "conversation/"):
        page(anna, mail, "1", which)
    page(anna, mail, "3", "turn/")
    with as_user(mail.owner.pk):
        assert not Placement.objects.filter(message=mail.letters["3"], seen=True).exists()
        Placement.objects.filter(message=mail.letters["4"]).update(seen=True)
    unread = {key for mark, key in LINE.findall(page(anna, mail, "1")) if mark}
    assert unread == {str(mail.letters[name].public_id) for name in "23"}


def test_drafts_spam_and_what_was_thrown_away_are_none_of_it_and_copies_are_one(anna: Client, mail: Mailroom) -> None:
    mail.arrive("draft", "1 2 3", draft=True)
    for role in ("junk", "trash"):
        mail.arrive(role, "1 2 3", folder=make_folder(mail.account, role, role))
    other = make_folder(make_account(mail.owner, "druga@lipowa.example"))
    raw = letter_again(mail, "4")
    store(other, raw, ARRIVED + timedelta(minutes=3))
    assert told(page(anna, mail, "1"), mail) == [[], ["2", "3", "4"]]
    forged = raw.replace("Treść".encode(), "Zmyślona treść".encode())
    mail.letters["forged"] = store(other, forged, ARRIVED + timedelta(hours=1))
    assert told(page(anna, mail, "1"), mail) == [[], ["2", "3", "4", "forged"]]


def letter_again(mail: Mailroom, name: str) -> bytes:
    """The same, as it came to another account."""
    return b"Received: x\r\n" + letter(name, "1 2 3")


def test_whoever_it_was_shared_with_meets_what_they_may_see_and_no_number_of_the_rest(
    office: Office, mail: Mailroom
) -> None:
    cast = office.cast
    for name in "24":
        share(mail.letters[name], cast.bartek)
    his = browser(cast.bartek)
    for which in ("", "pane/", "conversation/"):
        assert told(page(his, mail, "4", which), mail) == [["2"], []], which
        text = page(his, mail, "2", which)
        assert told(text, mail) == [[], ["4"]], which
        assert "Jest nowsza wiadomość w tej rozmowie" in text
        for hidden in ("1", "3"):
            assert str(mail.letters[hidden].public_id) not in text, which
    assert "Anna Lipowska" in page(his, mail, "4", "conversation/")  # who else sees it; and not "Me", which she is
    assert "Ja" not in re.findall(r'turn-who">([^<]*)', page(his, mail, "4"))
    share(mail.letters["3"], cast.celina)
    assert told(page(browser(cast.celina), mail, "3"), mail) == [[], []]
    assert 'data-field="open"' not in page(browser(cast.celina), mail, "3")
    for person in (cast.celina, cast.dorota, cast.edward):
        for which in ("conversation/", "conversation/?turns=all", "turn/"):
            assert browser(person).get(f"/messages/{mail.letters['2'].public_id}/{which}").status_code == 404


def test_lines_alone_give_nothing_out_and_an_opened_turn_does(office: Office, mail: Mailroom) -> None:
    for name in "12":
        share(mail.letters[name], office.cast.bartek)

    def given() -> list[list[UUID]]:
        with as_user(office.cast.bartek.pk):
            return [entry.ids for entry in AuditEntry.objects.filter(verb=Verb.VIEW, actor_id=office.cast.bartek.pk)]

    his = browser(office.cast.bartek)
    page(his, mail, "1", "conversation/")
    assert given() == []
    page(his, mail, "2", "turn/")
    assert given() == [[mail.letters["2"].public_id]]


def long_one(owner: User, length: int) -> Mailroom:
    made = Mailroom(owner, f"{length}@lipowa.example")
    for number in range(length):
        made.arrive(str(number), "0" if number else "")
    return made


def test_of_a_long_conversation_the_nearest_stand_there_and_the_rest_when_asked_for(
    anna: Client, office: Office
) -> None:
    mail = long_one(office.cast.anna, 12)
    assert told(page(anna, mail, "6"), mail) == [["0", "gap", "4", "5"], ["7", "8", "gap", "11"]]
    assert "3 więcej" in page(anna, mail, "6")
    assert told(page(anna, mail, "4"), mail)[0] == ["0", "1", "2", "3"], "one more costs no more than to say so"
    assert told(page(anna, mail, "7"), mail)[1] == ["8", "9", "10", "11"]
    for which in ("?turns=all", "conversation/?turns=all"):
        assert told(page(anna, mail, "6", which), mail) == [
            [str(number) for number in range(6)],
            [str(number) for number in range(7, 12)],
        ]


def test_however_long_it_is_it_costs_one_query(anna: Client, office: Office) -> None:
    counted = []
    for length in (1, 3, 9):
        with as_user(office.cast.anna.pk):
            Message.objects.filter(owner=office.cast.anna).update(thread=None)
        mail = long_one(office.cast.anna, length)
        ask(anna, f"/messages/{mail.letters['0'].public_id}/pane/")
        where = f"/messages/{mail.letters['0'].public_id}/pane/"
        counted.append(len(ask(anna, where, shape=True).queries))
    assert len(set(counted)) == 1, counted
