"""数据质量 rules: the catalogue as it lies in `rules.toml`, and the score of a source's day (trust.md §7.2)."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING, Any

from haochaping.exchange.quality.terms import (
    FIELD_WEIGHTS,
    GRADES,
    SAMPLES_KEPT,
    WEIGHTS,
    Correction,
    Dimension,
    Finding,
    Gate,
    Grade,
    Judge,
    Parts,
    QualityRule,
    RepeatKind,
    RowRule,
    Sample,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from haochaping.exchange.quality.terms import CardRow, HeldPlace, Judgement, Sent, TwoSides

_ROWS = resources.files("haochaping.exchange").joinpath("quality/rules.toml").read_text(encoding="utf-8")
CHINESE, ENGLISH = "zh", "en"


def _rule(name: str, row: Mapping[str, Any]) -> QualityRule:
    return QualityRule(
        id=name,
        dimension=Dimension(row["dimension"]),
        gates=tuple(Gate(gate) for gate in row["gates"]),
        judge=Judge(row["judge"]),
        source=row["source"],
        message={CHINESE: row["zh"], ENGLISH: row["en"]},
        remedy={CHINESE: row["zh_remedy"], ENGLISH: row["en_remedy"]},
        complaints=tuple(row.get("complaints", ())),
        withholds=tuple(row.get("withholds", ())),
        numbers=row.get("numbers", {}),
        rows=tuple(RowRule(**one) for one in row.get("rows", ())),
    )


RULES: Mapping[str, QualityRule] = {name: _rule(name, row) for name, row in tomllib.loads(_ROWS).items()}
NUMBERS: Mapping[str, float] = {name: n for rule in RULES.values() for name, n in rule.numbers.items()}
DAILY = tuple(rule for rule in RULES.values() if rule.judge == Judge.DAILY)
SHAPES = RULES["DQ-35"].complaints
_TAKEN = {Gate.FLAG, Gate.ALERT}
_IN_VALIDITY = {Dimension.STRUCTURE, Dimension.COMPLETENESS}
VALIDITY = tuple(rule.id for rule in RULES.values() if rule.dimension in _IN_VALIDITY)
CONSISTENCY = tuple(rule.id for rule in RULES.values() if rule.dimension == Dimension.CONSISTENCY)
LATE, TWICE, THREE_WAYS, DIFFERING = "DQ-11", "DQ-15", "DQ-28", "DQ-36"
# The rules by which what one source sent on a day withholds figures of that day.
BLOCKING = tuple(
    rule.id for rule in RULES.values() if rule.withholds and rule.judge in {Judge.DAILY, Judge.BATCHES}
)


def parts(judged: Judgement, *, coverage: float, reconciliation: float | None = None) -> Parts:
    """The parts of a day's score. What nobody has compared is None, never 1."""
    sent, found = judged.sent, {finding.rule: finding.failing for finding in judged.findings}
    rows = rows_of(sent)
    return Parts(
        coverage=coverage,
        validity=_validity(sent, judged.wrong_fields or {}),
        consistency=_rest(judged.inconsistent, rows),
        timeliness=_rest(found.get(LATE, 0), sent.timed),
        uniqueness=_rest(found.get(TWICE, 0), rows + judged.again),
        reconciliation=reconciliation,
    )


def with_findings(judged: Judgement, more: Iterable[Finding], *, again: int = 0) -> Judgement:
    """A judgement with what was found elsewhere than among its rows; of one rule both count."""
    found = {one.rule: one for one in judged.findings}
    for one in (one for one in more if one.failing):
        stood = found.get(one.rule, Finding(one.rule, 0))
        samples = (*stood.samples, *one.samples)[:SAMPLES_KEPT]
        found[one.rule] = Finding(one.rule, stood.failing + one.failing, samples)
    return replace(judged, findings=tuple(found.values()), again=judged.again + again)


def three_ways(sides: Iterable[TwoSides]) -> Finding:
    """DQ-28: sender, we and the level above, each pair of sides by count and sum of levels; one row for each difference."""
    found = []
    for one in sides:
        for name, here, there in zip(("count", "levels"), one.here, one.there, strict=True):
            if here != there:
                how = "more" if there > here else "less"
                found.append(Sample("totals", one.id, f"{one.kind}.{name}", f"{one.side}_has_{how}"))
    return Finding(THREE_WAYS, len(found), tuple(found[:SAMPLES_KEPT]))


def differing(with_sender: Iterable[TwoSides]) -> Finding:
    """DQ-36: the records that sender and we do not have alike; the samples are their reconciliations."""
    told = [one for one in with_sender if one.differing]
    samples = tuple(Sample("totals", one.id, f"{one.kind}.digest", "differs") for one in told)
    return Finding(DIFFERING, sum(one.differing for one in told), samples)


def rows_of(sent: Sent) -> int:
    """All rows that a source sent on a day."""
    return sent.reviews + sent.cases + sent.reviews_aside + sent.cases_aside


def _rest(wrong: int, rows: int) -> float | None:
    return max(1 - wrong / rows, 0.0) if rows else None


def _validity(sent: Sent, wrong: Mapping[str, int]) -> float | None:
    """Σ w·(valid and complete) / Σ w over the fields of what was sent."""
    rows = {"review": sent.reviews + sent.reviews_aside, "case": sent.cases + sent.cases_aside}
    weighed = [
        (weight, _rest(wrong.get(field, 0), rows[field.partition(".")[0]]))
        for field, weight in FIELD_WEIGHTS.items()
    ]
    known = [(weight, share) for weight, share in weighed if share is not None]
    return (
        sum(weight * share for weight, share in known) / sum(weight for weight, _ in known) if known else None
    )


def score(found: Parts) -> float | None:
    """DQ = 100·C·(0.35 V + 0.2 K + 0.15 T + 0.1 U + 0.2 R), two decimals; None where there is nothing to be judged by.

    That is a day on which nothing came and nothing is missing, as its batch of no rows says (DQ-33). Where something is
    missing and nothing came, coverage is all there is. What was not compared is left out, and the weights of the rest are
    brought to 1 again; `grade` sees to it that leaving it out earns no A. Coverage multiplies, so that not sending cannot
    be hidden by good rows.
    """
    known: dict[str, float] = {
        name: getattr(found, name) for name in WEIGHTS if getattr(found, name) is not None
    }
    weight = sum(WEIGHTS[name] for name in known)
    if not weight:
        return None if found.coverage == 1 else round(100 * found.coverage, 2)
    return round(
        100 * found.coverage * sum(WEIGHTS[name] * share for name, share in known.items()) / weight, 2
    )


def grade(points: float | None, *, reconciled: bool) -> Grade | None:
    """A from 95, B from 85, C from 70, D below; whose totals were not compared with ours is at best a B."""
    if points is None:
        return None
    earned = next(name for least, name in GRADES if points >= least)
    return Grade.B if earned == Grade.A and not reconciled else earned


def what_happened(found: Finding) -> tuple[Gate, ...]:
    """What became of the rows in which a card found a rule broken, of all that may follow; the hardest first.

    Its samples have of every kind of row. What intake let in is marked, whatever it does with others that come.
    """
    gates = RULES[found.rule].gates
    taken = next((gate for gate in gates if gate in _TAKEN), None)
    fates = {_fate(row) for row in found.samples}
    seen = {fate if fate in gates else taken for fate in fates}
    return tuple(gate for gate in gates if gate in seen or gate == Gate.BLOCK) or gates


def _fate(row: Sample) -> Gate | None:
    """Where a failing row was stopped; None when it was not, or is none."""
    if row.kind == "record":
        return Gate.QUARANTINE
    refused = row.value_class == RepeatKind.CONFLICT or (row.kind == "batch" and row.value_class != "missing")
    return Gate.REJECT if refused else None


def worst_first(cards: CardRow) -> list[str]:
    """The rules that a card found broken, those with the most failing rows first."""
    return [one.rule for one in sorted(cards.findings, key=lambda one: (-one.failing, one.rule))]


def corrections(cards: Sequence[CardRow]) -> list[Correction]:
    """What became of every rule that was ever found broken on a day; `cards` are all of that day, the newest first."""
    told = [(card.judged_at, {one.rule: one.failing for one in card.findings}) for card in reversed(cards)]
    found = []
    for rule in sorted({rule for _, failing in told for rule in failing}):
        broken = [at for at, failing in told if rule in failing]
        after = [at for at, _ in told if at > broken[-1]]
        most = max(failing.get(rule, 0) for _, failing in told)
        left = told[-1][1].get(rule, 0)
        found.append(Correction(rule, broken[0], most, left, after[0] if after else None))
    return found


def month_parts(days: Iterable[tuple[Sent, Parts]]) -> Parts:
    """The parts of several days together: coverage by days, everything else weighed by the rows of each day.

    A day that differs counts as one row at least: nothing may have come on it.
    """
    told = list(days)

    def mean(name: str) -> float | None:
        known = [
            (max(rows_of(sent), name == "reconciliation"), getattr(found, name))
            for sent, found in told
            if getattr(found, name) is not None
        ]
        rows = sum(n for n, _ in known)
        return sum(n * share for n, share in known) / rows if rows else None

    return Parts(
        sum(found.coverage for _, found in told) / len(told) if told else 0.0,
        *(mean(name) for name in WEIGHTS),
    )


def concerning(rows: Iterable[HeldPlace], division_path: str) -> list[HeldPlace]:
    """Those that are about figures of a division."""
    return [
        row for row in rows if row.path == division_path or (row.below and division_path.startswith(row.path))
    ]


def withheld_at(rows: Iterable[HeldPlace], division_path: str) -> dict[str, str]:
    """Which measures of a division are withheld, each with the first rule that keeps it back."""
    broken = {row.rule for row in concerning(rows, division_path) if row.is_withheld}
    return {measure: rule for rule in sorted(broken, reverse=True) for measure in RULES[rule].withholds}


def blocks(judged: Judgement) -> list[str]:
    """The rules of this day that keep figures from being published."""
    return [one.rule for one in judged.findings if RULES[one.rule].withholds]
