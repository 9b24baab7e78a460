"""What is in the register of what people do elsewhere: each act once, and none that did not happen."""

from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from teczka.actions import filing, outbox, rule_runs
from teczka.actions.acts import undo
from teczka.actions.export import export_account
from teczka.actions.filing import Wanted
from teczka.actions.numbering import add_pattern, drop_pattern
from teczka.actions.policy import save_policy, set_limit
from teczka.actions.rest import delete_account, pause_account, resume_account, take_back
from teczka.actions.rule_edit import drop_rule, save_rule, switch_rule
from teczka.actions.verify import verify_all
from teczka.core.accounts import Farewell
from teczka.core.acts import Verb as Act
from teczka.core.audit import Verb
from teczka.core.errors import NotAllowed
from teczka.core.policy import Policy
from teczka.core.rules import rule_from
from teczka.store.models import Message, User
from teczka.store.queries.audit import lines
from teczka.store.viewer import as_user
from tests.acted import make_mailbox
from tests.cases import file, make_case
from tests.cast import Cast, make_account, make_cast
from tests.conftest import OwnDatabase
from tests.database import TestDatabase
from tests.outgoing import deliver, fresh, sends, sent, written
from tests.rule_at_work import at_work
from tests.ruled import COURT
from tests.submission import Submission
from tests.web.mailroom import share


@pytest.fixture
def cast(own_database: OwnDatabase) -> Cast:
    return make_cast()


def verbs(person: User) -> list[str]:
    return [line.verb for line in reversed(lines(person))]


def test_what_becomes_of_an_account(cast: Cast, tmp_path: Path) -> None:
    account = make_account(cast.anna)
    pause_account(cast.anna, account.public_id)
    resume_account(cast.anna, account.public_id)
    export_account(cast.anna, account, tmp_path / "eksport")
    for _ in range(2):  # asked twice
        delete_account(cast.anna, account.public_id, Farewell.ARCHIVE)
    take_back(cast.anna, account.public_id)
    with pytest.raises(NotAllowed):
        pause_account(cast.celina, account.public_id)
    expected = [
        Verb.ACCOUNT_PAUSE,
        Verb.ACCOUNT_RESUME,
        Verb.ACCOUNT_EXPORT,
        Verb.ACCOUNT_DELETE,
        Verb.ACCOUNT_RESTORE,
    ]
    assert verbs(cast.anna) == verbs(cast.dorota) == expected, "administrators see accounts"
    assert {line.ids[0] for line in lines(cast.dorota)} == {account.public_id}
    assert verbs(cast.celina) == []


def test_what_administrators_set(cast: Cast) -> None:
    save_policy(cast.dorota, Policy())
    set_limit(cast.dorota, cast.anna.public_id, 7)
    add_pattern(cast.dorota, "KAN/{number}/{year}")
    drop_pattern(cast.dorota, "KAN/{number}/{year}")
    with pytest.raises(NotAllowed):
        set_limit(cast.edward, cast.anna.public_id, 7)
    changed = Verb.OFFICE_CHANGE
    assert verbs(cast.dorota) == [changed, Verb.PERSON_LIMIT, changed, changed]
    assert verbs(cast.edward) == []


def test_a_letter_that_left_and_none_that_was_taken_back(cast: Cast, submission: Submission) -> None:
    account = sends(cast.anna, submission)
    outbox.cancel(cast.anna, sent(written(account)).public_id)
    row = sent(written(account))
    deliver(account)
    deliver(account)
    assert fresh(row).state == "sent"
    assert [(line.verb, line.ids) for line in lines(cast.anna)] == [(Verb.SEND, [row.public_id])]
    assert verbs(cast.dorota) == verbs(cast.bartek) == []


def test_what_is_filed_and_shown_by_it_stands_in_the_cases_register(cast: Cast) -> None:
    mail = make_mailbox(cast.anna)
    case = make_case(cast.anna, "Sprawa", cast.bartek)
    first, second = mail.ids(1, 2)
    filed = filing.file(cast.anna, uuid4(), [first], Wanted(case=case.public_id, whole=False, shared=True))
    filing.file(cast.anna, uuid4(), [second], Wanted(case=case.public_id, whole=False))
    told = [(line.verb, line.ids) for line in lines(cast.bartek, case.public_id)]
    assert told == [(Verb.FILE, [first]), (Verb.SHARE, [first, case.public_id])]
    assert len(lines(cast.anna, case.public_id)) == 3
    undo(cast.anna, filed.public_id)
    assert {line.verb for line in lines(cast.anna)} == {Verb.FILE, Verb.SHARE, Verb.UNFILE, Verb.REVOKE}
    assert lines(cast.bartek, case.public_id) == [], "what he sees no longer he reads no longer of"
    assert lines(cast.dorota) == []


def test_what_was_removed_for_good_and_brought_back(cast: Cast) -> None:
    mail = make_mailbox(cast.anna)
    case = make_case(cast.anna, "Sprawa", cast.bartek)
    with as_user(cast.anna.pk):
        filed, shared = (Message.objects.get(subject=f"Pismo {number}") for number in (2, 3))
    for message in (filed, shared):
        file(message, cast.anna, case)
    share(shared, cast.bartek)
    mail.act(Act.BIN, 1, 2, 3)
    done = mail.act(Act.DELETE, folder=mail.trash)
    undo(cast.anna, done.line.public_id)
    assert verbs(cast.anna) == [Verb.DELETE] * 3 + [Verb.UNDELETE] * 3
    assert {line.ids[0] for line in lines(cast.anna)} == set(mail.ids(1, 2, 3))
    told = lines(cast.bartek, case.public_id)
    assert {line.ids[0] for line in told} == {shared.public_id}, "of what he sees, and of nothing else"


def test_verification_finds_what_somebody_did_to_the_register(
    cast: Cast, own_database: OwnDatabase, test_database: TestDatabase
) -> None:
    account = make_account(cast.anna)
    for act in (pause_account, resume_account, pause_account):
        act(cast.anna, account.public_id)
    whole = verify_all()
    assert whole.clean
    assert whole.entries == 3
    last, _ = whole.chains[str(cast.office.public_id)]
    assert last == 3
    with psycopg.connect(test_database.owner_dsn(own_database.name), autocommit=True) as owner:
        owner.execute("UPDATE store_auditentry SET verb = 'account.change' WHERE seq = 2")
    broken = verify_all()
    assert broken.faults == {"entry of the audit that is changed": [f"{cast.office.public_id} 2"]}


def test_what_becomes_of_a_rule_and_of_its_runs_by_ids_alone(cast: Cast) -> None:
    meaning = rule_from("Tajna nazwa", {"all": [COURT]}, [{"do": "star"}])
    made = save_rule(cast.anna, None, meaning)
    save_rule(cast.anna, made, meaning)
    switch_rule(cast.anna, made, on=False)
    switch_rule(cast.anna, made, on=True)
    work = at_work(cast)
    run = work.begun()
    work.work(run)
    rule_runs.undo(cast.anna, run)
    drop_rule(cast.anna, made)
    told = [line for line in reversed(lines(cast.anna)) if line.verb.startswith("rule.")]
    its, of_run = (made,), (work.rule.public_id, run)
    assert [(line.verb, tuple(line.ids)) for line in told] == [
        (Verb.RULE_MAKE, its),
        (Verb.RULE_CHANGE, its),
        (Verb.RULE_OFF, its),
        (Verb.RULE_ON, its),
        (Verb.RULE_RUN, of_run),
        (Verb.RULE_UNDO, of_run),
        (Verb.RULE_DROP, its),
    ]
