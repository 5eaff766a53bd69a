"""What an order is connected with: supervision, urgings, signals, voices and the order that answers for it, as links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext

from haochaping.accounts.access import may
from haochaping.accounts.terms import Power
from haochaping.doors.workbench.story import title_of
from haochaping.rectification.states import OPEN
from haochaping.supervision.rules import may_ask_above
from haochaping.supervision.terms import AboutOrderKind
from haochaping.ui.shapes import Link
from haochaping.voices.terms import KIND_LABELS, STATE_LABELS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import OrderRow
    from haochaping.supervision.terms import AboutOrder
    from haochaping.voices.terms import VoiceRow

_OVERSIGHT = {
    AboutOrderKind.SUPERVISION: "oversight_supervision",
    AboutOrderKind.URGED: "oversight_urging",
    AboutOrderKind.ANSWERED: "oversight_urging",
    AboutOrderKind.HELP_ASKED: "oversight_urging",
    AboutOrderKind.HELP_GIVEN: "oversight_urging",
}
_DESK = {
    AboutOrderKind.SUPERVISION: "desk_supervision_one",
    AboutOrderKind.URGED: "desk_urging",
    AboutOrderKind.ANSWERED: "desk_urging",
}


def of_order(
    order: OrderRow,
    about: Iterable[AboutOrder],
    voices: Iterable[VoiceRow],
    merged: Iterable[OrderRow],
    by: Actor,
) -> dict[str, list[Link]]:
    """Where else the matter is worked on, each thing once with its last step; and what a supervisor may begin."""
    supervises = may(by, Power.ORDER_SUPERVISE)
    found = {one.about: _about(one, supervises=supervises) for one in about}
    links = [link for link in found.values() if link]
    if order.merged_into_id:
        links.append(
            Link(gettext("The order it was merged with"), reverse("desk_order", args=[order.merged_into_id]))
        )
    links += [
        Link(
            gettext("Another review of the same reviewer, answered with this one"),
            reverse("desk_order", args=[one.id]),
        )
        for one in merged
    ]
    links += [
        Link(
            f"{gettext(KIND_LABELS[voice.kind])} · {gettext(STATE_LABELS[voice.state])}",
            reverse("desk_voice", args=[voice.id]),
        )
        for voice in voices
    ]
    begins = []
    if supervises and by.scope.division_path is not None and order.state in OPEN:
        begins = [
            Link(gettext("Urge the agency"), f"{reverse('oversight_urging_new')}?order={order.id}"),
            Link(
                gettext("Write a supervision letter"),
                f"{reverse('oversight_supervision_new')}?order={order.id}",
            ),
        ]
        if may_ask_above(by.scope):
            begins.append(
                Link(
                    gettext("Ask the level above for help"),
                    f"{reverse('oversight_help_new')}?order={order.id}",
                )
            )
    return {"connected": links, "begins": begins}


def _about(one: AboutOrder, *, supervises: bool) -> Link | None:
    if one.kind == AboutOrderKind.SIGNAL:
        return Link(title_of(one), reverse("oversight_signals"))
    names = _OVERSIGHT if supervises else _DESK
    return Link(title_of(one), reverse(names[one.kind], args=[one.about]))
