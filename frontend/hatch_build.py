"""hatch's hook: a wheel, or an editable install, is made with its bundles and catalogues; a wheel with what it was made from, too."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Whoever uses a Teczka may have its whole source (AGPL-3.0 §13): teczka/web/source.py hands it out.
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


class Assets(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        runpy.run_path(str(Path(self.root) / "frontend" / "build.py"))["build"]()
        if version != "editable":
            build_data["force_include"] |= {name: f"teczka/beside/{name}" for name in BUILT_WITH}
