"""The Autoconfig file (draft-ietf-mailmaint-autoconfig, in use since Thunderbird 3): what a provider publishes of its servers.

What we do not know is skipped, and so is what we do not do: other protocols, connections without encryption, other ways to sign in.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from teczka.core.accounts import Endpoint
from teczka.core.discovery import Service
from teczka.remote.discovery.tree import Element, NotRead, read
from teczka.remote.egress import MAIL
from teczka.remote.types import printable

HOST = re.compile(r"(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")

_SECURITY = {"ssl": "tls", "tls": "tls", "starttls": "starttls"}
# The old spellings of Thunderbird 3.0 among them. "password-encrypted" is CRAM-MD5 and its like: such a server takes passwords.
_PASSWORD = {"password-cleartext", "plain", "password-encrypted", "secure"}
_TOKENS = "oauth2"
_URL = re.compile(r"https://[!-~]+")
_NAME_LENGTH = 60
_URL_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Setting:
    """One server as it was published, filled in for the address."""

    service: Service
    server: Endpoint
    username: str
    takes_password: bool  # else only tokens


@dataclass(frozen=True, slots=True)
class Config:
    name: str  # the provider's, or ""
    help_url: str  # https, or ""
    settings: tuple[Setting, ...]  # in the provider's order; empty: nothing that we could use


def parse(document: bytes, address: str) -> Config:
    """Raises NotRead where the document is none of these."""
    root = read(document)
    provider = next(root.all("emailProvider"), None)
    if root.name != "clientConfig" or provider is None:
        raise NotRead("no clientConfig")
    filling = _Filling(address)
    settings = [
        setting
        for kind in ("incomingServer", "outgoingServer")
        for server in provider.all(kind)
        for setting in _setting(server, filling)
    ]
    name = filling.filled(provider.first("displayShortName") or provider.first("displayName"))
    return Config(_shown(name), _help(provider), tuple(dict.fromkeys(settings)))


class _Filling:
    def __init__(self, address: str) -> None:
        local, _, domain = address.rpartition("@")
        self.address = address
        self._values = {"%EMAILADDRESS%": address, "%EMAILLOCALPART%": local, "%EMAILDOMAIN%": domain}

    def filled(self, text: str) -> str:
        for placeholder, value in self._values.items():
            text = text.replace(placeholder, value)
        return text


def _setting(server: Element, filling: _Filling) -> Iterator[Setting]:
    """None or one."""
    kind = server.attributes.get("type", "").lower()
    security = _SECURITY.get(server.first("socketType").lower())
    host = filling.filled(server.first("hostname")).lower().rstrip(".")
    ways = [way.text.lower() for way in server.all("authentication")]
    port = server.first("port")
    service = Service(kind) if kind in set(Service) else None
    outgoing = server.name == "outgoingServer"
    if service is None or security is None or not HOST.fullmatch(host) or outgoing != (service is Service.SMTP):
        return
    if not port.isascii() or not port.isdecimal() or len(port) > 5 or int(port) not in MAIL:
        return
    password = not ways or bool(_PASSWORD & set(ways))
    if password or _TOKENS in ways:
        yield Setting(service, Endpoint(host, int(port), security), _username(server, filling), password)


def _username(server: Element, filling: _Filling) -> str:
    """The address where none is named, or one with a placeholder that we cannot fill in."""
    name = filling.filled(server.first("username"))
    return name if name and "%" not in name and len(name) <= 320 and name.isprintable() else filling.address


def _shown(name: str) -> str:
    return " ".join(printable(name).split())[:_NAME_LENGTH]


def _help(provider: Element) -> str:
    urls = (page.attributes.get("url", "") for page in provider.all("documentation"))
    return next((url for url in urls if _URL.fullmatch(url) and len(url) <= _URL_LENGTH), "")
