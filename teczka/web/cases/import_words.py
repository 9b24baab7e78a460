"""What is wrong with a table of cases, in words."""

from dataclasses import dataclass

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from teczka.core.case_columns import HEADINGS, LANGUAGES, Column, written
from teczka.core.case_csv import Unreadable
from teczka.core.case_import import Fault, Wrong

UNREADABLE = {
    Unreadable.EMPTY: _("There is nothing in it."),
    Unreadable.BINARY: _("This is no CSV. In the spreadsheet choose: Save as, CSV."),
    Unreadable.HEADINGS: _("The first line has to name the columns, and one of them is “Case”: the case's name."),
    Unreadable.TWICE: _("Two columns of the first line mean the same."),
    Unreadable.LONG: _("It is too long: at most 20,000 lines and 8 MB. Divide it."),
    Unreadable.BROKEN: _("A quotation mark is opened and never closed."),
}
FAULTS = {
    Fault.NO_NAME: _("The case has no name."),
    Fault.LONG: _("Too long for “%(column)s”: “%(value)s…”"),
    Fault.OVER: _("There are more cells than headings. A cell with a delimiter in it needs quotation marks."),
    Fault.SIDE: _("“%(value)s” is no side. They are: ours, opposing, court, bailiff, expert, witness, other."),
    Fault.STATE: _("“%(value)s” is no state. They are: open, suspended, closed."),
    Fault.DAY: _("“%(value)s” is no date. Write 2026-05-14 or 14.05.2026."),
    Fault.FLAG: _("“%(value)s” is neither yes nor no."),
    Fault.REFERENCE: _("“%(value)s” is no reference that we know. Write it as on letters: I C 12/24, Km 7/25."),
    Fault.ADDRESS: _("“%(value)s” is not an e-mail address."),
    Fault.PERSON: _("Nobody of the office signs in as “%(value)s”."),
    Fault.PARTY: _("It does not say who the party is."),
    Fault.OTHERWISE: _("For the same case, “%(column)s” is something else here than on line %(other)s."),
    Fault.ORDER: _("The case would be closed before it was opened."),
    Fault.TAKEN: _("“%(value)s” is in the office already, and you may not change it: you are not in its team."),
    Fault.AMBIGUOUS: _("“%(value)s” may mean several cases. Give each its number."),
}


@dataclass(frozen=True, slots=True)
class Mistake:
    line: int
    column: str
    said: str


def mistake(wrong: Wrong) -> Mistake:
    column = heading(wrong.column) if wrong.column else ""
    told = {"column": column, "value": wrong.value, "other": wrong.other}
    return Mistake(wrong.line, column, str(FAULTS[wrong.fault]) % told)


def heading(column: Column) -> str:
    """As the reader's own tables are headed."""
    return written(HEADINGS, column, language()).capitalize()


def language() -> str:
    told = (get_language() or "")[:2]
    return told if told in LANGUAGES else LANGUAGES[0]


# Of each column: whether a case needs it, and what stands in it.
ABOUT = {
    Column.NUMBER: _("The office's own number. By it, a case that is here already is known."),
    Column.NAME: _("The case's name: the one column that there has to be."),
    Column.CLIENT: "",
    Column.REFERENCES: _("File numbers of courts, bailiffs, prosecutors; several with | between."),
    Column.STATE: _("open, suspended or closed; empty: open."),
    Column.OPENED: _("A date: 2026-05-14 or 14.05.2026."),
    Column.CLOSED: _("A date: 2026-05-14 or 14.05.2026."),
    Column.LEAD: _("Who leads it: the address that they sign in with."),
    Column.TEAM: _("Its team, by the addresses that they sign in with, spaces between; empty: you."),
    Column.WALLED: _("yes: nobody outside the team knows of the case."),
    Column.SIDE: _("ours, opposing, court, bailiff, expert, witness or other."),
    Column.PARTY: _("First and last name, or the firm. Each further party has a line of its own."),
    Column.ROLE: _("Such as: counsel of the plaintiff."),
    Column.ADDRESSES: _("Their e-mail addresses, spaces between."),
    Column.NOTE: "",
}


def about() -> list[tuple[str, str]]:
    return [(heading(column), str(told)) for column, told in ABOUT.items()]


def unreadable(why: Unreadable) -> str:
    return gettext("This cannot be read.") + f" {UNREADABLE[why]}"
