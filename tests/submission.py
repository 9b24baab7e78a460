"""A real submission server for tests (aiosmtpd): TLS or STARTTLS, a certificate authority of its own, passwords and access tokens."""

import asyncio
import base64
import ssl
import threading
import warnings
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from teczka.remote.types import Security, Server

HOST = "127.0.0.1"
SIZE = 9_437_184


class Submission:
    """Started by `with`. `attempts`: each sign-in, (mechanism, user name)."""

    def __init__(
        self,
        security: Security = Security.TLS,
        *,
        without: tuple[str, ...] = (),
        names: tuple[str, ...] = (HOST, "localhost"),
    ) -> None:
        self.passwords: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.attempts: list[tuple[str, str]] = []
        self.received: list[Envelope] = []
        self.refusal = ""  # instead of aiosmtpd's own
        self.answers: dict[str, str] = {}  # to a recipient's RCPT, or to "DATA"; else it is accepted
        self.security = security
        self._without = list(without)  # mechanisms
        self._ca = trustme.CA()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*names).configure_cert(self._context)
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="submission", daemon=True)
        self.port = 0

    @property
    def ca_pem(self) -> str:
        return self._ca.cert_pem.bytes().decode()

    def server(self) -> Server:
        return Server("localhost", self.port, self.security, self.ca_pem)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _listen(self) -> asyncio.Server:
        encrypted = self._context if self.security is Security.TLS else None
        return await self._loop.create_server(self._protocol, HOST, 0, ssl=encrypted)

    def account_columns(self) -> dict[str, object]:
        """Of an account that sends through it."""
        return {
            "smtp_host": "localhost",
            "smtp_port": self.port,
            "smtp_security": self.security.value,
            "ca_pem": self.ca_pem,
        }

    def _protocol(self) -> SMTP:
        starttls = self.security is Security.STARTTLS
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # aiosmtpd warns of AUTH without STARTTLS: TLS is around it
            return SMTP(
                self,
                hostname="smtp.example",
                data_size_limit=SIZE,
                enable_SMTPUTF8=True,
                loop=self._loop,
                tls_context=self._context if starttls else None,
                require_starttls=starttls,
                auth_required=True,
                auth_require_tls=starttls,
                auth_exclude_mechanism=self._without,
                authenticator=self.authenticate,
            )

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
    ) -> AuthResult:
        assert isinstance(given, LoginPassword)
        username, password = given.login.decode(), given.password.decode()
        return self._answer(mechanism, username, self.passwords.get(username) == password)

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's name
        user, bearer, *_ = base64.b64decode(args[1]).decode().split("\x01")
        return await self._by_token(server, "XOAUTH2", user.removeprefix("user="), bearer)

    async def auth_OAUTHBEARER(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's name
        head, *pairs = base64.b64decode(args[1]).decode().split("\x01")
        bearer = next(pair for pair in pairs if pair.startswith("auth="))
        return await self._by_token(server, "OAUTHBEARER", head.removeprefix("n,a=").rstrip(","), bearer)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        answer = self.answers.get("DATA", "250 2.0.0 queued")
        if answer.startswith("2"):
            self.received.append(envelope)
        return answer

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get(address, "250 2.1.5 ok")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def _by_token(self, server: SMTP, mechanism: str, username: str, bearer: str) -> AuthResult:
        good = self.tokens.get(username) == bearer.removeprefix("auth=Bearer ")
        if not good:
            await server.challenge_auth('{"status":"401"}')  # as Google does, RFC 7628 §3.2.2
        return self._answer(mechanism, username, good)

    def _answer(self, mechanism: str, username: str, good: bool) -> AuthResult:
        with self._lock:
            self.attempts.append((mechanism, username))
        if good:
            return AuthResult(success=True)
        return AuthResult(success=False, handled=False, message=self.refusal or None)


@pytest.fixture(scope="module")
def submission() -> Iterator[Submission]:
    with Submission() as server:
        yield server
