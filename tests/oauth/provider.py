"""A strict identity provider of the tests' own on loopback: what Microsoft and Google are to us, refusing whatever they would refuse.

PKCE with S256 always, codes for one use, redirect addresses to the letter, refresh tokens that rotate; tokens can be ended, taken back
and given to the wrong person, and its answers can be broken or held back. Over HTTPS, with an authority of its own, under their names
(tests/internet.py leads these to loopback); what Dovecot asks (RFC 7662) over plain HTTP beside it. Importable without pytest.
"""

import base64
import hashlib
import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import NAMESPACE_URL, uuid5

import trustme

from tests.oauth.pages import choose

HOST = "127.0.0.1"
NAMES = ("login.microsoftonline.com", "accounts.google.com", "oauth2.googleapis.com")
IMAP = "https://outlook.office.com/IMAP.AccessAsUser.All"
POP3 = "https://outlook.office.com/POP.AccessAsUser.All"
GMAIL = "https://mail.google.com/"
CLIENT, SECRET = "11111111-2222-3333-4444-555555555555", "bardzo~tajny~klucz"
TENANT = "99999999-8888-7777-6666-555555555555"
HOUR = 3600

Answer = tuple[int, dict[str, Any]]


@dataclass
class Person:
    address: str
    name: str = ""  # at the provider, where it is not the address
    tenant: str = TENANT
    opens: str = ""  # the mailbox that their token opens, where it is not their own
    number: str = ""  # what the provider calls them for good, where it is not made of the address

    @property
    def known_as(self) -> str:
        return self.number or str(uuid5(NAMESPACE_URL, self.address))


@dataclass
class Given:
    """A code, an access token or a refresh token."""

    person: Person
    scopes: frozenset[str]
    expires: float
    request: dict[str, str] = field(default_factory=dict)  # of the authorization, for a code


class Refused(Exception):
    def __init__(self, error: str, description: str = "", status: int = 400) -> None:
        self.answer: Answer = status, {"error": error, "error_description": description}


class Provider:
    """`with Provider() as provider:`; set `redirects` to what is registered. Everything is open to the test while it runs."""

    def __init__(self) -> None:
        self.ca = trustme.CA()
        self.ca_pem = self.ca.cert_pem.bytes().decode("ascii")
        self.reset()
        self._servers = [self._serve(tls=True), self._serve(tls=False)]

    def reset(self) -> None:
        """As new, at the same address."""
        self.redirects: set[str] = set()
        self.people: dict[str, Person] = {}
        self.secret = SECRET
        self.lifetime = HOUR  # of access tokens, in seconds
        self.rotates = True
        self.keeps_old = True  # a refresh token stays good after its use, as Microsoft's does
        self.withheld: set[str] = set()  # scopes that are not granted, whoever asks
        self.approved = True  # for everybody, by an administrator: a refresh may ask for more than was signed in for
        self.broken: list[Callable[[], Answer]] = []  # the token endpoint's next answers
        self.arrived, self.go_on = threading.Semaphore(0), threading.Event()
        self.go_on.set()  # cleared: the token endpoint keeps its callers waiting
        self.asked: Counter[str] = Counter()  # grant types
        self.shown: Callable[[str], None] = lambda _token: None  # called when a mail server asks about a token
        self.forged: Callable[[str], str] = lambda id_token: id_token  # what is given instead of an id token
        self.codes: dict[str, Given] = {}
        self.access: dict[str, Given] = {}
        self.refresh: dict[str, Given] = {}
        self._made = 0
        self._lock = threading.Lock()

    def _serve(self, *, tls: bool) -> ThreadingHTTPServer:
        server = _Server((HOST, 0), type("Asked", (_Asked,), {"provider": self}))
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.ca.issue_cert(*NAMES).configure_cert(context)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        return server

    def __enter__(self) -> Self:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.go_on.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()

    @property
    def port(self) -> int:
        return int(self._servers[0].server_port)

    @property
    def introspection_url(self) -> str:
        return f"http://{HOST}:{self._servers[1].server_port}/introspect"

    def add_person(self, address: str, **more: str) -> Person:
        self.people[address] = Person(address, **more)
        return self.people[address]

    def give(self, person: Person, *scopes: str, lifetime: float = HOUR) -> tuple[str, str]:
        """An access and a refresh token, as if they had signed in already."""
        return self._issue(self.access, person, scopes, lifetime), self._issue(self.refresh, person, scopes)

    def end_access(self) -> None:
        """Every access token's time is over."""
        self.access.clear()

    def revoke(self, person: Person) -> None:
        """All that was granted for them is taken back."""
        for tokens in (self.access, self.refresh):
            for token in [token for token, given in tokens.items() if given.person is person]:
                del tokens[token]

    def decide(self, url: str, address: str) -> str:
        """What the person's browser does there: where it is sent back to. `address` empty: they say no."""
        request = {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}
        self.check_request(request)
        back = {"state": request["state"]}
        if address:
            scopes = frozenset(request["scope"].split()) - self.withheld
            back["code"] = self._issue(self.codes, self.people[address], scopes, 60, request)
        else:
            back |= {"error": "access_denied", "error_description": "AADSTS65004: User declined to consent."}
        return f"{request['redirect_uri']}?{urlencode(back)}"

    def check_request(self, request: dict[str, str]) -> None:
        if request.get("client_id") != CLIENT:
            raise Refused("unauthorized_client", "AADSTS700016: Application not found.")
        if request.get("redirect_uri") not in self.redirects:
            raise Refused("invalid_request", "AADSTS50011: The redirect URI does not match.")
        if request.get("code_challenge_method") != "S256" or len(request.get("code_challenge", "")) != 43:
            raise Refused("invalid_request", "PKCE with S256 is required.")
        if request.get("response_type") != "code" or not all(request.get(name) for name in ("state", "nonce", "scope")):
            raise Refused("invalid_request", "response_type, state, nonce and scope are required.")

    def token(self, form: dict[str, str]) -> Answer:
        with self._lock:
            self.asked[form.get("grant_type", "")] += 1
            broken = self.broken.pop(0) if self.broken else None
        self.arrived.release()
        if not self.go_on.wait(30):
            raise AssertionError("nobody let the token endpoint go on")
        if broken:
            return broken()
        if form.get("client_id") != CLIENT:
            raise Refused("unauthorized_client", "AADSTS700016: Application not found. Trace ID: 1")
        if form.get("client_secret") != self.secret:
            raise Refused("invalid_client", "AADSTS7000215: Invalid client secret provided. Trace ID: 1", 401)
        with self._lock:
            return self._by_code(form) if form.get("grant_type") == "authorization_code" else self._by_refresh(form)

    def _by_code(self, form: dict[str, str]) -> Answer:
        given = self.codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if given is None or given.expires < time.time():
            raise Refused("invalid_grant", "AADSTS54005: The code was already redeemed.")
        if base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() != given.request["code_challenge"]:
            raise Refused("invalid_grant", "AADSTS501481: The Code_Verifier does not match.")
        if form.get("redirect_uri") != given.request["redirect_uri"]:
            raise Refused("invalid_grant", "AADSTS500112: The reply address does not match.")
        told = self._tokens(given.person, given.scopes)
        google = "/google/" in given.request["redirect_uri"] or GMAIL in given.scopes
        told["id_token"] = self.forged(self.id_token(given.person, given.request["nonce"], google=google))
        return 200, told

    def _by_refresh(self, form: dict[str, str]) -> Answer:
        used = form.get("refresh_token", "")
        given = self.refresh.get(used)
        if given is None or form.get("grant_type") != "refresh_token":
            raise Refused("invalid_grant", "AADSTS70008: The refresh token has expired. Trace ID: 1")
        wanted = frozenset(form.get("scope", "").split()) or given.scopes
        if not (self.approved or wanted <= given.scopes):
            raise Refused("invalid_grant", "AADSTS65001: The user has not consented.")
        told = self._tokens(given.person, wanted)
        if not self.rotates:
            del self.refresh[told.pop("refresh_token")]
        elif not self.keeps_old:
            del self.refresh[used]
        return 200, told

    def _tokens(self, person: Person, scopes: frozenset[str]) -> dict[str, Any]:
        told: dict[str, Any] = {"token_type": "Bearer", "expires_in": self.lifetime, "scope": " ".join(sorted(scopes))}
        told["access_token"] = self._issue(self.access, person, scopes, self.lifetime)
        if "offline_access" in scopes or GMAIL in scopes:
            told["refresh_token"] = self._issue(self.refresh, person, scopes)
        return told

    def id_token(self, person: Person, nonce: str, *, google: bool = False) -> str:
        """Unsigned: ours reads it from the back channel alone."""
        claims = {
            "iss": f"https://login.microsoftonline.com/{person.tenant}/v2.0",
            "aud": CLIENT,
            "exp": time.time() + HOUR,
            "tid": person.tenant,
            "nonce": nonce,
            "preferred_username": person.name or person.address,
            "email": person.address,
            "oid": person.known_as,
            "sub": f"{CLIENT}-{person.known_as}",  # another one for each client
        }
        if google:
            claims = {name: claims[name] for name in ("aud", "exp", "nonce", "email")} | {
                "iss": "https://accounts.google.com",
                "sub": person.known_as,
            }
        parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
        return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), "x"])

    def introspect(self, form: dict[str, str]) -> Answer:
        """RFC 7662 §2.2."""
        self.shown(form.get("token", ""))
        given = self.access.get(form.get("token", ""))
        if given is None or given.expires < time.time():
            return 200, {"active": False}
        name = given.person.opens or given.person.address
        scopes = given.scopes | {IMAP} if {GMAIL, POP3} & given.scopes else given.scopes  # Dovecot asks for one alone
        return 200, {"active": True, "username": name, "scope": " ".join(sorted(scopes))}

    def _issue(
        self,
        where: dict[str, Given],
        person: Person,
        scopes: "frozenset[str] | tuple[str, ...]",
        lifetime: float = 90 * 24 * HOUR,
        request: dict[str, str] | None = None,
    ) -> str:
        self._made += 1
        token = f"t{self._made}." + base64.urlsafe_b64encode(hashlib.sha256(f"{self._made}".encode()).digest()).decode()
        where[token] = Given(person, frozenset(scopes), time.time() + lifetime, request or {})
        return token


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever does not believe the certificate, or goes away in the middle, is the test's business."""


class _Asked(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        request = {name: values[-1] for name, values in parse_qs(split.query).items()}
        try:
            self.provider.check_request(request)
        except Refused as refused:
            self._send(400, "text/plain", json.dumps(refused.answer[1]).encode())
            return
        backs = {address: self.provider.decide(self.path, address) for address in [*self.provider.people, ""]}
        self._send(200, "text/html; charset=utf-8", choose(backs, request.get("login_hint", "")).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[-1] for name, values in parse_qs(body).items()}
        try:
            answer = self.provider.introspect(form) if self.path == "/introspect" else self.provider.token(form)
        except Refused as refused:
            answer = refused.answer
        status, told = answer
        self._send(status, "application/json", json.dumps(told).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass
