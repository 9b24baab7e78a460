"""An external account as a person describes it, and as a row."""

from collections.abc import Mapping
from typing import Any

from teczka.core.accounts import Auth, Endpoint, Mode, NewAccount, Protocol, State
from teczka.store.models import Account

SERVERS = ("host", "port", "security", "smtp_host", "smtp_port", "smtp_security", "ca_pem")
PLACE = ("protocol", "host", "username")  # another one may be another mailbox


def described(account: Account) -> NewAccount:
    """The account as it stands, without its secret."""
    outgoing = None
    if account.smtp_host and account.smtp_port:
        outgoing = Endpoint(account.smtp_host, account.smtp_port, account.smtp_security)
    return NewAccount(
        address=account.address,
        username=account.username,
        password="",
        incoming=Endpoint(account.host, account.port, account.security),
        outgoing=outgoing,
        provider_name=account.provider_name,
        sender_name=account.sender_name,
        ca_pem=account.ca_pem,
        protocol=Protocol(account.protocol),
        mode=Mode(account.mode),
        provider=account.provider,
        auth=Auth(account.auth),
        smtp_username=account.smtp_username,
        in_unified=account.in_unified,
        colour=account.colour,
    )


def columns(new: NewAccount) -> dict[str, Any]:
    incoming, outgoing = new.incoming, new.outgoing
    return {
        "provider_name": new.provider_name or new.address.rpartition("@")[2],
        "sender_name": new.sender_name,
        "address": new.address,
        "protocol": new.protocol,
        "mode": new.mode,
        "host": incoming.host,
        "port": incoming.port,
        "security": incoming.security,
        "smtp_host": outgoing.host if outgoing else "",
        "smtp_port": outgoing.port if outgoing else None,
        "smtp_security": outgoing.security if outgoing else "",
        "smtp_username": new.smtp_username,
        "username": new.username,
        "auth": new.auth,
        "provider": new.provider,
        "ca_pem": new.ca_pem,
        "in_unified": new.in_unified,
        "colour": new.colour or 0,
    }


def way_in(row: Mapping[str, Any]) -> list[Any]:
    """What decides whether the servers let us in, the secret apart."""
    return [row[name] for name in (*SERVERS, "protocol", "username", "smtp_username", "auth")]


def place(row: Mapping[str, Any]) -> list[Any]:
    return [row[name] for name in PLACE]


def well(account: Account) -> dict[str, Any]:
    """Its server has just let us in."""
    state = State.WORKING if account.last_contact_at else State.NEW
    return {"state": state, "trouble": "", "trouble_params": {}, "trouble_detail": "", "trouble_since": None}


def save(account: Account, row: Mapping[str, Any]) -> None:
    """These columns alone: a pass may be writing others. Within `as_user(owner)`."""
    for name, value in row.items():
        setattr(account, name, value)
    account.save(update_fields=[*row])
