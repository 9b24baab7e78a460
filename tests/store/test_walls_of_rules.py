"""Row-level security around rules: they, their log, runs and exceptions are their owner's alone; templates the office may read."""

import pytest
from django.db import DatabaseError, transaction

from teczka.store.models import Rule, RuleException, RuleHit, RuleRun, RuleTemplate, User
from teczka.store.viewer import as_user
from tests.cast import Cast, make_account, make_cast, make_folder
from tests.ruled import EVERYTHING, make_rule, opened, receive

pytestmark = pytest.mark.django_db

STAR = {"do": "star"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def template(by: User, name: str = "Sąd") -> RuleTemplate:
    with as_user(by.pk), transaction.atomic():
        return RuleTemplate.objects.create(
            office_id=by.office_id, by=by, name=name, when={"all": [EVERYTHING]}, then=[STAR]
        )


def test_rules_and_what_they_did_are_seen_by_their_owner_alone(cast: Cast) -> None:
    rule = make_rule(cast.anna, STAR)
    met = receive(make_folder(opened(make_account(cast.anna))), "a")
    owner = {"office_id": cast.anna.office_id, "owner_id": cast.anna.pk}
    with as_user(cast.anna.pk):
        RuleException.objects.create(rule=rule, message=met, **owner)
        RuleRun.objects.create(rule=rule, version=1, **owner)
    for person in (cast.anna, *cast.strangers):
        with as_user(person.pk):
            for table in (Rule, RuleHit, RuleRun, RuleException):
                assert table.objects.count() == (person == cast.anna), table


def test_nobody_hangs_a_run_or_an_exception_on_the_rule_of_another(cast: Cast) -> None:
    rule = make_rule(cast.anna, STAR)
    stranger = {"office_id": cast.celina.office_id, "owner_id": cast.celina.pk}
    with pytest.raises(DatabaseError, match="foreign key"), as_user(cast.celina.pk):
        RuleRun.objects.create(rule_id=rule.pk, version=1, **stranger)


def test_administrators_write_templates_and_their_office_reads_them(cast: Cast) -> None:
    template(cast.dorota)
    for person in (cast.anna, cast.dorota, cast.edward):
        with as_user(person.pk):
            assert RuleTemplate.objects.count() == (person != cast.edward)
    with pytest.raises(DatabaseError):
        template(cast.anna, "Inny")
    with as_user(cast.anna.pk):
        assert not RuleTemplate.objects.update(name="Zmieniony")
