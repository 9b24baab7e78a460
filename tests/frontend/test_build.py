"""Building the assets: what is out of date is made, what is not is left, and no tool's failure goes unseen."""

import gettext
import os
import subprocess
from pathlib import Path

import polib
import pytest

from frontend import build


def test_every_entry_has_its_source() -> None:
    assert [entry for entry in build.ENTRIES if not (build.SOURCE / entry).exists()] == []


def test_a_failing_npm_stops_the_build_and_leaves_no_stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "MODULES", tmp_path / "node_modules")
    monkeypatch.setattr(build, "NPM", tmp_path / "absent.js")
    with pytest.raises(subprocess.CalledProcessError):
        build.install()
    assert not (tmp_path / "node_modules").exists()


def test_a_missing_esbuild_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "MODULES", tmp_path)
    monkeypatch.setattr(build, "STAMPS", tmp_path)
    monkeypatch.setattr(build, "install", lambda: None)
    with pytest.raises(FileNotFoundError, match="expected one esbuild"):
        build.bundle()
    assert not (tmp_path / "bundle").exists()


def test_a_bundle_is_made_again_only_when_something_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, output = tmp_path / "src", tmp_path / "out"
    source.mkdir()
    (source / "mail.ts").write_text("console.log('ą');\n")
    for name, value in {"SOURCE": source, "OUTPUT": output, "STAMPS": tmp_path, "ENTRIES": ("mail.ts",)}.items():
        monkeypatch.setattr(build, name, value)
    build.bundle()
    made = output / "mail.js"
    assert "ą" in made.read_text()
    made.write_text("untouched")
    build.bundle()
    assert made.read_text() == "untouched"
    (source / "mail.ts").write_text("console.log('ę');\n")
    build.bundle()
    assert "ę" in made.read_text()


def test_a_catalogue_is_compiled_when_it_is_newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "LOCALE", tmp_path)
    written = tmp_path / "pl" / "LC_MESSAGES" / "django.po"
    written.parent.mkdir(parents=True)
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    catalogue.append(polib.POEntry(msgid="Mailbox", msgstr="Skrzynka"))
    catalogue.save(str(written))
    os.utime(written, (1_000_000_000, 1_000_000_000))
    build.compile_catalogues()
    assert gettext.translation("django", tmp_path, ["pl"]).gettext("Mailbox") == "Skrzynka"
    compiled = written.with_suffix(".mo")
    os.utime(compiled, (1_000_000_001, 1_000_000_001))
    build.compile_catalogues()
    assert compiled.stat().st_mtime == 1_000_000_001
