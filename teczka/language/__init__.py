"""Words as people search for them, Polish and English: pure functions, the same for what is indexed and for what is asked."""

from typing import Final

# Raised by every change that makes other terms of the same text: what was indexed by an older one is indexed again.
ANALYSER_VERSION: Final = 4
