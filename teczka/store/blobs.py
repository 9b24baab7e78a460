"""Where this installation's packs lie (TECZKA_BLOBS_URL, or the data folder)."""

from functools import cache

from teczka.core.settings import settings
from teczka.store.packs.blobs import Blobs
from teczka.store.packs.folder import FolderBlobs
from teczka.store.packs.objects import ObjectBlobs


@cache
def blobs() -> Blobs:
    """One for the process: an object store's client keeps its connections."""
    folder = settings().data / "packs"
    return ObjectBlobs(settings().blobs_url, folder / "incoming") if settings().blobs_url else FolderBlobs(folder)
