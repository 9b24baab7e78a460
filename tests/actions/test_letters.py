"""Letters that are built from what somebody wrote, with files out of other messages."""

from datetime import UTC, datetime

import pytest

from teczka.actions.answers import begin_from
from teczka.actions.letters import letter_of
from teczka.core.outgoing import Origin
from teczka.mime import content
from teczka.mime.compose import build
from teczka.mime.parse import inner, scan
from teczka.mime.readback import check
from teczka.store.models import Account, Outgoing
from tests.cast import Cast, make_account, make_cast, make_folder
from tests.web.mailroom import store

# Sizes that only decoding tells: quoted-printable, and base64 in lines of any length.
RECEIVED = b"""\
From: Jan Kowalski <jan@example.pl>\r
To: anna@kancelaria.example\r
Subject: Odp: Umowa\r
Message-ID: <m1@example.pl>\r
Content-Type: multipart/mixed; boundary=B\r
\r
--B\r
Content-Type: multipart/related; boundary=R\r
\r
--R\r
Content-Type: text/html; charset=utf-8\r
\r
<p>W za\xc5\x82\xc4\x85czeniu.</p><img src="cid:logo"><p style="display:none">KOBOLD</p>\r
--R\r
Content-Type: image/png\r
Content-ID: <logo>\r
Content-Transfer-Encoding: base64\r
\r
iVBO\r
Rw0KGgo=\r
--R--\r
--B\r
Content-Type: text/csv; name="lista.csv"\r
Content-Transfer-Encoding: quoted-printable\r
Content-Disposition: attachment; filename="lista.csv"\r
\r
=C5=BB=C3=B3=C5=82w;1\r
--B\r
Content-Type: application/pdf\r
Content-Transfer-Encoding: base64\r
Content-Disposition: attachment; filename*=UTF-8''za%C5%BC%C3%B3%C5%82%C4%87.pdf\r
\r
JV\r
BE\r
Rg==\r
--B--\r
"""


@pytest.fixture
def account(db: None) -> Account:
    cast: Cast = make_cast()
    return make_account(cast.anna, "anna@kancelaria.example", smtp_host="smtp.kancelaria.example")


def built(account: Account, kind: Origin) -> bytes:
    row: Outgoing = begin_from(account.owner, store(make_folder(account, "INBOX", ""), RECEIVED).public_id, kind)
    letter = letter_of(account.owner, row, datetime(2026, 5, 3, tzinfo=UTC))
    raw = b"".join(build(letter).own())
    check(letter, raw)
    return raw


def test_a_forwarded_letters_files_go_on_to_the_byte(account: Account) -> None:
    raw = built(account, Origin.FORWARD)
    found = scan(raw)
    assert found.subject == "Fwd: Umowa"
    assert [(part.name, content.decode(raw, part)) for part in found.attachments] == [
        ("lista.csv", "Żółw;1".encode()),
        ("zażółć.pdf", b"%PDF"),
    ]
    assert [content.decode(raw, part) for part in found.inline.values()] == [b"\x89PNG\r\n\x1a\n"]
    assert b"KOBOLD" not in raw


def test_an_answer_keeps_the_pictures_that_it_quotes_and_no_files(account: Account) -> None:
    found = scan(built(account, Origin.REPLY))
    assert (found.subject, [one.address for one in found.to]) == ("Re: Umowa", ["jan@example.pl"])
    assert (len(found.inline), found.attachments) == (1, [])
    assert (found.in_reply_to, found.references) == (["m1@example.pl"], ["m1@example.pl"])


def test_a_letter_forwarded_as_an_attachment_stays_what_it_was(account: Account) -> None:
    raw = built(account, Origin.FORWARD_ATTACHED)
    (enclosed,) = scan(raw).attachments
    assert inner(raw, enclosed)[0] == RECEIVED
