"""One letter a morning to each person who wants it: their tasks that are due or to be remembered, from an account of theirs to the address
that they sign in with, through the outbox as any letter of theirs. That it was sent is one transaction with the letter itself."""

import logging
from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import OperationalError
from django.db.models import Q

from teczka.actions.accounts import account_of
from teczka.actions.drafts import Beginning, create
from teczka.actions.identities import ensure_identities
from teczka.actions.outbox import send
from teczka.core.errors import Problem
from teczka.store.models import Task, User
from teczka.store.queries.identities import Sender, senders
from teczka.store.queries.reminders import people_to_remind
from teczka.store.queries.tasks import TaskLine, to_remember
from teczka.store.viewer import as_user

Words = Callable[[User, list[TaskLine], date], tuple[str, str]]  # subject and text

log = logging.getLogger(__name__)


def remind(now: datetime, words: Words) -> int:
    """Everybody whose morning it is. How many letters were put into the outbox."""
    return sum(_remind(user, now, words) for user in people_to_remind(now))


def able_senders(actor: User) -> list[Sender]:
    """As whom a reminder may be sent: the accounts that can send, each by its own address."""
    ensure_identities(actor)
    return [one for one in senders(actor) if one.first and one.sends]


def save_reminders(actor: User, by_mail: bool, account: UUID | None) -> None:
    """`account`: None is the first that can send. Raises NotAllowed."""
    actor.remind_by_mail = by_mail
    actor.remind_from_id = account_of(actor, account).pk if account else None
    actor.save(update_fields=["remind_by_mail", "remind_from"])


def _remind(user_id: int, now: datetime, words: Words) -> bool:
    person = User.objects.select_related("office").get(pk=user_id)
    today = now.astimezone(ZoneInfo(person.office.timezone)).date()
    try:
        with as_user(person.pk):
            return _claim(person, today) and _write(person, now, today, words)
    except Problem as problem:  # the day is over for this person: tomorrow it may be mended
        log.warning("user %s: no reminder of tasks: %s", person.public_id, problem.trouble.value)
        _claim(person, today)
        return False
    except OperationalError:
        raise
    except Exception:  # a mistake of ours: the others get theirs, and this one is tried again
        log.exception("user %s: no reminder of tasks", person.public_id)
        return False


def _claim(person: User, today: date) -> bool:
    """Of several workers one; the row is locked until the transaction ends."""
    none_today = Q(reminded_on=None) | Q(reminded_on__lt=today)
    return bool(User.objects.filter(none_today, pk=person.pk).update(reminded_on=today))


def _write(person: User, now: datetime, today: date, words: Words) -> bool:
    """What they may see at this moment, and nothing else."""
    able, lines = able_senders(person), to_remember(person, today)
    if not able or not lines:
        return False
    as_whom = next((one for one in able if one.account_id == person.remind_from_id), able[0])
    subject, text = words(person, lines, today)
    to = {"to": [[person.name, person.email]]}
    letter = create(person, Beginning(recipients=to, subject=subject, text=text, plain=True), as_whom)
    send(person, letter.public_id, letter.revision)
    Task.objects.filter(public_id__in=[line.public_id for line in lines]).update(reminded_at=now)
    return True
