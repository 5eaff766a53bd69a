from __future__ import annotations

import pytest

from haochaping.accounts import actions, queries
from haochaping.accounts.terms import Role
from haochaping.kernel.actor import OPERATOR

pytestmark = pytest.mark.django_db


def test_people_have_names_by_id(now):
    user_id = actions.create_staff(
        username="example",
        display_name="示例人员",
        role=Role.CLERK,
        password="a quiet river at dusk",
        everywhere=True,
        by=OPERATOR,
        now=now,
    )

    assert queries.display_names([user_id, user_id + 1]) == {user_id: "示例人员"}
