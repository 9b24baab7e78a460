"""Backups: the last good one, and why the last one failed. How much they hold is not told: that would tell how much mail there is (P7)."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from teczka.core.errors import Trouble
from teczka.core.settings import settings
from teczka.store.models import BackupRun
from teczka.store.queries.backups import is_old, newest, under_way
from teczka.web.office.health_line import Line, State
from teczka.web.problems import tell


def lines() -> Iterator[Line]:
    good, last = newest(good=True), newest()
    if last and not last.ended_at and under_way():
        yield Line(_("Backup"), "soon", _("A backup is being made now."), last.started_at)
    elif last and not last.good:
        yield Line(_("Backup"), "bad", _why(last), last.started_at, (last.target,))
    if good is None:
        told = _("There is none. Whoever keeps this Teczka running sets TECZKA_BACKUP_TO, or runs “teczka backup”.")
        yield Line(_("Last good backup"), "bad", told)
        return
    told = _("Another is made every day.")
    if is_old(good):
        told = _("It is too old: what came since would be lost with this machine.")
    elif good.told.get("lost"):
        told = _("Parts of the mail were lost before it was made. “teczka verify” tells which.")
    elif not settings().backup_to:
        told = _("None is made by itself: TECZKA_BACKUP_TO is not set.")
    bad = is_old(good) or good.told.get("lost")
    state: State = "bad" if bad else "good" if settings().backup_to else "soon"
    yield Line(_("Last good backup"), state, told, good.started_at, (good.target,))


def _why(run: BackupRun) -> str:
    if not run.ended_at:
        return _("The last backup was cut off before its end.")
    told = tell(Trouble(run.trouble), run.told)
    return " ".join([_("The last backup failed."), told.what, told.advice])
