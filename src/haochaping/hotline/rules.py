"""12345 对接 rules: how requests are signed and read, how long a message waits, which link an order goes through."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from haochaping.hotline.terms import (
    ATTACHMENT_BYTES,
    AWAY_AFTER,
    BAD_MESSAGE,
    FACT_MISSING,
    FACT_NO_BOOLEAN,
    MESSAGE_LIMIT,
    NUMBER_LIMIT,
    WINDOW,
    AttachmentKind,
    Said,
    Saying,
)
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean, has_forbidden_control

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from haochaping.hotline.terms import Link, Queue

# Tried again after 3, 9, 27, 81, 243 seconds, then every ten minutes for as long as it takes: an hour away is nothing.
_BASE_SECONDS, _LONGEST_SECONDS, _STEPS = 3, 600, 6
_LARGEST_SEQ = 2**31 - 1
OURS, THEIRS = "haochaping", "hotline"


def signature(secret: str, sender: str, timestamp: str, nonce: str, body: bytes) -> str:
    """HMAC-SHA256 over `sender.timestamp.nonce.body` in hex; with the sender in it, nothing said by one side is the other's."""
    said = f"{sender}.{timestamp}.{nonce}.".encode() + body
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()


def is_signed(secret: str, timestamp: str, nonce: str, given: str, body: bytes) -> bool:
    """Whether the hotline signed this request with the secret of its link."""
    scheme, _, hex_digits = given.partition("=")
    expected = signature(secret, THEIRS, timestamp, nonce, body)
    return scheme == "v1" and hmac.compare_digest(hex_digits.encode(), expected.encode())


def is_in_window(timestamp: str, now: datetime) -> bool:
    """Whether the moment of a signature is near enough to be believed."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):  # noqa: PLR2004 - seconds since 1970
        return False
    return abs(now.timestamp() - int(timestamp)) <= WINDOW.total_seconds()


def digest_of(body: Mapping[str, object]) -> bytes:
    """The fingerprint of a message, by which a repetition is told from another message with its id."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=True).encode()).digest()


def retry_after(attempts: int) -> timedelta:
    """How long a message waits after so many attempts."""
    return timedelta(seconds=min(_BASE_SECONDS ** min(attempts, _STEPS), _LONGEST_SECONDS))


def is_away(queue: Queue, now: datetime) -> bool:
    """Whether something has waited so long to go out that somebody should ask the other side."""
    return queue.oldest is not None and now - queue.oldest > AWAY_AFTER


def begins(enabled_from: date, now: datetime) -> datetime:
    """From when on orders go through a link: the start of the day, and nothing of before it was set."""
    return max(datetime.combine(enabled_from, time(0), BEIJING), now)


def through(links: Iterable[Link], division_path: str, agency_path: str, at: datetime) -> Link | None:
    """The link an order goes through: the nearest to its agency, else the nearest to its division."""
    fitting = [
        link
        for link in links
        if link.begins_at <= at
        and division_path.startswith(link.division_path)
        and (link.agency_path is None or agency_path.startswith(link.agency_path))
    ]
    return max(fitting, key=lambda link: (len(link.agency_path or ""), len(link.division_path)), default=None)


def read(body: object) -> Said:
    """A message of the hotline, read strictly; raises `Refused(BAD_MESSAGE)` naming the field."""
    if not isinstance(body, dict):
        raise Refused(BAD_MESSAGE, field="message", value="message")
    kind = body.get("kind")
    if not isinstance(kind, str) or kind not in set(Saying):
        raise Refused(BAD_MESSAGE, field="kind", value="kind")
    facts = body.get("facts", {})
    if not isinstance(facts, dict) or not _is_storable(facts):
        raise Refused(BAD_MESSAGE, field="facts", value="facts")
    order, number = body.get("order") or "", body.get("number") or ""
    if not _is_word(number, NUMBER_LIMIT) and number != "":
        raise Refused(BAD_MESSAGE, field="number", value="number")
    if not (order or number):
        raise Refused(BAD_MESSAGE, field="number", value="number")
    return Said(
        message=_word(body, "message", MESSAGE_LIMIT),
        seq=_seq(body.get("seq")),
        kind=Saying(kind),
        number=clean(number),
        order=_uuid(order) if order else None,
        at=moment(body, "at", BAD_MESSAGE),
        facts=facts,
        digest=digest_of(body),
    )


def _is_storable(value: object) -> bool:
    """Whether no text in it has a character that no table takes: NUL, half of a pair."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, dict):
        return all(_is_storable(part) for pair in value.items() for part in pair)
    return not isinstance(value, list) or all(map(_is_storable, value))


def _word(body: Mapping[str, Any], field: str, limit: int) -> str:
    value = body.get(field)
    if not _is_word(value, limit):
        raise Refused(BAD_MESSAGE, field=field, value=field)
    return clean(str(value))


def _is_word(value: object, limit: int) -> bool:
    return isinstance(value, str) and 0 < len(clean(value)) <= limit and not has_forbidden_control(value)


def _seq(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _LARGEST_SEQ:
        raise Refused(BAD_MESSAGE, field="seq", value="seq")
    return value


def _uuid(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise Refused(BAD_MESSAGE, field="order", value="order") from None


def moment(facts: Mapping[str, object], field: str, reason: Any = FACT_MISSING) -> datetime:
    """A moment with its offset among facts; raises `Refused` naming the field."""
    value = facts.get(field)
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Refused(reason, field=field, value=field)
    try:
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(reason, field=field, value=field) from None


def word(facts: Mapping[str, object], field: str, default: str | None = None) -> str:
    """A text among facts; raises `Refused(FACT_MISSING)` when it is not there, or is no text."""
    value = facts.get(field, default)
    if not isinstance(value, str):
        raise Refused(FACT_MISSING, field=field, value=field)
    return value


def reason(facts: Mapping[str, object]) -> str:
    """Why something is decided, which whoever it concerns will read; raises `Refused(FACT_MISSING)` without a word of it."""
    if not (said := word(facts, "reason").strip()):
        raise Refused(FACT_MISSING, field="reason", value="reason")
    return said


def whole(facts: Mapping[str, object], field: str) -> int:
    """A whole number among facts; raises `Refused(FACT_MISSING)`."""
    value = facts.get(field)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LARGEST_SEQ:
        raise Refused(FACT_MISSING, field=field, value=field)
    return value


def flag(facts: Mapping[str, object], field: str) -> bool | None:
    """Yes, no, or not said among facts; raises `Refused(FACT_NO_BOOLEAN)` for anything else."""
    value = facts.get(field)
    if value is not None and not isinstance(value, bool):
        raise Refused(FACT_NO_BOOLEAN, field=field, value=field)
    return value


def inner(facts: Mapping[str, object], field: str) -> Mapping[str, object]:
    """Facts within facts, empty when they are not there; raises `Refused(FACT_MISSING)`."""
    value = facts.get(field, {})
    if not isinstance(value, dict):
        raise Refused(FACT_MISSING, field=field, value=field)
    return value


_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def kind_of(content: bytes) -> AttachmentKind:
    """What bytes are, by themselves and not by their name."""
    if not content or len(content) > ATTACHMENT_BYTES:
        return AttachmentKind.QUARANTINED
    if content.startswith(_PICTURES) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP"):
        return AttachmentKind.PICTURE
    if content.startswith(b"%PDF-"):
        return AttachmentKind.PDF
    return AttachmentKind.QUARANTINED
