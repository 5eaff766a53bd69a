"""`/oversight/circulars/`: monthly circulars and special reports: made in one click, written, signed by a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from haochaping.accounts.terms import Power
from haochaping.directory.rules import code_of
from haochaping.doors.circular.paper import charts, paper_of
from haochaping.doors.circular.words import first_texts
from haochaping.doors.confirmation import Fresh
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, told, told_here
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.names import names_of
from haochaping.doors.oversight.circular_files import FORMS
from haochaping.doors.oversight.circular_forms import MonthlyForm, SpecialForm, TextForm, WhyForm
from haochaping.doors.oversight.forms import NoForm
from haochaping.doors.paging import page_number
from haochaping.flows import make_circular
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import N_, Refused
from haochaping.kernel.two_persons import is_one_person
from haochaping.publicity.circulars import actions, queries
from haochaping.publicity.circulars.terms import (
    BLOCK_LABELS,
    KIND_LABELS,
    MOVE_LABELS,
    STATE_LABELS,
    Block,
    CircularMove,
    CircularState,
)
from haochaping.ui.sentences import labelled
from haochaping.ui.shapes import Column, Event, Link

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from haochaping.doors.circular.paper import Paper, Table
    from haochaping.kernel.actor import Actor
    from haochaping.publicity.circulars.terms import CircularSheet, TextVersion

_ON_PAGE = 30
_HERE = "oversight_circulars"
_CORRECT = "correct"
_STEPS = {
    CircularMove.SUBMIT: N_("Submit it for signing"),
    CircularMove.DISCARD: N_("Discard the draft"),
    CircularMove.TAKE_BACK: N_("Take it back"),
    CircularMove.SIGN: N_("Sign it"),
    CircularMove.GIVE_BACK: N_("Give it back"),
    _CORRECT: N_("Make a correction"),
}
_DONE = {
    CircularMove.SUBMIT: N_("Submitted; another person signs it."),
    CircularMove.DISCARD: N_("The draft is discarded; it stays in the list."),
    CircularMove.TAKE_BACK: N_("It is a draft again."),
    CircularMove.SIGN: N_("It is signed and changes no more."),
    CircularMove.GIVE_BACK: N_("It is given back and a draft again."),
}
_WITH_REASON = {CircularMove.GIVE_BACK, _CORRECT}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that can be done now: its name in the address, what the button says, a form where a reason is asked."""

    name: str
    title: str
    form: Form | None
    kind: str


@dataclass(frozen=True, slots=True)
class Written:
    """A text on the page: its newest version, a form while it can be written, the versions before, newest first."""

    block: Block
    title: str
    newest: TextVersion
    by: str
    form: Form | None
    former: list[tuple[TextVersion, str]]


@requires(Power.CIRCULAR_WRITE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The circulars of one's remit, and the two forms by which another one is made."""
    return _list(request)


@requires(Power.CIRCULAR_WRITE)
@require_POST
@refusable
def make_monthly(request: HttpRequest) -> HttpResponse:
    """Make the draft of a division and month, with all figures as of now."""
    form = MonthlyForm(request.POST, auto_id="monthly_%s")
    return _made(request, form, "monthly", make_circular.make_monthly)


@requires(Power.CIRCULAR_WRITE)
@require_POST
@refusable
def make_special(request: HttpRequest) -> HttpResponse:
    """Make the draft of a report about any place and days."""
    form = SpecialForm(request.POST, auto_id="special_%s")
    return _made(request, form, "special", make_circular.make_special)


def _made(request: HttpRequest, form: Form, which: str, make: Callable[..., UUID]) -> HttpResponse:
    if not form.is_valid():
        return _list(request, {which: form}, status=INVALID)
    try:
        made = make(**form.cleaned_data, words=first_texts, by=actor_of(request), now=timezone.now())
    except Refused as refused:
        return _list(request, {which: form}, status=told(form, refused))
    messages.success(request, gettext("The draft is made: its figures stay as they are now."))
    return see_other(reverse("oversight_circular", args=[made]))


def _list(request: HttpRequest, tried: dict[str, Form] | None = None, *, status: int = 200) -> HttpResponse:
    by, number = actor_of(request), page_number(request.GET.get("page", ""))
    rows = queries.listed(by, limit=_ON_PAGE + 1, offset=(number - 1) * _ON_PAGE)
    context = {
        "rows": [
            (row, gettext(KIND_LABELS[row.kind]), gettext(STATE_LABELS[row.state])) for row in rows[:_ON_PAGE]
        ],
        "page": number,
        "previous": f"?page={number - 1}" if number > 1 else "",
        "next": f"?page={number + 1}" if len(rows) > _ON_PAGE else "",
        "wrong": next(iter(tried.values())) if tried else None,
        **_forms(by),
        **(tried or {}),
    }
    return desk_page(request, "oversight/circulars.html", context, here=_HERE, status=status)


def _forms(by: Actor) -> dict[str, Form]:
    """Both forms with what is asked for most: one's own division, the month that has ended."""
    ended = local_day(timezone.now()).replace(day=1) - timedelta(days=1)
    own = code_of(by.scope.division_path or "")
    days = {"first": ended.replace(day=1), "last": ended}
    return {
        "monthly": MonthlyForm(initial={"code": own, "month": ended}, auto_id="monthly_%s"),
        "special": SpecialForm(initial=days, auto_id="special_%s"),
    }


@requires(Power.CIRCULAR_WRITE)
@require_safe
@refusable
def one(request: HttpRequest, circular_id: UUID) -> HttpResponse:
    """A circular: its texts to be written, its figures, what can be done with it, and what was."""
    return _one(request, circular_id)


@requires(Power.CIRCULAR_WRITE)
@require_POST
@refusable
def write(request: HttpRequest, circular_id: UUID, block: str) -> HttpResponse:
    """Save another version of a text."""
    if block not in set(Block):
        raise Http404
    form = TextForm(request.POST, auto_id=f"{block}_%s", title=gettext(BLOCK_LABELS[Block(block)]))
    if not form.is_valid():
        return _one(request, circular_id, {block: form}, status=INVALID)
    try:
        actions.write(
            circular_id, Block(block), **form.cleaned_data, by=actor_of(request), now=timezone.now()
        )
    except Refused as refused:
        status = told_here(form, refused)
        return _one(request, circular_id, {block: form}, status=status)
    messages.success(request, gettext("The text is saved."))
    return see_other(reverse("oversight_circular", args=[circular_id]) + f"#{block}")


@requires(Power.CIRCULAR_WRITE, fresh=Fresh.TO_CHANGE)
@require_POST
@refusable
def step(request: HttpRequest, circular_id: UUID, step: str) -> HttpResponse:
    """Submit, take back, sign, give back, discard, or make a correction of what is signed."""
    if step not in _STEPS:
        raise Http404
    by, now = actor_of(request), timezone.now()
    form = (WhyForm if step in _WITH_REASON else NoForm)(request.POST, auto_id=f"{step}_%s")
    reason = ""
    if step in _WITH_REASON:
        if not form.is_valid():
            return _one(request, circular_id, {step: form}, status=INVALID)
        reason = form.cleaned_data["reason"]
    try:
        if step == _CORRECT:
            made = make_circular.correct(circular_id, reason=reason, words=first_texts, by=by, now=now)
            messages.success(request, gettext("The correction is a draft, with the figures as they are now."))
            return see_other(reverse("oversight_circular", args=[made]))
        actions.move(circular_id, CircularMove(step), reason=reason, by=by, now=now)
    except Refused as refused:
        return _one(request, circular_id, {step: form}, status=told(form, refused))
    messages.success(request, gettext(_DONE[CircularMove(step)]))
    return see_other(reverse("oversight_circular", args=[circular_id]))


def _one(
    request: HttpRequest, circular_id: UUID, tried: dict[str, Form] | None = None, *, status: int = 200
) -> HttpResponse:
    by, tried = actor_of(request), tried or {}
    sheet = queries.sheet(circular_id, by=by)
    versions = [version for each in sheet.texts.values() for version in each]
    names = names_of([one.by for one in sheet.steps] + [one.written_by for one in versions], by)
    paper = paper_of(sheet)
    context = {
        "sheet": sheet,
        "paper": paper,
        "lines": [labelled(gettext("State"), gettext(STATE_LABELS[sheet.row.state])), *paper.about],
        "files": [
            Link(form.upper(), reverse("oversight_circular_file", args=[circular_id, form])) for form in FORMS
        ],
        "texts": [_written(sheet, block, names, tried) for block in Block],
        "charts": list(charts(sheet.figures)),
        "sections": _sections(paper),
        "steps": _steps(sheet, by, tried),
        "events": [
            Event(gettext(MOVE_LABELS[one.move]), one.at, names[one.by], one.reason) for one in sheet.steps
        ],
        "wrong": next(iter(tried.values()), None),
    }
    return desk_page(request, "oversight/circular.html", context, here=_HERE, status=status)


def _written(sheet: CircularSheet, block: Block, names: dict[str, str], tried: dict[str, Form]) -> Written:
    *former, newest = sheet.texts[block]
    title = gettext(BLOCK_LABELS[block])
    form: Form | None = None
    if sheet.row.state is CircularState.DRAFT:
        initial = {"text": newest.text, "seen": newest.version}
        form = tried.get(block.value) or TextForm(initial=initial, auto_id=f"{block.value}_%s", title=title)
        if form.is_bound:  # whoever was overtaken has the newest version beside theirs now
            form.data = {"text": form.data.get("text", ""), "seen": str(newest.version)}
    return Written(
        block,
        title,
        newest,
        names[newest.written_by],
        form,
        [(one, names[one.written_by]) for one in reversed(former)],
    )


def _sections(
    paper: Paper,
) -> list[tuple[str, tuple[str, ...], list[tuple[str, list[Column], list[list[str]]]]]]:
    """The parts that hold tables, as the page's own tables."""
    return [
        (section.heading, section.texts, [_table(table) for table in section.tables])
        for section in paper.sections
        if section.tables or section is paper.sections[-1]
    ]


def _table(table: Table) -> tuple[str, list[Column], list[list[str]]]:
    columns = [Column(text, numeric=bool(at) and table.numeric) for at, text in enumerate(table.columns)]
    return table.caption, columns, [list(row) for row in table.rows]


def _steps(sheet: CircularSheet, by: Actor, tried: dict[str, Form]) -> list[Step]:
    """What whoever looks can do now."""
    state, possible = sheet.row.state, list[str]()
    if state is CircularState.DRAFT:
        possible = [CircularMove.SUBMIT, CircularMove.DISCARD]
    elif state is CircularState.SUBMITTED:
        own = is_one_person(by, sheet.submitted_by, sheet.submitted_staff)
        if not own:
            possible = [CircularMove.SIGN, CircularMove.GIVE_BACK]
        elif str(by) == sheet.submitted_by:
            possible = [CircularMove.TAKE_BACK]
    elif state is CircularState.SIGNED and sheet.later is None:
        possible = [_CORRECT]
    return [
        Step(
            str(name),
            gettext(_STEPS[name]),
            (tried.get(name) or WhyForm(auto_id=f"{name}_%s")) if name in _WITH_REASON else None,
            "primary" if name in {CircularMove.SUBMIT, CircularMove.SIGN} else "secondary",
        )
        for name in possible
    ]
