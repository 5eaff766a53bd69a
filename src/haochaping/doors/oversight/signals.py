"""`/oversight/signals/`: what a supervisor should see, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.accounts.access import may
from haochaping.accounts.terms import Power
from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.doors.desk import refusable
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.oversight.page import oversight_page
from haochaping.doors.oversight.unit_words import UNIT_PAGES, about_unit, unit_page
from haochaping.doors.paging import page_number
from haochaping.doors.supervised import ON_PAGE, pager
from haochaping.kernel.refused import N_
from haochaping.reviews.terms import LEVEL_LABELS, Level
from haochaping.supervision import queries
from haochaping.supervision.terms import SIGNAL_LABELS, SignalKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest, HttpResponse

    from haochaping.supervision.terms import SignalRow


_VOICE = "voice:"


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The signals of one's divisions, those first that nobody has taken up."""
    taken = request.GET.get("list") == "taken"
    number = page_number(request.GET.get("page", ""))
    by = actor_of(request)
    decides = may(by, Power.SUPERVISION_DECIDE)
    found = queries.signals(by, taken=taken, limit=ON_PAGE + 1, offset=(number - 1) * ON_PAGE)
    context = {
        "rows": [
            line | {"measure": decides and not taken and line["row"].kind == SignalKind.SERVICE_FAULT}
            for line in lines(found[:ON_PAGE])
        ],
        "taken": taken,
        **pager(number, len(found), "list=taken&" if taken else ""),
    }
    return oversight_page(request, "oversight/signals.html", context, here="oversight_signals")


def lines(found: Sequence[SignalRow]) -> list[dict[str, Any]]:
    """Signals in words: what each is, what is known of it, where its voice or the unit that it is about stands."""
    items = directory.refs(
        Kind.ITEMS, [int(row.facts["item"]) for row in found if row.facts.get("item", "").isdecimal()]
    )
    names = {str(pk): ref.name for pk, ref in items.items()}
    return [
        {
            "row": row,
            "kind": gettext(_VOICE_ESCALATED if _is_escalated_voice(row) else SIGNAL_LABELS[row.kind]),
            "about": about_unit(row, names) if row.kind in UNIT_PAGES else _about(row.facts, names),
            "see": unit_page(row) if row.kind in UNIT_PAGES else _voice(row),
        }
        for row in found
    ]


_VOICE_ESCALATED = N_("A complaint, suggestion or question was called unsolved once more")


def _is_escalated_voice(row: SignalRow) -> bool:
    return row.kind == SignalKind.ESCALATED and row.subject.startswith(_VOICE)


def _voice(row: SignalRow) -> str:
    """Where the complaint, suggestion or question stands that is overdue, escalated, or whose agency has ended."""
    _, is_voice, voice_id = row.subject.partition(_VOICE)
    if _is_escalated_voice(row):
        return reverse("oversight_voice", args=[voice_id])
    wanted = is_voice and row.kind in {SignalKind.VOICE_OVERDUE, SignalKind.AGENCY_ENDED}
    return reverse("desk_voice", args=[voice_id]) if wanted else ""


def _about(facts: Mapping[str, str], items: Mapping[str, str]) -> str:
    """What is said of a signal besides its kind: how many of which item, or what its sender put down."""
    if "item" in facts and "orders" in facts:
        return gettext("{item}: {orders} bad reviews in {days} days").format(
            item=items.get(facts["item"], facts["item"]), orders=facts["orders"], days=facts.get("days", "")
        )
    if "level_today" in facts:
        return gettext("Asked again after the order was closed, the reviewer says today: {level}").format(
            level=gettext(LEVEL_LABELS[Level(int(facts["level_today"]))])
        )
    if "figures" in facts:
        return gettext(
            "{figures} figures are not what their rows come to: an administrator runs “haochaping facts verify”"
        ).format(figures=facts["figures"])
    if "cases" in facts:
        return gettext("{cases} later cases within twelve months").format(cases=facts["cases"])
    return " · ".join(facts.values())
