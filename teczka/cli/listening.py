"""The port that pages are served on."""

import argparse
import errno
import socket
import time

from teczka.cli.house import Refused

PATIENCE_SECONDS = 4.0  # a web process whose parent was killed lets go of its port within so long
HIGHEST = 65_535
WAITING = 2048  # connections that the kernel holds while the web process starts anew
# A reader whose side takes nothing for so long is cut off. Each step of a slow one is some hundred kilobytes, which lie in the kernel
# and in the proxy: at 3 kB/s that is a minute and a half.
STALLED_SECONDS = 120.0


def port(text: str) -> int:
    """As a command's option."""
    if not text.isdecimal() or int(text) > HIGHEST:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {HIGHEST}, not {text!r}")
    return int(text)


def listen(host: str, port: int, stalled: float = STALLED_SECONDS) -> socket.socket:
    """Port 0 takes a free one. Raises Refused, with a sentence that says what to do."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        try:
            return _with_manners(socket.create_server((host, port), family=family, backlog=WAITING), stalled)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Refused(f"Nobody can listen on {host}, port {port}: {error.strerror}.") from error
            if time.monotonic() > deadline:
                raise Refused(
                    f"Port {port} of {host} is taken by another program. Choose another with --port."
                ) from error
            time.sleep(0.1)


def _with_manners(door: socket.socket, stalled: float) -> socket.socket:
    """Connections take these over from the socket that they come in by."""
    # asyncio sets this itself only on sockets whose protocol was named; an answer's second packet would wait 40 ms for the first one's ACK.
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(stalled * 1000))
    return door
