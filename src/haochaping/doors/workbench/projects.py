"""`/desk/projects/`: many orders about one cause, their tasks, the change, and the figures before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haochaping.accounts.access import may, may_any
from haochaping.accounts.terms import Power
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, told
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.paging import page_number
from haochaping.doors.workbench.project_forms import AddForm, ChangeForm, ProjectForm
from haochaping.doors.workbench.words import names_of, state_tone
from haochaping.insight import queries as insight
from haochaping.insight.terms import Place
from haochaping.kernel.periods import Period, local_day
from haochaping.kernel.refused import Refused
from haochaping.rectification import actions, queries
from haochaping.rectification.queries import projects as project_queries
from haochaping.rectification.rules import effect_counted_on
from haochaping.rectification.states import PROJECT_OPENED_BY
from haochaping.rectification.terms import (
    COMPARED_DAYS,
    PROJECT_LABELS,
    STATE_LABELS,
    OrderRow,
    ProjectState,
)

if TYPE_CHECKING:
    from datetime import date, datetime

    from django import forms
    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import Beside, ProjectRow

_ON_PAGE = 30
_BAD = (2, 1)
_TONES = {ProjectState.OPEN: "warn", ProjectState.CHANGED: "info", ProjectState.CLOSED: "good"}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Effect:
    """Bad reviews of an item among all its reviews, in so many days before a change and since."""

    before: int
    before_all: int
    after: int
    after_all: int
    days: int


@requires(Power.ORDER_VIEW)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The projects of one's remit, newest first."""
    by, number = actor_of(request), page_number(request.GET.get("page", ""))
    rows = project_queries.projects(by, limit=_ON_PAGE + 1, offset=(number - 1) * _ON_PAGE)
    context = {
        "rows": [_shown(row) for row in rows[:_ON_PAGE]],
        "page": number,
        "previous": f"?page={number - 1}" if number > 1 else "",
        "next": f"?page={number + 1}" if len(rows) > _ON_PAGE else "",
    }
    return desk_page(request, "workbench/projects.html", context, here="desk_projects")


@requires(*PROJECT_OPENED_BY)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def new(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Open a project from an order; what was refused is shown again with what was typed."""
    by = actor_of(request)
    order = queries.order(order_id, by=by)
    if request.method != "POST":
        return _form(request, order, ProjectForm())
    form = ProjectForm(request.POST)
    if not form.is_valid():
        return _form(request, order, form, INVALID)
    try:
        made = actions.open_project(order_id, **form.cleaned_data, by=by, now=timezone.now())
    except Refused as refused:
        return _form(request, order, form, told(form, refused))
    messages.success(request, gettext("The project is opened."))
    return see_other(reverse("desk_project", args=[made]))


@requires(*PROJECT_OPENED_BY)
@require_POST
@refusable
def add(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Put an order into a project that is open already."""
    by = actor_of(request)
    order = queries.order(order_id, by=by)
    form = AddForm(request.POST, projects=queries.beside(order.id).open_projects)
    if not form.is_valid():
        # The select offers only what can be chosen: the project was closed meanwhile, or the form was forged.
        return see_other(reverse("desk_order", args=[order_id]) + "#project")
    actions.add_order(UUID(form.cleaned_data["project"]), order_id, by=by, now=timezone.now())
    messages.success(request, gettext("The order is in the project."))
    return see_other(reverse("desk_order", args=[order_id]) + "#project")


@requires(Power.ORDER_VIEW)
@require_safe
@refusable
def one(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """One project with what its state allows whoever looks."""
    return _page(request, project_id)


@requires(Power.ORDER_HANDLE)
@require_POST
@refusable
def tick(request: HttpRequest, project_id: UUID, place: int) -> HttpResponse:
    """The owner marks a task as done, or not done."""
    done = request.POST.get("done") == "yes"
    actions.tick_task(project_id, place, done=done, by=actor_of(request), now=timezone.now())
    return see_other(reverse("desk_project", args=[project_id]) + "#tasks")


@requires(Power.ORDER_HANDLE)
@require_POST
@refusable
def change(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """The owner records what was changed."""
    form = ChangeForm(request.POST)
    if not form.is_valid():
        return _page(request, project_id, form=form, status=INVALID)
    try:
        actions.record_change(project_id, **form.cleaned_data, by=actor_of(request), now=timezone.now())
    except Refused as refused:
        return _page(request, project_id, form=form, status=told(form, refused))
    messages.success(request, gettext("The change is recorded; its effect is counted from today."))
    return see_other(reverse("desk_project", args=[project_id]))


@requires(*PROJECT_OPENED_BY)
@require_POST
@refusable
def close(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Close a project."""
    actions.close_project(project_id, by=actor_of(request), now=timezone.now())
    messages.success(request, gettext("The project is closed."))
    return see_other(reverse("desk_project", args=[project_id]))


def of_order(beside: Beside, by: Actor) -> dict[str, object]:
    """What the page of an order says of its project: which it is, or how to put it into one."""
    known = next(iter(beside.projects), None)
    opens = known is None and may_any(by, PROJECT_OPENED_BY)
    there = beside.open_projects if opens else []
    return {
        "project": known,
        "opens_project": opens,
        "add_to_project": AddForm(projects=there) if there else None,
    }


def effect_of(item_id: int, changed: date, today: date) -> Effect:
    """Reviews of an item in the 90 days before a change, and since: the day of the change is in neither."""
    after = Period(changed + _DAY, min(changed + COMPARED_DAYS * _DAY, today))
    before, before_all = _counts(item_id, Period(changed - COMPARED_DAYS * _DAY, changed - _DAY))
    since, since_all = _counts(item_id, after) if today > changed else (0, 0)
    return Effect(before, before_all, since, since_all, min(COMPARED_DAYS, (today - changed).days))


def _counts(item_id: int, period: Period) -> tuple[int, int]:
    counted = dict(insight.level_counts(insight.tally(Place(item_id=item_id), period)))
    return sum(counted[level] for level in _BAD), sum(counted.values())


def _form(request: HttpRequest, order: OrderRow, form: ProjectForm, status: int = 200) -> HttpResponse:
    context = {"order": order, "form": form}
    return desk_page(request, "workbench/project_new.html", context, here="desk_projects", status=status)


def _shown(row: ProjectRow) -> dict[str, object]:
    return {"row": row, "state": gettext(PROJECT_LABELS[row.state]), "tone": _TONES[row.state]}


def _page(
    request: HttpRequest, project_id: UUID, *, form: forms.Form | None = None, status: int = 200
) -> HttpResponse:
    by, now = actor_of(request), timezone.now()
    row = project_queries.project(project_id, by=by)
    handles, opens = may(by, Power.ORDER_HANDLE), may_any(by, PROJECT_OPENED_BY)
    names = names_of([one for one in (row.opened_by, row.changed_by, row.closed_by) if one], by)
    watched = (
        effect_counted_on(row.changed_at) if row.changed_at and row.state == ProjectState.CHANGED else None
    )
    context = _shown(row) | {
        "tasks": project_queries.tasks_of(project_id),
        "orders": [
            (order, gettext(STATE_LABELS[order.state]), state_tone(order.state))
            for order in project_queries.orders_of_project(project_id, by=by)
        ],
        "names": {"opened": names[row.opened_by], "changed": names.get(row.changed_by, "")},
        "effect": _effect(row, now),
        "ticks": handles and row.state == ProjectState.OPEN,
        "form": (form or ChangeForm()) if handles and row.state == ProjectState.OPEN else None,
        "wrong": form,
        "may_close": opens and watched and watched <= local_day(now),
        "counted_on": watched if watched and watched > local_day(now) else None,
    }
    return desk_page(request, "workbench/project.html", context, here="desk_projects", status=status)


def _effect(row: ProjectRow, now: datetime) -> Effect | None:
    return effect_of(row.item_id, local_day(row.changed_at), local_day(now)) if row.changed_at else None
