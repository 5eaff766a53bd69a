"""What hotlines said and sent is emptied once nobody needs the words any more; that they did stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.hotline.models import Attachment, IncomingMessage, OutgoingMessage
from haochaping.hotline.terms import WORDS_KEPT, InState
from haochaping.rectification.states import FINAL

if TYPE_CHECKING:
    from datetime import datetime

_DONE_WITH = [InState.APPLIED, InState.SET_ASIDE]


@transaction.atomic
def empty_messages(*, now: datetime) -> int:
    """Empty messages that were settled `WORDS_KEPT` ago, and attachments of that age whose order is finished.

    What a message says was done with the order when it was applied; of an attachment kind, size and fingerprint stay.
    Returns how many rows were emptied.
    """
    before = now - WORDS_KEPT
    said = IncomingMessage.objects.filter(state__in=_DONE_WITH, settled_at__lt=before).exclude(facts={})
    told = OutgoingMessage.objects.filter(settled_at__lt=before).exclude(last_error="")
    sent = Attachment.objects.filter(at__lt=before, linked__order__state__in=FINAL).exclude(
        name="", content=b""
    )
    return said.update(facts={}) + told.update(last_error="") + sent.update(name="", content=b"")
