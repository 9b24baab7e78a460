from dataclasses import replace

from teczka.core.accounts import Endpoint, NewAccount, Protocol
from teczka.core.comparison import Field, compared
from teczka.core.discovery import Offer, Service

NEW = NewAccount(
    address="anna@wp.pl",
    username="anna@wp.pl",
    password="tajne",
    incoming=Endpoint("imap.wp.pl", 143, "starttls"),
    outgoing=Endpoint("SMTP.wp.pl", 465, "tls"),
)
OFFERS = [
    Offer(Service.POP3, Endpoint("pop3.wp.pl", 995, "tls"), "anna@wp.pl"),
    Offer(Service.IMAP, Endpoint("poczta.wp.pl", 993, "tls"), "anna@wp.pl", "anna"),
    Offer(Service.IMAP, Endpoint("imap.wp.pl", 993, "tls"), "anna@wp.pl", "anna"),
    Offer(Service.SMTP, Endpoint("smtp.wp.pl", 465, "tls"), "anna@wp.pl", "anna"),
]


def test_what_was_entered_stands_beside_the_offer_that_is_most_like_it() -> None:
    rows = {(row.service, row.field): row for row in compared(NEW, OFFERS)}
    assert len(rows) == 8
    assert [row.field for row in rows.values() if not row.same] == [Field.PORT, Field.SECURITY]
    port = rows[Service.IMAP, Field.PORT]
    assert (port.entered, port.published) == ("143", "993")


def test_the_other_form_of_the_user_name_is_published_too() -> None:
    short = replace(NEW, username="anna", smtp_username="anna.k")
    different = [
        (row.service, row.entered, row.published)
        for row in compared(short, OFFERS)
        if row.field is Field.USERNAME and not row.same
    ]
    assert different == [(Service.SMTP, "anna.k", "anna@wp.pl")]


def test_nothing_is_compared_with_what_nobody_publishes() -> None:
    assert not compared(NEW, [])
    assert {row.service for row in compared(replace(NEW, protocol=Protocol.POP3), OFFERS)} == {
        Service.POP3,
        Service.SMTP,
    }
