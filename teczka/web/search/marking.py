"""Where in a message the words stand that were looked for: in its lines, its text, or a file that came with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from teczka.core.search import Query
from teczka.core.search_tree import All, Any, Node, Phrase, Prefix, Words
from teczka.language.asking import Asked, ask, phrase, prefix
from teczka.language.snippets import REACH, marked, snippet
from teczka.store.models import User
from teczka.store.queries.extraction import texts
from teczka.store.queries.hits import Hit
from teczka.store.queries.hits import bodies as texts_of

LENGTH = 72  # signs of a snippet: what a row has room for, with what was looked for near its beginning

Pieces = Sequence[tuple[str, bool]]  # True: looked for


@dataclass(frozen=True, slots=True)
class Marking:
    asked: Sequence[Asked]
    bodies: Mapping[int, Pieces]  # by message, where something of it stands in its text
    files: Mapping[int, tuple[str, Pieces]] = field(default_factory=dict)  # else: the file's name

    def line(self, text: str) -> Pieces:
        return marked(text, self.asked) if self.asked else [(text, False)]

    def snippet(self, hit: Hit) -> tuple[str, Pieces]:
        """The file's name where it is of one, and the piece of text."""
        if hit.id in self.files:
            return self.files[hit.id]
        return "", self.bodies.get(hit.id) or [(hit.line.snippet[:LENGTH], False)]


def marking(viewer: User, query: Query, found: Sequence[Hit]) -> Marking:
    """Of a block of hits. Files are looked into for those alone in whose text nothing of it stands."""
    asked = list(_asked(query.node))
    if not asked:
        return Marking(asked, {})
    said = texts_of(viewer, [hit.id for hit in found])
    bodies = {message: piece for message, text in said.items() if (piece := _found([("", text)], asked)[1])}
    files = {}
    for message, each in texts(
        viewer, [hit.id for hit in found if hit.id not in bodies and hit.line.attachments]
    ).items():
        name, piece = _found([(name, text) for _path, name, text in each], asked)
        if piece:
            files[message] = name, piece
    return Marking(asked, bodies, files)


def words_of(query: Query, text: str) -> list[str]:
    """Each once, of the beginning of a long text."""
    asked = list(_asked(query.node))
    pieces = marked(text[:REACH], asked) if asked else []
    return sorted({" ".join(piece.split()) for piece, hit in pieces if hit})


def _found(of: Sequence[tuple[str, str]], asked: Sequence[Asked]) -> tuple[str, Pieces]:
    where, pieces = snippet(of, asked, LENGTH)
    return (where or "", pieces) if any(hit for _, hit in pieces) else ("", ())


def _asked(node: Node | None) -> Iterator[Asked]:
    """What is looked for, not what must be missing."""
    match node:
        case All(of) | Any(of):
            for each in of:
                yield from _asked(each)
        case Words(text):
            yield from ask(text)
        case Phrase(text):
            yield from (Asked(0, 0, words[:1]) for words in phrase(text))
        case Prefix(text):
            if begun := prefix(text):
                yield Asked(0, 0, (f"{begun}*",))
