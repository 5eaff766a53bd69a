"""`/desk/orders/<id>`: one order with everything needed to put it right, and the steps its state allows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from haochaping.accounts.access import may, may_any
from haochaping.accounts.terms import NOT_ALLOWED, Power
from haochaping.doors.agencies import near, place_agencies
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, told_here
from haochaping.doors.fields import uuid_of
from haochaping.doors.gate import actor_of, after_answer, leave_note, requires
from haochaping.doors.names import called
from haochaping.doors.photo import photo_response
from haochaping.doors.workbench import appeals, faults, linked, links, offers, projects, reviewed, standard
from haochaping.doors.workbench.cautions import cautions, is_unreached
from haochaping.doors.workbench.forms import ReplyForm
from haochaping.doors.workbench.steps import (
    CALL,
    MESSAGE,
    NOTE,
    STEPS,
    may_note,
    open_steps,
    own_part,
)
from haochaping.doors.workbench.story import actors, call_words, story
from haochaping.doors.workbench.words import state_tone, state_words
from haochaping.files import queries as files
from haochaping.files.terms import NO_SUCH_PHOTO
from haochaping.flows import call_back, conceal, handle_bad_review
from haochaping.flows.take_step import take_step
from haochaping.identity.access import may_request
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger.terms import EntryKind
from haochaping.notices.terms import Side
from haochaping.postgres.together import together
from haochaping.publicity.rules import for_handlers
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.access import is_own, sees_reviewer_s_case
from haochaping.rectification.queries import worklist
from haochaping.rectification.rules import of_this_clock
from haochaping.rectification.states import ANSWERED, FINAL, WORKED_ON, may_call
from haochaping.rectification.terms import (
    CLOCK_LABELS,
    NO_SUCH_ORDER,
    OUTCOME_LABELS,
    REPLY_DOUBTED,
    SOLVED_LABELS,
    ClockKind,
    HandlingOutcome,
    Means,
    Move,
    OrderState,
)
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import ReviewStatus
from haochaping.rulebook import queries as rulebook
from haochaping.rulebook.terms import UNIT_LABELS
from haochaping.supervision import queries as supervision
from haochaping.ui.sentences import say
from haochaping.voices import queries as voices

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from django import forms
    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.actor import Actor
    from haochaping.notices.terms import MessageRow
    from haochaping.rectification.terms import Doubts, EventRow, OrderRow


# What says of a form which page it was on, and nothing of what it says.
_OF_THE_PAGE = frozenset({"csrfmiddlewaretoken", "mark"})
_PLACE = {MESSAGE: "#thread", CALL: "#calls", NOTE: "#history"}


@dataclass(frozen=True, slots=True)
class Clock:
    """One promise of the order; `running` marks the step that is open now: the one clock."""

    title: str
    due: datetime | None
    done_at: datetime | None
    running: bool


@requires(Power.ORDER_VIEW)
@require_safe
@refusable
def page(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Show one order. Looking marks no message as read; that somebody looked is written once the page is given."""
    return order_page(request, order_id)


@requires(Power.ORDER_HANDLE, Power.ORDER_DISPATCH, Power.ORDER_SUPERVISE)
@require_POST
@refusable
def step(request: HttpRequest, order_id: UUID, step: str) -> HttpResponse:
    """Take a step; what was refused is shown again with what was typed."""
    if step not in STEPS:
        raise Http404
    chosen = STEPS[step]
    if not may_any(actor_of(request), chosen.powers):
        raise Refused(NOT_ALLOWED)
    form = chosen.form(request.POST, auto_id=f"{step}_%s")
    place_agencies(form, actor_of(request).scope, None)
    if standard.is_asked_for(step, request.POST):
        facts = standard.facts_of(_order(order_id, actor_of(request)))
        begun = chosen.form(
            initial=standard.with_text(form, step, request.POST, **facts), auto_id=f"{step}_%s"
        )
        return order_page(request, order_id, tried=step, form=begun)
    if not form.is_valid():
        # What is taken is looked at as it is taken; whoever may not call is not told what to type either.
        _check_calls(chosen.calls, order_id, actor_of(request))
        return order_page(request, order_id, tried=step, form=form, status=INVALID)
    by, now = actor_of(request), timezone.now()
    try:
        taken = take_step(
            order_id,
            sent_twice(request, step),
            lambda: chosen.perform(order_id, form.cleaned_data, by, now),
            content=said_in(request),
            now=now,
        )
    except Refused as refused:
        if isinstance(form, ReplyForm) and refused.code == REPLY_DOUBTED.code:
            # No mistake, and not said as one: the form comes back with what to look at.
            again = form.doubted(cast("Doubts", refused.complaint.params["doubts"]))
            return order_page(request, order_id, tried=step, form=again, status=INVALID)
        return order_page(request, order_id, tried=step, form=form, status=told_here(form, refused))
    if taken:
        messages.success(request, gettext(chosen.done))
    else:
        messages.info(request, gettext("This was done already with the first click. Nothing was done twice."))
    return see_other(_address(order_id) + _PLACE.get(step, ""))


def sent_twice(request: HttpRequest, step: str) -> str:
    """The mark by which the same form sent twice is known; "" for a form that has none."""
    mark = uuid_of(request.POST.get("mark", ""))
    return f"{step}:{mark}" if mark else ""


def said_in(request: HttpRequest) -> bytes:
    """All that a form of marks says, as it is compared when the form comes a second time."""
    fields = [(name, request.POST.getlist(name)) for name in request.POST if name not in _OF_THE_PAGE]
    files = [one for name in request.FILES for one in request.FILES.getlist(name)]
    contents = [sha256(one.read()).hexdigest() for one in files]
    for one in files:
        one.seek(0)
    return json.dumps([sorted(fields), contents]).encode()


@requires(Power.ORDER_HANDLE)
@require_POST
@refusable
def read(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Mark what the reviewer wrote as read."""
    handle_bad_review.read_messages(order_id, by=actor_of(request), now=timezone.now())
    return see_other(_address(order_id) + "#thread")


@requires(Power.ORDER_HANDLE)
@require_POST
@refusable
def case_number(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Show the whole case number on the page, once, to whoever deals with the order; each look is recorded."""
    number = conceal.case_number(order_id, by=actor_of(request))
    leave_note(request, EntryKind.CASE_NUMBER_READ, "order", str(order_id))
    return order_page(request, order_id, number=number)


@requires(Power.REVIEW_VIEW_TEXT)
@require_safe
@refusable
def photo(request: HttpRequest, order_id: UUID, photo_id: UUID) -> HttpResponse:
    """Show a photograph of the review behind an order, as long as its words are shown."""
    by = actor_of(request)
    order = _order(order_id, by)
    if reviews.reviews([order.review_id])[order.review_id].status == ReviewStatus.WITHDRAWN:
        raise Refused(NO_SUCH_PHOTO)
    if not sees_reviewer_s_case(by) and conceal.is_concealed(order):
        raise Refused(NO_SUCH_PHOTO)
    content = files.content_of(photo_id, subject_kind="review", subject_id=str(order.review_id))
    return photo_response(content, place=str(photo_id)[-4:])


def _order(order_id: UUID, by: Actor) -> OrderRow:
    order = orders.order(order_id, by=by)
    _check_dispatched(order)
    return order


def _check_calls(calls: bool, order_id: UUID, by: Actor) -> None:
    """An office takes a step about a call only where the reviewer is concealed from the agency, whatever the order is.

    Raises:
        Refused: NOT_ALLOWED.
    """
    if not calls or may(by, Power.ORDER_HANDLE):
        return
    try:
        conceal.calling_power(_order(order_id, by), by)
    except Refused as refused:
        raise Refused(NOT_ALLOWED) from refused


def _check_dispatched(order: OrderRow) -> None:
    if order.state == OrderState.CREATED:
        # Until it is dispatched it is the reviewer's to change, and nobody else's to see.
        raise Refused(NO_SUCH_ORDER)


def _address(order_id: UUID) -> str:
    return reverse("desk_order", args=[order_id])


def order_page(
    request: HttpRequest,
    order_id: UUID,
    *,
    tried: str = "",
    form: forms.Form | None = None,
    number: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of an order; `form` is what was tried and not taken, of the step `tried`; `number` the case's, opened."""
    by, now = actor_of(request), timezone.now()
    order, solution = orders.order_with_solution(order_id, by=by)
    _check_dispatched(order)
    leave_note(request, EntryKind.PERSONAL_DATA_READ, "order", str(order.id))
    after_answer(request, partial(rectification.mark_looked, order.id, user_id=int(by.id), now=now))
    review, said = reviews.review_with_supplement(order.review_id)
    # An order is opened with its review: what held for the one held for the other.
    terms = rulebook.terms_for(order.division_path, local_day(order.created_at))
    concealed = conceal.is_concealed(order, said, terms)
    hidden = concealed and not sees_reviewer_s_case(by)
    # Whose agency only helps reaches nobody, reads no messages and changes nothing but its own part.
    own = is_own(by, order)
    handles = own and may(by, Power.ORDER_HANDLE)
    calls = own and (not hidden if concealed else handles)
    history = orders.history(order.id)
    if not own:
        history.messages.clear()
    beside = history.beside
    part = None if own else own_part(beside, by)
    recordable = call_back.recordable(
        history, review, said, calls=calls, handles=handles, concealed=concealed
    )
    prepared = offers.Prepared(
        by,
        near(order.division_path),
        terms,
        recordable,
        cautions(order, history, terms, called=not recordable.impossible),
    )
    rings = calls and may_call(order.state)
    unready = call_back.no_call_now(order, history, terms, now) if rings and said.may_call_back else None
    appeal = appeals.OfOrder(order, by, now)
    fault = faults.OfOrder(order, history.events, by)
    at_hotline = linked.OfOrder(order.id, hidden=hidden)
    supervised = supervision.of_order(order.id, by=by)
    taken_up, merged = voices.of_review(order.review_id, by=by), orders.answered_with(order.review_id, by=by)
    handler = worklist.handler_of(order.id)
    together(*appeal.asked, *fault.asked, *at_hotline.asked, supervised, taken_up, merged, handler)
    about = supervised.answer
    names = called(actors(history), history.names, by)
    context = {
        "order": order,
        "state": state_words(order, solution, unreached=is_unreached(order, history)),
        "tone": state_tone(order.state),
        "outcome": gettext(OUTCOME_LABELS[HandlingOutcome(order.outcome)]) if order.outcome else "",
        "solution": solution,
        "solved": gettext(SOLVED_LABELS[solution.solved]) if solution else "",
        "solution_words": for_handlers(solution.text) if solution else "",
        "mark": uuid7(now),
        "clocks": _clocks(order, history.events),
        "due": part.due_at if part else order.due_at if own else None,
        "part": part,
        "helps": not own,
        "beside": beside,
        "began": of_this_clock(history.events)[0].at if history.events else None,
        "extension_unit": gettext(UNIT_LABELS[terms.extension_unit]),
        "plan": offers.plan(order, beside.milestones, by, tried, form) if own else [],
        "now": now,
        "thread": [_message(message, names) for message in history.messages],
        "unread": sum(1 for m in history.messages if m.side != Side.AGENCY and m.read_at is None),
        "concealed": concealed,
        "hidden": hidden,
        "events": story(
            history,
            about,
            names,
            besides=at_hotline.given(clock_rules=terms.hotline_clock_rules),
            hidden=hidden,
            reads=may(by, Power.REVIEW_VIEW_TEXT) and review.status != ReviewStatus.WITHDRAWN,
        ),
        "opened": history.looks,
        "handles": handles,
        "offers": [
            offers.offer(name, tried, form, prepared)
            for name in open_steps(order, history, by, records_calls=bool(recordable), terms=terms, now=now)
        ],
        "evidence": [one for one in beside.evidence if one.removed_at is None],
        "show_evidence": offers.evidence(order, tried, form) if handles else None,
        "write": offers.write(order, tried, form) if handles and not concealed else None,
        "note": offers.offer(NOTE, tried, form) if may_note(order, by) else None,
        "call": offers.offer(CALL, tried, form) if rings else None,
        "no_call": recordable.impossible,
        "call_later": say(unready).text if unready else "",
        "calls": [(call.at, call_words(call)) for call in history.calls],
        "calls_first": order.state == OrderState.SIGNED
        and all(one.means != Means.RELAY for one in recordable.contacts),
        "may_ask_opening": may_request(by),
        "appeal": appeal.shown(),
        "wrong": form,
    }
    context["opens_number"] = (
        not concealed
        and not number
        and order.state in WORKED_ON
        and may(by, Power.ORDER_HANDLE)
        and conceal.deals_with(order, handler.answer, history.events, by)
    )
    shown = context | reviewed.of_order(review, said, history, by, terms, hidden=hidden, number=number)
    shown |= projects.of_order(beside, by) | links.of_order(order, about, taken_up.answer, merged.answer, by)
    shown |= fault.shown() | at_hotline.shown()
    return desk_page(request, "workbench/order.html", shown, here="desk", status=status, counted=False)


def _clocks(order: OrderRow, events: Sequence[EventRow]) -> list[Clock]:
    """The promises of this round, counted from its dispatch; the one that runs is marked.

    Of an order that was not answered and is not worked on any more, those that were kept: nothing is due of it.
    """
    begun = order.dispatched_at
    first = {event.move: event.at for event in reversed(events) if begun is None or event.at >= begun}
    done = {
        ClockKind.SIGN: (order.sign_due_at, first.get(Move.SIGN_FOR)),
        ClockKind.CONTACT: (order.contact_due_at, first.get(Move.VERIFY)),
        ClockKind.RECTIFY: (order.rectify_due_at, order.replied_at),
    }
    if order.clock in {ClockKind.CHECK, ClockKind.DECIDE}:
        done[ClockKind(order.clock)] = (order.due_at, None)
    fell_away = order.state in FINAL and order.state not in ANSWERED
    return [
        Clock(gettext(CLOCK_LABELS[kind]), due, at, order.clock == kind)
        for kind, (due, at) in done.items()
        if at is not None or not fell_away
    ]


def _message(message: MessageRow, names: dict[str, str]) -> dict[str, object]:
    ours = message.side == Side.AGENCY
    return {
        "who": names.get(message.author, "") if ours else gettext("Reviewer"),
        "ours": ours,
        "at": message.sent_at,
        # A number written into a message stays hidden, as in the review: there is the relay for calling.
        "text": message.text if ours else for_handlers(message.text),
        "new": not ours and message.read_at is None,
    }
