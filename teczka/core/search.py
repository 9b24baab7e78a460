"""A query: read from whatever is typed, and said again in either language. Reading never fails, and what is said is read as the same."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from teczka.core import search_words as known
from teczka.core.search_operators import OPERATORS, Operator, bare, is_reference, tells
from teczka.core.search_said import one_of, said
from teczka.core.search_tree import (
    LONGEST,
    MOST,
    All,
    Any,
    Hint,
    Leaf,
    Node,
    Phrase,
    Prefix,
    State,
    Words,
    all_of,
    any_of,
    cut,
    none_of,
    within,
)
from teczka.core.search_words import plain, written

__all__ = ["Query", "parse", "said"]

_READ = 50_000  # signs; MOST things of LONGEST signs are fewer
_DEEP = 12  # parentheses within parentheses
_PIECE = re.compile(
    r'(?P<quoted>["„”“«»][^"„”“«»]*["„”“«»]?)|(?P<sign>[()|]|-(?=[^\s]))|(?P<word>[^\s()"„”“«»]+)|(?P<space>\s+)'
)
_QUOTES = '"„”“«»'
_SLASH = re.compile(r"(?<=[^\W_])\s{1,3}/\s{1,3}(?=\d)")  # of one number: "FV / 12 / 2025"
_MORE = 4  # words of a value behind its first
_STATES = {plain(name) for state in (State.UNFILED, State.UNREAD) for name in known.STATES[state]}  # words of no letter
_WORD = re.compile(rf"[^\W_]{{1,{LONGEST}}}")


@dataclass(frozen=True, slots=True)
class Query:
    """node: None where nothing is asked. Hints tell what they are about."""

    node: Node | None
    hints: tuple[tuple[Hint, str], ...] = ()

    @property
    def parts(self) -> tuple[Node, ...]:
        """All of them must be so: the chips."""
        return self.node.of if isinstance(self.node, All) else (self.node,) if self.node else ()

    def text(self, language: str) -> str:
        return " ".join(said(part, language) for part in self.parts) if len(self.parts) > 1 else self._alone(language)

    def without(self, place: int) -> "Query":
        """One chip less."""
        return Query(all_of([part for number, part in enumerate(self.parts) if number != place]))

    def being_typed(self) -> "Query":
        """The same, while its last word may be only begun."""
        last = self.parts[-1] if self.parts else None
        if not isinstance(last, Words):
            return self
        return replace(self, node=all_of([*self.parts[:-1], replace(last, begun=True)]))

    def _alone(self, language: str) -> str:
        if isinstance(self.node, Any):
            return f" {written(known.OR, language)} ".join(one_of(each, language) for each in self.node.of)
        return said(self.node, language) if self.node else ""


def parse(text: str) -> Query:
    """Of any text. Where groups lie deeper within one another than anybody means, parentheses and ORs count for nothing."""
    reader = _Reader(_SLASH.sub("/", text[:_READ].replace("\0", " ")), _DEEP)
    if len(text) > _READ:
        reader.hints[Hint.MANY, ""] = None
    query = reader.query()
    return query if _depth(query.text("en")) <= _DEEP else _Reader(query.text("en"), 0).query()


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str  # quoted | ( | ) | | | - | word
    text: str
    apart: bool  # white space stands before it


class _Reader:
    def __init__(self, text: str, deep: int) -> None:
        self.text = text
        self.pieces = _pieces(text)
        self.deep = deep
        self.at = 0
        self.left = MOST
        self.hints: dict[tuple[Hint, str], None] = {}
        self.signs = ""  # the first that tells nothing

    def query(self) -> Query:
        nodes: list[Node] = []
        while self.at < len(self.pieces):  # a closing parenthesis that closes nothing is passed over
            found = self._group(0)
            nodes += [found] if found else []
        signs = self.signs or ("" if tells(self.text) else self._bounded(self.text))
        if signs and not nodes:
            self.hints[Hint.SIGNS, signs] = None
        return Query(all_of(nodes), tuple(self.hints))

    def _group(self, depth: int) -> Node | None:
        """Up to the parenthesis that closes it, which is taken."""
        out: list[Node] = []
        joined = False  # an OR stands before what comes
        while self.at < len(self.pieces):
            piece = self.pieces[self.at]
            self.at += 1
            if piece.kind == ")":
                if depth:
                    break
                continue
            if piece.kind == "|" or (piece.kind == "word" and piece.text in known.OR):
                joined = bool(out)
                continue
            if piece.kind == "word" and piece.text in known.AND:
                continue
            found = self._one(piece, depth)
            if found is None:
                continue
            if joined and self.deep:
                found = any_of([out.pop(), found]) or found
                joined = False
            out.append(found)
        return all_of(out)

    def _one(self, piece: _Piece, depth: int) -> Node | None:
        if piece.kind == "-":
            while self.at < len(self.pieces) and self.pieces[self.at].kind == "-":
                self.at += 1
            if self.at == len(self.pieces) or self.pieces[self.at].kind in ")|":
                return None
            self.at += 1
            found = self._one(self.pieces[self.at - 1], depth)
            return none_of(found) if found else None
        if piece.kind == "(":
            if depth >= self.deep:
                return None
            return self._group(depth + 1)
        if piece.kind == "quoted":
            return self._leaf(Phrase(self._bounded(piece.text)))
        if piece.kind == "word":
            return self._word(piece.text, depth)
        return None

    def _word(self, text: str, depth: int) -> Node | None:
        if text in known.NOT and self.at < len(self.pieces):
            self.hints[Hint.NOT, text] = None
        name, colon, value = text.partition(":")
        if colon and name:
            operator = OPERATORS.get(plain(name))
            if operator:
                return self._operator(text, operator, value, depth)
            if name.isalpha() and not value.startswith("//"):
                self.hints[Hint.UNKNOWN, name] = None
        if plain(text) in _STATES:
            self.hints[Hint.STATE, text] = None
        return self._leaf(bare(self._whole(lambda _value, words: is_reference(words), self._bounded(text))))

    def _operator(self, text: str, operator: Operator, value: str, depth: int) -> Node | None:
        make, where, _ = operator
        if not value and self.at < len(self.pieces):
            following = self.pieces[self.at]
            if following.kind == "quoted":
                self.at += 1
                quoted = self._bounded(following.text)
                return self._leaf(Phrase(quoted, where)) if where else self._made(text, make, quoted)
            if where and following.kind == "(" and not following.apart and depth < self.deep:
                self.at += 1
                inner = self._group(depth + 1)
                return within(inner, where) if inner else None
            if following.kind == "word" and ":" not in following.text and following.text not in known.OR:
                self.at += 1
                value = following.text
        value = self._whole(operator.goes_on, value)
        if not where:
            return self._made(text, make, value)
        leaf = make(self._bounded(value))
        if isinstance(leaf, Words | Prefix) and not tells(leaf.text):
            self.hints[Hint.VALUE, text] = None
        return self._leaf(leaf) if leaf else None

    def _bounded(self, text: str) -> str:
        text = " ".join(text.split())
        if len(text) > LONGEST:
            self.hints[Hint.MANY, ""] = None
        return cut(text)

    def _whole(self, goes_on: Callable[[str, str], bool], value: str) -> str:
        """With as many of the words behind it as are one value with it."""
        words = [value]
        for piece in self.pieces[self.at : self.at + _MORE]:
            if piece.kind != "word" or ":" in piece.text or piece.text in (*known.OR, *known.AND):
                break
            words.append(piece.text)
        for many in range(len(words), 1, -1):
            if goes_on(value, " ".join(words[:many])):
                self.at += many - 1
                return " ".join(words[:many])
        return value

    def _made(self, text: str, make: "Callable[[str], Leaf | None]", value: str) -> Node | None:
        """An operator with a value that it cannot have is words: with the value, as it was typed."""
        value = self._bounded(value)
        leaf = make(value)
        if leaf:
            return self._leaf(leaf)
        self.hints[Hint.VALUE, text] = None
        word = _WORD.fullmatch(value) and value not in (*known.OR, *known.AND)
        return self._leaf(Words(value) if word else Phrase(value))

    def _leaf(self, leaf: Leaf) -> Node | None:
        if isinstance(leaf, Words | Phrase | Prefix) and not tells(leaf.text):
            self.signs = self.signs or ("" if leaf.where else leaf.text.strip("-"))
            return None
        if not self.left:
            self.hints[Hint.MANY, ""] = None
            return None
        self.left -= 1
        return leaf


def _depth(text: str) -> int:
    deepest = depth = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    return deepest


def _pieces(text: str) -> "Sequence[_Piece]":
    out: list[_Piece] = []
    apart = True
    for match in _PIECE.finditer(text):
        kind, found = str(match.lastgroup), match[0]
        if kind == "space":
            apart = True
            continue
        if kind == "sign" and found == "-" and not apart and out and out[-1].kind not in "(|-":
            continue  # a dash within what is written together, "a"-b
        if kind == "quoted":
            found = found.strip(_QUOTES)
        if kind == "word" and found.startswith("*"):  # words are found by their beginnings alone
            found = found.lstrip("*-|")
        out.append(_Piece(found if kind == "sign" else kind, found, apart))
        apart = False
    return out
