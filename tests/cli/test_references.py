"""`teczka references`: stable JSON without Django, from whatever is on standard input."""

import io
import json
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from teczka.cli.__main__ import main

WITHOUT_DJANGO = """
import sys
sys.modules["django"] = sys.modules["psycopg"] = None
from teczka.cli.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, raw: bytes, *words: str) -> str:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    assert main(["references", *words]) == 0
    return capsys.readouterr().out


def test_the_command_needs_no_django_and_prints_one_document() -> None:
    command = [sys.executable, "-c", WITHOUT_DJANGO, "references", "--json"]
    done = subprocess.run(command, check=False, capture_output=True, input=b"Sygn. akt I C 12/24 upr, NIP 5272026252")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout) == [
        {
            "text": "I C 12/24 upr", "reference": "I C 12/24 upr", "kind": "court", "court": "", "division": "I",
            "repertory": "C", "number": 12, "year": 2024, "suffix": "upr", "start": 10, "end": 23,
        },
        {
            "text": "NIP 5272026252", "reference": "NIP 5272026252", "kind": "register", "court": "", "division": "",
            "repertory": "NIP", "number": "5272026252", "year": None, "suffix": "", "start": 25, "end": 39,
        },
    ]  # fmt: skip


def test_nothing_found_is_an_empty_list(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert json.loads(told(capsys, monkeypatch, b"\xff\xfe ul. D\xb3uga 12/24", "--json")) == []


def test_without_json_each_is_a_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    shown = told(capsys, monkeypatch, b"I.C.12/2024, Km 7/23; kan/7/24", "--own", "KAN/{number}/{year}")
    assert shown.splitlines() == ["I C 12/24", "Km 7/23", "KAN/7/2024"]


def test_a_pattern_that_cannot_be_used_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["references", "--own", "{number}/{year}"]) == 1
    shown: Any = capsys.readouterr()
    assert shown.out == ""
    assert "{number}/{year}" in shown.err
