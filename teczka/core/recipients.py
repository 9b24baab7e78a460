"""Whom a letter goes to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A person of a header (RFC 5322 §3.4): `name` for people, `address` as written; either may be empty, never both."""

    name: str
    address: str
