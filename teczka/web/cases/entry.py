"""A case as somebody enters it: the card, its parties, and for a new one its team; typed in one form, saved at once."""

from dataclasses import replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from teczka.actions.cases import own_patterns
from teczka.core.cases import Card, CaseState, PartyCard
from teczka.store.models import User
from teczka.web.cases.forms import CardForm, PartyRows, TeamForm, typed_rows
from teczka.web.cases.words import SIDES, STATES


class Entry:
    """`data`: what was sent. Where that asked for a further row, or one fewer, nothing is checked yet."""

    def __init__(self, data: QueryDict | None, viewer: User, card: Card, *, new: bool) -> None:
        rows = typed_rows(data) if data else None
        own = own_patterns(viewer)
        self.fewer = bool(data and "drop" in data)
        if rows is not None and data is not None:
            self.form = CardForm(None, own, new=new, initial=data.dict())
            self.parties = PartyRows(None, prefix="parties", initial=rows)
            chosen = {"team": data.getlist("team"), "lead": data.get("lead", "")}
            self.team = TeamForm(None, viewer, joins=True, initial=chosen) if new else None
            self.walled = "walled" in data
            self._complete = False
            if not self.fewer:
                self.parties.forms[-1].fields["side"].widget.attrs["autofocus"] = True
        else:
            told = {"lead": str(viewer.public_id)}
            self.form = CardForm(data, own, new=new, initial=_typed(card))
            self.parties = PartyRows(data, prefix="parties", initial=[_row(party) for party in card.parties])
            self.team = TeamForm(data, viewer, joins=True, initial=told) if new else None
            self.walled = bool(data and "walled" in data)
            self._complete = data is not None
        for row in self.parties.forms[1:]:  # said once
            for field in row.fields.values():
                field.help_text = ""

    def is_valid(self) -> bool:
        """All of them are asked, so that each says what is wrong with it."""
        valid = [self.form.is_valid(), self.parties.is_valid(), self.team is None or self.team.is_valid()]
        return self._complete and all(valid)

    def card(self) -> Card:
        told = self.form.cleaned_data
        parties = [party for row in self.parties if (party := row.party())]
        return Card(
            number=told["number"],
            name=told["name"],
            client=told["client"],
            references=told["references"],
            state=CaseState(told.get("state", CaseState.OPEN)),
            opened_on=told["opened_on"],
            closed_on=told.get("closed_on"),
            parties=tuple(parties),
        )

    def taken(self) -> None:
        self.form.add_error("number", _("Another case of the office bears this number."))


def differences(now: Card, entered: Card) -> list[tuple[str, list[str]]]:
    """What the card says now where somebody else wants it to say something else, in words."""
    fields = [
        (_("Name of the case"), [now.name], [entered.name]),
        (_("Own number"), [now.number], [entered.number]),
        (_("Client"), [now.client], [entered.client]),
        (_("References"), list(now.references), list(entered.references)),
        (_("State"), [str(STATES[now.state])], [str(STATES[entered.state])]),
        (_("Opened on"), [str(now.opened_on or "")], [str(entered.opened_on or "")]),
        (_("Closed on"), [str(now.closed_on or "")], [str(entered.closed_on or "")]),
        (_("Parties"), _parties(now), _parties(entered)),
    ]
    return [(label, [line for line in theirs if line]) for label, theirs, ours in fields if theirs != ours]


def _parties(card: Card) -> list[str]:
    return [
        ", ".join(filter(None, (str(SIDES[one.side]), one.name, one.role, *one.addresses, one.note)))
        for one in (replace(party, id=None) for party in card.parties)
    ]


def _typed(card: Card) -> dict[str, Any]:
    names = ("number", "name", "client", "opened_on", "closed_on")
    return {name: getattr(card, name) for name in names} | {
        "references": "\n".join(card.references),
        "state": card.state.value,
    }


def _row(party: PartyCard) -> dict[str, Any]:
    told = {name: getattr(party, name) for name in ("id", "name", "role", "note")}
    return told | {"side": party.side.value, "addresses": ", ".join(party.addresses)}
