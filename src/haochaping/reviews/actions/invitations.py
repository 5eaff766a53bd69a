"""邀评: made and renewed. How their persons are asked: reviews/asking."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, LiteralString

from django.db import IntegrityError, transaction

from haochaping.kernel.identifiers import uuids7
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.postgres.rows import copy_rows
from haochaping.reviews import queries
from haochaping.reviews.models import (
    Invitation,
)
from haochaping.reviews.terms import (
    TOKEN_EXPIRED,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.reviews.terms import InvitationRow


@transaction.atomic
def invite(
    occurrence_ids: Iterable[UUID],
    *,
    valid: timedelta,
    ask_at: Mapping[UUID, datetime] = MappingProxyType({}),
    renew: bool = False,
    by: Actor,
    now: datetime,
) -> dict[UUID, UUID]:
    """Make the invitation of each occurrence that has none; returns the new ones, by occurrence.

    `ask_at` says when the persons of new ones are first asked; `renew` lets one that has run out be good again.
    """
    wanted = list(dict.fromkeys(occurrence_ids))
    invited = queries.invited(wanted)
    if renew and invited:
        _renew(invited, valid=valid, by=by, now=now)
    fresh = [occurrence for occurrence in wanted if occurrence not in invited]
    rows = [
        (invitation_id, occurrence, now, now + valid, ask_at.get(occurrence))
        for invitation_id, occurrence in zip(uuids7(now, len(fresh)), fresh, strict=True)
    ]
    try:
        with transaction.atomic():
            copy_rows("reviews_invitation", _INVITATION, rows)
    except IntegrityError:
        # Somebody has invited one of them since we looked: theirs stands.
        late = [Invitation(**dict(zip(_INVITATION, row, strict=True))) for row in rows]
        Invitation.objects.bulk_create(late, ignore_conflicts=True)
        made = set(Invitation.objects.filter(id__in=[row.id for row in late]).values_list("id", flat=True))
        rows = [row for row in rows if row[0] in made]
    if rows:
        facts = {"rows": str(len(rows))}
        entry = NewEntry(EntryKind.INVITATION_ISSUED, "invitations", str(rows[0][0]), facts=facts)
        ledger.append([entry], by=by, now=now)
    return {occurrence: invitation_id for invitation_id, occurrence, *_ in rows}


_INVITATION: dict[LiteralString, LiteralString] = {
    "id": "uuid",
    "occurrence_id": "uuid",
    "issued_at": "timestamptz",
    "expires_at": "timestamptz",
    "ask_at": "timestamptz",
}


def _renew(occurrence_ids: Iterable[UUID], *, valid: timedelta, by: Actor, now: datetime) -> None:
    over = Invitation.objects.filter(occurrence_id__in=list(occurrence_ids), expires_at__lt=now)
    ids = list(over.values_list("id", flat=True))
    if ids and Invitation.objects.filter(id__in=ids).update(issued_at=now, expires_at=now + valid):
        facts = {"renewed": str(len(ids))}
        entry = NewEntry(EntryKind.INVITATION_ISSUED, "invitations", str(ids[0]), facts=facts)
        ledger.append([entry], by=by, now=now)


def check_usable(invitation: InvitationRow, *, answered: bool, now: datetime) -> None:
    """Raise `Refused(TOKEN_EXPIRED)` for an unused invitation past its day; a used one still opens its review."""
    if not answered and now > invitation.expires_at:
        raise Refused(TOKEN_EXPIRED, until=invitation.expires_at)
