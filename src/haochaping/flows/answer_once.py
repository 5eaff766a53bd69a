"""一问一答: a keyed request is carried out once; whoever asks again, at the same moment or days later, hears the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from haochaping.exchange import actions as exchange
from haochaping.exchange import queries
from haochaping.exchange.rules import request_hash
from haochaping.exchange.terms import KEY_REUSED
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


def answer_once(
    client_id: int, key: str, request: bytes, carry_out: Callable[[], bytes], *, now: datetime
) -> bytes:
    """Carry a request out and keep its answer with what it did, or give the answer that was kept.

    Holds the lock of (client, key) from the first statement to the commit, so that of two equal requests one waits
    for the other's answer. Without a key the request is simply carried out. When `carry_out` raises, nothing is
    kept and the key is free. Once the answer is forgotten, the same request is carried out once more: what it sent stands
    by then, and each item is told to be a duplicate.

    Raises:
        Refused: KEY_REUSED when the key was used for another request; it names the fingerprints of both.
    """
    if not key:
        return carry_out()
    return _once(client_id, key, request, carry_out, now=now)


@transaction.atomic
def _once(
    client_id: int, key: str, request: bytes, carry_out: Callable[[], bytes], *, now: datetime
) -> bytes:
    exchange.hold_key(client_id, key)
    asked = request_hash(request, settings.CONTENT_KEY)
    given = queries.given_answer(client_id, key)
    if given is None:
        answer = carry_out()
        exchange.remember_answer(client_id, key, asked, answer, now=now)
        return answer
    if given[0] != asked:
        raise Refused(KEY_REUSED, field="Idempotency-Key", first=given[0].hex(), now=asked.hex())
    return carry_out() if given[1] is None else given[1]
