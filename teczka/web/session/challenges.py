"""What a browser is challenged to sign by a passkey: each for one session, for a few minutes, once."""

import secrets
import time
from base64 import urlsafe_b64decode

from django.http import HttpRequest

from teczka.core.passkeys import CHALLENGE_BYTES, SECONDS, Place, as_text, place_of
from teczka.core.settings import settings
from teczka.store.sessions import take

BRIEF = (
    15 * 60
)  # seconds that a stranger's session is kept, which is begun by asking for a passkey: as long as allauth's between two steps


def here(request: HttpRequest) -> Place:
    """As the person's browser sees it: by TECZKA_URL, whatever a proxy before us makes of the request."""
    return place_of(settings().url or f"{request.scheme}://{request.get_host()}")


def challenge(request: HttpRequest, name: str) -> bytes:
    """Another one, kept in the session under this name."""
    made = secrets.token_bytes(CHALLENGE_BYTES)
    if not request.session.session_key:
        request.session.set_expiry(BRIEF)
    request.session[name] = [as_text(made), int(time.time())]
    return made


def challenged(request: HttpRequest, name: str) -> bytes:
    """The one that was last asked under this name, which is none any more. Empty where there is none, or it is too old."""
    kept, at = take(request.session, name) or ("", 0)
    return urlsafe_b64decode(kept + "=") if time.time() - at < SECONDS else b""
