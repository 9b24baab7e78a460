"""Where this installation's packs lie (TECZKA_BLOBS_URL, or the data folder)."""

from functools import cache

from teczka.core.settings import Settings, settings
from teczka.store.packs.blobs import Blobs
from teczka.store.packs.folder import FolderBlobs
from teczka.store.packs.objects import ObjectBlobs


@cache
def blobs() -> Blobs:
    """One for the process: an object store's client keeps its connections."""
    return blobs_of(settings())


def blobs_of(ours: Settings) -> Blobs:
    folder = ours.data / "packs"
    return ObjectBlobs(ours.blobs_url, folder / "incoming") if ours.blobs_url else FolderBlobs(folder)
