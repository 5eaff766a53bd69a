"""评价 rules: what an answer may say, where it is known to come from, what is committed in the ledger."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from hashlib import blake2b, sha256
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from haochaping.kernel.actor import ActorKind
from haochaping.kernel.periods import CLOCK_LEEWAY, in_beijing
from haochaping.kernel.refused import Complaint
from haochaping.reviews.terms import (
    INDICATOR_OF_OTHER_LEVEL,
    NO_FOLLOW_UP,
    RATED_BEFORE_SERVICE,
    RATED_IN_FUTURE,
    REVIEW_WINDOW_OVER,
    SERVICE_VOIDED,
    UNKNOWN_INDICATOR,
    Entrance,
    Level,
    Provenance,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from haochaping.reviews.terms import Answer, Indicator, ReviewRow, Stated

_BETWEEN = str.maketrans("\t\n", "  ")
GOOD_FROM = Level.BASICALLY_SATISFIED
ACTIVE = frozenset(
    {
        Provenance.ACTIVE_SELF,
        Provenance.ACTIVE_ONSITE_DEVICE,
        Provenance.ACTIVE_PAPER_ENTERED,
        Provenance.HOTLINE_CALL_BACK,
    }
)
# What the server itself has seen, whatever is claimed.
_SEEN_HERE = {
    Entrance.TOKEN: Provenance.ACTIVE_SELF,
    Entrance.PAPER: Provenance.ACTIVE_PAPER_ENTERED,
    Entrance.CALL: Provenance.HOTLINE_CALL_BACK,
}
# What a registered sender may say of its own reviews and be believed, because it answers for it by name.
# That two persons have typed a paper slip nobody can say of themselves: it is seen here, or it is not known.
_CLAIMABLE = (ACTIVE - {Provenance.ACTIVE_PAPER_ENTERED}) | {
    Provenance.DEFAULT_SYSTEM,
    Provenance.BULK_IMPORT,
}

_TOKEN_VERSION = 1
_MAC_BYTES = 16
_TOKEN_BYTES = 1 + 16 + _MAC_BYTES


# Who is the sender of a review that came through an invitation, by its provenance.
_INVITED: Mapping[str, str] = {
    Provenance.ACTIVE_SELF: f"{ActorKind.REVIEWER}:",
    Provenance.HOTLINE_CALL_BACK: f"{ActorKind.SYSTEM}:",
}
_NOBODY = "-"


def is_bad(level: int) -> bool:
    """差评: the last two levels (国办发〔2019〕51号)."""
    return level < GOOD_FROM


def is_active(provenance: str) -> bool:
    """主动评价: a person gave it themselves."""
    return provenance in ACTIVE


def provenance_of(entrance: Entrance, claimed: str) -> Provenance:
    """What the server believes about where an answer comes from; a claim alone never makes more of it.

    An invitation's holder speaks for themselves; for a slip of paper two persons have typed alike at a desk; what an operator
    took down was said in a call of the relay. A registered client is believed within `_CLAIMABLE`, an unsigned address and
    a claim that is not known never are, a file is what it is: a bulk import. That a review is a default (系统默认评价)
    everybody but these is believed. Another installation has found out for itself, and says it signed.
    """
    if entrance in _SEEN_HERE:
        return _SEEN_HERE[entrance]
    if entrance == Entrance.REPORTED and claimed in set(Provenance):
        return Provenance(claimed)
    if claimed == Provenance.DEFAULT_SYSTEM:
        # Whoever says that nobody gave it says it against themselves.
        return Provenance.DEFAULT_SYSTEM
    if entrance in {Entrance.FILE, Entrance.HISTORY}:
        return Provenance.BULK_IMPORT
    if entrance == Entrance.CLIENT and claimed in _CLAIMABLE:
        return Provenance(claimed)
    return Provenance.UNVERIFIED


def by_invitation(sent_by: str, provenance: str) -> bool:
    """Whether a review came through its service's invitation: from whoever holds it, or in a call about it.

    A client may claim either for a review of its own, and is then the sender.
    """
    return sent_by.startswith(_INVITED.get(provenance, _NOBODY))


def yields_to_invitation(provenance: str) -> bool:
    """Whether a review gives way to whoever holds the invitation: nobody knows that a person gave it."""
    return provenance == Provenance.UNVERIFIED


def follow_up_opens(
    changeable_until: datetime, replied_at: datetime | None, *, waits: bool
) -> datetime | None:
    """追评: from when on a review may be followed up; None while one that `waits` has no answer (domain.md §6.5)."""
    if not waits:
        return changeable_until
    return max(changeable_until, replied_at) if replied_at else None


def needs_order(level: int, comment: str, *, bad_needs_text: bool) -> bool:
    """Whether a review becomes a work order: a bad one, where the rules ask for words as soon as it has some (上海)."""
    return is_bad(level) and bool(comment or not bad_needs_text)


def is_late(given_at: datetime, served_at: datetime, valid: timedelta) -> bool:
    """Given after an invitation of the day of service had run out; taken all the same, and marked."""
    return given_at > served_at + valid


def rule_complaint(
    answer: Answer, *, voided_at: datetime | None, closes: datetime | None, follow_ups: int
) -> Complaint | None:
    """What the rules do not take: a follow-up where the place knows none, a first review after its time.

    What was given before its service was void or its time over is taken, however late it is sent; what was reviewed
    stays so, and may be followed up.
    """
    if answer.assess_no > 1:
        return None if follow_ups else Complaint(NO_FOLLOW_UP, "assess_no")
    if voided_at is not None and answer.assessed_at >= voided_at:
        return Complaint(SERVICE_VOIDED, "assessed_at", {"at": voided_at})
    if closes is not None and answer.assessed_at >= closes:
        return Complaint(REVIEW_WINDOW_OVER, "assessed_at", {"until": closes})
    return None


def is_as_stated(row: ReviewRow, stated: Stated) -> bool:
    """Whether a review is already what its installation says of it."""
    return (
        row.level,
        row.indicator_codes,
        row.comment_text,
        row.channel,
        row.provenance,
        row.anonymous,
        row.assessed_at,
        row.status,
    ) == (
        stated.level,
        stated.indicator_codes,
        stated.comment_text,
        stated.channel,
        stated.provenance,
        stated.anonymous,
        stated.assessed_at,
        stated.status,
    )


def says_the_same(row: ReviewRow, stated: Stated) -> bool:
    """Whether two ways of a review's coming tell of the same words of the same person."""
    return (row.level, row.indicator_codes, row.comment_text) == (
        stated.level,
        stated.indicator_codes,
        stated.comment_text,
    )


def tells_again(row: ReviewRow, answer: Answer) -> bool:
    """Whether an answer says of a review what another installation has told of it, as far as that tells.

    It names no person and says what it believes, not what was claimed; window and staff member may have no code here.
    """
    return (
        row.level,
        row.indicator_set,
        row.indicator_codes,
        row.comment_text,
        row.channel,
        row.anonymous,
        row.assessed_at,
    ) == (
        answer.level,
        answer.indicator_set,
        answer.indicator_codes,
        answer.comment_text,
        answer.channel,
        answer.anonymous,
        answer.assessed_at,
    )


def lacks_reason(level: int, codes: tuple[str, ...], comment: str) -> bool:
    """差评必须勾选详情或填写文字评价: taken all the same, and flagged."""
    return is_bad(level) and not codes and not comment


def code_complaint(
    level: int, codes: tuple[str, ...], indicator_set: str, known: Mapping[str, Indicator]
) -> Complaint | None:
    """A code that is not in the set, or whose first digit is not the level (domain.md §2.6)."""
    for code in codes:
        if code not in known:
            return Complaint(
                UNKNOWN_INDICATOR, "indicator_codes", {"value": code, "indicator_set": indicator_set}
            )
        if known[code].level != level:
            found = {"value": code, "level_of_code": known[code].level.value, "level": int(level)}
            return Complaint(INDICATOR_OF_OTHER_LEVEL, "indicator_codes", found)
    return None


def time_complaint(
    answer: Answer, occurred_at: datetime | None, now: datetime, leeway: timedelta
) -> Complaint | None:
    """A review is not older than the service, if that is known, and not from the future, give or take the clocks' difference."""
    if occurred_at is not None and answer.assessed_at + leeway < occurred_at:
        reason = RATED_BEFORE_SERVICE
    elif answer.assessed_at > now + leeway:
        reason = RATED_IN_FUTURE
    else:
        return None
    said = {"assessed_at": in_beijing(answer.assessed_at)}
    if occurred_at is not None:
        said["occurred_at"] = in_beijing(occurred_at)
    return Complaint(reason, "assessed_at", said)


def meaning_complaint(
    answer: Answer, known: Mapping[str, Indicator], occurred_at: datetime | None, now: datetime
) -> Complaint | None:
    """What an answer cannot mean: its codes are of the set that is `known`, its time that of its service, if that is here."""
    codes = code_complaint(answer.level, answer.indicator_codes, answer.indicator_set, known)
    return codes or time_complaint(answer, occurred_at, now, CLOCK_LEEWAY)


def digest(answer: Answer, key: bytes) -> bytes:
    """A keyed fingerprint of everything the sender said, to tell a repetition from a conflict.

    One moment is one moment, in whatever offset it was written.
    """
    said = msgspec.json.encode(
        (
            answer.source,
            answer.case_no,
            answer.occurrence_no,
            answer.assess_no,
            answer.level,
            answer.indicator_set,
            answer.indicator_codes,
            answer.comment_text,
            answer.channel,
            answer.assessed_at.astimezone(UTC),
            answer.window,
            answer.staff,
            answer.anonymous,
            answer.claimed_provenance,
            answer.person,
        )
    )
    return blake2b(said, key=key, digest_size=32).digest()


def stated_number(case_no: str) -> str:
    """A case's number as a statement between systems (对账) names it: in one line, without tabs."""
    return case_no.translate(_BETWEEN)


def stated_key(case_no: str, occurrence_no: int, assess_no: int) -> str:
    """What names a review in a statement: case number, service, number of the review."""
    return f"{stated_number(case_no)}\t{occurrence_no}\t{assess_no}"


def key_number(key: str) -> int:
    """The first 64 bits of the SHA-256 of what names a record in a statement."""
    return int.from_bytes(sha256(key.encode()).digest()[:8])


def as_kept(number: int) -> int:
    """The same 64 bits as a column of the database has them, signed."""
    return number - 2**64 if number >= 2**63 else number


def receipt_hash(receipt: str) -> bytes:
    """How a receipt number is stored: its 128 random bits need no salt."""
    return sha256(b"haochaping receipt:" + receipt.encode()).digest()


def committed_fields(
    *,
    case_ref: str,
    org: str,
    item: str,
    window: str,
    staff_ref: str,
    channel: str,
    provenance: str,
    score: int,
    tags: tuple[str, ...],
    comment_text: str,
    submitted_day: str,
) -> dict[str, str]:
    """The fields whose commitment the ledger keeps (trust.md §2.2): the text by its hash, and nothing that is empty."""
    fields = {
        "case_ref": case_ref,
        "org": org,
        "item": item,
        "window": window,
        "staff_ref": staff_ref,
        "channel": channel,
        "provenance": provenance,
        "score": str(score),
        "tags": ",".join(tags),
        "submitted_day": submitted_day,
    }
    if comment_text:
        fields["text_sha"] = sha256(comment_text.encode()).hexdigest()
    return {name: value for name, value in fields.items() if value}


def sign_token(invitation_id: UUID, key: bytes) -> str:
    """The invitation's address part: version, id, MAC; it says nothing about the person or the case."""
    body = bytes([_TOKEN_VERSION]) + invitation_id.bytes
    return urlsafe_b64encode(body + _mac(body, key)).decode()


def read_token(token: str, key: bytes) -> UUID | None:
    """The invitation a token was signed for; None for anything we did not sign, letter by letter."""
    try:
        raw = urlsafe_b64decode(token)
    except ValueError:
        return None
    if len(raw) != _TOKEN_BYTES:
        return None
    invitation_id = UUID(bytes=raw[1:-_MAC_BYTES])
    return invitation_id if hmac.compare_digest(token, sign_token(invitation_id, key)) else None


def _mac(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"haochaping invitation:" + body, "sha256")[:_MAC_BYTES]
