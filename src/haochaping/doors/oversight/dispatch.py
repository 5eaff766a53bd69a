"""`/oversight/dispatch/`: the rules by which work orders are dispatched, and what one more would have changed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haochaping.accounts.access import may_reach
from haochaping.accounts.terms import Power
from haochaping.cases.terms import STAGE_LABELS, Stage
from haochaping.directory.rules import code_of
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, sent, told
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.names import names_of
from haochaping.doors.oversight.dispatch_forms import RuleForm, SendForm, TrialForm, WithdrawForm
from haochaping.flows import handle_bad_review
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.rectification import actions
from haochaping.rectification.queries import dispatch as dispatch_queries
from haochaping.reviews import queries as reviews
from haochaping.ui.readings import either

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from django import forms
    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import DispatchRuleShown, WaitingOrder

_MONTH = timedelta(days=30)
_HERE = "oversight_dispatch"


@requires(Power.ORDER_DISPATCH)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The rules that hold and those to come, and the form of one more; what was refused is shown as it was typed."""
    by, now, typed = actor_of(request), timezone.now(), sent(request)
    if typed is None:
        return _page(request, by, now, RuleForm(initial=_first(by, now)))
    form = RuleForm(typed)
    if not form.is_valid():
        return _page(request, by, now, form, INVALID)
    try:
        actions.set_dispatch_rule(form.proposed(), source=form.cleaned_data["source"], by=by, now=now)
    except Refused as refused:
        return _page(request, by, now, form, told(form, refused))
    messages.success(request, gettext("The rule is set. Orders that went out before stay where they are."))
    return see_other(reverse(_HERE))


def _first(by: Actor, now: datetime) -> dict[str, object]:
    """What the form says at first: one's own division, from today."""
    own = code_of(by.scope.division_path or "")
    return {"division": own, "effective_from": local_day(now)}


def _page(
    request: HttpRequest,
    by: Actor,
    now: datetime,
    form: forms.Form,
    status: int = 200,
    *,
    tried: tuple[UUID, forms.Form] | None = None,
) -> HttpResponse:
    context = {
        "lines": _lines(dispatch_queries.rules(by, now), by, now),
        "form": form,
        "wrong": tried[1] if tried else form,
        "waiting": [(order, _sending(order, tried)) for order in dispatch_queries.waiting(by, now)],
    }
    return desk_page(request, "oversight/dispatch.html", context, here=_HERE, status=status)


def _sending(order: WaitingOrder, tried: tuple[UUID, forms.Form] | None) -> forms.Form:
    if tried is not None and tried[0] == order.id:
        return tried[1]
    return SendForm(initial={"agency": order.agency_code}, auto_id=f"{order.id}_%s")


def _lines(rules: Iterable[DispatchRuleShown], by: Actor, now: datetime) -> list[dict[str, object]]:
    """Each rule as a line: of which orders, since when, by whom, and whether one may take it back."""
    found = list(rules)
    people, tags = names_of([rule.made_by for rule in found], by), reviews.indicators()
    lines = []
    for rule in found:
        tag = tags.get(rule.indicator)
        lines.append(
            {
                "rule": rule,
                "stage": gettext(STAGE_LABELS[Stage(rule.stage)]) if rule.stage else "",
                "tag": f"{tag.code} {either(tag.label, tag.english)}" if tag else "",
                "to_come": rule.effective_from > local_day(now),
                "by": people[rule.made_by],
                "mine": may_reach(by, division_path=rule.division_path),
            }
        )
    return lines


@requires(Power.ORDER_DISPATCH)
@require_POST
@refusable
def send(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Send an order that waits for the operator of the hotline; what was refused is shown again as it was typed."""
    by, now = actor_of(request), timezone.now()
    form = SendForm(request.POST, auto_id=f"{order_id}_%s")
    if form.is_valid():
        try:
            handle_bad_review.send(order_id, form.cleaned_data["agency"], by=by, now=now)
        except Refused as refused:
            status = told(form, refused)
        else:
            messages.success(request, gettext("The order is with the agency."))
            return see_other(reverse(_HERE))
    else:
        status = INVALID
    return _page(request, by, now, RuleForm(initial=_first(by, now)), status, tried=(order_id, form))


@requires(Power.ORDER_DISPATCH)
@require_safe
@refusable
def simulate(request: HttpRequest) -> HttpResponse:
    """Where the orders of the last 30 days would have gone with one more rule; changes nothing."""
    by, now = actor_of(request), timezone.now()
    if not request.GET:
        return _simulated(request, TrialForm(initial=_first(by, now)), {})
    form, since = TrialForm(request.GET), now - _MONTH
    if not form.is_valid():
        return _simulated(request, form, {}, INVALID)
    try:
        shares = dispatch_queries.simulated(form.proposed(), since=since, until=now, by=by, now=now)
    except Refused as refused:
        return _simulated(request, form, {}, told(form, refused))
    setting = RuleForm(initial=form.cleaned_data, auto_id="set_%s")
    found = {
        "shares": shares,
        "moved": sum(max(one.with_it - one.without, 0) for one in shares),
        "all": sum(one.without for one in shares),
        "since": since,
        "until": now,
        "kept": [setting[name].as_hidden() for name in TrialForm.base_fields],
        "source": setting["source"],
    }
    return _simulated(request, form, {"found": found})


def _simulated(
    request: HttpRequest, form: forms.Form, context: dict[str, object], status: int = 200
) -> HttpResponse:
    context |= {"form": form}
    return desk_page(request, "oversight/dispatch_simulate.html", context, here=_HERE, status=status)


@requires(Power.ORDER_DISPATCH)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def withdraw(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Take a rule back, with the reason."""
    by, now, typed = actor_of(request), timezone.now(), sent(request)
    rule = dispatch_queries.rule(rule_id, by=by, now=now)
    form = WithdrawForm(typed)
    if typed is None or not form.is_valid():
        return _withdrawal(request, rule, form, 200 if typed is None else INVALID)
    try:
        actions.withdraw_dispatch_rule(rule_id, source=form.cleaned_data["source"], by=by, now=now)
    except Refused as refused:
        return _withdrawal(request, rule, form, told(form, refused))
    messages.success(request, gettext("The rule is withdrawn. Orders it has sent stay where they are."))
    return see_other(reverse(_HERE))


def _withdrawal(request: HttpRequest, rule: DispatchRuleShown, form: forms.Form, status: int) -> HttpResponse:
    (line,) = _lines([rule], actor_of(request), timezone.now())
    context = {"line": line, "form": form}
    return desk_page(request, "oversight/dispatch_withdraw.html", context, here=_HERE, status=status)
