"""`teczka web`: the pages, on their own."""

import uvicorn
from django.core.management import call_command

from teczka.cli.house import house, parser, told
from teczka.cli.processes import on_leash


def main(argv: list[str]) -> int:
    options = parser("web", "Serve the pages. The database must run elsewhere: `teczka run`, or TECZKA_DATABASE_URL.")
    options.add_argument("--port", type=int, default=8000)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--leash", action="store_true", help="end when standard input closes")
    chosen = options.parse_args(argv)
    if chosen.leash:
        on_leash()

    def serve() -> int:
        with house():
            call_command("collectstatic", interactive=False, verbosity=0)
            uvicorn.run(
                "teczka.asgi:application",
                host=chosen.host,
                port=chosen.port,
                proxy_headers=False,  # web/proxies.py believes those of TECZKA_TRUSTED_PROXIES alone
                server_header=False,
                access_log=False,
                log_level="warning",
                timeout_graceful_shutdown=5,
            )
        return 0

    return told(serve)
