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
    from collections.abc import Mapping
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
