"""Mail as it comes in the wild: newsletters of tables, and a handful of messages that are broken in ways real ones are."""

from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape

from teczka.remote.demo.post import Placed, Posted, message
from teczka.remote.demo.script import Person
from teczka.remote.demo.slots import luck

_FIRST = "Alicja Bartosz Celina Daniel Eliza Filip Gabriela Hubert Izabela Jerzy Kinga Lech Marta Norbert Oliwia Przemysław".split()
_LAST = "Bielawa Ćwiek Dąbek Fiołek Gąska Jeżyna Kłosek Łoza Mrówka Niezapominajka Ość Piórko Rączy Śliwa Trzcina Żuraw".split()
_READ = frozenset({"\\Seen"})


def all_of(now: datetime, people: dict[str, Person]) -> list[Placed]:
    return [
        Placed(
            "beata",
            "INBOX",
            wrong_charset(now - timedelta(days=1, hours=3), people),
            now - timedelta(days=1, hours=3),
            _READ,
        ),
        Placed(
            "beata",
            "INBOX",
            broken_multipart(now - timedelta(days=4, hours=2), people),
            now - timedelta(days=4, hours=2),
        ),
        Placed("helena", "INBOX", many_recipients(now - timedelta(hours=6), people), now - timedelta(hours=6)),
        Placed(
            "tomasz",
            "INBOX",
            bare_headers(now - timedelta(days=7, hours=5), people),
            now - timedelta(days=7, hours=5),
            _READ,
        ),
    ]


def _head(date: datetime, sender: Person, subject: str, number: int) -> bytes:
    address = "sekretariat@kancelaria-lipowa.example"
    lines = [
        f"Message-ID: <{date:%Y%m%d%H%M%S}.{number}@{sender.address.partition('@')[2]}>",
        f"Date: {format_datetime(date)}",
        f"From: Biuro <{sender.address}>",
        f"To: {address}",
        f"Subject: {subject}",
        "MIME-Version: 1.0",
    ]
    return "".join(line + "\r\n" for line in lines).encode("ascii")


def wrong_charset(date: datetime, people: dict[str, Person]) -> bytes:
    """Says UTF-8 and is windows-1250."""
    text = (
        "Dzień dobry,\r\n\r\nserwisant wymienił rolkę pobierającą i zespół grzejny. Część zużyta została u Państwa, można ją oddać\r\n"
        "przy następnym przeglądzie. Gwarancja na naprawę: trzy miesiące.\r\n\r\nZ poważaniem\r\nPiotr Gałuszka, Druk-Serwis\r\n"
    )
    kind = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    return _head(date, people["kserokopiarki"], "Protokol naprawy E-225", 1) + kind + text.encode("cp1250")


def broken_multipart(date: datetime, people: dict[str, Person]) -> bytes:
    """An inner boundary that begins like the outer one, and no end to either."""
    body = (
        'Content-Type: multipart/mixed; boundary="lipowa"\r\n\r\nTo jest wiadomosc wieloczesciowa.\r\n--lipowa\r\n'
        'Content-Type: multipart/alternative; boundary="lipowa7"\r\n\r\n--lipowa7\r\nContent-Type: text/plain; charset=utf-8\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\nSzanowni Pa=C5=84stwo,\r\n\r\nw za=C5=82=C4=85czeniu protok=C3=B3=C5=82 "
        "z zebrania wsp=C3=B3lnoty. Uwagi do pi=C4=85tku.\r\n--lipowa7\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        "<p>W zalaczeniu protokol z zebrania.\r\n--lipowa\r\nContent-Type: text/plain; name=protokol.txt\r\n"
        "Content-Disposition: attachment; filename=protokol.txt\r\n\r\nUchwala nr 4: remont klatki schodowej, 12 glosow za.\r\n"
    )
    return _head(date, people["wspolnota"], "Protokol z zebrania wspolnoty", 2) + body.encode("ascii")


def bare_headers(date: datetime, people: dict[str, Person]) -> bytes:
    """Eight-bit headers without a charset (RFC 5322 §2.2 forbids them; old machines send them), and no MIME at all."""
    head = _head(date, people["bailiff"], "@", 3).replace(
        b"Subject: @", "Subject: Km 512 – odpis postanowienia – pilne".encode("cp1250")
    )
    text = "W załączeniu do pisma z dnia wczorajszego przesyłam odpis postanowienia o kosztach.\r\n\r\nKancelaria komornicza\r\n"
    return head.replace(b"MIME-Version: 1.0\r\n", b"") + b"\r\n" + text.encode("cp1250")


def many_recipients(date: datetime, people: dict[str, Person]) -> bytes:
    """Somebody at the chamber wrote everyone into To."""
    everyone = tuple(_member(number) for number in range(180))
    text = (
        "Szanowni Państwo,\n\nzapraszamy na zgromadzenie izby. Początek o 10:00, rejestracja od 9:15. W porządku obrad: sprawozdania,\n"
        "absolutorium, budżet i uchwała w sprawie opłaty za aplikację.\n\nPrzepraszamy za listę adresów w polu „Do” – pracujemy nad tym."
    )
    chamber = people["izba"]
    return message(
        Posted(
            sender=chamber,
            to=(people["helena"], *everyone),
            subject="Zgromadzenie izby adwokackiej – zaproszenie i porządek obrad",
            text=f"{text}\n\n{chamber.sign}",
            date=date.replace(microsecond=0),
            attach=("Porządek obrad.pdf",),
            paper=("Okręgowa Izba Adwokacka",),
            style="plain",
        )
    )


def _member(number: int) -> Person:
    name = f"adw. {_FIRST[number % 16]} {_LAST[(number * 7 + number // 16) % 16]}"
    return Person(name, f"adwokat{number + 101}@izba-adwokacka.example", "f", "", "")


def newsletter_page(sender: Person, number: int, topic: tuple[str, str, str, str]) -> str:
    """Tables in tables, inline styles, pictures and a counting pixel from the sender's own server."""
    domain = sender.address.partition("@")[2]
    colour = luck(sender.address).choice(["#0b5394", "#38761d", "#990000", "#674ea7"])
    cells = "".join(
        f'<tr><td style="padding:16px 24px;border-bottom:1px solid #ddd;font-family:Arial,sans-serif;font-size:15px;line-height:1.5">'
        f'<img src="https://img.{domain}/{number}/{index}.jpg" width="552" height="180" alt="{escape(head)}"><br>'
        f'<a href="https://klik.{domain}/{number}/{index}" style="color:{colour};font-weight:bold">{escape(head)}</a>'
        f"<br>{escape(text)}</td></tr>\n"
        for index, (head, text) in enumerate((topic[:2], topic[2:]))
    )
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><style>a{text-decoration:none}@media(max-width:600px){table{width:100%}}</style>'
        '</head><body bgcolor="#f2f2f2"><table width="600" align="center" cellpadding="0" cellspacing="0" bgcolor="#ffffff">\n'
        f'<tr><td bgcolor="{colour}" style="padding:18px 24px;color:#fff;font:bold 22px Georgia,serif">{escape(sender.name)}</td></tr>\n'
        f'{cells}<tr><td style="padding:12px 24px;font:12px Arial;color:#777">Otrzymują Państwo tę wiadomość, bo adres zapisano na listę. '
        f'<a href="https://{domain}/wypisz">Wypisz się</a></td></tr></table>'
        f'<img src="https://licznik.{domain}/o/{number}.gif" width="1" height="1" alt=""></body></html>\n'
    )
