"""What the reviewer says beside level, reasons and words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.reviews import actions, queries
from haochaping.reviews.terms import NO_CALLBACK_CONSENT, NOT_REVIEWED, HelpedBy, Level, SupplementRow

pytestmark = pytest.mark.django_db


def test_supplement_is_kept_and_recorded(counter):
    review_id = counter.given(level=Level.DISSATISFIED)
    said = SupplementRow(may_call_back=True, helped_by=HelpedBy.STAFF)

    actions.supplement(review_id, said, by=REVIEWER, now=counter.now)
    actions.supplement(review_id, said, by=REVIEWER, now=counter.now)

    assert queries.supplement_of(review_id) == said
    queries.check_call_back(review_id)
    entries = Entry.objects.filter(kind=EntryKind.REVIEW_SUPPLEMENTED, subject_id=str(review_id))
    assert [entry.facts for entry in entries] == [
        {"may_call_back": "yes", "helped_by": "staff", "concealed": "no"}
    ]


def test_nothing_said_is_no_consent(counter):
    review_id = counter.given(level=Level.DISSATISFIED)

    with pytest.raises(Refused) as refused:
        queries.check_call_back(review_id)

    assert refused.value.code == NO_CALLBACK_CONSENT.code
    assert queries.supplement_of(review_id) == SupplementRow()


def test_supplement_of_no_review_or_a_withdrawn_one_is_refused(counter):
    review_id = counter.given(level=Level.DISSATISFIED)
    actions.withdraw(review_id, by=REVIEWER, now=counter.now)

    for nobodys in (review_id, uuid7(counter.now)):
        with pytest.raises(Refused) as refused:
            actions.supplement(nobodys, SupplementRow(may_call_back=True), by=REVIEWER, now=counter.now)
        assert refused.value.code == NOT_REVIEWED.code


def test_whoever_withdrew_takes_back_the_consent_to_be_called_and_nothing_else(counter):
    review_id = counter.given(level=Level.DISSATISFIED)
    agreed = SupplementRow(may_call_back=True)
    actions.supplement(review_id, agreed, by=REVIEWER, now=counter.now)
    actions.withdraw(review_id, by=REVIEWER, now=counter.now)

    with pytest.raises(Refused):
        actions.supplement(review_id, replace(agreed, concealed=True), by=REVIEWER, now=counter.now)
    actions.supplement(review_id, SupplementRow(), by=REVIEWER, now=counter.now)

    assert queries.supplement_of(review_id) == SupplementRow()
    entries = Entry.objects.filter(kind=EntryKind.REVIEW_SUPPLEMENTED, subject_id=str(review_id))
    assert sorted(entry.facts["may_call_back"] for entry in entries) == ["no", "yes"]
