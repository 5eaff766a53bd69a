"""查询码: a one-time code to the number somebody typed, if a case has that number and the certificate it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.identity import queries as identity
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.identifiers import digits
from haochaping.notices import actions as notices
from haochaping.notices.terms import Template

if TYPE_CHECKING:
    from datetime import datetime

_CODE_DIGITS = 6


@transaction.atomic
def send_sign_in_code(phone: str, end: str, *, now: datetime) -> tuple[str, list[bytes]]:
    """Draw a code and send it to whoever was sealed with this phone and this end of a certificate.

    Returns the code and the fingerprints it will open, the same way whether or not there is anybody: nobody
    learns from the answer whose number is known here. Raises `Refused` with `BAD_PHONE` or `BAD_END`.
    """
    fingerprints = identity.fingerprints_by_end(phone, end)
    code, persons = digits(_CODE_DIGITS), identity.persons_with(fingerprints)
    if persons:
        notices.queue_sms(persons[-1], Template.SIGN_IN_CODE, {"code": code}, by=REVIEWER, now=now)
    return code, fingerprints
