"""What all oversight pages share: the door, and the tabs of what one may see behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext

from haochaping.accounts.access import may
from haochaping.accounts.terms import Power
from haochaping.doors.desk import desk_page
from haochaping.doors.gate import actor_of
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

# Addresses by what they show, each with the power that opens it.
TABS = (
    ("oversight", N_("Live map"), Power.ORDER_SUPERVISE),
    ("oversight_orders", N_("Overdue"), Power.ORDER_SUPERVISE),
    ("oversight_signals", N_("Signals"), Power.ORDER_SUPERVISE),
    ("oversight_risks", N_("Risk points"), Power.ORDER_SUPERVISE),
    ("oversight_blind_spots", N_("Blind spots"), Power.ORDER_SUPERVISE),
    ("oversight_supervisions", N_("Supervision orders"), Power.ORDER_SUPERVISE),
    ("oversight_proposals", N_("Proposals"), Power.SUPERVISION_DECIDE),
    ("oversight_urgings", N_("Urging"), Power.ORDER_SUPERVISE),
    ("oversight_voices", N_("Complaints for the office"), Power.ORDER_SUPERVISE),
    ("oversight_reports", N_("Protection of reviewers"), Power.ORDER_SUPERVISE),
    ("oversight_figures", N_("Figures"), Power.ORDER_SUPERVISE),
    ("oversight_comparison", N_("Fair comparison"), Power.ORDER_SUPERVISE),
    ("oversight_reconciliations", N_("Reconciliation"), Power.ORDER_SUPERVISE),
    ("oversight_same_source", N_("Same source"), Power.ORDER_SUPERVISE),
    ("oversight_exchange", N_("Levels"), Power.ORDER_SUPERVISE),
    ("oversight_quality", N_("Quality of data"), Power.ORDER_SUPERVISE),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of oversight; `here` marks the one that is shown."""

    title: str
    href: str
    here: bool


def oversight_page(
    request: HttpRequest, template: str, context: Mapping[str, object], *, here: str, status: int = 200
) -> HttpResponse:
    """Render a page of oversight below the desk's navigation."""
    by = actor_of(request)
    tabs = [Tab(gettext(title), reverse(name), name == here) for name, title, power in TABS if may(by, power)]
    return desk_page(request, template, {"tabs": tabs, **context}, here="oversight", status=status)
