"""专项整改: opened from an order, worked off by its owner, closed by whoever opens."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from haochaping.kernel.actor import Actor, ActorKind, Scope
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import actions, queries
from haochaping.rectification.models import Project
from haochaping.rectification.queries import projects as project_queries
from haochaping.rectification.states import PROJECT_TRANSITIONS, project_after
from haochaping.rectification.terms import Move, ProjectMove, ProjectState
from tests import worlds
from tests.voices.conftest import DISPATCHER

pytestmark = pytest.mark.django_db

OPENED: dict[str, Any] = {
    "title": "并窗办理",
    "root_cause": "两套系统各收一次材料",
    "tasks": "合并窗口\n\n改办事指南\n",
}
SUPERVISOR = replace(DISPATCHER, id="supervisor", powers=frozenset({"order.view", "order.supervise"}))
ELSEWHERE = Scope(agency_path=f"{worlds.OTHER_AGENCY}.")


def code_of(action, *args, **kwargs) -> str:
    with pytest.raises(Refused) as refused:
        action(*args, **kwargs)
    return refused.value.code


@pytest.fixture
def project(desk) -> UUID:
    desk.upto(Move.DISPATCH)
    made: UUID = actions.open_project(desk.order_id, **OPENED, by=DISPATCHER, now=desk.later())
    return made


@pytest.fixture
def changed(desk, project: UUID) -> UUID:
    for place in (1, 2):
        actions.tick_task(project, place, done=True, by=worlds.CLERK, now=desk.later())
    actions.record_change(project, text="已合并为一个窗口", by=worlds.CLERK, now=desk.later())
    return project


def facts(project: UUID) -> list[str]:
    return [entry.facts["move"] for entry in ledger.entries_of("project", str(project))]


@pytest.mark.parametrize(("state", "move"), list(product(ProjectState, ProjectMove)))
def test_every_pair_of_state_and_move(state, move):
    written = {
        (ProjectState.OPEN, ProjectMove.CHANGE): ProjectState.CHANGED,
        (ProjectState.CHANGED, ProjectMove.CLOSE): ProjectState.CLOSED,
    }

    assert project_after(state, move) == written.get((state, move))
    assert written == PROJECT_TRANSITIONS


WATCHED = timedelta(days=90)


def test_it_is_closed_once_as_many_days_are_counted_since_the_change_as_before(desk, changed):
    last = desk.now + WATCHED - timedelta(days=1)

    assert code_of(actions.close_project, changed, by=DISPATCHER, now=last) == "effect_uncounted"
    assert facts(changed)[-1] == "change"
    actions.close_project(changed, by=DISPATCHER, now=desk.now + WATCHED)


def test_the_whole_way_leaves_an_entry_per_step(desk, changed):
    desk.now += WATCHED
    actions.close_project(changed, by=SUPERVISOR, now=desk.later())

    row = project_queries.project(changed, by=DISPATCHER)
    assert (row.state, row.tasks, row.tasks_done, row.orders) == ("closed", 2, 2, 1)
    assert (row.item_name, row.agency_name, row.change_text) == (
        "食品经营许可",
        "河湾区行政审批局",
        "已合并为一个窗口",
    )
    assert [task.text for task in project_queries.tasks_of(changed)] == ["合并窗口", "改办事指南"]
    # The first two are of one moment, and nothing says which of them stands first.
    assert {*facts(changed)[:2]} == {"open", "add_order"}
    assert facts(changed)[2:] == ["task_done", "task_done", "change", "close"]
    kinds = {entry.kind for entry in ledger.entries_of("project", str(changed))}
    assert kinds == {EntryKind.PROJECT_MOVED}


def test_an_order_is_found_from_its_project_and_back(desk, project):
    assert queries.beside(desk.order_id).projects == [(project, "并窗办理")]
    assert [order.id for order in project_queries.orders_of_project(project, by=worlds.CLERK)] == [
        desk.order_id
    ]
    elsewhere = replace(worlds.CLERK, scope=ELSEWHERE)
    assert project_queries.orders_of_project(project, by=elsewhere) == []
    assert project_queries.projects(elsewhere) == []
    assert code_of(project_queries.project, project, by=elsewhere) == "no_such_project"
    assert code_of(project_queries.projects, worlds.NOBODY) == "not_allowed"


def test_more_orders_of_the_item_are_added_each_once(desk, project):
    worlds.take_case("YC-2", desk.now)
    review = worlds.give("YC-2", 1, desk.now).id
    assert review is not None
    other = queries.order_of_review(review)
    assert other is not None
    waiting = code_of(actions.add_order, project, other.id, by=DISPATCHER, now=desk.later())
    actions.dispatch([other.id], by=worlds.EVERYBODY, now=desk.later())

    actions.add_order(project, other.id, by=DISPATCHER, now=desk.later())

    assert waiting == "no_such_order"
    assert project_queries.project(project, by=DISPATCHER).orders == 2
    again = code_of(actions.add_order, project, other.id, by=DISPATCHER, now=desk.later())
    assert again == "in_another_project"
    opened = code_of(actions.open_project, other.id, **OPENED, by=DISPATCHER, now=desk.later())
    assert opened == "in_another_project"
    assert Project.objects.count() == 1


def test_an_order_about_another_item_is_not_added(desk, project):
    there = {"item": worlds.OTHER_ITEM, "agency": worlds.OTHER_AGENCY, "division": worlds.OTHER_CITY}
    worlds.take_case("SG-1", desk.now, **there)
    review = worlds.give("SG-1", 1, desk.now).id
    assert review is not None
    other = queries.order_of_review(review)
    assert other is not None
    actions.dispatch([other.id], by=worlds.EVERYBODY, now=desk.later())

    assert code_of(actions.add_order, project, other.id, by=DISPATCHER, now=desk.later()) == "other_item"


def test_nothing_is_added_once_it_is_closed(desk, changed):
    desk.now += WATCHED
    actions.close_project(changed, by=DISPATCHER, now=desk.later())

    added = code_of(actions.add_order, changed, desk.order_id, by=DISPATCHER, now=desk.later())

    assert added == "wrong_project_state"
    assert queries.beside(desk.order_id).open_projects == []


def test_a_mark_is_set_and_taken_back_and_a_double_click_is_one(desk, project):
    for done in (True, True, False):
        actions.tick_task(project, 1, done=done, by=worlds.CLERK, now=desk.later())

    assert [task.done_at for task in project_queries.tasks_of(project)] == [None, None]
    assert facts(project)[2:] == ["task_done", "task_open"]
    gone = code_of(actions.tick_task, project, 3, done=True, by=worlds.CLERK, now=desk.later())
    assert gone == "no_such_task"


def test_a_change_waits_for_every_task_and_is_made_once(desk, project):
    actions.tick_task(project, 1, done=True, by=worlds.CLERK, now=desk.later())
    said = {"by": worlds.CLERK, "now": desk.later()}
    assert code_of(actions.record_change, project, text="改好了", **said) == "tasks_open"
    actions.tick_task(project, 2, done=True, **said)
    assert code_of(actions.record_change, project, text=" ", **said) == "text_missing"

    actions.record_change(project, text="改好了", **said)

    assert code_of(actions.record_change, project, text="又改了", **said) == "wrong_project_state"
    assert code_of(actions.tick_task, project, 1, done=False, **said) == "wrong_project_state"


def test_it_is_not_closed_before_the_change_nor_twice(desk, project, changed):
    desk.now += WATCHED
    actions.close_project(changed, by=DISPATCHER, now=desk.later())

    assert code_of(actions.close_project, changed, by=DISPATCHER, now=desk.later()) == "wrong_project_state"


def test_a_project_without_change_is_not_closed(desk, project):
    assert code_of(actions.close_project, project, by=DISPATCHER, now=desk.later()) == "wrong_project_state"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": ""}, "text_missing"),
        ({"title": "长" * 101}, "text_too_long"),
        ({"root_cause": "\x00"}, "forbidden_characters"),
        ({"tasks": "\n \n"}, "task_count"),
        ({"tasks": "\n".join("任务" for _ in range(21))}, "task_count"),
        ({"tasks": "长" * 201}, "text_too_long"),
    ],
)
def test_what_is_no_project_is_not_opened(desk, changes, code):
    desk.upto(Move.DISPATCH)

    said = OPENED | changes
    assert code_of(actions.open_project, desk.order_id, **said, by=DISPATCHER, now=desk.later()) == code
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (worlds.CLERK, "not_allowed"),
        (replace(DISPATCHER, scope=ELSEWHERE), "out_of_scope"),
    ],
)
def test_who_may_not_open_neither_opens_nor_adds_nor_closes(desk, changed, by, code):
    when = {"by": by, "now": desk.later()}

    assert code_of(actions.open_project, desk.order_id, **OPENED, **when) == code
    assert code_of(actions.add_order, changed, desk.order_id, **when) == code
    assert code_of(actions.close_project, changed, **when) == code


@pytest.mark.parametrize(
    ("by", "code"),
    [(DISPATCHER, "not_allowed"), (replace(worlds.CLERK, scope=ELSEWHERE), "out_of_scope")],
)
def test_only_the_owner_works_on_it(desk, project, by, code):
    when = {"by": by, "now": desk.later()}

    assert code_of(actions.tick_task, project, 1, done=True, **when) == code
    assert code_of(actions.record_change, project, text="改好了", **when) == code


def test_of_a_project_or_order_that_is_none(desk, project):
    nobody = Actor(ActorKind.SYSTEM, "x", scope=DISPATCHER.scope)

    assert code_of(actions.close_project, UUID(int=0), by=nobody, now=desk.now) == "no_such_project"
    assert code_of(actions.add_order, project, UUID(int=0), by=nobody, now=desk.now) == "no_such_order"


@pytest.mark.parametrize("changes", [{"state": "lost"}, {"state": "changed"}, {"state": "closed"}])
def test_the_database_itself_keeps_projects_whole(project, changes):
    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.update(**changes)
