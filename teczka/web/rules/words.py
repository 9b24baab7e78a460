"""A rule restated as one plain sentence. Conditions are clauses, each with its denial: a group of which none may be so is its members
denied, so that no sentence says "none of"."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from teczka.core.conditions import Condition, Field, FileType, Group, Kind, Op
from teczka.core.people import initials
from teczka.core.rules import Consequence, File, Label, MakeTask, MarkRead, Move, Notify, Rule, Share, Star
from teczka.web.labels import shown
from teczka.web.rules.things import Things

Words = str | Promise
FACES = 8  # people of a team who are named by their initials

# Whether it is so, or not so. `%(what)s`: one of several, "a, b or c"; where it is denied "a or b" is said as "neither" wants it.
CLAUSES: Mapping[tuple[Field, Op], tuple[Words, Words]] = {
    (Field.ACCOUNT, Op.IS): (
        gettext_lazy("the message came to the account %(what)s"),
        gettext_lazy("the message did not come to the account %(what)s"),
    ),
    (Field.FOLDER, Op.IS): (
        gettext_lazy("the message lies in the folder %(what)s"),
        gettext_lazy("the message does not lie in the folder %(what)s"),
    ),
    (Field.SENDER, Op.IS): (gettext_lazy("the sender is %(what)s"), gettext_lazy("the sender is not %(what)s")),
    (Field.SENDER, Op.DOMAIN): (
        gettext_lazy("the sender writes from the domain %(what)s"),
        gettext_lazy("the sender does not write from the domain %(what)s"),
    ),
    (Field.RECIPIENTS, Op.IS): (
        gettext_lazy("the message is addressed to %(what)s"),
        gettext_lazy("the message is not addressed to %(what)s"),
    ),
    (Field.RECIPIENTS, Op.DOMAIN): (
        gettext_lazy("the message is addressed to somebody in the domain %(what)s"),
        gettext_lazy("the message is addressed to nobody in the domain %(what)s"),
    ),
    (Field.SUBJECT, Op.WORDS): (
        gettext_lazy("the subject has %(what)s in any form"),
        gettext_lazy("the subject does not have %(what)s in any form"),
    ),
    (Field.SUBJECT, Op.EXACT): (
        gettext_lazy("the subject has exactly %(what)s"),
        gettext_lazy("the subject does not have exactly %(what)s"),
    ),
    (Field.TEXT, Op.WORDS): (
        gettext_lazy("the text has %(what)s in any form"),
        gettext_lazy("the text does not have %(what)s in any form"),
    ),
    (Field.TEXT, Op.EXACT): (
        gettext_lazy("the text has exactly %(what)s"),
        gettext_lazy("the text does not have exactly %(what)s"),
    ),
    (Field.WORDS, Op.WORDS): (
        gettext_lazy("the subject or the text has %(what)s in any form"),
        gettext_lazy("neither the subject nor the text has %(what)s in any form"),
    ),
    (Field.WORDS, Op.EXACT): (
        gettext_lazy("the subject or the text has exactly %(what)s"),
        gettext_lazy("neither the subject nor the text has exactly %(what)s"),
    ),
    (Field.ATTACHMENT_NAME, Op.WORDS): (
        gettext_lazy("the name of an attachment has %(what)s in any form"),
        gettext_lazy("the name of no attachment has %(what)s in any form"),
    ),
    (Field.REFERENCE, Op.IS): (
        gettext_lazy("the message bears the reference %(what)s"),
        gettext_lazy("the message does not bear the reference %(what)s"),
    ),
    (Field.REFERENCE, Op.CASE): (
        gettext_lazy("the message bears a reference of the case %(what)s"),
        gettext_lazy("the message bears no reference of the case %(what)s"),
    ),
    (Field.REFERENCE, Op.ANY): (
        gettext_lazy("the message bears a reference"),
        gettext_lazy("the message bears no reference"),
    ),
    (Field.PARTY, Op.CASE): (
        gettext_lazy("a party of the case %(what)s wrote or receives the message"),
        gettext_lazy("no party of the case %(what)s wrote or receives the message"),
    ),
    (Field.PARTY, Op.ANY): (
        gettext_lazy("a party of some case wrote or receives the message"),
        gettext_lazy("no party of any case wrote or receives the message"),
    ),
    (Field.LIST, Op.IS): (
        gettext_lazy("the message comes from a mailing list"),
        gettext_lazy("the message comes from no mailing list"),
    ),
    (Field.SIZE, Op.OVER): (
        gettext_lazy("the message is larger than %(what)s MB"),
        gettext_lazy("the message is not larger than %(what)s MB"),
    ),
    (Field.SIZE, Op.UNDER): (
        gettext_lazy("the message is smaller than %(what)s MB"),
        gettext_lazy("the message is not smaller than %(what)s MB"),
    ),
    (Field.DATE, Op.SINCE): (
        gettext_lazy("the message came on %(what)s or later"),
        gettext_lazy("the message came before %(what)s"),
    ),
    (Field.DATE, Op.BEFORE): (
        gettext_lazy("the message came before %(what)s"),
        gettext_lazy("the message came on %(what)s or later"),
    ),
    (Field.READ, Op.IS): (gettext_lazy("the message has been read"), gettext_lazy("the message has not been read")),
}
# As "there is a PDF file among the attachments" wants it, and "there is no PDF file".
FILES: Mapping[FileType, tuple[Words, Words]] = {
    FileType.PDF: (pgettext_lazy("there is", "a PDF file"), pgettext_lazy("there is not", "a PDF file")),
    FileType.DOCUMENT: (pgettext_lazy("there is", "a text document"), pgettext_lazy("there is not", "a text document")),
    FileType.SHEET: (pgettext_lazy("there is", "a spreadsheet"), pgettext_lazy("there is not", "a spreadsheet")),
    FileType.IMAGE: (pgettext_lazy("there is", "an image"), pgettext_lazy("there is not", "an image")),
    FileType.ARCHIVE: (pgettext_lazy("there is", "an archive"), pgettext_lazy("there is not", "an archive")),
    FileType.LETTER: (
        pgettext_lazy("there is", "an e-mail message"),
        pgettext_lazy("there is not", "an e-mail message"),
    ),
    FileType.SIGNED: (
        pgettext_lazy("there is", "an electronic signature"),
        pgettext_lazy("there is not", "an electronic signature"),
    ),
}


def restated(rule: Rule, things: Things) -> str:
    clauses = condition(rule.when, things, so=True, outermost=True)
    done = listed([_consequence(one, things, first=not place) for place, one in enumerate(rule.then)], _("and"))
    return _("When %(conditions)s, %(consequences)s.") % {"conditions": clauses, "consequences": done}


def condition(one: Group | Condition, things: Things, *, so: bool, outermost: bool = False) -> str:
    """`so`: whether it is to be so, or to be denied."""
    if isinstance(one, Condition):
        return _clause(one, things, so=so)
    so, every = (not so, so) if one.kind is Kind.NONE else (so, (one.kind is Kind.ALL) == so)
    members = [condition(each, things, so=so) for each in one.of]
    joined = _flat(members, every=every)
    return joined if outermost or len(members) == 1 else f"({joined})"


def listed(words: Sequence[str], last: str) -> str:
    """ "a, b and c"."""
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def _flat(members: Sequence[str], *, every: bool) -> str:
    """Clauses have commas of their own: between them the word stands each time."""
    return (_(" and ") if every else _(" or ")).join(members)


def _clause(one: Condition, things: Things, *, so: bool) -> str:
    if isinstance(one.value, bool):
        so = so == one.value
    if one.field is Field.ATTACHMENT_TYPE:
        return _attached(one, so=so)
    positive, negative = CLAUSES[one.field, one.op]
    return str(positive if so else negative) % {"what": _what(one, things, so=so)}


def _attached(one: Condition, *, so: bool) -> str:
    if FileType.ANY in one.values:
        return _("the message has an attachment") if so else _("the message has no attachment")
    named = _either([str(FILES[FileType(value)][not so]) for value in one.values], so=so)
    told = _("among the attachments there is %(what)s") if so else _("among the attachments there is not %(what)s")
    return told % {"what": named}


def _what(one: Condition, things: Things, *, so: bool) -> str:
    if isinstance(one.value, date):
        return formats.date_format(one.value, "j E Y")
    if isinstance(one.value, int):
        return formats.number_format(round(one.value / 1_000_000, 3)).rstrip("0").rstrip(",.")
    return _either([_named(one, value, things) for value in one.values], so=so)


def _named(one: Condition, value: str, things: Things) -> str:
    if one.op is Op.CASE:
        return things.shown.get(value, "") or _("that you see no longer")
    if one.field is Field.ACCOUNT:
        return things.account(value) or _("that is there no longer")
    if one.field is Field.FOLDER:
        return things.folder(value) or _("that is there no longer")
    return _("“%(words)s”") % {"words": value} if one.op in {Op.WORDS, Op.EXACT} else value


def _either(words: Sequence[str], *, so: bool) -> str:
    return listed(words, pgettext("one of these", "or") if so else pgettext("none of these", "or"))


def _consequence(one: Consequence, things: Things, *, first: bool) -> str:
    it = pgettext("accusative", "the message") if first else pgettext("accusative", "it")
    return _imperative(one, things) % {"it": it}


def _imperative(one: Consequence, things: Things) -> str:
    if isinstance(one, File):
        if one.case is None:
            return _("file %(it)s to the case whose reference is found (where it is just one)")
        return _("file %%(it)s to the case %(case)s") % {"case": _case(one.case, things)}
    if isinstance(one, Share):
        return _shared(one, things)
    if isinstance(one, Move):
        folder = things.folder(str(one.folder)) or _("that is there no longer")
        return _("move %%(it)s to the folder %(folder)s") % {"folder": _safe(folder)}
    if isinstance(one, Label):
        return _("label %%(it)s “%(label)s”") % {"label": _safe(shown(one.keyword))}
    if isinstance(one, MakeTask):
        return _task(one)
    if isinstance(one, Star):
        return _("star %(it)s")
    if isinstance(one, MarkRead):
        return _("mark %(it)s as read")
    return _("tell me") if isinstance(one, Notify) else _("apply no later rule")


def _shared(one: Share, things: Things) -> str:
    if one.team and one.case is None:
        return _(
            "share %(it)s with the team of the case whose reference is found (where it is just one; and whoever joins it later)"
        )
    if one.team:
        names = things.team(one.case)
        faces = ", ".join([initials(name) for name in names[:FACES]] + ["…"] * (len(names) > FACES))
        told = {"case": _case(one.case, things), "faces": _safe(faces) or _("nobody else yet")}
        return _("share %%(it)s with the team of the case %(case)s (%(faces)s; and whoever joins it later)") % told
    names = [things.person(person) or _("somebody who is here no longer") for person in one.people]
    told = {"names": _safe(listed(names, _("and")))}
    return ngettext("share %%(it)s with %(names)s", "share %%(it)s with %(names)s", len(names)) % told


def _task(one: MakeTask) -> str:
    title = _("a task “%(title)s”") % {"title": _safe(one.title)} if one.title else _("a task named as its subject")
    if one.days is None:
        return _("make %(task)s") % {"task": title}
    due = ngettext("due %(n)s day after it came", "due %(n)s days after it came", one.days) % {"n": one.days}
    return _("make %(task)s (%(due)s)") % {"task": title, "due": due}


def _case(case: object, things: Things) -> str:
    return _safe(things.shown.get(str(case), "") or _("that you see no longer"))


def _safe(text: str) -> str:
    """Its signs of percent survive the putting in of `it`."""
    return text.replace("%", "%%")
