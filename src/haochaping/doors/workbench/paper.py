"""`/desk/paper/`: reviews given on paper. Two persons type each slip; neither is shown what the other one typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haochaping.accounts.terms import Power
from haochaping.cases import queries as cases
from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, told, told_here
from haochaping.doors.gate import actor_of, leave_note, requires
from haochaping.doors.names import names_of
from haochaping.doors.paging import page_number
from haochaping.doors.workbench.paper_forms import FIELDS, SetAsideForm, SlipForm, as_typed
from haochaping.flows import enter_paper
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import N_, Refused
from haochaping.ledger.terms import EntryKind
from haochaping.reviews import queries as reviews
from haochaping.reviews.paper import actions, queries
from haochaping.reviews.paper.terms import FIELD_LABELS, STATE_LABELS, TYPED_IN, SlipState
from haochaping.reviews.terms import CONFLICT, LEVEL_LABELS
from haochaping.ui.readings import either
from haochaping.ui.shapes import Event

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.actor import Actor
    from haochaping.reviews.paper.terms import SlipReading, SlipRow

_ON_PAGE = 30
_TONES = {SlipState.DIFFERING: "warn", SlipState.NOT_TAKEN: "warn", SlipState.TAKEN: "good"}
_SAID = {
    SlipState.WAITING: N_("It is corrected; a second person still has to type it."),
    SlipState.DIFFERING: N_("It is kept. The two entries differ: look at the paper once more."),
    SlipState.AGREED: N_("Both entries agree: the review is being made of them."),
}
_NOT_TAKEN = {CONFLICT.code: N_("The service was reviewed in another way before both had typed the slip.")}
_NOT_TAKEN_OTHERWISE = N_("The rules of this place do not take it any more.")


@requires(Power.PAPER_ENTER)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The slips of one's remit that are being typed, or those that are over."""
    by, number = actor_of(request), page_number(request.GET.get("page", ""))
    done = request.GET.get("list") == "done"
    found = queries.slips(by, done=done, limit=_ON_PAGE + 1, offset=(number - 1) * _ON_PAGE)
    shown = found[:_ON_PAGE]
    items = directory.refs(Kind.ITEMS, (row.item_id for row in shown))
    names = names_of([row.first_by for row in shown], by)
    start = "?list=done&page=" if done else "?page="
    context = {
        "rows": [
            {
                "row": row,
                "item": items[row.item_id].name,
                "first": names[row.first_by],
                "state": gettext(STATE_LABELS[row.state]),
                "tone": _TONES.get(row.state, "info"),
            }
            for row in shown
        ],
        "done": done,
        "page": number,
        "previous": f"{start}{number - 1}" if number > 1 else "",
        "next": f"{start}{number + 1}" if len(found) > _ON_PAGE else "",
    }
    return desk_page(request, "workbench/papers.html", context, here="desk_papers")


@requires(Power.PAPER_ENTER)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def new(request: HttpRequest) -> HttpResponse:
    """The first person types a slip; afterwards its number is written on the paper."""
    if request.method != "POST":
        return _first(request, SlipForm())
    form = SlipForm(request.POST)
    if not form.is_valid():
        return _first(request, form, INVALID)
    try:
        made = enter_paper.begin(form.typed(), by=actor_of(request), now=timezone.now())
    except Refused as refused:
        return _first(request, form, told(form, refused, FIELDS))
    said = gettext("Write the number {slip} on the paper and give it to a colleague, who types it too.")
    messages.success(request, said.format(slip=made))
    return see_other(reverse("desk_paper", args=[made]))


@requires(Power.PAPER_ENTER)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def one(request: HttpRequest, slip_id: int) -> HttpResponse:
    """One slip: typed by a second person, or corrected by one of the two."""
    if request.method != "POST":
        return _page(request, slip_id)
    form = SlipForm(request.POST)
    if not form.is_valid():
        return _page(request, slip_id, form=form, status=INVALID)
    try:
        state = enter_paper.read(slip_id, form.typed(), by=actor_of(request), now=timezone.now())
    except Refused as refused:
        return _page(request, slip_id, form=form, status=told(form, refused, FIELDS))
    messages.success(request, gettext(_SAID[state]))
    return see_other(reverse("desk_paper", args=[slip_id]))


@requires(Power.PAPER_ENTER)
@require_POST
@refusable
def set_aside(request: HttpRequest, slip_id: int) -> HttpResponse:
    """Somebody who did not type it first says why nothing becomes of a slip."""
    form = SetAsideForm(request.POST)
    if not form.is_valid():
        return _page(request, slip_id, aside=form, status=INVALID)
    try:
        actions.set_aside(slip_id, **form.cleaned_data, by=actor_of(request), now=timezone.now())
    except Refused as refused:
        return _page(request, slip_id, aside=form, status=told_here(form, refused))
    messages.success(request, gettext("The slip is set aside, with your reason."))
    return see_other(reverse("desk_paper", args=[slip_id]))


def _first(request: HttpRequest, form: SlipForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "reasons": _reasons()}
    return desk_page(request, "workbench/paper_new.html", context, here="desk_papers", status=status)


def _page(
    request: HttpRequest,
    slip_id: int,
    *,
    form: SlipForm | None = None,
    aside: SetAsideForm | None = None,
    status: int = 200,
) -> HttpResponse:
    by = actor_of(request)
    row = queries.slip(slip_id, by=by)
    own = queries.own_reading(slip_id, by=by)
    is_first = str(by) == row.first_by
    types = row.state in TYPED_IN and (not row.second_by or own is not None)
    if own is not None and types:
        leave_note(request, EntryKind.PERSONAL_DATA_READ, "paper_slip", str(slip_id))
    context = {
        "row": row,
        "item": directory.item_by_id(row.item_id).name,
        "state": gettext(STATE_LABELS[row.state]),
        "tone": _TONES.get(row.state, "info"),
        "differing": [gettext(FIELD_LABELS[field]) for field in queries.differences(row)],
        "is_first": is_first,
        "corrects": own is not None,
        "form": (form or _form(own)) if types else None,
        "others_type": row.state in TYPED_IN and not types,
        "aside": None if is_first or row.state not in TYPED_IN else aside or SetAsideForm(),
        "wrong": form or aside,
        "not_taken": gettext(_NOT_TAKEN.get(row.refusal, _NOT_TAKEN_OTHERWISE)) if row.refusal else "",
        "events": _events(row, by),
        "reasons": _reasons() if types else [],
    }
    return desk_page(request, "workbench/paper.html", context, here="desk_papers", status=status)


def _form(own: SlipReading | None) -> SlipForm:
    """The empty form, or what one typed oneself: never what the other one did."""
    binding = cases.binding_of(own.occurrence_id) if own else None
    return SlipForm(initial=as_typed(own, binding)) if own and binding else SlipForm()


def _events(row: SlipRow, by: Actor) -> list[Event]:
    names = names_of(filter(None, [row.first_by, row.second_by, row.ended_by]), by)
    events = [Event(gettext("Typed by the first person"), row.first_at, names[row.first_by])]
    if row.second_at:
        events.append(Event(gettext("Typed by the second person"), row.second_at, names[row.second_by]))
    if row.ended_at:
        ended = gettext(STATE_LABELS[row.state])
        events.append(Event(ended, row.ended_at, names[row.ended_by], row.ended_note))
    return events


def _reasons() -> list[tuple[str, list[tuple[str, str]]]]:
    """The numbers of the reasons with their words, by level, as a slip of today prints them."""
    today = local_day(timezone.now())
    return [
        (
            gettext(label),
            [(tag.code, either(tag.label, tag.english)) for tag in reviews.indicators_in_force(level, today)],
        )
        for level, label in LEVEL_LABELS.items()
    ]
