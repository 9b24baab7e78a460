"""The demo's play as it is written in `letters/*.toml`: who there is, and who writes what to whom."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

OFFICE = ("helena", "tomasz", "beata", "marcin")  # the four whose mailboxes there are
_THREADS = ("claims", "family", "work", "english", "every", "office")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    address: str
    sex: str  # "m" or "f": Polish verbs and forms of address need it
    voc: str  # vocative
    sign: str
    voc_en: str = ""
    charset: str = "utf-8"
    style: str = ""  # how their mail program writes; "" leaves it to chance


@dataclass(frozen=True, slots=True)
class Letter:
    sender: str  # a role in the matter or a person's key
    to: str
    text: str
    cc: tuple[str, ...] = ()
    gap: timedelta = timedelta()  # after the letter before
    attach: tuple[str, ...] = ()
    style: str = ""
    folder: str = ""  # where it lies instead of the usual place
    unread: bool = False
    star: bool = False
    bare: bool = False  # without a signature


@dataclass(frozen=True, slots=True)
class Thread:
    subject: str
    letters: tuple[Letter, ...]
    kind: str = ""  # of the matters it happens in; "*": before a court, "en": with a client from abroad
    only: str = ""  # `short` of the one matter
    of: str = ""  # `short` of the matter that it is about where it has no kind
    closed: bool = False  # in closed matters alone
    at: float | None = None  # where in the life of a matter, 0 to 1
    age: timedelta | None = None  # of the last letter
    english: bool = False
    every: int = 1  # in each n-th matter
    times: int = 1  # within a matter


@dataclass(frozen=True, slots=True)
class Newsletter:
    sender: str
    to: str
    subject: str
    every: int  # days
    topics: tuple[tuple[str, str, str, str], ...]  # headline, text, second headline, second text


def span(text: str) -> timedelta:
    """ "12m", "3h", "5d"."""
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


@cache
def read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("teczka.remote.demo.letters").joinpath(f"{name}.toml").read_text("utf-8"))


def people() -> dict[str, Person]:
    return {key: Person(**values) for key, values in read("people").items()}


def threads() -> list[Thread]:
    return [_thread(values) for name in _THREADS for values in read(f"threads_{name}")["thread"]]


def arrivals() -> list[Thread]:
    return [_thread(values) for values in read("arrivals")["thread"]]


def _thread(values: dict[str, Any]) -> Thread:
    return Thread(
        subject=values["subject"],
        letters=_letters(values["letter"]),
        kind=values.get("kind", ""),
        only=values.get("only", ""),
        of=values.get("of", ""),
        closed=values.get("closed", False),
        at=values.get("at"),
        age=span(values["age"]) if "age" in values else None,
        english=values.get("language") == "en",
        every=values.get("every", 1),
        times=values.get("times", 1),
    )


def _letters(written: list[dict[str, Any]]) -> tuple[Letter, ...]:
    """Without `to` a letter answers the one before, or goes to the matter's lawyer."""
    letters: list[Letter] = []
    for values in written:
        sender = values["from"]
        answered = letters[-1].sender if letters and letters[-1].sender != "lawyer" else "client"
        letters.append(
            Letter(
                sender=sender,
                to=values.get("to", answered if sender == "lawyer" else "lawyer"),
                text=values["text"].strip("\n"),
                cc=tuple(values["cc"].split(", ")) if "cc" in values else (),
                gap=span(values.get("gap", "0m")),
                attach=tuple(values.get("attach", ())),
                style=values.get("style", ""),
                folder=values.get("folder", ""),
                unread=values.get("unread", False),
                star=values.get("star", False),
                bare=values.get("bare", False),
            )
        )
    return tuple(letters)


def newsletters() -> list[Newsletter]:
    return [
        Newsletter(one["from"], one["to"], one["subject"], one["every"], tuple(map(tuple, one["topics"])))
        for one in read("newsletters")["newsletter"]
    ]
