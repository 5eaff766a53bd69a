from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from haochaping.postgres import binaries
from haochaping.postgres.terms import PostgresError, Route

if TYPE_CHECKING:
    from pathlib import Path


def programs(folder: Path, *names: str, version: str) -> Path:
    """Lay out programs that only tell their version."""
    folder.mkdir()
    for name in names:
        (folder / name).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        (folder / name).chmod(0o755)
    return folder


ALL = ("postgres", "initdb", "pg_ctl", "pg_dump", "pg_restore")


def test_programs_on_the_path_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = programs(tmp_path / "bin", *ALL, version="77.1 (as packed by somebody)")
    monkeypatch.setenv("PATH", str(folder))

    assert binaries.Programs(Route.SYSTEM, folder, "77.1") in binaries.found()


@pytest.mark.parametrize(("names", "version"), [(ALL[:-1], "77.1"), (ALL, "14.9"), (ALL, "of no known form")])
def test_programs_that_do_not_serve_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...], version: str
) -> None:
    folder = programs(tmp_path / "bin", *names, version=version)
    monkeypatch.setenv("PATH", str(folder))

    assert folder not in {found.folder for found in binaries.found()}


def test_system_comes_before_the_wheel_and_newer_before_older(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(programs(tmp_path / "bin", *ALL, version="77.1")))

    found = binaries.found()

    routes = [programs.route for programs in found]
    assert routes == sorted(routes)
    assert binaries.for_data(tmp_path / "none", None) == found[0]
    assert binaries.for_server(15).major == min(programs.major for programs in found)


def test_server_newer_than_every_program() -> None:
    with pytest.raises(PostgresError) as refused:
        binaries.for_server(999)

    assert refused.value.code == "too_new"
