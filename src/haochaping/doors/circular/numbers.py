"""The kept numbers of a circular as figures, and each in words: by the one formatter that sets them on every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.doors.quality import why_withheld
from haochaping.insight.terms import MeasureValue
from haochaping.kernel.ratios import Mean, Ratio
from haochaping.ui.numbers import average, between, count, percent
from haochaping.ui.shapes import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from haochaping.publicity.circulars.terms import Number

_NONE = "–"


def figure(number: Number, *, label: str = "") -> Figure:
    """A kept number as the pages' figure; one that is withheld says why and has none."""
    value = MeasureValue(
        number.name,
        number.label,
        None,
        number.numerator or 0,
        number.denominator,
        number.exclusions,
        number.withheld,
        number.squares,
    )
    return Figure(label or gettext(number.label), value.made_of, withheld=why_withheld(number.withheld))


def said(number: Number) -> str:
    """One number in words: a count; a share with both its numbers; an average; why it is not published."""
    shown = figure(number)
    if shown.withheld:
        return shown.withheld
    return _said(shown.value)


def in_cell(number: Number) -> str:
    """The same in a cell of a table of places, where there is no room for the reason."""
    return gettext("not published") if number.withheld else said(number)


def _said(value: int | Ratio | Mean) -> str:
    if isinstance(value, int):
        return count(value)
    if isinstance(value, Mean):
        return average(value)
    return gettext("{share} ({numerator}/{denominator})").format(
        share=percent(value), numerator=count(value.numerator), denominator=count(value.denominator)
    )


def apart(number: Number) -> list[str]:
    """A number as cells of a table: value, interval, numerator, denominator."""
    shown = figure(number)
    value = shown.value
    if shown.withheld:
        return [shown.withheld, _NONE, _NONE, _NONE]
    if isinstance(value, int):
        return [count(value), _NONE, _NONE, _NONE]
    if isinstance(value, Mean):
        return [average(value), _NONE, count(value.total), count(value.n)]
    within = between(value.interval)
    return [percent(value), within or _NONE, count(value.numerator), count(value.denominator)]


def named(numbers: Iterable[Number], names: Sequence[str]) -> list[Number]:
    """The numbers of some measures, in the order of their names."""
    by_name = {number.name: number for number in numbers}
    return [by_name[name] for name in names if name in by_name]
