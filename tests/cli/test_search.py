"""`teczka search` tells what was found under stable names."""

from itertools import product

import pytest

from teczka.cli.search import HINTS, _lines, described
from teczka.core.mail import UNDATED
from teczka.core.search import parse
from tests.cast import make_account, make_cast, make_folder
from tests.web.mailroom import ARRIVED, share, store

LETTER = """\
From: Jan Kowalski <jan@klient.pl>
To: anna@lipowa.example
Message-ID: <1@klient.pl>
Subject: Najem

Przesyłam umowę najmu lokalu przy ul. Łąkowej.
"""


@pytest.mark.django_db
def test_what_was_found_is_told_with_where_it_lies_and_what_meets_the_words() -> None:
    cast = make_cast()
    message = store(make_folder(make_account(cast.anna)), LETTER.replace("\n", "\r\n").encode())
    share(message, cast.bartek)
    [told], found = described(cast.anna, parse("umowa od:jan lakowa"), 10, best=False)
    assert told["snippet"].startswith("Przesyłam umowę najmu")
    assert told | {"snippet": ""} == {
        "id": str(message.public_id),
        "message_id": "1@klient.pl",
        "subject": "Najem",
        "from": "Jan Kowalski <jan@klient.pl>",
        "date": ARRIVED.isoformat(),
        "account": "Poczta kancelarii",
        "folder": "INBOX",
        "snippet": "",
    }
    assert not found.more
    [shared], _ = described(cast.bartek, parse("umowa"), 10, best=True)
    assert (shared["id"], shared["account"], shared["folder"]) == (told["id"], "", "")
    assert described(cast.celina, parse("umowa"), 10, best=False)[0] == []


@pytest.mark.django_db
def test_mail_that_has_no_date_is_told_without_one() -> None:
    cast = make_cast()
    store(make_folder(make_account(cast.anna)), LETTER.replace("\n", "\r\n").encode(), UNDATED)
    [told], _ = described(cast.anna, parse("umowa"), 10, best=False)
    assert told["date"] is None
    assert _lines(told).startswith("no date     Jan Kowalski <jan@klient.pl>  Najem\n")
    assert _lines(told | {"date": "2026-11-23T10:00:00+00:00"}).startswith("2026-11-23  Jan")


@pytest.mark.django_db
def test_a_name_that_means_nothing_is_told_of() -> None:
    cast = make_cast()
    make_folder(make_account(cast.anna), "Tajne", "")
    for query, sign in product(("folder:taj", "konto:kanc", "sprawa:kowal", "etykieta:pilne"), ("", "-")):
        _, found = described(cast.celina, parse(sign + query), 10, best=False)
        [(what, about)] = found.hints
        assert about in HINTS[what].format(about=about)
    assert described(cast.anna, parse("folder:taj konto:kanc"), 10, best=False)[1].hints == ()
