"""Which words of an opened message a search means: as they stand there, and told to nobody who may not see it."""

import html

from django.test import Client

from tests.cast import make_account, make_folder
from tests.web.conftest import Office, browser
from tests.web.mailroom import share, store

LETTER = """From: Jan Kowal <jan@klient.example>
Subject: Najem
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Umowę najmu, o której mowa w umowie z 3 maja, <b>odsyłam</b>. Sygn. akt I C 12/24, tel. 600 100 200. A umowny termin?
"""


def test_words_are_told_in_the_forms_in_which_they_stand(anna: Client, office: Office) -> None:
    message = store(make_folder(make_account(office.cast.anna)), LETTER.replace("\n", "\r\n").encode())
    address = f"/messages/{message.public_id}/marks/"
    for query, words in (
        ("umowa", {"Umowę", "umowie"}),
        ("umowa -najem", {"Umowę", "umowie"}),
        ('"umowę najmu"', {"Umowę", "najmu"}),
        ("odsyl*", {"odsyłam"}),
        ("I C 12/24 600100200", {"I C 12/24", "600 100 200"}),
        ("od:kowal", set()),
        ("", set()),
    ):
        told = html.unescape(anna.get(address, {"q": query}).content.decode())
        assert words <= {*told.splitlines()}, query
        assert bool(words) == bool(told), (query, told)
        assert "<" not in anna.get(address, {"q": query}).content.decode()
    share(message, office.cast.bartek)
    assert b"umowie" in browser(office.cast.bartek).get(address, {"q": "umowa"}).content
    assert browser(office.cast.celina).get(address, {"q": "umowa"}).status_code == 404
