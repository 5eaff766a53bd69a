"""Signals about a whole unit, an agency, an item or a hall, in words: what stood out, or what is missing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext

from haochaping.insight.comparison.silence import BLIND_LABELS, Blind
from haochaping.kernel.refused import N_
from haochaping.supervision.terms import SignalKind
from haochaping.ui.numbers import count, share

if TYPE_CHECKING:
    from collections.abc import Mapping

    from haochaping.supervision.terms import SignalRow

# Where such a signal is shown with its rows.
UNIT_PAGES = {SignalKind.RISK_POINT: "oversight_risk", SignalKind.BLIND_SPOT: "oversight_blind_spot"}
_ABOVE = N_("above the limit of chance ({limit})")
_ADDS_UP = N_("month by month more than expected")


def unit_page(row: SignalRow) -> str:
    """Where the signal is shown with what it comes from."""
    return reverse(UNIT_PAGES[row.kind], args=[row.id])


def about_unit(row: SignalRow, items: Mapping[str, str]) -> str:
    """Which unit it is and what was seen of it; `items` are names by id."""
    seen = how_noticed(row) if row.kind == SignalKind.RISK_POINT else missing(row)
    return gettext("{unit}: {seen}").format(unit=unit_name(row, items), seen=seen)


def unit_name(row: SignalRow, items: Mapping[str, str]) -> str:
    """The hall, the item, or else the agency that it is about."""
    if row.facts.get("unit") == "hall":
        return row.facts["hall"]
    item = row.facts.get("item", "")
    return items.get(item, item) or row.agency_name


def how_noticed(row: SignalRow) -> str:
    """How many bad reviews there were in which month, and why that is news."""
    facts = row.facts
    why = [gettext(_ABOVE).format(limit=share(float(facts["limit"])))] if facts["above_limit"] else []
    why += [gettext(_ADDS_UP)] if facts["adds_up"] else []
    return gettext("{month}: {bad} of {n} reviews bad, {why}").format(
        month=facts["month"],
        bad=count(int(facts["bad"])),
        n=count(int(facts["n"])),
        why=gettext("; ").join(why),
    )


def missing(row: SignalRow) -> str:
    """What is not heard of the unit, and of how many services in which months."""
    facts = row.facts
    return gettext("{missing}; {services} services from {first} to {last}").format(
        missing=gettext(BLIND_LABELS[Blind(facts["missing"])]),
        services=count(int(facts["services"])),
        first=facts["from"],
        last=facts["to"],
    )
