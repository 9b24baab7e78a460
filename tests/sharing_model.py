"""What an owner's acts show to whom, as its own small model: no tables and no SQL, only what was said."""

from dataclasses import dataclass, field
from itertools import count

from teczka.core.sharing import Scope


@dataclass
class Given:
    """One share: of a letter, or of what is still to come in a conversation (`letter` None, `thread` its first letter's place)."""

    to: str  # a person, or "case"
    letter: str | None
    thread: int | None
    act: int | None
    order: "Given | None" = None  # that it came by
    active: bool = True
    revoking: int | None = None


@dataclass
class Model:
    team: set[str]
    threads: dict[str, int] = field(default_factory=dict)  # letter → conversation
    people: dict[str, set[str]] = field(default_factory=dict)  # letter → addresses that it names
    given: list[Given] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=count)

    def arrive(self, name: str, answers: list[str], sender: str, owners: str, to: str) -> None:
        known = sorted({self.threads[one] for one in answers if one in self.threads})
        self.threads[name] = known[0] if known else next(self.numbers)
        self.people[name] = {sender, to}
        if known:
            self._merge(known[0], set(known[1:]))
        for order in [one for one in self.given if one.active and one.thread == self.threads[name]]:
            shown = {one.letter for one in self.given if one.active and one.to == order.to and one.letter}
            shown &= {letter for letter, thread in self.threads.items() if thread == order.thread}
            taking_part = set[str]().union(*(self.people[letter] for letter in shown)) - {owners}
            if shown & set(answers) and (to if sender == owners else sender) in taking_part:
                self._give(Given(order.to, name, None, None, order))

    def share(self, act: int, letter: str, scope: Scope, to: list[str]) -> None:
        for one in to:
            for each in [letter] if scope is Scope.MESSAGE else self._conversation(letter):
                self._give(Given(one, each, None, act))
            if scope is Scope.FOLLOWING:
                self._give(Given(one, None, self.threads[letter], act))

    def revoke(self, act: int, letter: str, scope: Scope, to: str) -> bool:
        """False: it is not shared so."""
        if not self._is_given(to, letter, None):
            return False
        letters = [letter] if scope is Scope.MESSAGE else self._conversation(letter)
        thread = None if scope is Scope.MESSAGE else self.threads[letter]
        for one in self.given:
            if one.active and one.to == to and (one.letter in letters or (one.letter is None and one.thread == thread)):
                one.active, one.revoking = False, act
        return True

    def undo(self, act: int) -> None:
        for one in self.given:
            if one.active and (one.act == act or (one.order and one.order.act == act)):
                one.active = False
        for one in self.given:
            if one.revoking == act and not self._is_given(one.to, one.letter, one.thread):
                one.active, one.revoking = True, None

    def seen(self, name: str) -> list[str]:
        to = {one.to for one in self.given if one.active and one.letter == name}
        return sorted((to - {"case"}) | (self.team if "case" in to else set()))

    def _conversation(self, letter: str) -> list[str]:
        return [name for name, thread in self.threads.items() if thread == self.threads[letter]]

    def _is_given(self, to: str, letter: str | None, thread: int | None) -> bool:
        return any(one.active and (one.to, one.letter, one.thread) == (to, letter, thread) for one in self.given)

    def _give(self, one: Given) -> None:
        if not self._is_given(one.to, one.letter, one.thread):
            self.given.append(one)

    def _merge(self, kept: int, others: set[int]) -> None:
        for name, thread in self.threads.items():
            if thread in others:
                self.threads[name] = kept
        for one in [one for one in self.given if one.thread in others]:
            if one.active and any(
                other.active and other.to == one.to and other.thread == kept for other in self.given if other is not one
            ):
                one.active = False
            one.thread = kept
