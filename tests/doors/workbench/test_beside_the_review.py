"""What the desk shows beside level, reasons and words of a review."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from haochaping.files import actions as files
from haochaping.files.pictures import redrawn
from haochaping.kernel.actor import REVIEWER
from haochaping.rectification import actions as rectification
from haochaping.rectification.terms import OrderState
from haochaping.reviews import actions as reviews
from haochaping.reviews.models import Review
from haochaping.reviews.terms import HelpedBy, SupplementRow
from tests import worlds
from tests.doors.workbench.test_order import bring_to
from tests.doors.workbench.test_permissions import WHO
from tests.photographs import photograph

if TYPE_CHECKING:
    from django.test import Client

    from tests.doors.workbench.conftest import Bad


def _page(bad: Bad, clerk: Client) -> str:
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


@pytest.fixture
def photo(bad: Bad) -> str:
    """The address of the one photograph of the review."""
    picture = redrawn(photograph(), name="a")
    (photo_id,) = files.keep("review", str(bad.review_id), [picture], by=REVIEWER, now=timezone.now())
    return f"{bad.address()}/photos/{photo_id}"


def test_photographs_are_shown_in_scope(bad, clerk, photo):
    assert f'<img src="{photo}"' in _page(bad, clerk)

    answer = clerk.get(photo)

    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_photographs_of_a_withdrawn_review_are_not(bad, clerk, photo):
    Review.objects.update(status="withdrawn")

    assert photo not in _page(bad, clerk)
    assert clerk.get(photo).status_code == 404


def test_the_reviewers_own_answer_is_shown_at_the_desk(bad, clerk, world):
    bring_to(bad, OrderState.REPLIED, world)
    assert "has not said so far" in _page(bad, clerk)

    rectification.answer_solution(
        bad.review_id, solved="no", text="没有解决，电话13912345678", by=REVIEWER, now=timezone.now()
    )

    page = _page(bad, clerk)
    assert "No, it is not solved" in page
    assert "没有解决，电话＊＊＊" in page
    done = clerk.get("/desk/?list=done", headers={"accept-language": "en"}).content.decode()
    assert "Solved? No, it is not solved" in done


@pytest.mark.parametrize("who", WHO)
def test_photographs_open_to_those_who_may_read_the_words_in_their_remit(browser_of, photo, who):
    opens = {
        "anonymous": 302,
        "clerk": 200,
        "lead": 200,
        "supervisor": 200,
        "operator": 200,
        "other_clerk": 404,
    }

    assert browser_of(who).get(photo).status_code == opens.get(who, 403)


def test_the_order_says_which_step_which_window_and_which_number(bad_review, browser_of, world):
    served = worlds.occurrence(1, world) | {"stage": "intake", "staff": "S1"}
    bad = bad_review("YC-00000002", occurrences=[served])

    page = browser_of("clerk").get(bad.address()).content.decode()

    for known in ("收件环节", "河湾区政务服务中心", "综合窗口1", "S1"):
        assert known in page
    assert "王芳" not in page
    assert "逾期评价" not in page


def test_the_order_of_a_follow_up_review_says_so(bad, clerk):
    assert "Follow-up review" not in _page(bad, clerk)

    Review.objects.update(assess_no=2)

    assert "Follow-up review" in _page(bad, clerk)


def test_a_review_given_long_after_the_service_is_marked(bad_review, browser_of, world):
    served = worlds.occurrence(1, world - timedelta(days=91))
    bad = bad_review("YC-00000002", occurrences=[served])

    assert "逾期评价" in browser_of("clerk").get(bad.address()).content.decode()
