"""办一次: a step at an order is taken once for each form that asks for it, whoever clicks twice or goes back."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from haochaping.postgres.writes import at_once
from haochaping.rectification import actions as rectification
from haochaping.rulebook.queries import asked_once

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID


@transaction.atomic
def take_step(
    order_id: UUID, mark: str, carry_out: Callable[[], object], *, content: bytes = b"", now: datetime
) -> bool:
    """Take a step, unless the form of this mark has taken it already: then nothing is done, and False returned.

    Of two at once the second waits for the first and takes the step only if that one was refused. Without a mark it is
    simply taken. `content` is what the form says: whoever goes back and writes something else did not click twice. Whether
    the order is theirs is the step's to say: what it refuses was not noted. Raises NO_SUCH_ORDER, STEP_TAKEN when the form
    said something else before, and what the step raises.

    All that it writes goes to the server with what it asks next, and its rules are asked for once: a step has few questions.
    """
    with at_once(), asked_once():
        if mark and not rectification.take_once(order_id, mark, content=_fingerprint(content), now=now):
            return False
        carry_out()
        return True


def _fingerprint(content: bytes) -> bytes | None:
    # Keyed: the bare hash of a short text can be searched for.
    key = settings.CONTENT_KEY
    return blake2b(content, key=key, person=b"taken form", digest_size=32).digest() if content else None
