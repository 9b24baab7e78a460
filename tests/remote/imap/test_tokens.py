import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.remote.imap.tokens import NotImap, Value, number, values


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b" (UID 7 FLAGS (\\Seen $Done))", [[b"UID", b"7", b"FLAGS", [b"\\Seen", b"$Done"]]]),
        (b' "a \\"b\\" \\\\" nil NILS "NIL"', [b'a "b" \\', None, b"NILS", b"NIL"]),
        (b" BODY[HEADER] () (())", [b"BODY[HEADER]", [], [[]]]),
        (b'""', [b""]),
        (b"   ", []),
        ('"zażółć"'.encode(), ["zażółć".encode()]),
    ],
)
def test_tokens_of_a_line(line: bytes, expected: list[Value]) -> None:
    assert values([line]) == expected


def test_a_literal_stands_where_it_was_announced() -> None:
    assert values([b" (A {3}", bytearray(b")\r\n"), b" B)"]) == [[b"A", bytearray(b")\r\n"), b"B"]]


@pytest.mark.parametrize(
    "line", [b"(", b")", b'"', b'"\\"', b"{3}", b"{}", b"a {x} b", b"(" * 40 + b")" * 40, b'"a\rb"']
)
def test_what_makes_no_sense_is_refused(line: bytes) -> None:
    with pytest.raises(NotImap):
        values([line])


@pytest.mark.parametrize("unit", [b"()", b"ab ", b'"ab"', b'aa"b"'])
def test_a_response_of_more_values_than_anybody_tells_is_refused_before_they_are_made(unit: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(NotImap):
            values([b"(" + unit * (4_000_000 // len(unit)) + b")"])
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "value", [b"", b"-1", b"1" * 5000, b"99999999999999999999", None, bytearray(b"1"), [b"1"], b"\xd9\xa1"]
)
def test_a_number_is_digits_and_not_too_many(value: Value) -> None:
    with pytest.raises(NotImap):
        number(value)


strings = st.binary(max_size=30).map(lambda data: data.replace(b"\r", b"").replace(b"\n", b""))
trees = st.recursive(strings, lambda inner: st.lists(inner, max_size=5), max_leaves=30)


def written(tree: object) -> bytes:
    if isinstance(tree, list):
        return b"(" + b" ".join(map(written, tree)) + b")"
    assert isinstance(tree, bytes)
    return b'"' + tree.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


@given(st.lists(trees, max_size=5))
def test_what_is_written_is_read_again(tree: list[object]) -> None:
    assert values([b" ".join(map(written, tree))]) == tree


@pytest.mark.parametrize("unit", [b'"\\', b'"a', b"(", b"a ", b"\\", b'"" '])
def test_tokens_cost_time_in_proportion(unit: bytes) -> None:
    def seconds(length: int) -> float:
        start = time.process_time()
        try:
            values([unit * (length // len(unit))])
        except NotImap:
            pass
        return time.process_time() - start

    with pytest.raises(NotImap):
        values([b'"' + unit.replace(b'"', b"") * 50 + b"a" * 500])  # exponential work would not end
    assert seconds(800_000) < 8 * max(seconds(200_000), 0.02)
