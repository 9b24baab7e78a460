"""Who may see what: the rule itself (ADR 0023). Queries say it as conditions (store/queries/walls.py), the database as policies (migration
0003); tests/web/access holds the three against one another, person by person and thing by thing.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands to a case."""

    office: bool  # it is of the office that they work for
    member: bool  # of its team
    walled: bool  # it is closed to all but its team
    administrator: bool = False  # of that office

    @property
    def sees_card(self) -> bool:
        """Number, name, client, parties, references, team, state. Of a walled case others do not know that it is there."""
        return self.office and (self.member or not self.walled)

    @property
    def sees_inside(self) -> bool:
        """Notes, documents, tasks, what happened. Being an administrator opens nothing."""
        return self.office and self.member

    @property
    def changes(self) -> bool:
        """The card, and who is in the team: administrators mend what others left, where they may see it."""
        return self.office and (self.member or (self.administrator and not self.walled))


def sees_message(owner: bool, granted: bool) -> bool:
    """Mail is its owner's until they share it. That it is filed to a case shows it to nobody."""
    return owner or granted


def sees_filing(message: bool, target: bool) -> bool:
    """That a message belongs to a case or a task: to who sees both, the message and the case's card or the task."""
    return message and target


def sees_document(case: Standing, message: bool | None) -> bool:
    """`message`: whether they see the message that it is a part of; None: it was uploaded."""
    return case.sees_inside and message is not False


def sees_task(case: Standing | None, *, office: bool, maker: bool, doer: bool, for_office: bool) -> bool:
    """`case`: None where it is of none, and only then can it be for the whole office. Who may not see the case's card sees no task of it,
    not even their own: whoever leaves a walled team sees nothing more."""
    if case is None:
        return office and (maker or doer or for_office)
    return case.sees_card and (maker or doer or case.sees_inside)
