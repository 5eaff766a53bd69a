"""The steps of an order as forms, ready to be shown: what each is given that depends on the order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.accounts.access import may_any
from haochaping.doors.agencies import place_agencies
from haochaping.doors.workbench import standard
from haochaping.doors.workbench.call_forms import CallbackForm
from haochaping.doors.workbench.forms import AskExtensionForm, EvidenceForm, LedgerForm
from haochaping.doors.workbench.steps import MESSAGE, MILESTONE, STEPS, may_write
from haochaping.rectification.states import SHOWS_EVIDENCE, TRANSITIONS
from haochaping.rectification.terms import Move

if TYPE_CHECKING:
    from django import forms

    from haochaping.flows.call_back import Recordable
    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import OrderRow
    from haochaping.rulebook.terms import Terms

EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What forms are given that depends on the order: whose agencies they suggest, the rules of its place, what to heed."""

    by: Actor
    around: str
    terms: Terms
    recordable: Recordable
    cautions: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Offer:
    """A step with its form, ready to be shown."""

    name: str
    title: str
    button: str
    form: forms.Form
    standard: list[str]
    fills: str
    """The field that a standard text goes into."""
    cautions: list[str]
    """What to heed before it is sent."""


def plan(order: OrderRow, by: Actor) -> Offer | None:
    """The form by which a line of the plan is ticked, for whoever may."""
    step = STEPS[MILESTONE]
    ticks = may_any(by, step.powers) and (order.state, Move.MILESTONE) in TRANSITIONS
    return offer(MILESTONE, "", None) if ticks else None


def write(order: OrderRow, tried: str, form: forms.Form | None) -> Offer | None:
    """The form of a message to the reviewer, while they are written to."""
    return offer(MESSAGE, tried, form) if may_write(order.state) else None


def evidence(order: OrderRow, tried: str, form: forms.Form | None) -> forms.Form | None:
    """The form by which photographs are added, while they may be."""
    if order.state not in SHOWS_EVIDENCE:
        return None
    return form if form is not None and tried == EVIDENCE else EvidenceForm(auto_id=f"{EVIDENCE}_%s")


def offer(name: str, tried: str, form: forms.Form | None, prepared: Prepared | None = None) -> Offer:
    """One step; `form` is what was typed and not taken, of the step `tried`."""
    step = STEPS[name]
    shown = form if form is not None and name == tried else step.form(auto_id=f"{name}_%s")
    if prepared:
        place_agencies(shown, prepared.by.scope, prepared.around)
    if isinstance(shown, AskExtensionForm) and prepared:
        shown.up_to(prepared.terms.extension_days, prepared.terms.extension_unit)
    if isinstance(shown, CallbackForm) and prepared:
        shown.offer(prepared.recordable)
    if isinstance(shown, LedgerForm) and prepared:
        shown.within(prepared.terms.complex_rectify_days, prepared.terms.complex_rectify_unit)
    return Offer(
        name,
        gettext(step.title),
        gettext(step.button),
        shown,
        standard.titles(name),
        standard.field_of(name),
        prepared.cautions.get(name, []) if prepared else [],
    )
