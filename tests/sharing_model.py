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


@dataclass(frozen=True)
class Written:
    answers: list[str]  # letters that it names, the nearest last
    sender: str
    to: str

    @property
    def people(self) -> set[str]:
        return {self.sender, self.to}


@dataclass
class Model:
    team: set[str]
    owner: str
    threads: dict[str, int] = field(default_factory=dict)  # letter → conversation
    written: dict[str, Written] = field(default_factory=dict)  # in the order of time
    given: list[Given] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=count)

    def arrive(self, name: str, answers: list[str], sender: str, to: str) -> None:
        known = sorted({self.threads[one] for one in answers if one in self.threads})
        self.threads[name] = known[0] if known else next(self.numbers)
        self.written[name] = Written(answers, sender, to)
        if known:
            self._merge(known[0], set(known[1:]))
        for order in [one for one in self.given if one.active and one.thread == self.threads[name]]:
            shown = {one.letter for one in self.given if one.active and one.to == order.to and one.letter}
            shown &= {letter for letter, thread in self.threads.items() if thread == order.thread}
            taking_part = self._people(shown)
            if shown & set(answers[-1:]) and (to if sender == self.owner else sender) in taking_part:
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
        letters = [letter] if scope is Scope.MESSAGE else self._thread(letter)
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

    def _thread(self, letter: str) -> list[str]:
        return [name for name in self.written if self.threads[name] == self.threads[letter]]

    def _conversation(self, letter: str) -> list[str]:
        """What those who take part wrote one another, as far as it hangs together with this letter."""
        inside: set[str] = set()
        while more := [one for one in self._thread(letter) if one not in inside and self._belongs(one, letter, inside)]:
            inside.update(more)
        return sorted(inside)

    def _belongs(self, one: str, named: str, inside: set[str]) -> bool:
        letter = self.written[one]
        if one == named or not letter.answers:
            return True
        if letter.sender == self.owner:
            return letter.to in self._people(inside)
        return letter.answers[-1] in inside or letter.sender in self._people(inside)

    def _people(self, letters: set[str]) -> set[str]:
        return set[str]().union(*(self.written[one].people for one in letters)) - {self.owner}

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
