"""The steps of an order as forms, ready to be shown: what each is given that depends on the order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.accounts.access import may_any
from haochaping.doors.agencies import place_agencies
from haochaping.doors.workbench import standard
from haochaping.doors.workbench.call_forms import CallbackForm
from haochaping.doors.workbench.forms import AskExtensionForm, DropForm, EvidenceForm, LedgerForm
from haochaping.doors.workbench.steps import DROP, MESSAGE, MILESTONE, STEPS, may_write
from haochaping.rectification.states import SHOWS_EVIDENCE, TRANSITIONS
from haochaping.rectification.terms import Move

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django import forms

    from haochaping.flows.call_back import Recordable
    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import MilestoneRow, OrderRow
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


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the plan, with the forms by which it is ticked and ended for whoever may, as long as it is left."""

    row: MilestoneRow
    tick: Offer | None = None
    drop: Offer | None = None
    opened: bool = False
    """Whether the reason why it is ended is being typed."""


def plan(
    order: OrderRow, lines: Sequence[MilestoneRow], by: Actor, tried: str, form: forms.Form | None
) -> list[Line]:
    """The lines of the plan, to be read, and ticked or ended by whoever may."""
    works = may_any(by, STEPS[MILESTONE].powers) and (order.state, Move.MILESTONE) in TRANSITIONS
    return [_line(row, tried, form) if works and row.is_left else Line(row) for row in lines]


def _line(row: MilestoneRow, tried: str, form: forms.Form | None) -> Line:
    typed = form is not None and tried == DROP and form.data.get("milestone") == str(row.id)
    begun = form if typed else DropForm(auto_id=f"{DROP}_{row.id}_%s")
    return Line(row, offer(MILESTONE, "", None), offer(DROP, DROP, begun), opened=typed)


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
