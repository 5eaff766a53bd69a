"""`scripts/echarts` with and without the package of npm."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.architecture.house import ROOT

if TYPE_CHECKING:
    from pathlib import Path

LAID = "src/haochaping/ui/static/vendor"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "echarts", tmp_path / "scripts")
    return tmp_path


def laid(house: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [house / "scripts" / "echarts"], capture_output=True, text=True, check=False, timeout=30
    )


def put(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def test_the_file_is_laid_among_the_static_ones_with_its_licence(house):
    package = house / "node_modules/echarts"
    for name in ("dist/echarts.common.min.js", "LICENSE", "NOTICE"):
        put(package / name, name)

    assert laid(house).returncode == 0

    found = {path.name: path.read_bytes() for path in (house / LAID).iterdir()}
    assert found.keys() == {"echarts.js", "echarts.js.gz", "echarts-LICENSE.txt", "echarts-NOTICE.txt"}
    assert gzip.decompress(found["echarts.js.gz"]) == found["echarts.js"] == b"dist/echarts.common.min.js"


def test_without_the_package_nothing_fails_and_the_reason_is_said(house):
    put(house / "scripts/npm", "#!/bin/sh\nexit 1\n", 0o755)

    done = laid(house)

    assert done.returncode == 0
    assert "as the server draws them" in done.stderr
    assert not (house / LAID).exists()
