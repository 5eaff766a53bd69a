"""What every generated page is made of: Markdown tables, and files that change only when their text does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext, override

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

CHINESE = "zh-hans"


def chinese(message: str) -> str:
    """Translate an English message id into Chinese, as the pages show it."""
    with override(CHINESE):
        return gettext(message) if message else ""


def both(message: str) -> str:
    """A sentence in both languages, Chinese first; once only while there is no translation."""
    translated = chinese(message)
    return translated if translated == message else f"{translated}<br>{message}"


def code(value: object) -> str:
    """A value as code; a dash for an empty one."""
    return f"`{value}`" if str(value) else "—"


def table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [_line(heading), _line(["---"] * len(heading)), *(_line(row) for row in rows)]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[object]) -> str:
    texts = (" ".join(str(cell).split()).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(texts)} |"


def first_line(text: str | None) -> str:
    """The first line of a docstring."""
    return (text or "").strip().partition("\n")[0]


def write(path: Path, text: str) -> None:
    """Write a file unless it says so already, so that an unchanged page is not built again."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
