"""Where dialect files lie: those that are shipped, and those of the installation's own folder `dialects`."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from haochaping.exchange.dialects.description import NAME, describe, maps_of
from haochaping.exchange.dialects.file import BadDialect
from haochaping.exchange.dialects.terms import NOT_TOML
from haochaping.kernel.refused import Complaint

if TYPE_CHECKING:
    from haochaping.exchange.dialects.terms import Description

_SHIPPED = Path(str(resources.files("haochaping.exchange.dialects")))
_SHARED = "maps.toml"


def files(own: Path | None) -> dict[str, Path]:
    """All dialect files by name; an installation's own comes before a shipped one of the same name."""
    folders = [_SHIPPED, *([own] if own else [])]
    found = {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}
    found.pop(Path(_SHARED).stem, None)
    return found


def dialect(name: str, own: Path | None = None) -> Description | None:
    """A dialect by name, read anew when its file has changed; None when there is no such file."""
    # Looked up by itself, because every message asks: a folder need not be listed for one.
    there = (folder / f"{name}.toml" for folder in (own, _SHIPPED) if folder)
    path = next((one for one in there if one.stem != "maps" and NAME.fullmatch(name) and one.is_file()), None)
    return None if path is None else load(path)


def load(path: Path) -> Description:
    """A dialect from a file; raises `BadDialect` naming what is wrong in it."""
    return _loaded(path, path.stat().st_mtime_ns)


@lru_cache(64)
def _loaded(path: Path, _changed: int) -> Description:
    shared = maps_of((_SHIPPED / _SHARED).read_text(encoding="utf-8"), _SHARED)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        told = {"file": path.name, "value": f"UTF-8, byte {error.start}"}
        raise BadDialect([Complaint(NOT_TOML, params=told)]) from None
    return describe(text, name=path.stem, file=path.name, maps=shared)
