"""Statements of 分析 that stand in files, those that are made of others put together."""

from __future__ import annotations

from importlib import resources

FOLDER = resources.files("haochaping.insight").joinpath("sql")


def statement(name: str, **parts: str) -> str:
    """One of them, with what it is made of in its place."""
    text = FOLDER.joinpath(f"{name}.sql").read_text(encoding="utf-8")
    return text.format(**parts) if parts else text


_HELD = statement("held_months")
MONTHS = statement("months", held=_HELD)
TOTALS = statement("totals", held=_HELD)
