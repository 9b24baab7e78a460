"""Four readers of mail, ours and three others', asked the same."""

import base64
import email
import email.policy
from dataclasses import dataclass
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from typing import Any, cast

import fast_mail_parser
import mailparser

from teczka.core.recipients import called
from teczka.mime import content
from teczka.mime.parse import scan

People = dict[str, list[tuple[str, str]]]
_LINES = ("from", "to", "cc", "bcc")


@dataclass
class Seen:
    """Without the blanks of names and texts: how many stand between encoded words, and at the ends of lines, readers disagree on. And
    without names that read like an address, which ours drops."""

    subject: str
    people: People
    text: str
    files: list[tuple[str, bytes]]


def squeezed(text: str) -> str:
    return "".join(text.split())


def person(name: str, address: str) -> tuple[str, str]:
    address = address.replace('"', "")
    return squeezed(called(name, address).name), address


def ours(raw: bytes) -> Seen:
    found = scan(raw)
    lines = (found.from_, found.to, found.cc, found.bcc)
    people = {name: [person(one.name, one.address) for one in line] for name, line in zip(_LINES, lines, strict=True)}
    text = "".join(content.text(raw, part) for body in found.bodies for part in body.texts)
    parts = sorted([*found.inline.values(), *found.attachments], key=lambda part: part.offset)
    return Seen(found.subject, people, squeezed(text), [(part.name, content.decode(raw, part)) for part in parts])


def stdlib(raw: bytes) -> Seen:
    message = cast("EmailMessage", email.message_from_bytes(raw, policy=email.policy.default))
    people: People = {}
    for name in _LINES:
        field = cast("AddressHeader | None", message[name])
        people[name] = [person(one.display_name, one.addr_spec) for one in field.addresses] if field else []
    body = cast("EmailMessage", message.get_body(("plain",)))
    files = [(part.get_filename() or "", _bytes(part)) for part in message.walk() if part.get_content_disposition()]
    return Seen(str(message["subject"] or ""), people, squeezed(body.get_content()), files)


def fast(raw: bytes) -> Seen:
    found = fast_mail_parser.parse_email(raw)
    lines = ([found.from_] if found.from_ else [], found.to, found.cc, found.bcc)
    people = {
        name: [person(one.display_name or "", one.address) for one in line]
        for name, line in zip(_LINES, lines, strict=True)
    }
    files = [(one.filename, bytes(one.content)) for one in found.attachments]
    return Seen(found.subject, people, squeezed("".join(found.text_plain[:1])), files)


def mail_parser(raw: bytes) -> Seen:
    found = mailparser.parse_from_bytes(raw)
    lines = (found.from_, found.to, found.cc, found.bcc)
    people = {name: [person(*one) for one in line if one[1]] for name, line in zip(_LINES, lines, strict=True)}
    files = [(one["filename"], _payload(one)) for one in found.attachments]
    return Seen(found.subject, people, squeezed("".join(found.text_plain[:1])), files)


def _bytes(part: Any) -> bytes:
    if part.get_content_type() == "message/rfc822":
        return cast("bytes", part.get_payload(0).as_bytes(policy=email.policy.SMTP))
    return cast("bytes", part.get_payload(decode=True))


def _payload(part: dict[str, Any]) -> bytes:
    if part["binary"]:
        return base64.b64decode(part["payload"])
    return cast("bytes", part["payload"].replace("\r\n", "\n").replace("\n", "\r\n").encode())
