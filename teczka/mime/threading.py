"""What joins messages to a conversation: the ids that they name."""

from teczka.mime.parse import Headers


def links(headers: Headers) -> list[str]:
    """Ids of the messages before this one, root first, nearest last, without its own (RFC 5322 §3.6.4, RFC 5256)."""
    answered = headers.in_reply_to[:1]
    named = dict.fromkeys([*(name for name in headers.references if name not in answered), *answered])
    named.pop(headers.message_id, None)
    return list(named)
