"""The text of attached files: how many a second of each kind through the limited process, and its memory; how many until they are found;
and how long the newest letter waits to be found while thousands of attachments wait beside it, in the same reader, on the same machine."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

import django

from benchmarks.bench import options, show
from tests.database import TestDatabase
from tests.stock import data_folder

DATA = data_folder()
os.environ |= {"TECZKA_DATA": str(DATA), "DJANGO_SETTINGS_MODULE": "teczka.settings"}
django.setup()

from teczka.actions.extraction import extract_some  # noqa: E402
from teczka.actions.reading import read_some, warm_up  # noqa: E402
from teczka.core.search import parse  # noqa: E402
from teczka.mime.extraction.confined import Extractor, File  # noqa: E402
from teczka.store.models import Account, Office, User  # noqa: E402
from teczka.store.queries.doctor import unextracted  # noqa: E402
from teczka.store.queries.search import search  # noqa: E402
from teczka.worker.extraction import Extraction  # noqa: E402
from tests import attached  # noqa: E402
from tests.cast import make_account  # noqa: E402
from tests.generated_mail import WORDS  # noqa: E402
from tests.stored import store  # noqa: E402

PAGE = 300  # words
PAGES = 5
OCTETS = "application/octet-stream"


def main() -> None:
    quick = options(__doc__ or "").quick
    kinds, peak = through(40 if quick else 400)
    database = TestDatabase(DATA)
    database.start()
    try:
        owner = User.objects.create_user(
            "o@lipowa.example", office=Office.objects.create(name="Kancelaria"), name="Osoba"
        )
        account = make_account(owner, owner.email)
        warm_up()
        whole = until_found(account, 60 if quick else 600)
        beside = beside_extraction(account, owner, 400 if quick else 3_000, 30 if quick else 200)
    finally:
        database.stop()
    show(
        {
            "benchmark": "extraction",
            "pages_a_file": PAGES,
            "load": round(os.getloadavg()[0], 1),
            "files_per_second": kinds,
            "peak_megabytes": round(peak / 2**20, 1),
            **whole,
            **beside,
        }
    )


def files(draw: Random) -> dict[str, bytes]:
    """One of each kind, of as many words as PAGES have."""
    pages = ["\n".join(" ".join(draw.choices(WORDS, k=12)) for _ in range(PAGE // 12)) for _ in range(PAGES)]
    lines = "\n".join(pages).split("\n")
    return {
        "pdf": attached.pdf(*pages),
        "docx": attached.docx(*lines),
        "odt": attached.odt(*lines),
        "xlsx": attached.xlsx(*[[line, number, 1_000 + number] for number, line in enumerate(lines)]),
        "rtf": attached.rtf("\n".join(pages)),
        "txt": "\n".join(pages).encode("cp1250", "replace"),
        "html": f"<html><body>{''.join(f'<p>{line}</p>' for line in lines)}</body></html>".encode(),
        "eml": attached.letter("Pismo", pages[0], ("umowa.docx", OCTETS, attached.docx(*lines))),
    }


def through(count: int) -> tuple[dict[str, int], int]:
    """Through one process, which has begun: files a second by kind, and its memory at most."""
    draw = Random(1)
    several = [files(draw) for _ in range(5)]
    rates = {}
    with Extractor() as extractor:
        for kind in several[0]:
            extractor.extract(File(f"a.{kind}", OCTETS, ""), lambda: iter([several[0][kind]]))  # noqa: B023
            began = time.perf_counter()
            for number in range(count):
                told = extractor.extract(File(f"a.{kind}", OCTETS, ""), lambda: iter([several[number % 5][kind]]))  # noqa: B023
                assert told.lack is None
            rates[kind] = round(count / (time.perf_counter() - began))
        status = Path(f"/proc/{extractor.pid}/status").read_text()
    return rates, int(status.partition("VmHWM:")[2].split()[0]) * 1024


def letters(count: int, seed: int) -> list[bytes]:
    draw = Random(seed)
    made = [letter for _ in range(5) for letter in files(draw).items()]
    return [
        attached.letter(
            f"Sprawa {seed} {number}", " ".join(draw.choices(WORDS, k=60)), (f"a{number}.{kind}", OCTETS, data)
        )
        for number in range(count)
        for kind, data in [made[number % len(made)]]
    ]


def until_found(account: Account, count: int) -> dict[str, Any]:
    """One thread, from the first claim to the last commit: text and terms."""
    store(account, letters(count, 2))
    while read_some(50):
        pass
    began, cpu = time.perf_counter(), time.process_time()
    with Extractor() as extractor:
        while extract_some(extractor):
            pass
    seconds = time.perf_counter() - began
    return {
        "files_per_second_until_found": round(count / seconds, 1),
        "reader_cpu_ms_a_file": round((time.process_time() - cpu) / count * 1000, 1),
    }


def beside_extraction(account: Account, owner: User, waiting: int, arriving: int) -> dict[str, Any]:
    """A letter is stored and then read at once, alone and while attachments wait: milliseconds until a search finds it."""
    store(account, letters(waiting, 3), folder="Archiwum")
    while read_some(50):
        pass
    alone = [arrives(account, owner, number, lambda: None) for number in range(arriving)]
    with Extraction() as extraction:
        while unextracted() > waiting - 5:
            time.sleep(0.01)
        beside = [arrives(account, owner, arriving + number, extraction.wake) for number in range(arriving)]
        left = unextracted()
    assert left, "all was extracted before the letters had come"
    return {
        "attachments_left": left,
        **{f"letter_found_{name}_ms": figures(rows) for name, rows in (("alone", alone), ("beside", beside))},
        "letter_delay_ratio": round(median(alone) / median(beside), 2),
    }


def arrives(account: Account, owner: User, number: int, wake: Callable[[], None]) -> float:
    raw = attached.letter(f"List przychodzi{number}", " ".join(WORDS[:80]))
    store(account, [raw], folder="Nowe", first_uid=number + 1)
    began = time.perf_counter()
    while read_some(50):
        pass
    assert len(search(owner, parse(f"temat:przychodzi{number}")).ids) == 1
    seconds = time.perf_counter() - began
    wake()  # as worker/reader.py does
    time.sleep(0.05)
    return seconds * 1000


def figures(rows: list[float]) -> list[float]:
    return [round(median(rows), 1), round(quantiles(rows, n=20)[-1], 1)]


if __name__ == "__main__":
    main()
