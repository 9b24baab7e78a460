"""What was done, in words."""

from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from teczka.actions.acts import Done
from teczka.core.acts import Verb
from teczka.core.errors import Problem
from teczka.store.queries.acts import ActLine, RefusedLine
from teczka.web.mail.tree import folder_name
from teczka.web.problems import tell

SENTENCES: dict[Verb, str | Promise] = {
    Verb.READ: ngettext_lazy("%(count)s message marked as read.", "%(count)s messages marked as read.", "count"),
    Verb.UNREAD: ngettext_lazy("%(count)s message marked as unread.", "%(count)s messages marked as unread.", "count"),
    Verb.STAR: ngettext_lazy("%(count)s message starred.", "%(count)s messages starred.", "count"),
    Verb.UNSTAR: ngettext_lazy("Star taken off %(count)s message.", "Stars taken off %(count)s messages.", "count"),
    Verb.LABEL: ngettext_lazy("Labels of %(count)s message changed.", "Labels of %(count)s messages changed.", "count"),
    Verb.MOVE: ngettext_lazy(
        "%(count)s message moved to “%(folder)s”.", "%(count)s messages moved to “%(folder)s”.", "count"
    ),
    Verb.COPY: ngettext_lazy(
        "%(count)s message copied to “%(folder)s”.", "%(count)s messages copied to “%(folder)s”.", "count"
    ),
    Verb.ARCHIVE: ngettext_lazy("%(count)s message archived.", "%(count)s messages archived.", "count"),
    Verb.SPAM: ngettext_lazy("%(count)s message moved to spam.", "%(count)s messages moved to spam.", "count"),
    Verb.NOT_SPAM: ngettext_lazy(
        "%(count)s message is no spam and is in the inbox again.",
        "%(count)s messages are no spam and are in the inbox again.",
        "count",
    ),
    Verb.BIN: ngettext_lazy("%(count)s message moved to the bin.", "%(count)s messages moved to the bin.", "count"),
    Verb.DELETE: ngettext_lazy(
        "%(count)s message is removed for good in ten seconds.",
        "%(count)s messages are removed for good in ten seconds.",
        "count",
    ),
    Verb.FOLDER_CREATE: _("Folder “%(folder)s” created."),
    Verb.FOLDER_RENAME: _("The folder is called “%(folder)s” now."),
    Verb.FOLDER_REMOVE: _("Folder “%(folder)s” removed; what lay in it is in the bin."),
    Verb.SHARE: ngettext_lazy("%(count)s message shared.", "%(count)s messages shared.", "count"),
    Verb.REVOKE: ngettext_lazy(
        "%(count)s message is shared no longer.", "%(count)s messages are shared no longer.", "count"
    ),
    Verb.FILE: ngettext_lazy(
        "%(count)s message filed to “%(goal)s”.", "%(count)s messages filed to “%(goal)s”.", "count"
    ),
    Verb.SET_ASIDE: ngettext_lazy(
        "%(count)s message no longer waits to be filed.", "%(count)s messages no longer wait to be filed.", "count"
    ),
    Verb.RULE: ngettext_lazy("A rule acted on %(count)s message.", "A rule acted on %(count)s messages.", "count"),
    Verb.UNDO: _("Undone."),
}


REFUSALS: dict[str, str | Promise] = {
    Verb.READ: ngettext_lazy(
        "%(count)s message was not marked as read", "%(count)s messages were not marked as read", "count"
    ),
    Verb.UNREAD: ngettext_lazy(
        "%(count)s message was not marked as unread", "%(count)s messages were not marked as unread", "count"
    ),
    Verb.STAR: ngettext_lazy("%(count)s message was not starred", "%(count)s messages were not starred", "count"),
    Verb.UNSTAR: ngettext_lazy(
        "The star was not taken off %(count)s message", "The stars were not taken off %(count)s messages", "count"
    ),
    Verb.LABEL: ngettext_lazy(
        "Labels of %(count)s message were not changed", "Labels of %(count)s messages were not changed", "count"
    ),
    Verb.MOVE: ngettext_lazy("%(count)s message was not moved", "%(count)s messages were not moved", "count"),
    Verb.COPY: ngettext_lazy("%(count)s message was not copied", "%(count)s messages were not copied", "count"),
    Verb.ARCHIVE: ngettext_lazy("%(count)s message was not archived", "%(count)s messages were not archived", "count"),
    Verb.SPAM: ngettext_lazy(
        "%(count)s message was not moved to spam", "%(count)s messages were not moved to spam", "count"
    ),
    Verb.NOT_SPAM: ngettext_lazy(
        "%(count)s message was not taken out of spam", "%(count)s messages were not taken out of spam", "count"
    ),
    Verb.BIN: ngettext_lazy(
        "%(count)s message was not moved to the bin", "%(count)s messages were not moved to the bin", "count"
    ),
    Verb.DELETE: ngettext_lazy(
        "%(count)s message was not removed for good", "%(count)s messages were not removed for good", "count"
    ),
    Verb.RULE: ngettext_lazy(
        "A rule could not do everything to %(count)s message",
        "A rule could not do everything to %(count)s messages",
        "count",
    ),
    Verb.UNDO: ngettext_lazy(
        "A change of %(count)s message was not taken back", "A change of %(count)s messages was not taken back", "count"
    ),
}
FOLDER_REFUSALS: dict[str, str | Promise] = {
    Verb.FOLDER_CREATE: _("Folder “%(folder)s” was not created"),
    Verb.FOLDER_RENAME: _("The folder was not renamed to “%(folder)s”"),
    Verb.FOLDER_REMOVE: _("Folder “%(folder)s” was not removed"),
}
NAMED = 60  # signs of a subject


def in_words(done: Done) -> str:
    """All that there is to say of it, in one line."""
    line = done.line
    said = [_what(line)]
    if done.stayed:
        said.append(_stayed(line.verb, done.stayed))
    if done.why:
        said.append(why(done.why))
    if line.verb is Verb.FILE and line.count:
        said.append(gettext("The case's team sees it.") if line.shared else gettext("Nobody sees more by that."))
    if line.local:
        said.append(gettext("Only here in Teczka: on the server nothing changes."))
    return " ".join(said)


def why(problem: Problem) -> str:
    told = tell(problem.trouble, problem.params)
    return f"{told.what} {told.advice}"


def of_refused(line: RefusedLine) -> dict[str, object]:
    params = line.problem.params
    if line.role:
        params = params | {"folder": folder_name(str(params["folder"]), line.delimiter, line.role)}
    told = tell(line.problem.trouble, params, line.detail)
    advice = told.advice
    if line.nowhere:
        advice = ngettext(
            "A copy is kept here, but it lies in no folder any more; search finds it.",
            "Copies are kept here, but not all of them lie in a folder any more; search finds them.",
            line.count,
        )
    said = f"{_not_done(line)}. {told.what}"
    return {"id": str(line.public_id), "said": said, "advice": advice, "detail": told.detail}


def _not_done(line: RefusedLine) -> str:
    if line.verb in FOLDER_REFUSALS and line.path:
        return str(FOLDER_REFUSALS[line.verb]) % {"folder": line.path}
    if line.messages and line.verb in REFUSALS:
        what = str(REFUSALS[line.verb] % {"count": line.count})
    else:
        what = ngettext("%(count)s change was not made", "%(count)s changes were not made", line.count)
        what %= {"count": line.count}
    if not line.subjects:
        return what
    subjects = [Truncator(subject or gettext("(no subject)")).chars(NAMED) for subject in line.subjects]
    named = ", ".join(gettext("“%(words)s”") % {"words": subject} for subject in subjects)
    more = line.count - len(subjects)
    if more > 0:
        named += " " + gettext("and %(n)s more") % {"n": more}
    return f"{what}: {named}"


def _what(line: ActLine) -> str:
    if not line.count:
        return gettext("There was nothing to change.")
    name = folder_name(line.path, line.delimiter, line.role) if line.path else ""
    return str(SENTENCES[line.verb] % {"count": line.count, "folder": name, "goal": line.goal})


def _stayed(verb: Verb, count: int) -> str:
    if verb is Verb.UNDO:
        text = ngettext(
            "%(count)s message could not be taken back: it was moved on.",
            "%(count)s messages could not be taken back: they were moved on.",
            count,
        )
    else:
        text = ngettext("%(count)s message stays where it is.", "%(count)s messages stay where they are.", count)
    return text % {"count": count}
