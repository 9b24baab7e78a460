"""A label's name and its keyword stand for one another, whatever somebody types, and whatever other programs have set."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.labels import LONGEST, is_keyword, is_label, keyword_of, labels_of, name_of

NAMES = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=12)
ATOM = re.compile(r"[!-~]+")


@given(NAMES)
def test_a_name_comes_back_of_its_keyword(name: str) -> None:
    keyword = keyword_of(name)
    if keyword:
        assert is_keyword(keyword)
        assert ATOM.fullmatch(keyword)
        assert not set(keyword) & set('(){%*"\\]')
        assert is_label(keyword)
        assert name_of(keyword) == " ".join(name.split())
    else:
        assert not name.strip() or len(name.encode("utf-16-be")) > LONGEST // 4


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_keyword_or_none(name: str) -> None:
    keyword = keyword_of(name)
    assert not keyword or is_keyword(keyword)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60))
def test_every_keyword_of_a_server_has_a_name_that_prints(keyword: str) -> None:
    assert name_of(keyword).isprintable()
    assert name_of(keyword)


@pytest.mark.parametrize(
    ("name", "keyword"),
    [
        ("Pilne", "Pilne"),
        ("do zrobienia", "do_zrobienia"),
        ("Do załatwienia", "Do_za&AUI-atwienia"),
        ("R&D", "R&-D"),
        ("a_b", "a&AF8-b"),
        ("100%", "100&ACU-"),
        ("Junk", "&AEo-unk"),
        ("$label1", "&ACQ-label1"),
        ("", ""),
        ("\u202eabc", ""),
        ("x" * 51, ""),
    ],
)
def test_a_name_is_spelled_as_any_program_reads_it(name: str, keyword: str) -> None:
    assert keyword_of(name) == keyword


@pytest.mark.parametrize(
    ("keyword", "name"), [("za&aui-atwienia", "za&aui-atwienia"), ("pilne_sprawy", "pilne sprawy"), ("&", "&")]
)
def test_a_keyword_of_another_program_is_shown_as_well_as_it_can_be_read(keyword: str, name: str) -> None:
    assert name_of(keyword) == name


def test_what_programs_tell_one_another_is_no_label() -> None:
    told = ["$Forwarded", "NonJunk", "Pilne", "$label1", "$MDNSent", "junk", "Akta", "\\Weird"]
    assert labels_of(told) == ["$label1", "Akta", "Pilne"]
