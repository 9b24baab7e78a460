"""Periodic mail: newsletters that come every few days, thrown away or not."""

from datetime import datetime, timedelta

from teczka.remote.demo import oddities, script
from teczka.remote.demo.post import Placed, Posted, message
from teczka.remote.demo.script import Newsletter, Person
from teczka.remote.demo.slots import luck


def periodic(now: datetime, people: dict[str, Person], due: int, trash: str) -> list[Placed]:
    """Newsletters, newest first, so many as are due."""
    issues = sorted(
        (timedelta(days=letter.every * (number + 1) - 1, hours=1 + 2 * order), order, number, letter)
        for order, letter in enumerate(script.newsletters())
        for number in range(due)
    )
    return [_issue(now, people, letter, number, age, trash) for age, _, number, letter in issues[:due]]


def _issue(
    now: datetime, people: dict[str, Person], letter: Newsletter, number: int, age: timedelta, trash: str
) -> Placed:
    sender, reader = people[letter.sender], people[letter.to]
    date = (now - age).replace(microsecond=0)
    headline, text, second, more = letter.topics[number % len(letter.topics)]
    sent = Posted(
        sender=sender,
        to=(reader,),
        subject=letter.subject.replace("{topic}", headline),
        text=f"{headline}\n\n{text}\n\n{second}\n\n{more}\n\nWypisz się: https://{sender.address.partition('@')[2]}/wypisz",
        date=date,
        style="newsletter",
        html=oddities.newsletter_page(sender, number, (headline, text, second, more)),
        headers={"List-Unsubscribe": f"<https://{sender.address.partition('@')[2]}/wypisz>", "Precedence": "bulk"},
    )
    thrown = age > timedelta(days=21) and luck(sent.digest).random() < 0.5
    read = frozenset({"\\Seen"}) if luck("read", sent.digest).random() < 0.6 else frozenset()
    return Placed(letter.to, trash if thrown else "INBOX", message(sent), date, read)
