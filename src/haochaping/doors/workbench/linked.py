"""What a linked 12345 says of an order, on its page, and what it sent with it: `/desk/orders/<id>/attachments/<id>`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.accounts.terms import Power
from haochaping.doors.desk import refusable
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.photo import handed_over
from haochaping.flows import conceal
from haochaping.hotline import queries
from haochaping.hotline.terms import MASTER_LABELS, NO_SUCH_ATTACHMENT, AttachmentKind
from haochaping.kernel.refused import N_, Refused
from haochaping.publicity.rules import for_handlers
from haochaping.rectification import queries as orders
from haochaping.rectification.access import sees_reviewer_s_case
from haochaping.ui.moments import moment
from haochaping.ui.shapes import Event

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from haochaping.hotline.terms import AttachmentRow
    from haochaping.postgres.together import Asked

_GIVEN_THERE = N_("The hotline gave its side more time, until {until}; what is promised here stays")
# What was drawn anew here is a JPEG, whatever the file was called; nothing else that is shown is no PDF.
_TYPES = {AttachmentKind.PICTURE: ("image/jpeg", "jpg"), AttachmentKind.PDF: ("application/pdf", "pdf")}


@dataclass(frozen=True, slots=True)
class AtHotline:
    """How an order stands at a hotline; `hidden` when what came with it would tell who the reviewer is."""

    number: str
    master: str
    due_at: datetime | None
    reason: str
    """Why the hotline gave its side more time, with nothing personal in it; "" where it did not."""
    hidden: bool
    attachments: list[tuple[AttachmentRow, bool]]


class OfOrder:
    """What the page of an order that is at a hotline says of it, each attachment with whether it can be had.

    `hidden` (全隐): an attachment may show all of the case, its name too.
    """

    def __init__(self, order_id: UUID, *, hidden: bool) -> None:
        self._hidden = hidden
        self._row = queries.at_hotline(order_id)
        self._sent = queries.attachments(order_id)
        self.asked: list[Asked[Any]] = [self._row] if hidden else [self._row, self._sent]

    def given(self, *, clock_rules: bool) -> list[Event]:
        """That the hotline gave its side more time, and why; where its clock rules, a move of the order says so."""
        more = self._row.answer[1] if self._row.answer else None
        if more is None or clock_rules:
            return []
        title = gettext(_GIVEN_THERE).format(until=moment(more.until))
        return [Event(title, more.at, text=for_handlers(more.reason))]

    def shown(self) -> dict[str, AtHotline]:
        """The part of the page, when it has been asked for."""
        found = self._row.answer
        if found is None:
            return {}
        row, given = found
        reason = for_handlers(given.reason) if given else ""
        sent = [] if self._hidden else [(one, one.kind in _TYPES) for one in self._sent.answer]
        master = gettext(MASTER_LABELS[row.master])
        return {"hotline": AtHotline(row.number, master, row.due_at, reason, self._hidden, sent)}


@requires(Power.ORDER_VIEW)
@require_safe
@refusable
def attachment(request: HttpRequest, order_id: UUID, attachment_id: UUID) -> HttpResponse:
    """Hand over what the hotline sent with an order, to whoever sees the order and the case behind it."""
    by = actor_of(request)
    order = orders.order(order_id, by=by)
    if not sees_reviewer_s_case(by) and conceal.is_concealed(order):
        raise Refused(NO_SUCH_ATTACHMENT)
    found = queries.attachment(attachment_id, order.id)
    if found is None:
        raise Refused(NO_SUCH_ATTACHMENT)
    row, content = found
    kind, ending = _TYPES[row.kind]
    return handed_over(content, content_type=kind, name=f"attachment-{str(row.id)[-4:]}.{ending}")
