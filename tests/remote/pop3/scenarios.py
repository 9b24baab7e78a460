"""Every scenario by its name. Each ends with `Play.whole`: everything is here, nothing twice."""

from tests.remote.pop3 import names, odds
from tests.remote.pop3.stage import SCENARIOS

__all__ = ["SCENARIOS", "names", "odds"]
