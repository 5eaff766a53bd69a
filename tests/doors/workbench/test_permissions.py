"""Who gets through to which page: every page, every kind of person."""

from __future__ import annotations

import pytest
from django.urls import reverse

from haochaping.doors.gate import Passage, declared_views
from tests.doors.workbench.conftest import PLACES

WHO = ["anonymous", *PLACES]
NOBODY = "00000000-0000-7000-8000-000000000000"
OPEN = 200
PAGES = {
    "desk": dict.fromkeys(PLACES, OPEN),
    "desk_order": {"clerk": OPEN, "supervisor": OPEN, "other_clerk": 404},
    "desk_releases": {"publisher": OPEN, "other_publisher": OPEN},
    "desk_quarantine": {"sysadmin": OPEN},
    "desk_jobs": {"sysadmin": OPEN},
}
# What a POST that nothing stands against answers: on (303), or a plain no of the room behind the gate.
WRITES = {
    "sign-for": {"clerk": 303, "other_clerk": 404},
    "message": {"clerk": 422, "other_clerk": 404},
    "call-back": {"clerk": 422, "other_clerk": 404},
    "rectification": {"clerk": 422, "other_clerk": 404},
    "reply": {"clerk": 422, "other_clerk": 404},
    "read": {"clerk": 303, "other_clerk": 404},
}
ACTIONS = {
    "desk_release": {"publisher": 409, "other_publisher": 409},
    "desk_quarantine_retry_all": {"sysadmin": 303},
    "desk_quarantine_retry": {"sysadmin": 303},
    "desk_job_retry": {"sysadmin": 409},
}
ARGUMENTS: dict[str, list[object]] = {
    "desk_release": [NOBODY, "text"],
    "desk_quarantine_retry": [NOBODY],
    "desk_job_retry": [7],
}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("page", PAGES)
def test_pages_open_to_those_with_power_and_remit(bad, browser_of, page, who):
    arguments = [bad.order_id] if page == "desk_order" else []

    answer = browser_of(who).get(reverse(page, args=arguments))

    assert answer.status_code == (302 if who == "anonymous" else PAGES[page].get(who, 403))


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("step", WRITES)
def test_steps_are_taken_by_the_orders_own_agency(bad, browser_of, step, who):
    answer = browser_of(who).post(bad.address(step))

    assert answer.status_code == (302 if who == "anonymous" else WRITES[step].get(who, 403))


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("action", ACTIONS)
def test_other_writes_need_their_power(bad, browser_of, action, who):
    address = reverse(action, args=ARGUMENTS.get(action, []))

    answer = browser_of(who).post(address, {"decision": "released"})

    assert answer.status_code == (302 if who == "anonymous" else ACTIONS[action].get(who, 403))


def test_a_step_without_its_token_is_refused(bad, clerk):
    clerk.handler.enforce_csrf_checks = True

    assert clerk.post(bad.address("sign-for")).status_code == 403


def test_every_desk_page_is_for_staff():
    desk = [view for view in declared_views() if view.route.startswith("desk/")]

    assert len(desk) == 12
    assert {view.gate.passage for view in desk if view.gate} == {Passage.STAFF}
