"""公开 writes: a publisher releases a redacted text or holds it back with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.publicity import queries
from haochaping.publicity.models import Release
from haochaping.publicity.terms import ALREADY_DECIDED, HOLD_NEEDS_REASON, NOTHING_TO_RELEASE, Decision, Part

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor


@transaction.atomic
def decide(
    review_id: UUID, part: Part, decision: Decision, *, reason: str = "", by: Actor, now: datetime
) -> None:
    """Release a text as redacted, or hold it back.

    Raises:
        Refused: NOT_ALLOWED, HOLD_NEEDS_REASON, NOTHING_TO_RELEASE, ALREADY_DECIDED.
    """
    check_power(by, Power.PUBLICATION_RELEASE)
    reason = clean(reason)[:300]
    if decision == Decision.HELD and not reason:
        raise Refused(HOLD_NEEDS_REASON, field="reason")
    waiting = {c.part: c for c in queries.candidates(by, now=now, review_id=review_id)}
    if part not in waiting:
        decided = Release.objects.filter(review_id=review_id, part=part).exists()
        raise Refused(ALREADY_DECIDED if decided else NOTHING_TO_RELEASE)
    try:
        with transaction.atomic():
            Release.objects.create(
                id=uuid7(now),
                review_id=review_id,
                part=part,
                written_at=waiting[part].written_at,
                decision=decision,
                text=waiting[part].redacted if decision == Decision.RELEASED else "",
                reason=reason if decision == Decision.HELD else "",
                decided_by=str(by),
                decided_at=now,
            )
    except IntegrityError:
        raise Refused(ALREADY_DECIDED) from None
    facts = {"part": part, "decision": decision}
    ledger.append(
        [NewEntry(EntryKind.RELEASE_DECIDED, "review", str(review_id), facts=facts)], by=by, now=now
    )
