"""The reviewer hides the case from the agency, with the reasons or at any time after."""

from __future__ import annotations

import pytest

from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import SupplementRow
from tests.doors.portal.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.doors.portal.urls")]


def said(citizen) -> SupplementRow:
    return reviews.supplement_of(citizen.review().id)


def test_a_case_is_hidden_with_the_reasons_and_shown_again(citizen):
    citizen.tap(1)
    assert 'name="concealed"' in text_of(citizen.look())

    citizen.send("reasons", comment_text="跑了三次", may_call_back="on", concealed="on")
    assert said(citizen) == SupplementRow(may_call_back=True, concealed=True)
    assert 'name="concealed" value="no"' in text_of(citizen.look())

    assert citizen.send("conceal", concealed="no").status_code == 303
    assert said(citizen) == SupplementRow(may_call_back=True)
    page = text_of(citizen.look())
    assert 'name="concealed" value="yes"' in page
    citizen.send("conceal", concealed="yes")
    assert said(citizen) == SupplementRow(may_call_back=True, concealed=True)


def test_a_good_rating_hides_nothing(citizen):
    citizen.tap(5)

    assert 'name="concealed"' not in text_of(citizen.look())


def test_a_withdrawn_review_takes_no_wish(citizen):
    citizen.tap(1)
    citizen.send("withdraw")

    assert citizen.send("conceal", concealed="yes").status_code == 422
    assert said(citizen) == SupplementRow()
