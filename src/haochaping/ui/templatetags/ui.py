"""Template library `ui`: filters for times and numbers, and the components that need a little arithmetic.

Components without arithmetic are plain templates: `{% include "components/x.html" with … only %}`.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from django import template
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeData, mark_safe
from django.utils.translation import gettext

from haochaping.kernel import text
from haochaping.kernel.identifiers import grouped_receipt_no
from haochaping.ui import context, moments, numbers, sentences
from haochaping.ui.levels import BY_NUMBER, LEVELS
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from django.utils.safestring import SafeString

    from haochaping.kernel.ratios import Mean, Ratio
    from haochaping.kernel.refused import Complaint
    from haochaping.ui.sentences import Sentence
    from haochaping.ui.shapes import Column, Figure, Link, Tag

register = template.Library()

_TONES = {"success": "good", "warning": "warn", "error": "bad"}


@register.filter
def moment(when: datetime | None) -> str:
    """`{{ at|moment }}`: a date-time in Beijing time; "" for None."""
    return moments.moment(when) if when else ""


@register.filter
def day(when: date | None) -> str:
    """`{{ at|day }}`: a day in Beijing time; "" for None."""
    return moments.day(when) if when else ""


@register.filter
def iso(when: date | None) -> str:
    """`<time datetime="{{ at|iso }}">`."""
    return moments.iso(when) if when else ""


@register.filter
def percent(ratio: Ratio) -> str:
    """`{{ ratio|percent }}`: one decimal, or "数据不足"."""
    return numbers.percent(ratio)


@register.filter
def average(mean: Mean) -> str:
    """`{{ mean|average }}`: two decimals with the interval of 95 %, or "数据不足"."""
    return numbers.average(mean)


@register.filter
def between(ratio: Ratio) -> str:
    """`{{ ratio|between }}`: the interval of 95 % in which the share may well lie, or nothing."""
    return numbers.between(ratio.interval)


@register.filter
def count(number: int) -> str:
    """`{{ n|count }}`: a whole number with separators."""
    return numbers.count(number)


@register.filter
def receipt(number: str) -> str:
    """`{{ no|receipt }}`: a receipt number in groups of four."""
    return grouped_receipt_no(number)


@register.filter
def tone(message_tag: str) -> str:
    """`{{ message.level_tag|tone }}`: the tone of a notice for one of Django's messages."""
    return _TONES.get(message_tag, "info")


@register.filter
def level_label(number: int) -> str:
    """`{{ 5|level_label }}`: the level's words."""
    return gettext(BY_NUMBER[number].label)


@register.filter
def said(complaint: Complaint) -> Sentence:
    """`{% with sentence=c|said %}`: field, code, message and remedy in the active language."""
    return say(complaint)


@register.filter
def labels(name: str, value: object) -> str:
    """`{{ name|labels:value }}`: a name and what it has, with the language's colon."""
    return sentences.labelled(name, value)


@register.filter
def visible(shown: str | SafeData) -> SafeString:
    """`{{ field|visible }}`: what is shown, without the control characters that somebody may have sent."""
    return mark_safe(text.visible(conditional_escape(shown)))  # noqa: S308 - escaped, if it was not before


@register.simple_tag
def complaint(given: Complaint) -> str:
    """`{% complaint c %}`: message and remedy as one line."""
    return say(given).text


@register.simple_tag
def site() -> dict[str, object]:
    """`{% site as here %}`: the site's facts for pages that are rendered without a request."""
    return context.site(None)


@register.inclusion_tag("components/level_picker.html")
def level_picker(
    question: str, *, hint: str = "", heading: bool = False, name: str = "level", chosen: int | None = None
) -> dict[str, object]:
    """Five equal choices in the national order, each a submit button; stands inside the page's form.

    `heading` makes the question the page's h1. `chosen` marks what is stored already and is for changing a
    review only: nothing is ever pre-selected.
    """
    choices = [(level.number, gettext(level.label)) for level in LEVELS]
    return {
        "question": question,
        "hint": hint,
        "heading": heading,
        "name": name,
        "chosen": chosen,
        "choices": choices,
    }


@register.simple_tag
def level_badge(number: int) -> SafeString:
    """A stored level: face, number, words."""
    return _drawn("components/level_badge.html", number=number, label=gettext(BY_NUMBER[number].label))


@register.simple_tag
def order_state(label: str, tone: str = "info") -> SafeString:
    """The state of something in words, with a sign."""
    return _drawn("components/order_state.html", label=str(label), tone=tone or "info")


@register.simple_tag
def icon(name: str) -> SafeString:
    """The sign beside a notice or a state, so that colour never speaks alone: info, good, warn or bad."""
    return _drawn("components/icon.html", name=name)


# A list shows the same few signs on each of its lines: an engine takes long over each.
@lru_cache(maxsize=1024)
def _drawn(component: str, **given: object) -> SafeString:
    return render_to_string(component, given)


@register.inclusion_tag("components/tag_picker.html")
def tag_picker(
    legend: str, tags: Iterable[Tag], *, hint: str = "", name: str = "indicator_codes"
) -> dict[str, object]:
    """Checkboxes of reason tags: the basic ones shown, the rest folded, open if one is ticked."""
    tags = tuple(tags)
    more = [tag for tag in tags if not tag.basic]
    return {
        "legend": legend,
        "hint": hint,
        "name": name,
        "basic": [tag for tag in tags if tag.basic],
        "more": more,
        "open": any(tag.checked for tag in more),
    }


@register.simple_tag
def deadline(
    due: datetime, now: datetime, *, done_at: datetime | None = None, working: timedelta | None = None
) -> SafeString:
    """Time left or overdue, in words, where it is known as `working` time; with `done_at`, whether it was in time."""
    ends = done_at or now
    late = ends > due
    length = moments.span(due - ends) if working is None else moments.working_span(working)
    if done_at:
        words = gettext("Done {span} late").format(span=length) if late else gettext("Done in time")
    elif late and working is not None and abs(working) < timedelta(minutes=1):
        # Its time ran out as the office closed: nobody has worked since.
        words = gettext("Overdue")
    else:
        words = (gettext("{span} overdue") if late else gettext("{span} left")).format(span=length)
    return format_html(
        '<span class="deadline{}">{}<b>{}</b> <span class="soft">{}</span></span>',
        " deadline-late" if late else "",
        icon("warn") if late else "",
        words,
        gettext("due %(at)s") % {"at": moments.moment(due)},
    )


@register.inclusion_tag("components/table.html")
def table(
    caption: str, columns: Sequence[Column], rows: Iterable[Sequence[str | int | Link]], *, empty: str = ""
) -> dict[str, object]:
    """A table of plain texts and links, one cell for each column; `empty` is said when there is no row."""
    return {
        "caption": caption,
        "columns": columns,
        # The one component with hundreds of parts on a page: its cells are set here, an engine takes long over each.
        "rows": [_row(columns, row) for row in rows],
        "empty": empty or gettext("Nothing here yet."),
    }


# A page has fifty published numbers: they are set here, an engine takes long over each.
@register.simple_tag
def stat(figure: Figure) -> SafeString:
    """One published number with what it is made of: a rate always shows both its numbers, or says that there are too few."""
    value, is_known, lines = _told(figure)
    if figure.note:
        lines.append(gettext("Not counted: %(what)s") % {"what": figure.note})
    return format_html(
        '<div class="stat"><p class="stat-label{}">{}</p><p class="stat-value{}">{}</p>{}</div>',
        " alone" if figure.href else "",
        _named(figure),
        "" if is_known else " stat-few",
        value,
        format_html_join("", '<p class="soft">{}</p>', ((line,) for line in lines)),
    )


def _told(figure: Figure) -> tuple[str, bool, list[str]]:
    """What is shown of a published number, whether it is one, and the lines below it."""
    if figure.withheld:
        return gettext("Not published"), False, [figure.withheld]
    if ratio := figure.ratio:
        made_of = gettext("%(numerator)s of %(denominator)s") % {
            "numerator": numbers.count(ratio.numerator),
            "denominator": numbers.count(ratio.denominator),
        }
        if within := numbers.between(ratio.interval):
            words = gettext("Interval of 95 per cent")
            made_of = format_html('{}<br>{} <span class="nowrap">{}</span>', made_of, words, within)
        return _or_too_few(numbers.percent(ratio), ratio.value, made_of)
    if mean := figure.mean:
        made_of = gettext("%(total)s in all of %(n)s") % {
            "total": numbers.count(mean.total),
            "n": numbers.count(mean.n),
        }
        return _or_too_few(numbers.average(mean), mean.value, made_of)
    return numbers.count(figure.count or 0), True, []


def _or_too_few(said: str, value: float | None, made_of: str) -> tuple[str, bool, list[str]]:
    return (said, False, [made_of, numbers.too_few()]) if value is None else (said, True, [made_of])


@register.inclusion_tag("components/measure_table.html")
def measure_table(
    caption: str, figures: Sequence[Figure], *, as_of: datetime | None = None
) -> dict[str, object]:
    """Published numbers as a table: value, numerator, denominator, what is left out; and as of when."""
    rows = format_html_join(
        "\n",
        '<tr><th scope="row">{}</th>{}<td class="soft">{}</td></tr>',
        ((_named(figure), _measured(figure), figure.note or "–") for figure in figures),
    )
    return {"caption": caption, "rows": rows, "as_of": as_of}


def _measured(figure: Figure) -> SafeString:
    """Value, numerator and denominator of a published number, a cell each."""
    if figure.withheld:
        return format_html('<td class="few" colspan="3">{}</td>', figure.withheld)
    if ratio := figure.ratio:
        share: str = numbers.percent(ratio)
        if within := numbers.between(ratio.interval):
            share = format_html('{}<br><span class="soft">{}</span>', share, within)
        return _cells(share, ratio.value, ratio.numerator, ratio.denominator)
    if mean := figure.mean:
        return _cells(numbers.average(mean), mean.value, mean.total, mean.n)
    shown = numbers.count(figure.count or 0)
    return format_html('<td class="num">{}</td><td class="num soft">–</td><td class="num soft">–</td>', shown)


def _cells(said: str, value: float | None, above: int, below: int) -> SafeString:
    return format_html(
        '<td class="num{}">{}</td><td class="num">{}</td><td class="num">{}</td>',
        " few" if value is None else "",
        said,
        numbers.count(above),
        numbers.count(below),
    )


def _named(figure: Figure) -> str:
    """What a number is called, leading to what it means."""
    if not figure.href:
        return figure.label
    return format_html('<a href="{}">{}</a>', figure.href, figure.label)


@register.inclusion_tag("components/distribution.html")
def distribution(caption: str, counts: Mapping[int, int]) -> dict[str, object]:
    """How many reviews of each level, as bars that are also a table. Missing levels count as 0."""
    total = sum(counts.values())
    rows = [
        {
            "number": level.number,
            "label": gettext(level.label),
            "count": counts.get(level.number, 0),
            "width": round(100 * counts.get(level.number, 0) / total, 1) if total else 0,
        }
        for level in LEVELS
    ]
    return {"caption": caption, "rows": rows, "total": total}


def _row(columns: Sequence[Column], row: Sequence[str | int | Link]) -> SafeString:
    """The cells of a row, each escaped as it is set."""
    cells = (
        f'<td class="num">{_set(cell)}</td>' if column.numeric else f"<td>{_set(cell)}</td>"
        for column, cell in zip(columns, row, strict=True)
    )
    return mark_safe("".join(cells))  # noqa: S308 - see above


def _set(cell: str | int | Link) -> str:
    if isinstance(cell, int):
        return numbers.count(cell)
    if isinstance(cell, str):
        return escape(cell)
    text = escape(cell.text)
    return f'<a href="{escape(cell.href)}">{text}</a>' if cell.href else text
