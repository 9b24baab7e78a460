"""The encoder: one line, of a verb that we know, whatever is put in."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.errors import Problem, Trouble
from teczka.remote import pop3
from teczka.remote.pop3.commands import Verb, encode, encode_reply


@given(st.sampled_from(Verb), st.lists(st.one_of(st.binary(), st.integers(0, 10**9)), max_size=3))
def test_nothing_in_an_argument_can_end_the_line(verb: Verb, arguments: list[bytes | int]) -> None:
    if any(isinstance(argument, bytes) and re.search(rb"[\r\n\0]", argument) for argument in arguments):
        with pytest.raises(Problem):
            encode(verb, *arguments)
        return
    line = encode(verb, *arguments)
    assert line.startswith(verb.encode())
    assert line.endswith(b"\r\n")
    assert not re.search(rb"[\r\n\0]", line[:-2])


@pytest.mark.parametrize("name", ["u\r\nDELE 1", "u\nDELE 1", "u\rDELE 1", "u\0"])
def test_a_name_that_could_be_a_second_command_is_refused(name: str) -> None:
    for say in (lambda: encode(Verb.USER, name.encode()), lambda: encode_reply(name.encode())):
        with pytest.raises(Problem) as refused:
            say()
        assert refused.value.trouble is Trouble.INTERNAL


@pytest.mark.parametrize("verb", ["DELE", "dele", "RSET", "LAST", "XTND", "", "RETR 1\r\nDELE"])
def test_no_verb_can_be_said_that_changes_the_mailbox(verb: str) -> None:
    with pytest.raises(Problem):
        encode(verb, 1)
    assert verb not in set(Verb)


def test_the_verb_is_named_nowhere_in_the_code_but_where_it_is_refused() -> None:
    for path in Path(pop3.__file__).parent.glob("*.py"):
        for line in path.read_text().splitlines():
            assert "DELE" not in line or path.name == "commands.py"
