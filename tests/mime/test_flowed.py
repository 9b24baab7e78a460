"""Paragraphs as lines and back (RFC 3676)."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.mime import content
from teczka.mime.flowed import flow, unflow
from teczka.mime.parse import scan

PARAGRAPHS = st.lists(st.text("a bĄ>-.\u3000漢 ", max_size=200), max_size=6).map("\n".join)


def normal(text: str) -> str:
    """As a text comes back: quotation marks together, no blanks at the ends of lines."""
    lines = []
    for line in text.split("\n"):
        marks = re.match(r"(?:> ?)*", line)
        assert marks
        depth, rest = marks.group().count(">"), line[marks.end() :]
        rest = rest if rest == "-- " else rest.rstrip(" ")
        lines.append(">" * depth + (" " if depth and rest else "") + rest)
    return "\n".join(lines)


@given(PARAGRAPHS)
def test_what_flows_comes_back(text: str) -> None:
    sent = flow(text)
    back = unflow(sent.replace("\r\n", "\n"))
    assert back.rstrip("\n") == normal(text).rstrip("\n")  # empty lines at the end aside
    assert sent.endswith("\r\n") or not text
    for line in sent.split("\r\n"):
        assert len(line) <= 78 or " " not in line.lstrip("> ").rstrip(" ")
        assert not line.startswith("From ")


def test_the_examples_of_the_standard() -> None:
    sent = (
        ">>>Take some more tea.\n"
        ">>I've had nothing yet, so I can't take more.\n"
        ">You mean you can't take LESS, it's very easy to take \n>MORE than nothing.\n"
        "Nobody asked YOUR opinion.\n-- \nAlice"
    )
    assert unflow(sent).split("\n") == [
        ">>> Take some more tea.",
        ">> I've had nothing yet, so I can't take more.",
        "> You mean you can't take LESS, it's very easy to take MORE than nothing.",
        "Nobody asked YOUR opinion.",
        "-- ",
        "Alice",
    ]


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("a \nb", "a b"),
        ("> a \nb", "> a \nb"),  # another depth ends the paragraph, §4.5
        ("a \n-- \nb", "a \n-- \nb"),  # the signature never flows, §4.3
        (" From here\n  b", "From here\n b"),  # stuffed, §4.4
        ("> ", ">"),
        ("", ""),
    ],
)
def test_the_edges_of_flowing(sent: str, read: str) -> None:
    assert unflow(sent) == read


def test_a_line_does_not_break_where_it_would_be_taken_for_a_signature() -> None:
    text = f"-- {'x' * 90} y"
    assert flow(text) == f"-- {'x' * 90} \r\ny\r\n"
    assert unflow(flow(text).replace("\r\n", "\n")) == f"{text}\n"


def test_with_delsp_the_blank_at_the_joint_is_no_text() -> None:
    assert unflow("漢 \n字", delsp=True) == "漢字"


def test_a_letter_is_unflowed_where_it_says_so() -> None:
    raw = b"Content-Type: text/plain; charset=utf-8; format=Flowed; DelSp=yes\r\n\r\nza\xc5\xbc \r\n\xc3\xb3\xc5\x82\xc4\x87\r\n"
    assert content.text(raw, scan(raw).parts[0]) == "zażółć\n"
    assert (
        content.text(raw.replace(b"Flowed", b"fixed"), scan(raw.replace(b"Flowed", b"fixed")).parts[0]) == "zaż \nółć\n"
    )


def test_a_paragraph_of_megabytes_takes_no_longer_than_its_length() -> None:
    text = "słowo " * 400_000
    began = time.process_time()
    assert len(unflow(flow(text).replace("\r\n", "\n"))) == len(text)
    assert time.process_time() - began < 2
