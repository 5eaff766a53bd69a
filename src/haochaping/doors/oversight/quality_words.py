"""What a row breaks, in words: the field it is in, and what kind of value stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from haochaping.exchange.quality.terms import Sample

FIELDS = {
    "applicant.certificate_no": N_("Certificate number of the applicant"),
    "applicant.kind": N_("Kind of the applicant"),
    "case.accepted_at": N_("When the case was accepted"),
    "case.agency": N_("Agency of the case"),
    "case.case_no": N_("Case number"),
    "case.completed_at": N_("When the case was completed"),
    "case.date": N_("Dates of the case"),
    "case.division": N_("Division of the case"),
    "case.item": N_("Item of the case"),
    "case.received_at": N_("When the case was reported"),
    "case.service": N_("Service of the case"),
    "case.shape": N_("Shape of the record of the case"),
    "case.status": N_("Status of the case"),
    "case.updated_at": N_("When the case was corrected"),
    "review.assess_no": N_("Number of the review"),
    "review.assessed_at": N_("When the review was given"),
    "review.case_no": N_("Case number of the review"),
    "review.channel": N_("Channel of the review"),
    "review.comment_text": N_("Words of the review"),
    "review.count": N_("Number of reviews"),
    "review.indicator_codes": N_("Reasons of the review"),
    "review.indicator_set": N_("Set of the reasons"),
    "review.level": N_("Level of the review"),
    "review.reason": N_("Reason of the review"),
    "review.shape": N_("Shape of the record of the review"),
    "review.window": N_("Window of the review"),
}
CLASSES = {
    "after_completion": N_("after completion"),
    "all_alike": N_("all alike"),
    "all_good": N_("without one bad rating"),
    "before_acceptance": N_("before the acceptance"),
    "before_application": N_("before the application"),
    "before_arrival": N_("before it arrived"),
    "before_first": N_("before the first"),
    "before_service": N_("before the service"),
    "burst": N_("many in a moment"),
    "by_night": N_("at night"),
    "check_character": N_("its check character is wrong"),
    "check_digit": N_("its check digit is wrong"),
    "closed": N_("closed at that time"),
    "crowded": N_("too many in an hour"),
    "default": N_("as the form is filled in beforehand"),
    "drift": N_("other than it used to be"),
    "empty": N_("empty"),
    "form": N_("in another form"),
    "gap": N_("missing in the row"),
    "in_future": N_("in the future"),
    "late": N_("too late"),
    "late_correction": N_("corrected late"),
    "more_than_services": N_("more than services"),
    "no_first": N_("there is no first one"),
    "not_in_force": N_("not in force on that day"),
    "not_in_set": N_("not of this set"),
    "not_of_the_item_sent": N_("not of the item that was sent"),
    "not_of_this_certificate": N_("not of this kind of certificate"),
    "not_registered": N_("not registered"),
    "other_agency": N_("of another agency"),
    "other_channel": N_("another channel"),
    "other_city": N_("of another city"),
    "other_item": N_("of another item"),
    "other_level": N_("of another level"),
    "other_province": N_("of another province"),
    "personal_number": N_("a number of a person"),
    "placeholder": N_("a placeholder"),
    "service_number": N_("the number of the service"),
    "source_of_another_province": N_("a source of another province"),
    "unknown": N_("unknown"),
    "very_late": N_("much too late"),
    "with_prefix": N_("with a prefix"),
}


def said_of_row(row: Sample) -> str:
    """Field and kind of value; what has no words of its own, such as the code of a complaint, stands as it is."""
    where, what = FIELDS.get(row.field, ""), CLASSES.get(row.value_class, "")
    return gettext("{name}: {value}").format(
        name=gettext(where) if where else row.field, value=gettext(what) if what else row.value_class
    )
