"""What a move of the desk asks of the database: not more as the rooms behind it grow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from haochaping.rectification.terms import OrderState
from tests import worlds
from tests.doors.workbench.test_order import CALL, DONE, bring_to

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.test import Client

# The beginning and end of a part of a transaction go with the statements.
_NONE = re.compile(r"SAVEPOINT|RELEASE")


def asked(browser: Client, address: str, form: Mapping[str, str]) -> list[str]:
    with CaptureQueriesContext(connection) as found:
        assert browser.post(address, {**form, "mark": str(uuid4())}).status_code == 303
    return [str(one["sql"]) for one in found if not _NONE.match(str(one["sql"]))]


@pytest.mark.parametrize(
    ("before", "step", "form", "most"),
    [
        (OrderState.DISPATCHED, "sign-for", {}, 17),
        (OrderState.DISPATCHED, "return", {"reason": "不归我局"}, 18),
        (OrderState.SIGNED, "call-back", CALL, 23),
        (OrderState.SIGNED, "more-time", {"days": "1", "reason": "等配件"}, 17),
        (OrderState.VERIFIED, "rectification", DONE, 15),
        (OrderState.RECTIFIED, "reply", {"text": "已并窗，一次办结，欢迎监督。"}, 27),
    ],
)
def test_a_move_asks_no_more_than_it_did(bad, clerk, world, before, step, form, most):
    bring_to(bad, before, world)
    worlds.rang(bad.order_id, timezone.now())
    clerk.get(bad.address())

    found = asked(clerk, bad.address(step), form)

    assert len(found) <= most, found
