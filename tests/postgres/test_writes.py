"""Writes that wait: the server is asked less often and carries out the same."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from haochaping.accounts.models import User
from haochaping.outbox import actions as outbox
from haochaping.outbox import queries as jobs
from haochaping.postgres import writes
from haochaping.postgres.rows import copy_rows
from haochaping.postgres.together import Asked, together
from haochaping.postgres.writes import at_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_JOINED = datetime(2026, 6, 1, 1, tzinfo=UTC)


class GivenUpError(Exception):
    """What ends a part."""


def person(name: str) -> User:
    return User(username=name, display_name=f"{name} %s; '", date_joined=_JOINED)


def names() -> list[str]:
    return list(User.objects.order_by("username").values_list("username", flat=True))


@contextmanager
def heard() -> Iterator[list[str]]:
    """What is really sent to the server inside `at_once`."""
    sent: list[str] = []

    def hear(execute: Callable[..., Any], statement: str, *rest: Any) -> Any:
        sent.append(statement)
        return execute(statement, *rest)

    with at_once(), connection.execute_wrapper(hear):
        yield sent


@pytest.mark.django_db
def test_what_is_written_goes_with_the_next_question_which_sees_it():
    with heard() as sent:
        writes.insert([person("a"), person("b")])
        writes.insert([person("c")])
        assert sent == []
        assert names() == ["a", "b", "c"]
        assert len(sent) == 1

    assert User.objects.get(username="a").display_name == "a %s; '"


@pytest.mark.django_db
def test_what_is_left_goes_at_the_end_in_one_piece():
    columns = {"cache_key": "varchar", "value": "text", "expires": "timestamptz"}
    with CaptureQueriesContext(connection) as asked, at_once():
        writes.insert([person("a")])
        copy_rows("accounts_shared_memory", columns, [("k", "%s", _JOINED), ("l", "'", _JOINED)])
        copy_rows("accounts_shared_memory", columns, [])
        outbox.defer("trial", review_id="r1")

    assert len(asked) == 1
    assert names() == ["a"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM accounts_shared_memory ORDER BY cache_key")
        assert cursor.fetchall() == [("k", "%s"), ("l", "'")]
    assert [(job.name, job.ids) for job in jobs.jobs()] == [("trial", {"review_id": "r1"})]


@pytest.mark.django_db
def test_questions_that_are_asked_together_hear_their_own_answers():
    first, second = Asked(User.objects.values_list("username"), list), Asked("SELECT 'a % b', 2", list)

    with heard() as sent:
        writes.insert([person("a")])
        together(first, second)
        assert len(sent) == 1

    assert (first.answer, second.answer) == ([("a",)], [("a % b", 2)])


@pytest.mark.django_db
def test_only_columns_that_are_named_are_saved_and_all_without_a_name():
    row = person("a")
    row.save()
    row.username = row.display_name = "b"

    writes.update(row, "display_name")
    assert User.objects.values_list("username", "display_name").get() == ("a", "b")
    writes.update(row)
    assert User.objects.values_list("username", "display_name").get() == ("b", "b")


@pytest.mark.django_db
def test_beginnings_and_ends_of_parts_are_not_sent_for_themselves():
    with heard() as sent:
        with transaction.atomic():
            writes.insert([person("a")])
            with transaction.atomic():
                pass
        with transaction.atomic():
            assert names() == ["a"]
            writes.insert([person("b")])
        assert len(sent) == 1
        assert names() == ["a", "b"]
        assert len(sent) == 2
    assert names() == ["a", "b"]


@pytest.mark.django_db
@pytest.mark.parametrize("is_sent", [False, True])
def test_what_a_part_wrote_that_is_given_up_is_not_written(is_sent):
    with at_once():
        writes.insert([person("before")])
        with suppress(GivenUpError), transaction.atomic():
            writes.insert([person("a")])
            if is_sent:
                assert names() == ["a", "before"]
            with transaction.atomic():
                writes.insert([person("b")])
            raise GivenUpError
        writes.insert([person("later")])

    assert names() == ["before", "later"]


@pytest.mark.django_db
def test_a_write_that_fails_ends_the_part_in_which_it_is_sent_and_no_more():
    person("a").save()
    with at_once():
        writes.insert([person("b")])
        assert names() == ["a", "b"]
        with pytest.raises(IntegrityError), transaction.atomic():
            writes.insert([person("a")])
            names()
        assert names() == ["a", "b"]


@pytest.mark.django_db
def test_what_waits_is_dropped_with_what_was_sent():
    with suppress(GivenUpError), transaction.atomic(), at_once():
        writes.insert([person("a")])
        names()
        writes.insert([person("b")])
        raise GivenUpError
    assert names() == []
    assert not writes.is_waiting()


@pytest.mark.django_db
def test_inside_another_one_everything_goes_with_that_ones():
    with heard() as sent:
        with at_once():
            writes.insert([person("a")])
        writes.insert([person("b")])
        assert sent == []
        assert names() == ["a", "b"]


@pytest.mark.django_db
def test_rows_that_come_piece_by_piece_come_after_what_was_written():
    with at_once():
        writes.insert([person("a")])
        assert [one.username for one in User.objects.iterator(chunk_size=1)] == ["a"]


@pytest.mark.usefixtures("committed_db")
def test_outside_a_transaction_nothing_waits():
    with pytest.raises(RuntimeError, match="transaction"), at_once():
        pass
