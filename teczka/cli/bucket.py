"""Whether the bucket of TECZKA_BLOBS_URL can be listed, written, read and deleted from, tried with one small object; and in words
what is wrong with it."""

from collections.abc import Callable
from uuid import uuid4

from obstore.exceptions import BaseError

from teczka.core.settings import Settings
from teczka.store.packs.objects import ObjectBlobs

CONTENT = b"Written by `teczka doctor`, which deletes it at once.\n"
RETRIES = 2  # somebody waits for the answer
# What the stores' own answers have in them (S3, Google, Azure), the more telling first.
WRONG = (
    (
        ("RequestTimeTooSkewed", "Request date header too old", "short-lived token"),
        "this machine's clock is not the store's; set it by the network's time",
    ),
    (("NoSuchBucket", "ContainerNotFound"), "there is no such bucket"),
    (
        ("//169.254.", "/latest/api/token", "metadata.google.internal", "Account must be specified"),
        "no credentials were found in the environment (AWS_…, GOOGLE_…, AZURE_…), and the machine has none of its own",
    ),
    (
        (
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "ExpiredToken",
            "InvalidToken",
            "invalid_grant",
            "AuthenticationFailed",
            "401 Unauthorized",
        ),
        "the store refuses these credentials: they are wrong, or no longer good",
    ),
    (
        ("PermanentRedirect", "AuthorizationHeaderMalformed", "incorrectly configured region"),
        "the bucket lies in another region than AWS_REGION names",
    ),
    (("AccessDenied", "Authorization", "403 Forbidden"), "these credentials have no right to that"),
    (("error sending request",), "the store cannot be reached"),
)


def fault(ours: Settings) -> str:
    """In a sentence, which names each thing that cannot be done; empty: all is well. It leaves nothing there, where it may delete."""
    try:
        blobs = ObjectBlobs(ours.blobs_url, ours.data / "packs" / "incoming", retries=RETRIES)
    except (ValueError, BaseError) as error:
        return f"it cannot be used: {_why(error)}"
    name = f"trial-{uuid4().hex}"  # packs are named otherwise, and what is named like this is taken for none
    cannot: dict[str, list[str]] = {}

    def tried(done: str, step: Callable[[], object]) -> bool:
        try:
            step()
        except (OSError, EOFError, BaseError) as error:
            cannot.setdefault(_why(error), []).append(done)
            return False
        return True

    tried("listed", lambda: next(blobs.list(), None))
    written = tried("written", lambda: blobs.put(name, [CONTENT]))
    if written:
        tried("read", lambda: _read(blobs, name))
    if not tried("deleted", lambda: blobs.delete(name)) and written:
        cannot[f"{name} was left there"] = []
    return "; ".join(f"it cannot be {' nor '.join(done)}: {why}" if done else why for why, done in cannot.items())


def _read(blobs: ObjectBlobs, name: str) -> None:
    if blobs.get(name, 0, len(CONTENT)) != CONTENT:
        raise OSError("it gave back other bytes than it was given")


def _why(error: Exception) -> str:
    answer = str(error).partition("\n\nDebug source")[0]
    told = next((words for marks, words in WRONG if any(mark in answer for mark in marks)), None)
    return told or " ".join(answer.split())[:300]
