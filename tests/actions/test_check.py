"""Having an account's servers checked, against real ones (actions/check.py)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from django.utils import timezone

from teczka.actions.account_rows import described
from teczka.actions.accounts import add_account, edit_account
from teczka.actions.check import check_account, one_at_a_time, refused_servers
from teczka.actions.policy import save_policy
from teczka.actions.rest import delete_account, pause_account, take_back
from teczka.cli import account as command
from teczka.core.accounts import Endpoint, Farewell, NewAccount, State
from teczka.core.diagnoses import diagnosis
from teczka.core.discovery import Service
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.ladder import Outcome, Rung, Step, failure
from teczka.core.policy import Policy
from teczka.remote import egress
from teczka.store.models import Account
from teczka.store.viewer import as_user
from tests.cast import Cast, make_account, make_cast, now
from tests.conftest import OwnDatabase
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.submission import Submission

pytestmark = pytest.mark.dovecot


@pytest.fixture
def cast(own_database: OwnDatabase) -> Cast:
    return make_cast()


@pytest.fixture
def submission(mailbox: Mailbox) -> Iterator[Submission]:
    with Submission() as made:
        made.passwords[mailbox.username] = mailbox.password
        yield made


@pytest.fixture
def new(dovecot: Dovecot, mailbox: Mailbox, submission: Submission) -> NewAccount:
    return NewAccount(
        address="anna@poczta.example",
        username=mailbox.username,
        password=mailbox.password,
        incoming=Endpoint("localhost", dovecot.tls_port, "tls"),
        outgoing=Endpoint("localhost", submission.port, "tls"),
        ca_pem=dovecot.ca_pem + submission.ca_pem,
    )


@pytest.fixture
def account(cast: Cast, new: NewAccount) -> Account:
    return add_account(cast.anna, new)


def kept(account: Account) -> list[Rung]:
    return [Rung.from_json(told) for told in now(account).check_report]


def test_an_account_that_is_added_keeps_what_both_servers_said(account: Account, cast: Cast, new: NewAccount) -> None:
    rungs = kept(account)
    assert not failure(rungs)
    assert {rung.server for rung in rungs} == {Service.IMAP, Service.SMTP}
    assert now(account).checked_at
    heard: list[Rung] = []
    edit_account(cast.anna, account.public_id, replace(described(account), password=new.password), told=heard.append)
    assert [rung.step for rung in heard] == [rung.step for rung in rungs]


def test_an_outgoing_server_that_refuses_keeps_nobody_from_reading(
    cast: Cast, new: NewAccount, submission: Submission
) -> None:
    submission.passwords.clear()
    account = add_account(cast.anna, new)
    assert not failure(kept(account), Service.IMAP)
    refused = failure(kept(account), Service.SMTP)
    assert refused
    assert refused.trouble is Trouble.SIGNIN_REFUSED
    assert len(submission.attempts) == 1


def test_an_incoming_server_that_refuses_adds_nothing_and_both_outcomes_were_told(cast: Cast, new: NewAccount) -> None:
    heard: list[Rung] = []
    with pytest.raises(Problem) as caught:
        add_account(cast.anna, replace(new, password="pomyłka"), told=heard.append)
    assert caught.value.trouble is Trouble.SIGNIN_REFUSED
    assert failure(heard, Service.IMAP)
    assert failure(heard, Service.SMTP)
    with as_user(cast.anna.pk):
        assert not Account.objects.filter(address=new.address).exists()


def test_the_user_name_that_was_taken_is_the_one_that_is_kept(
    cast: Cast, new: NewAccount, mailbox: Mailbox, submission: Submission
) -> None:
    """WP takes either form; Dovecot knows this user by the local part alone, and the test's password by any."""
    address = f"{mailbox.username}@wp.pl"
    wp = replace(new, address=address, username=address, provider="wp", incoming=replace(new.incoming, port=1))
    with pytest.raises(Problem):
        add_account(cast.anna, wp)
    assert submission.attempts == [("PLAIN", address), ("PLAIN", mailbox.username)]
    submission.attempts.clear()
    account = add_account(cast.anna, replace(wp, incoming=new.incoming))
    assert now(account).smtp_username in {"", mailbox.username}
    assert submission.attempts[-1] == ("PLAIN", mailbox.username)


def test_a_check_tells_each_rung_and_is_kept_at_the_end(account: Account, cast: Cast, dovecot: Dovecot) -> None:
    with as_user(cast.anna.pk):
        Account.objects.filter(pk=account.pk).update(check_report=[])
    climbing = check_account(cast.anna, account.public_id)
    first = next(climbing)
    assert (first.server, first.step, first.outcome) == (Service.IMAP, Step.DNS, Outcome.OK)
    assert not kept(account)
    rungs = [first, *climbing]
    assert [rung.as_json() for rung in kept(account)] == [rung.as_json() for rung in rungs]
    assert json.dumps([rung.as_json() for rung in rungs]).find("sekret-do-poczty") == -1


def test_an_account_that_waited_goes_on_once_a_check_comes_through(account: Account, cast: Cast) -> None:
    with as_user(cast.anna.pk):
        Account.objects.filter(pk=account.pk).update(state=State.NEEDS_OWNER, trouble=Trouble.SIGNIN_SWITCHED_OFF)
    list(check_account(cast.anna, account.public_id))
    assert now(account).state == State.NEW
    assert not now(account).trouble


def test_a_check_that_fails_changes_nothing_but_the_report(
    account: Account, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(egress, "PATIENCE", 0.1)
    with as_user(cast.anna.pk):
        Account.objects.filter(pk=account.pk).update(port=1, state=State.WORKING)
    list(check_account(cast.anna, account.public_id))
    assert now(account).state == State.WORKING
    problem = failure(kept(account), Service.IMAP)
    assert problem
    assert problem.trouble is Trouble.CONNECT_FAILED
    assert not failure(kept(account), Service.SMTP)


def test_what_a_check_saw_is_not_said_of_an_account_that_changed_meanwhile(account: Account, cast: Cast) -> None:
    """Deleted and taken back it has no password any more, whatever the one that was kept has just opened."""
    with as_user(account.owner_id):
        Account.objects.update(state=State.NEEDS_OWNER, trouble=Trouble.SIGNIN_REFUSED, trouble_since=timezone.now())
    climbing = check_account(cast.anna, account.public_id)
    for rung in climbing:
        if rung.step is Step.FOLDERS:
            delete_account(cast.anna, account.public_id, Farewell.ARCHIVE)
            take_back(cast.anna, account.public_id)
    assert (now(account).state, now(account).trouble) == (State.NEEDS_OWNER, Trouble.SECRET_MISSING)
    before = kept(account)
    climbing = check_account(cast.anna, account.public_id)
    next(climbing)
    delete_account(cast.anna, account.public_id, Farewell.ARCHIVE)
    assert list(climbing)
    assert [rung.as_json() for rung in kept(account)] == [rung.as_json() for rung in before]


def test_nobody_checks_another_s_account_or_a_deleted_one(account: Account, cast: Cast) -> None:
    for actor, public_id in ((cast.bartek, account.public_id), (cast.anna, uuid4())):
        with pytest.raises(NotAllowed):
            check_account(actor, public_id)


def test_a_person_has_one_check_at_a_time_and_leaving_one_ends_it(account: Account, cast: Cast) -> None:
    with one_at_a_time(cast.anna), pytest.raises(Problem) as caught:
        next(check_account(cast.anna, account.public_id))
    assert caught.value.trouble is Trouble.CHECK_BUSY
    climbing = check_account(cast.anna, account.public_id)
    next(climbing)
    climbing.close()  # type: ignore[attr-defined]
    list(check_account(cast.anna, account.public_id))


def test_a_paused_account_can_be_checked(account: Account, cast: Cast) -> None:
    pause_account(cast.anna, account.public_id)
    assert not failure(list(check_account(cast.anna, account.public_id)))
    assert now(account).paused_at


def test_no_password_is_said_in_plain_where_the_office_no_longer_allows_it(
    cast: Cast, new: NewAccount, dovecot: Dovecot
) -> None:
    save_policy(cast.dorota, Policy(plain_hosts=frozenset({"localhost"})))
    plain = replace(new, incoming=Endpoint("localhost", dovecot.plain_port, "plain"), outgoing=None)
    account = add_account(cast.anna, plain)
    save_policy(cast.dorota, Policy())
    problem = failure(list(check_account(cast.anna, account.public_id)))
    assert problem
    assert problem.trouble is Trouble.TLS_REQUIRED


def test_the_command_tells_a_line_for_each_rung_and_fails_where_one_did(
    account: Account,
    cast: Cast,
    submission: Submission,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(command, "house", lambda: one_at_a_time(cast.bartek))  # the database runs already
    assert command.main(["check", str(account.public_id), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["server"], line["step"], line["outcome"]) for line in lines][-1] == ("smtp", "signin", "ok")
    submission.passwords.clear()
    assert command.main(["check", str(account.public_id)]) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("failed  smtp  Sign-in: “localhost” refused the user name")


def test_the_keeper_is_told_which_servers_the_gate_refuses(cast: Cast, account: Account) -> None:
    make_account(cast.bartek, "b@x.example", host="10.0.0.7", port=993)
    assert refused_servers() == ["10.0.0.7:993 (10.0.0.7)"]


def test_a_diagnosis_tells_the_rungs_and_no_secret(account: Account, cast: Cast, submission: Submission) -> None:
    submission.passwords.clear()
    submission.refusal = "535 5.7.8 no such thing, sekret-do-poczty"
    text = diagnosis(described(account), list(check_account(cast.anna, account.public_id)))
    assert "✔ IMAP · Sign-in" in text
    assert "✖ SMTP · Sign-in" in text
    assert "[signin.refused]" in text
    assert "TLSv1." in text
    assert "sekret-do-poczty" not in text
    assert "anna@" not in text
