"""A trend as a whole SVG for paper, by the same places as on the pages (`ui.charts`); colours tell apart in grey, too."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from haochaping.ui import charts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from haochaping.ui.shapes import Figure

FAMILY = "Noto Sans CJK SC"
_WIDTH, _HEIGHT, _EDGE = 600, 170, 14
_INK, _SOFT, _LINE = "#1d5b99", "#555555", "#bbbbbb"


def trend_svg(figures: Sequence[Figure]) -> str:
    """The drawing of a trend; "" where nothing of it can be shown."""
    if not any(charts.number(figure) is not None for figure in figures):
        return ""
    drawn = charts.trend(figures)
    parts = [
        *(_ruler(word) for word in drawn.heights),
        *(f'<path d="{_path(band)}" fill="{_INK}" opacity="0.18"/>' for band in drawn.bands),
        *map(_column, drawn.columns),
        *(f'<path d="{_path(line)}" fill="none" stroke="{_INK}" stroke-width="2"/>' for line in drawn.lines),
        *map(_mark, drawn.marks),
        *(_word(word, size=11) for word in drawn.words),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH + 2 * _EDGE} {_HEIGHT + 2 * _EDGE}"'
        f' font-family="{FAMILY}">'
        f'<g transform="translate({_EDGE} {_EDGE})">{"".join(parts)}</g></svg>'
    )


def _x(percent: str) -> str:
    return f"{float(percent) * _WIDTH / 100:.1f}"


def _y(percent: str) -> str:
    return f"{float(percent) * _HEIGHT / 100:.1f}"


def _path(path: str) -> str:
    """A path as `charts` writes it, M x y L x y … Z, at the size of the paper."""
    points = [point.split() for point in path.removeprefix("M").removesuffix("Z").split("L")]
    return "M" + "L".join(f"{_x(x)} {_y(y)}" for x, y in points) + ("Z" if path.endswith("Z") else "")


def _ruler(word: charts.Word) -> str:
    y = _y(word.y)
    line = f'<path d="M0 {y}H{_WIDTH}" stroke="{_LINE}" stroke-width="0.7"/>'
    return (
        f'{line}<text x="0" y="{float(y) - 3:.1f}" font-size="10" fill="{_SOFT}">{escape(word.text)}</text>'
    )


def _word(word: charts.Word, *, size: int) -> str:
    place = f'x="{_x(word.x)}" y="{_y(word.y)}" text-anchor="{word.anchor}"'
    return f'<text {place} font-size="{size}" fill="{_SOFT}">{escape(word.text)}</text>'


def _column(column: charts.Column) -> str:
    place = f'x="{_x(column.x)}" y="{_y(column.y)}" width="{_x(column.width)}" height="{_y(column.height)}"'
    return f'<rect {place} fill="{_INK}"/>'


def _mark(mark: charts.Mark) -> str:
    x = _x(mark.x)
    ends = f'<path d="M{x} {_y(mark.low)}V{_y(mark.high)}" stroke="{_INK}" opacity="0.5"/>'
    return f'{ends}<circle cx="{x}" cy="{_y(mark.y)}" r="3" fill="{_INK}"/>'
