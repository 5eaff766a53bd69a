"""Drawings as SVG text: boxes one below the other, with arrows beside them. No program to install, no script to run."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

type Arrow = tuple[int, int, str]
"""From box, to box (counted from 0), and what is written on the way."""

_WIDE, _HIGH, _GAP = 270, 46, 34
_CHARACTER = 12.5  # of Chinese, at 12 px
_LANE = 26
_MARGIN = 14
_STYLE = (
    "text{font:14px system-ui,'Noto Sans CJK SC',sans-serif;fill:#1b2733}"
    ".small{font-size:12px;fill:#47566b}"
    "rect{fill:#eef4fb;stroke:#2f5d9b;stroke-width:1.5}.final{fill:#eef7ee;stroke:#3b7a3b}"
    "path{fill:none;stroke:#47566b;stroke-width:1.4}"
)


def boxes(title: str, names: Sequence[tuple[str, str]], arrows: Sequence[Arrow], final: set[int]) -> str:
    """States one below the other; a step to the next one is a straight arrow, every other an arc in a lane of its own.

    `names` are pairs of what is written large and small in a box; `final` boxes have another colour. The way forward
    runs on the right, the way back on the left.
    """
    straight = [arrow for arrow in arrows if arrow[1] == arrow[0] + 1]
    right = sorted((a for a in arrows if a[1] > a[0] + 1 or a[1] == a[0]), key=lambda a: (a[1] - a[0], a[0]))
    left = sorted((a for a in arrows if a[1] < a[0]), key=lambda a: (a[0] - a[1], a[1]))
    margin_left = _margin(left)
    width = margin_left + _WIDE + _margin(right)
    height = 2 * _MARGIN + len(names) * (_HIGH + _GAP) - _GAP
    parts = [_box(margin_left, n, pair, is_final=n in final) for n, pair in enumerate(names)]
    parts += [_straight(margin_left, arrow) for arrow in straight]
    parts += [_arc(margin_left + _WIDE, 1, lane, right) for lane in range(len(right))]
    parts += [_arc(margin_left, -1, lane, left) for lane in range(len(left))]
    return _svg(title, width, height, parts)


def stack(title: str, layers: Sequence[Sequence[str]]) -> str:
    """Layers one above the other, the rooms of a layer side by side, with one arrow down: who may import whom."""
    width, high, gap = 620, 34, 8
    height = 2 * _MARGIN + len(layers) * (high + gap) - gap
    parts = []
    for n, rooms in enumerate(layers):
        each = (width - gap * (len(rooms) - 1)) / len(rooms)
        y = _MARGIN + n * (high + gap)
        for k, room in enumerate(rooms):
            x = 50 + k * (each + gap)
            parts.append(f'<rect x="{x:.0f}" y="{y}" width="{each:.0f}" height="{high}" rx="5"/>')
            parts.append(
                f'<text x="{x + each / 2:.0f}" y="{y + 22}" text-anchor="middle">{escape(room)}</text>'
            )
    parts.append(f'<path d="M26 {_MARGIN + 4} V{height - _MARGIN - 4}" marker-end="url(#tip)"/>')
    return _svg(title, width + 50 + _MARGIN, height, parts)


def _margin(arrows: Sequence[Arrow]) -> float:
    return _MARGIN + (_way_out(arrows, len(arrows)) if arrows else 0)


def _way_out(arrows: Sequence[Arrow], lane: int) -> float:
    """How far from the boxes a lane runs: the lanes before it have room for what is written in them."""
    return 18 + sum(_LANE + len(text) * _CHARACTER for _, _, text in arrows[:lane])


def _top(n: int) -> int:
    return _MARGIN + n * (_HIGH + _GAP)


def _box(x: float, n: int, pair: tuple[str, str], *, is_final: bool) -> str:
    middle, y = x + _WIDE / 2, _top(n)
    colour = ' class="final"' if is_final else ""
    return (
        f'<rect x="{x:.0f}" y="{y}" width="{_WIDE}" height="{_HIGH}" rx="6"{colour}/>'
        f'<text x="{middle:.0f}" y="{y + 20}" text-anchor="middle">{escape(pair[0])}</text>'
        f'<text class="small" x="{middle:.0f}" y="{y + 37}" text-anchor="middle">{escape(pair[1])}</text>'
    )


def _straight(x: float, arrow: Arrow) -> str:
    middle, y = x + _WIDE / 2, _top(arrow[0]) + _HIGH
    return (
        f'<path d="M{middle:.0f} {y} V{y + _GAP - 3}" marker-end="url(#tip)"/>'
        f'<text class="small" x="{middle + 8:.0f}" y="{y + 21}">{escape(arrow[2])}</text>'
    )


def _arc(edge: float, side: int, lane: int, arrows: Sequence[Arrow]) -> str:
    begin, end, text = arrows[lane]
    # Arrows that touch one box keep apart by their lanes; a loop leaves above and comes back below.
    spread = 6 + lane * 5 % 20
    y1 = _top(begin) + (10 if begin == end else _HIGH - spread if side > 0 else spread)
    y2 = _top(end) + (_HIGH - 10 if begin == end else spread if side > 0 else _HIGH - spread)
    out = edge + side * _way_out(arrows, lane)
    words = out + side * 5
    y = (y1 + y2) / 2 + 4
    anchor = "start" if side > 0 else "end"
    return (
        f'<path d="M{edge:.0f} {y1} H{out:.0f} V{y2} H{edge + side * 3:.0f}" marker-end="url(#tip)"/>'
        f'<text class="small" x="{words:.0f}" y="{y:.0f}" text-anchor="{anchor}" paint-order="stroke" '
        f'stroke="#fff" stroke-width="4">{escape(text)}</text>'
    )


def _svg(title: str, width: float, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(title)}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style>"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path d="M0 0 L8 4 L0 8 Z" style="fill:#47566b;stroke:none"/></marker></defs>'
        f'<rect width="100%" height="100%" style="fill:#fff;stroke:none"/>{"".join(parts)}</svg>\n'
    )
