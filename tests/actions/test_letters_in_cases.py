"""A letter that is written in a case belongs to it once it has gone, and to nobody else's eyes than its writer said."""

from uuid import uuid4

import pytest

from teczka.actions.answers import begin_from
from teczka.actions.drafts import Beginning, begin_new, save_draft
from teczka.actions.filing import Wanted, file
from teczka.actions.sharing import With, share
from teczka.core.drafts import Written
from teczka.core.filing import How
from teczka.core.outgoing import Origin, State
from teczka.core.sharing import Scope
from teczka.store.models import Account, Case, Filing, Folder, Grant, Message, Outgoing, User
from teczka.store.queries.acts import last_act
from teczka.store.viewer import as_user
from tests.cases import make_case
from tests.cast import Cast, make_account, make_cast, make_folder
from tests.web.mailroom import store

pytestmark = pytest.mark.django_db

CLIENT = "klient@example.pl"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def account(cast: Cast) -> Account:
    return make_account(cast.anna, smtp_host="127.0.0.1", smtp_port=465, smtp_security="tls", mode="managed")


@pytest.fixture
def sent(account: Account) -> Folder:
    return make_folder(account, "Wysłane", "sent")


@pytest.fixture
def case(cast: Cast) -> Case:
    return make_case(cast.anna, "Kowalski", cast.bartek)


def written(account: Account, case: Case | None, *, shared: bool = False) -> Outgoing:
    """Sent, as far as its row knows."""
    of = case.public_id if case else None
    draft = begin_new(account.owner, None, Beginning(case=of))
    letter = Written(None, [("", CLIENT)], [], [], "Umowa", plain=True, case=of, case_shared=shared)
    save_draft(account.owner, draft.public_id, draft.revision, letter)
    with as_user(account.owner_id):
        Outgoing.objects.filter(pk=draft.pk).update(state=State.SENT)
        return Outgoing.objects.get(pk=draft.pk)


def copy(
    folder: Folder, letter: Outgoing, answers: str = "", sender: str = "anna@kancelaria-lipowa.example"
) -> Message:
    head = f"From: <{sender}>\r\nTo: <{CLIENT}>\r\nSubject: Umowa\r\n"
    name = f"References: <{answers}>\r\n" if answers else f"Message-ID: <{letter.message_id}>\r\n"
    return store(folder, f"{head}{name}\r\nW załączeniu umowa.\r\n".encode())


def answer(folder: Folder, letter: Outgoing, to: str) -> Message:
    head = f"From: <anna@kancelaria-lipowa.example>\r\nTo: <{CLIENT}>\r\nMessage-ID: <{letter.message_id}>\r\n"
    return store(folder, f"{head}References: <{to}>\r\n\r\nodpowiedź\r\n".encode())


def filings(user: User) -> list[tuple[int, str]]:
    with as_user(user.pk):
        return list(Filing.objects.filter(undone_at=None).order_by("message_id").values_list("message_id", "how"))


def seers(message: Message) -> list[int]:
    with as_user(message.owner_id):
        return list(Grant.objects.filter(message=message).values_list("user_id", flat=True))


def test_what_was_sent_is_filed_privately_with_what_answers_it_and_z_does_not_meet_it(
    cast: Cast, account: Account, sent: Folder, case: Case
) -> None:
    letter = written(account, case)
    ours = copy(sent, letter)
    assert filings(cast.anna) == [(ours.pk, How.COMPOSE)]
    assert seers(ours) == []
    assert last_act(cast.anna) is None
    reply = copy(make_folder(account), letter, answers=letter.message_id, sender=CLIENT)
    assert filings(cast.anna) == [(ours.pk, How.COMPOSE), (reply.pk, How.REPLY)]


def test_the_team_sees_it_where_its_writer_said_so(cast: Cast, account: Account, sent: Folder, case: Case) -> None:
    letter = written(account, case, shared=True)
    ours = copy(sent, letter)
    assert seers(ours) == [cast.bartek.pk]


def test_with_a_letter_the_team_sees_what_answers_it_and_not_what_it_answers(
    cast: Cast, account: Account, sent: Folder, case: Case
) -> None:
    inbox, letter = make_folder(account), written(account, case, shared=True)
    private = store(inbox, f"From: <{CLIENT}>\r\nMessage-ID: <o-mezu@example.pl>\r\n\r\nsekret\r\n".encode())
    ours = answer(sent, letter, "o-mezu@example.pl")
    reply = copy(inbox, letter, answers=letter.message_id, sender=CLIENT)
    assert [seers(one) for one in (private, ours, reply)] == [[], [cast.bartek.pk], [cast.bartek.pk]]


def test_the_team_does_not_see_what_its_writer_kept_from_it_though_it_sees_the_conversation(
    cast: Cast, account: Account, sent: Folder, case: Case
) -> None:
    theirs = store(make_folder(account), f"From: <{CLIENT}>\r\nMessage-ID: <umowa@example.pl>\r\n\r\n?\r\n".encode())
    file(cast.anna, uuid4(), [theirs.public_id], Wanted(case=case.public_id, shared=True))
    kept, shown = (answer(sent, written(account, case, shared=shared), "umowa@example.pl") for shared in (False, True))
    assert [seers(one) for one in (theirs, kept, shown)] == [[cast.bartek.pk], [], [cast.bartek.pk]]


def test_the_team_does_not_see_what_its_writer_put_into_no_case_or_kept_in_another(
    cast: Cast, account: Account, sent: Folder, case: Case
) -> None:
    """They do where the conversation is shared with them and was never filed: there is nothing to be taken out of the letter then."""
    inbox, other = make_folder(account), make_case(cast.anna, "Nowak", cast.celina)
    theirs, unfiled = (
        store(inbox, f"From: <{CLIENT}>\r\nMessage-ID: <{name}@example.pl>\r\n\r\n?\r\n".encode())
        for name in ("umowa", "luzem")
    )
    file(cast.anna, uuid4(), [theirs.public_id], Wanted(case=case.public_id, shared=True))
    share(cast.anna, uuid4(), unfiled.public_id, Scope.FOLLOWING, With([], [case.public_id]))
    private = [written(account, None), written(account, other), written(account, other, shared=True)]
    answers = [answer(sent, one, "umowa@example.pl") for one in private]
    assert [seers(one) for one in answers] == [[], [], [cast.celina.pk]]
    assert seers(answer(sent, written(account, None), "luzem@example.pl")) == [cast.bartek.pk]


def test_the_same_message_id_from_elsewhere_is_nothing_of_ours(cast: Cast, account: Account, case: Case) -> None:
    """Whoever got the letter knows its Message-ID."""
    letter = written(account, case, shared=True)
    forged = copy(make_folder(account), letter)
    assert filings(cast.anna) == []
    assert seers(forged) == []


def test_a_case_that_was_walled_off_meanwhile_takes_nothing(
    cast: Cast, account: Account, sent: Folder, case: Case
) -> None:
    foreign = make_case(cast.bartek, "Tajna", walled=True)
    letter = written(account, foreign)
    assert letter.case_id is None
    letter = written(account, case)
    with as_user(cast.bartek.pk):
        case.walled = True
        case.save(update_fields=["walled"])
        case.members.filter(user=cast.anna).delete()
    copy(sent, letter)
    assert filings(cast.anna) == []


def test_an_answer_to_filed_mail_begins_in_its_case(cast: Cast, account: Account, sent: Folder, case: Case) -> None:
    letter = written(account, case, shared=True)
    ours = copy(sent, letter)
    answer = begin_from(cast.anna, ours.public_id, Origin.REPLY)
    assert (answer.case_id, answer.case_shared) == (case.pk, True)
    forwarded = begin_from(cast.anna, ours.public_id, Origin.FORWARD)
    assert forwarded.case_id is None
