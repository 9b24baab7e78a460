"""What a rule's conditions mean, said once more and without a database: held against what the statements find."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import cast
from zoneinfo import ZoneInfo

from teczka.core.conditions import Condition, Field, FileType, Group, Kind, Op
from teczka.core.references import parse, same, spans
from teczka.language.words import asked, lexemes, reading_of, spelled

_WORD = re.compile(r"[^\W_]+")
ENDINGS = {FileType.PDF: {".pdf"}, FileType.DOCUMENT: {".docx", ".doc"}, FileType.IMAGE: {".png"}}


@dataclass(frozen=True)
class Facts:
    account: str = ""
    folders: frozenset[str] = frozenset()
    sender: str = ""
    recipients: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    files: tuple[str, ...] = ()
    listed: bool = False
    size: int = 0
    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    read: bool = False


@dataclass(frozen=True)
class World:
    """What ids of cases stand for."""

    zone: ZoneInfo
    references: dict[str, list[str]] = field(default_factory=dict)
    addresses: dict[str, list[str]] = field(default_factory=dict)


def fits(one: Group | Condition, facts: Facts, world: World) -> bool:
    if isinstance(one, Condition):
        return _leaf(one, facts, world)
    each = [fits(member, facts, world) for member in one.of]
    return all(each) if one.kind is Kind.ALL else any(each) is (one.kind is Kind.ANY)


def _leaf(one: Condition, facts: Facts, world: World) -> bool:
    match one.field:
        case Field.ACCOUNT:
            return facts.account in one.values
        case Field.FOLDER:
            return bool(facts.folders & {*one.values})
        case Field.SENDER:
            return _people(one, [facts.sender])
        case Field.RECIPIENTS:
            return _people(one, facts.recipients)
        case Field.ATTACHMENT_TYPE:
            return any(_type(value, facts.files) for value in one.values)
        case Field.REFERENCE:
            return _reference(one, facts, world)
        case Field.PARTY:
            every = {address for addresses in world.addresses.values() for address in addresses}
            asked = every if one.op is Op.ANY else {a for case in one.values for a in world.addresses.get(case, [])}
            return bool(asked & {facts.sender, *facts.recipients})
        case Field.LIST:
            return facts.listed is one.value
        case Field.READ:
            return facts.read is one.value
        case Field.SIZE:
            return facts.size > cast(int, one.value) if one.op is Op.OVER else facts.size < cast(int, one.value)
        case Field.DATE:
            begins = datetime.combine(one.value, time(), world.zone)  # type: ignore[arg-type]
            return facts.at >= begins if one.op is Op.SINCE else facts.at < begins
    where = {
        Field.SUBJECT: [facts.subject],
        Field.TEXT: [facts.text],
        Field.WORDS: [facts.subject, facts.text],
        Field.ATTACHMENT_NAME: [" ".join(facts.files)],
    }[one.field]
    said = _exactly if one.op is Op.EXACT else _by_lemma
    return any(said(value, text) for value in one.values for text in where)


def _people(one: Condition, addresses: list[str] | tuple[str, ...]) -> bool:
    if one.op is Op.IS:
        return bool({*addresses} & {*one.values})
    return any(a.endswith(("@" + domain, "." + domain)) for a in addresses for domain in one.values)


def _type(value: str, files: tuple[str, ...]) -> bool:
    if value == FileType.ANY:
        return bool(files)
    return any(name.endswith(ending) for name in files for ending in ENDINGS.get(FileType(value), ()))


def _reference(one: Condition, facts: Facts, world: World) -> bool:
    there = [found.reference for text in (facts.subject, facts.text, *facts.files) for found in spans(text)]
    if one.op is Op.ANY:
        return bool(there)
    written = one.values if one.op is Op.IS else [text for case in one.values for text in world.references[case]]
    asked = [found for text in written if (found := parse(text))]
    return any(same(a, b) for a in asked for b in there)


def _by_lemma(phrase: str, text: str) -> bool:
    words = spelled(text)
    there = [{*lexemes(word, reading_of(text, words)).terms} for word in words]
    terms = [{*asked(word)} for word in _WORD.findall(phrase)]
    return any(
        all(each & at for each, at in zip(terms, there[begin:], strict=False))
        for begin in range(len(there) - len(terms) + 1)
    )


def _exactly(phrase: str, text: str) -> bool:
    asked, there = (list(map(str.lower, _WORD.findall(each))) for each in (phrase, text))
    return any(there[begin : begin + len(asked)] == asked for begin in range(len(there)))
