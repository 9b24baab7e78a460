"""Searches that somebody keeps."""

from uuid import uuid4

import pytest

from teczka.actions.searches import RECENT, drop_search, forget_searches, note_search, rename_search, save_search
from teczka.core.errors import AlreadyThere, NotAllowed
from teczka.store.models import SavedSearch
from teczka.store.queries.searches import recent_searches, saved_search, saved_searches
from teczka.store.viewer import as_user
from tests.cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def test_searches_stand_by_their_names_as_poles_sort_them(cast: Cast) -> None:
    for name in ("Żądania", "Łódź", "umowy", "Lipowa"):
        save_search(cast.anna, name, f"temat:{name}", best=False)
    assert [one.name for one in saved_searches(cast.anna)] == ["Lipowa", "Łódź", "umowy", "Żądania"]


def test_a_name_is_borne_once(cast: Cast) -> None:
    first = save_search(cast.anna, "Sąd", "od:sad", best=True)
    save_search(cast.anna, "Umowy", "umowa", best=False)
    with pytest.raises(AlreadyThere):
        save_search(cast.anna, "Sąd", "sąd", best=False)
    with pytest.raises(AlreadyThere):
        rename_search(cast.anna, first, "Umowy")
    with pytest.raises(AlreadyThere):
        save_search(cast.anna, "SĄD", "sąd", best=False)
    with pytest.raises(AlreadyThere):
        rename_search(cast.anna, first, "umowy")
    rename_search(cast.anna, first, "sąd")
    rename_search(cast.anna, first, "Sądy")
    assert (found := saved_search(cast.anna, first))
    assert (found.name, found.query, found.best) == ("Sądy", "od:sad", True)


def test_nobody_sees_or_changes_anothers(cast: Cast) -> None:
    hers = save_search(cast.anna, "Sąd", "od:sad", best=False)
    note_search(cast.anna, "tajemnica")
    for other in cast.strangers:
        assert saved_searches(other) == recent_searches(other) == []
        for act in (lambda who: rename_search(who, hers, "Moje"), lambda who: drop_search(who, hers)):
            with pytest.raises(NotAllowed):
                act(other)
        with as_user(other.pk):
            assert SavedSearch.objects.count() == 0
    assert len(saved_searches(cast.anna)) == 1


def test_what_was_dropped_is_gone_and_what_was_never_there_is_refused(cast: Cast) -> None:
    drop_search(cast.anna, save_search(cast.anna, "Sąd", "od:sad", best=False))
    assert saved_searches(cast.anna) == []
    with pytest.raises(NotAllowed):
        drop_search(cast.anna, uuid4())


def test_the_last_searches_are_kept_each_once(cast: Cast) -> None:
    for number in range(RECENT + 3):
        note_search(cast.anna, f"umowa {number}")
    note_search(cast.anna, "umowa 5")
    recent = [one.query for one in recent_searches(cast.anna)]
    assert (len(recent), recent[0], recent[1], recent[-1]) == (RECENT, "umowa 5", f"umowa {RECENT + 2}", "umowa 3")
    save_search(cast.anna, "Sąd", "od:sad", best=False)
    forget_searches(cast.anna)
    assert recent_searches(cast.anna) == []
    assert len(saved_searches(cast.anna)) == 1


def test_no_search_is_kept_cut_short(cast: Cast) -> None:
    query = " ".join(f"temat:umowa{number}" for number in range(100))
    assert (found := saved_search(cast.anna, save_search(cast.anna, "Umowy", query, best=False)))
    assert found.query == query
    note_search(cast.anna, query)
    assert recent_searches(cast.anna) == []


def test_a_recent_search_is_no_saved_one(cast: Cast) -> None:
    note_search(cast.anna, "umowa")
    recent = recent_searches(cast.anna)[0].public_id
    with pytest.raises(NotAllowed):
        rename_search(cast.anna, recent, "Umowy")
    with pytest.raises(NotAllowed):
        drop_search(cast.anna, recent)
    assert saved_searches(cast.anna) == []
