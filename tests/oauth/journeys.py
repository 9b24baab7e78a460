"""What a browser does on the way to the identity provider and back, without a browser."""

from urllib.parse import parse_qs, urlsplit

from teczka.actions.oauth import Return


def back_from(url: str) -> Return:
    said = {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}
    return Return(said.get("code", ""), said.get("error", ""), said.get("error_description", ""), said.get("iss", ""))
