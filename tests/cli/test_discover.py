"""`teczka discover`: stable JSON, no Django, and a clear end."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.internet import Internet, internet

__all__ = ["internet"]

WITHOUT_DJANGO = """
import sys
sys.modules["django"] = sys.modules["psycopg"] = None
from teczka.cli.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def run(*words: str, module: str = "teczka.cli", **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", module, "discover", *words]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=30, env={**os.environ, **environment}
    )


def document(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_the_built_in_table_answers_without_asking_anybody_and_without_django() -> None:
    """A Django that cannot be imported is no hindrance."""
    command = [sys.executable, "-c", WITHOUT_DJANGO, "discover", "anna@wp.pl", "--offline", "--json"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    told = document(done)
    assert (told["source"], told["trust"], told["provider"], told["name"]) == ("built_in", "sure", "wp", "WP Poczta")
    assert told["incoming"][0] == {
        "protocol": "imap", "host": "imap.wp.pl", "port": 993, "security": "tls", "username": "anna@wp.pl", "username_retry": "anna",
        "auth": ["password"], "base_domain": "wp.pl", "standing": "own", "resembles": "", "checked": False,
    }  # fmt: skip
    assert [one["protocol"] for one in told["incoming"] + told["outgoing"]] == ["imap", "pop3", "smtp"]
    assert "captcha" in told["help"]["en"]
    assert told["help_urls"][0].startswith("https://pomoc.wp.pl/")


def test_steps_are_told_on_standard_error_and_the_result_on_standard_output(internet: Internet) -> None:
    internet.mx("lipowa.example", "lipowa.mail.protection.outlook.com")
    done = run("anna@lipowa.example", "--json", module="tests.internet", **internet.environment())
    assert done.returncode == 0
    assert done.stderr.split() == ["built_in_mx", "lipowa.example:", "found"]
    assert document(done)["incoming"][0]["auth"] == ["microsoft"]


def test_a_domain_that_is_not_there_is_a_failure_with_a_document(internet: Internet) -> None:
    done = run("anna@gmial.com", "--json", module="tests.internet", **internet.environment())
    assert done.returncode == 1
    assert (document(done)["unknown_domain"], document(done)["suggestion"]) == (True, "anna@gmail.com")


@pytest.mark.parametrize(
    ("words", "environment", "said"),
    [
        (("anna",), {}, "teczka: “anna” is not an e-mail address. It has to look like anna@example.com.\n"),
        (("anna@lipowa.example",), {"TECZKA_EGRESS_ALLOW": "x"}, "teczka: TECZKA_EGRESS_ALLOW: 'x' is no address"),
    ],
)
def test_what_cannot_be_understood_is_one_sentence(
    words: tuple[str, ...], environment: dict[str, str], said: str
) -> None:
    done = run(*words, **environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(said)


def test_people_read_the_servers_in_lines() -> None:
    done = run("anna@gmail.com", "--offline")
    assert done.stdout.splitlines()[:2] == [
        "Gmail (built_in, sure)",
        "  imap imap.gmail.com:993:tls  anna@gmail.com (google, password)  gmail.com: own",
    ]
