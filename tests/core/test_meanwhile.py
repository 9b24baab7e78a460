"""Two at one thing: both changes count, and where they meet the second is asked."""

import pytest

from teczka.core.meanwhile import ChangedMeanwhile, changed, clashes, insisted, marks, merged

WAS = {"title": "Apelacja", "due": 14, "note": ""}


def test_what_each_changed_counts() -> None:
    now, ours = WAS | {"due": 3}, WAS | {"note": "opłata"}
    assert merged(now, ours, marks(WAS)) == {"title": "Apelacja", "due": 3, "note": "opłata"}
    assert merged(now, now, marks(WAS)) == now
    assert merged(now, ours, None) == ours, "who looked at nothing says it all"


def test_where_both_changed_the_same_it_is_asked() -> None:
    now, ours = WAS | {"due": 3, "title": "Skarga"}, WAS | {"due": 7, "note": "opłata"}
    with pytest.raises(ChangedMeanwhile):
        merged(now, ours, marks(WAS))
    assert clashes(now, ours, marks(WAS)) == {"due"}
    assert insisted(now, ours, marks(WAS)) == {"title": "Skarga", "due": 7, "note": "opłata"}


def test_some_things_are_asked_about_though_one_alone_changed_them() -> None:
    now, ours = WAS | {"due": 3}, WAS | {"note": "opłata"}
    assert clashes(now, ours, marks(WAS), ["due"]) == {"due"}
    with pytest.raises(ChangedMeanwhile):
        merged(now, ours, marks(WAS), ["due"])


def test_marks_that_are_none_let_nothing_be_written_over() -> None:
    assert changed(WAS, "") == changed(WAS, "x y") == set(WAS)
    with pytest.raises(ChangedMeanwhile):
        merged(WAS, WAS | {"due": 3}, "")
    assert changed({"a": 1, "b": 2}, marks({"a": 2, "b": 1})) == {"a", "b"}, "a mark is of one field"
