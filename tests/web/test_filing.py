"""The strip over a message, and filing from the pages."""

import json
import re
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone, translation

from teczka.core.mail import UNDATED
from teczka.core.suggestions import Reason
from teczka.store.models import Case, Filing, Grant, Message
from teczka.store.queries.filing import filed
from teczka.store.viewer import as_user
from teczka.web.mail.reasons import reason_in_words
from tests.cases import make_case, make_party, make_reference, make_task
from tests.cast import Cast, make_account, make_cast, make_folder
from tests.web.conftest import browser
from tests.web.mailroom import share, store

pytestmark = pytest.mark.django_db

LETTER = """\
From: Jan Kowalski <jan@klient.example>
To: anna@kancelaria-lipowa.example
Subject: Sprawa I C 12/24
Message-ID: <{name}@klient.example>
Content-Type: text/plain; charset=utf-8

{name}
"""


class Desk:
    def __init__(self) -> None:
        self.cast: Cast = make_cast()
        self.inbox = make_folder(make_account(self.cast.anna))
        self.case: Case = make_case(self.cast.anna, "Kowalski", self.cast.bartek, number="KAN/1/2026")
        reference = make_reference(self.case, self.cast.anna, "I C 12/24", "C", "12", 2024)
        with as_user(self.cast.anna.pk):
            reference.division = "I"
            reference.save()
        self.anna = browser(self.cast.anna)

    def letter(self, name: str = "a", subject: str = "Sprawa I C 12/24") -> Message:
        raw = LETTER.format(name=name).replace("Sprawa I C 12/24", subject)
        return store(self.inbox, raw.replace("\n", "\r\n").encode(), timezone.now())

    def pane(self, message: Message, client: Client | None = None) -> str:
        return (client or self.anna).get(f"/messages/{message.public_id}/pane/").content.decode()

    def post(self, message: Message, client: Client | None = None, **fields: object) -> dict[str, object]:
        told = {"key": uuid4(), "message": message.public_id, "case": self.case.public_id, **fields}
        answer = (client or self.anna).post("/filing/", told)
        return json.loads(answer.content) if answer.status_code == 200 else {"status": answer.status_code}

    def grants(self) -> int:
        with as_user(self.cast.anna.pk):
            return Grant.objects.filter(owner_id=self.cast.anna.pk).count()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_strip_tells_the_case_the_reason_and_who_will_see_it(desk: Desk) -> None:
    pane = desk.pane(desk.letter())
    assert 'data-key="file-1"' in pane
    assert "KAN/1/2026 Kowalski" in pane
    assert "I C 12/24 w temacie" in pane
    assert "zobaczy to zespół: 1 osoba" in pane


def test_the_strip_suggests_nothing_where_nothing_fits(desk: Desk) -> None:
    pane = desk.pane(desk.letter(subject="Zaproszenie na obiad"))
    assert 'data-key="file-1"' not in pane
    assert 'data-key="file"' in pane
    assert "data-aside" in pane


def test_a_pane_that_is_only_looked_at_writes_nothing(desk: Desk) -> None:
    message = desk.letter()
    desk.pane(message)
    with as_user(desk.cast.anna.pk):
        assert not Filing.objects.exists()


def test_filing_is_told_in_a_sentence_and_undone_by_its_act(desk: Desk) -> None:
    message = desk.letter()
    told = desk.post(message, share="team")
    assert told["said"] == "1 wiadomość przypisano do „KAN/1/2026 Kowalski”. Widzi to zespół sprawy."
    assert desk.grants() == 1
    pane = desk.pane(message)
    assert "przypisano przez Ciebie" in pane
    assert "I C 12/24 w temacie" in pane
    assert 'data-key="file-1"' not in pane
    desk.anna.post(f"/acts/{told['act']}/undo/")
    assert desk.grants() == 0
    assert 'data-key="file-1"' in desk.pane(message)


@pytest.mark.parametrize("fields", [{}, {"share": "team", "private": "1"}])
def test_without_the_word_that_the_team_will_see_it_filing_is_private(desk: Desk, fields: dict[str, str]) -> None:
    told = desk.post(desk.letter(), None, **fields)
    assert desk.grants() == 0
    assert "Nikomu to niczego nie pokazuje." in str(told["said"])


def test_shift_keeps_private(desk: Desk) -> None:
    """Its button names the case by another name, so that a form without a script does the same."""
    desk.post(desk.letter(), share="team", case="", private_case=desk.case.public_id)
    assert desk.grants() == 0


def test_what_is_filed_privately_is_offered_to_the_team_who_are_counted_and_no_longer_once_they_see_it(
    desk: Desk,
) -> None:
    first, reply = desk.letter(), desk.letter("b")
    assert "share-team" not in desk.pane(first)
    desk.post(first)
    assert "Udostępnij zespołowi: 1 osoba" in desk.pane(first)
    assert "Bartek Nowy" in desk.pane(first)
    told = {"key": uuid4(), "scope": "following", "case": desk.case.public_id}
    done = json.loads(desk.anna.post(f"/messages/{first.public_id}/share/", told).content)
    assert desk.grants() == 1
    assert "share-team" not in desk.pane(first)
    desk.anna.post(f"/acts/{done['act']}/undo/")
    assert "share-team" in desk.pane(first)
    desk.post(reply, share="team")
    assert "share-team" not in desk.pane(reply)


def test_a_team_of_one_and_mail_of_others_are_offered_to_nobody(desk: Desk) -> None:
    alone = make_case(desk.cast.anna, "Sama")
    message = desk.letter()
    desk.post(message, case=alone.public_id)
    assert "share-team" not in desk.pane(message)
    share(message, desk.cast.bartek)
    bartek = browser(desk.cast.bartek)
    desk.post(message, bartek)
    assert "share-team" not in desk.pane(message, bartek)
    assert "share-team" in desk.pane(message)


def test_without_a_script_a_form_files_and_says_so_where_it_can_be_undone(desk: Desk) -> None:
    message = desk.letter()
    page = desk.anna.get(f"/messages/{message.public_id}/").content.decode()
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key
    where = f"/messages/{message.public_id}/"
    fields = {"key": key[1], "message": message.public_id, "case": desk.case.public_id, "share": "team", "next": where}
    assert desk.anna.post("/filing/", fields).headers["Location"] == where
    page = desk.anna.get(where).content.decode()
    back = re.search(r'action="(/acts/[^"]+)"', page)
    assert "Przypisano." in page
    assert back
    assert desk.anna.post(back[1].replace("&amp;", "&")).headers["Location"] == where
    assert filed(desk.cast.anna, [message.pk]) == {}


def test_the_chip_takes_the_link_back_for_ever(desk: Desk) -> None:
    message = desk.letter()
    desk.post(message)
    line = filed(desk.cast.anna, [message.pk])[message.pk][0]
    desk.anna.post(f"/filing/{line.public_id}/undo/", {"next": "/"})
    assert filed(desk.cast.anna, [message.pk]) == {}
    share(message, desk.cast.celina)
    desk.post(message, browser(desk.cast.celina))
    line = filed(desk.cast.anna, [message.pk])[message.pk][0]
    told = desk.anna.post(f"/filing/{line.public_id}/undo/")
    assert json.loads(told.content) == {"act": "", "count": 1, "said": "Cofnięto przypisanie."}
    assert filed(desk.cast.anna, [message.pk]) == {}


def test_who_a_message_was_shared_with_is_told_that_filing_shows_nobody_more(desk: Desk) -> None:
    message = desk.letter()
    share(message, desk.cast.celina)
    celina = browser(desk.cast.celina)
    assert "nikomu więcej nic nie pokaże" in desk.pane(message, celina)
    assert desk.post(message, celina, share="team")["count"] == 1
    assert desk.grants() == 1


def test_never_for_this_sender_and_again(desk: Desk) -> None:
    message = desk.letter()
    fields = {"message": message.public_id, "case": desk.case.public_id, "next": "/"}
    desk.anna.post("/filing/never/", fields)
    pane = desk.pane(message)
    assert 'data-key="file-1"' not in pane
    assert 'name="again"' in pane
    desk.anna.post("/filing/never/", fields | {"again": "1"})
    pane = desk.pane(message)
    assert 'data-key="file-1"' in pane
    assert 'name="again"' not in pane


def test_the_exclusion_of_one_address_leaves_those_that_contain_it(desk: Desk) -> None:
    """Pitfall 1 of peers: excluding xanna@ excluded anna@."""
    message = desk.letter()
    other = store(desk.inbox, LETTER.format(name="b").replace("jan@", "xjan@").replace("\n", "\r\n").encode())
    desk.anna.post("/filing/never/", {"message": other.public_id, "next": "/"})
    assert 'data-key="file-1"' in desk.pane(message)


def test_several_messages_are_filed_by_groups(desk: Desk) -> None:
    nowak = make_case(desk.cast.anna, "Nowak")
    make_party(nowak, desk.cast.anna, "Jan Kowalski", "jan@klient.example")
    messages = [
        desk.letter("a"),
        desk.letter("b"),
        desk.letter("c", "Umowa najmu"),
        desk.letter("d", "Sprawa X Y 1/23"),
    ]
    where = "/filing/choose/?" + "&".join(f"message={one.public_id}" for one in messages)
    page = desk.anna.get(where).content.decode()
    assert "KAN/1/2026 Kowalski · 2 wiadomości" in page
    assert "Nowak · 2 wiadomości" in page
    fields = {"key": uuid4(), "message": [messages[0].public_id, messages[1].public_id], "case": desk.case.public_id}
    desk.anna.post("/filing/", fields)
    page = desk.anna.get(where).content.decode()
    assert "2 z nich przypisano" in page
    assert page.count("Sprawa I C 12/24") == 0  # and what others wrote is by habit suggested to the same case now
    found = desk.anna.get(where + "&q=kowal").content.decode()
    assert f'value="{desk.case.public_id}"' in found


def test_a_case_behind_a_wall_leaves_no_trace_in_what_is_suggested(desk: Desk) -> None:
    message = desk.letter()
    share(message, desk.cast.celina)
    with as_user(desk.cast.anna.pk):
        Case.objects.filter(pk=desk.case.pk).update(walled=True)
    desk.post(message)
    assert "Kowalski" in desk.pane(message)
    assert "KAN/1/2026" not in desk.pane(message, browser(desk.cast.celina))


def test_what_waits_to_be_filed_is_a_list_with_its_number(desk: Desk) -> None:
    first, second, third = desk.letter("a"), desk.letter("b"), desk.letter("c")
    page = desk.anna.get("/unfiled/").content.decode()
    assert '<span class="count">3<span class="vh"> czekają na przypisanie' in page
    assert 'data-leaves="file set_aside"' in page
    assert page.count('title="Podpowiedź: KAN/1/2026"') == 3
    desk.post(first)
    told = desk.anna.post("/filing/aside/", {"key": uuid4(), "message": second.public_id})
    assert json.loads(told.content)["said"] == "1 wiadomość odłożono."
    rows = desk.anna.get("/unfiled/rows/")
    assert (rows.headers["X-Total"], str(third.public_id) in rows.content.decode()) == ("1", True)
    assert str(second.public_id) not in rows.content.decode()
    desk.anna.post(f"/acts/{json.loads(told.content)['act']}/undo/")
    assert desk.anna.get("/unfiled/rows/").headers["X-Total"] == "2"


def test_all_that_waits_is_filed_at_once_and_no_more(desk: Desk) -> None:
    waiting = [desk.letter(name) for name in "abc"]
    desk.anna.post("/filing/aside/", {"key": uuid4(), "message": waiting[0].public_id})
    told = desk.post(waiting[1], None, everything="1", listing="unfiled")
    assert told["count"] == 2
    assert set(filed(desk.cast.anna, [one.pk for one in waiting])) == {waiting[1].pk, waiting[2].pk}


def test_what_is_done_to_all_of_the_queue_leaves_the_rest_of_the_inbox(desk: Desk) -> None:
    filed_one, waiting = desk.letter("a"), desk.letter("b")
    desk.post(filed_one)
    fields = {"key": uuid4(), "verb": "star", "listing": "unfiled", "everything": "1"}
    assert json.loads(desk.anna.post("/acts/", fields).content)["count"] == 1
    with as_user(desk.cast.anna.pk):
        assert waiting.placements.get().flagged
        assert not filed_one.placements.get().flagged


def test_rows_tell_the_case(desk: Desk) -> None:
    message = desk.letter()
    desk.post(message)
    rows = desk.anna.get(f"/folders/{desk.inbox.public_id}/rows/").content.decode()
    assert 'title="Przypisana do: KAN/1/2026"' in rows


def test_the_timeline_shows_shared_mail_to_the_team_and_private_mail_to_its_owner_alone(desk: Desk) -> None:
    shown, hidden = desk.letter("a", "Do wspólnej wiadomości"), desk.letter("b", "Tylko dla mnie")
    desk.post(shown, share="team")
    desk.post(hidden)
    where = f"/cases/{desk.case.public_id}/"
    hers = desk.anna.get(where).content.decode()
    his = browser(desk.cast.bartek).get(where).content.decode()
    assert "Do wspólnej wiadomości" in hers
    assert "Tylko dla mnie" in hers
    assert "Prywatna – tylko Ty" in hers
    assert "Do wspólnej wiadomości" in his
    assert "z poczty: Anna Lipowska" in his
    assert "Tylko dla mnie" not in his
    alone = desk.anna.get(f"{where}?only=message").content.decode()
    assert f'href="/cases/{desk.case.public_id}/?only=message" aria-current="page"' in alone


def test_older_mail_that_fits_is_offered_and_filed_at_once(desk: Desk) -> None:
    messages = [desk.letter("a"), desk.letter("b"), desk.letter("c", "Obiad")]
    case = f"/cases/{desk.case.public_id}/"
    assert "2 starsze wiadomości też pasują" in desk.anna.get(case).content.decode()
    page = desk.anna.get(f"{case}older/").content.decode()
    named = re.findall(r'name="message" value="([^"]+)"', page)
    assert set(named) == {str(one.public_id) for one in messages[:2]}
    fields = {"key": uuid4(), "message": named, "case": desk.case.public_id, "how": "batch", "scope": "message"}
    desk.anna.post("/filing/", fields)
    assert "też pasują" not in desk.anna.get(case).content.decode()
    assert set(filed(desk.cast.anna, [one.pk for one in messages])) == {one.pk for one in messages[:2]}


def test_why_something_was_filed_tells_others_nothing_of_the_filers_other_mail(desk: Desk) -> None:
    first = desk.letter("tajny", "Bez numeru")
    desk.post(first)
    raw = LETTER.format(name="b").replace("Sprawa I C 12/24", "Re: Bez numeru").replace("jan@", "obcy@")
    raw = raw.replace("Subject:", "In-Reply-To: <tajny@klient.example>\nSubject:")
    answer = store(desk.inbox, raw.replace("\n", "\r\n").encode(), timezone.now())
    desk.post(answer)
    share(answer, desk.cast.celina)
    assert "należy do przypisanej rozmowy (Jan Kowalski" in desk.pane(answer)
    told = desk.pane(answer, browser(desk.cast.celina))
    assert "należy do przypisanej rozmowy" in told
    assert "rozmowy (Jan" not in told


def test_a_conversation_is_named_without_a_day_that_nobody_knows() -> None:
    told = {"who": "Jan", "at": UNDATED.isoformat()}
    with translation.override("pl"):
        assert reason_in_words(Reason.THREAD, told) == "należy do przypisanej rozmowy (Jan)"


def test_habits_are_told_to_whose_they_are(desk: Desk) -> None:
    for name in "abc":
        desk.post(desk.letter(name, "Umowa"))
    message = desk.letter("d", "Aneks")
    desk.post(message)
    share(message, desk.cast.celina)
    assert "przypisano tu 3 rozmowy z jan@klient.example" in desk.pane(message)
    told = desk.pane(message, browser(desk.cast.celina))
    assert "pocztę tego nadawcy już tu przypisywano" in told
    assert "3 rozmowy" not in told


def test_mail_is_filed_to_a_task_that_is_looked_for_and_stands_on_its_page(desk: Desk) -> None:
    task = make_task(desk.cast.anna, "Odpowiedź na pozew")
    make_task(desk.cast.bartek, "Odpowiedź na pozew Bartka")
    message = desk.letter(subject="Pozew")
    page = desk.anna.get("/filing/choose/", {"message": message.public_id, "q": "POZEW odpowiedź"}).content.decode()
    assert re.findall(r'name="task" value="([^"]+)"', page) == [str(task.public_id)]
    assert desk.post(message, case="", task=task.public_id)["count"] == 1
    where = f"/tasks/{task.public_id}/"
    assert f'href="/messages/{message.public_id}/"' in desk.anna.get(where).content.decode()
    with as_user(desk.cast.anna.pk):
        task.for_office = True
        task.save(update_fields=["for_office"])
    assert str(message.public_id) not in browser(desk.cast.bartek).get(where).content.decode()
