"""派单规则: which agency gets the orders of a division that fit. Rows are added, none is overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max

from haochaping.directory import queries as directory
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import TEXT_FIELD, EntryKind, NewEntry
from haochaping.rectification import access
from haochaping.rectification.actions.steps import checked_text
from haochaping.rectification.models import DispatchRule
from haochaping.rectification.queries import dispatch as dispatch_queries
from haochaping.rectification.terms import DISPATCH_SOURCE_LIMIT, NO_SUCH_RULE, RULE_REPLACED

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import ProposedRule


@transaction.atomic
def set_dispatch_rule(rule: ProposedRule, *, source: str, by: Actor, now: datetime) -> int:
    """Add a rule of a rank from a day on; the one of that rank before it stays and ends there. Returns its id.

    Raises:
        Refused: as `dispatch_queries.judged`; TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS for the source;
            RULE_REPLACED when somebody set the same rank at the same moment.
    """
    found = dispatch_queries.judged(rule, by=by, now=now)
    division = directory.division(rule.division.strip())
    assert division is not None  # noqa: S101 - `judged` has found it
    row = DispatchRule(
        division_id=division.id,
        rank=found.rank,
        item_id=found.item_id,
        served_by_id=found.served_by_id,
        stage=found.stage,
        indicator=found.indicator,
        agency_id=found.agency_id,
        effective_from=found.effective_from,
        version=found.version,
    )
    _add(row, source, by=by, now=now)
    return row.pk


@transaction.atomic
def withdraw_dispatch_rule(rule_id: int, *, source: str, by: Actor, now: datetime) -> None:
    """Take a rule back, from today or from its first day if that is still to come; what it sent stays where it is.

    Raises:
        Refused: NO_SUCH_RULE, NOT_ALLOWED, OUT_OF_SCOPE, RULE_REPLACED, TEXT_MISSING, TEXT_TOO_LONG,
            FORBIDDEN_CHARACTERS.
    """
    rule = DispatchRule.objects.select_related("division").filter(id=rule_id).first()
    if rule is None:
        raise Refused(NO_SUCH_RULE)
    access.check_rule(by, division_path=rule.division.path)
    standing = dispatch_queries.standing(rule.division_id, rule.rank, now)
    if rule.pk not in {row.id for row in standing}:
        raise Refused(RULE_REPLACED)
    said = DispatchRule.objects.filter(division_id=rule.division_id, rank=rule.rank)
    row = DispatchRule(
        division_id=rule.division_id,
        rank=rule.rank,
        effective_from=max(rule.effective_from, local_day(now)),
        version=said.aggregate(last=Max("version"))["last"] + 1,
    )
    _add(row, source, by=by, now=now)


def _add(row: DispatchRule, source: str, *, by: Actor, now: datetime) -> None:
    row.source = checked_text(source, "source", limit=DISPATCH_SOURCE_LIMIT)
    row.made_by, row.made_at = str(by), now
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        # Two who have set the same rank at the same moment: the second one shall see what the first has set.
        raise Refused(RULE_REPLACED) from error
    said = {
        "division": row.division_id,
        "rank": row.rank,
        "version": row.version,
        "from": row.effective_from.isoformat(),
        "agency": row.agency_id,
        "item": row.item_id,
        "served_by": row.served_by_id,
        "stage": row.stage,
        "indicator": row.indicator,
    }
    entry = NewEntry(
        EntryKind.DISPATCH_RULE_SET,
        "dispatch_rule",
        str(row.pk),
        fields={TEXT_FIELD: row.source},
        facts={name: str(value) for name, value in said.items() if value},
    )
    ledger.append([entry], by=by, now=now)
