"""The port that pages are served on."""

import errno
import socket
import time

from teczka.cli.house import Refused

PATIENCE_SECONDS = 4.0  # a web process whose parent was killed lets go of its port within so long
WAITING = 2048  # connections that the kernel holds while the web process starts anew


def listen(host: str, port: int) -> socket.socket:
    """Port 0 takes a free one. Raises Refused, with a sentence that says what to do."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        try:
            return socket.create_server((host, port), family=family, backlog=WAITING)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Refused(f"Nobody can listen on {host}, port {port}: {error.strerror}.") from error
            if time.monotonic() > deadline:
                raise Refused(
                    f"Port {port} of {host} is taken by another program. Choose another with --port."
                ) from error
            time.sleep(0.1)
