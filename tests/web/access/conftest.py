"""One world a module."""

from copy import deepcopy

import pytest

from tests.web.access.world import World, make_world


@pytest.fixture(scope="module")
def standing_world(lasting: None) -> World:
    return make_world()


@pytest.fixture
def world(standing_world: World, db: None) -> World:
    """The test's own: what it does to the rows is rolled back to a savepoint."""
    return deepcopy(standing_world)
