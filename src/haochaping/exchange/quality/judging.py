"""数据质量 reads: what breaks the rules in what sources sent, and the cards made of it."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time
from importlib import resources
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from haochaping.exchange.quality.rules import CONSISTENCY, DAILY, NUMBERS, SHAPES, VALIDITY
from haochaping.exchange.quality.terms import SAMPLES_KEPT, Agreed, Finding, Judgement, Sample, Sent
from haochaping.kernel.identifiers import first_uuid7
from haochaping.kernel.periods import BEIJING, CLOCK_LEEWAY
from haochaping.postgres.rows import array

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import timedelta

    from haochaping.exchange.quality.terms import OrdersBelow, QualityRule, RowRule

_FOLDER = resources.files("haochaping.exchange").joinpath("sql/quality")


def _sql(name: str) -> str:
    return _FOLDER.joinpath(f"{name}.sql").read_text(encoding="utf-8")


RELATIONS = {
    "agreed": _sql("relation_agreed"),
    "sent_review": _sql("relation_review"),
    "answer": _sql("relation_answer"),
    "sent_case": _sql("relation_case"),
    "told": _sql("relation_told"),
    "run": _sql("relation_run"),
    "given": _sql("relation_given"),
    "put_aside": _sql("relation_aside"),
}
# Cases are read from their table whenever a rule needs them: that is rare, and to write all of them down takes longer.
_VIEWS = {"agreed", "sent_case"}
# The few columns of a wide relation that help the server to choose its ways; of more it would take longer than they save.
_KNOWN = {"sent_review": " (platform_id, day, channel)"}
# What rules of one row look through, and how what they find is one row of a source.
_PASSES = {
    "sent_case": "SELECT found.rule, 'case', one.id::text, one.platform_id, one.day, found.in_field, found.as_class"
    "  FROM sent_case AS one JOIN agreed USING (platform_id) {found}",
    "sent_review": "SELECT found.rule, 'review', one.id::text, one.platform_id, one.day, found.in_field, found.as_class"
    "  FROM sent_review AS one JOIN agreed USING (platform_id) {found}",
    "put_aside": "SELECT found.rule, 'record', one.id::text, one.platform_id, one.day, found.in_field, found.as_class"
    "  FROM put_aside AS one {found}",
    "told": "SELECT odd.rule, 'case', work.id::text, work.platform_id, work.day, odd.in_field, odd.as_class"
    "  FROM (SELECT DISTINCT one.platform_id, division_id, agency_id, item_id, rule, in_field, as_class"
    "          FROM told AS one JOIN agreed USING (platform_id) {found}) AS odd"
    "  JOIN sent_case AS work USING (platform_id, division_id, agency_id, item_id)",
}
STATEMENTS = {rule.id: _sql(rule.id) for rule in DAILY if _FOLDER.joinpath(f"{rule.id}.sql").is_file()}
_SENT, _FOUND, _WRONG, _INCONSISTENT = (
    _sql("sent"),
    _sql("findings"),
    _sql("wrong_fields"),
    _sql("inconsistent"),
)
# One statement after another over much data: sums stay in memory, no statement is worth compiling for, nor a relation many
# samples. Few sums come of many rows, which the server cannot know: it would sort them all first, and in one process, as
# it takes the sums for many and their way between processes for dear.
_SETTINGS = (
    "SET LOCAL work_mem = '128MB'; SET LOCAL jit = off; SET LOCAL enable_sort = off;"
    " SET LOCAL parallel_setup_cost = 10; SET LOCAL parallel_tuple_cost = 0.001; SET LOCAL default_statistics_target = 10"
)
# A statement that makes a table is done by several processes, one that writes into a table by one: so what looks through
# tables makes it, and what looks through relations of this transaction, which only its own process reads, adds to it.
_FAILING = (
    "CREATE TEMPORARY TABLE failing AS SELECT rule::text, kind::text, id::text, platform_id::bigint, day::date,"
    " field::text, value_class::text FROM ({}) AS found (rule, kind, id, platform_id, day, field, value_class)"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is judged: days in Beijing time from `since` to the day before `until`, of these platforms.

    `below` are their orders that other installations handle, whose tables lie above this room.
    """

    since: date
    until: date
    agreed: Sequence[Agreed]
    below: Sequence[OrdersBelow] = ()
    parameters: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        since, until = (datetime.combine(day, time(), BEIJING) for day in (self.since, self.until))
        told = {
            **NUMBERS,
            "since": since,
            "until": until,
            "first": first_uuid7(since),
            "end": first_uuid7(until),
            "leeway": CLOCK_LEEWAY,
            "shapes": list(SHAPES),
            "platforms": array(one.platform_id for one in self.agreed),
            "late": [_seconds(one.late_after) for one in self.agreed],
            "very_late": [_seconds(one.very_late_after) for one in self.agreed],
            "same": [one.same_share for one in self.agreed],
            "moment": [one.moment_share for one in self.agreed],
            "default": [one.default_share for one in self.agreed],
            "below_platforms": [one.platform_id for one in self.below],
            "below_months": [one.month for one in self.below],
            "below_opened": [one.opened for one in self.below],
            "below_rectified": [one.rectified for one in self.below],
        }
        object.__setattr__(self, "parameters", told)


def _seconds(length: timedelta) -> str:
    return f"{length.total_seconds()} seconds"


_ORDER = ", ".join(Sample._fields)
_AFTER = f"AND ({_ORDER}) > ({', '.join(f'%({name})s::text' for name in Sample._fields)})"


def failing(
    rule: str, scope: Scope, *, after: Sample | None = None, limit: int | None = None
) -> list[Sample]:
    """The rows of the scope that break one daily rule, in their order: all, or some after one of them."""
    named = ", ".join(f"{name} AS ({_bare(text)})" for name, text in RELATIONS.items())
    told = [one for one in DAILY if one.id == rule]
    found = " UNION ALL ".join(_passes(told) + _statements(told))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {named} SELECT {_ORDER}"  # noqa: S608 - our own statements
            f" FROM ({found}) AS failing (rule, kind, id, platform_id, day, field, value_class)"
            " WHERE platform_id = ANY(%(platforms)s::bigint[])"
            f" {_AFTER if after else ''} ORDER BY {_ORDER} LIMIT %(limit)s",
            scope.parameters | {"limit": limit} | (after._asdict() if after else {}),
        )
        return [Sample(*row) for row in cursor.fetchall()]


@transaction.atomic
def judged(scope: Scope) -> list[Judgement]:
    """What every source sent on every day of the scope, with everything that breaks a rule.

    Reviews are read from the tables once, into a table of this transaction. All rules of one row look through them, and
    through the cases, together; each of the others after that.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SETTINGS)
        for name, text in RELATIONS.items():
            cursor.execute(f"CREATE TEMPORARY {_kind(name)} {name} AS {text}", scope.parameters)
            if name not in _VIEWS:
                cursor.execute(f"ANALYZE {name}{_KNOWN.get(name, '')}")
        asked = _passes(DAILY) + _statements(DAILY)
        of_tables = [text for text in asked if "sent_case" in text]
        cursor.execute(_FAILING.format(" UNION ALL ".join(of_tables)), scope.parameters)
        for text in asked:
            if text not in of_tables:
                cursor.execute(f"INSERT INTO failing {text}", scope.parameters)
        found = _findings(cursor)
        wrong: dict[tuple[int, date], dict[str, int]] = defaultdict(dict)
        cursor.execute(_WRONG, {"rules": list(VALIDITY)})
        for platform_id, day, name, n in cursor.fetchall():
            wrong[platform_id, day][name] = n
        cursor.execute(_INCONSISTENT, {"rules": list(CONSISTENCY)})
        inconsistent = {(platform_id, day): n for platform_id, day, n in cursor.fetchall()}
        cursor.execute(_SENT)
        sent = {(row[0], row[1]): Sent(row[0], row[1], *map(int, row[2:])) for row in cursor.fetchall()}
        cursor.execute("DROP TABLE failing")
        for name in reversed(RELATIONS):
            cursor.execute(f"DROP {_kind(name)} {name}")
    for platform_id, day in found.keys() - sent.keys():
        # Found on a day on which nothing came: a month that was too good ends then.
        sent[platform_id, day] = Sent(platform_id, day)
    return [
        Judgement(sent[key], tuple(found.get(key, ())), wrong.get(key, {}), inconsistent.get(key, 0))
        for key in sorted(sent)
    ]


def _kind(relation: str) -> str:
    return "VIEW" if relation in _VIEWS else "TABLE"


def _passes(rules: Sequence[QualityRule]) -> list[str]:
    """One statement for each relation, which looks for everything that a row of it breaks by itself."""
    return [
        text.format(found=_checks(checks))
        for relation, text in _PASSES.items()
        if (checks := [(rule.id, row) for rule in rules for row in rule.rows if row.of == relation])
    ]


def _statements(rules: Sequence[QualityRule]) -> list[str]:
    """What finds the failing rows of those rules that need more rows than one."""
    return [
        f"SELECT '{rule.id}', found.* FROM ({_bare(STATEMENTS[rule.id])}) AS found"  # noqa: S608 - our own statements
        for rule in rules
        if rule.id in STATEMENTS
    ]


def _checks(checks: Sequence[tuple[str, RowRule]]) -> str:
    """Hardly any row breaks a rule at all: only one that does is looked at rule by rule.

    The rules are numbered, as the server would make a list of VALUES ready anew for every such row.
    """

    def of_each(said: Iterable[str]) -> str:
        return " ".join(f"WHEN {n} THEN {one}" for n, one in enumerate(said, 1))

    fails = [f"({row.fails})" for _, row in checks]
    rule = of_each(f"'{name}'" for name, _ in checks)
    in_field, as_class = (
        of_each(row.field for _, row in checks),
        of_each(row.value_class for _, row in checks),
    )
    return (
        f"CROSS JOIN LATERAL unnest(ARRAY[{', '.join(fails)}]) WITH ORDINALITY AS looked (fails, nth)"
        f" CROSS JOIN LATERAL (SELECT CASE nth {rule} END AS rule, CASE nth {in_field} END AS in_field,"
        f" CASE nth {as_class} END AS as_class) AS found WHERE ({' OR '.join(fails)}) AND looked.fails"
    )


def _findings(cursor: Any) -> dict[tuple[int, date], list[Finding]]:
    cursor.execute(_FOUND, {"kept": SAMPLES_KEPT})
    found: dict[tuple[int, date], list[Finding]] = defaultdict(list)
    for platform_id, day, rule, n, samples in cursor.fetchall():
        rows = json.loads(samples) if isinstance(samples, str) else samples
        found[platform_id, day].append(Finding(rule, n, tuple(Sample(*row) for row in rows)))
    return found


def _bare(text: str) -> str:
    """A statement without its opening comment, so that it can stand in another one."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
