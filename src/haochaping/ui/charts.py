"""Where published figures stand on a drawing, in per cent of its width and height. Nothing here knows colours or words.

A drawing begins at nought: half a share is half as high. What is withheld leaves a gap and never a nought.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from haochaping.kernel.ratios import Ratio

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from haochaping.ui.shapes import Figure

# Between these the numbers stand; above them the highest of the axis, below the words.
_TOP, _BOTTOM = 12.0, 88.0
_COLUMN, _PILE = 0.62, 0.9
_LABELS = 3
_STEPS = (1, 1.2, 1.6, 2, 4, 6, 8, 10)
_LEAST = 0.01


@dataclass(frozen=True, slots=True)
class Mark:
    """One figure of a trend: `x` its middle, `y` its height; `low` and `high` the ends of its interval, "" for a count."""

    x: str
    y: str
    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A count drawn from the ground up."""

    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Word:
    """A word at the edge of a drawing; `anchor` as SVG has it."""

    x: str
    y: str
    text: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A trend. `lines` and `bands` are paths over a square of 100 by 100."""

    columns: list[Column]
    lines: list[str]
    bands: list[str]
    marks: list[Mark]
    heights: list[Word]
    words: list[Word]


@dataclass(frozen=True, slots=True)
class Whisker:
    """A share with its interval, from left to right."""

    at: str
    low: str
    width: str


def number(figure: Figure) -> float | None:
    """What is drawn of a figure; None where it is withheld or of too few."""
    if figure.withheld:
        return None
    return float(figure.value) if isinstance(figure.value, int) else figure.value.value


def ends(figure: Figure) -> tuple[float, float] | None:
    """Between what a share may well lie, where it is shown at all."""
    if figure.withheld or not isinstance(figure.value, Ratio):
        return None
    return figure.value.interval


def top_of(figures: Iterable[Figure]) -> float:
    """Where an axis from nought on ends: at a round number that is no lower than anything drawn."""
    figures = list(figures)
    shares = any(isinstance(figure.value, Ratio) for figure in figures)
    highest = max((_highest(figure) for figure in figures), default=0.0)
    if shares:
        return min(1.0, _round_up(max(highest, _LEAST)))
    return _round_up(max(highest, 2.0))


def _highest(figure: Figure) -> float:
    within = ends(figure)
    return within[1] if within else number(figure) or 0.0


def _round_up(value: float) -> float:
    """The next of 1, 2, 4, 6, 10 times a power of ten: half of each is round as well."""
    size = 1.0
    while size > value:
        size /= 10
    while size * 10 < value:
        size *= 10
    # 0.2 is not more than twice a tenth, whatever floating point makes of it.
    return next(round(step * size, 12) for step in _STEPS if step * size >= value * (1 - 1e-9))


def trend(figures: Sequence[Figure]) -> Drawing:
    """Figures one after another: counts as columns, shares as a line with a band of their intervals."""
    top = top_of(figures)
    places = [(index + 0.5) / len(figures) * 100 for index in range(len(figures))]
    shares = any(isinstance(figure.value, Ratio) for figure in figures)
    drawn = [
        (x, figure, value)
        for x, figure in zip(places, figures, strict=True)
        if (value := number(figure)) is not None
    ]
    runs = _runs(places, figures) if shares else []
    return Drawing(
        columns=[] if shares else [_column(x, value / top, len(figures)) for x, _, value in drawn],
        lines=[_line([(x, _height(value / top)) for x, value, _ in run]) for run in runs if len(run) > 1],
        bands=[_band(run, top) for run in runs if len(run) > 1],
        marks=[_mark(x, figure, value, top) for x, figure, value in drawn] if shares else [],
        heights=[Word("0", _set(_height(part)), _said(part * top, shares)) for part in (0.0, 0.5, 1.0)],
        words=_words(places, figures),
    )


def _runs(
    places: Sequence[float], figures: Sequence[Figure]
) -> list[list[tuple[float, float, tuple[float, float]]]]:
    """Shares that follow each other without a gap, each with its place and the ends of its interval."""
    points = [(x, number(figure), ends(figure)) for x, figure in zip(places, figures, strict=True)]
    return [
        [(x, value, within) for x, value, within in run if value is not None and within is not None]
        for known, run in groupby(points, key=lambda point: point[1] is not None)
        if known
    ]


def _line(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points)


def _band(run: Sequence[tuple[float, float, tuple[float, float]]], top: float) -> str:
    upper = [(x, _height(high / top)) for x, _, (_, high) in run]
    lower = [(x, _height(low / top)) for x, _, (low, _) in reversed(run)]
    return f"{_line([*upper, *lower])}Z"


def _mark(x: float, figure: Figure, value: float, top: float) -> Mark:
    low, high = ends(figure) or (value, value)
    return Mark(_set(x), _set(_height(value / top)), _set(_height(low / top)), _set(_height(high / top)))


def _column(x: float, part: float, of: int) -> Column:
    width = 100 / of * _COLUMN
    return Column(_set(x - width / 2), _set(_height(part)), _set(width), _set(_BOTTOM - _height(part)))


def strip(counts: Sequence[int]) -> list[Column]:
    """How many lie in each part of an axis, side by side and each drawn against the most; none drawn where none lies."""
    most, width = max(counts, default=0), 100 / max(len(counts), 1)
    return [
        Column(
            _set(at * width + width * (1 - _PILE) / 2),
            _set(100 - 100 * n / most),
            _set(width * _PILE),
            _set(100 * n / most),
        )
        for at, n in enumerate(counts)
        if n
    ]


def _words(places: Sequence[float], figures: Sequence[Figure]) -> list[Word]:
    """A few of the names below, the first and the last among them: all of them would not fit on a phone."""
    last = len(figures) - 1
    shown = sorted({round(index * last / (_LABELS - 1)) for index in range(_LABELS)}) if last > 0 else [0]
    anchors = {0: "start", last: "end"} if last > 0 else {}
    edges = {0: 0.0, last: 100.0} if last > 0 else {}
    return [
        Word(_set(edges.get(at, places[at])), "100", figures[at].label, anchors.get(at, "middle"))
        for at in shown
        if figures
    ]


def _height(part: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * part


def _said(value: float, shares: bool) -> str:
    return f"{value * 100:g}%" if shares else f"{value:,.0f}"


def _set(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def whisker(figure: Figure, top: float) -> Whisker | None:
    """Where a share and its interval lie on an axis from nought to `top`; None where none is shown."""
    value, within = number(figure), ends(figure)
    if value is None or within is None:
        return None
    low, high = (min(end / top, 1.0) * 100 for end in within)
    return Whisker(_set(value / top * 100), _set(low), _set(high - low))


def parts(counts: Sequence[int]) -> list[tuple[str, str]]:
    """Counts side by side over a whole line: where each begins and how wide it is."""
    total = sum(counts)
    found, at = [], 0.0
    for count in counts:
        width = 100 * count / total if total else 0.0
        found.append((_set(at), _set(width)))
        at += width
    return found
