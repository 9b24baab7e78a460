"""Rules as their owner writes them: versions, order, exceptions, and what an administrator offers."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from teczka.actions.rule_edit import drop_rule, drop_template, move_rule, offer_rule, pass_over, save_rule, switch_rule
from teczka.core.errors import NotAllowed
from teczka.core.rules import Rule as Meaning
from teczka.core.rules import rule_from
from teczka.store.models import Folder, Rule, RuleException, RuleHit, RuleTemplate, User
from teczka.store.viewer import as_user
from tests.cast import Cast, make_account, make_cast, make_folder
from tests.ruled import COURT, make_rule, receive


def meaning(name: str = "Sąd", *then: dict[str, Any]) -> Meaning:
    return rule_from(name, {"all": [COURT]}, list(then) or [{"do": "star"}])


def row(owner: User, public_id: UUID) -> Rule:
    with as_user(owner.pk):
        return Rule.objects.get(public_id=public_id)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def folder(cast: Cast) -> Folder:
    return make_folder(make_account(cast.anna), "INBOX")


def test_another_meaning_is_another_version_and_another_name_is_not(cast: Cast) -> None:
    made = save_rule(cast.anna, None, meaning())
    save_rule(cast.anna, made, meaning("Inna nazwa"))
    assert (row(cast.anna, made).name, row(cast.anna, made).version) == ("Inna nazwa", 1)
    save_rule(cast.anna, made, meaning("Inna nazwa", {"do": "mark_read"}))
    assert row(cast.anna, made).version == 2


def test_who_saves_or_switches_it_on_begins_without_its_troubles(cast: Cast) -> None:
    troubled: dict[str, Any] = {"trouble": "rule.busy", "trouble_at": timezone.now(), "paused_at": timezone.now()}
    first, second = (make_rule(cast.anna, {"do": "star"}, when=COURT, **troubled) for _ in range(2))
    save_rule(cast.anna, first.public_id, meaning())
    switch_rule(cast.anna, second.public_id, on=False)
    assert row(cast.anna, second.public_id).paused_at
    switch_rule(cast.anna, second.public_id, on=True)
    for one in (first, second):
        assert (row(cast.anna, one.public_id).trouble, row(cast.anna, one.public_id).paused_at) == ("", None)


def test_a_new_rule_is_the_last_and_the_order_has_ends(cast: Cast) -> None:
    made = [save_rule(cast.anna, None, meaning(name)) for name in "abc"]
    for public_id, by in ((made[2], -1), (made[0], -1), (made[0], 1), (made[1], 1)):
        move_rule(cast.anna, public_id, by)
    with as_user(cast.anna.pk):
        assert "".join(Rule.objects.order_by("position").values_list("name", flat=True)) == "cab"


def test_exceptions_are_of_ones_own_mail_and_are_all_that_was_said(cast: Cast, folder: Folder) -> None:
    theirs = receive(make_folder(make_account(cast.bartek), "INBOX"), "cudze")
    first, second = receive(folder, "jedno"), receive(folder, "drugie")
    made = save_rule(cast.anna, None, meaning(), [first.public_id, theirs.public_id, uuid4()])
    save_rule(cast.anna, made, meaning(), [second.public_id])
    pass_over(cast.anna, made, first.public_id)
    pass_over(cast.anna, made, first.public_id)
    pass_over(cast.anna, made, second.public_id, again=True)
    with pytest.raises(NotAllowed):
        pass_over(cast.anna, made, theirs.public_id)
    with as_user(cast.anna.pk):
        assert list(RuleException.objects.values_list("message_id", flat=True)) == [first.pk]


def test_a_removed_rule_takes_its_log_along(cast: Cast, folder: Folder) -> None:
    message, rule = receive(folder, "jedno"), make_rule(cast.anna, {"do": "star"}, when=COURT)
    with as_user(cast.anna.pk):
        RuleHit.objects.create(
            rule=rule, version=1, message=message, office_id=rule.office_id, owner_id=rule.owner_id, what={}
        )
    drop_rule(cast.anna, rule.public_id)
    with as_user(cast.anna.pk):
        assert not RuleHit.objects.exists()


def test_an_office_is_offered_one_rule_of_a_name_by_an_administrator_alone(cast: Cast) -> None:
    rule = make_rule(cast.dorota, {"do": "star"}, when=COURT, name="Sądy")
    offer_rule(cast.dorota, rule.public_id)
    save_rule(cast.dorota, rule.public_id, meaning("Sądy", {"do": "mark_read"}))
    offer_rule(cast.dorota, rule.public_id)
    with as_user(cast.anna.pk):
        template = RuleTemplate.objects.get()
    assert template.then == [{"do": "mark_read"}]
    own = save_rule(cast.anna, None, meaning("Moja"), template=template.public_id)
    for act, what in ((offer_rule, own), (drop_template, template.public_id)):
        with pytest.raises(NotAllowed):
            act(cast.anna, what)
    with pytest.raises(NotAllowed):
        drop_template(cast.edward, template.public_id)


def test_nobody_else_changes_a_rule(cast: Cast) -> None:
    made = save_rule(cast.anna, None, meaning())
    for stranger in cast.strangers:
        with pytest.raises(NotAllowed):
            save_rule(stranger, made, meaning("Cudza"))
        with pytest.raises(NotAllowed):
            switch_rule(stranger, made, on=False)
        with pytest.raises(NotAllowed):
            move_rule(stranger, made, 1)
        with pytest.raises(NotAllowed):
            drop_rule(stranger, made)
    assert row(cast.anna, made).name == "Sąd"
