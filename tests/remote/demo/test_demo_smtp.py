"""The demo's submission server as the standard library's client sees it."""

import imaplib
import smtplib
from collections.abc import Callable

import pytest

from teczka.remote.types import Security
from tests.remote.demo.house import ANNA, LETTER, OLA, House


def sender(house: House) -> smtplib.SMTP:
    client = smtplib.SMTP(house.smtp.host, house.smtp.port, timeout=10)
    client.login(ANNA, "sekret")
    return client


def test_a_sent_message_arrives_unchanged_below_its_trace(house: House) -> None:
    with sender(house) as client:
        client.sendmail(ANNA, [OLA.upper()], LETTER)
    (message,) = house.mailboxes[OLA].inbox.messages.values()
    assert message.raw.startswith(b"Return-Path: <anna@kancelaria.example>\r\nReceived: ")
    assert message.raw.endswith(LETTER)


def test_a_stranger_is_refused_and_the_others_get_their_copy(house: House) -> None:
    with sender(house) as client:
        refused = client.sendmail(ANNA, [OLA, "ktos@gdzie-indziej.example"], LETTER)
    assert refused["ktos@gdzie-indziej.example"][0] == 550
    assert len(house.mailboxes[OLA].inbox.messages) == 1


def test_nobody_sends_without_signing_in(house: House) -> None:
    with smtplib.SMTP(house.smtp.host, house.smtp.port, timeout=10) as client, pytest.raises(smtplib.SMTPException):
        client.sendmail(ANNA, [OLA], LETTER)
    with (
        smtplib.SMTP(house.smtp.host, house.smtp.port, timeout=10) as client,
        pytest.raises(smtplib.SMTPAuthenticationError),
    ):
        client.login(ANNA, "nie to")
    assert house.mailboxes[OLA].inbox.messages == {}


def test_idle_hears_what_smtp_delivers(house: House) -> None:
    watcher: imaplib.IMAP4 = house.signed_in(user=OLA)
    watcher.send(b"i IDLE\r\n")
    watcher.readline()
    with sender(house) as client:
        client.sendmail(ANNA, [OLA], LETTER)
    assert watcher.readline() == b"* 1 EXISTS\r\n"


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_mail_is_sent_through_tls(secure_house: Callable[[Security], House], security: Security) -> None:
    house = secure_house(security)
    context = house.client_context()
    if security is Security.TLS:
        client: smtplib.SMTP = smtplib.SMTP_SSL("127.0.0.1", house.smtp.port, context=context, timeout=10)
    else:
        client = smtplib.SMTP("127.0.0.1", house.smtp.port, timeout=10)
        client.starttls(context=context)
    with client:
        client.login(ANNA, "sekret")
        client.sendmail(ANNA, [OLA], LETTER)
    assert len(house.mailboxes[OLA].inbox.messages) == 1
