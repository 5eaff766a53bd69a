"""The same figures counted again the slow way, straight from the live rows, to hold the counters against."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import batched, chain
from typing import TYPE_CHECKING

from django.db import connection

from haochaping.flows.verify_ledger import verify_ledger
from haochaping.insight import queries as insight
from haochaping.insight.models import Fact, FactDelta
from haochaping.insight.rules import (
    BY_NAME,
    Days,
    invitation_units,
    order_units,
    review_units,
    supervision_units,
    voice_units,
)
from haochaping.insight.terms import FactKey, Place
from haochaping.ledger import actions as ledger
from haochaping.levels import queries as levels
from haochaping.rectification import queries as orders
from haochaping.reviews import queries as reviews
from haochaping.reviews.asking import queries as asking
from haochaping.reviews.models import Invitation, Review
from haochaping.supervision import queries as supervision
from haochaping.supervision.terms import OPENED_AS, PROPOSED
from haochaping.voices import queries as voices

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from haochaping.flows.verify_ledger import Finding

_EFFECTIVE = "FROM reviews_review r WHERE r.status = 'effective'"
_ACTIVE = (
    "r.provenance IN ('active_self', 'active_onsite_device', 'active_paper_entered', 'hotline_call_back')"
)
# What somebody had reviewed could be reviewed, also of a withdrawn case.
_REPORTED = """
    FROM cases_service_occurrence o JOIN cases_case c ON c.id = o.case_id
    WHERE c.verified AND (c.status <> 'withdrawn' OR EXISTS (
        SELECT FROM reviews_review v WHERE v.occurrence_id = o.id AND v.assess_no = 1 AND v.status <> 'withdrawn'))
"""
_OUT = "FROM rectification_work_order w WHERE w.state NOT IN ('created', 'cancelled', 'merged', 'excluded')"
_PARTICIPATED = (
    """
    FROM reviews_review r JOIN cases_service_occurrence o ON o.id = r.occurrence_id JOIN cases_case c ON c.id = o.case_id
    WHERE r.status NOT IN ('withdrawn', 'excluded') AND r.assess_no = 1 AND c.verified AND """
    + _ACTIVE
)
_INVITED = """
    FROM reviews_invitation i JOIN cases_service_occurrence o ON o.id = i.occurrence_id JOIN cases_case c ON c.id = o.case_id
    WHERE c.verified AND c.status <> 'withdrawn'
"""
_TOLD = "(i.asked > 1 OR i.asked = 1 AND i.message IS NULL)"
_RESPONDED = f"""{_PARTICIPATED} AND c.status <> 'withdrawn'
    AND EXISTS (SELECT FROM reviews_invitation i WHERE i.occurrence_id = o.id)"""
_BY_LINK = "r.provenance = 'active_self' AND r.sent_by LIKE 'reviewer:%'"
_BY_CALL = "r.provenance = 'hotline_call_back' AND r.sent_by LIKE 'system:%'"

_UNREVIEWED = f"""
    AND NOT EXISTS (SELECT FROM reviews_review r WHERE r.occurrence_id = o.id AND r.assess_no = 1
                    AND r.status NOT IN ('withdrawn', 'excluded') AND {_ACTIVE})
"""
_APPEALED = "FROM rectification_appeal a"
_VERDICT = """
    SELECT DISTINCT ON (appeal_id) appeal_id, verdict FROM rectification_appeal_decision
    WHERE confirmed_at IS NOT NULL ORDER BY appeal_id, instance DESC
"""
_DECIDED = f"FROM rectification_appeal a JOIN ({_VERDICT}) d ON d.appeal_id = a.id"
_CALLED = "EXISTS (SELECT FROM rectification_callback c WHERE c.order_id = w.id AND c.result IN ({}))"
_REACHED = _CALLED.format("'answered', 'declined'")
# Somebody tried, or the time to try is over, and it was not impossible.
_TO_CALL = (
    f"{_OUT} AND ({_CALLED.format("'answered', 'declined', 'not_reached'")}"
    " OR w.contact_kept IS FALSE AND NOT EXISTS (SELECT FROM rectification_callback c WHERE c.order_id = w.id))"
)
_ANSWERED = f"{_OUT} AND EXISTS (SELECT FROM rectification_order_event e WHERE e.order_id = w.id AND e.move = 'reply')"
_UNSOLVED = "EXISTS (SELECT FROM rectification_order_event e WHERE e.order_id = w.id AND e.move IN ('do_again', 'escalate'))"
_WORD = """
    SELECT DISTINCT ON (order_id) order_id, solved FROM rectification_solution_answer
    ORDER BY order_id, answered_at DESC, id DESC
"""
_SAID = _OUT.replace("w WHERE", f"w JOIN ({_WORD}) s ON s.order_id = w.id WHERE")
_SENT = "FROM supervision_order s WHERE s.state <> 'opened' AND s.rung = '{}'"
_ADOPTED = "FROM supervision_proposal p WHERE p.state = 'adopted' AND p.staff_id IS NULL AND p.rung = '{}'"
_VOICES = "FROM voices_voice v WHERE v.kind <> 'handling' AND v.platform_id IS NULL"
_SPOKEN_OF = (
    f"{_VOICES} AND EXISTS (SELECT FROM voices_event e WHERE e.voice_id = v.id AND e.move = 'answer')"
)
_UNSOLVED_VOICE = (
    "EXISTS (SELECT FROM voices_event e WHERE e.voice_id = v.id AND e.move IN ('reopen', 'escalate'))"
)

_OF_CASES = ("case", "occurrence", "handled", "took", "promised", "trips", "materials")
_COMPLETED = "FROM cases_case c WHERE c.verified AND c.status = 'completed' AND c.completed_at IS NOT NULL"
_WITH_LIMIT = f"{_COMPLETED} AND c.promised_limit LIKE '% working_day' AND c.worked_days IS NOT NULL"
_LIMIT = "split_part(c.promised_limit, ' ', 1)::int"
_QUESTIONS = "FROM voices_voice v WHERE v.kind = 'after_sales' AND v.platform_id IS NULL"


def _times(number: str, clause: str) -> str:
    """Each row of a clause as often as a number of it says."""
    return clause.replace("cases_case c", f"cases_case c, generate_series(1, {number})", 1)


BRUTE = {
    "cases": ("FROM cases_case c WHERE c.verified", None),
    "occurrences": (_REPORTED, None),
    "active_reviews": (f"{_EFFECTIVE} AND {_ACTIVE}", None),
    "bad_reviews": (f"{_EFFECTIVE} AND r.level <= 2", None),
    "unverified_reviews": (f"{_EFFECTIVE} AND NOT {_ACTIVE}", None),
    "participation_rate": (_PARTICIPATED, _REPORTED),
    "not_reviewed_rate": (
        _REPORTED + _UNREVIEWED,
        _REPORTED,
    ),
    "invited_rate": (_INVITED, _REPORTED),
    "invited_delivered_share": (f"{_INVITED} AND {_TOLD}", _INVITED),
    "invited_sent_share": (
        f"{_INVITED} AND i.asked = 1 AND NOT {_TOLD} AND i.asking_ended <> 'by_phone'",
        _INVITED,
    ),
    "invited_failed_share": (
        f"{_INVITED} AND i.asked = 0 AND i.failed > 0 AND i.asking_ended <> 'by_phone'",
        _INVITED,
    ),
    "invited_called_share": (f"{_INVITED} AND NOT {_TOLD} AND i.asking_ended = 'by_phone'", _INVITED),
    "invited_issued_share": (
        f"{_INVITED} AND i.asked = 0 AND i.failed = 0 AND i.asking_ended <> 'by_phone'",
        _INVITED,
    ),
    "responded_rate": (f"{_RESPONDED} AND ({_BY_LINK} OR {_BY_CALL})", _INVITED),
    "responded_self_rate": (f"{_RESPONDED} AND {_BY_LINK}", _INVITED),
    "responded_by_phone_rate": (f"{_RESPONDED} AND {_BY_CALL}", _INVITED),
    "bad_rate": (f"{_EFFECTIVE} AND {_ACTIVE} AND r.level <= 2", f"{_EFFECTIVE} AND {_ACTIVE}"),
    "strict_good_rate": (f"{_EFFECTIVE} AND {_ACTIVE} AND r.level >= 4", f"{_EFFECTIVE} AND {_ACTIVE}"),
    **{
        f"level_{level}_share": (
            f"{_EFFECTIVE} AND {_ACTIVE} AND r.level = {level}",
            f"{_EFFECTIVE} AND {_ACTIVE}",
        )
        for level in range(1, 6)
    },
    # As many rows of each review as its level says.
    "average_score": (
        f"FROM reviews_review r, generate_series(1, r.level) WHERE r.status = 'effective' AND {_ACTIVE}",
        f"{_EFFECTIVE} AND {_ACTIVE}",
    ),
    "follow_up_good_rate": (
        f"{_EFFECTIVE} AND {_ACTIVE} AND r.assess_no > 1 AND r.level >= 3",
        f"{_EFFECTIVE} AND {_ACTIVE} AND r.assess_no > 1",
    ),
    "rectification_rate": (f"{_OUT} AND w.state IN ('replied', 'checked', 'closed')", _OUT),
    "unreached_rate": (
        f"{_OUT} AND w.state IN ('replied', 'checked', 'closed') AND w.outcome = 'unreachable_closed'",
        f"{_OUT} AND w.state IN ('replied', 'checked', 'closed')",
    ),
    "callback_rate": (f"{_OUT} AND {_REACHED}", _TO_CALL),
    "on_time_contact_rate": (f"{_OUT} AND w.contact_kept", f"{_OUT} AND w.contact_kept IS NOT NULL"),
    "on_time_rectification_rate": (f"{_OUT} AND w.rectify_kept", f"{_OUT} AND w.rectify_kept IS NOT NULL"),
    "reopened_rate": (f"{_ANSWERED} AND {_UNSOLVED}", _ANSWERED),
    "second_satisfaction": (f"{_SAID} AND s.solved = 'yes'", _SAID),
    "repeat_rate": (f"{_OUT} AND w.repeats", _OUT),
    "appeals": (_APPEALED, None),
    "upheld_rate": (f"{_DECIDED} WHERE d.verdict IN ('mistaken', 'malicious', 'partly')", _DECIDED),
    "good_rate": (f"{_EFFECTIVE} AND {_ACTIVE} AND r.level >= 3", f"{_EFFECTIVE} AND {_ACTIVE}"),
    "excluded_reviews": ("FROM reviews_review r WHERE r.status = 'excluded'", None),
    "completed_cases": (_COMPLETED, None),
    "on_time_completion_rate": (f"{_WITH_LIMIT} AND c.worked_days <= {_LIMIT}", _WITH_LIMIT),
    "average_days_promised": (_times(_LIMIT, _WITH_LIMIT), _WITH_LIMIT),
    "average_days_taken": (_times("c.worked_days", _WITH_LIMIT), _WITH_LIMIT),
    "average_trips": (_times("c.trips", _COMPLETED), f"{_COMPLETED} AND c.trips IS NOT NULL"),
    "one_trip_rate": (f"{_COMPLETED} AND c.trips <= 1", f"{_COMPLETED} AND c.trips IS NOT NULL"),
    "average_materials": (_times("c.materials", _COMPLETED), f"{_COMPLETED} AND c.materials IS NOT NULL"),
    "question_on_time_rate": (
        f"{_QUESTIONS} AND v.answer_kept",
        f"{_QUESTIONS} AND v.answer_kept IS NOT NULL",
    ),
    "voice_answered_rate": (f"{_VOICES} AND v.answered_at IS NOT NULL", _VOICES),
    "voice_on_time_rate": (f"{_VOICES} AND v.answer_kept", f"{_VOICES} AND v.answer_kept IS NOT NULL"),
    "voice_overdue_rate": (
        f"{_VOICES} AND v.alarm = 2 AND v.state IN ('received', 'transferred', 'signed')",
        _VOICES,
    ),
    "suggestion_adopted_rate": (
        f"{_VOICES} AND v.outcome = 'adopted'",
        f"{_VOICES} AND v.kind = 'suggestion' AND v.answered_at IS NOT NULL",
    ),
    "voice_reopened_rate": (f"{_SPOKEN_OF} AND {_UNSOLVED_VOICE}", _SPOKEN_OF),
    **{f"supervision_{rung}": (_SENT.format(rung), None) for rung in OPENED_AS},
    **{f"supervision_{rung}": (_ADOPTED.format(rung), None) for rung in PROPOSED},
}


def _numbers(clauses: Iterable[str | None]) -> list[int | None]:
    """How many rows each clause finds, in one question; None for none."""
    counts = ", ".join(f"(SELECT count(*) {clause})" if clause else "NULL" for clause in clauses)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        return list(cursor.fetchone())


def brute_force() -> dict[str, tuple[int | None, ...]]:
    """Numerator and denominator of every measure, from the rows themselves."""
    return dict(zip(BRUTE, batched(_numbers(chain.from_iterable(BRUTE.values())), 2), strict=True))


def measured() -> dict[str, tuple[int, int | None]]:
    """Numerator and denominator of every measure, as published."""
    return {
        m.name: (m.numerator, m.denominator) for m in insight.measures(Place(), of=tuple(BY_NAME.values()))
    }


def counted() -> dict[FactKey, int]:
    """The counters of reviews, invitations, orders, supervision and voices at their full grain, folded or not."""
    units: Counter[FactKey] = Counter()
    for model in (Fact, FactDelta):
        for row in model.objects.exclude(kind__in=_OF_CASES):
            units[FactKey(*(getattr(row, name) for name in FactKey._fields))] += row.n
    return {key: n for key, n in units.items() if n}


def standing() -> dict[FactKey, int]:
    """What those counters have to be: the units of every review, invitation, order, step of supervision and voice."""
    ids = list(Review.objects.values_list("id", flat=True))
    units = review_units(reviews.facts_of(ids).values())
    units.update(order_units(orders.facts_of(ids).values()))
    units.update(order_units(levels.order_facts(ids).values()))
    units.update(invitation_units(asking.counted(Invitation.objects.values_list("id", flat=True))))
    units.update(supervision_units(supervision.reached()))
    units.update(voice_units(voices.facts_of()))
    return {key: n for key, n in units.items() if key.kind not in _OF_CASES}


_EVER = (date(1900, 1, 1), date(2200, 1, 1))


def assert_counters_exact() -> None:
    """Hold the published figures and every single counter against the live rows."""
    assert measured() == brute_force()
    assert counted() == standing()
    assert insight.differing(Days(*_EVER)) == []
    assert insight.differing_months(*_EVER) == insight.differing_totals() == []


def findings(now: datetime) -> list[Finding]:
    """Everything that a check of the ledger says, after the sequencer has caught up."""
    while ledger.chain(now=now):
        pass
    return list(verify_ledger(now=now + timedelta(hours=1)))


def rows_of(*tables: str) -> dict[str, int]:
    """How many rows each table has."""
    found = _numbers(f"FROM {table}" for table in tables)
    return {table: n or 0 for table, n in zip(tables, found, strict=True)}
