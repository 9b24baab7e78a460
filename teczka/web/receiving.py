"""What a browser sends up, in pieces."""

from collections.abc import Iterator

from django.http import HttpRequest

from teczka.core.errors import Problem, Trouble

CHUNK = 256 * 1024


def received(request: HttpRequest, name: str) -> Iterator[bytes]:
    """The request's body, a file of this name. Raises Problem(UPLOAD_CUT) where it ends too early: the sender has gone."""
    left = int(request.headers.get("Content-Length") or 0)
    while left and (piece := request.read(min(CHUNK, left))):
        left -= len(piece)
        yield piece
    if left:
        raise Problem(Trouble.UPLOAD_CUT, name=name[:100])
