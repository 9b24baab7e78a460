from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from teczka.web.mail.cursor import read_cursor, write_cursor

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
moments = st.timedeltas(timedelta(days=1), timedelta(days=80_000)).map(lambda since: EPOCH + since)


@given(moments, st.integers(1, 2**32 - 1), st.integers(1, 2**32 - 1))
def test_a_cursor_comes_back_as_it_went(at: datetime, uid: int, folder: int) -> None:
    assert read_cursor(write_cursor((at, uid, folder))) == (at, uid, folder)


@given(st.text(max_size=80))
def test_a_made_up_cursor_is_none_of_ours(text: str) -> None:
    read_cursor(text)


@given(st.binary(min_size=16, max_size=16))
def test_a_made_up_block_breaks_nothing(block: bytes) -> None:
    read_cursor(block.hex())


def test_neighbours_have_nothing_in_common_that_could_be_counted() -> None:
    at = datetime(2026, 5, 3, tzinfo=UTC)
    cursors = {write_cursor((at + timedelta(seconds=second), 1000 + second, 7)) for second in range(50)}
    assert len({cursor[:4] for cursor in cursors}) > 45
