"""What a browser sends up, in pieces."""

from collections.abc import Iterator

from django.http import HttpRequest, UnreadablePostError

from teczka.core.errors import Problem, Trouble

CHUNK = 256 * 1024


def received(request: HttpRequest, name: str) -> Iterator[bytes]:
    """The request's body, a file of this name. Raises Problem(UPLOAD_CUT) where it ends too early, as the sender has gone; and where nobody
    said how long it is, as every browser does: a cut would pass for its end."""
    told = request.headers.get("Content-Length")
    left = int(told or 0)
    while left and (piece := _next(request, min(CHUNK, left))):
        left -= len(piece)
        yield piece
    if left or told is None:
        raise Problem(Trouble.UPLOAD_CUT, name=name[:100])


def _next(request: HttpRequest, size: int) -> bytes:
    try:
        return request.read(size)
    except UnreadablePostError:
        return b""
