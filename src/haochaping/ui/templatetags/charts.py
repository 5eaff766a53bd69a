"""Template library `charts`: figures as drawings, each beside the numbers that it is made of.

All is drawn by the server. Where ECharts was laid among the static files at set-up (`scripts/echarts`), js/charts.js draws
trends anew from their tables, for whoever points at them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from haochaping.kernel.ratios import Ratio
from haochaping.ui import charts, numbers, sentences
from haochaping.ui.levels import LEVELS
from haochaping.ui.shapes import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from haochaping.ui.shapes import Levels, Pile

register = template.Library()

_ECHARTS = "vendor/echarts.js"


@register.inclusion_tag("components/trend.html")
def trend(
    name: str, caption: str, figures: Sequence[Figure], *, first: str = "", href: str = ""
) -> dict[str, object]:
    """Figures one after another: counts as columns, shares as a line with a band of their intervals; and their table.

    `name` is an id of its own on the page; `first` says what the figures are labelled by, months unless something else.
    """
    shares = any(figure.ratio for figure in figures)
    withheld = next((figure.withheld for figure in figures if figure.withheld), "")
    last = figures[-1] if figures else None
    return {
        "name": name,
        "caption": caption,
        "href": href,
        "first": first or gettext("Month"),
        "kind": "share" if shares else "count",
        "drawing": _drawing(charts.trend(figures)),
        "newest": _newest(last) if last else "",
        "said": _said_of(figures),
        "withheld": withheld,
        "rows": mark_safe("".join(_numbers(one, shares=shares) for one in figures)),  # noqa: S308 - escaped there
        "script": _echarts(),
    }


@register.inclusion_tag("components/intervals.html")
def intervals(
    caption: str, first: str, figures: Sequence[Figure], *, whole: Ratio | None = None
) -> dict[str, object]:
    """Shares with their intervals on one axis, beside their numbers; `whole` is the share of all together."""
    together = [] if whole is None else [Figure("", whole)]
    top = charts.top_of([*figures, *together])
    return {
        "caption": caption,
        "first": first,
        "top": f"{top * 100:g}%",
        "whole": whole if together and charts.number(together[0]) is not None else None,
        "line": charts.whisker(together[0], top) if together else None,
        "rows": [(figure, charts.whisker(figure, top)) for figure in figures],
    }


@register.inclusion_tag("components/stacked.html")
def stacked(caption: str, first: str, rows: Iterable[Levels]) -> dict[str, object]:
    """The levels of each row side by side over the whole line, the best on the left, beside their numbers."""
    levels = [{"number": level.number, "label": gettext(level.label)} for level in LEVELS]
    shown = mark_safe("".join(map(_levels_of, rows)))  # noqa: S308 - escaped there
    return {"caption": caption, "first": first, "levels": levels, "rows": shown}


@register.inclusion_tag("components/funnel.html")
def funnel(caption: str, figures: Sequence[Figure]) -> dict[str, object]:
    """How many are left after each step: counts, drawn against the first, each with its share of the one before."""
    whole = figures[0].count if figures and not figures[0].withheld else None
    rows = []
    for before, figure in zip((None, *figures), figures, strict=False):
        known = not figure.withheld and figure.count is not None
        width = f"{min(100 * figure.count / whole, 100):.1f}" if known and whole and figure.count else ""
        rows.append((figure, width, _of_before(before, figure)))
    return {"caption": caption, "rows": rows}


@register.inclusion_tag("components/strip.html")
def strip(name: str, caption: str, first: str, counted: str, piles: Sequence[Pile]) -> dict[str, object]:
    """How many lie in each part of an axis as a small drawing, and the same as a table beside it.

    `name` is an id of its own on the page; `first` heads the parts, `counted` says what lies in them.
    """
    columns = iter(charts.strip([pile.n for pile in piles]))
    return {
        "name": name,
        "caption": caption,
        "first": first,
        "counted": counted,
        "rows": piles,
        "columns": [(next(columns), pile.here) for pile in piles if pile.n],
        "ends": (piles[0].label, piles[-1].label) if piles else ("", ""),
    }


def _of_before(before: Figure | None, figure: Figure) -> Ratio | None:
    """A step as a share of the step before it; none where more came than there were before."""
    if before is None or before.withheld or figure.withheld or before.count is None or figure.count is None:
        return None
    return Ratio(figure.count, before.count) if figure.count <= before.count else None


@lru_cache(maxsize=1)
def _echarts() -> str:
    return static(_ECHARTS) if finders.find(_ECHARTS) else ""


@register.simple_tag
def chart_script() -> SafeString | str:
    """The script that brings drawings to life, where ECharts was laid beside it at set-up; else nothing."""
    if not _echarts():
        return ""
    return format_html('<script type="module" src="{}"></script>', static("ui/js/charts.js"))


def _newest(figure: Figure) -> str:
    """The last figure of a trend in words: its number, how sure it is and of how many."""
    if figure.withheld or figure.ratio is None:
        value = numbers.count(figure.count) if figure.count is not None and not figure.withheld else "–"
        return sentences.labelled(figure.label, value)
    ratio = figure.ratio
    value = gettext("{share} ({numerator}/{denominator})").format(
        share=numbers.percent(ratio),
        numerator=numbers.count(ratio.numerator),
        denominator=numbers.count(ratio.denominator),
    )
    within = numbers.between(ratio.interval)
    if within:
        value = gettext("{value}, interval {within}").format(value=value, within=within)
    return sentences.labelled(figure.label, value)


def _said_of(figures: Sequence[Figure]) -> str:
    """A trend in one sentence, for whoever does not see the drawing."""
    known = [(value, figure) for figure in figures if (value := charts.number(figure)) is not None]
    if not known:
        return gettext("No figure can be shown.")
    low, high = min(known, key=lambda one: one[0])[1], max(known, key=lambda one: one[0])[1]
    return gettext(
        "From {first} to {last}. Highest {high}; lowest {low}. The table below has every number."
    ).format(first=figures[0].label, last=figures[-1].label, high=_newest(high), low=_newest(low))


# Put together as they are, and escaped where a word is set: four trends have some thousand parts, and an engine takes long
# over each.
def _drawing(drawn: charts.Drawing) -> SafeString:
    """What stands inside the drawing of a trend; empty where nothing is drawn."""
    if not drawn.columns and not drawn.marks:
        return SafeString("")
    parts = [
        *(
            f'<line class="chart-height" x1="0" x2="100%" y1="{one.y}%" y2="{one.y}%"/>'
            for one in drawn.heights
        ),
        *(
            f'<rect class="chart-fill" x="{one.x}%" y="{one.y}%" width="{one.width}%" height="{one.height}%"/>'
            for one in drawn.columns
        ),
        '<svg viewBox="0 0 100 100" preserveAspectRatio="none">',
        *(f'<path class="chart-band" d="{path}"/>' for path in drawn.bands),
        *(f'<path class="chart-line" d="{path}"/>' for path in drawn.lines),
        "</svg>",
        *(
            f'<line class="chart-ends" x1="{one.x}%" x2="{one.x}%" y1="{one.high}%" y2="{one.low}%"/>'
            f'<circle class="chart-mark" cx="{one.x}%" cy="{one.y}%" r="3"/>'
            for one in drawn.marks
        ),
        *(_word(one, raised=".3em") for one in drawn.heights),
        *(_word(one, raised=".2em") for one in drawn.words),
    ]
    return mark_safe("".join(parts))  # noqa: S308 - numbers of ours, and words that are escaped


def _levels_of(row: Levels) -> str:
    """The row of one thing in a table of levels."""
    counts = [row.counts.get(level.number, 0) for level in LEVELS]
    name = f'<a href="{escape(row.href)}">{escape(row.label)}</a>' if row.href else escape(row.label)
    drawn = "".join(
        f'<rect x="{x}%" width="{width}%" height="100%" class="bar-part level-{level.number}"/>'
        for level, (x, width) in zip(LEVELS, charts.parts(counts), strict=True)
    )
    cells = "".join(f'<td class="num">{numbers.count(count)}</td>' for count in counts)
    return (
        f'<tr><th scope="row">{name}</th><td class="bar"><svg aria-hidden="true" focusable="false">'
        f'<rect width="100%" height="100%" class="bar-ground"/>{drawn}</svg></td>{cells}'
        f'<td class="num"><b>{numbers.count(sum(counts))}</b></td></tr>'
    )


def _word(word: charts.Word, *, raised: str) -> str:
    place = f'x="{word.x}%" y="{word.y}%" dy="-{raised}" text-anchor="{word.anchor}"'
    return f'<text class="chart-word" {place}>{escape(word.text)}</text>'


def _numbers(figure: Figure, *, shares: bool) -> str:
    """The row of one figure in the table of a trend; a script reads the values of `data`."""
    name = f'<tr><th scope="row">{escape(figure.label)}</th>'
    if figure.withheld:
        return f'{name}<td class="few" colspan="{4 if shares else 1}">{escape(figure.withheld)}</td></tr>'
    ratio = figure.ratio
    if ratio is None:
        shown = numbers.count(figure.count or 0)
        return f'{name}<td class="num"><data value="{figure.count}">{shown}</data></td></tr>'
    value, few = ("", " few") if ratio.value is None else (f"{ratio.value:.6g}", "")
    ends = " ".join(f"{end:.6g}" for end in ratio.interval or ())
    return (
        f'{name}<td class="num{few}"><data value="{value}">{escape(numbers.percent(ratio))}</data></td>'
        f'<td class="num soft"><data value="{ends}">{numbers.between(ratio.interval) or "–"}</data></td>'
        f'<td class="num">{numbers.count(ratio.numerator)}</td>'
        f'<td class="num">{numbers.count(ratio.denominator)}</td></tr>'
    )
