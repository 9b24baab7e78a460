"""mailto: addresses, RFC 6068: what a link wants a letter to begin with. Links come from strangers: only text of the usual
fields is taken."""

from urllib.parse import parse_qsl, unquote

from teczka.core.recipients import Mailbox
from teczka.mime.recipients import pasted

FIELDS = ("to", "cc", "bcc")
LONGEST = 50_000  # signs of a link


def read(link: str) -> tuple[dict[str, list[Mailbox]], str, str]:
    """Recipients by line, subject, body. Of anything else than a mailto: address nothing."""
    scheme, _colon, rest = link[:LONGEST].partition(":")
    people: dict[str, list[Mailbox]] = {field: [] for field in FIELDS}
    if scheme.lower() != "mailto":
        return people, "", ""
    to, _mark, query = rest.partition("?")
    people["to"] = pasted(unquote(to))[0]
    subject = body = ""
    # "+" stands for itself, RFC 6068 §5
    for name, value in parse_qsl(query.replace("+", "%2B"), max_num_fields=100):
        field = name.lower()
        if field in FIELDS:
            people[field] += pasted(value)[0]
        elif field == "subject":
            subject = " ".join(value.split())
        elif field == "body":
            body = value.replace("\r\n", "\n")
    return people, subject, body
