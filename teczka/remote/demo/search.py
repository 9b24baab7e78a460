"""SEARCH (RFC 3501 §6.4.4) in the part that a client of whole mailboxes asks for; ESEARCH answers (RFC 4731)."""

from collections.abc import Callable

from teczka.remote.demo.answers import header_value
from teczka.remote.demo.grammar import (
    DEPTH,
    Atom,
    Bad,
    No,
    SequenceSet,
    Value,
    compressed,
    number,
    sequence_set,
    string,
    word,
    words,
)
from teczka.remote.demo.mailbox import DemoMessage
from teczka.remote.demo.session import Session

Test = Callable[[int, DemoMessage], bool]
_RETURNS = {"MIN", "MAX", "ALL", "COUNT"}
_FLAGS = {
    "ANSWERED": "\\Answered",
    "DELETED": "\\Deleted",
    "DRAFT": "\\Draft",
    "FLAGGED": "\\Flagged",
    "SEEN": "\\Seen",
}


async def search(session: Session, args: list[Value], by_uid: bool) -> None:
    returns: list[str] | None = None
    if args and isinstance(args[0], Atom) and word(args[0]) == "RETURN":
        if len(args) < 2:
            raise Bad("return what?")
        returns, args = words(args[1]) or ["ALL"], args[2:]
        if set(returns) - _RETURNS:
            raise Bad("this server knows no such return option")
    keys = Keys(session, _after_charset(args))
    test = keys.all_of()
    found = [(n, message) for n, message in enumerate(session.view, 1) if test(n, message)]
    numbers = [message.uid if by_uid else n for n, message in found]
    modseq = max((message.modseq for _, message in found), default=0) if keys.by_modseq else 0
    if returns is None:
        told = "".join(f" {n}" for n in numbers)
        session.untagged(f"SEARCH{told}" + (f" (MODSEQ {modseq})" if modseq else ""))
    else:
        session.untagged(_extended(session, returns, numbers, by_uid, modseq))


def _extended(session: Session, returns: list[str], numbers: list[int], by_uid: bool, modseq: int) -> str:
    """Without a hit MIN, MAX and ALL are left out, COUNT is told (RFC 4731 §3.1)."""
    told = [f'ESEARCH (TAG "{session.tag}")', *(["UID"] if by_uid else [])]
    if numbers:
        figures = {"MIN": str(numbers[0]), "MAX": str(numbers[-1]), "ALL": compressed(numbers)}
        told += [f"{name} {figures[name]}" for name in ("MIN", "MAX", "ALL") if name in returns]
    if "COUNT" in returns:
        told.append(f"COUNT {len(numbers)}")
    return " ".join(told + ([f"MODSEQ {modseq}"] if modseq else []))


def _after_charset(args: list[Value]) -> list[Value]:
    if not args or not isinstance(args[0], Atom) or word(args[0]) != "CHARSET":
        return args
    if len(args) < 2:
        raise Bad("which charset?")
    if string(args[1]).upper() not in (b"UTF-8", b"US-ASCII"):
        raise No("[BADCHARSET (UTF-8 US-ASCII)] unknown charset")
    return args[2:]


class Keys:
    """Search keys read one after another into one test."""

    def __init__(self, session: Session, keys: list[Value], depth: int = 0) -> None:
        if depth > DEPTH:
            raise Bad("nested too deep")
        self._session, self._keys, self._depth = session, keys[::-1], depth
        self.by_modseq = False

    def all_of(self) -> Test:
        if not self._keys:
            raise Bad("search for what?")
        tests = []
        while self._keys:
            tests.append(self._one(self._depth))
        return lambda n, message: all(test(n, message) for test in tests)

    def _next(self) -> Value:
        if not self._keys:
            raise Bad("the search ends too early")
        return self._keys.pop()

    def _one(self, depth: int) -> Test:
        if depth > DEPTH:
            raise Bad("nested too deep")
        key = self._next()
        if isinstance(key, list):
            inner = Keys(self._session, key, depth + 1)
            test = inner.all_of()
            self.by_modseq |= inner.by_modseq
            return test
        name = word(key)
        if name in ("NOT", "OR"):
            return self._combined(name, depth + 1)
        if name == "ALL":
            return lambda n, message: True
        if name in _FLAGS:
            return _flagged(_FLAGS[name], True)
        if name.startswith("UN") and name[2:] in _FLAGS:
            return _flagged(_FLAGS[name[2:]], False)
        return self._with_argument(key, name)

    def _combined(self, name: str, depth: int) -> Test:
        one = self._one(depth)
        if name == "NOT":
            return lambda n, message: not one(n, message)
        other = self._one(depth)
        return lambda n, message: one(n, message) or other(n, message)

    def _with_argument(self, key: Value, name: str) -> Test:
        if name == "UID":
            return _among(sequence_set(self._next()), [message.uid for message in self._session.view], by_uid=True)
        if name in ("KEYWORD", "UNKEYWORD"):
            return _flagged(string(self._next()).decode("ascii", "replace"), name == "KEYWORD")
        if name == "HEADER":
            return _header(string(self._next()), string(self._next()))
        if name == "MODSEQ":
            self.by_modseq = self._session.condstore = True
            least = number(self._next())
            return lambda n, message: message.modseq >= least
        if name[0].isdigit() or name[0] == "*":
            return _among(sequence_set(key), list(range(1, len(self._session.view) + 1)), by_uid=False)
        raise Bad("this server knows no such search key")


def _flagged(flag: str, wanted: bool) -> Test:
    return lambda n, message: (flag.lower() in {kept.lower() for kept in message.flags}) is wanted


def _among(wanted: SequenceSet, numbers: list[int], by_uid: bool) -> Test:
    chosen = set(wanted.choose(numbers))
    return lambda n, message: (message.uid if by_uid else n) in chosen


def _header(name: bytes, part: bytes) -> Test:
    """An empty part asks only whether the field is there (RFC 3501 §6.4.4)."""
    field, wanted = name.decode("ascii", "replace"), part.decode("utf-8", "replace").lower()

    def test(n: int, message: DemoMessage) -> bool:
        value = header_value(message.raw, field)
        return value is not None and wanted in value.lower()

    return test
