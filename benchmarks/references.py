"""References found in text: how many rightly, beside looking for known references as substrings, the longest first, as others do.

Precision and recall are over the labelled texts of the tests; there the substring finder knows every reference that occurs, in its usual
form, and reads text without regard to case and runs of spaces. Speed is over ordinary Polish mail, one reference in about a kilobyte, with
as many known references as an office of 5,000 cases has; growth is the worst ratio of the times of two hostile texts, one twice as long.
Links are made in the pages of generated letters as the reader does, after the sanitiser, and beside what the rest of reading them takes
(without the database, which takes about as long again); their growth is over hostile pages.
"""

import random
import time
from collections.abc import Callable
from statistics import median

from benchmarks.bench import options, show
from benchmarks.corpus import messages, words
from teczka.core.numbering import Pattern, pattern
from teczka.core.references import Reference, spans
from teczka.language.fields import Field
from teczka.language.vectors import vectors
from teczka.mime.reading import read
from teczka.mime.references import linked, mentions, named, unlinked
from tests.core.labelled_references import Score, labelled, scored

MEGABYTE = 1_000_000
CASES = 5_000
HOSTILE = {
    "slashes before digits": "/1",
    "numbers and slashes": "1/12",
    "references": "I C 12/24 ",
    "nearly references": "XXXVIII GUp-s-Zw upr. nr OlOl1/2",
    "signs that may be digits": "lIOo1/2 ",
    "labels": "sygn. akt nr ",
    "names of registers": "NIP PESEL REGON ",
    "names and digits": "NIP 1-1-1-1-1-1-1-1-1-1",
    "dots and years": ".2024 Ds1.2024",
    "look-alikes": "ІС1⁄2",
    "numerals": "XXXXXXXX",
    "spaces": " ",
    "line breaks": "I\n>\n> C\n12\n/\n24",
    "own patterns": "KAN-KAN-1",
}
PAGES = {
    "references in pieces": "I <b>C</b>&nbsp;12/24<br>",
    "one reference in many tags": "<b>1</b>",
    "references in links": '<a href="https://x.example" rel="x">I C 1/24</a>',
    "bookmarks": '<a name="x">I C 1/24</a>',
    "entities": "&lt;1/24&gt;&amp;",
    "tags alone": "<p></p>",
    "values": '<p title="I C 1/24>">',
}
OWN = [pattern("KAN-{letters}/{number}/{year}"), pattern("{letters}-{number}"), pattern("S {number}")]


def ordinary(size: int) -> str:
    chance = random.Random(6)
    texts = [one.text for one in labelled()]
    paragraphs = []
    length = 0
    while length < size:
        paragraphs.append(" ".join(words(chance, 0, 120)) + ". " + chance.choice(texts))
        length += len(paragraphs[-1]) + 2
    return "\n\n".join(paragraphs)[:size]


class Substrings:
    """Known references, looked for as substrings, the longest first; what was found is taken out."""

    def __init__(self, known: list[Reference]) -> None:
        self.known = sorted(((_flat(str(one)), one) for one in known), key=lambda pair: -len(pair[0]))

    def __call__(self, text: str) -> list[Reference]:
        rest = _flat(text)
        found = []
        for written, reference in self.known:
            if written in rest:
                found.append(reference)
                rest = rest.replace(written, "\0")
        return found


def _flat(text: str) -> str:
    return " ".join(text.split()).lower()


def seconds(act: Callable[[], object], rounds: int) -> float:
    """The least processor time of a few rounds: others only add to it."""
    taken = []
    for _ in range(rounds):
        began = time.thread_time()
        act()
        taken.append(time.thread_time() - began)
    return min(taken)


def growth(find: Callable[[str, list[Pattern]], object], piece: str, size: int, rounds: int) -> float:
    short, long = (piece * (length // len(piece)) for length in (size // 2, size))
    return seconds(lambda: find(long, OWN), rounds) / seconds(lambda: find(short, OWN), rounds)


def linking(letters: int, rounds: int) -> dict[str, float]:
    """Milliseconds a letter: finding and linking, and all of its reading with its terms."""
    own = OWN[:1]
    raws = [message.raw for message in messages(letters, 1, "small")]
    read_all = [read(raw, lambda part: None) for raw in raws]
    pages = [(unlinked(one.html), one) for one in read_all]

    def found() -> None:
        for page, one in pages:
            named_there = linked(page, own)[1] if page else named(one.text, own)
            mentions(one.parsed.subject, [part.name for part in one.attachments], named_there, own)

    def all_of_it() -> None:
        for raw in raws:
            one = read(raw, lambda part: None, own)
            vectors([(Field.SUBJECT, one.parsed.subject), (Field.TEXT, one.text)])

    return {
        "ms_a_letter_linking": round(seconds(found, rounds) / letters * 1000, 3),
        "ms_a_letter_reading": round(seconds(all_of_it, rounds) / letters * 1000, 3),
    }


def _figures(score: Score) -> tuple[float, float]:
    return round(score.precision, 4), round(score.recall, 4)


def main() -> None:
    chosen = options("References found in text, beside a finder of substrings.")
    rounds = chosen.rounds or 3
    size = MEGABYTE // 10 if chosen.quick else MEGABYTE
    known = list({reference for one in labelled() for reference in one.expected})
    ours = _figures(scored(lambda text: [one.reference for one in spans(text)]))
    theirs = _figures(scored(Substrings(known)))
    text = ordinary(MEGABYTE)
    office = Substrings([Reference("C", str(number), 2024, "I") for number in range(1, CASES + 1)])
    ms = seconds(lambda: spans(text), rounds) * 1000
    peer_ms = seconds(lambda: office(text), 1 if chosen.quick else 3) * 1000
    ratios = {name: growth(spans, piece, size, rounds) for name, piece in HOSTILE.items()}
    page_ratios = [growth(linked, piece, size, rounds) for piece in PAGES.values()]
    worst = max(ratios, key=lambda name: ratios[name])
    show(
        {
            "texts": len(list(labelled())),
            "precision": ours[0],
            "recall": ours[1],
            "substring_precision": theirs[0],
            "substring_recall": theirs[1],
            "precision_ratio": round(ours[0] / theirs[0], 3),
            "recall_ratio": round(ours[1] / theirs[1], 3),
            "found_in_a_megabyte": len(spans(text)),
            "ms_a_megabyte": round(ms, 1),
            "mb_a_second": round(1000 / ms, 1),
            "substring_mb_a_second": round(1000 / peer_ms, 2),
            "mb_a_second_ratio": round(peer_ms / ms, 1),
            "growth_median": round(median(ratios.values()), 2),
            "growth_worst": round(ratios[worst], 2),
            "growth_worst_text": worst,
            "growth_worst_linking": round(max(page_ratios), 2),
            **linking(200 if chosen.quick else 1_000, rounds),
        }
    )


if __name__ == "__main__":
    main()
