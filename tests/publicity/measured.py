"""How much of the sentences' personal data is found, and how much of what is found is personal.

`python -m tests.publicity.measured` prints the table that stands in the room's README.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from haochaping.publicity.rules import found_in
from haochaping.publicity.terms import PersonalKind
from tests.publicity.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.publicity.sentences import Sentence

DIGITS = frozenset(PersonalKind) - {PersonalKind.NAME, PersonalKind.OFFICIAL, PersonalKind.ADDRESS}


@dataclass
class Measured:
    """Counts by kind. A true span is met when all its letters and digits are hidden, as whatever kind."""

    true: Counter[PersonalKind] = field(default_factory=Counter)
    met: Counter[PersonalKind] = field(default_factory=Counter)
    found: Counter[PersonalKind] = field(default_factory=Counter)
    right: Counter[PersonalKind] = field(default_factory=Counter)
    """Of what was found, what holds at least a character of a true span."""
    hidden: int = 0
    """Letters and digits hidden."""
    rightly: int = 0
    """Of these, those of true spans."""

    def recall(self, kinds: Iterable[PersonalKind]) -> float:
        return _share(self.met, self.true, list(kinds))

    def precision(self, kinds: Iterable[PersonalKind]) -> float:
        return _share(self.right, self.found, list(kinds))


def _share(part: Counter[PersonalKind], whole: Counter[PersonalKind], kinds: list[PersonalKind]) -> float:
    return sum(part[kind] for kind in kinds) / sum(whole[kind] for kind in kinds)


def measured(part: Iterable[Sentence]) -> Measured:
    """What the rules find in these sentences."""
    told = Measured()
    for sentence in part:
        places = {place for place, character in enumerate(sentence.text) if character.isalnum()}
        found = found_in(sentence.text)
        hidden = places & {place for span in found for place in range(span.start, span.end)}
        true = {place for start, end, _ in sentence.spans for place in range(start, end)} & places
        for start, end, kind in sentence.spans:
            told.true[kind] += 1
            told.met[kind] += places & set(range(start, end)) <= hidden
        for span in found:
            # The sentences say who is named, not in what office.
            kind = PersonalKind.NAME if span.kind is PersonalKind.OFFICIAL else span.kind
            told.found[kind] += 1
            told.right[kind] += not true.isdisjoint(range(span.start, span.end))
        told.hidden += len(hidden)
        told.rightly += len(hidden & true)
    return told


def table() -> str:
    """The figures of all parts, as they stand in the README of the room."""
    parts = {
        f"{'written by hand' if hard else 'made'}, {'held out' if held_out else 'seen'}": [
            one for one in sentences() if (one.hard, one.held_out) == (hard, held_out)
        ]
        for hard in (False, True)
        for held_out in (False, True)
    }
    lines = [
        "| sentences | names | numbers | addresses | precision: names | numbers | addresses | characters |"
    ]
    lines += ["|---|---|---|---|---|---|---|---|"]
    for title, part in parts.items():
        told = measured(part)
        groups = [[PersonalKind.NAME], sorted(DIGITS), [PersonalKind.ADDRESS]]
        recalls = [
            f"{_sum(told.met, kinds)}/{_sum(told.true, kinds)} {told.recall(kinds):.1%}" for kinds in groups
        ]
        precisions = [f"{told.precision(kinds):.1%}" for kinds in groups]
        cells = [f"{title}: {len(part)}", *recalls, *precisions, f"{told.rightly / told.hidden:.1%}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _sum(counted: Counter[PersonalKind], kinds: Iterable[PersonalKind]) -> int:
    return sum(counted[kind] for kind in kinds)


if __name__ == "__main__":
    print(table())  # noqa: T201
