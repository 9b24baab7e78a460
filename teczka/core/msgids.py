"""Texts that are translated where they are shown: core knows no catalogue."""


def gettext_noop(text: str) -> str:
    """Marks it for `make messages`, as Django's of this name."""
    return text
