"""The room's SQL, with the alarms of work orders put in where a statement speaks of them."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

from django.db import connection

from haochaping.directory.rules import path_range

if TYPE_CHECKING:
    from haochaping.kernel.actor import Actor

_FOLDER = resources.files("haochaping.supervision").joinpath("sql")


def _read(name: str) -> str:
    return _FOLDER.joinpath(f"{name}.sql").read_text(encoding="utf-8")


_ALARMS = _read("alarms")
STATEMENTS = {
    name: _read(name).replace("{alarms}", _ALARMS)
    for name in ("watch", "repeat", "windows", "fared", "map", "live")
}


def asked(name: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Every row that a statement answers."""
    with connection.cursor() as cursor:
        cursor.execute(STATEMENTS[name], parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def reach(by: Actor) -> dict[str, str]:
    """The paths of divisions in which somebody supervises; supervision is by division, an agency's reach is none."""
    path = by.scope.division_path
    low, high = path_range(path) if path is not None else ("", "")
    return {"low": low, "high": high}
