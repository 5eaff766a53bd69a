"""The second page of the form: consent to a call-back, help with the form, the case as people recognise it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from haochaping.cases.models import Case
from haochaping.flows import handle_bad_review
from haochaping.flows.invite import invite_case
from haochaping.kernel.actor import SYSTEM
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import HelpedBy, SupplementRow
from tests import worlds
from tests.doors.portal.pages import Citizen, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.doors.portal.urls")]


_ENGLISH = {"accept-language": "en"}
_DROPPED = "The reasons you had ticked belonged to the other level and are gone"


def _said(citizen) -> SupplementRow:
    return reviews.supplement_of(citizen.review().id)


def test_nothing_is_agreed_to_beforehand(citizen):
    citizen.tap(1)

    page = text_of(citizen.look())

    assert 'name="may_call_back"' in page
    assert 'name="helped_by"' in page
    assert " checked" not in page


def test_nobody_is_asked_to_be_called_about_a_good_rating(citizen):
    citizen.tap(4)

    assert 'name="may_call_back"' not in text_of(citizen.look())


def test_nobody_is_asked_who_cannot_be_called(citizen):
    Case.objects.update(person_id=None)

    citizen.tap(1)

    assert 'name="may_call_back"' not in text_of(citizen.look())


def test_consent_and_help_are_kept_with_the_reasons(citizen):
    citizen.tap(1)

    citizen.send("reasons", comment_text="跑了三次", may_call_back="on", helped_by="family")

    assert _said(citizen) == SupplementRow(may_call_back=True, helped_by=HelpedBy.FAMILY)
    page = text_of(citizen.look())
    assert 'name="may_call_back" value="no"' in page


def test_a_consent_can_be_taken_back_after_the_window_too(citizen):
    citizen.tap(1)
    citizen.send("reasons", may_call_back="on", helped_by="family")

    answer = citizen.send("call-back", may_call_back="no")

    assert answer.status_code == 303
    assert _said(citizen) == SupplementRow(may_call_back=False, helped_by=HelpedBy.FAMILY)
    kept = Entry.objects.filter(kind=EntryKind.REVIEW_SUPPLEMENTED).order_by("id")
    assert [entry.facts["may_call_back"] for entry in kept] == ["yes", "no"]


def test_a_helper_nobody_knows_is_said_and_the_text_kept(citizen):
    citizen.tap(1)

    answer = citizen.send("reasons", comment_text="跑了三次", helped_by="x")

    assert answer.status_code == 422
    page = text_of(answer)
    assert 'href="#id_helped_by_0"' in page
    assert "跑了三次" in page


def test_a_withdrawn_review_takes_no_consent(citizen):
    citizen.tap(1)
    citizen.send("withdraw")

    assert citizen.send("call-back", may_call_back="yes").status_code == 422
    assert _said(citizen) == SupplementRow()


def test_the_page_says_who_sees_what(citizen):
    citizen.tap(2)

    page = text_of(citizen.look(**{"accept-language": "en"}))

    assert "neither your name nor your number" in page


def test_the_case_is_recognised_by_item_agency_hall_day_and_the_end_of_its_number(citizen):
    page = re.sub(r"\s+", " ", text_of(citizen.look()))

    for known in ("食品经营许可", "河湾区行政审批局", "河湾区政务服务中心", "…0123"):
        assert known in page
    assert "YC-2026" not in page


@pytest.mark.parametrize("form", ["nothing", "reasons-", "page"])
def test_an_address_without_a_form_is_none(citizen, form):
    citizen.tap(2)

    assert citizen.send(form).status_code == 404


@pytest.mark.parametrize(("stage", "word"), [("intake", "收件环节"), ("delivery", "出件环节")])
def test_the_page_says_whom_one_rates(db, clock, stage, word):
    """Step, window and the number on the badge, before and after the tap; never a name."""
    worlds.build(clock)
    served = worlds.occurrence(1, clock) | {"stage": stage, "staff": "S1", "name": "窗口办理"}
    worlds.take_case("YC-1", clock, occurrences=[served])
    [link] = invite_case(worlds.SOURCE, "YC-1", by=SYSTEM, now=clock)
    citizen = Citizen(Client(), "/r/" + link.rpartition("/")[2])

    before = [text_of(citizen.look()), text_of(citizen.look(f"{citizen.address}/slip"))]
    citizen.tap(2)

    for page in (*before, text_of(citizen.look())):
        for known in (word, "窗口办理", "综合窗口1", "S1"):
            assert known in page
        assert "王芳" not in page


def test_a_service_that_can_no_longer_be_reviewed_says_until_when_it_could(citizen, clock):
    worlds.follow(worlds.CITY, clock, review_window="0")
    served = clock - timedelta(days=1)
    worlds.take_case("YC-9", clock, occurrences=[worlds.occurrence(1, served)])
    [link] = invite_case(worlds.SOURCE, "YC-9", by=SYSTEM, now=clock)
    late = Citizen(Client(), "/r/" + link.rpartition("/")[2])

    looked, tapped = late.look(), late.tap(1)

    assert {looked.status_code, tapped.status_code} == {410}
    assert "12345" in text_of(tapped)
    assert late.review() is None


def test_a_service_whose_case_was_withdrawn_says_so_and_where_to_turn(citizen, clock):
    worlds.take_case("YC-9", clock - timedelta(hours=1), status="in_process", completed_at=None)
    [link] = invite_case(worlds.SOURCE, "YC-9", by=SYSTEM, now=clock)
    Case.objects.filter(case_no="YC-9").update(status="withdrawn")
    late = Citizen(Client(), "/r/" + link.rpartition("/")[2])

    looked, tapped = late.look(), late.tap(1)

    assert {looked.status_code, tapped.status_code} == {410}
    assert "The case was withdrawn" in text_of(late.look(**_ENGLISH))
    assert "complaint or suggestion" in text_of(late.look(**_ENGLISH))
    assert late.review() is None


def test_a_link_from_a_text_message_says_so(citizen):
    page = text_of(citizen.look(f"{citizen.address}?via=sms"))
    assert 'name="via" value="sms"' in page

    citizen.tap(4, via="sms")

    assert citizen.review().channel == "sms"


@pytest.mark.parametrize(("words", "kept"), [("要了两次", "; your text is kept."), ("", ".")])
def test_another_level_says_that_the_reasons_are_gone(citizen, words, kept):
    citizen.tap(2)
    citizen.send("reasons", indicator_codes=["201"], comment_text=words)
    before = text_of(citizen.look(**_ENGLISH))

    citizen.tap(1)

    page = text_of(citizen.look(**_ENGLISH))
    assert _DROPPED not in before
    assert _DROPPED + kept in page
    citizen.send("reasons", indicator_codes=["108"])
    assert _DROPPED not in text_of(citizen.look(**_ENGLISH))


def test_where_no_reason_was_ticked_none_is_gone(citizen):
    citizen.tap(2)
    citizen.send("reasons", comment_text="要了两次")

    citizen.tap(1)

    assert _DROPPED not in text_of(citizen.look(**_ENGLISH))


def test_a_level_changed_after_dispatch_is_not_said_to_be_on_its_way(citizen):
    citizen.tap(2)
    waiting = text_of(citizen.look(**_ENGLISH))
    citizen.send("reasons", indicator_codes=["201"], comment_text="要了两次")
    handle_bad_review.dispatch_due(by=SYSTEM, now=timezone.now())

    citizen.tap(1)

    page = text_of(citizen.look(**_ENGLISH))
    assert "goes to the agency when you send this page" in waiting
    assert "goes to the agency when you send this page" not in page
    assert "has your rating already and will see what you add here" in page
