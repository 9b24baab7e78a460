"""Filing: a link between a message and what it belongs to. Never a move."""

from enum import StrEnum


class How(StrEnum):
    """By which way somebody filed."""

    KEY = "key"  # one of the strip's suggestions
    PICKER = "picker"
    LIST = "list"
    DRAG = "drag"
    COMPOSE = "compose"
    REPLY = "reply"  # by itself: a reply in a thread that is followed
    RULE = "rule"
    BATCH = "batch"
