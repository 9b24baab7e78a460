"""What the form of a rule begins with: nothing, a message ("a rule like this"), a case, or what the office offers."""

from uuid import UUID

from django.http import Http404

from teczka.core.conditions import Field, Kind
from teczka.store.queries.messages import message_text
from teczka.store.queries.rule_lines import references_of, rule_templates
from teczka.store.queries.tasks import source
from teczka.web.mail.messages import as_uuid
from teczka.web.requests import Request, found
from teczka.web.rules.choices import Do
from teczka.web.rules.draft import Branch, Doing, Draft, Leaf, from_rule, numbered
from teczka.web.rules.things import Things

REFERENCES = 3  # of a message


def begun(request: Request, things: Things) -> Draft:
    """Raises Http404 where what it is to be made of is not there for the viewer."""
    asked = {name: as_uuid(request.GET.get(name, "")) for name in ("message", "case", "template")}
    if asked["message"]:
        return numbered(_like(things, asked["message"]))
    if asked["case"]:
        return numbered(_of_case(things, asked["case"]))
    if asked["template"]:
        offered = {one.public_id: one.meaning for one in rule_templates(things.viewer)}
        return from_rule(found(offered.get(asked["template"])), things.shown, [])
    return numbered(Draft())


def _like(things: Things, message: UUID) -> Draft:
    """Of who wrote it and of what it is about; to where it lies."""
    text = found(message_text(things.viewer, message))
    if not text.owned:
        raise Http404
    written = references_of(things.viewer, message, REFERENCES)
    conditions: list[Leaf | Branch] = [Leaf(Field.SENDER.value, "is", text.from_address.lower())]
    conditions += [Leaf(Field.REFERENCE.value, "is", ", ".join(written))] if written else []
    filed = found(source(things.viewer, message)).case
    then = Doing(Do.FILE.value, things.shown.get(str(filed), "")) if filed else Doing(Do.FILE_FOUND.value)
    name = ", ".join([text.from_name or text.from_address, *written[:1]])
    return Draft(name[:200], Branch(Kind.ALL.value, conditions), [then])


def _of_case(things: Things, case: UUID) -> Draft:
    shown = found(things.shown.get(str(case)))
    conditions: list[Leaf | Branch] = [
        Leaf(Field.REFERENCE.value, "case", shown),
        Leaf(Field.PARTY.value, "case", shown),
    ]
    return Draft(shown[:200], Branch(Kind.ANY.value, conditions), [Doing(Do.FILE.value, shown)])
