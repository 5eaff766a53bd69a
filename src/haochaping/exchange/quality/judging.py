"""数据质量 reads: what breaks the rules in what sources sent, and the cards made of it."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time
from importlib import resources
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from haochaping.exchange.quality.rules import CONSISTENCY, DAILY, SHAPES, VALIDITY
from haochaping.exchange.quality.terms import SAMPLES_KEPT, Agreed, Finding, Judgement, Sample, Sent
from haochaping.kernel.identifiers import first_uuid7
from haochaping.kernel.periods import BEIJING, CLOCK_LEEWAY
from haochaping.postgres.rows import array

if TYPE_CHECKING:
    from collections.abc import Sequence

_FOLDER = resources.files("haochaping.exchange").joinpath("sql/quality")


def _sql(name: str) -> str:
    return _FOLDER.joinpath(f"{name}.sql").read_text(encoding="utf-8")


RELATIONS = {
    "agreed": _sql("relation_agreed"),
    "sent_review": _sql("relation_review"),
    "sent_case": _sql("relation_case"),
    "put_aside": _sql("relation_aside"),
    "told": _sql("relation_told"),
}
# What the server has to know of them to choose its ways; of wide columns it would take longer than they save.
_KNOWN = {
    "agreed": "",
    "sent_review": " (platform_id, day, channel)",
    "sent_case": " (platform_id, day, status)",
    "put_aside": "",
    "told": "",
}
STATEMENTS = {rule.id: _sql(rule.id) for rule in DAILY}
_SENT, _FOUND, _WRONG, _INCONSISTENT = (
    _sql("sent"),
    _sql("findings"),
    _sql("wrong_fields"),
    _sql("inconsistent"),
)
_FAILING = (
    "CREATE TEMPORARY TABLE failing (rule text, kind text, id text, platform_id bigint, day date, field text,"
    " value_class text) ON COMMIT DROP"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is judged: days in Beijing time from `since` to the day before `until`, of these platforms."""

    since: date
    until: date
    agreed: Sequence[Agreed]
    parameters: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        since, until = (datetime.combine(day, time(), BEIJING) for day in (self.since, self.until))
        told = {
            "since": since,
            "until": until,
            "first": first_uuid7(since),
            "end": first_uuid7(until),
            "leeway": CLOCK_LEEWAY,
            "shapes": list(SHAPES),
            "platforms": array(one.platform_id for one in self.agreed),
            "late": [one.late_after for one in self.agreed],
            "very_late": [one.very_late_after for one in self.agreed],
            "same": [one.same_share for one in self.agreed],
            "moment": [one.moment_share for one in self.agreed],
        }
        object.__setattr__(self, "parameters", told)


def failing(rule: str, scope: Scope) -> list[Sample]:
    """All rows of the scope that break one daily rule."""
    named = ", ".join(f"{name} AS ({_bare(text)})" for name, text in RELATIONS.items())
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {named} SELECT kind, id, field, value_class FROM ({_bare(STATEMENTS[rule])}) AS failing"  # noqa: S608 - our own statements
            " ORDER BY kind, id, field",
            scope.parameters,
        )
        return [Sample(*row) for row in cursor.fetchall()]


@transaction.atomic
def judged(scope: Scope) -> list[Judgement]:
    """What every source sent on every day of the scope, with everything that breaks a rule.

    The rows are read from the tables once, into tables of this transaction; each rule looks through those.
    """
    with connection.cursor() as cursor:
        # One statement after another over much data: sums stay in memory, and none is worth compiling for.
        cursor.execute("SET LOCAL work_mem = '128MB'; SET LOCAL jit = off")
        for name, text in RELATIONS.items():
            cursor.execute(f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {text}", scope.parameters)
        for name, columns in _KNOWN.items():
            cursor.execute(f"ANALYZE {name}{columns}")
        cursor.execute(_FAILING)
        for rule, text in STATEMENTS.items():
            cursor.execute(
                f"INSERT INTO failing SELECT '{rule}', found.* FROM ({_bare(text)}) AS found",  # noqa: S608
                scope.parameters,
            )
        found = _findings(cursor)
        wrong: dict[tuple[int, date], dict[str, int]] = defaultdict(dict)
        cursor.execute(_WRONG, {"rules": list(VALIDITY)})
        for platform_id, day, name, n in cursor.fetchall():
            wrong[platform_id, day][name] = n
        cursor.execute(_INCONSISTENT, {"rules": list(CONSISTENCY)})
        inconsistent = {(platform_id, day): n for platform_id, day, n in cursor.fetchall()}
        cursor.execute(_SENT)
        sent = {(row[0], row[1]): Sent(row[0], row[1], *map(int, row[2:])) for row in cursor.fetchall()}
        for name in ("failing", *RELATIONS):
            cursor.execute(f"DROP TABLE {name}")
    for platform_id, day in found.keys() - sent.keys():
        # Found on a day on which nothing came: a month that was too good ends then.
        sent[platform_id, day] = Sent(platform_id, day)
    return [
        Judgement(sent[key], tuple(found.get(key, ())), wrong.get(key, {}), inconsistent.get(key, 0))
        for key in sorted(sent)
    ]


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
