"""The ladder's rungs in words, and what is to be pressed where one broke."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import Form
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from teczka.core.errors import Problem, Trouble
from teczka.core.ladder import NAMES, Outcome, Rung, Step
from teczka.web.problems import tell
from teczka.web.templatetags.pages import amount, bytes_size, numbered

ICONS = {Outcome.OK: "check", Outcome.FAILED: "circle-alert", Outcome.SKIPPED: "minus"}
# Where the mending of a broken step is done: the field's part, after the server's kind where it is one of the servers'.
FIELDS = {"address": "host", "connect": "host", "tls": "security", "greeting": "port"}
SERVER_STEPS = set(FIELDS)
PASSWORD = "#id_password"  # noqa: S105  a place


@dataclass(frozen=True, slots=True)
class Remedy:
    """The one button of a failure."""

    href: str
    label: str


def rung_line(rung: Rung) -> SafeString:
    told = tell(rung.problem.trouble, rung.problem.params, rung.problem.detail) if rung.problem else None
    context = {
        "server": rung.server.value,
        "name": gettext(NAMES[rung.step]),
        "outcome": rung.outcome.value,
        "icon": ICONS[rung.outcome],
        "fact": fact(rung) if rung.outcome is Outcome.OK else "",
        "told": told,
    }
    return render_to_string("accounts/rung.html", context)


def fact(rung: Rung) -> str:
    """What a rung that held has told us, for a person."""
    facts = rung.facts
    match rung.step:
        case Step.TLS:
            version, expires = str(facts.get("version", "")), str(facts.get("expires", ""))
            until = numbered(datetime.fromisoformat(expires)) if expires else ""
            return (
                gettext("%(version)s, certificate valid until %(day)s") % {"version": version, "day": until}
                if until
                else version
            )
        case Step.FOLDERS:
            n, inbox = int(str(facts.get("folders", 0))), int(str(facts.get("messages", 0)))
            folders = ngettext("%(n)s folder", "%(n)s folders", n) % {"n": amount(n)}
            return gettext("%(folders)s; messages in the inbox: %(n)s") % {"folders": folders, "n": amount(inbox)}
        case Step.DROP:
            messages = amount(int(str(facts.get("messages", 0))))
            return f"{messages} ({bytes_size(int(str(facts['bytes'])))})" if "bytes" in facts else messages
        case Step.TCP | Step.DNS:
            return str(facts.get("address", ""))
        case _:
            return str(facts.get("username", ""))


def remedy(problem: Problem, kind: str, *, by_password: bool) -> Remedy | None:
    """Never to the servers for a wrong password, and never to the password for a wrong server."""
    if problem.trouble.step == "signin" and by_password:
        return Remedy(PASSWORD, gettext("Correct the password"))
    field = "host" if problem.trouble is Trouble.TLS_NAME else FIELDS.get(problem.trouble.step)
    return Remedy(f"#id_{kind}_{field}", gettext("Correct the server")) if field else None


def focus(form: Form, refused: Mapping[str, Any]) -> None:
    """A password can be typed again at once. Servers stand far below what has failed: there the button leads, and has the focus."""
    mending: Remedy | None = refused.get("remedy")
    if mending and mending.href == PASSWORD:
        form.fields["password"].widget.attrs["autofocus"] = True
