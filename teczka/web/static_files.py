"""Where the browser finds our files."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Each address is put together once: a page has a dozen, and they change with the files alone, for which a process starts anew. What a
    script imports is named by its content as the script itself is: no browser takes an older one for it."""

    support_js_module_import_aggregation = True

    def __init__(self, *values: object, **named: object) -> None:
        super().__init__(*values, **named)
        self._addresses: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        if name not in self._addresses:
            self._addresses[name] = str(super().url(name, force))
        return self._addresses[name]
