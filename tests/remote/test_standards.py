"""The page of standards names files that exist, and names every RFC that the IMAP code cites."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/standards.md").read_text()


def test_every_file_named_on_the_page_exists() -> None:
    named = set(re.findall(r"`([a-z0-9_/]+(?:\.py|/))`", PAGE)) - {"teczka/remote/"}
    assert named
    assert {path for path in named if not (ROOT / "teczka/remote" / path).exists()} == set()


def test_every_rfc_that_the_imap_code_cites_is_on_the_page() -> None:
    cited = {
        rfc for path in (ROOT / "teczka/remote/imap").glob("*.py") for rfc in re.findall(r"RFC (\d+)", path.read_text())
    }
    assert cited - set(re.findall(r"\d{4}", PAGE)) == set()
