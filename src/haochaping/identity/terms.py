"""身份 vocabulary: a person in plain sight for one call only, purposes, reasons."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from haochaping.kernel.refused import N_, Reason


class IndexPurpose(StrEnum):
    """盲索引 purpose: each has a key of its own, so that one never matches the other."""

    PHONE = "phone"
    CERTIFICATE = "certificate"
    PHONE_AND_END = "phone_end"


class PlainPerson(Struct, frozen=True):
    """A person as a source names them, in memory between door and seal only; its repr says nothing."""

    name: str = ""
    phone: str = ""
    certificate_type: str = ""
    certificate_no: str = ""

    def __repr__(self) -> str:
        return "PlainPerson(…)"

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to seal."""
        return not (self.name or self.phone or self.certificate_no)


UNKNOWN_PERSON = Reason(
    "unknown_person",
    N_("There is no sealed person with this number."),
    N_("The record may have been erased after its retention period; work without a call-back."),
)
BAD_PHONE = Reason(
    "bad_phone",
    N_("This is not a telephone number."),
    N_("Type the number you gave when you handled your matter."),
)
BAD_END = Reason(
    "bad_certificate_end",
    N_("These are not the last four characters of a certificate number."),
    N_("Type four digits or letters, for example 002X."),
)
NO_PHONE = Reason(
    "no_phone",
    N_("This person left no phone number that can be reached."),
    N_("Answer on the status page; the person sees it with the receipt."),
)
OTHER_KEY = Reason(
    "other_relay_key",
    N_("The phone number was sealed for another relay key."),
    N_("Start the worker with the relay key {key_id}, or restore it from the back-up."),
)
BROKEN_SEAL = Reason(
    "broken_seal",
    N_("The sealed record has been altered or belongs to another row."),
    N_("Do not use it; compare the database with the last back-up and report the incident."),
)
