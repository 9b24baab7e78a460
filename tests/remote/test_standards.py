"""The page of standards names files that exist, and names every RFC that the code of IMAP, POP3 and MIME cites."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/standards.md").read_text()


def test_every_file_named_on_the_page_exists() -> None:
    named = set(re.findall(r"`([a-z0-9_/]+(?:\.py|/))`", PAGE)) - {"teczka/remote/", "teczka/"}
    assert named
    folders = (ROOT / "teczka/remote", ROOT / "teczka")
    assert {path for path in named if not any((folder / path).exists() for folder in folders)} == set()


@pytest.mark.parametrize("folder", ["remote/imap", "remote/pop3", "mime"])
def test_every_rfc_that_the_code_cites_is_on_the_page(folder: str) -> None:
    code = (ROOT / "teczka" / folder).glob("*.py")
    cited = {rfc for path in code for rfc in re.findall(r"RFC (\d+)", path.read_text())}
    assert cited - set(re.findall(r"\d{4}", PAGE)) == set()
