"""What several files of this folder begin with."""

from tests.leased import lease

__all__ = ["lease"]
