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


def test_two_who_are_called_alike_are_told_apart(now):
    made = {
        username: actions.create_staff(
            username=username,
            display_name=name,
            role=Role.CLERK,
            password="a quiet river at dusk",
            everywhere=True,
            by=OPERATOR,
            now=now,
        )
        for username, name in (("lili", "李丽"), ("lili2", "李丽"), ("zhao", "赵一"))
    }

    names = queries.display_names(made.values())

    assert [names[made[one]] for one in ("lili", "lili2", "zhao")] == ["李丽 (lili)", "李丽 (lili2)", "赵一"]
    assert queries.display_names([made["lili"]]) == {made["lili"]: "李丽"}
