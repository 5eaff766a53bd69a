"""开方言: a message of another system with everything that is known of its sender, taken out of its envelope."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from haochaping.exchange import actions as exchange
from haochaping.exchange.dialects import signing
from haochaping.exchange.dialects.documents import at
from haochaping.exchange.dialects.envelope import Keys, open_message
from haochaping.exchange.dialects.terms import NOT_SIGNED, UNSIGNED_CALL, Does
from haochaping.exchange.terms import EARLY_STEP, ORPHAN, WIRE_SENDER
from haochaping.kernel.actor import Actor, ActorKind, Scope
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from haochaping.exchange.dialects.envelope import Message
    from haochaping.exchange.dialects.terms import Description, Opened, Operation
    from haochaping.exchange.terms import SourceRow
    from haochaping.kernel.refused import Complaint

# What its sender need not send again: it is kept, and taken when its case arrives.
WAITS = (ORPHAN, EARLY_STEP)


class Call(NamedTuple):
    """A message and everything that is known of whoever sent it."""

    description: Description
    operation: Operation
    source: SourceRow
    message: Message

    @property
    def keys(self) -> Keys:
        """What was agreed with the sender."""
        return Keys(self.source.keys)

    @property
    def by(self) -> Actor:
        """The sender as actor, within the division of its platform."""
        scope = Scope(division_path=self.source.division_path)
        return Actor(ActorKind.CLIENT, f"{WIRE_SENDER}{self.source.code}", scope=scope)


class Came(NamedTuple):
    """What came of a record: which of the dialect's replies is given, and what fills its places."""

    kind: str
    values: Mapping[str, object]
    complaint: Complaint | None = None
    fate: OutcomeKind = OutcomeKind.REFUSED

    @property
    def is_taken(self) -> bool:
        """Whether the sender is told that all is well: it is also when a review or a step waits for its case."""
        return self.complaint is None or self.complaint.reason in WAITS


def open_call(call: Call, *, now: datetime) -> tuple[Opened, bool]:
    """Take the envelope off a message and see whether it is its source's own; returns it with whether it was signed.

    A signature is noted as used before anything else happens, so that none serves for two messages.

    Raises:
        Refused: whatever is wrong with envelope or signature.
    """
    seen: list[bool] = []

    def check(outer: object) -> None:
        seen.append(_is_signed(call, outer, now))

    signature = call.operation.signature
    if signature is not None and signature.headers:
        check(call.message.headers)
        return open_message(call.operation, call.message, call.keys), any(seen)
    opened = open_message(call.operation, call.message, call.keys, check)
    if not seen and call.operation.does != Does.OPEN:
        raise Refused(NOT_SIGNED, field="body")
    return opened, any(seen)


def _is_signed(call: Call, outer: object, now: datetime) -> bool:
    signature, source = call.operation.signature, call.source
    if call.operation.does == Does.OPEN:
        return False
    if signature is None:
        if not source.unsigned:
            raise Refused(UNSIGNED_CALL)
        return False
    if source.unsigned and at(outer, signature.sign) in (None, ""):
        return False
    used = signing.check(signature, outer, call.keys, window=source.window, now=now)
    if used and call.operation.does != Does.TOKEN:
        said = sha256(call.message.query.encode() + b"\n" + call.message.body).digest()
        exchange.use_signature(source.id, used, said, field=".".join(signature.sign), now=now)
    return True
