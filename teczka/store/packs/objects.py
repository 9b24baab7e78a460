"""Blobs in an object store: S3, Google's or Azure's, by URL."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore, from_url

from teczka.store.packs.durable import Buffer

RETRIES = 10  # of whatever the network or the store's own troubles failed; three minutes at most
NO_OPTIONS: Mapping[str, str] = MappingProxyType({})


class ObjectBlobs:
    """An upload that the store acknowledged is durable there; a torn one is never an object. Large files go up in parts.

    Credentials are found as the provider's own tools find them (the machine's role, AWS_*, GOOGLE_*, AZURE_*), or come in `options`.
    """

    def __init__(
        self, url: str, incoming: Path, options: Mapping[str, str] = NO_OPTIONS, *, retries: int = RETRIES
    ) -> None:
        """`url`: s3://bucket/prefix, gs://…, az://…; `options`: obstore's, `endpoint` and `region` among them."""
        config: Any = dict(options)
        # The machine keeper's own choice, as AWS_ALLOW_HTTP is.
        plain: Any = {"allow_http": True} if options.get("endpoint", "").startswith("http://") else None
        self._store: ObjectStore = from_url(
            url, config=config, client_options=plain, retry_config={"max_retries": retries}
        )
        self.incoming = incoming
        self.incoming.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, key: str, pieces: Sequence[Buffer]) -> None:
        obstore.put(self._store, key, b"".join(pieces))

    def put_file(self, key: str, file: Path) -> None:
        obstore.put(self._store, key, file)
        file.unlink()

    def get(self, key: str, offset: int, length: int) -> bytes:
        if not length:
            return b""
        try:
            data = bytes(obstore.get_range(self._store, key, start=offset, length=length))
        except BaseError as failed:
            # S3 answers 416 where the range begins at the end or beyond, and has no error of its own for it here.
            if self.size(key) < offset + length:
                raise EOFError(f"{key} ends before {offset + length}") from failed
            raise
        if len(data) < length:
            raise EOFError(f"{key} ends before {offset + length}")
        return data

    def size(self, key: str) -> int:
        return obstore.head(self._store, key)["size"]

    def list(self) -> Iterator[tuple[str, int]]:
        for page in obstore.list(self._store):
            for found in page:
                yield found["path"], found["size"]

    def delete(self, key: str) -> None:
        try:
            obstore.delete(self._store, key)
        except FileNotFoundError:  # S3 itself does not tell
            return

    def local(self, key: str) -> Path | None:
        return None
