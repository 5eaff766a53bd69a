"""The lowest point of a function of two numbers or more, by Nelder and Mead's simplex (The Computer Journal 1965)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    type Point = tuple[float, ...]

_STEP, _NEAR, _MOST = 0.5, 1e-12, 400


def lowest(function: Callable[[Point], float], start: Point) -> Point:
    """Where `function` is lowest near `start`, to about five digits; never higher than at `start`.

    Searched twice, as a simplex may fold up too soon.
    """
    return _searched(function, _searched(function, start))


def _searched(function: Callable[[Point], float], start: Point) -> Point:
    corners = [start, *(_moved(start, axis) for axis in range(len(start)))]
    simplex = sorted((function(corner), corner) for corner in corners)
    for _ in range(_MOST):
        if simplex[-1][0] - simplex[0][0] <= _NEAR * max(1.0, abs(simplex[0][0])):
            break
        simplex = sorted(_stepped(function, simplex))
    return simplex[0][1]


def _moved(point: Point, axis: int) -> Point:
    return (*point[:axis], point[axis] + _STEP, *point[axis + 1 :])


def _stepped(
    function: Callable[[Point], float], simplex: Sequence[tuple[float, Point]]
) -> list[tuple[float, Point]]:
    """One step: the worst corner is reflected through the others, further or nearer, or all shrink towards the best."""
    *rest, (worst, corner) = simplex
    best, second = rest[0][0], rest[-1][0]
    middle = tuple(sum(axis) / len(rest) for axis in zip(*(point for _, point in rest), strict=True))

    def tried(factor: float) -> tuple[float, Point]:
        point = tuple(m + factor * (m - c) for m, c in zip(middle, corner, strict=True))
        return function(point), point

    reflected = tried(1.0)
    if reflected[0] < best:
        return [*rest, min(reflected, tried(2.0))]
    if reflected[0] < second:
        return [*rest, reflected]
    contracted = tried(0.5 if reflected[0] < worst else -0.5)
    if contracted[0] < min(reflected[0], worst):
        return [*rest, contracted]
    towards = simplex[0][1]
    points = [tuple((a + b) / 2 for a, b in zip(towards, point, strict=True)) for _, point in simplex[1:]]
    return [simplex[0], *((function(point), point) for point in points)]
