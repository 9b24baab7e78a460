"""Servers for sending, by script, as a search meets them."""

from tests.remote.imap.hostile import Client


def smtp(client: Client, *offers: str) -> None:
    client.send(b"220 smtp.lipowa.example ESMTP\r\n")
    while line := client.line().upper():
        if line.startswith(b"EHLO"):
            offered = ["smtp.lipowa.example", *(offers or ("PIPELINING", "AUTH PLAIN LOGIN", "SIZE 50000000"))]
            client.send("".join(f"250-{offer}\r\n" for offer in offered).encode() + b"250 HELP\r\n")
        elif line == b"STARTTLS":
            client.send(b"220 go ahead\r\n")
            client.encrypt()
        else:
            client.send(b"221 bye\r\n")
            return


def smtp_starttls(client: Client) -> None:
    smtp(client, "STARTTLS", "AUTH PLAIN")
