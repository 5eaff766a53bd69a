"""What there is of supervision about one work order, for whom it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Coalesce

from haochaping.accounts.access import may, may_any
from haochaping.accounts.terms import Power
from haochaping.postgres.together import Asked
from haochaping.supervision import access
from haochaping.supervision.models import Signal, SupervisionEvent, SupervisionOrder, Urging
from haochaping.supervision.terms import AboutOrder, AboutOrderKind

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from haochaping.kernel.actor import Actor

_COLUMNS = ("what", "about", "word", "when", "rung", "helper")
_NONE = Value("", CharField())


def of_order(order_id: UUID, *, by: Actor) -> Asked[list[AboutOrder]]:
    """Each step of supervision, urging and signal about a work order, oldest first, in one question.

    Signals and drafts are for supervisors; whoever neither supervises nor handles orders is told nothing.
    """
    if not may_any(by, (Power.ORDER_SUPERVISE, Power.ORDER_HANDLE)):
        return Asked(Signal.objects.none(), lambda _: [])
    about = Q(work_order_id=order_id)
    known = SupervisionOrder.objects.filter(access.supervised(by), about).values("id")
    steps = SupervisionEvent.objects.filter(supervision_id__in=known)
    urgings = Urging.objects.filter(access.urged(by), about)
    asked, urged = urgings.filter(upward=True), urgings.filter(upward=False)
    parts = [
        _part(
            steps,
            AboutOrderKind.SUPERVISION,
            "supervision_id",
            "at",
            word=F("move"),
            rung=F("supervision__rung"),
            helper=Coalesce("supervision__part__agency__name", _NONE),
        ),
        _part(urged, AboutOrderKind.URGED, "id", "urged_at"),
        _part(urged.filter(answered_at__isnull=False), AboutOrderKind.ANSWERED, "id", "answered_at"),
        _part(asked, AboutOrderKind.HELP_ASKED, "id", "urged_at"),
        _part(asked.filter(answered_at__isnull=False), AboutOrderKind.HELP_GIVEN, "id", "answered_at"),
    ]
    if may(by, Power.ORDER_SUPERVISE):
        signals = Signal.objects.filter(access.signalled(by), about)
        parts.append(_part(signals, AboutOrderKind.SIGNAL, "id", "raised_at", word=F("kind")))
    rows = parts[0].union(*parts[1:], all=True).order_by("when")
    return Asked(rows, lambda found: [AboutOrder(AboutOrderKind(kind), *rest) for kind, *rest in found])


def _part(
    rows: QuerySet[Any],
    kind: AboutOrderKind,
    about: str,
    when: str,
    *,
    word: Any = _NONE,
    rung: Any = _NONE,
    helper: Any = _NONE,
) -> QuerySet[Any, Any]:
    told = {
        "what": Value(kind.value, CharField()),
        "about": F(about),
        "word": word,
        "when": F(when),
        "rung": rung,
        "helper": helper,
    }
    found: QuerySet[Any, Any] = rows.order_by().annotate(**told).values_list(*_COLUMNS)
    return found
