"""送达通知: a phone number is opened for one message, in the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from haochaping.identity import actions as identity
from haochaping.identity.terms import RelayPurpose
from haochaping.notices import actions as notices
from haochaping.notices import gateway
from haochaping.notices.terms import DeliveryState, GatewayFailed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.identity.keys import PrivateKey
    from haochaping.kernel.actor import Actor


def deliver_notice(
    delivery_id: UUID, *, relay_keys: Mapping[str, PrivateKey], by: Actor, now: datetime
) -> None:
    """Send one queued notice in Chinese; raises `GatewayFailed` when it may be tried again.

    Holds no transaction while the gateway is called: see `notices.actions.deliver`.
    """
    with translation.override("zh-hans"):
        state = notices.deliver(
            delivery_id,
            gateway=gateway.named(settings.SMS_GATEWAY),
            phone_of=lambda person: identity.open_phone(
                person,
                relay_keys=relay_keys,
                purpose=RelayPurpose.NOTICE,
                basis=f"delivery:{delivery_id}",
                by=by,
                now=now,
            ),
            translate=gettext,
            by=by,
            now=now,
        )
    if state == DeliveryState.FAILED:
        raise GatewayFailed("the notice has not gone out")


def deliver_notices(
    delivery_ids: Sequence[UUID], *, relay_keys: Mapping[str, PrivateKey], by: Actor, now: datetime
) -> None:
    """Send many, each for itself: what stops one stops no other.

    Raises `GatewayFailed` when one has not gone out; those that have gone out do not go out again.
    """
    failed = []
    for delivery_id in delivery_ids:
        try:
            deliver_notice(delivery_id, relay_keys=relay_keys, by=by, now=now)
        except Exception as error:  # noqa: BLE001 - whatever it was, the others have nothing to do with it
            failed.append(error)
    if failed:
        raise GatewayFailed(f"{len(failed)} of {len(delivery_ids)} notices have not gone out") from failed[0]
