"""身份 rules: one spelling for each phone and certificate, and what a request to open an identity must say."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

from haochaping.identity.terms import (
    BASIS_LIMIT,
    DOCUMENT_LIMIT,
    KEYS_LEFT_BEHIND,
    NO_DOCUMENT,
    NO_LEGAL_BASIS,
    NOT_THE_PRESENT_KEY,
    OPENING_DELAY,
    UNKNOWN_OPENING_PURPOSE,
    OpeningPurpose,
)
from haochaping.kernel.refused import Complaint
from haochaping.kernel.text import has_forbidden_control

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from haochaping.identity.terms import GrantRow, OpeningRow, WrappedFact

# Resident identity card: 111 on the national bus, 31 in Zhejiang, empty where a source does not say.
_RESIDENT_TYPES = frozenset({"", "111", "31"})
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0[1-9][0-9]{8,10}")
_FOREIGN = re.compile(r"\+[1-9][0-9]{6,14}")
_PUNCTUATION = re.compile(r"[\s\-‐-―().·]")  # noqa: RUF001 - dashes as people and phones write them
_OLD_RESIDENT = re.compile(r"[0-9]{15}")
_SHORTEST_CERTIFICATE = 5
_END_LENGTH = 4
_END = re.compile(r"[0-9A-Z]{4}")
# GB 11643-1999: weights and check characters of the 18-character number.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def calls_used_up_until(grants: Iterable[GrantRow], attempts: int, now: datetime) -> datetime | None:
    """Until when no call is left of those that all grants of one basis share; None while one is."""
    running = [grant for grant in grants if grant.ends_at > now]
    if sum(grant.calls_made for grant in running) < attempts:
        return None
    return max((grant.ends_at for grant in running), default=None)


def normal_phone(text: str) -> str | None:
    """The one spelling of a phone number: 11 digits (mobile), 0 and area code, or + and country code.

    None when the text is no number that could be reached.
    """
    digits = _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text))
    digits = re.sub(r"^00(?=[1-9])", "+", digits)
    home = re.sub(r"^\+?86(?=[01])", "", digits)
    for form, number in ((_MOBILE, home), (_LANDLINE, home), (_FOREIGN, digits)):
        if form.fullmatch(number):
            return number
    return None


def normal_end(text: str) -> str | None:
    """The one spelling of the last four characters of a certificate number; None when it is not four."""
    end = _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text)).upper()
    return end if _END.fullmatch(end) else None


def phone_and_end(phone: str, certificate: str) -> str:
    """What somebody knows who has this number and this certificate, both normalised: number and last four."""
    return f"{phone}:{certificate[-_END_LENGTH:]}"


def normal_certificate(kind: str, number: str) -> str | None:
    """The one spelling of a certificate: `id:` and 18 characters for a resident, else `type:NUMBER`.

    None for an empty or filler value (`0000000`): strangers must not become one person.
    """
    kind = unicodedata.normalize("NFKC", kind).strip()
    number = _PUNCTUATION.sub("", unicodedata.normalize("NFKC", number)).upper()
    if len(number) < _SHORTEST_CERTIFICATE or len(set(number)) == 1:
        return None
    if kind not in _RESIDENT_TYPES:
        return f"{kind}:{number}"
    if _OLD_RESIDENT.fullmatch(number) and _is_day(f"19{number[6:12]}"):
        number = resident_number(f"{number[:6]}19{number[6:]}")
    return f"id:{number}"


def resident_number(body: str) -> str:
    """The 18-character resident number whose first 17 digits are `body` (GB 11643-1999)."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + _CHECKS[total % 11]


def _is_day(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True


def request_complaint(purpose: str, legal_basis: str, document: str) -> Complaint | None:
    """What is lacking in a request to open an identity, its texts cleaned; None when nothing is."""
    if purpose not in set(OpeningPurpose):
        return Complaint(UNKNOWN_OPENING_PURPOSE, "purpose")
    if not 0 < len(legal_basis) <= BASIS_LIMIT or has_forbidden_control(legal_basis):
        return Complaint(NO_LEGAL_BASIS, "legal_basis", {"limit": BASIS_LIMIT})
    lacking = purpose == OpeningPurpose.LAWFUL_REQUEST and not document
    if lacking or len(document) > DOCUMENT_LIMIT or has_forbidden_control(document):
        return Complaint(NO_DOCUMENT, "document", {"limit": DOCUMENT_LIMIT})
    return None


def opens_from(purpose: OpeningPurpose, approved_at: datetime) -> datetime:
    """From when an identity may be opened: a day after the second approval, at once where a life is in danger."""
    return approved_at if purpose == OpeningPurpose.LIFE_SAFETY else approved_at + OPENING_DELAY


def committed_opening(request: OpeningRow) -> dict[str, str]:
    """The fields that the ledger commits to when an identity is opened; whom it concerns is one, no name is."""
    return {
        "person": str(request.person),
        "subject": f"{request.subject_kind}:{request.subject_id}",
        "purpose": request.purpose.value,
        "legal_basis": sha256(request.legal_basis.encode()).hexdigest(),
        "document": sha256(request.document.encode()).hexdigest(),
        "approved": f"{request.first_by} {request.second_by}",
    }


def not_under(wrapped: Iterable[WrappedFact], *keys: str | None) -> list[WrappedFact]:
    """What of the batches is wrapped for none of these keys."""
    return [fact for fact in wrapped if fact.key_id not in keys]


def rotation_complaint(
    given: str, new: str | None, *, present: str, wrapped: Sequence[WrappedFact]
) -> Complaint | None:
    """Why the escrow key must not be replaced with the key `given`; fingerprints, `new` is None for one not made yet.

    A rotation begins with a key that, with the new one, opens everything: else batches come to lie under several new
    keys, or under none that is known. One that goes on (`new` is the `present` key, which is sealed for) brings every
    key's batches together, so that it is enough for the given one to open some.
    """
    left = not_under(wrapped, given, new)
    opens = any(fact.key_id == given for fact in wrapped)
    if left and not (opens and new == present):
        told = tuple(f"{fact.key_id}: {fact.batches}" for fact in left)
        return Complaint(KEYS_LEFT_BEHIND, params={"given": given, "left": told, "present": present})
    if not opens and present not in {given, new}:
        return Complaint(NOT_THE_PRESENT_KEY, params={"given": given, "present": present})
    return None
