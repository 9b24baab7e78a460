"""`teczka web`: the pages, on their own."""

import socket

import uvicorn
from django.core.management import call_command

from teczka.cli.house import house, parser, told
from teczka.cli.listening import listen, port
from teczka.cli.processes import on_leash


class Server(uvicorn.Server):
    """Live events never end by themselves: they are ended before uvicorn waits for its connections to close."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        end_streams = self.lifespan.state.get("end_streams")  # from teczka/asgi.py
        if end_streams:
            end_streams()
        await super().shutdown(sockets)


def main(argv: list[str]) -> int:
    options = parser("web", "Serve the pages. The database must run elsewhere: `teczka run`, or TECZKA_DATABASE_URL.")
    options.add_argument("--port", type=port, default=8000)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--socket", type=int, help="serve on this descriptor, which already listens")
    options.add_argument("--leash", action="store_true", help="end when standard input closes")
    chosen = options.parse_args(argv)
    if chosen.leash:
        on_leash()

    def serve() -> int:
        given = chosen.socket is not None
        with (
            socket.socket(fileno=chosen.socket) if given else listen(chosen.host, chosen.port) as door,
            house(leashed=chosen.leash),
        ):
            call_command("collectstatic", interactive=False, verbosity=0)
            _serve(door)
        return 0

    return told(serve)


def _serve(door: socket.socket) -> None:
    config = uvicorn.Config(
        "teczka.asgi:application",
        proxy_headers=False,  # web/proxies.py believes those of TECZKA_TRUSTED_PROXIES alone
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=3,
    )
    Server(config).run(sockets=[door])
