"""When a rule fits: conditions on a message, nested in groups. What there is to ask, and how that is written as JSON.

There is no regular expression among it, and every list is bounded: what a rule costs is known before it runs.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

DEPTH = 4  # of groups within groups
LEAVES = 50  # conditions of one rule
VALUES = 50  # addresses, words, … of one condition, any of which fits
LONGEST = 200  # letters of one of them
_ADDRESS = re.compile(r"[^\s@,;<>]{1,64}@[^\s@,;<>]{1,189}")
_DOMAIN = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}")
_WORD = re.compile(r"[^\W_]")


class Field(StrEnum):
    """What of a message is asked about."""

    ACCOUNT = "account"
    FOLDER = "folder"  # that it lies in
    SENDER = "sender"
    RECIPIENTS = "recipients"  # To, Cc and Bcc
    SUBJECT = "subject"
    TEXT = "text"
    WORDS = "words"  # subject or text
    ATTACHMENT_NAME = "attachment_name"
    ATTACHMENT_TYPE = "attachment_type"
    REFERENCE = "reference"  # in subject, text or the name of an attachment
    PARTY = "party"  # who writes it or receives it
    LIST = "list"  # it tells how to unsubscribe
    SIZE = "size"
    DATE = "date"  # of its arrival, in the office's zone
    READ = "read"


class Op(StrEnum):
    IS = "is"  # one of these
    DOMAIN = "domain"  # an address in one of these domains, or below one
    WORDS = "words"  # one of these words or phrases, in any of their forms
    EXACT = "exact"  # one of these words or phrases as they are written, but for capitals
    CASE = "case"  # of one of these cases
    ANY = "any"  # whichever
    OVER = "over"  # bytes
    UNDER = "under"
    SINCE = "since"  # that day or later
    BEFORE = "before"


class FileType(StrEnum):
    ANY = "any"  # an attachment at all
    PDF = "pdf"
    DOCUMENT = "document"
    SHEET = "sheet"
    IMAGE = "image"
    ARCHIVE = "archive"
    LETTER = "letter"  # a message within
    SIGNED = "signed"  # a signature, or what is signed


class Kind(StrEnum):
    """How a group's members count together."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


class Fault(StrEnum):
    """Why something cannot be a rule."""

    SHAPE = "shape"  # no rule at all: never what a form sends
    NAME = "name"
    EMPTY = "empty"  # a group, or a rule, without a condition: it would mean all mail, or none
    DEEP = "deep"
    MANY = "many"
    NO_VALUE = "no_value"
    LONG = "long"
    ADDRESS = "address"
    DOMAIN = "domain"
    NO_WORD = "no_word"
    NUMBER = "number"
    DATE = "date"
    REFERENCE = "reference"  # none that we know
    NOTHING = "nothing"  # it would do nothing
    NOBODY = "nobody"  # it would share with nobody
    TWICE = "twice"  # the same consequence
    AFTER_STOP = "after_stop"


class BadRule(ValueError):
    """`at`: where in the rule, by places within groups; empty: the rule, or its consequences."""

    def __init__(self, fault: Fault, at: Sequence[int] = ()) -> None:
        super().__init__(fault)
        self.fault = fault
        self.at = tuple(at)


Value = tuple[str, ...] | int | bool | date | None


@dataclass(frozen=True, slots=True)
class Condition:
    """value: as FIELDS says. Public ids as text, addresses and domains in lower case, `FileType`s; of REFERENCE as people write them."""

    field: Field
    op: Op
    value: Value = None

    @property
    def values(self) -> tuple[str, ...]:
        return self.value if isinstance(self.value, tuple) else ()


@dataclass(frozen=True, slots=True)
class Group:
    kind: Kind
    of: tuple["Group | Condition", ...]


class Takes(StrEnum):
    """What a condition's value is."""

    IDS = "ids"  # public ids
    ADDRESSES = "addresses"
    DOMAINS = "domains"
    PHRASES = "phrases"
    REFERENCES = "references"
    TYPES = "types"
    YES = "yes"  # true or false
    BYTES = "bytes"
    DAY = "day"
    NOTHING = "nothing"


_PEOPLE = {Op.IS: Takes.ADDRESSES, Op.DOMAIN: Takes.DOMAINS}
_LANGUAGE = {Op.WORDS: Takes.PHRASES, Op.EXACT: Takes.PHRASES}
FIELDS: Mapping[Field, Mapping[Op, Takes]] = {
    Field.ACCOUNT: {Op.IS: Takes.IDS},
    Field.FOLDER: {Op.IS: Takes.IDS},
    Field.SENDER: _PEOPLE,
    Field.RECIPIENTS: _PEOPLE,
    Field.SUBJECT: _LANGUAGE,
    Field.TEXT: _LANGUAGE,
    Field.WORDS: _LANGUAGE,
    Field.ATTACHMENT_NAME: {Op.WORDS: Takes.PHRASES},
    Field.ATTACHMENT_TYPE: {Op.IS: Takes.TYPES},
    Field.REFERENCE: {Op.IS: Takes.REFERENCES, Op.CASE: Takes.IDS, Op.ANY: Takes.NOTHING},
    Field.PARTY: {Op.CASE: Takes.IDS, Op.ANY: Takes.NOTHING},
    Field.LIST: {Op.IS: Takes.YES},
    Field.SIZE: {Op.OVER: Takes.BYTES, Op.UNDER: Takes.BYTES},
    Field.DATE: {Op.SINCE: Takes.DAY, Op.BEFORE: Takes.DAY},
    Field.READ: {Op.IS: Takes.YES},
}


def leaves(group: Group) -> list[Condition]:
    """Every condition, in order."""
    return [leaf for one in group.of for leaf in (leaves(one) if isinstance(one, Group) else [one])]


def when_from(told: Any) -> Group:
    """Of JSON: {"all": [{"field": "sender", "op": "domain", "value": ["sad.gov.pl"]}, {"none": […]}]}. Raises BadRule."""
    group = _member(told, ())
    if not isinstance(group, Group):
        raise BadRule(Fault.SHAPE)
    if len(leaves(group)) > LEAVES:
        raise BadRule(Fault.MANY)
    return group


def when_json(one: Group | Condition) -> dict[str, Any]:
    if isinstance(one, Group):
        return {one.kind.value: [when_json(member) for member in one.of]}
    value = list(one.value) if isinstance(one.value, tuple) else one.value
    written = value.isoformat() if isinstance(value, date) else value
    return {"field": one.field.value, "op": one.op.value, "value": written}


def _member(told: Any, at: tuple[int, ...]) -> Group | Condition:
    if not isinstance(told, dict):
        raise BadRule(Fault.SHAPE, at)
    if "field" in told:
        return _condition(told, at)
    kinds = [kind for kind in Kind if kind in told]
    if len(kinds) != 1 or len(told) != 1 or not isinstance(told[kinds[0]], list):
        raise BadRule(Fault.SHAPE, at)
    members = told[kinds[0]]
    if not members:
        raise BadRule(Fault.EMPTY, at)
    if len(at) >= DEPTH:
        raise BadRule(Fault.DEEP, at)
    if len(members) > LEAVES:
        raise BadRule(Fault.MANY, at)
    return Group(kinds[0], tuple(_member(member, (*at, place)) for place, member in enumerate(members)))


def _condition(told: Mapping[str, Any], at: tuple[int, ...]) -> Condition:
    try:
        field, op = Field(told["field"]), Op(told["op"])
        takes = FIELDS[field][op]
    except (KeyError, ValueError, TypeError):
        raise BadRule(Fault.SHAPE, at) from None
    try:
        return Condition(field, op, _value(takes, told.get("value")))
    except BadRule as bad:
        raise BadRule(bad.fault, at) from None


def _value(takes: Takes, told: Any) -> Value:
    if takes is Takes.NOTHING:
        return None
    if takes is Takes.YES:
        if not isinstance(told, bool):
            raise BadRule(Fault.NO_VALUE)
        return told
    if takes is Takes.BYTES:
        if isinstance(told, bool) or not isinstance(told, int) or not 0 < told < 1 << 40:
            raise BadRule(Fault.NUMBER)
        return told
    if takes is Takes.DAY:
        return _day(told)
    return _texts(takes, told)


def _day(told: Any) -> date:
    try:
        return date.fromisoformat(told)
    except (ValueError, TypeError):
        raise BadRule(Fault.DATE) from None


def _texts(takes: Takes, told: Any) -> tuple[str, ...]:
    if not isinstance(told, list) or not all(isinstance(one, str) for one in told):
        raise BadRule(Fault.SHAPE)
    texts = tuple(dict.fromkeys(text for one in told if (text := " ".join(one.split()))))
    if not texts:
        raise BadRule(Fault.NO_VALUE)
    if len(texts) > VALUES:
        raise BadRule(Fault.MANY)
    if any(len(text) > LONGEST or "\0" in text for text in texts):
        raise BadRule(Fault.LONG)
    return tuple(dict.fromkeys(_text(takes, text) for text in texts))


def _text(takes: Takes, text: str) -> str:
    if takes is Takes.IDS:
        try:
            return str(UUID(text))
        except ValueError:
            raise BadRule(Fault.SHAPE) from None
    if takes is Takes.TYPES and text not in set(FileType):
        raise BadRule(Fault.SHAPE)
    if takes is Takes.ADDRESSES and not _ADDRESS.fullmatch(text):
        raise BadRule(Fault.ADDRESS)
    if takes is Takes.DOMAINS:
        text = text.lstrip("@*.")
        if not _DOMAIN.fullmatch(text):
            raise BadRule(Fault.DOMAIN)
    if takes is Takes.PHRASES and not _WORD.search(text):
        raise BadRule(Fault.NO_WORD)
    return text.lower() if takes in {Takes.ADDRESSES, Takes.DOMAINS} else text
