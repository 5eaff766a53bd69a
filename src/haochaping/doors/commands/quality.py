"""`haochaping quality …`: the data-quality rules, and how good what each source sends is."""

from __future__ import annotations

from datetime import timedelta
from gettext import gettext
from typing import TYPE_CHECKING

import click

from haochaping.doors.commands.installation import json_option, show, with_database
from haochaping.doors.commands.spoken import Group, option
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.exchange.quality.terms import CardRow

_A_FEW = 5
_day = option("--day", type=click.DateTime(["%Y-%m-%d"]), help=N_("One day; without it the last eight."))


@click.group(cls=Group)
def quality() -> None:
    """Quality of data: rules, and cards of what sources sent."""


@quality.command("rules")
@json_option
@with_database
def rules(*, as_json: bool) -> None:
    """List the rules: number, dimension, what happens, what is wrong."""
    from haochaping.exchange.quality.rules import RULES  # noqa: PLC0415 - needs Django to be ready

    language = _language()
    rows: list[dict[str, object]] = [
        {
            "rule": rule.id,
            "dimension": rule.dimension.value,
            "gates": [gate.value for gate in rule.gates],
            "judge": rule.judge.value,
            "source": rule.source,
            "message": rule.message[language],
            "remedy": rule.remedy[language],
        }
        for rule in RULES.values()
    ]
    show(rows, as_json=as_json, line=_rule_line)


def _rule_line(row: dict[str, object]) -> str:
    gates = row["gates"]
    assert isinstance(gates, list)  # noqa: S101
    return f"{row['rule']}  {','.join(gates):<16}  {row['message']}"


def _language() -> str:
    from django.utils import translation  # noqa: PLC0415 - needs Django to be ready

    from haochaping.exchange.quality.rules import CHINESE, ENGLISH  # noqa: PLC0415

    return CHINESE if (translation.get_language() or "").startswith(CHINESE) else ENGLISH


@quality.command()
@_day
@option("--source", default="", help=N_("The code of one platform; without it all."))
@with_database
def judge(*, day: datetime | None, source: str) -> None:
    """Judge what sources sent; cards that have changed are added, the former ones stay."""
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.flows import judge_quality  # noqa: PLC0415
    from haochaping.kernel.actor import OPERATOR  # noqa: PLC0415
    from haochaping.kernel.periods import local_day  # noqa: PLC0415

    now = timezone.now()
    if day is None and not source:
        changed = judge_quality.judge_due(by=OPERATOR, now=now)
    else:
        today = local_day(now)
        days = [day.date()] if day else [today - timedelta(days=n) for n in range(8, 0, -1)]
        changed = sum(judge_quality.judge_day(one, source=source, by=OPERATOR, now=now) for one in days)
    click.echo(gettext("{count} cards are new or have changed").format(count=changed))


@quality.command("show")
@click.argument("source")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@json_option
@with_database
def show_card(source: str, day: datetime, *, as_json: bool) -> None:
    """Show the cards of a SOURCE's DAY, the newest first, with what was found and the ids of a few rows; `rows` lists all."""
    from haochaping.exchange.quality import queries  # noqa: PLC0415 - needs Django to be ready
    from haochaping.kernel.actor import EVERYWHERE  # noqa: PLC0415

    cards = queries.history(source, day.date(), EVERYWHERE)
    show([_row(card) for card in cards], as_json=as_json, line=_line)


@quality.command("rows")
@click.argument("source")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("rule")
@json_option
@with_database
def failing_rows(source: str, day: datetime, rule: str, *, as_json: bool) -> None:
    """List all rows of a SOURCE's DAY that break RULE, such as DQ-09: a card shows a few."""
    from haochaping.exchange.fields import shown  # noqa: PLC0415 - needs Django to be ready
    from haochaping.flows import judge_quality  # noqa: PLC0415

    found = judge_quality.failing_rows(shown(source), day.date(), shown(rule.upper()))
    rows: list[dict[str, object]] = [one._asdict() for one in found]
    show(rows, as_json=as_json, line=lambda row: "  ".join(str(value) for value in row.values()))


def _row(card: CardRow) -> dict[str, object]:
    from haochaping.exchange.quality.rules import RULES  # noqa: PLC0415 - needs Django to be ready

    return {
        "source": card.source,
        "day": card.day,
        "judged_at": card.judged_at.astimezone(BEIJING),
        "score": card.score,
        "grade": card.grade.value if card.grade else None,
        "parts": card.parts._asdict(),
        "sent": {name: n for name, n in card.sent._asdict().items() if name not in {"platform_id", "day"}},
        "findings": [
            {
                "rule": one.rule,
                "failing": one.failing,
                "message": RULES[one.rule].message[_language()] if one.rule in RULES else "",
                "samples": [sample._asdict() for sample in one.samples],
            }
            for one in card.findings
        ],
    }


def _sample(row: dict[str, str]) -> str:
    return f"    {' '.join(filter(None, (row['kind'], row['id'])))}  {row['field']}: {row['value_class']}"


def _line(row: dict[str, object]) -> str:
    parts, findings = row["parts"], row["findings"]
    assert isinstance(parts, dict)  # noqa: S101
    assert isinstance(findings, list)  # noqa: S101
    shares = "  ".join(f"{name} {'–' if n is None else f'{n:.4f}'}" for name, n in parts.items())
    points = "–" if row["score"] is None else f"{row['score']:.2f}"
    lines = [
        f"{row['source']}  {row['day']}  {points}  {row['grade'] or '–'}  ({row['judged_at']})",
        f"  {shares}",
    ]
    for one in findings:
        lines.append(f"  {one['rule']}  {one['failing']}  {one['message']}")
        lines += [_sample(row) for row in one["samples"][:_A_FEW]]
    return "\n".join(lines)
