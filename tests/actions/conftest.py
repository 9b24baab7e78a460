"""What several files of this folder begin with."""

from tests.leased import lease
from tests.replayed import box, owner
from tests.submission import submission

__all__ = ["box", "lease", "owner", "submission"]
