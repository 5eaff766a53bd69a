"""Each import contract fails when somebody breaks it: tried on a copy of the tree with one wrong line."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGE, ROOT

pytestmark = pytest.mark.program

_WRONG = {
    "Layers": ("directory/rules.py", "from haochaping.reviews import terms as _upward"),
    "Doors": ("doors/board/urls.py", "from haochaping.doors.workbench import urls as _sideways"),
    "Relay": ("flows/handle_bad_review.py", "from haochaping.identity import relay as _relay"),
    "Rules": ("reviews/rules.py", "import django.db as _impure"),
    "Tables": ("flows/invite.py", "from haochaping.reviews import models as _tables"),
    "exhaustive": ("newroom/__init__.py", ""),
}


@pytest.mark.parametrize("contract", _WRONG)
def test_contract_fails_when_broken(contract: str, tmp_path: Path):
    shutil.copytree(
        PACKAGE,
        tmp_path / "src" / "haochaping",
        ignore=shutil.ignore_patterns("__pycache__", "locale", "static"),
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    file, line = _WRONG[contract]
    wrong = tmp_path / "src" / "haochaping" / file
    wrong.parent.mkdir(exist_ok=True)
    text = wrong.read_text(encoding="utf-8") if wrong.exists() else ""
    wrong.write_text(f"{text}\n{line}\n", encoding="utf-8")

    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-cache"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "src")},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "1 broken" in done.stdout or "newroom" in done.stdout + done.stderr
