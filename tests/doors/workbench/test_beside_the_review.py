"""What the desk shows beside level, reasons and words of a review."""

from __future__ import annotations

import pytest
from django.utils import timezone

from haochaping.kernel.actor import REVIEWER
from haochaping.reviews import actions as reviews
from haochaping.reviews.terms import HelpedBy, SupplementRow


def _page(bad, clerk):
    return clerk.get(bad.address(), headers={"accept-language": "en"}).content.decode()


def test_without_consent_the_desk_says_not_to_call(bad, clerk):
    assert "has not agreed to be called" in _page(bad, clerk)


@pytest.mark.parametrize(
    ("helped_by", "words"), [(HelpedBy.FAMILY, "Family or a friend"), (HelpedBy.STAFF, "A member of staff")]
)
def test_consent_and_help_are_shown(bad, clerk, helped_by, words):
    said = SupplementRow(may_call_back=True, helped_by=helped_by)
    reviews.supplement(bad.review_id, said, by=REVIEWER, now=timezone.now())

    page = _page(bad, clerk)

    assert "has agreed to be called, through the relay only" in page
    assert words in page
