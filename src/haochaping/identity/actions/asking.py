"""拒绝邀评: a number's owner says not to be asked by SMS, or to be asked again; kept by the number's blind index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.identity.models import BlindIndex, RefusedAsking
from haochaping.identity.terms import NO_PHONE, IndexPurpose
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor


@transaction.atomic
def set_asking(person_id: UUID, *, wanted: bool, by: Actor, now: datetime) -> None:
    """Keep that whoever has this sealed person's number does not want to be asked, or does again.

    No number is opened: its fingerprint under the application's key is all that is needed. Saying the same again
    changes nothing and leaves no entry. Raises `Refused(NO_PHONE)` for a person without a number.
    """
    index = BlindIndex.objects.filter(person=person_id, purpose=IndexPurpose.PHONE)
    value = index.values_list("value", flat=True).first()
    if value is None:
        raise Refused(NO_PHONE)
    if wanted:
        changed = bool(RefusedAsking.objects.filter(value=value).delete()[0])
    else:
        _, changed = RefusedAsking.objects.get_or_create(value=value, defaults={"since": now})
    if changed:
        facts = {"asking": "yes" if wanted else "no"}
        entry = NewEntry(EntryKind.ASKING_SET, "person", str(person_id), facts=facts)
        ledger.append([entry], by=by, now=now)
