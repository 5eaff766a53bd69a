"""Several reads in one question: answers come back to whoever asked, whatever the order."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef
from django.test.utils import CaptureQueriesContext

from haochaping.accounts.models import RoleGrant, User
from haochaping.postgres.together import Asked, together


def names(*usernames: str) -> Asked[list[str]]:
    rows = User.objects.filter(username__in=usernames).order_by("-username")
    return Asked(rows.values_list("username"), lambda found: [name for (name,) in found])


@pytest.fixture
def people(db: None) -> None:
    for name in ("a'b", "c;d", "%s"):
        User.objects.create(username=name, date_joined=datetime.now(UTC))


def test_each_hears_its_own_answer_and_the_server_is_asked_once(people):
    first, nobody, second = names("a'b", "%s"), names("e"), names("c;d")

    with CaptureQueriesContext(connection) as asked:
        together(first, nobody, second)

    assert len(asked) == 1
    assert (first.answer, nobody.answer, second.answer) == (["a'b", "%s"], [], ["c;d"])
    assert len(asked) == 1


def test_what_was_not_asked_together_asks_alone_and_once(people):
    one = names("c;d")

    with CaptureQueriesContext(connection) as asked:
        assert (one.answer, one.answer) == (["c;d"], ["c;d"])

    assert len(asked) == 1


def test_what_can_have_no_rows_is_not_asked(people):
    with CaptureQueriesContext(connection) as asked:
        none = Asked(User.objects.none().values_list("id"), list)
        together(none)

    assert (none.answer, len(asked)) == ([], 0)


def test_unions_and_columns_that_only_sort_come_as_the_queryset_gives_them(people):
    users = User.objects.values_list("username")
    union = users.filter(username="%s").union(users.filter(username="c;d")).order_by("username")
    sorted_by_another = User.objects.values_list("username").distinct().order_by("-date_joined")
    exists = User.objects.order_by("id").values_list(
        Exists(RoleGrant.objects.filter(user_id=OuterRef("id"))), "date_joined"
    )
    asked = [Asked(rows, list) for rows in (union, sorted_by_another, exists)]

    together(*asked)

    assert [one.answer for one in asked] == [list(union), list(sorted_by_another), list(exists)]
