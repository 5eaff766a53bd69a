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
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext

from haochaping.kernel.ratios import Ratio
from haochaping.ui import charts, numbers, sentences
from haochaping.ui.levels import LEVELS
from haochaping.ui.shapes import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.utils.safestring import SafeString

    from haochaping.ui.shapes import Levels

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
        "drawing": charts.trend(figures),
        "newest": _newest(last) if last else "",
        "said": _said_of(figures),
        "withheld": withheld,
        "rows": format_html_join("", "<tr>{}</tr>", ((_numbers(one, shares=shares),) for one in figures)),
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
    numbers_of = [level.number for level in LEVELS]
    drawn = []
    for row in rows:
        counts = [row.counts.get(number, 0) for number in numbers_of]
        parts = zip(numbers_of, charts.parts(counts), strict=True)
        drawn.append(
            {
                "label": row.label,
                "href": row.href,
                "counts": counts,
                "total": sum(counts),
                "parts": [(number, *part) for number, part in parts],
            }
        )
    levels = [{"number": level.number, "label": gettext(level.label)} for level in LEVELS]
    return {"caption": caption, "first": first, "levels": levels, "rows": drawn}


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


def _numbers(figure: Figure, *, shares: bool) -> SafeString:
    """The cells of one figure in the table of a trend; a script reads the values of `data`."""
    if figure.withheld:
        return format_html(
            '<th scope="row">{}</th><td class="few" colspan="{}">{}</td>',
            figure.label,
            4 if shares else 1,
            figure.withheld,
        )
    ratio = figure.ratio
    if ratio is None:
        return format_html(
            '<th scope="row">{}</th><td class="num"><data value="{}">{}</data></td>',
            figure.label,
            figure.count,
            numbers.count(figure.count or 0),
        )
    ends = " ".join(f"{end:.6g}" for end in ratio.interval or ())
    return format_html(
        '<th scope="row">{}</th><td class="num{}"><data value="{}">{}</data></td>'
        '<td class="num soft"><data value="{}">{}</data></td><td class="num">{}</td><td class="num">{}</td>',
        figure.label,
        "" if ratio.value is not None else " few",
        "" if ratio.value is None else f"{ratio.value:.6g}",
        numbers.percent(ratio),
        ends,
        numbers.between(ratio.interval) or "–",
        numbers.count(ratio.numerator),
        numbers.count(ratio.denominator),
    )
