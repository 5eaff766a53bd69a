"""退回办件: cases of ours that a peer could not take whole: noted, sent again, settled, left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from haochaping.accounts.access import check_power, check_scope
from haochaping.accounts.terms import Power
from haochaping.exchange.fields import shown
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.levels.models import ReturnedCase
from haochaping.levels.rules import shown_params
from haochaping.levels.terms import (
    NO_SUCH_RETURN,
    RETURNED_AGAIN,
    WHY_LEFT_OUT,
    WHY_LIMIT,
    ReturnState,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from haochaping.kernel.actor import Actor
    from haochaping.kernel.refused import Reason
    from haochaping.levels.terms import Answer, Peer

_OPEN = (ReturnState.REJECTED, ReturnState.REQUEUED)


@transaction.atomic
def settle_returns(
    peer: Peer, answer: Answer, told: Collection[tuple[str, str]], *, by: Actor, now: datetime
) -> None:
    """Note which of the cases told in a batch came back; those told without coming back are fixed.

    What a person has left out comes back without being noted again.
    """
    back = {(one.source[:40], one.case_no[:50]): one for one in answer.returned}
    known = {
        (row.source, row.case_no): row
        for row in ReturnedCase.objects.select_for_update().filter(
            peer_id=peer.id, source__in={s for s, _ in told}
        )
    }
    for key in told:
        row, reason = known.get(key), back.get(key)
        if reason is None:
            if row is not None and row.state in _OPEN:
                row.state, row.settled_at, row.settled_by = ReturnState.FIXED, now, str(by)
                row.save(update_fields=["state", "settled_at", "settled_by"])
            continue
        if row is not None and row.state == ReturnState.EXCLUDED:
            continue
        said = _said(reason.code, reason.message, reason.params, now, field=reason.field)
        if row is None:
            place = {"peer_id": peer.id, "source": key[0], "case_no": key[1]}
            ReturnedCase.objects.create(id=uuid7(now), since=now, **place, **said)
        else:
            ReturnedCase.objects.filter(id=row.id).update(attempts=F("attempts") + 1, **said)


@transaction.atomic
def back(
    peer: Peer, keys: Collection[tuple[str, str]], reason: Reason, params: dict[str, str], *, now: datetime
) -> None:
    """These cases count as come back from a peer, for a reason of ours; what a person has left out stays so."""
    said = _said(reason.code, reason.message, params, now)
    for source, case_no in sorted(keys):
        place = {"peer_id": peer.id, "source": source[:40], "case_no": case_no[:50]}
        row, made = ReturnedCase.objects.get_or_create(
            **place, defaults={"id": uuid7(now), "since": now} | said
        )
        if not made and row.state != ReturnState.EXCLUDED:
            ReturnedCase.objects.filter(id=row.id).update(attempts=F("attempts") + 1, **said)


def _said(
    code: str, message: str, params: Mapping[str, object], now: datetime, *, field: str = ""
) -> dict[str, object]:
    return {
        "code": shown(code, 60),
        "field": shown(field, 100),
        "message": shown(message, WHY_LIMIT),
        "params": shown_params(params),
        "state": ReturnState.REJECTED,
        "again_at": now + RETURNED_AGAIN,
        "settled_at": None,
        "settled_by": "",
    }


@transaction.atomic
def requeued(peer_id: int, keys: Collection[tuple[str, str]]) -> None:
    """These go out with the next batch."""
    for source, case_no in keys:
        ReturnedCase.objects.filter(
            peer_id=peer_id, source=source, case_no=case_no, state=ReturnState.REJECTED
        ).update(state=ReturnState.REQUEUED)


@transaction.atomic
def send_again(peer: Peer, *, by: Actor, now: datetime) -> int:
    """A person has everything that came back from a peer sent once more, at once; returns how many cases that is."""
    check_power(by, Power.DIRECTORY_EDIT)
    check_scope(by, division_path=peer.division_path)
    return ReturnedCase.objects.filter(peer_id=peer.id, state=ReturnState.REJECTED).update(again_at=now)


@transaction.atomic
def leave_out(peer: Peer, source: str, case_no: str, why: str, *, by: Actor, now: datetime) -> None:
    """A person gives a case up that a peer does not take, with the reason.

    Raises:
        Refused: NOT_ALLOWED, OUT_OF_SCOPE, WHY_LEFT_OUT, NO_SUCH_RETURN.
    """
    check_power(by, Power.DIRECTORY_EDIT)
    check_scope(by, division_path=peer.division_path)
    said = clean(why)[:WHY_LIMIT]
    if not said:
        raise Refused(WHY_LEFT_OUT, field="why")
    rows = ReturnedCase.objects.select_for_update().filter(
        peer_id=peer.id, source=source, case_no=case_no, state__in=_OPEN
    )
    row = rows.first()
    if row is None:
        raise Refused(NO_SUCH_RETURN, field="case_no", value=shown(peer.code, 40))
    row.state, row.why, row.settled_by, row.settled_at = ReturnState.EXCLUDED, said, str(by), now
    row.save(update_fields=["state", "why", "settled_by", "settled_at"])
    facts = {"peer": peer.code, "state": "excluded"}
    entry = NewEntry(EntryKind.BATCH_EXCHANGED, "returned_case", str(row.id), facts=facts)
    ledger.append([entry], by=by, now=now)
