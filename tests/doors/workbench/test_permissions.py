"""What the matrix of permissions (tests/doors/matrix) does not ask: forged forms, and whom the desk is for."""

from __future__ import annotations

from haochaping.doors.gate import Passage, declared_views
from tests.doors.workbench.conftest import PLACES

WHO = ["anonymous", *PLACES]


def test_a_step_without_its_token_is_refused(bad, clerk):
    clerk.handler.enforce_csrf_checks = True

    assert clerk.post(bad.address("sign-for")).status_code == 403


def test_every_desk_page_is_for_staff():
    desk = [view for view in declared_views() if view.route.startswith("desk/")]

    assert len(desk) == 23
    assert {view.gate.passage for view in desk if view.gate} == {Passage.STAFF}
