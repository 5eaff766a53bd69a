"""分析 rules: what counts as what, by table; measures against counting people one by one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import fsum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.cases.terms import CaseFacts, Handled, OccurrenceFacts
from haochaping.insight.rules import (
    BY_NAME,
    INSIDE,
    MEASURES,
    OF_ASKING,
    OF_VOICES,
    case_units,
    changes,
    figures_of,
    invitation_units,
    order_units,
    review_units,
    supervision_units,
    voice_units,
    worked_out,
)
from haochaping.insight.terms import REPORTED, UNVERIFIED, FactKey, FactKind, Said
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.ratios import interval
from haochaping.rectification.terms import AppealFacts, Heard, OrderFacts, OrderState, Solved, Verdict
from haochaping.reviews.asking.rules import reach_of
from haochaping.reviews.asking.terms import InvitedFacts, Reach
from haochaping.reviews.rules import by_invitation, is_active, is_bad
from haochaping.reviews.terms import Level, Provenance, ReasonClass, ReviewChannel, ReviewFacts, ReviewStatus
from haochaping.supervision.terms import OPENED_AS, PERSONAL, PROPOSED, Rung, RungReached
from haochaping.voices.terms import VoiceFacts, VoiceKind

DAY = date(2026, 6, 1)
ID = UUID(int=1)
LATE = datetime(2026, 5, 31, 16, 30, tzinfo=UTC)
CASE = CaseFacts(
    ID,
    DAY,
    1,
    2,
    3,
    verified=True,
    withdrawn=False,
    occurrences=(OccurrenceFacts(ID, DAY), OccurrenceFacts(UUID(int=2), date(2026, 6, 2))),
)
REVIEW = ReviewFacts(
    id=ID,
    assessed_at=LATE,
    occurred_at=datetime(2026, 5, 30, 10, tzinfo=BEIJING),
    division_id=1,
    agency_id=2,
    item_id=3,
    channel=ReviewChannel.MOBILE,
    level=1,
    provenance=Provenance.ACTIVE_SELF,
    status=ReviewStatus.EFFECTIVE,
    assess_no=1,
    verified_case=True,
    case_place=(1, 2, 3),
    case_withdrawn=False,
)
ORDER = OrderFacts(ID, LATE, 1, 2, 3, OrderState.DISPATCHED)


INVITED = InvitedFacts(ID, DAY, 1, 2, 3, 4, "intake", verified=True, withdrawn=False, reach=Reach.DELIVERED)


def key(kind: FactKind, day: date, channel: str = "", level: int = 0, provenance: str = "") -> FactKey:
    return FactKey(kind, day, 1, 2, 3, channel, level, provenance)


def test_services_and_what_was_said_of_them_count_in_their_hall_and_at_their_stage():
    served = case_units([CASE._replace(occurrences=(OccurrenceFacts(ID, DAY, 4, "intake"),))])
    said = review_units([REVIEW._replace(hall_id=5, service_hall_id=4, stage="delivery", invited=True)])
    handled = order_units([replace(ORDER, hall_id=5, appeal=AppealFacts(7, 8, ""))])

    assert {unit.kind: (unit.hall_id, unit.stage) for unit in (*served, *said, *handled)} == {
        FactKind.CASE: (0, ""),
        FactKind.OCCURRENCE: (4, "intake"),
        FactKind.REVIEW: (5, "delivery"),
        FactKind.REVIEWED: (4, "delivery"),
        FactKind.RESPONDED: (4, "delivery"),
        FactKind.ORDER: (5, ""),
        FactKind.APPEAL: (5, ""),
    }


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"invited": False}, False),
        ({"case_withdrawn": True}, False),
        ({"verified_case": False}, False),
        ({"assess_no": 2}, False),
        ({"status": ReviewStatus.WITHDRAWN}, False),
        ({"status": ReviewStatus.EXCLUDED, "reason_class": ReasonClass.MISTAKEN}, False),
        ({"status": ReviewStatus.SUPERSEDED}, True),
    ],
)
def test_what_came_through_an_invitation_is_part_of_what_was_reviewed(changes, counts):
    units = review_units([REVIEW._replace(**{"invited": True, **changes})])

    responded = {unit._replace(kind=FactKind.REVIEWED) for unit in units if unit.kind == FactKind.RESPONDED}
    assert bool(responded) == counts
    assert responded <= units.keys()


@pytest.mark.parametrize(
    ("changes", "counts"), [({}, True), ({"verified": False}, False), ({"withdrawn": True}, False)]
)
def test_an_invitation_counts_once_by_how_far_it_has_come(changes, counts):
    unit = FactKey(FactKind.INVITED, DAY, 1, 2, 3, "", 0, "delivered", 4, "intake")

    assert invitation_units([INVITED._replace(**changes)]) == ({unit: 1} if counts else {})


@pytest.mark.parametrize(
    ("asked", "failed", "waits", "ended", "reach"),
    [
        (0, 0, False, "", Reach.ISSUED),
        (0, 0, False, "no_phone", Reach.ISSUED),
        (1, 0, True, "", Reach.SENT),
        (1, 0, False, "", Reach.DELIVERED),
        (2, 0, True, "asked_out", Reach.DELIVERED),
        (0, 1, False, "not_sent", Reach.FAILED),
        (0, 1, False, "by_phone", Reach.CALLED),
        (0, 0, False, "by_phone", Reach.CALLED),
        (1, 1, False, "by_phone", Reach.DELIVERED),
        (1, 1, True, "", Reach.SENT),
    ],
)
def test_how_far_an_invitation_has_come(asked, failed, waits, ended, reach):
    assert reach_of(asked=asked, failed=failed, waits=waits, ended=ended) == reach


@pytest.mark.parametrize(
    ("sent_by", "provenance", "through"),
    [
        ("reviewer:reviewer", Provenance.ACTIVE_SELF, True),
        ("client:7", Provenance.ACTIVE_SELF, False),
        ("reviewer:reviewer", Provenance.UNVERIFIED, False),
        ("system:haochaping", Provenance.HOTLINE_CALL_BACK, True),
        ("client:7", Provenance.HOTLINE_CALL_BACK, False),
        ("staff:7", Provenance.ACTIVE_PAPER_ENTERED, False),
        ("system:haochaping", Provenance.BULK_IMPORT, False),
    ],
)
def test_only_its_holder_or_a_call_answers_an_invitation(sent_by, provenance, through):
    assert by_invitation(sent_by, provenance) == through


def test_services_of_a_withdrawn_case_are_void():
    assert case_units([CASE._replace(withdrawn=True)]) == {key(FactKind.CASE, DAY, provenance=REPORTED): 1}


@pytest.mark.parametrize("verified", [True, False])
@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"status": ReviewStatus.SUPERSEDED}, True),
        ({"status": ReviewStatus.EXCLUDED, "reason_class": ReasonClass.MISTAKEN}, True),
        ({"provenance": Provenance.BULK_IMPORT}, True),
        ({"status": ReviewStatus.WITHDRAWN}, False),
        ({"assess_no": 2}, False),
    ],
)
def test_a_reviewed_service_of_a_withdrawn_case_counts_by_its_review(changes, counts, verified):
    review = REVIEW._replace(case_withdrawn=True, verified_case=verified, case_place=(7, 8, 9), **changes)

    units = review_units([review])

    services = {unit: n for unit, n in units.items() if unit.kind == FactKind.OCCURRENCE}
    known_from = REPORTED if verified else UNVERIFIED
    served = FactKey(FactKind.OCCURRENCE, date(2026, 5, 30), 7, 8, 9, "", 0, known_from)
    assert services == ({served: 1} if counts else {})


@pytest.mark.parametrize(("verified", "provenance"), [(True, REPORTED), (False, UNVERIFIED)])
def test_a_case_counts_on_its_day_and_each_service_on_its_own(verified: bool, provenance: str):
    assert case_units([CASE._replace(verified=verified)]) == {
        key(FactKind.CASE, DAY, provenance=provenance): 1,
        key(FactKind.OCCURRENCE, DAY, provenance=provenance): 1,
        key(FactKind.OCCURRENCE, date(2026, 6, 2), provenance=provenance): 1,
    }


HANDLED = Handled(date(2026, 6, 5), took=2, promised=5, kept=True, trips=1, materials=4)


@given(st.data())
def test_cases_count_together_as_they_count_each_by_itself(data):
    drawn = {
        "day": st.sampled_from([DAY, date(2026, 6, 2)]),
        "agency_id": st.sampled_from([7, 8]),
        "verified": st.booleans(),
        "withdrawn": st.booleans(),
        "occurrences": st.sampled_from([(), CASE.occurrences, CASE.occurrences[:1] * 2]),
        "handled": st.sampled_from(
            [None, HANDLED, HANDLED._replace(trips=None), HANDLED._replace(kept=False)]
        ),
    }
    cases = [
        CASE._replace(**found) for found in data.draw(st.lists(st.fixed_dictionaries(drawn), max_size=8))
    ]

    assert case_units(cases) == sum((case_units([case]) for case in cases), Counter())


@pytest.mark.parametrize(
    ("changes", "counted"),
    [
        (
            {},
            {
                "handled": (0, "kept"),
                "took": (2, ""),
                "promised": (5, ""),
                "trips": (1, ""),
                "materials": (4, ""),
            },
        ),
        (
            {"took": None, "promised": None, "kept": None, "trips": 0, "materials": None},
            {"handled": (0, ""), "trips": (0, "")},
        ),
        # A promise in other days than working ones is kept or not, and is no number of working days.
        ({"promised": None, "kept": False}, {"handled": (0, "late"), "trips": (1, ""), "materials": (4, "")}),
    ],
)
def test_a_completed_case_counts_on_that_day_for_what_is_told_of_it(changes, counted):
    units = case_units([CASE._replace(occurrences=(), handled=HANDLED._replace(**changes))])

    assert units.pop(key(FactKind.CASE, DAY, provenance=REPORTED)) == 1
    assert units == {
        key(FactKind(kind), date(2026, 6, 5), level=level, provenance=said): 1
        for kind, (level, said) in counted.items()
    }


def test_how_an_unsigned_case_was_handled_counts_nowhere():
    units = case_units([CASE._replace(verified=False, occurrences=(), handled=HANDLED)])

    assert [unit.kind for unit in units] == [FactKind.CASE]


@pytest.mark.parametrize(("kept", "said"), [(None, "open"), (True, "kept"), (False, "late")])
def test_a_question_counts_by_itself_with_whether_it_was_answered_in_time(kept, said):
    units = voice_units([replace(VOICE, kind=VoiceKind.AFTER_SALES, answer_kept=kept)])

    assert units[key(FactKind.QUESTION, DAY, provenance=said)] == 1
    assert FactKind.QUESTION not in {unit.kind for unit in voice_units([replace(VOICE, answer_kept=kept)])}


def test_cases_of_one_day_add_up():
    assert case_units([CASE, CASE])[key(FactKind.CASE, DAY, provenance=REPORTED)] == 2
    assert case_units([]) == {}


def test_a_review_counts_when_given_and_marks_its_service_on_the_services_day():
    assert review_units([REVIEW]) == {
        key(FactKind.REVIEW, DAY, "mobile", 1, "active_self"): 1,
        key(FactKind.REVIEWED, date(2026, 5, 30), "mobile", 0, "active_self"): 1,
    }


def test_participation_stands_where_the_case_stands():
    moved = review_units([REVIEW._replace(case_place=(7, 8, 9))])

    where = {unit.kind: (unit.division_id, unit.agency_id, unit.item_id) for unit in moved}
    assert where == {FactKind.REVIEW: (1, 2, 3), FactKind.REVIEWED: (7, 8, 9)}


def test_a_withdrawn_review_counts_nowhere():
    assert review_units([REVIEW._replace(status=ReviewStatus.WITHDRAWN)]) == {}


@pytest.mark.parametrize(
    "review",
    [
        pytest.param(REVIEW._replace(verified_case=False), id="of an unverified case"),
        *(
            pytest.param(REVIEW._replace(provenance=p), id=p)
            for p in Provenance
            if not p.startswith(("active", "hotline"))
        ),
    ],
)
def test_what_counts_as_a_review_and_not_as_participation(review: ReviewFacts):
    units = review_units([review])

    assert [(unit.kind, n) for unit, n in units.items()] == [(FactKind.REVIEW, 1)]


def test_a_second_review_counts_as_that_too_and_is_no_participation():
    units = review_units([REVIEW._replace(assess_no=2)])

    assert [(unit.kind, unit.level, n) for unit, n in units.items()] == [
        ("review", 1, 1),
        ("follow_up", 1, 1),
    ]


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        (OrderState.CREATED, []),
        (OrderState.CANCELLED, []),
        (OrderState.DISPATCHED, ["order"]),
        (OrderState.SIGNED, ["order"]),
        (OrderState.VERIFIED, ["order"]),
        (OrderState.RECTIFIED, ["order"]),
        (OrderState.REPLIED, ["order", "rectified"]),
    ],
)
def test_an_order_counts_from_dispatch_and_again_when_answered(state: OrderState, kinds: list[str]):
    units = order_units([replace(ORDER, state=state)])

    assert [unit.kind for unit in units] == kinds
    assert {unit.day for unit in units} <= {DAY}


@pytest.mark.parametrize(
    ("changed", "counted"),
    [
        pytest.param({}, {}, id="nothing has happened yet"),
        pytest.param(
            {"contact_kept": False},
            {"contact": "late", "callback": "untried"},
            id="nobody called in time",
        ),
        pytest.param(
            {"contact_kept": True, "heard": "reached"},
            {"contact": "kept", "callback": "reached"},
            id="called in time",
        ),
        pytest.param({"heard": "tried"}, {"callback": "tried"}, id="called without a known deadline"),
        pytest.param({"heard": "impossible"}, {"callback": "impossible"}, id="no number"),
        pytest.param(
            {"rectify_kept": True, "answered": True},
            {"deadline": "kept", "answered": "once"},
            id="answered on time",
        ),
        pytest.param({"rectify_kept": False}, {"deadline": "late"}, id="overdue"),
        pytest.param({"answered": True, "again": True}, {"answered": "again"}, id="opened again"),
        pytest.param({"again": True}, {}, id="unsolved, with an agency that never answered: not told twice"),
        pytest.param({"solved": "partly"}, {"solved": "partly"}, id="the reviewer's word"),
        pytest.param({"repeats": True}, {"repeated": ""}, id="once more about the same item"),
        pytest.param({"appeal": AppealFacts(1, 2, "")}, {"appeal": "undecided"}, id="appeal filed"),
        pytest.param({"appeal": AppealFacts(1, 2, "partly")}, {"appeal": "upheld"}, id="partly upheld"),
        pytest.param(
            {"appeal": AppealFacts(1, 2, "rejected")}, {"appeal": "dismissed"}, id="appeal dismissed"
        ),
    ],
)
def test_what_came_of_an_order_counts_on_the_day_it_was_opened(changed, counted):
    units = order_units([replace(ORDER, **changed)])

    assert {unit.kind: unit.provenance for unit in units} == {"order": "", **counted}
    assert {(unit.day, unit.division_id, unit.agency_id, unit.item_id) for unit in units} == {(DAY, 1, 2, 3)}


@pytest.mark.parametrize(
    "state", [OrderState.CREATED, OrderState.CANCELLED, OrderState.MERGED, OrderState.EXCLUDED]
)
def test_of_an_order_that_does_not_count_only_its_appeal_does_where_it_was_filed(state: OrderState):
    everything = replace(
        ORDER,
        state=state,
        contact_kept=False,
        rectify_kept=False,
        answered=True,
        again=True,
        repeats=True,
        heard="reached",
        solved="no",
        appeal=AppealFacts(7, 8, "mistaken"),
    )

    assert order_units([everything]) == {FactKey("appeal", DAY, 7, 8, 3, "", 0, "upheld"): 1}


def test_supervision_counts_on_its_own_day_with_or_without_an_item():
    steps = [
        RungReached(Rung.WARNING, LATE, 1, 2, 3),
        RungReached(Rung.CIRCULAR, LATE + timedelta(days=1), 1, 2, None),
    ]

    assert supervision_units(steps) == {
        FactKey("supervised", DAY, 1, 2, 3, "", 0, "warning"): 1,
        FactKey("supervised", DAY + timedelta(days=1), 1, 2, 0, "", 0, "circular"): 1,
    }


VOICE = VoiceFacts(ID, VoiceKind.SUGGESTION, LATE, 1, 2, 3, "", 1, None, overdue=False)


@pytest.mark.parametrize(
    ("changes", "counted"),
    [
        ({}, {}),
        ({"answer_kept": False, "overdue": True}, {"voice_due": "late", "voice_late": ""}),
        (
            {"outcome": "adopted", "answer_kept": True},
            {"voice_result": "adopted", "voice_due": "kept", "voice_answer": "once"},
        ),
        ({"round": 2, "answer_kept": True}, {"voice_due": "kept", "voice_answer": "again"}),
        ({"round": 2, "outcome": "settled"}, {"voice_result": "settled", "voice_answer": "again"}),
    ],
)
def test_a_voice_counts_on_the_day_it_was_given_and_for_what_came_of_it(changes, counted):
    expected = {"voice": "suggestion"} | counted

    assert voice_units([replace(VOICE, **changes)]) == {
        key(FactKind(kind), DAY, provenance=said): 1 for kind, said in expected.items()
    }


def test_a_voice_may_be_about_no_item():
    (counted,) = voice_units([replace(VOICE, item_id=None)])

    assert counted.item_id == 0


def test_figures_of_voices_are_never_among_what_is_published():
    assert not {measure.name for measure in MEASURES} & {measure.name for measure in OF_VOICES}


def test_supervision_is_never_among_what_is_published():
    published = {measure.name for measure in MEASURES}

    of_persons_alone = set(PERSONAL) - {*OPENED_AS, *PROPOSED}
    assert {measure.name for measure in INSIDE} == {
        f"supervision_{rung}" for rung in set(Rung) - of_persons_alone
    }
    assert not published & {measure.name for measure in INSIDE}


_KEYS = st.builds(
    key, st.sampled_from(FactKind), st.sampled_from([DAY, date(2026, 6, 2)]), level=st.integers(0, 2)
)
_UNITS = st.dictionaries(_KEYS, st.integers(1, 5)).map(Counter)


@given(_UNITS, _UNITS)
def test_changes_make_before_into_after(before: Counter[FactKey], after: Counter[FactKey]):
    told = changes(before, after)
    made = Counter(before)
    made.update(told)

    assert {unit: n for unit, n in made.items() if n} == dict(after)
    assert 0 not in told.values()


@given(_UNITS)
def test_no_change_is_told_by_nothing(units: Counter[FactKey]):
    assert changes(units, Counter(units)) == {}


_MOMENTS = st.integers(0, 5).map(lambda days: LATE + timedelta(days=days))
_REVIEWS = st.lists(
    st.builds(
        ReviewFacts,
        st.uuids(),
        _MOMENTS,
        _MOMENTS,
        st.just(1),
        st.just(2),
        st.just(3),
        st.sampled_from(ReviewChannel),
        st.sampled_from(Level),
        st.sampled_from(Provenance),
        st.sampled_from(ReviewStatus),
        st.integers(1, 2),
        st.booleans(),
        st.just((1, 2, 3)),
        st.booleans(),
        st.sampled_from(ReasonClass),
        invited=st.booleans(),
    ),
    max_size=80,
)
_FLAG, _FEW = st.sampled_from([None, True, False]), st.none() | st.integers(0, 3)
_CASES = st.lists(
    st.builds(
        CaseFacts,
        st.uuids(),
        st.just(DAY),
        st.just(1),
        st.just(2),
        st.just(3),
        st.booleans(),
        st.booleans(),
        st.lists(st.builds(OccurrenceFacts, st.uuids(), st.just(DAY)), max_size=4).map(tuple),
        st.none()
        | st.builds(Handled, st.just(DAY), *[st.none() | st.integers(0, 40)] * 2, _FLAG, *[_FEW] * 2),
    ),
    max_size=20,
)
_INVITATIONS = st.lists(
    st.builds(
        InvitedFacts,
        st.uuids(),
        st.just(DAY),
        st.just(1),
        st.just(2),
        st.just(3),
        st.just(4),
        st.just("intake"),
        st.booleans(),
        st.booleans(),
        st.sampled_from(Reach),
    ),
    max_size=60,
)
_ORDERS = st.lists(
    st.builds(
        OrderFacts,
        st.uuids(),
        _MOMENTS,
        st.just(1),
        st.just(2),
        st.just(3),
        st.sampled_from(OrderState),
        st.sampled_from([None, True, False]),
        st.sampled_from([None, True, False]),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.sampled_from(["", *Heard]),
        st.sampled_from(["", *Solved]),
        st.sampled_from(["", *Verdict, None]).map(
            lambda verdict: None if verdict is None else AppealFacts(1, 2, verdict)
        ),
    ),
    max_size=40,
)


@given(_CASES, _REVIEWS, _ORDERS, _INVITATIONS)
def test_measures_against_counting_one_by_one(
    cases: list[CaseFacts],
    reviews: list[ReviewFacts],
    orders: list[OrderFacts],
    invitations: list[InvitedFacts],
):
    tally: Counter[tuple[str, int, str]] = Counter()
    asked = invitation_units(invitations)
    for unit, n in (case_units(cases) + review_units(reviews) + order_units(orders) + asked).items():
        tally[unit.kind, unit.level, unit.provenance] += n
    values = {measure.name: worked_out(measure, tally) for measure in MEASURES}

    done = [c.handled for c in cases if c.verified and c.handled]
    in_days = [h for h in done if h.promised is not None]
    took = [h.took for h in in_days if h.took is not None]
    trips = [h.trips for h in done if h.trips is not None]
    materials = [h.materials for h in done if h.materials is not None]
    effective = [r for r in reviews if r.status == "effective"]
    active = [r for r in effective if is_active(r.provenance)]
    good = [r for r in active if r.level >= 3]
    second = [r for r in active if r.assess_no == 2]
    services = sum(len(c.occurrences) for c in cases if c.verified and not c.withdrawn)
    services += sum(
        r.case_withdrawn and r.verified_case and r.assess_no == 1 and r.status != "withdrawn" for r in reviews
    )
    excluded = [r for r in reviews if r.status == "excluded"]
    standing = [r for r in reviews if r.status in {"effective", "superseded"} and is_active(r.provenance)]
    reviewed = [r for r in standing if r.assess_no == 1 and r.verified_case]
    responded = [r.provenance for r in reviewed if r.invited and not r.case_withdrawn]
    reached = [i.reach for i in invitations if i.verified and not i.withdrawn]
    out = [o for o in orders if o.state not in {"created", "cancelled", "merged", "excluded"}]
    answered = [o for o in out if o.state in {"replied", "checked", "closed"}]
    answers = [o for o in out if o.answered]
    said = [o.solved for o in out if o.solved]
    called = [o.heard or "untried" for o in out if o.heard or o.contact_kept is False]
    contact, answer = (Counter(getattr(o, which) for o in out) for which in ("contact_kept", "rectify_kept"))
    verdicts = [o.appeal.verdict for o in orders if o.appeal]
    upheld = [v for v in verdicts if v in {"mistaken", "malicious", "partly"}]
    assert {name: (value.numerator, value.denominator) for name, value in values.items()} == {
        "unreached_rate": (sum(o.unreached for o in answered), len(answered)),
        "callback_rate": (called.count("reached"), len(called) - called.count("impossible")),
        "on_time_contact_rate": (contact[True], contact[True] + contact[False]),
        "on_time_rectification_rate": (answer[True], answer[True] + answer[False]),
        "reopened_rate": (sum(o.again for o in answers), len(answers)),
        "second_satisfaction": (said.count("yes"), len(said)),
        "repeat_rate": (sum(o.repeats for o in out), len(out)),
        "appeals": (len(verdicts), None),
        "upheld_rate": (len(upheld), len([v for v in verdicts if v])),
        "cases": (sum(c.verified for c in cases), None),
        "occurrences": (services, None),
        "bad_rate": (sum(is_bad(r.level) for r in active), len(active)),
        "not_reviewed_rate": (services - len(reviewed), services),
        "strict_good_rate": (sum(r.level >= 4 for r in active), len(active)),
        **{f"level_{n}_share": (sum(r.level == n for r in active), len(active)) for n in range(1, 6)},
        "average_score": (sum(r.level for r in active), len(active)),
        "completed_cases": (len(done), None),
        "on_time_completion_rate": (
            sum(h.kept is True for h in done),
            sum(h.kept is not None for h in done),
        ),
        "average_days_promised": (sum(h.promised or 0 for h in in_days), len(in_days)),
        "average_days_taken": (sum(took), len(took)),
        "average_trips": (sum(trips), len(trips)),
        "one_trip_rate": (sum(n <= 1 for n in trips), len(trips)),
        "average_materials": (sum(materials), len(materials)),
        "question_on_time_rate": (0, 0),
        "follow_up_good_rate": (sum(r.level >= 3 for r in second), len(second)),
        "active_reviews": (len(active), None),
        "bad_reviews": (sum(is_bad(r.level) for r in effective), None),
        "unverified_reviews": (len(effective) - len(active), None),
        "participation_rate": (len(reviewed), services),
        "invited_rate": (len(reached), services),
        **{f"invited_{one}_share": (reached.count(one), len(reached)) for one in Reach},
        "responded_rate": (len(responded), len(reached)),
        "responded_self_rate": (responded.count(Provenance.ACTIVE_SELF), len(reached)),
        "responded_by_phone_rate": (responded.count(Provenance.HOTLINE_CALL_BACK), len(reached)),
        "rectification_rate": (len(answered), len(out)),
        "good_rate": (len(good), len(active)),
        "excluded_reviews": (len(excluded), None),
    }
    for value in values.values():
        if value.denominator is None:
            assert value.value == value.numerator
            assert value.interval is None
        elif value.denominator < 30 or value.withheld:
            assert value.value is None
            assert value.interval is None
        elif value.squares is not None:
            assert value.value == value.numerator / value.denominator
        else:
            assert value.value == value.numerator / value.denominator
            assert value.interval == interval(value.numerator, value.denominator)


def test_bad_count_and_participation_come_before_the_good_rate():
    names = [measure.name for measure in MEASURES]

    assert names.index("bad_reviews") < names.index("good_rate")
    assert names.index("participation_rate") < names.index("good_rate")
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_every_measure_says_what_it_leaves_out_and_where_it_stands(measure):
    assert measure.exclusions
    assert measure.source
    assert measure.day
    assert measure.at_least == (None if measure.denominator is None else 30)
    assert worked_out(measure, {}).numerator == 0


def test_parts_of_the_whole_add_up():
    counted = {("review", level, "active_self"): 10 * level for level in range(1, 6)}
    counted |= {("reviewed", 0, "active_self"): 40, ("occurrence", 0, REPORTED): 160}
    found = {value.name: value.value or 0 for value in figures_of(counted, {})}

    shares = [found[f"level_{level}_share"] for level in range(1, 6)]
    assert fsum(shares) == pytest.approx(1)
    assert found["good_rate"] == pytest.approx(fsum(shares[2:]))
    assert found["strict_good_rate"] == pytest.approx(fsum(shares[3:]))
    assert found["bad_rate"] + found["good_rate"] == pytest.approx(1)
    assert found["participation_rate"] + found["not_reviewed_rate"] == 1
    assert found["average_score"] == pytest.approx(fsum(n * share for n, share in enumerate(shares, 1)))


def test_the_funnel_of_invitations_narrows_and_its_ways_add_up():
    reached = {Reach.ISSUED: 20, Reach.SENT: 5, Reach.DELIVERED: 90, Reach.FAILED: 10, Reach.CALLED: 15}
    counted = {("invited", 0, reach.value): n for reach, n in reached.items()}
    counted |= {("occurrence", 0, REPORTED): 200, ("reviewed", 0, "active_onsite_device"): 9}
    for kind in ("reviewed", "responded"):
        counted |= {(kind, 0, "active_self"): 40, (kind, 0, "hotline_call_back"): 6}
    found = {value.name: value for value in figures_of(counted, {})}

    shares = [found[f"invited_{reach}_share"] for reach in Reach]
    assert fsum(share.value or 0 for share in shares) == pytest.approx(1)
    assert {share.denominator for share in shares} == {found["invited_rate"].numerator} == {140}
    answers = [found[f"responded{how}_rate"].numerator for how in ("", "_self", "_by_phone")]
    assert answers == [46, 40, 6]
    assert found["responded_rate"].numerator <= found["participation_rate"].numerator == 55
    assert found["invited_rate"].denominator == found["participation_rate"].denominator == 200


def test_of_invitations_one_says_that_nobody_knows_whether_they_were_opened():
    exclusions = [part for measure in OF_ASKING for part in measure.exclusions]

    assert "whether an invitation was opened, which is not recorded" in exclusions
    assert not [measure for measure in OF_ASKING if "open" in measure.name]


@pytest.mark.parametrize("name", ["participation_rate", "not_reviewed_rate"])
def test_more_reviews_than_services_are_impossible_both_ways(name: str):
    counted = {("reviewed", 0, "active_self"): 41, ("occurrence", 0, REPORTED): 40}

    value = worked_out(BY_NAME[name], counted)

    assert (value.value, value.withheld) == (None, "DQ-01")


def test_a_withheld_figure_keeps_its_rule_and_loses_its_value():
    counted = {("review", 5, "active_self"): 40}
    found = {value.name: value for value in figures_of(counted, {"average_score": "DQ-02"})}

    assert (found["average_score"].value, found["average_score"].withheld) == (None, "DQ-02")
    assert found["average_score"].interval is None
    assert found["good_rate"].value == 1


def test_a_first_review_that_was_followed_up_is_participation_only():
    units = review_units([REVIEW._replace(status=ReviewStatus.SUPERSEDED)])

    assert [(unit.kind, n) for unit, n in units.items()] == [(FactKind.REVIEWED, 1)]


@pytest.mark.parametrize("reason", ReasonClass)
def test_an_excluded_review_counts_as_that_and_as_nothing_else(reason: ReasonClass):
    units = review_units([REVIEW._replace(status=ReviewStatus.EXCLUDED, reason_class=reason)])

    assert [(unit.kind, unit.level, n) for unit, n in units.items()] == [(reason.value, REVIEW.level, 1)]


@given(_REVIEWS)
def test_excluded_and_counted_are_all_that_neither_gave_way_nor_were_withdrawn(reviews: list[ReviewFacts]):
    kinds: Counter[str] = Counter()
    for unit, n in review_units(reviews).items():
        kinds[unit.kind] += n

    standing = [r for r in reviews if r.status in {"effective", "excluded"}]
    assert kinds[FactKind.REVIEW] + kinds[FactKind.MISTAKEN] + kinds[FactKind.MALICIOUS] == len(standing)


_SAID = sorted({*Provenance, *Said, *Heard, *Solved, REPORTED, UNVERIFIED, ""})


@pytest.mark.parametrize("measure", BY_NAME.values(), ids=lambda measure: measure.name)
@given(
    tally=st.dictionaries(
        st.tuples(st.sampled_from(FactKind), st.integers(0, 5), st.sampled_from(_SAID)), st.integers(1, 99)
    )
)
def test_a_measure_is_made_of_its_own_kinds_alone(measure, tally):
    own = {part: n for part, n in tally.items() if part[0] in measure.kinds}

    assert worked_out(measure, own) == worked_out(measure, tally)
