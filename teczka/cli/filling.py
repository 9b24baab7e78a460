"""Under `teczka restore`: as under most commands, in a data folder that may be half restored."""

from teczka.cli import ground


def lay(words: list[str]) -> None:
    ground.lay(words, restoring="--connect" not in words)
