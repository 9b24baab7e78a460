"""A person by their number alone comes by a statement of our own (store/models/people.py): the row that Django's own would give."""

from typing import Any

import pytest
from django.db import connection, models
from django.db.models.fields.related_descriptors import create_reverse_many_to_one_manager
from django.test.utils import CaptureQueriesContext

from teczka.store.models import User
from teczka.store.models.people import UserManager
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def held(row: models.Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_a_person_by_number_is_the_row_that_django_would_give_and_brings_their_office(cast: Cast) -> None:
    for person in (cast.anna, cast.edward):
        django = User.objects.select_related("office").filter(pk=person.pk).get()
        ours = User.objects.get(pk=person.pk)
        with CaptureQueriesContext(connection) as more:
            assert (held(ours), held(ours.office)) == (held(django), held(django.office))
        assert not len(more)
        assert (ours._state.adding, ours._state.db) == (False, django._state.db)


def test_a_number_that_nobody_has_is_nobody_and_what_is_none_leaves_the_transaction_whole(cast: Cast) -> None:
    nobodies: list[Any] = [0, 2**70, None]
    for nobody in nobodies:
        with pytest.raises(User.DoesNotExist):
            User.objects.get(pk=nobody)
    with pytest.raises(ValueError, match="abc"):
        User.objects.get(pk="abc")
    assert User.objects.get(pk=str(cast.anna.pk)) == cast.anna


def test_a_manager_of_one_offices_people_knows_nobody_elses(cast: Cast) -> None:
    """As `office.people` would be made: its class is made of the one that asks by itself."""
    managers: Any = create_reverse_many_to_one_manager(UserManager, User._meta.get_field("office").remote_field)
    people = managers(cast.anna.office)
    assert people.get(pk=cast.anna.pk) == cast.anna
    with pytest.raises(User.DoesNotExist):
        people.get(pk=cast.edward.pk)
