"""An appeal as both sides of the house see it: its words, evidence, decisions and events; never who the reviewer is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.files import queries as files
from haochaping.files.terms import DOCUMENT_LABELS
from haochaping.kernel.refused import N_
from haochaping.publicity.rules import for_handlers
from haochaping.rectification.queries import appeals
from haochaping.rectification.terms import (
    AGREES_LABELS,
    APPEAL_MOVE_LABELS,
    APPEAL_STATE_LABELS,
    FACT_LABELS,
    GROUND_LABELS,
    REFUSAL_LABELS,
    VERDICT_LABELS,
    AppealRefusal,
    AppealState,
    Ground,
    ProvenFact,
)
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import LEVEL_LABELS, Level, ReviewStatus
from haochaping.ui.shapes import Event

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from haochaping.rectification.terms import AppealEventRow, AppealRow, DecisionRow

_TONES = {AppealState.FILED: "warn", AppealState.PROPOSED: "warn", AppealState.CONTESTED: "warn"}
# What the time left is for, by state.
_UNTIL = {
    AppealState.FILED: N_("To be taken up by"),
    AppealState.ACCEPTED: N_("The reviewer may answer until"),
    AppealState.HEARD: N_("To be decided by"),
    AppealState.PROPOSED: N_("To be confirmed by"),
    AppealState.DECIDED: N_("A second review can be asked for until"),
    AppealState.CONTESTED: N_("To be decided again by"),
    AppealState.REPROPOSED: N_("To be confirmed by"),
}


def shown(row: AppealRow) -> dict[str, object]:
    """One appeal in words, for a list."""
    return {
        "row": row,
        "state": gettext(APPEAL_STATE_LABELS[row.state]),
        "until": gettext(_UNTIL[row.state]) if row.state in _UNTIL else "",
        "tone": _TONES.get(row.state, "info"),
        "ground": gettext(GROUND_LABELS[Ground(row.ground)]),
        "fact": gettext(FACT_LABELS[ProvenFact(row.fact)]) if row.fact else "",
    }


def whole(row: AppealRow, decisions: Sequence[DecisionRow]) -> dict[str, object]:
    """One appeal with everything that is decided by, for its page.

    Numbers in the reviewer's words stay hidden, and of a review that was taken back its words.
    """
    review = reviews.reviews([row.review_id])[row.review_id]
    withdrawn = review.status == ReviewStatus.WITHDRAWN
    return shown(row) | {
        "level": gettext(LEVEL_LABELS[Level(review.level)]),
        "words": "" if withdrawn else for_handlers(review.comment_text),
        "withdrawn": withdrawn,
        "photos": files.photos_of("appeal", str(row.id)),
        "documents": [
            (one, gettext(DOCUMENT_LABELS[one.kind])) for one in files.documents_of("appeal", str(row.id))
        ],
        "agrees": "" if row.agrees is None else gettext(AGREES_LABELS[row.agrees]),
        "answer": for_handlers(row.answer),
        "objection": for_handlers(row.objection)
        if row.contested_by.startswith("reviewer:")
        else row.objection,
        "refusal": gettext(REFUSAL_LABELS[AppealRefusal(row.refusal)]) if row.refusal else "",
        "decisions": [
            {
                "row": one,
                "verdict": gettext(VERDICT_LABELS[one.verdict]),
                "fact": gettext(FACT_LABELS[ProvenFact(one.fact)]) if one.fact else "",
            }
            for one in decisions
        ],
    }


def actors(row: AppealRow, decisions: Sequence[DecisionRow], events: Sequence[AppealEventRow]) -> list[str]:
    """Everybody who is named on the page, by the `kind:id` that was written down."""
    deciders = [who for one in decisions for who in (one.proposed_by, one.confirmed_by, one.sent_back_by)]
    return [row.filed_by, *filter(None, deciders), *(event.by for event in events)]


def timeline(events: Sequence[AppealEventRow], names: Mapping[str, str]) -> list[Event]:
    """What happened, oldest first."""
    return [
        Event(gettext(APPEAL_MOVE_LABELS[event.move]), event.at, names[event.by], event.note)
        for event in events
    ]


def events_of(row: AppealRow) -> list[AppealEventRow]:
    """The events of an appeal."""
    return appeals.appeal_timeline(row.id)
