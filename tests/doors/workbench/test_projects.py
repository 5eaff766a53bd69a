"""`/desk/projects/`: from an order to a project, its tasks, the change, and the figures before and after."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from haochaping.accounts.terms import Role
from haochaping.directory import queries as directory
from haochaping.doors.workbench.projects import Effect, effect_of
from haochaping.insight import actions as insight
from haochaping.kernel.periods import local_day
from haochaping.rectification import queries
from haochaping.rectification.models import Project, ProjectTask
from haochaping.ui.moments import day
from tests import worlds
from tests.doors.workbench.conftest import PLACES

TYPED = {"title": "并窗办理", "root_cause": "两套系统各收一次材料", "tasks": "合并窗口\n改办事指南"}


@pytest.fixture(autouse=True)
def _dispatchers(monkeypatch) -> None:
    monkeypatch.setitem(PLACES, "dispatcher", (Role.DISPATCHER, {"division_code": worlds.CITY}))


@pytest.fixture
def dispatcher(browser_of):
    return browser_of("dispatcher")


@pytest.fixture
def dispatched(bad, clerk):
    from haochaping.flows import handle_bad_review
    from haochaping.kernel.actor import SYSTEM

    handle_bad_review.dispatch_due(by=SYSTEM, now=timezone.now())
    return bad


@pytest.fixture
def opened(dispatched, dispatcher) -> str:
    answer = dispatcher.post(f"/desk/orders/{dispatched.order_id}/project/new", TYPED)
    assert answer.status_code == 303, answer.content.decode()
    return str(answer.headers["Location"])


def page_of(browser, address: str) -> str:
    return str(browser.get(address).content.decode())


def test_a_project_goes_from_the_order_to_its_end(dispatched, opened, dispatcher, clerk):
    order = f"/desk/orders/{dispatched.order_id}"
    assert f'href="{opened}"' in page_of(clerk, order)
    assert opened in page_of(clerk, "/desk/projects/")
    assert 'max="2" value="0"' in page_of(clerk, opened)

    for place in (1, 2):
        assert clerk.post(f"{opened}/tasks/{place}", {"done": "yes"}).status_code == 303
    assert clerk.post(f"{opened}/change", {"text": "已合并为一个窗口"}).status_code == 303
    page = page_of(dispatcher, opened)
    assert "已合并为一个窗口" in page
    assert f'action="{opened}/close"' not in page
    assert day(local_day(timezone.now()) + timedelta(days=90)) in page
    assert dispatcher.post(f"{opened}/close").status_code == 422

    Project.objects.update(changed_at=timezone.now() - timedelta(days=90))
    page = page_of(dispatcher, opened)
    assert f'action="{opened}/close"' in page
    assert dispatcher.post(f"{opened}/close").status_code == 303

    assert Project.objects.get().state == "closed"
    assert "/close" not in page_of(dispatcher, opened)


def test_only_what_ones_power_and_the_state_allow_is_offered(dispatched, opened, dispatcher, clerk):
    by_clerk, by_dispatcher = page_of(clerk, opened), page_of(dispatcher, opened)

    assert f'action="{opened}/tasks/1"' in by_clerk
    assert f'action="{opened}/change"' in by_clerk
    assert "<form method" not in by_dispatcher.partition("<main")[2]
    assert "project/new" not in page_of(clerk, f"/desk/orders/{dispatched.order_id}")


def test_a_second_order_is_put_into_the_project(opened, dispatcher, bad_review):
    from haochaping.flows import handle_bad_review
    from haochaping.kernel.actor import SYSTEM

    other = bad_review("YC-00000002")
    handle_bad_review.dispatch_due(by=SYSTEM, now=timezone.now())
    address = f"/desk/orders/{other.order_id}"
    project = str(Project.objects.get().id)
    assert f'value="{project}"' in page_of(dispatcher, address)

    assert [dispatcher.post(f"{address}/project", {"project": project}).status_code for _ in range(2)] == [
        303,
        409,
    ]
    assert queries.beside(other.order_id).projects


@pytest.mark.parametrize("project", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_a_project_that_is_none_takes_no_order(opened, dispatcher, bad_review, project):
    from haochaping.flows import handle_bad_review
    from haochaping.kernel.actor import SYSTEM

    other = bad_review("YC-00000002")
    handle_bad_review.dispatch_due(by=SYSTEM, now=timezone.now())

    answer = dispatcher.post(f"/desk/orders/{other.order_id}/project", {"project": project})

    assert answer.status_code == 303
    assert not queries.beside(other.order_id).projects


@pytest.mark.parametrize("changes", [{"title": ""}, {"root_cause": " "}, {"tasks": "\n"}, {"title": "\x00"}])
def test_a_form_that_will_not_do_comes_back(dispatched, dispatcher, changes):
    address = f"/desk/orders/{dispatched.order_id}/project/new"

    answer = dispatcher.post(address, TYPED | changes)

    assert answer.status_code == 422
    assert next(iter(changes)) in answer.context["form"].errors
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    ("step", "typed", "status"),
    [("change", {"text": ""}, 422), ("change", {"text": "好了"}, 422), ("tasks/9", {"done": "yes"}, 404)],
)
def test_a_step_too_early_or_of_nothing_is_told_so(opened, clerk, step, typed, status):
    assert clerk.post(f"{opened}/{step}", typed).status_code == status
    assert Project.objects.get().state == "open"


@pytest.mark.parametrize(
    ("who", "step", "status"),
    [
        ("dispatcher", "tasks/1", 403),
        ("dispatcher", "change", 403),
        ("clerk", "close", 403),
        ("dispatcher", "close", 409),
        ("other_clerk", "tasks/1", 404),
    ],
)
def test_who_may_not_does_not(opened, browser_of, clerk, dispatcher, who, step, status):
    browser = {"clerk": clerk, "dispatcher": dispatcher}.get(who) or browser_of(who)

    assert browser.post(f"{opened}/{step}", {"done": "yes", "text": "x"}).status_code == status
    assert not ProjectTask.objects.exclude(done_at=None).exists()


def test_the_effect_counts_the_item_before_and_since_and_leaves_the_day_out(world):
    item = directory.items([worlds.ITEM])[worlds.ITEM].id
    changed = local_day(world) - timedelta(days=30)
    for n, (days, level) in enumerate([(121, 1), (100, 1), (40, 2), (31, 5), (30, 1), (29, 1), (1, 4)]):
        at = world - timedelta(days=days)
        worlds.take_case(f"YC-{n}", at)
        assert worlds.give(f"YC-{n}", level, at).id
    insight.fold()

    effect = effect_of(item, changed, local_day(world))

    # 120 days before now is the first of the 90; the review of day 121 is too old, that of day 30 the change itself.
    assert effect == Effect(before=2, before_all=3, after=1, after_all=2, days=30)
    assert effect_of(item, local_day(world), local_day(world)).days == 0


def test_after_ninety_days_nothing_more_is_counted(world):
    item = directory.items([worlds.ITEM])[worlds.ITEM].id
    at = world - timedelta(days=5)
    worlds.take_case("YC-1", at)
    assert worlds.give("YC-1", 1, at).id
    insight.fold()

    effect = effect_of(item, local_day(world) - timedelta(days=100), local_day(world))

    assert (effect.after, effect.days) == (0, 90)
