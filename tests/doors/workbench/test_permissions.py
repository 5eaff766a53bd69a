"""What the matrix of permissions (tests/doors/matrix) does not ask: forged forms, and whom the desk is for."""

from __future__ import annotations

from haochaping.doors.gate import Passage, declared_views
from tests.doors.workbench.conftest import PLACES

WHO = ["anonymous", *PLACES]


def test_a_step_without_its_token_is_refused(bad, clerk):
    clerk.handler.enforce_csrf_checks = True

    assert clerk.post(bad.address("sign-for")).status_code == 403


def test_every_page_of_oversight_is_for_staff():
    oversight = [view for view in declared_views() if view.route.startswith("oversight/")]

    assert oversight
    assert all(view.gate and view.gate.passage == Passage.STAFF and view.gate.powers for view in oversight)


def test_every_desk_page_is_for_staff():
    desk = [view for view in declared_views() if view.route.startswith("desk/")]

    assert len(desk) == 82
    assert {view.gate.passage for view in desk if view.gate} == {Passage.STAFF}
