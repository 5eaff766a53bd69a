"""What both sides of the house hear of an appeal, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from haochaping.accounts import actions as accounts
from haochaping.accounts.queries import standing_of_user
from haochaping.flows import decide_appeal
from haochaping.kernel.actor import OPERATOR
from haochaping.notices import queries
from haochaping.notices.terms import NoticeKind
from haochaping.rectification.models import WorkOrder
from tests import worlds
from tests.flows.appeal_house import ANNE, BEA, LEAD, Matter, matter
from tests.flows.test_tell_offices import _PLACES, account
from tests.flows.test_tell_staff import address

if TYPE_CHECKING:
    from datetime import datetime

DECIDERS = ["county", "city", "city-2", "province", "everywhere"]


class Heard:
    """Everybody who might hear of an appeal."""

    def __init__(self, now: datetime) -> None:
        self.ids = {name: account(name, role, place, now) for name, (role, place) in _PLACES.items()}
        self.now = now

    def told(self, kind: NoticeKind) -> list[str]:
        """Who has a notice of this kind, once for each."""
        address(self.now)
        return [name for name, pk in self.ids.items() for row in queries.notices_of(pk) if row.kind == kind]

    def all_told(self) -> dict[NoticeKind, list[str]]:
        """Everything that was told of appeals."""
        kinds = [kind for kind in NoticeKind if kind.startswith("appeal")]
        return {kind: who for kind in kinds if (who := self.told(kind))}


@pytest.fixture
def bad(world: None, now: datetime) -> Matter:
    return matter(now)


@pytest.fixture
def heard(bad: Matter) -> Heard:
    return Heard(bad.now)


def test_who_decides_hears_of_an_appeal_that_is_filed(bad: Matter, heard: Heard):
    bad.file()

    assert heard.told(NoticeKind.APPEAL) == DECIDERS


def test_the_head_of_the_agency_hears_that_it_was_accepted(bad: Matter, heard: Heard):
    bad.file().accept()

    assert heard.told(NoticeKind.APPEAL_ACCEPTED) == ["lead"]


def test_the_head_of_the_agency_hears_that_it_was_refused(bad: Matter, heard: Heard):
    bad.file()
    decide_appeal.refuse(bad.row.id, refusal="no_ground", by=ANNE, now=bad.later())

    assert (bad.row.state, heard.told(NoticeKind.APPEAL_REFUSED)) == ("refused", ["lead"])


@pytest.mark.parametrize("verdict", ["mistaken", "partly", "rejected"])
def test_the_head_of_the_agency_hears_of_the_decision_and_not_of_the_proposal(
    bad: Matter, heard: Heard, verdict
):
    bad.file().heard().propose(verdict)
    assert heard.told(NoticeKind.APPEAL_DECIDED) == []
    assert "lead" not in heard.told(NoticeKind.APPEAL_PROPOSED)

    bad.confirm()

    assert heard.told(NoticeKind.APPEAL_DECIDED) == ["lead"]


def test_whoever_may_confirm_hears_of_a_proposal_but_not_who_made_it(bad: Matter, heard: Heard):
    bad.file().heard()
    county = standing_of_user(heard.ids["county"]).actor
    bad.propose("mistaken", by=county)

    assert heard.told(NoticeKind.APPEAL_PROPOSED) == ["city", "city-2", "province", "everywhere"]


def test_a_proposal_that_was_sent_back_is_an_appeal_to_decide(bad: Matter, heard: Heard):
    bad.file().heard().propose("mistaken")
    assert heard.told(NoticeKind.APPEAL) == DECIDERS

    decide_appeal.send_back(bad.row.id, text="再查。", by=BEA, now=bad.later())

    assert bad.row.state == "heard"
    assert sorted(heard.told(NoticeKind.APPEAL)) == sorted(DECIDERS * 2)


def test_the_objection_of_the_reviewer_is_told_to_the_level_above_and_to_the_agency(
    bad: Matter, heard: Heard
):
    # The county proposed, the city confirmed: the second review lies with the province.
    bad.file().heard().decided("mistaken")

    decide_appeal.object_to(bad.review_id, "我确实不满意。", by=worlds.REVIEWER, now=bad.later())

    assert heard.told(NoticeKind.APPEAL_CONTESTED) == ["province", "everywhere"]
    assert heard.told(NoticeKind.APPEAL_OBJECTED) == ["lead"]


def test_the_objection_of_the_agency_is_told_to_the_level_above(bad: Matter, heard: Heard):
    bad.file().heard().propose("rejected").confirm(by=ANNE_TOO)

    decide_appeal.contest(bad.row.id, "另有叫号记录。", by=LEAD, now=bad.later())

    assert heard.told(NoticeKind.APPEAL_CONTESTED) == ["city", "city-2", "province", "everywhere"]
    assert heard.told(NoticeKind.APPEAL_OBJECTED) == []


ANNE_TOO = type(ANNE)(ANNE.kind, "anne-too", powers=ANNE.powers, scope=ANNE.scope)


def test_whom_the_review_names_hears_nothing_of_its_appeal(bad: Matter, heard: Heard):
    member = {"agency_code": worlds.AGENCY, "staff_number": "S1"}
    accounts.bind_staff_member(user_id=heard.ids["lead"], **member, by=OPERATOR, now=bad.now)
    [member_id] = standing_of_user(heard.ids["lead"]).actor.staff_ids
    WorkOrder.objects.filter(id=bad.order_id).update(staff_id=member_id)

    bad.file().heard().decided("mistaken")
    decide_appeal.object_to(bad.review_id, "不。", by=worlds.REVIEWER, now=bad.later())

    assert [kind for kind, who in heard.all_told().items() if "lead" in who] == []


def test_a_notice_of_an_appeal_names_item_and_agency_and_no_words(bad: Matter, heard: Heard):
    bad.file().heard().decided("mistaken")
    address(bad.now)

    [notice] = [row for row in queries.notices_of(heard.ids["lead"]) if row.kind == NoticeKind.APPEAL_DECIDED]
    assert notice.facts == {"item": "食品经营许可", "agency": "河湾区行政审批局"}
    assert (notice.subject_kind, notice.subject_id) == ("appeal", str(bad.row.id))
