"""What a message is made of: places in its raw bytes. Nothing is decoded here."""

from dataclasses import dataclass
from typing import Final

IDENTITY: Final = "identity"
BASE64: Final = "base64"
QUOTED: Final = "quoted-printable"


@dataclass(slots=True)
class Part:
    """One node of the MIME tree, in the order of the message.

    `path` numbers as IMAP does (RFC 3501 §6.4.5): "" for a multipart message itself, "1" for the only part of another.
    `offset` and `length` are bytes of the raw message. An enclosed message is one part; `parse.inner` opens it.
    """

    path: str
    content_type: str  # "text/plain", lower case, always of two halves
    offset: int
    length: int = 0
    charset: str = ""
    name: str = ""  # file name for people and for saving: no folders, no control signs
    disposition: str = ""  # "", "inline", "attachment" or what the sender wrote
    cid: str = ""  # Content-ID without brackets
    encoding: str = IDENTITY
    group: str = ""  # path of the outermost multipart/alternative around it, or its own
    related: bool = False  # inside a multipart/related: an image that belongs to the page
    flowed: bool = False  # text whose lines may be joined to paragraphs (RFC 3676)
    delsp: bool = False  # and the blank at their joints is none of the text
    size: int = 0  # of the decoded bytes, estimated without reading them; exact for regular lines

    @property
    def is_multipart(self) -> bool:
        return self.content_type.startswith("multipart/")


@dataclass(frozen=True, slots=True)
class Body:
    """One passage of the letter, as the sender's alternatives of the same words: either list may be empty."""

    texts: tuple[Part, ...]
    pages: tuple[Part, ...]  # text/html


def bodies(leaves: list[Part]) -> tuple[list[Body], list[Part]]:
    """The passages to read, in order, and the leaves left over. A second text/plain is a passage of its own."""
    groups: dict[str, tuple[list[Part], list[Part]]] = {}
    rest: list[Part] = []
    for part in leaves:
        if (
            part.content_type not in {"text/plain", "text/html"}
            or part.disposition == "attachment"
            or (part.name and groups)
        ):
            rest.append(part)
            continue
        texts, pages = groups.setdefault(part.group, ([], []))
        (texts if part.content_type == "text/plain" else pages).append(part)
    return [Body(tuple(texts), tuple(pages)) for texts, pages in groups.values()], rest
