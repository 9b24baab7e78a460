"""How fast packs are rewritten without what is dead in them, and read from end to end, as the scrub does at the speed of its settings.

    python -m benchmarks.packs [--quick]

Half of each pack's messages live; bytes are of the packs as stored. Reading right after writing is from memory: the processor's share.
"""

import time
from collections.abc import Callable
from random import Random

from benchmarks.bench import folder, options, show
from benchmarks.corpus import messages
from teczka.store.packs.copying import copy_entries
from teczka.store.packs.folder import FolderBlobs
from teczka.store.packs.reader import scan
from teczka.store.packs.writer import Pack, write_pack

MEGABYTE = 1_000_000
BATCH = 100


def main() -> None:
    chosen = options("Speed of compaction and of the scrub.")
    count = 2_000 if chosen.quick else 10_000
    random = Random(1)
    with folder() as place:
        blobs = FolderBlobs(place / "packs")
        raws = [message.raw for message in messages(count, 1)]
        packs = [write_pack(blobs, raws[start : start + BATCH]) for start in range(0, count, BATCH)]
        stored = sum(pack.size for pack in packs)
        scrubbed = _timed(lambda pack: sum(1 for _ in scan(blobs, pack.id)), packs)
        kept = {pack.id: random.sample(pack.entries, len(pack.entries) // 2) for pack in packs}
        copied = _timed(lambda pack: copy_entries(blobs, pack.id, kept[pack.id]).size, packs)
    living = sum(entry.end - entry.offset for entries in kept.values() for entry in entries)
    show(
        {
            "benchmark": "packs",
            "quick": chosen.quick,
            "messages": count,
            "packs": len(packs),
            "stored_mb": round(stored / MEGABYTE, 1),
            "scrub_mb_per_s": round(stored / MEGABYTE / scrubbed),
            "scrub_messages_per_s": round(count / scrubbed),
            "compaction_living_mb_per_s": round(living / MEGABYTE / copied),
            "compaction_messages_per_s": round(count / 2 / copied),
        }
    )


def _timed(work: Callable[[Pack], object], packs: list[Pack]) -> float:
    began = time.monotonic()
    for pack in packs:
        work(pack)
    return time.monotonic() - began


if __name__ == "__main__":
    main()
