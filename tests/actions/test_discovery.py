"""Who may have servers searched for, how often, and by whose rules."""

import pytest

from teczka.actions import discovery
from teczka.actions.discovery import MOST, WITHIN, discover, stop
from teczka.actions.policy import save_policy
from teczka.core.discovery import Found, Source, Step
from teczka.core.errors import Problem, Trouble
from teczka.core.policy import Hosted, Policy
from teczka.store.models import User
from tests.cast import Cast, make_cast
from tests.internet import Internet, internet

__all__ = ["internet"]
pytestmark = pytest.mark.django_db

DOMAIN = "lipowa.example"
ADDRESS = f"anna@{DOMAIN}"


@pytest.fixture
def cast(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """Nobody has searched yet."""
    monkeypatch.setattr(discovery, "_searches", discovery._Searches())
    monkeypatch.setattr("teczka.remote.discovery.answering.ROUND", 0.2)
    return make_cast()


def found(actor: User, address: str) -> Found:
    last = list(discover(actor, address))[-1]
    assert isinstance(last, Found)
    return last


def test_a_person_finds_a_known_mailbox_and_a_domain_at_microsoft(cast: Cast, internet: Internet) -> None:
    assert found(cast.anna, "anna@wp.pl").provider == "wp"
    internet.mx(DOMAIN, "lipowa.mail.protection.outlook.com")
    assert found(cast.anna, f" {ADDRESS} ").provider == "microsoft-365"


def test_the_offices_rules_hold_for_its_people_and_for_nobody_else(cast: Cast, internet: Internet) -> None:
    hosted = (Hosted(DOMAIN, ("imap.DOMAIN", "imap.forpsi.com")),)
    save_policy(cast.dorota, Policy(forbidden_domains=frozenset({"wp.pl"}), hosted=hosted))
    internet.mx(DOMAIN, "aspmx.l.google.com")
    with pytest.raises(Problem) as caught:
        discover(cast.anna, "anna@wp.pl")
    assert caught.value.trouble is Trouble.ACCOUNT_DOMAIN
    assert found(cast.anna, ADDRESS).source is Source.OFFICE
    assert found(cast.edward, ADDRESS).source is Source.BUILT_IN_MX
    assert found(cast.edward, "edward@wp.pl").source is Source.BUILT_IN


@pytest.mark.parametrize("address", ["anna", "anna@", "anna@localhost", "anna@127.0.0.1"])
def test_what_is_no_address_is_refused_at_once(cast: Cast, internet: Internet, address: str) -> None:
    with pytest.raises(Problem) as caught:
        discover(cast.anna, address)
    assert caught.value.trouble is Trouble.ADDRESS_SPELLING
    assert internet.asked == internet.looked_up == []


def test_a_new_search_of_the_same_person_ends_the_one_before_and_nobody_elses(cast: Cast, internet: Internet) -> None:
    internet.mx(DOMAIN, f"mx.{DOMAIN}")
    first, of_another = discover(cast.anna, ADDRESS), discover(cast.bartek, ADDRESS)
    assert isinstance(next(first), Step)
    assert isinstance(next(of_another), Step)
    assert found(cast.anna, "anna@gmail.com").provider == "gmail"
    assert [step for step in first if isinstance(step, Found)] == []
    assert [step.source for step in of_another if isinstance(step, Found)] == [Source.BY_HAND]


def test_a_search_can_be_stopped(cast: Cast, internet: Internet) -> None:
    internet.mx(DOMAIN, f"mx.{DOMAIN}")
    steps = discover(cast.anna, ADDRESS)
    next(steps)
    stop(cast.anna)
    stop(cast.anna)
    assert [step for step in steps if isinstance(step, Found)] == []
    assert internet.asked == []


def test_nobody_searches_without_end(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(discovery.time, "monotonic", lambda: now[0])
    for _ in range(MOST):
        discover(cast.anna, "anna@gmail.com")
        now[0] += 1
    with pytest.raises(Problem) as caught:
        discover(cast.anna, "anna@gmail.com")
    assert caught.value.trouble is Trouble.SEARCH_OFTEN
    discover(cast.bartek, "bartek@gmail.com")
    now[0] = 1000 + WITHIN
    discover(cast.anna, "anna@gmail.com")
