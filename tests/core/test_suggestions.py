"""To which case a message seems to belong."""

from hypothesis import given
from hypothesis import strategies as st

from teczka.core.suggestions import MOST, THRESHOLD, Clue, Facts, Reason, suggest

I_C, OTHER, THIRD = 1, 2, 3


def named(case: int, reason: Reason = Reason.SUBJECT, reference: str = "I C 12/24") -> Clue:
    return Clue(case, reason, reference, {"reference": reference})


def party(case: int, side: str = "ours", address: str = "jan@example.pl", **known: int) -> Clue:
    return Clue(case, Reason.PARTY, address, {"address": address}, side, **known)


def before(case: int, count: int, of: int, reason: Reason = Reason.SENDER) -> Clue:
    return Clue(case, reason, "jan@example.pl", {"count": count}, count=count, of=of)


def cases(*clues: Clue, **facts: object) -> list[int]:
    return [one.case for one in suggest(Facts(clues, **facts))]  # type: ignore[arg-type]


def test_nothing_is_suggested_where_nothing_fits() -> None:
    """Pitfall 16 of peers: the most recent case is no default."""
    assert suggest(Facts()) == []


def test_a_reference_in_the_subject_is_certain_and_says_so() -> None:
    (found,) = suggest(Facts([named(I_C)], names_file=True))
    assert (found.case, found.reason, found.params, found.certain) == (
        I_C,
        Reason.SUBJECT,
        {"reference": "I C 12/24"},
        True,
    )


def test_a_reply_to_a_filed_message_is_certain() -> None:
    (found,) = suggest(Facts([Clue(I_C, Reason.THREAD, "")]))
    assert found.certain
    assert found.reason is Reason.THREAD


def test_a_partys_address_is_likely_and_not_certain() -> None:
    (found,) = suggest(Facts([party(I_C)]))
    assert not found.certain
    assert found.reason is Reason.PARTY


def test_an_address_in_many_cases_suggests_nothing_by_itself() -> None:
    assert cases(*(party(case, "court") for case in range(40))) == []
    assert cases(party(I_C, "court")) == []
    assert cases(party(I_C), party(OTHER)) == []


def test_a_clients_address_decides_between_two_files_of_one_number() -> None:
    two = [named(I_C), named(OTHER)]
    assert cases(*two, names_file=True) == [I_C, OTHER]
    first, *_ = suggest(Facts([*two, party(OTHER)], names_file=True))
    assert first.case == OTHER


def test_a_reference_that_many_cases_bear_is_not_enough() -> None:
    assert cases(*(named(case) for case in range(4)), names_file=True) == []


def test_a_text_that_cites_many_files_is_about_none_of_them() -> None:
    assert cases(*(named(case, Reason.TEXT, f"I C {case}/24") for case in range(5))) == []


def test_habit_is_counted_in_conversations() -> None:
    assert cases(before(I_C, 1, 1)) == []
    assert cases(before(I_C, 2, 2)) == [I_C]
    assert cases(before(I_C, 5, 5, Reason.DOMAIN)) == [I_C]
    assert cases(before(I_C, 3, 12), before(OTHER, 4, 12)) == []


def test_a_party_whose_mail_the_viewer_files_elsewhere_is_no_reason() -> None:
    assert cases(party(I_C, count=0, of=5)) == []
    assert cases(party(I_C, count=1, of=5)) == [I_C]


def test_the_file_that_a_subject_names_outweighs_who_writes() -> None:
    assert cases(party(I_C), before(I_C, 1, 1), names_file=True) == []  # it names a file that no case has
    assert cases(named(OTHER), party(I_C), names_file=True) == [OTHER]


def test_a_closed_case_comes_back_only_by_its_reference_or_its_conversation() -> None:
    assert cases(party(I_C), before(I_C, 9, 9), closed=[I_C]) == []
    assert cases(named(I_C), closed=[I_C]) == [I_C]
    assert cases(Clue(I_C, Reason.THREAD, ""), closed=[I_C]) == [I_C]


def test_where_it_is_filed_and_what_is_never_wanted_is_not_suggested() -> None:
    both = [named(I_C), named(OTHER, reference="II Ca 7/25")]
    assert cases(*both, filed=[I_C]) == [OTHER]
    assert cases(*both, never=[OTHER]) == [I_C]
    assert cases(*both, never=[None]) == []


CLUES = st.builds(
    Clue,
    st.integers(1, 6),
    st.sampled_from(list(Reason)),
    st.sampled_from(["a", "b", "c"]),
    side=st.sampled_from(["ours", "court", "other", ""]),
    count=st.integers(0, 9),
    of=st.integers(9, 20),
)


@given(st.lists(CLUES, max_size=30), st.booleans(), st.sets(st.integers(1, 6)), st.sets(st.integers(1, 6)))
def test_whatever_is_known_the_answer_is_short_ordered_and_allowed(
    clues: list[Clue], names_file: bool, closed: set[int], unwanted: set[int]
) -> None:
    found = suggest(Facts(clues, names_file, closed, filed=unwanted))
    assert len(found) <= MOST
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(THRESHOLD <= one.score <= 1 and one.case not in unwanted for one in found)
    assert len({one.case for one in found}) == len(found)
    again = suggest(Facts(clues[::-1], names_file, closed, filed=unwanted))
    assert [(one.case, one.score) for one in again] == [(one.case, one.score) for one in found]
