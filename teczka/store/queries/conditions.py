"""A rule's conditions as SQL: one boolean expression over what is known of a message.

`Writer.fits` says it over the columns of FACTS (`f`), of a message each; it is never NULL. `Writer.narrowed` says over a message's row
(`m`) what every message that fits fulfils, and whether that is already all: it asks whole sets by their indexes, for looking through tens
of thousands. Lemmas and addresses are looked for in the index of terms, which none of its operators lets through a wall: by a function over
it (migration 0005).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, cast
from zoneinfo import ZoneInfo

from teczka.core.conditions import Condition, Field, FileType, Group, Kind, Op
from teczka.core.references import Reference
from teczka.language.asking import phrase, tsquery
from teczka.language.fields import Field as Part
from teczka.language.words import of_address, spelled

# Content types and endings of names; either is enough, for programs name what they send as they like.
TYPES = {
    FileType.PDF: ["application/pdf", ".pdf"],
    FileType.DOCUMENT: [
        "application/msword",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.oasis.opendocument.text",
        "application/rtf",
        *(".doc", ".docx", ".odt", ".rtf"),
    ],
    FileType.SHEET: [
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.spreadsheet",
        "text/csv",
        *(".xls", ".xlsx", ".ods", ".csv"),
    ],
    FileType.IMAGE: [
        *("image/jpeg", "image/png", "image/gif", "image/tiff", "image/webp", "image/heic", "image/bmp"),
        *(".jpg", ".jpeg", ".png", ".gif", ".tif", ".tiff", ".webp", ".heic", ".bmp"),
    ],
    FileType.ARCHIVE: [
        *("application/zip", "application/x-7z-compressed", "application/vnd.rar", "application/gzip"),
        *(".zip", ".7z", ".rar", ".gz", ".tar"),
    ],
    FileType.LETTER: ["message/rfc822", "application/vnd.ms-outlook", ".eml", ".msg"],
    FileType.SIGNED: [
        *("application/pkcs7-signature", "application/pkcs7-mime", "application/vnd.etsi.asic-e+zip"),
        *(".p7s", ".p7m", ".xades", ".asice", ".sig"),
    ],
}

# Where a condition's words stand: in a field that has terms of its own; else among all words, of which their places bear these marks.
_FIELDS = {Field.SUBJECT: Part.SUBJECT, Field.ATTACHMENT_NAME: Part.FILE, Field.TEXT: Part.TEXT, Field.WORDS: Part.TEXT}
_WEIGHTS = {Field.TEXT: "D", Field.WORDS: "AD"}
# Letters and digits of any script, by their places in Unicode: what a server's locale takes for them differs.
_LETTER = "0-9A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u1fff\u2c00-\ud7ff\uf900-\ufdff\ufe70-\ufefc"

PEOPLE = """jsonb_array_elements(coalesce(t.headers->'to', '[]') || coalesce(t.headers->'cc', '[]')
  || coalesce(t.headers->'bcc', '[]')) person"""
LIVE = "p.message_id = m.id AND p.gone_at IS NULL"
LISTED = "t.headers #> '{unsubscribe,0}' IS NOT NULL"  # as the index text_listed has it (migration 0005)
# Columns that cost something, each only where a rule asks for it.
COLUMNS = {
    "recipients": rf"(SELECT E'\n' || coalesce(string_agg(lower(person->>1), E'\n'), '') || E'\n' FROM {PEOPLE})",
    "people": f"ARRAY(SELECT lower(person->>1) FROM {PEOPLE}) || lower(m.from_address)",
    "listed": LISTED,
    "text": "coalesce(t.text, '')",
    # `||` makes a value that is unpacked once, however many rules look into it.
    "terms": "coalesce(w.terms || ''::tsvector, '')",
    # Of a long text. Asked once: the table's walls would be planned, and begun, for each condition.
    "passages": "ARRAY(SELECT p.terms FROM store_passage p WHERE p.message_id = m.id)",
    "refs": """ARRAY(SELECT unnest(ARRAY[k, k || coalesce(nullif(r.suffix, ''), '-')]) FROM store_messagereference r
  CROSS JOIN LATERAL (SELECT concat_ws('|', r.repertory, r.number, r.year, r.division, r.court, '')) key (k)
  WHERE r.message_id = m.id)""",
    "types": r"""CASE WHEN m.attachments > 0 THEN ARRAY(
  SELECT unnest(ARRAY[lower(p.content_type), coalesce(lower(substring(p.name from '\.[^.]{1,8}$')), '')])
  FROM store_part p WHERE p.message_id = m.id AND p.kind = 'attachment') ELSE '{}' END""",
    "folders": f"ARRAY(SELECT p.folder_id FROM store_placement p WHERE {LIVE})",
    "seen": f"NOT EXISTS (SELECT FROM store_placement p WHERE {LIVE} AND NOT p.seen)",
}
JOINS = {
    "LEFT JOIN store_text t ON t.message_id = m.id": {"recipients", "people", "listed", "text"},
    "LEFT JOIN store_terms w ON w.message_id = m.id": {"terms"},
}
FACTS = """(SELECT m.id, m.account_id, m.size, m.internaldate, m.attachments, coalesce(m.subject, '') AS subject,
  lower(m.from_address) AS sender {columns} FROM store_message m {joins} WHERE {which} OFFSET 0) f"""

_ANY_FILE = str(FileType.ANY)


@dataclass(frozen=True, slots=True)
class Known:
    """What the conditions' ids stand for, as their owner sees it now: what they may not see stands for nothing."""

    viewer: int
    zone: ZoneInfo
    accounts: dict[str, int] = field(default_factory=dict)  # public id → inner
    folders: dict[str, int] = field(default_factory=dict)
    references: dict[str, list[Reference]] = field(
        default_factory=dict
    )  # case → those that it bears; and as written → one
    addresses: dict[str, list[str]] = field(default_factory=dict)  # case → of its parties; "" → of all cases


@dataclass(slots=True)
class Writer:
    known: Known
    parameters: dict[str, Any] = field(default_factory=dict)
    needs: set[str] = field(default_factory=set)  # of COLUMNS

    def facts(self, which: str) -> str:
        columns = "".join(f",\n  {COLUMNS[name]} AS {name}" for name in sorted(self.needs))
        joins = " ".join(join for join, names in JOINS.items() if names & self.needs)
        return FACTS.format(columns=columns, joins=joins, which=which)

    def given(self, value: Any) -> str:
        name = f"given_{len(self.parameters)}"
        self.parameters[name] = value
        return f"%({name})s"

    def fits(self, one: Group | Condition) -> str:
        """SQL over `f`."""
        if isinstance(one, Condition):
            return _FITS[one.field](self, one)
        members = [self.fits(member) for member in one.of]
        joined = (" AND " if one.kind is Kind.ALL else " OR ").join(members)
        return f"NOT ({joined})" if one.kind is Kind.NONE else f"({joined})"

    def narrowed(self, one: Group | Condition) -> tuple[str, bool]:
        """SQL over `m`; whether it is as good as `fits`."""
        if isinstance(one, Condition):
            return self._narrowed_leaf(one)
        members = [self.narrowed(member) for member in one.of]
        exact = all(exact for _, exact in members)
        if one.kind is Kind.NONE:
            members = [member for member in members if member[1]]
            return (f"NOT ({' OR '.join(sql for sql, _ in members)})" if members else "true"), exact
        if one.kind is Kind.ANY and any(sql == "true" for sql, _ in members):
            return "true", False
        joined = (" AND " if one.kind is Kind.ALL else " OR ").join(sql for sql, _ in members)
        return f"({joined})", exact

    def _narrowed_leaf(self, one: Condition) -> tuple[str, bool]:
        if one.field in _OF_THE_ROW:
            return _FITS[one.field](self, one, "m"), True
        if one.field in _FIELDS:
            return self._worded(one)
        if one.field is Field.RECIPIENTS:
            return self.stored(_addresses(one.values, Part.TO, domains=one.op is Op.DOMAIN)), False
        if one.field is Field.PARTY:
            return self.stored(_addresses(_of_parties(self.known, one), Part.FROM, Part.TO)), False
        if one.field is Field.ATTACHMENT_TYPE:
            return "m.attachments > 0", _ANY_FILE in one.values
        if one.field is Field.REFERENCE:
            return self._bearing(one)
        if one.field is Field.FOLDER:
            folders = self.given(_inner(self.known.folders, one.values))
            found = f"p.folder_id = ANY({folders}::bigint[]) AND p.gone_at IS NULL"
            return f"m.id IN (SELECT p.message_id FROM store_placement p WHERE {found})", True
        if one.field is Field.LIST:
            listed = f"(SELECT t.message_id FROM store_text t WHERE t.owner_id = {self.given(self.known.viewer)} AND {LISTED})"
            return f"m.id {'' if one.value else 'NOT '}IN {listed}", True
        if one.field is Field.READ:
            own = f"p.folder_id IN (SELECT d.id FROM store_folder d WHERE d.owner_id = {self.given(self.known.viewer)})"
            unseen = f"(SELECT p.message_id FROM store_placement p WHERE {own} AND p.gone_at IS NULL AND NOT p.seen)"
            return f"m.id {'NOT ' if one.value else ''}IN {unseen}", True
        return "true", False

    def _worded(self, one: Condition) -> tuple[str, bool]:
        """All words of one of the phrases: neither where they stand nor their order is asked of the index: it would look into each row."""
        phrases = _phrases(one)
        query = _any_of(" & ".join(tsquery(terms, _FIELDS[one.field]) for terms in each) for each in phrases)
        exact = one.field not in _WEIGHTS and one.op is Op.WORDS and all(len(each) == 1 for each in phrases)
        return self.stored(query), exact

    def stored(self, query: str) -> str:
        """Messages whose terms fit a tsquery; "" fits none."""
        return f"m.id IN (SELECT teczka_mail_with({self.given(query)}::tsquery))" if query else "false"

    def _bearing(self, one: Condition) -> tuple[str, bool]:
        mine = f"r.owner_id = {self.given(self.known.viewer)}"
        if one.op is not Op.ANY:
            asked = _of_files(self.known, one)
            columns = ([each[place] for each in asked] for place in range(3))
            given = ", ".join(f"{self.given(column)}::{kind}[]" for column, kind in zip(columns, _KEY, strict=True))
            mine += f" AND (r.repertory, r.number, r.year) IN (SELECT * FROM unnest({given}))"
        return f"m.id IN (SELECT r.message_id FROM store_messagereference r WHERE {mine})", one.op is Op.ANY


_KEY = ("text", "text", "smallint")


def _account(to: Writer, one: Condition, of: str = "f") -> str:
    return f"{of}.account_id = ANY({to.given(_inner(to.known.accounts, one.values))}::bigint[])"


def _folder(to: Writer, one: Condition) -> str:
    to.needs.add("folders")
    return f"f.folders && {to.given(_inner(to.known.folders, one.values))}::bigint[]"


def _sender(to: Writer, one: Condition, of: str = "f") -> str:
    column = "f.sender" if of == "f" else "lower(m.from_address)"
    if one.op is Op.IS:
        return f"{column} = ANY({to.given(list(one.values))}::text[])"
    ends = [sign + domain for domain in one.values for sign in "@."]
    return f"({' OR '.join(f'right({column}, {len(end)}) = {to.given(end)}' for end in ends)})"


def _recipients(to: Writer, one: Condition) -> str:
    to.needs.add("recipients")
    signs = "\n" if one.op is Op.IS else "@."
    found = [to.given(f"{sign}{value}\n") for value in one.values for sign in signs]
    return f"({' OR '.join(f'strpos(f.recipients, {each}) > 0' for each in found)})"


def _language(to: Writer, one: Condition) -> str:
    to.needs |= {"terms", "passages"}
    words = to.given(
        _any_of(
            " <-> ".join(tsquery(terms, _FIELDS[one.field], marks=_WEIGHTS.get(one.field, "")) for terms in each)
            for each in _phrases(one)
        )
    )
    in_a_passage = f"EXISTS (SELECT FROM unnest(f.passages) passage WHERE passage @@ {words}::tsquery)"
    fits = f"(f.terms @@ {words}::tsquery OR (f.passages <> '{{}}' AND {in_a_passage}))"
    if one.op is Op.WORDS:
        return fits
    columns = {Field.SUBJECT: ["subject"], Field.TEXT: ["text"]}.get(one.field, ["subject", "text"])
    to.needs |= {*columns} & {"text"}
    form = to.given(_forms(one.values))
    return f"CASE WHEN {fits} THEN {' OR '.join(f'f.{column} ~ {form}' for column in columns)} ELSE false END"


def _type(to: Writer, one: Condition) -> str:
    if _ANY_FILE in one.values:
        return "f.attachments > 0"
    to.needs.add("types")
    return f"f.types && {to.given([each for value in one.values for each in TYPES[FileType(value)]])}::text[]"


def _reference(to: Writer, one: Condition) -> str:
    to.needs.add("refs")
    if one.op is Op.ANY:
        return "f.refs <> '{}'"
    keys = [key for each in _of_files(to.known, one) for key in _keys(each)]
    return f"f.refs && {to.given(keys)}::text[]"


def _party(to: Writer, one: Condition) -> str:
    to.needs.add("people")
    addresses = to.given(_of_parties(to.known, one))
    return f"EXISTS (SELECT FROM unnest(f.people) each WHERE each = ANY({addresses}::text[]))"


def _list(to: Writer, one: Condition) -> str:
    to.needs.add("listed")
    return "f.listed" if one.value else "NOT f.listed"


def _read(to: Writer, one: Condition) -> str:
    to.needs.add("seen")
    return "f.seen" if one.value else "NOT f.seen"


def _size(to: Writer, one: Condition, of: str = "f") -> str:
    return f"{of}.size {'>' if one.op is Op.OVER else '<'} {to.given(one.value)}"


def _date(to: Writer, one: Condition, of: str = "f") -> str:
    begins = datetime.combine(cast(date, one.value), time(), to.known.zone)
    return f"{of}.internaldate {'>=' if one.op is Op.SINCE else '<'} {to.given(begins)}"


_FITS: dict[Field, Callable[..., str]] = {
    Field.ACCOUNT: _account,
    Field.FOLDER: _folder,
    Field.SENDER: _sender,
    Field.RECIPIENTS: _recipients,
    **dict.fromkeys(_FIELDS, _language),
    Field.ATTACHMENT_TYPE: _type,
    Field.REFERENCE: _reference,
    Field.PARTY: _party,
    Field.LIST: _list,
    Field.SIZE: _size,
    Field.DATE: _date,
    Field.READ: _read,
}
_OF_THE_ROW = {Field.ACCOUNT, Field.SENDER, Field.SIZE, Field.DATE}


def _inner(known: dict[str, int], values: Iterable[str]) -> list[int]:
    return [known[value] for value in values if value in known]


def _of_files(known: Known, one: Condition) -> list[Reference]:
    return [each for value in one.values for each in known.references.get(value, ())]


def _of_parties(known: Known, one: Condition) -> list[str]:
    of = one.values or ("",)
    return sorted({address for case in of for address in known.addresses.get(case, ())})


def _keys(asked: Reference) -> list[str]:
    """As COLUMNS writes a message's references, without a suffix and with it: one that only one of two bears is no difference."""
    without = "|".join(map(str, asked.key)) + "|"
    return [f"{without}{asked.suffix}", f"{without}-"] if asked.suffix else [without]


def _phrases(one: Condition) -> list[list[tuple[str, ...]]]:
    """Of each of them its words, of each of these the terms of which any means it."""
    exact = one.op is Op.EXACT
    phrases = [[terms[:1] if exact else terms for terms in phrase(value)] for value in one.values]
    return [each for each in phrases if each]


def _addresses(values: Sequence[str], *fields: Part, domains: bool = False) -> str:
    """The tsquery of all mail that names one of these there: some that it finds may not."""
    names = [[(term,) for term in of_address(value)] if domains else phrase(value) for value in values]
    return _any_of(" & ".join(tsquery(terms, field) for terms in each) for each in names if each for field in fields)


def _any_of(queries: Iterable[str]) -> str:
    return " | ".join(f"({query})" for query in queries)


def _forms(values: Iterable[str]) -> str:
    """A regular expression, ours and bounded: these words one behind another, but for capitals as they are written."""
    phrases = (f"[^{_LETTER}]+".join(map(_form, spelled(value))) for value in values)
    return f"(^|[^{_LETTER}])({'|'.join(phrases)})($|[^{_LETTER}])"


def _form(word: str) -> str:
    return "".join(_sign(sign) for sign in word)


def _sign(sign: str) -> str:
    cases = {each for each in (sign, sign.lower(), sign.upper()) if len(each) == 1}
    return f"[{''.join(sorted(cases))}]" if sign.isalnum() else f"\\{sign}"
