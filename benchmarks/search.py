"""Search beside notmuch (in process) and mu, over the same mail in one run: until it can be searched, what the index takes, and five kinds
of query.

Five people of an office of twenty have the mail, a fifth each; most of what the other four have is shared with the first, who asks, as the
app role and under row-level security. Ours counts from the query's text to the rows of the page, theirs to sender, subject and date of as
many: without the words' surroundings, which they do not show. Ratios above 1: we are better.
"""

import os
import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import django
import psycopg

from benchmarks.bench import Teczka, folder, options, show
from tests.stock import data_folder

DATA = data_folder()
os.environ |= {"TECZKA_DATA": str(DATA), "DJANGO_SETTINGS_MODULE": "teczka.settings"}
os.environ |= {"TECZKA_EGRESS_ALLOW": "127.0.0.1,::1", "TECZKA_READERS": "2"}
django.setup()

from benchmarks.corpus import RARE, messages  # noqa: E402
from benchmarks.mail_tools import Mu, Notmuch, Query, mbsync  # noqa: E402
from teczka.core.search import parse  # noqa: E402
from teczka.store.models import Office, User  # noqa: E402
from teczka.store.queries.search import shown  # noqa: E402
from teczka.store.server import Server  # noqa: E402
from tests.dovecot.mailbox import Mailbox  # noqa: E402
from tests.dovecot.server import Dovecot  # noqa: E402

QUICK, FULL = 3_000, 100_000  # messages
OWNERS, TEAM = 5, 20
SHARED = 70  # per cent of the others' mail that the first sees; of the rest of the team each sees half of that
GOAL_UNTIL = 3
SECONDS = 1_200.0
WORD = re.compile(r"[^\W\d_]{4,}")

GRANTS = """
INSERT INTO store_grant (message_id, user_id, office_id, owner_id, reason, internaldate)
SELECT m.id, u.id, m.office_id, m.owner_id, 'share', m.internaldate FROM store_message m JOIN store_user u ON u.office_id = m.office_id
WHERE u.id <> m.owner_id AND (m.id * 7919) %% 100 < %(shared)s AND (u.id = %(first)s OR (m.id * 131 + u.id * 17) %% 2 = 0)
"""
# How many came, and whether any waits to be read: by their indexes, so that looking takes nothing from those who work.
WAITING = "SELECT (SELECT sum(stored)::integer FROM store_folder), EXISTS (SELECT FROM store_message WHERE indexed_with IS NULL)"
SIZES = """
SELECT pg_relation_size('terms_gin'), pg_total_relation_size('store_terms') + pg_total_relation_size('store_passage'),
  (SELECT sum(octet_length(text)) FROM store_text), pg_total_relation_size('store_text')
"""


def main() -> None:
    chosen = options(__doc__ or "")
    count = QUICK if chosen.quick else FULL
    with folder() as place, Dovecot() as dovecot:
        mailboxes = delivered(dovecot, count)
        teczka = Teczka(DATA)
        until = until_searchable(teczka, dovecot, mailboxes, count)
        fetched = mbsync(place, dovecot, mailboxes)
        notmuch, mu = Notmuch(place), Mu(place)
        until_notmuch, mu_index = notmuch.index(), mu.index()
        server = Server(DATA)
        server.start()
        try:
            with psycopg.connect(server.dsn("teczka", "postgres"), autocommit=True) as superuser:
                sizes = sizes_of(superuser) | {"notmuch_index_mb": notmuch.megabytes, "mu_index_mb": mu.megabytes}
                grants = share(superuser)
                queries = questions(superuser, 10 if chosen.quick else 40)
            figures = asked(queries, notmuch, mu, chosen.rounds or (2 if chosen.quick else 5))
        finally:
            server.stop()
    show(
        {
            "benchmark": "search",
            "messages": count,
            "load": round(os.getloadavg()[0], 1),
            "grants": grants,
            "until_searchable_s": round(until, 1),
            "mbsync_s": round(fetched, 1),
            "notmuch_new_s": round(until_notmuch, 1),
            "mu_index_s": round(mu_index, 1),
            "until_searchable_ratio": round((fetched + until_notmuch) / until, 2),
            "until_searchable_goal_ratio": round((fetched + until_notmuch) / until / GOAL_UNTIL, 2),
            **sizes,
            **figures,
        }
    )


def delivered(dovecot: Dovecot, count: int) -> list[Mailbox]:
    """The mail, dealt out in turn; the server's own indexes are warm."""
    mailboxes = [dovecot.add_user(f"osoba{number}") for number in range(OWNERS)]
    for mailbox in mailboxes:
        mailbox.deliver_many([])
    for one in messages(count, seed=2, profile="small"):
        mailbox = mailboxes[one.i % OWNERS]
        path = mailbox.maildir / "cur" / f"{one.date}.M{one.i:07}P1.host,S={len(one.raw)},W={len(one.raw)}:2,S"
        path.write_bytes(one.raw)
        os.utime(path, (one.date, one.date))
        if os.getuid() == 0:
            os.chown(path, *mailbox.owner)
    for mailbox in mailboxes:
        with mailbox.session("INBOX") as imap:
            imap.uid("FETCH", "1:*", "(FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)")
    return mailboxes


def until_searchable(teczka: Teczka, dovecot: Dovecot, mailboxes: Sequence[Mailbox], count: int) -> float:
    """From the moment that all accounts are there and the worker begins, to the last message in the index: everything runs, as on a user's
    machine. Seconds; the accounts are added before, while nothing runs."""
    teczka("migrate")
    server = Server(DATA)
    server.start()
    try:
        for mailbox in mailboxes:
            _add(teczka, dovecot, mailbox, f"{mailbox.username}@kancelaria-nowak.example")
    finally:
        server.stop()
    began = time.monotonic()
    run = teczka.start("run", "--port", "0")
    try:
        assert run.stdout is not None
        run.stdout.readline()
        with psycopg.connect(Server(DATA).dsn("teczka", "postgres"), autocommit=True) as look:
            while time.monotonic() - began < SECONDS:
                row = look.execute(WAITING).fetchone()
                if row == (count, False):
                    return time.monotonic() - began
                time.sleep(0.2)
        raise RuntimeError(f"after {SECONDS} s not all of {count} messages can be searched")
    finally:
        run.terminate()
        run.wait()


def _add(teczka: Teczka, dovecot: Dovecot, mailbox: Mailbox, address: str) -> None:
    teczka("user", "add", address, "--name", address, "--office", "Kancelaria")
    authority = Path(teczka.data) / "ca.pem"
    authority.write_text(dovecot.ca_pem)
    words = ["--user", address, "--address", address, "--username", mailbox.username, "--ca-file", str(authority)]
    incoming = f"localhost:{dovecot.tls_port}:tls"
    teczka("account", "add", *words, "--imap", incoming, "--password-stdin", say=mailbox.password + "\n")


def sizes_of(superuser: psycopg.Connection) -> dict[str, float]:
    """Before anything is shared, and before the tables are swept."""
    row: Any = superuser.execute(SIZES).fetchone()
    index, terms, text, stored = (round(float(each) / 1e6, 1) for each in row)
    return {"index_mb": index, "index_and_terms_mb": terms, "text_mb": text, "text_as_stored_mb": stored}


def share(superuser: psycopg.Connection) -> int:
    """How many grants were given. Straight into the table: what sharing costs is not asked here."""
    office = Office.objects.get(name="Kancelaria")
    people = [
        User.objects.create_user(f"z{n}@lipowa.example", office=office, name=f"Z {n}") for n in range(OWNERS, TEAM)
    ]
    first = User.objects.get(email="osoba0@kancelaria-nowak.example")
    assert people
    superuser.execute(GRANTS, {"shared": SHARED, "first": first.pk})
    superuser.execute("VACUUM ANALYZE")
    row = superuser.execute("SELECT count(*) FROM store_grant").fetchone()
    return int(row[0]) if row else 0


def questions(superuser: psycopg.Connection, many: int) -> list[Query]:
    """Words by lot from letters that lie evenly spread: common ones stand in a tenth of all at least, rare ones in one of these at most."""
    rows = superuser.execute(
        "SELECT m.from_name, t.text FROM store_text t JOIN store_message m ON m.id = t.message_id WHERE mod(m.id, 40) = 0 ORDER BY m.id"
    ).fetchall()
    letters = [(name.split()[-1] if name else "", sorted({*WORD.findall(text.lower())})) for name, text in rows]
    often = Counter(word for _, words in letters for word in words)
    lot = random.Random(9)

    def between(low: float, high: float) -> list[str]:
        return sorted(word for word, times in often.items() if low * len(letters) <= times <= high * len(letters))

    common, middling, once = between(0.1, 0.6), between(0.01, 0.1), between(0, 1.5 / len(letters))
    rare = [*RARE, *lot.sample(once, min(many, len(once)))][:many]
    said = [(name, words) for name, words in letters if name.isalpha() and len(words) > 10]
    begun = [word[:4] for word in lot.choices(sorted(word for word in often if len(word) > 5), k=many)]
    return [
        *(Query("rare", word, word, word) for word in rare),
        *(Query("common_newest_50", word, word, word) for word in lot.choices(common, k=many)),
        *(
            Query("two_words", f"{one} {other}", f"{one} and {other}", f"{one} and {other}")
            for one, other in zip(lot.choices(common, k=many), lot.choices(middling, k=many), strict=True)
        ),
        *(Query("prefix", f"{word}*", f"{word}*", f"{word}*") for word in begun),
        *(
            Query("from_word", f"od:{name} {word}", f"from:{name} and {word}", f"from:{name} and {word}")
            for name, words in lot.choices(said, k=many)
            for word in [lot.choice(words)]
        ),
    ]


def asked(queries: Sequence[Query], notmuch: Notmuch, mu: Mu, rounds: int) -> dict[str, float]:
    """Each in turn, once before it counts."""
    took: dict[str, dict[str, list[float]]] = {"teczka": {}, "notmuch": {}, "mu": {}}
    found: dict[str, Counter[str]] = {name: Counter() for name in took}
    viewer = User.objects.get(email="osoba0@kancelaria-nowak.example")
    for number in range(rounds + 1):
        answers = {
            "teczka": [ours(viewer, query.ours) for query in queries],
            "notmuch": notmuch.ask([query.notmuch for query in queries]),
            "mu": mu.ask([query.mu for query in queries]) if number <= 1 else [],
        }
        for name, each in answers.items():
            for query, (milliseconds, rows) in zip(queries, each, strict=False):
                if number:
                    took[name].setdefault(query.kind, []).append(milliseconds)
                    found[name][query.kind] += rows
    out: dict[str, float] = {}
    for kind in took["teczka"]:
        p95 = {name: quantiles(took[name][kind], n=20)[-1] for name in took}
        for name in took:
            out[f"{kind}_{name}_p50_ms"] = round(median(took[name][kind]), 2)
            out[f"{kind}_{name}_p95_ms"] = round(p95[name], 2)
            out[f"{kind}_{name}_rows"] = round(found[name][kind] / len(took[name][kind]), 1)
        out[f"{kind}_notmuch_ratio"] = round(p95["notmuch"] / p95["teczka"], 2)
        out[f"{kind}_mu_ratio"] = round(p95["mu"] / p95["teczka"], 2)
    return out


def ours(viewer: User, text: str) -> tuple[float, int]:
    began = time.perf_counter()
    rows = shown(viewer, parse(text)).hits
    return (time.perf_counter() - began) * 1000, len(rows)


if __name__ == "__main__":
    main()
