"""One's own review: the page and its three forms, whether it was opened with the invitation or the receipt."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext

from haochaping.cases import queries as cases
from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.doors.photo import photo_response
from haochaping.doors.portal import handling, tags
from haochaping.doors.portal.appeal import appeal_shown
from haochaping.doors.portal.forms import MessageForm, ReasonsForm, ReportForm, SolutionForm
from haochaping.doors.portal.progress import after_objection, joined, progress_of
from haochaping.doors.portal.told import elsewhere
from haochaping.doors.portal.voices import shown
from haochaping.doors.private_page import see_other
from haochaping.doors.targets import rated, step_of
from haochaping.files import actions as file_actions
from haochaping.files import queries as files
from haochaping.flows import merge_orders
from haochaping.flows.conceal import is_concealed
from haochaping.flows.follow_up_review import follow_up_period_of
from haochaping.hotline import queries as hotline
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.masking import end_of_number
from haochaping.kernel.periods import local_day
from haochaping.postgres.together import together
from haochaping.rectification import queries as orders
from haochaping.rectification.queries import appeals
from haochaping.reviews import queries as reviews
from haochaping.reviews.rules import is_bad, yields_to_invitation
from haochaping.reviews.terms import HELPED_LABELS, ReviewStatus
from haochaping.rulebook import queries as rulebook
from haochaping.ui.sentences import say
from haochaping.voices import queries as voices

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from haochaping.cases.terms import Binding
    from haochaping.doors.portal.progress import Progress
    from haochaping.kernel.refused import Complaint
    from haochaping.rectification.terms import OrderRow
    from haochaping.reviews.terms import ReviewRow
    from haochaping.rulebook.terms import Terms


_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ShownCase:
    """The case as people recognise it, without saying more than they need: number by its end only."""

    item: str
    agency: str
    hall: str
    at: datetime | None
    number: str
    step: str = ""
    window: str = ""
    staff: str = ""
    """The number on the badge; a name is for the authority's own pages."""


def shown_case(binding: Binding) -> ShownCase:
    """The case of a service, for whoever holds its invitation or receipt."""
    return shown_cases([binding])[0]


def shown_cases(bindings: Sequence[Binding]) -> list[ShownCase]:
    """The same of many, in order."""
    names = directory.names_of_service(
        {
            Kind.ITEMS: {b.item_id for b in bindings},
            Kind.AGENCIES: {b.agency_id for b in bindings},
            Kind.HALLS: {b.hall_id for b in bindings if b.hall_id},
            Kind.WINDOWS: {b.window_id for b in bindings if b.window_id},
            Kind.STAFF: {b.staff_id for b in bindings if b.staff_id},
        }
    )
    return [
        ShownCase(
            item=names[Kind.ITEMS, b.item_id],
            agency=names[Kind.AGENCIES, b.agency_id],
            hall=names[Kind.HALLS, b.hall_id] if b.hall_id else "",
            at=b.occurrence_at,
            number=end_of_number(b.case_no),
            step=step_of(b),
            window=names[Kind.WINDOWS, b.window_id] if b.window_id else "",
            staff=names[Kind.STAFF, b.staff_id] if b.staff_id else "",
        )
        for b in bindings
    ]


def told_before(terms: Terms) -> dict[str, object]:
    """What the rules of the place say to whoever is asked: for how long a rating can be changed, and what it needs.

    A bad rating may make a work order only once it has words.
    """
    return {"minutes": int(terms.change_window / _MINUTE), "needs_words": terms.bad_needs_text}


def follow_up_of(first: ReviewRow, given: Mapping[int, ReviewRow]) -> ReviewRow | None:
    """The follow-up of a first review among those given of the service.

    One that nobody is known to have given is none beside one that somebody gave.
    """
    found = given.get(2) if first.assess_no == 1 else None
    if found and yields_to_invitation(found.provenance) and not yields_to_invitation(first.provenance):
        return None
    return found


@dataclass(frozen=True, slots=True)
class Opened:
    """A review and how it was opened: `base` is the address it lies under, `receipt` its number where known.

    `by_receipt` says that the address itself holds the receipt number; `given` are all reviews of the service.
    """

    review: ReviewRow
    base: str
    receipt: str = ""
    by_receipt: bool = False
    given: Mapping[int, ReviewRow] = field(default_factory=dict)
    asked: bool | None = None
    """Of whoever came by a text message: whether they may be asked that way; None for everybody else."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A form that could not be taken: what is wrong, and everything that was typed."""

    complaints: tuple[Complaint, ...] = ()
    reasons: Form | None = None
    codes: Collection[str] = ()
    message: Form | None = None
    solution: Form | None = None
    appeal: Form | None = None
    report: Form | None = None


@rulebook.asked_once()
def page(request: HttpRequest, opened: Opened, wrong: Wrong | None = None) -> HttpResponse:
    """The page of one's own review; with `wrong`, status 422 and the reasons first."""
    if wrong is None and request.GET.get("complain"):
        return handling.page(request, opened)
    review, now = opened.review, timezone.now()
    binding = cases.binding_of(review.occurrence_id)
    excluded = review.status == ReviewStatus.EXCLUDED
    changeable = now <= review.changeable_until and not excluded
    withdrawn = review.status == ReviewStatus.WITHDRAWN
    order, solution, shows = orders.order_of_own_review(review.id)
    day = local_day(now)
    terms = (
        rulebook.terms_for(binding.division_path, day)
        if binding
        else rulebook.terms_for_division(review.division_id, day)
    )
    levels = terms.rectification_levels
    said = reviews.supplement_of(review.id)
    # Where the case is hidden the office calls whoever agreed to it, and the agency contacts nobody.
    progress = progress_of(
        order,
        solution,
        shows=shows,
        levels=levels,
        concealed=order is not None and is_concealed(order, said),
        called=said.may_call_back,
        now=now,
    )
    lead = merge_orders.lead_of(order) if order and progress else None
    if order and lead and progress:
        progress = _joined(progress, order, lead, levels, now)
    wrong_shown = wrong or Wrong()
    bad, follow_up = is_bad(review.level), follow_up_of(review, opened.given)
    reachable = bad and binding is not None and _reachable(review, binding)
    # Until a bad review is finished its form asks whether one may be called.
    asked = bad and changeable and not withdrawn and not review.finished_at
    chosen = wrong_shown.codes if wrong_shown.reasons else review.indicator_codes
    # What was said is changed on a page of its own: with all that stands here it would be too much for one.
    changing = changeable and bool(review.finished_at and (wrong_shown.reasons or request.GET.get("change")))
    # Where the hotline's clock does not rule, the promise stays; that it gave more time is said all the same.
    there = hotline.at_hotline((lead or order).id) if order and progress else None
    appeal, taken_up = appeals.appeal_of_review(review.id), voices.of_review(review.id)
    handled = voices.about_handling(review.id)
    dropped = reviews.reasons_dropped(review.id)
    together(appeal, taken_up, handled, dropped, *([there] if there else []))
    if order and progress and not lead:
        progress = after_objection(progress, order, appeal.answer)
    follow_up_until = (
        _follow_up_until(review, lead or order, terms, now)
        if binding and not follow_up and not withdrawn and not excluded
        else None
    )
    # 上海: who has not said in words what was wrong has no order, and gets one as long as they can still say it.
    needs_words = bad and progress is None and binding is not None and terms.bad_needs_text and not excluded
    if follow_up and follow_up.status != ReviewStatus.WITHDRAWN:
        needs_words = False
    context: dict[str, object] = {
        "opened": opened,
        "review": review,
        "case": shown_case(rated(binding, review)) if binding else None,
        "now": now,
        "changeable": changeable,
        "changing": changing,
        "withdrawn": withdrawn,
        "excluded": excluded,
        "appeal": appeal_shown(appeal.answer, wrong_shown.appeal),
        "bad": bad,
        "needs_words": needs_words,
        # Where no form takes them any more, a complaint about the item does.
        "complain_about": directory.refs(Kind.ITEMS, [review.item_id])[review.item_id].code
        if needs_words and not changeable and not follow_up_until
        else "",
        "asks_to_call": reachable and not (progress and progress.reply and not changeable),
        "may_consent": reachable
        and not asked
        and not withdrawn
        and not said.may_call_back
        and not (progress and progress.reply),
        "may_end_consent": said.may_call_back and not asked,
        "said": said,
        "photos": files.photos_of("review", str(review.id)),
        "helped": gettext(HELPED_LABELS[said.helped_by]) if said.helped_by else "",
        "dropped": dropped.answer,
        "tags": tags.offered(review.level, chosen, day) if changeable and not withdrawn else [],
        "reasons": wrong_shown.reasons
        or ReasonsForm(
            initial={
                "comment_text": review.comment_text,
                "may_call_back": said.may_call_back,
                "helped_by": said.helped_by,
                "concealed": said.concealed,
            }
        ),
        "taken_up": [shown(one, now) for one in taken_up.answer]
        if review.comment_text and not bad and not withdrawn
        else [],
        "given": tags.words_of(review.indicator_codes, review.indicator_set),
        "progress": progress,
        "given_there": elsewhere(lead or order, there.answer)
        if there and not terms.hotline_clock_rules
        else None,
        "message": wrong_shown.message or MessageForm(),
        "follow_up": follow_up,
        "follow_up_until": follow_up_until,
        "first": opened.given.get(1) if review.assess_no != 1 else None,
        "solution": wrong_shown.solution or _solution_form(progress, now),
        "wrong_form": wrong_shown.message
        or wrong_shown.reasons
        or wrong_shown.solution
        or wrong_shown.appeal
        or wrong_shown.report,
        "report": wrong_shown.report or ReportForm(auto_id="report_%s"),
        "reporting": bool(wrong_shown.report or request.GET.get("report")),
        "handling": handling.line_of(order, handled.answer),
        "sentences": [say(complaint) for complaint in wrong_shown.complaints],
    }
    if wrong_shown.reasons and not changeable:
        context["unsent"] = wrong_shown.reasons["comment_text"].value()
    elif wrong_shown.message and (progress is None or progress.thread is None or not progress.writes):
        context["unsent"] = wrong_shown.message["text"].value()
    return render(request, "portal/own_review.html", context, status=422 if wrong else 200)


def photo(request: HttpRequest, opened: Opened, photo_id: UUID) -> HttpResponse:
    """Show one photograph of the review, or one that the agency shows with its reply; a POST removes one's own."""
    kind, review_id = "review", str(opened.review.id)
    if request.method == "POST":
        file_actions.remove(
            photo_id, subject_kind=kind, subject_id=review_id, by=REVIEWER, now=timezone.now()
        )
        return see_other(f"{opened.base}#photos")
    if evidence := orders.shows(merge_orders.answering_review(opened.review.id), photo_id):
        kind, review_id = "evidence", str(evidence)
    content = files.content_of(photo_id, subject_kind=kind, subject_id=review_id)
    return photo_response(content, place=str(photo_id)[-4:])


def _joined(own: Progress, order: OrderRow, lead: OrderRow, levels: int, now: datetime) -> Progress:
    """The same where the review is answered with another one of the reviewer."""
    row, solution, shows = orders.order_of_own_review(lead.review_id)
    said = reviews.supplement_of(lead.review_id)
    led = progress_of(
        row,
        solution,
        shows=shows,
        levels=levels,
        concealed=is_concealed(lead, said),
        called=said.may_call_back,
        now=now,
    )
    return joined(own, order, lead, led) if led else own


def _reachable(review: ReviewRow, binding: Binding) -> bool:
    """Whether there is somebody to call: the sealed person who reviewed, else who applied."""
    return (review.person_id or cases.person_of(binding.case_id)) is not None


def _follow_up_until(
    review: ReviewRow, order: OrderRow | None, terms: Terms, now: datetime
) -> datetime | None:
    """Until when a follow-up review can be given; None when it cannot be now."""
    if review.assess_no != 1:
        return None
    period = follow_up_period_of(review, order, terms)
    return period[1] if period and period[0] < now <= period[1] else None


def _solution_form(progress: Progress | None, now: datetime) -> SolutionForm | None:
    """The question whether it is solved, while it can be answered; None before the reply and after the window."""
    if progress is None or not progress.reply or not progress.asks:
        return None
    said = progress.solution
    if said is None:
        return SolutionForm(answers=progress.answers, auto_id="solution_%s")
    if now > said.changeable_until:
        return None
    typed = {"solved": said.solved, "text": said.text}
    return SolutionForm(initial=typed, answers=progress.answers, auto_id="solution_%s")
