"""Where in a message the words stand that were looked for: in its lines, its text, or a file that came with it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from teczka.core.search import Query
from teczka.core.search_tree import All, Any, Node, Phrase, Prefix, Where, Words
from teczka.language.asking import Asked, ask, beginning, number, phrase
from teczka.language.snippets import REACH, Found, Look, Pieces, Sought, any_of
from teczka.store.models import User
from teczka.store.queries.extraction import names, texts
from teczka.store.queries.hits import Hit, bodies

__all__ = ["Marking", "Pieces", "marking", "words_of"]

LENGTH = 72  # signs of a snippet: what a row has room for, with what was looked for near its beginning
_BESIDE = 40  # where a file's name stands before it
_NAME = 32  # signs of that name
_LONGEST = 300  # signs: what is longer is no word that somebody looks for, and a pattern of it may be more than a browser takes

_Looks = Mapping[Where, Look]


class _Told(NamedTuple):
    """What a row shows of a place, and what it is worth: the greatest is shown."""

    worth: tuple[bool, int, int]
    name: Pieces  # of the file that it is; empty: the message's own text
    text: Pieces


class Marking(NamedTuple):
    looks: _Looks
    told: Mapping[int, _Told]  # by message, where something of it stands in its text or with its files

    def line(self, text: str, where: Where) -> Pieces:
        """What the row shows of that field."""
        return self.looks[where].marked(text)

    def snippet(self, hit: Hit) -> tuple[Pieces, Pieces]:
        """The file's name where it is of one, and the piece of text."""
        _, name, text = self.told.get(hit.id, _Told((False, 0, 0), (), ()))
        return name, text or [(hit.line.snippet[:LENGTH], False)]


def marking(viewer: User, query: Query, found: Sequence[Hit]) -> Marking:
    """Of a block of hits. Files are looked into for those alone whose text has nothing that is looked for, or has not all of it together
    with the lines."""
    looks = _looks(query)
    anywhere, files = looks[Where.ANYWHERE], looks[Where.FILE]
    seen = {hit.id: _seen(hit, looks) for hit in found} if files.places else {}
    said = bodies(viewer, [*seen]) if anywhere.places else {}
    pieces = {message: anywhere.snippet(text, LENGTH, seen[message]) for message, text in said.items()}
    told = {message: _of_text(anywhere, piece, seen[message]) for message, piece in pieces.items() if piece.met}

    def wants(hit: Hit, look: Look) -> bool:
        met = pieces.get(hit.id, Found()).met
        return hit.line.attachments > 0 and bool(look.places - met - (seen[hit.id] if met else frozenset()))

    named = names(viewer, [hit.id for hit in found if hit.id in seen and wants(hit, files)])
    read = texts(viewer, [hit.id for hit in found if hit.id in named and wants(hit, anywhere)])
    for message, of_message in named.items():
        written = {path: text for path, _, text in read.get(message, ())}
        each = [_of_file(looks, name, written.get(path, ""), seen[message]) for path, name in of_message]
        best = max((*([told[message]] if message in told else []), *each), key=lambda one: one.worth)
        if best.worth > (False, 0, 0):
            told[message] = best
    return Marking(looks, told)


def words_of(query: Query, text: str) -> list[str]:
    """Each once, of the beginning of a long text."""
    pieces = _looks(query)[Where.ANYWHERE].marked(text[:REACH])
    return sorted({" ".join(piece.split()) for piece, hit in pieces if hit and len(piece) <= _LONGEST})


def _seen(hit: Hit, looks: _Looks) -> frozenset[int]:
    """What stands in its sender, recipients and subject."""
    line = hit.line
    sender = looks[Where.FROM].met(f"{line.from_name} {line.from_address}")
    return sender | looks[Where.TO].met(line.to_line) | looks[Where.SUBJECT].met(line.subject or "")


def _of_text(look: Look, piece: Found, seen: frozenset[int]) -> _Told:
    return _Told((False, *look.worth(piece, seen)), (), piece.pieces)


def _of_file(looks: _Looks, name: str, text: str, seen: frozenset[int]) -> _Told:
    """One whose name was asked for comes before any text."""
    anywhere, files = looks[Where.ANYWHERE], looks[Where.FILE]
    called, piece = files.snippet(name, _NAME, seen), anywhere.snippet(text, _BESIDE, seen)
    both = Found((), called.met | piece.met, called.exact | piece.exact)
    worth = bool(called.met - anywhere.places), *files.worth(both, seen)
    shown = called.pieces if called.met and len(name) > _NAME else files.marked(name)
    return _Told(worth, shown, piece.pieces)


def _looks(query: Query) -> _Looks:
    """By field, for what may stand there; the places of one are those of all."""
    groups = [*_groups(query.node)]
    return {
        where: Look([any_of(one for its, one in group if its in (Where.ANYWHERE, where)) for group in groups])
        for where in Where
    }


def _groups(node: Node | None) -> Iterator[list[tuple[Where, Sought]]]:
    """What is looked for, not what must be missing: of each group anything. A group that is an alternative is one, however much it has."""
    match node:
        case All(of):
            for each in of:
                yield from _groups(each)
        case Any(of):
            yield [one for each in of for group in _groups(each) for one in group]
        case Words(text, where, begun):
            yield from _each(ask(text, begun=begun), where)
        case Phrase(text, where):
            words, whole = tuple(terms[0] for terms in phrase(text)), number(text)
            if whole:
                yield from _each([whole], where)
            else:
                yield [(where, Sought(phrases=(words,)) if len(words) > 1 else Sought(words))]
        case Prefix(text, where):
            yield from _each(beginning(text), where)


def _each(asked: Sequence[Asked], where: Where) -> Iterator[list[tuple[Where, Sought]]]:
    return ([(where, Sought(one.exact, one.also))] for one in asked)
