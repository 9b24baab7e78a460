"""Mail with all that transaction B yields of it, made inside the database past all walls: what rules look through. A few thousand letters
by lot, each as often as it takes."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg

from teczka.core.references import spans
from teczka.language.fields import of_message
from teczka.language.vectors import vectors

LETTERS = 2_000
WORDS = """umowa umowy najmu najem lokalu sąd sądu sądem pozew pozwu wezwanie wezwania zapłata zapłaty termin terminu rozprawa rozprawie
klient klienta klientowi faktura faktury załącznik załączniku pismo pisma odpowiedź odpowiedzi apelacja apelacji wyrok wyroku
postanowienie doręczenie doręczono komornik komornika egzekucja wierzyciel dłużnik dłużnika odsetki koszty kosztów pełnomocnik
pełnomocnictwo ugoda ugody spotkanie spotkania proszę przesyłam uprzejmie dziękuję szanowni państwo poniedziałek wtorek środa
kancelaria kancelarii sprawa sprawie sprawy akta akt biegły opinia opinii świadek świadka dowód dowodu nieruchomość nieruchomości
księga wieczysta hipoteka sprzedaż kupno cena dostawa reklamacja gwarancja odszkodowanie wypadek ubezpieczyciel polisa pracownik
pracodawca wypowiedzenie urlop wynagrodzenie spółka zarząd uchwała wspólnik oraz które jednak także wobec przez przed po dla na do
od ze nie tak jak już jeszcze bardzo tylko może powinien należy""".split()
_BEGINS = "Kowal Nowa Wiśni Lewan Zieli Szyma Woźnia Dąbro Kamiń Jagieł Borow Czajko Głowa Hajdu Jabłoń Krup Łuka Malin Ostro Paw".split()
_ENDS = "ski ska cki wicz czak czyk iec ak ek owski owska icki icka arz oń ysz ul uła asz iak".split()
NAMES = [begin + end for begin in _BEGINS for end in _ENDS]
DOMAINS = ["sad.example", "klient.example", "spolka.example", "urzad.example", "bank.example", "ubezpieczyciel.example"]

_WEIGHTS = [1 / (3 + place) for place in range(len(WORDS))][::-1]  # the commonest stand at the end

LETTER = "CREATE TEMP TABLE letter (n bigint, subject text, sender text, headers jsonb, body text, terms tsvector, found jsonb, files int)"
MESSAGES = """
INSERT INTO store_message (public_id, office_id, owner_id, account_id, sha256, size, pack_id, pack_offset, pack_length, pack_codec,
  internaldate, subject, from_name, from_address, to_line, message_id, snippet, attachments, defects, reading_tries, indexed_with)
SELECT gen_random_uuid(), %(office)s, %(owner)s, %(account)s, sha256((%(folder)s::bigint || 'n' || g.n)::bytea), 2000 + g.n,
  %(pack)s, 0, 0, 0,
  now() - g.n * %(apart)s::integer * interval '1 second', l.subject, '', l.sender, '', '', '', l.files, '{}', 0, 1
FROM generate_series(1, %(count)s::bigint) g (n) JOIN letter l ON l.n = g.n * 7919 %% %(letters)s::bigint
"""
OF_THEM = "FROM store_message m JOIN letter l ON l.n = (m.size - 2000) * 7919 %% %(letters)s::bigint WHERE m.account_id = %(account)s"
REST = (
    """INSERT INTO store_placement (office_id, owner_id, folder_id, message_id, uidvalidity, uid, internaldate,
       seen, flagged, answered, draft, keywords)
       SELECT m.office_id, m.owner_id, %(folder)s, m.id, 1, m.size, m.internaldate, m.size %% 3 > 0, false, false, false, '{}' """,
    """INSERT INTO store_text (message_id, owner_id, headers, text, html, blocked_images, blocked_hosts)
       SELECT m.id, m.owner_id, l.headers, l.body, '', 0, '{}' """,
    """INSERT INTO store_terms (message_id, owner_id, office_id, account_id, internaldate, terms)
       SELECT m.id, m.owner_id, m.office_id, m.account_id, m.internaldate, l.terms || (concat(''':o', m.owner_id, ''' '':m',
         to_char(m.internaldate AT TIME ZONE 'UTC', 'YYYYMM'), CASE WHEN m.attachments > 0 THEN ''' '':hfile' END, ''''))::tsvector """,
)
REFERENCES = f"""
INSERT INTO store_messagereference
  (message_id, owner_id, office_id, place, position, written, repertory, number, year, division, court, suffix)
SELECT m.id, m.owner_id, m.office_id, 'subject', 0, r.written, r.repertory, r.number, r.year, r.division, r.court, r.suffix
{
    OF_THEM.replace(
        " WHERE",
        ''' CROSS JOIN jsonb_to_recordset(l.found)
  AS r (written text, repertory text, number text, year smallint, division text, court text, suffix text) WHERE''',
    )
}
"""
PARTS = f"""
INSERT INTO store_part (message_id, owner_id, path, kind, content_type, charset, encoding, name, content_id, "offset", length, size)
SELECT m.id, m.owner_id, '2', 'attachment', 'application/pdf', '', 'base64', 'pismo.pdf', '', 0, 0, 9 {OF_THEM} AND l.files > 0
"""


@dataclass(frozen=True)
class Letter:
    subject: str
    sender: str
    recipients: Sequence[str]
    body: str
    reference: str
    files: int


def letters(count: int = LETTERS, seed: int = 1) -> list[Letter]:
    lot = random.Random(seed)
    return [_letter(lot) for _ in range(count)]


def fill_mail(connection: psycopg.Connection, owner: dict[str, int], count: int, apart: int) -> None:
    """`connection`: a superuser's. `owner`: ids of office, owner, account and folder. The newest now, each other `apart` seconds older."""
    names: dict[str, Any] = {**owner, "pack": uuid4(), "count": count, "apart": apart, "letters": LETTERS}
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(LETTER)
        with cursor.copy("COPY letter FROM STDIN") as copy:
            for number, one in enumerate(letters()):
                copy.write_row(_row(number, one))
        cursor.execute(
            "INSERT INTO store_pack (id, office_id, owner_id, account_id, size, created_at)"
            " VALUES (%(pack)s, %(office)s, %(owner)s, %(account)s, 0, now())",
            names,
        )
        cursor.execute("DROP INDEX terms_gin")  # built at once it takes a fraction of the time
        for statement in (MESSAGES, *(each + OF_THEM for each in REST), REFERENCES, PARTS):
            cursor.execute(statement, names)
        cursor.execute("CREATE INDEX terms_gin ON store_terms USING gin (terms)")
        cursor.execute("DROP TABLE letter")


def _letter(lot: random.Random) -> Letter:
    people = [f"osoba{lot.randrange(200)}@{lot.choice(DOMAINS)}" for _ in range(1 + lot.randrange(4))]
    reference = f"I C {1 + lot.randrange(300)}/{20 + lot.randrange(6)}" if lot.random() < 0.3 else ""
    subject = " ".join([reference, *lot.choices(WORDS, _WEIGHTS, k=3), *lot.choices(NAMES, k=2)]).strip()
    words = [*lot.choices(WORDS, _WEIGHTS, k=60 + lot.randrange(240)), *lot.choices(NAMES, k=8)]
    lot.shuffle(words)
    body = " ".join(words)
    return Letter(subject, people[0], people[1:] or ["kancelaria@lipowa.example"], body, reference, lot.random() < 0.25)


def _row(number: int, one: Letter) -> tuple[Any, ...]:
    recipients = [("", each) for each in one.recipients]
    terms = vectors(of_message(one.subject, [("", one.sender)], recipients, ["pismo.pdf"] * one.files, one.body))[0]
    found = [{"written": one.reference, **each.reference._asdict()} for each in spans(one.reference)]
    headers = {
        "from": [["", one.sender]],
        "to": [["", each] for each in one.recipients],
        "cc": [],
        "bcc": [],
        "unsubscribe": [],
    }
    return number, one.subject, one.sender, json.dumps(headers), one.body, terms, json.dumps(found), int(one.files)
