"""Whom a letter goes to, and as whom one answers."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_AT: Final = re.compile("[@\ufe6b\uff20]")  # with its small and its wide form
_DOT: Final = re.compile(r"[.\u2024\u3002\ufe52\uff0e\uff61]\w")  # and what looks like it
_APART: Final = re.compile(r"[\s<>()\[\],;:\"']+")
_SILENT: Final = re.compile(
    r"(?:^|[._+-])(?:no|do-?not|dont|nie|niech)[._-]?(?:reply|answer|respond|odpowiadaj|odpisuj)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A person of a header (RFC 5322 §3.4): `name` for people, `address` as written; either may be empty, never both."""

    name: str
    address: str


def called(name: str, address: str) -> Mailbox:
    """A name with another's address in it is nobody's: alone, as lists show names, it would stand for another than who writes or gets the
    letter. One that only says the address again says nothing."""
    whole = "@".join(map(str.strip, _AT.split(name)))
    told = {word.casefold() for word in _APART.split(whole) if _DOT.search(word.partition("@")[2])}
    others = address and told - {address.casefold()}
    return Mailbox("" if others or whole.casefold() == address.casefold() else name, address)


@dataclass(frozen=True, slots=True)
class Heard:
    """The people of the letter that is answered."""

    sender: Sequence[Mailbox] = ()  # From
    reply_to: Sequence[Mailbox] = ()
    to: Sequence[Mailbox] = ()
    cc: Sequence[Mailbox] = ()
    delivered_to: Sequence[Mailbox] = ()  # as the server that took it in noted
    list_post: Sequence[Mailbox] = ()  # the mailing list that it came by (RFC 2369 §3.4)


@dataclass(frozen=True, slots=True)
class Answer:
    """Whom an answer goes to, and what a person may not expect of it."""

    to: list[Mailbox]
    cc: list[Mailbox]
    removed: list[Mailbox]  # own addresses, and a sender who wants the answer elsewhere
    added: list[Mailbox]  # named by Reply-To alone


def reply(heard: Heard, own: Collection[str]) -> Answer:
    """To whom the sender wants answers; where that is oneself, to whom one wrote. `own`: all addresses of the person who answers."""
    if _mine(heard, own):
        return Answer(_once(heard.to or heard.cc or heard.sender), [], [], [])
    to = _once(heard.reply_to or heard.sender)
    return Answer(to, [], _missing(heard.sender, to), _missing(to, heard.sender))


def reply_all(heard: Heard, own: Collection[str]) -> Answer:
    """The same, and everybody whom the letter names, without oneself."""
    first = [] if _mine(heard, own) else _others(reply(heard, own).to, own)
    to = _once([*first, *_others(heard.to, own)])
    cc = _missing(_once(_others(heard.cc, own)), to)
    if not to and not cc:  # a note to oneself
        return reply(heard, own)
    named = [*heard.sender, *heard.to, *heard.cc]
    return Answer(to, cc, _missing(_once(named), [*to, *cc]), _missing(to, named))


def in_secret(heard: Heard, own: Collection[str]) -> bool:
    """Whether one got the letter by Bcc: to answer everybody would tell them so."""
    named = [*heard.sender, *heard.to, *heard.cc]
    return not heard.list_post and not any(is_own(person.address, own) for person in named)


def answers_as(heard: Heard, own: Sequence[str]) -> str:
    """Which of one's addresses answers: the one that the letter was from or came to. Empty where it names none of them."""
    for people in (heard.sender, heard.to, heard.cc, heard.delivered_to):
        for strip in (_key, _untagged):
            for person in people:
                for address in own:
                    if strip(person.address) == _key(address):
                        return address
    return ""


def is_own(address: str, own: Collection[str]) -> bool:
    """Also with a tag: anna+sad@kancelaria.pl is Anna's."""
    keys = {_key(one) for one in own}
    return _key(address) in keys or _untagged(address) in keys


def takes_no_answer(address: str) -> bool:
    """noreply@, nie-odpowiadaj@ and the like: an answer would reach nobody."""
    return _SILENT.search(address.rpartition("@")[0]) is not None


def without_doubles(*lines: Iterable[Mailbox]) -> list[list[Mailbox]]:
    """The lines (To, Cc, Bcc), each address once: where it stands first."""
    seen: set[str] = set()
    kept: list[list[Mailbox]] = []
    for line in lines:
        kept.append([])
        for person in line:
            if _key(person.address) not in seen:
                seen.add(_key(person.address))
                kept[-1].append(person)
    return kept


def _mine(heard: Heard, own: Collection[str]) -> bool:
    return bool(heard.sender) and all(is_own(person.address, own) for person in heard.sender)


def _others(people: Iterable[Mailbox], own: Collection[str]) -> list[Mailbox]:
    return [person for person in people if not is_own(person.address, own)]


def _once(people: Iterable[Mailbox]) -> list[Mailbox]:
    return without_doubles(person for person in people if person.address)[0]


def _missing(people: Iterable[Mailbox], among: Iterable[Mailbox]) -> list[Mailbox]:
    there = {_key(person.address) for person in among}
    return [person for person in people if _key(person.address) not in there]


def _key(address: str) -> str:
    """Compared without regard to case: no server that anybody uses tells "Jan@" from "jan@"."""
    return address.strip().casefold()


def _untagged(address: str) -> str:
    local, at, domain = _key(address).rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"
