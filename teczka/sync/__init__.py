"""One pass over an account: `run(remote, local)`."""

from teczka.sync.apply import run
from teczka.sync.report import Report

__all__ = ["Report", "run"]
