"""How somebody wants to be told, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from haochaping.kernel.refused import Refused
from haochaping.notices import rules
from haochaping.notices.models import NoticeChoice, StaffContact
from haochaping.notices.terms import BAD_EMAIL, BAD_NOTICE_CHOICE, BAD_PHONE, BY_SMS, NO_EMAIL, MailChoice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from haochaping.notices.terms import ChoiceRow, ContactRow, NoticeKind


@transaction.atomic
def choose(user_id: int, contact: ContactRow, choices: Mapping[NoticeKind, ChoiceRow]) -> None:
    """Keep where somebody's notices go besides the desk, and which: one's own, chosen by oneself.

    Raises `Refused` with `BAD_EMAIL`, `NO_EMAIL`, `BAD_PHONE` or `BAD_NOTICE_CHOICE`.
    """
    email, phone = contact.email.strip(), contact.phone.strip()
    if email:
        try:
            validate_email(email)
        except ValidationError as problem:
            raise Refused(BAD_EMAIL, field="email") from problem
    if phone and not rules.is_mobile(phone):
        raise Refused(BAD_PHONE, field="phone")
    for kind, choice in choices.items():
        if choice.mail not in set(MailChoice):
            raise Refused(BAD_NOTICE_CHOICE, field=f"mail_{kind}", value=str(choice.mail)[:20])
    if not email and any(choice.mail != MailChoice.NONE for choice in choices.values()):
        raise Refused(NO_EMAIL, field="email")
    StaffContact.objects.update_or_create(user_id=user_id, defaults={"email": email, "phone": phone})
    NoticeChoice.objects.bulk_create(
        [
            NoticeChoice(user_id=user_id, kind=kind, mail=choice.mail, sms=choice.sms and kind in BY_SMS)
            for kind, choice in choices.items()
        ],
        update_conflicts=True,
        unique_fields=["user", "kind"],
        update_fields=["mail", "sms"],
    )
