"""The real web process on loopback, on a database of its own: `teczka web`, as it is started in earnest."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.test import Client

from teczka.store.models import User

READY_SECONDS = 30


@dataclass(frozen=True)
class Site:
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cookie(self, user: User) -> str:
        """A fresh session of this person, as signing in makes it: its key."""
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return str(client.cookies[settings.SESSION_COOKIE_NAME].value)

    def stop(self) -> float:
        """Asks it to end; how many seconds that took."""
        asked = time.monotonic()
        self.process.terminate()
        self.process.wait(20)
        return time.monotonic() - asked


@contextmanager
def serving(environment: dict[str, str], port: int = 0, module: str = "teczka.cli") -> Iterator[Site]:
    """`module`: or tests.internet, whose `environment()` it then needs."""
    port = port or free_port()
    command = [sys.executable, "-m", module, "web", "--port", str(port)]
    with subprocess.Popen(command, env=environment) as process:
        site = Site(port, process)
        try:
            _await(site)
            yield site
        finally:
            process.kill()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _await(site: Site) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and site.process.poll() is None:
        asked = http.client.HTTPConnection("127.0.0.1", site.port, timeout=5)
        try:
            asked.request("GET", "/healthz")
            if asked.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            asked.close()
    raise AssertionError(f"the web process did not come up (status {site.process.poll()})")
