"""Mail providers that we know: their servers, what they call a user, what has to be switched on there. The facts are in providers.toml.

Read once, when first asked for (20 ms). Domains and hosts are compared in lower case, as A-labels (`xn--…`).
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from teczka.core.accounts import Auth, Endpoint

FACTS = Path(__file__).with_name("providers.toml")


class Kind(StrEnum):
    MAILBOX = "mailbox"  # addresses at the provider's own domains
    HOSTING = "hosting"  # customers' own domains
    WORKPLACE = "workplace"  # a suite for companies
    GENERIC = "generic"  # rules for servers that nobody lists


class HostRule(StrEnum):
    FIXED = "fixed"  # one server for everybody
    CUSTOMER = "customer"  # each customer has one: the templates are tried, then `host_hint` is shown
    DOMAIN = "domain"  # below the address's domain
    LOCAL = "local"  # a program beside Teczka, where its keeper runs one


class UserName(StrEnum):
    ADDRESS = "address"
    LOCALPART = "localpart"

    def of(self, address: str) -> str:
        return address if self is UserName.ADDRESS else address.rpartition("@")[0]


class PasswordKind(StrEnum):
    """What the password field has to hold, for its label."""

    ACCOUNT = "account"
    APP = "app"  # an app password, always
    MAIL_ONLY = "mail_only"  # one for mail programs, other than the customer account's
    BRIDGE = "bridge"  # which the provider's local program made


class SaveSent(StrEnum):
    SERVER = "server"  # the provider files what was sent: never append a second copy
    CLIENT = "client"
    UNKNOWN = "unknown"  # look for the Message-ID first


@dataclass(frozen=True, slots=True)
class Template:
    """A server; `host` may hold {domain} (the address's) or {mx} (the best MX host of that domain)."""

    host: str
    port: int
    security: str

    @property
    def fixed(self) -> bool:
        return "{" not in self.host

    def at(self, domain: str, mx: str = "") -> Endpoint | None:
        """None where the MX host is needed and not known."""
        if "{mx}" in self.host and not mx:
            return None
        return Endpoint(self.host.replace("{domain}", domain).replace("{mx}", mx), self.port, self.security)


@dataclass(frozen=True, slots=True)
class Provider:
    id: str
    name: str
    kind: Kind
    domains: tuple[str, ...]
    domain_suffixes: tuple[str, ...]
    mx_suffixes: tuple[str, ...]
    host_rule: HostRule
    imap: tuple[Template, ...]  # best first; empty: not offered
    pop3: tuple[Template, ...]
    smtp: tuple[Template, ...]
    username: UserName
    username_smtp: UserName
    username_retry: UserName | None  # to be tried once after a refusal
    auth: tuple[Auth, ...]  # in the order to offer; Microsoft's and Google's where the office has a client
    app_password: bool  # may be, or has to be, what the password field holds
    password_kind: PasswordKind
    enable: Mapping[str, str]  # "pl", "en": what has to be switched on at the provider
    host_hint: Mapping[str, str]  # "pl", "en": where a customer finds the server's name; empty where nobody has to
    help_url: str  # "" where there is none
    help_urls: tuple[str, ...]  # further pages
    save_sent: SaveSent
    limits: Mapping[str, int]

    @property
    def min_poll_minutes(self) -> int:
        """POP3 may not be asked more often; 0: no such rule."""
        return self.limits.get("min_poll_minutes", 0)

    def templates(self) -> Iterator[Template]:
        yield from (*self.imap, *self.pop3, *self.smtp)


def every() -> Mapping[str, Provider]:
    """By id, in the file's order."""
    return _tables().by_id


def by_id(provider: str) -> Provider | None:
    return _tables().by_id.get(provider)


def by_domain(domain: str) -> Provider | None:
    """Whose addresses end in @domain: the exact domain, else the longest suffix."""
    tables = _tables()
    return tables.domains.get(domain) or _longest(domain.partition(".")[2], tables.suffixes)


def by_mx(host: str) -> Provider | None:
    """Who receives mail at this host: the longest suffix, on a label's boundary."""
    return _longest(host, _tables().mx)


def by_server(host: str) -> Provider | None:
    """Whose server this is, however we came by its name. Of two who share it the one for companies' own domains."""
    return _tables().hosts.get(host) or by_mx(host)


@dataclass(frozen=True, slots=True)
class _Tables:
    by_id: Mapping[str, Provider]
    domains: Mapping[str, Provider]
    suffixes: Mapping[str, Provider]
    mx: Mapping[str, Provider]
    hosts: Mapping[str, Provider]


@cache
def _tables() -> _Tables:
    with FACTS.open("rb") as facts:
        told = tomllib.load(facts)["providers"]
    found = {name: _provider(facts) for name, facts in told.items()}
    ranked = sorted(found.values(), key=lambda one: one.kind is Kind.WORKPLACE)
    return _Tables(
        by_id=found,
        domains={domain: one for one in found.values() for domain in one.domains},
        suffixes={suffix: one for one in found.values() for suffix in one.domain_suffixes},
        mx={suffix: one for one in found.values() for suffix in one.mx_suffixes},
        hosts={template.host: one for one in ranked for template in one.templates() if template.fixed},
    )


def _longest(name: str, suffixes: Mapping[str, Provider]) -> Provider | None:
    while name:
        if name in suffixes:
            return suffixes[name]
        name = name.partition(".")[2]
    return None


def _provider(facts: Mapping[str, Any]) -> Provider:
    username = UserName(facts["username"])
    retry = facts.get("username_retry")
    return Provider(
        id=facts["id"],
        name=facts["name"],
        kind=Kind(facts["kind"]),
        domains=tuple(facts["domains"]),
        domain_suffixes=tuple(facts.get("domain_suffixes", ())),
        mx_suffixes=tuple(facts["mx_suffixes"]),
        host_rule=HostRule(facts["host_rule"]),
        imap=_servers(facts, "imap"),
        pop3=_servers(facts, "pop3"),
        smtp=_servers(facts, "smtp"),
        username=username,
        username_smtp=UserName(facts.get("username_smtp", username)),
        username_retry=UserName(retry) if retry else None,
        auth=tuple(dict.fromkeys(_AUTH[way] for way in facts["auth"])),
        app_password="app_password" in facts["auth"],
        password_kind=PasswordKind(facts["password_kind"]),
        enable=_bilingual(facts, "enable"),
        host_hint=_bilingual(facts, "host_hint"),
        help_url=facts["help_url"],
        help_urls=tuple(facts.get("help_urls", ())),
        save_sent=SaveSent(facts["save_sent"]),
        limits=facts["limits"],
    )


_AUTH = {
    "password": Auth.PASSWORD,
    "app_password": Auth.PASSWORD,
    "oauth2-microsoft": Auth.MICROSOFT,
    "oauth2-google": Auth.GOOGLE,
}


def _servers(facts: Mapping[str, Any], kind: str) -> tuple[Template, ...]:
    told = [facts[kind], *facts.get(f"{kind}_alt", ())] if kind in facts else []
    return tuple(Template(**one) for one in told)


def _bilingual(facts: Mapping[str, Any], name: str) -> Mapping[str, str]:
    return {language: facts[f"{name}_{language}"] for language in ("pl", "en") if f"{name}_{language}" in facts}
