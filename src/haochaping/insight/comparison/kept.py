"""What is kept of a comparison: worked out once for a month, read by any number of pages (decision 0053)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.insight.comparison.terms import KeptUnit

if TYPE_CHECKING:
    from haochaping.insight.comparison import Compared
    from haochaping.insight.comparison.terms import Interval, Unit


def kept(unit: Unit, found: Compared) -> KeptUnit:
    """A compared unit in flat numbers."""
    drawn = found.funnel
    bounds, warning = _ends(found.bounds), _ends(drawn.warning if drawn else None)
    limits, wide = _ends(drawn.limits if drawn else None), _ends(drawn.wide if drawn else None)
    raw, shrunk = _ends(found.interval), _ends(found.shrunk.interval if found.shrunk else None)
    return KeptUnit(
        unit_id=int(unit.id),
        bad=unit.bad,
        n=unit.n,
        cases=unit.cases,
        expected=unit.expected,
        extent=str(found.extent),
        low=raw[0],
        high=raw[1],
        adjusted=found.adjusted,
        shrunk=found.shrunk.mean if found.shrunk else None,
        shrunk_low=shrunk[0],
        shrunk_high=shrunk[1],
        above=found.above,
        bound_low=bounds[0],
        bound_high=bounds[1],
        band=str(found.band or ""),
        first_place=found.places.first if found.places else None,
        last_place=found.places.last if found.places else None,
        among=found.places.among if found.places else None,
        target=drawn.target if drawn else None,
        warning_low=warning[0],
        warning_high=warning[1],
        limit_low=limits[0],
        limit_high=limits[1],
        wide_low=wide[0],
        wide_high=wide[1],
        worth_a_look=str(drawn.worth_a_look) if drawn else "",
        unlike=str(drawn.unlike) if drawn else "",
        too_good=found.too_good,
    )


def _ends(interval: Interval | None) -> tuple[float, float] | tuple[None, None]:
    return interval or (None, None)
