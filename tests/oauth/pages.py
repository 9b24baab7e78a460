"""The page at the tests' identity provider on which somebody chooses who they are."""

from html import escape


def choose(backs: dict[str, str], hint: str) -> str:
    """`backs`: where the browser goes as each person, and as nobody, who says no."""
    links = "".join(
        f'<li><a href="{escape(back)}">{escape(f"Sign in as {address}" if address else "Cancel")}</a></li>'
        for address, back in backs.items()
    )
    return f"<!doctype html><title>Provider</title><h1>Choose an account</h1><p>{escape(hint)}</p><ul>{links}</ul>"
