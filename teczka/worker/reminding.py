"""The letter of the morning, in words; looked for every few minutes, as no office has its seven o'clock at the same time."""

import logging
import threading
from collections.abc import Sequence
from datetime import date

from django.db import connection
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from teczka.actions.reminding import remind
from teczka.core.settings import settings
from teczka.store.models import User
from teczka.store.queries.tasks import TaskLine

EVERY = 300.0  # seconds
MOST = 100  # lines under one heading

log = logging.getLogger(__name__)


def remind_everybody(_stopping: threading.Event) -> None:
    try:
        count = remind(timezone.now(), words)
    finally:
        connection.close()
    if count:
        log.info("%s letters about tasks were put into the outbox", count)


def words(person: User, lines: list[TaskLine], today: date) -> tuple[str, str]:
    with translation.override(person.language):
        overdue = [line for line in lines if line.due_on and line.due_on < today]
        due = [line for line in lines if line.due_on == today]
        ahead = [line for line in lines if not line.due_on or line.due_on > today]
        parts = [(_("Overdue"), overdue), (_("Today"), due), (_("Reminders"), ahead)]
        told = "\n\n".join(f"{name}\n{_listed(some)}" for name, some in parts if some)
        return _subject(len(due), len(overdue), len(ahead)), f"{told}\n\n{_foot()}"


def _subject(due: int, overdue: int, ahead: int) -> str:
    """Of what is only ahead it speaks where there is nothing else."""
    told = [
        ngettext("%(n)s task for today", "%(n)s tasks for today", due) % {"n": due} if due else "",
        ngettext("%(n)s task overdue", "%(n)s tasks overdue", overdue) % {"n": overdue} if overdue else "",
    ]
    pressing = ", ".join(filter(None, told))
    return pressing or ngettext("Reminder of %(n)s task", "Reminder of %(n)s tasks", ahead) % {"n": ahead}


def _listed(lines: Sequence[TaskLine]) -> str:
    told = [
        " · ".join(piece for piece in (f"- {line.title}", _day(line), line.case_shown) if piece)
        for line in lines[:MOST]
    ]
    more = len(lines) - MOST
    return "\n".join(told + ([_("and %(n)s more") % {"n": more}] if more > 0 else []))


def _day(line: TaskLine) -> str:
    told = formats.date_format(line.due_on, "l, j E Y") if line.due_on else ""
    return (
        told.lower() if translation.get_language() == "pl" else told
    )  # Polish days have small letters, Django's have not


def _foot() -> str:
    url = settings().url
    here = f"{url}/tasks/\n" if url else ""
    return here + _("Teczka sent this from your own account. You can switch it off under Settings, Reminders.")
