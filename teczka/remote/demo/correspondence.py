"""Plays the script: every thread in every case it belongs to, at believable hours before `now`, into the right folders.

Nothing here asks the clock or an unseeded chance: the same `now` gives the same mail, byte for byte.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from teczka.remote.demo import oddities, script
from teczka.remote.demo.matters import Matter, matters
from teczka.remote.demo.newsletters import periodic
from teczka.remote.demo.post import Placed, Posted, message
from teczka.remote.demo.script import OFFICE, Letter, Person, Thread
from teczka.remote.demo.slots import fill, luck, spoken, working

MESSAGES = 700
SENT, DRAFTS, TRASH, SPAM, ARCHIVE = "Wysłane", "Wersje robocze", "Kosz", "Spam", "Archiwum"
_SEASON = 118  # days
_UNSURE = 0.05  # of a case's life
_FILED_AFTER, _ARCHIVED_AFTER = timedelta(days=15), timedelta(days=70)


@dataclass(frozen=True, slots=True)
class Scene:
    """A thread in its case, or in none: who the roles are, and what the slots hold."""

    now: datetime
    thread: Thread
    matter: Matter | None
    people: dict[str, Person]
    turn: int = 0

    def person(self, role: str) -> Person:
        return self.people[self._key(role)]

    def key(self, role: str) -> str | None:
        """Whose mailbox of ours that is; None for the world outside."""
        return self._key(role) if self._key(role) in OFFICE else None

    def _key(self, role: str) -> str:
        return self.matter.lawyer if role == "lawyer" and self.matter else role

    def facts(self) -> dict[str, str]:
        year = self.matter.year if self.matter else self.now.year
        facts = {"yy": f"{year % 100:02}", "ly": f"{(year - 1) % 100:02}"}
        if self.matter:
            chance = luck("room", self.matter.short)
            day = spoken(working(self.now.date(), self.matter.hearing))
            hour = chance.choice(["9:00", "9:30", "10:30", "11:45", "13:00"])
            facts |= self.matter.facts
            facts |= {"hearing": f"{day}, godz. {hour}", "room": str(chance.randint(101, 318))}
        return facts


def everything(now: datetime) -> list[Placed]:
    """All copies, oldest first. Distinct messages: `MESSAGES`."""
    people = script.people()
    played = [(scene, _play(scene)) for scene in _scenes(now, people)]
    strange = oddities.all_of(now, people)
    due = MESSAGES - sum(len(letters) for _, letters in played) - len(strange)
    placed = [copy for scene, letters in played for copy in _place(scene, letters)]
    placed += strange + periodic(now, people, due, TRASH)
    return sorted(placed, key=lambda copy: copy.date)


def _scenes(now: datetime, people: dict[str, Person]) -> Iterator[Scene]:
    every = matters(now.date())
    for thread in script.threads():
        if not thread.kind:
            yield Scene(now, thread, None, people)
            continue
        fitting = [matter for matter in every if _belongs(thread, matter)]
        for matter in fitting[:: thread.every]:
            for turn in range(thread.times):
                yield scene_in(now, thread, matter, people, turn)


def scene_in(now: datetime, thread: Thread, matter: Matter | None, people: dict[str, Person], turn: int = 0) -> Scene:
    roles = {"client": matter.client, "opposing": matter.opposing} if matter else {}
    if matter and matter.court:
        roles["court"] = matter.court
    return Scene(now, thread, matter, people | roles, turn)


def _belongs(thread: Thread, matter: Matter) -> bool:
    kinds = {matter.kind, "en" if matter.english else "*" if matter.court else ""}
    return thread.kind in kinds and thread.only in ("", matter.short) and (matter.ended > 0 or not thread.closed)


def _play(scene: Scene) -> list[Posted]:
    posted: list[Posted] = []
    for letter, date in zip(scene.thread.letters, _dates(scene), strict=True):
        posted.append(write(scene, letter, date, posted[-1] if posted else None))
    return posted


def _dates(scene: Scene) -> list[datetime]:
    """From the last letter backwards, in working hours except for what came since yesterday."""
    thread = scene.thread
    chance = luck("age", thread.subject, scene.matter and scene.matter.short, scene.turn)
    age = thread.age or timedelta(days=_age(scene.matter, thread.at, chance))
    moment, later = scene.now - age, scene.now
    dates = []
    for letter in reversed(thread.letters):
        if scene.now - moment > timedelta(hours=20):
            moment = _working_hours(moment, later, timedelta(seconds=chance.randrange(3600)))
        later = min(moment.replace(second=chance.randrange(60), microsecond=0), later - timedelta(minutes=2))
        dates.append(later)
        moment -= letter.gap + timedelta(minutes=chance.randint(1, 9))
    return dates[::-1]


def _age(matter: Matter | None, at: float | None, chance: Random) -> float:
    """Days. In a case that goes on more happened of late, and what has no place in its life is of its last months."""
    ended, begun = (matter.ended, matter.begun) if matter else (0, _SEASON)
    if at is None:
        before = chance.random()
        begun = begun if ended else min(begun, _SEASON)
    else:
        before = min(1.0, max(0.0, 1 - at + chance.uniform(-_UNSURE, _UNSURE)))
    return ended + 1.1 + (begun - ended) * (before if ended else before**1.5)


def _working_hours(moment: datetime, later: datetime, jitter: timedelta) -> datetime:
    """Night goes to the morning after where that is still before the `later` letter, else to the afternoon before."""
    morning = moment.replace(hour=8, minute=0) + jitter
    if moment.hour < 8 and moment.weekday() < 5 and morning < later:
        return morning
    if moment.hour < 8:
        moment = (moment - timedelta(days=1)).replace(hour=16, minute=0) + jitter
    elif moment.hour > 17:
        moment = moment.replace(hour=16, minute=0) + jitter
    return moment - timedelta(days=max(0, moment.weekday() - 4))


def write(scene: Scene, letter: Letter, date: datetime, before: Posted | None = None) -> Posted:
    thread = scene.thread
    sender, recipient = scene.person(letter.sender), scene.person(letter.to)
    client = scene.matter.client if scene.matter else recipient
    facts = scene.facts() | {"voc": (recipient.voc_en if thread.english else "") or recipient.voc}
    sexes = {"s": sender.sex, "r": recipient.sex, "c": client.sex}
    chance = luck(thread.subject, scene.matter and scene.matter.short, scene.turn, letter.text)

    def filled(text: str) -> str:
        return fill(text, facts, sexes, date.date(), chance, thread.english)

    subject = f"Re: {before.subject.removeprefix('Re: ')}" if before else filled(thread.subject)
    text = filled(letter.text)
    return Posted(
        sender=sender,
        to=(recipient,),
        cc=tuple(scene.person(role) for role in letter.cc),
        subject=subject,
        text=text if letter.bare else f"{text}\n\n{sender.sign.strip()}".rstrip(),
        english=thread.english,
        date=date,
        attach=tuple(filled(name).replace("/", "-") for name in letter.attach),
        paper=_paper(scene, date),
        style=letter.style,
        answers=before,
    )


def _paper(scene: Scene, date: datetime) -> tuple[str, ...]:
    facts = scene.facts()
    if not scene.matter:
        return ("Kancelaria Adwokacka Lipowa", f"Kraków, {spoken(date.date())}")
    lines = [
        f"{facts['party']} – {facts['opponent']}",
        f"Sygn. akt {facts['reference']}",
        f"Wartość: {facts['amount']}",
    ]
    return (*filter(None, (facts["court"], facts["division"])), *lines, f"Kraków, {spoken(date.date())}")


def _place(scene: Scene, posted: list[Posted]) -> Iterator[Placed]:
    of = scene.matter.short if scene.matter else scene.thread.of
    for number, (letter, sent) in enumerate(zip(scene.thread.letters, posted, strict=True)):
        raw = message(sent)
        later = {scene.key(other.sender) for other in scene.thread.letters[number + 1 :]}
        writer = scene.key(letter.sender)
        if letter.folder == DRAFTS and writer:
            yield Placed(writer, DRAFTS, raw, sent.date, frozenset({"\\Draft", "\\Seen"}), sent.message_id, of)
            continue
        if writer:
            yield Placed(writer, SENT, raw, sent.date, frozenset({"\\Seen"}), sent.message_id, of)
        for reader in dict.fromkeys(scene.key(role) for role in (letter.to, *letter.cc)):
            if reader and reader != writer:
                flags = _flags(scene.now, letter, sent, answered=reader in later)
                folder = letter.folder or folder_of(scene, sent)
                yield Placed(reader, folder, raw, sent.date, flags, sent.message_id, of)


def _flags(now: datetime, letter: Letter, sent: Posted, answered: bool) -> frozenset[str]:
    forgotten = now - sent.date < timedelta(days=4) and luck(sent.digest).random() < 0.2
    flags = {"\\Seen"} if answered or not (letter.unread or forgotten or letter.folder == SPAM) else set()
    if answered:
        flags.add("\\Answered")
    if letter.star:
        flags.add("\\Flagged")
    return frozenset(flags)


def folder_of(scene: Scene, sent: Posted) -> str:
    """New mail lies in INBOX; older mail of a filed case in its folder, and what is older still in the archive."""
    age = scene.now - sent.date
    if scene.matter and scene.matter.filed and age > _FILED_AFTER:
        return case_folder(scene.matter)
    return ARCHIVE if age > _ARCHIVED_AFTER else "INBOX"


def case_folder(matter: Matter) -> str:
    return f"Sprawy.{matter.facts['reference']} {matter.short}"
