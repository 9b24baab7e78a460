"""The source of this very Teczka, for whoever uses it (AGPL-3.0 §13): packed from what runs, so that what was changed here is in it."""

import io
import tarfile
from functools import cache
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from teczka import web

PACKAGE = Path(web.__file__).parent.parent
# What a wheel is built with lies beside the package in a checkout; frontend/hatch_build.py puts it into the wheel, in this folder.
BESIDE = PACKAGE / "beside"
BUILT_WITH = [
    "LICENSE",
    "README.md",
    "pyproject.toml",
    "requirements.lock",
    "frontend/build.py",
    "frontend/hatch_build.py",
    "frontend/package.json",
    "frontend/package-lock.json",
    "frontend/tsconfig.json",
    "frontend/src",
]
_LEFT_OUT = {"__pycache__", "beside"}


@require_safe
@login_not_required
def source(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(_archive(), content_type="application/gzip")
    response.headers["Content-Disposition"] = 'attachment; filename="teczka-source.tar.gz"'
    return response


@cache
def _archive() -> bytes:
    """Half a megabyte, made once a process."""
    root = BESIDE if BESIDE.is_dir() else PACKAGE.parent
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(PACKAGE, "teczka/teczka", filter=_told)
        for name in BUILT_WITH:
            archive.add(root / name, f"teczka/{name}", filter=_told)
    return packed.getvalue()


def _told(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Without who unpacked it here, and when."""
    if _LEFT_OUT & set(Path(entry.name).parts):
        return None
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry
