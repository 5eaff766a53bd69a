"""Stretches of a text that are hidden, and the text without them while the search goes on."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from haochaping.publicity.terms import PersonalKind

HIDDEN = "＊＊＊"


class Span(NamedTuple):
    """Characters `start` to `end` of a text, the last not counted, and what they are."""

    start: int
    end: int
    kind: PersonalKind


class Hiding:
    """A text whose personal data are hidden bit by bit. `text` is what is left to read, `spans` lie in the original, in order.

    What is hidden by one rule is no longer there for the next one, which sees a mark in its place: numbers that were torn
    apart by a mail address are one number then, as they would be for a second redaction.
    """

    def __init__(self, original: str) -> None:
        """Begin with nothing hidden."""
        self.original = self.text = original
        self.spans: list[Span] = []

    def hide(self, found: Iterable[Span]) -> None:
        """Hide more, given by its places in `text` as it stands now; what overlaps becomes one, of the longest's kind."""
        starts, shifts = self._places()
        spans = [Span(*self._original(one, starts, shifts), one.kind) for one in found]
        self.spans = _joined([*self.spans, *spans])
        pieces, at = [], 0
        for span in self.spans:
            pieces += [self.original[at : span.start], HIDDEN]
            at = span.end
        self.text = "".join([*pieces, self.original[at:]])

    def _places(self) -> tuple[list[int], list[int]]:
        """Where each mark begins in `text`, and how much longer the original is behind it."""
        starts, shifts, shift = [], [], 0
        for span in self.spans:
            starts.append(span.start - shift)
            shift += span.end - span.start - len(HIDDEN)
            shifts.append(shift)
        return starts, shifts

    def _original(self, found: Span, starts: list[int], shifts: list[int]) -> tuple[int, int]:
        """The places in the original; a stretch that begins or ends within a mark takes all of what it hides."""
        before, within = bisect_right(starts, found.start) - 1, bisect_left(starts, found.end) - 1
        start, end = found.start, found.end
        if before >= 0:
            inside = start < starts[before] + len(HIDDEN)
            start = self.spans[before].start if inside else start + shifts[before]
        if within >= 0:
            inside = end <= starts[within] + len(HIDDEN)
            end = self.spans[within].end if inside else end + shifts[within]
        return start, end


def _joined(spans: list[Span]) -> list[Span]:
    """In order, those that overlap made one, of the kind of the longest."""
    joined: list[Span] = []
    longest = 0
    for span in sorted(spans):
        length = span.end - span.start
        if not joined or span.start >= joined[-1].end:
            joined.append(span)
            longest = length
            continue
        kind = span.kind if length > longest else joined[-1].kind
        longest = max(length, longest)
        joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end), kind)
    return joined
