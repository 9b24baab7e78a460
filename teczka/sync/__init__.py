"""One pass over an account: `run(remote, local)` over IMAP, `collect(remote, local, report)` over POP3."""

from teczka.sync.apply import run
from teczka.sync.collect import collect
from teczka.sync.replay import Acts
from teczka.sync.report import Report

__all__ = ["Acts", "Report", "collect", "run"]
