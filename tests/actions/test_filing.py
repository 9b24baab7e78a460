"""Filing: a link that shows nobody anything, is made once, and can be taken back."""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from teczka.actions import acts, filing
from teczka.actions.filing import Wanted
from teczka.core.errors import NotAllowed, Problem
from teczka.core.filing import How
from teczka.store import filing as filing_store
from teczka.store.models import Account, Case, Document, Filing, Folder, Follow, Grant, Message, Share, User
from teczka.store.queries.acts import ActLine, last_act
from teczka.store.queries.filing import filed
from teczka.store.viewer import as_user
from tests.cases import make_case, make_party, make_task
from tests.cast import Cast, make_account, make_cast, make_folder
from tests.web.mailroom import share, store

pytestmark = pytest.mark.django_db

CLIENT, COLLEAGUE, STRANGER = "klient@example.pl", "wspolnik@example.pl", "obcy@example.com"


@dataclass(frozen=True)
class Room:
    cast: Cast
    account: Account
    inbox: Folder
    case: Case  # Anna and Bartek are its team

    def receive(
        self, name: str, answers: str = "", sender: str = CLIENT, subject: str = "Pismo", to: str = "", files: int = 0
    ) -> Message:
        return store(self.inbox, letter(name, answers, sender, subject, to, files))

    def file(self, *messages: Message, by: User | None = None, **wanted: object) -> ActLine:
        goal = {"case": self.case.public_id} | wanted
        return filing.file(by or self.cast.anna, uuid4(), [one.public_id for one in messages], Wanted(**goal))  # type: ignore[arg-type]

    def filed(self, viewer: User | None = None) -> list[str]:
        """Subjects' names of what the viewer sees in the case."""
        with as_user((viewer or self.cast.anna).pk):
            rows = Filing.objects.filter(case=self.case, undone_at=None).order_by("message_id")
            return [row.message.message_id.partition("@")[0] for row in rows.select_related("message")]


def letter(name: str, answers: str, sender: str, subject: str, to: str, files: int) -> bytes:
    head = f"From: Ktoś <{sender}>\r\nTo: anna@kancelaria-lipowa.example{', ' + to if to else ''}\r\nSubject: {subject}\r\n"
    head += f"Message-ID: <{name}@example.pl>\r\n"
    if answers:
        head += f"In-Reply-To: <{answers}@example.pl>\r\nReferences: <{answers}@example.pl>\r\n"
    parts = [f"Content-Type: text/plain; charset=utf-8\r\n\r\ntekst {name}\r\n"]
    parts += [
        f'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="pismo.pdf"\r\n\r\n%PDF {name} {n}\r\n'
        for n in range(files)
    ]
    body = "".join(f"--B\r\n{part}" for part in parts) + "--B--\r\n"
    return (head + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n" + body).encode()


@pytest.fixture
def room() -> Room:
    cast = make_cast()
    account = make_account(cast.anna)
    return Room(cast, account, make_folder(account), make_case(cast.anna, "Kowalski", cast.bartek, number="KAN/1/2026"))


def grants(room: Room) -> set[tuple[int, int]]:
    with as_user(room.cast.anna.pk):
        return set(Grant.objects.filter(owner_id=room.cast.anna.pk).values_list("message_id", "user_id"))


def test_a_conversation_is_filed_and_what_answers_it_files_itself(room: Room) -> None:
    first = room.receive("a")
    room.receive("b", "a")
    assert room.file(first).count == 2
    room.receive("c", "b")
    assert room.filed() == ["a", "b", "c"]
    with as_user(room.cast.anna.pk):
        assert Filing.objects.get(message__message_id="c@example.pl").how == How.REPLY


def test_a_single_message_is_filed_alone(room: Room) -> None:
    first = room.receive("a")
    room.receive("b", "a")
    assert room.file(first, whole=False).count == 1
    room.receive("c", "a")
    assert room.filed() == ["a"]


def test_what_its_owner_passes_on_to_an_outsider_or_notes_for_themselves_is_filed_by_nobody(room: Room) -> None:
    """What a person files is the office's when they leave."""
    room.file(room.receive("a"))
    room.receive("b", "a", "anna@kancelaria-lipowa.example", to=STRANGER)
    room.receive("c", "a", "anna@kancelaria-lipowa.example")
    room.receive("d", "a", "anna@kancelaria-lipowa.example", to=CLIENT)
    assert room.filed() == ["a", "d"]


def test_filing_shows_nobody_anything(room: Room) -> None:
    room.file(room.receive("a"))
    room.receive("b", "a")
    assert grants(room) == set()
    assert room.filed(room.cast.bartek) == []


def test_the_owner_may_share_with_the_team_by_the_same_key(room: Room) -> None:
    """And the team sees the replies, too."""
    first = room.receive("a")
    assert room.file(first, shared=True).shared
    room.receive("b", "a")
    assert room.filed(room.cast.bartek) == ["a", "b"]
    assert room.filed(room.cast.celina) == []


def test_what_the_owner_passed_on_before_is_neither_filed_nor_shown_by_the_same_key(room: Room) -> None:
    first = room.receive("a")
    head = f"From: anna@kancelaria-lipowa.example\r\nTo: {STRANGER}\r\nMessage-ID: <dalej@example.pl>\r\n"
    store(room.inbox, f"{head}References: <a@example.pl>\r\n\r\nsekret\r\n".encode())
    assert room.file(first, shared=True).count == 1
    assert room.filed() == room.filed(room.cast.bartek) == ["a"]


def test_undo_takes_back_the_link_what_came_by_it_and_what_it_showed(room: Room) -> None:
    first = room.receive("a", files=1)
    act = room.file(first, shared=True)
    room.receive("b", "a", files=1)
    acts.undo(room.cast.anna, act.public_id)
    assert room.filed() == []
    assert grants(room) == set()
    room.receive("c", "a")
    assert room.filed() == []
    with as_user(room.cast.anna.pk):
        assert not Document.objects.filter(case=room.case).exists()
        assert not Follow.objects.filter(ended_at=None).exists()
        assert not Share.objects.filter(revoked_at=None).exists()


def test_undo_leaves_what_was_shared_before(room: Room) -> None:
    first = room.receive("a")
    share(first, room.cast.celina)
    act = room.file(first, shared=True)
    acts.undo(room.cast.anna, act.public_id)
    assert grants(room) == {(first.pk, room.cast.celina.pk)}


def test_the_same_key_files_once(room: Room) -> None:
    message, key = room.receive("a"), uuid4()
    wanted = Wanted(case=room.case.public_id)
    first = filing.file(room.cast.anna, key, [message.public_id], wanted)
    assert filing.file(room.cast.anna, key, [message.public_id], wanted) == first
    assert room.file(message).count == 0
    assert room.filed() == ["a"]


def test_mail_belongs_to_several_cases_and_to_tasks(room: Room) -> None:
    other, task = make_case(room.cast.anna, "Nowak"), make_task(room.cast.anna, "Odpowiedź na pozew")
    message = room.receive("a")
    room.file(message)
    room.file(message, case=other.public_id)
    room.file(message, case=None, task=task.public_id)
    shown = [line.name for line in filed(room.cast.anna, [message.pk])[message.pk]]
    assert shown == ["Kowalski", "Nowak", "Odpowiedź na pozew"]


def test_who_mail_was_shared_with_files_it_and_widens_nothing(room: Room) -> None:
    message = room.receive("a")
    room.receive("b", "a")
    share(message, room.cast.bartek)
    before = grants(room)
    act = room.file(message, by=room.cast.bartek, shared=True)
    assert (act.count, act.shared) == (1, False)
    assert grants(room) == before
    assert room.filed(room.cast.bartek) == ["a"]
    assert room.filed(room.cast.celina) == []
    room.receive("c", "a")
    assert room.filed() == ["a"]


@pytest.mark.parametrize("who", ["celina", "dorota", "edward"])
def test_what_one_may_not_see_is_not_there_to_be_filed(room: Room, who: str) -> None:
    message = room.receive("a")
    with pytest.raises(NotAllowed):
        room.file(message, by=getattr(room.cast, who))


def test_a_walled_case_is_not_there_for_others(room: Room) -> None:
    walled = make_case(room.cast.bartek, "Tajna", walled=True)
    with pytest.raises(NotAllowed):
        room.file(room.receive("a"), case=walled.public_id)


def test_quoting_lets_nobody_in(room: Room) -> None:
    """Pitfall 15 of peers: neither the number of a case nor a Message-ID makes a stranger's mail part of it."""
    room.file(room.receive("a", subject="KAN/1/2026"), shared=True)
    room.receive("b", "a", STRANGER, "Re: KAN/1/2026")
    assert room.filed() == ["a"]
    room.receive("c", "a", COLLEAGUE)
    assert room.filed() == ["a"]


def test_replies_are_let_in_of_whom_the_conversation_names_and_of_parties(room: Room) -> None:
    make_party(room.case, room.cast.anna, "Świadek", STRANGER)
    room.file(room.receive("a", to=COLLEAGUE))
    room.receive("b", "a", COLLEAGUE)
    room.receive("c", "a", STRANGER)
    room.receive("d", "a", "anna@kancelaria-lipowa.example", to=COLLEAGUE)
    assert room.filed() == ["a", "b", "c", "d"]


def test_an_answer_that_was_read_before_what_it_answers_is_filed_once_that_has_come(room: Room) -> None:
    room.file(room.receive("a"))
    room.receive("c", answers="b")
    assert room.filed() == ["a"]
    room.receive("b", answers="a")
    assert room.filed() == ["a", "c", "b"]


def test_late_answers_come_from_whom_the_conversation_knows_or_not_at_all(room: Room) -> None:
    room.file(room.receive("a"))
    room.receive("c", answers="b", sender=STRANGER)
    room.receive("d", answers="c")
    room.receive("b", answers="a")
    assert room.filed() == ["a", "b"]


def test_what_is_downloaded_after_its_answers_is_filed_with_them(room: Room) -> None:
    room.receive("b", answers="a")
    room.file(room.receive("c", answers="b"))
    assert room.filed() == ["b", "c"]
    room.receive("a")
    assert room.filed() == ["b", "c", "a"]


def test_older_mail_comes_from_whom_the_conversation_knows_or_not_at_all(room: Room) -> None:
    room.file(room.receive("b", answers="a"))
    room.receive("a", sender=STRANGER)
    assert room.filed() == ["b"]


def test_a_private_conversation_that_is_joined_to_a_filed_one_stays_out_of_its_case(room: Room) -> None:
    room.file(room.receive("a"))
    room.receive("private")
    both = letter("b", "a", CLIENT, "Pismo", "", 0).replace(
        b"References: <a@example.pl>", b"References: <private@example.pl> <a@example.pl>"
    )
    store(room.inbox, both)
    assert room.filed() == ["a", "b"]


def test_what_was_taken_back_alone_is_not_filed_by_what_comes_later(room: Room) -> None:
    first = room.receive("a")
    room.file(first)
    reply = room.receive("b", answers="a")
    with as_user(room.cast.anna.pk):
        Filing.objects.filter(message=reply).update(undone_at=timezone.now())
    room.receive("c", answers="a")
    assert room.filed() == ["a", "c"]


def test_a_reply_from_a_walled_off_case_stays_out(room: Room) -> None:
    room.file(room.receive("a"))
    with as_user(room.cast.bartek.pk):
        room.case.members.filter(user=room.cast.anna).delete()
        Case.objects.filter(pk=room.case.pk).update(walled=True)
    message = room.receive("b", "a")
    assert filed(room.cast.anna, [message.pk]) == {}


def test_attachments_become_documents_once_and_by_no_name(room: Room) -> None:
    """Pitfall 2 of peers: two files of one name are two documents, and none is lost."""
    message = room.receive("a", files=2)
    room.file(message)
    with as_user(room.cast.anna.pk):
        names = list(Document.objects.filter(case=room.case).values_list("name", "path").order_by("path"))
        assert names == [("pismo.pdf", "2"), ("pismo.pdf", "3")]
    filing_store.link_documents([message.pk])
    with as_user(room.cast.anna.pk):
        assert Document.objects.filter(case=room.case).count() == 2
        Document.objects.filter(case=room.case, path="3").update(removed_at=timezone.now())
    filing_store.link_documents([message.pk])  # what somebody took out of the case stays out
    with as_user(room.cast.anna.pk):
        assert Document.objects.filter(case=room.case, removed_at=None).count() == 1


def test_two_messages_that_look_the_same_are_two(room: Room) -> None:
    """Pitfall 19 of peers: the same people, subject and second are no identity."""
    raw = letter("a", "", CLIENT, "Pismo", "", 0)
    messages = [store(room.inbox, raw), store(room.inbox, raw.replace(b"tekst", b"inny tekst"))]
    assert room.file(messages[0], whole=False).count == 1
    assert set(filed(room.cast.anna, [one.pk for one in messages])) == {messages[0].pk}


def test_nothing_is_moved_and_read_only_accounts_are_filed_from_as_well(room: Room) -> None:
    """Pitfall 5 of peers: the original stays where it is, and its server hears nothing."""
    message = room.receive("a")
    room.file(message)
    with as_user(room.cast.anna.pk):
        assert [place.folder_id for place in message.placements.filter(gone_at=None)] == [room.inbox.pk]
    last = last_act(room.cast.anna)
    assert last
    assert (last.verb, last.goal) == ("file", "KAN/1/2026 Kowalski")


def test_whoever_made_a_link_takes_back_its_conversation_for_ever_and_no_other(room: Room) -> None:
    first, other = room.receive("a"), room.receive("x")
    room.receive("b", "a")
    act = room.file(first, other, shared=True)
    room.receive("c", "b")
    line = filed(room.cast.anna, [first.pk])[first.pk][0]
    assert filing.unfile(room.cast.anna, line.public_id) == 3
    assert room.filed() == ["x"]
    assert grants(room) == {(other.pk, room.cast.bartek.pk)}
    room.receive("d", "a")
    assert room.filed() == ["x"]
    acts.undo(room.cast.anna, act.public_id)
    assert room.filed() == []
    assert grants(room) == set()


def test_one_of_many_that_were_filed_alone_is_taken_back_alone(room: Room) -> None:
    first = room.receive("a")
    second = room.receive("b", "a")
    act = room.file(first, second, whole=False, shared=True)
    line = filed(room.cast.anna, [first.pk])[first.pk][0]
    assert filing.unfile(room.cast.anna, line.public_id) == 1
    assert room.filed() == ["b"]
    assert grants(room) == {(second.pk, room.cast.bartek.pk)}
    line = filed(room.cast.anna, [second.pk])[second.pk][0]
    filing.unfile(room.cast.anna, line.public_id)
    last = last_act(room.cast.anna)
    assert last is None or last.public_id != act.public_id


def test_the_owner_and_the_team_take_back_what_others_filed_and_strangers_do_not(room: Room) -> None:
    message = room.receive("a")
    share(message, room.cast.bartek)
    share(message, room.cast.celina)
    for who in (room.cast.anna, room.cast.bartek):
        room.file(message, by=room.cast.celina)
        line = filed(who, [message.pk])[message.pk][0]
        assert line.may_undo
        assert filing.unfile(who, line.public_id) == 1
        assert room.filed() == []
    room.file(message)
    line = filed(room.cast.celina, [message.pk])[message.pk][0]
    assert not line.may_undo
    with pytest.raises(NotAllowed):
        filing.unfile(room.cast.celina, line.public_id)


def test_mail_that_is_set_aside_comes_back_by_undo(room: Room) -> None:
    message = room.receive("a")
    act = filing.set_aside(room.cast.anna, uuid4(), [message.public_id])
    assert act.count == 1
    assert filing.set_aside(room.cast.anna, uuid4(), [message.public_id]).count == 0
    assert acts.undo(room.cast.anna, act.public_id).line.count == 1
    with pytest.raises(NotAllowed):
        filing.set_aside(room.cast.bartek, uuid4(), [message.public_id])


def test_threads_that_turn_out_to_be_one_go_on_being_followed(room: Room) -> None:
    room.file(room.receive("a"))
    room.receive("c", "b")  # b is still on its way, and answers a
    room.receive("b", "a")
    room.receive("d", "b")
    assert room.filed() == ["a", "c", "b", "d"]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("receive"), st.integers(0, 4)),
        st.tuples(
            st.just("file"), st.integers(0, 4), st.booleans(), st.booleans(), st.sampled_from(["anna", "bartek"])
        ),
        st.tuples(st.just("show"), st.integers(0, 4), st.just("celina")),
        st.tuples(st.just("undo"), st.integers(0, 4)),
    ),
    max_size=9,
)


@settings(max_examples=settings.default.max_examples // 2)
@given(STEPS)
def test_whatever_is_filed_and_undone_only_the_owner_widens_and_all_goes_back(steps: list[tuple[object, ...]]) -> None:
    """Whoever sees more than the owner was asked for has seen too much; undone, all is as it was; nothing is there twice."""
    with transaction.atomic():
        cast = make_cast()
        account = make_account(cast.anna)
        room = Room(cast, account, make_folder(account), make_case(cast.anna, "Kowalski", cast.bartek))
        walk(room, steps)
        transaction.set_rollback(True)


def walk(room: Room, steps: list[tuple[object, ...]]) -> None:
    messages, done = [room.receive("m0")], list[tuple[User, UUID]]()
    shown: set[tuple[int, int]] = set()  # by hand
    for kind, *rest in steps:
        match kind, rest:
            case "receive", [int(after)]:
                after = min(after, len(messages) - 1)
                messages.append(room.receive(f"m{len(messages)}", f"m{after}"))
            case "file", [int(which), bool(whole), bool(shared), str(name)]:
                who, message = getattr(room.cast, name), messages[min(which, len(messages) - 1)]
                before = grants(room)
                try:
                    done.append((who, room.file(message, by=who, whole=whole, shared=shared).public_id))
                except NotAllowed:
                    assert who != room.cast.anna
                if who != room.cast.anna or not shared:
                    assert grants(room) == before
            case "show", [int(which), str(name)]:
                message = messages[min(which, len(messages) - 1)]
                if (message.pk, getattr(room.cast, name).pk) not in shown:
                    share(message, getattr(room.cast, name))
                    shown.add((message.pk, getattr(room.cast, name).pk))
            case "undo", [int(which)] if done:
                take_back(*done.pop(min(which, len(done) - 1)))
        assert {user for _, user in grants(room)} <= {room.cast.bartek.pk, room.cast.celina.pk}
        with as_user(room.cast.anna.pk):
            links = list(Filing.objects.filter(undone_at=None).values_list("message_id", "case_id"))
        assert len(links) == len(set(links))
    for who, act in reversed(done):
        take_back(who, act)
    assert grants(room) == shown
    assert room.filed() == []
    with as_user(room.cast.anna.pk):
        assert not Follow.objects.filter(ended_at=None).exists()


def take_back(who: User, act: UUID) -> None:
    """An act that found nothing to do has nothing to take back."""
    with suppress(Problem):
        acts.undo(who, act)
