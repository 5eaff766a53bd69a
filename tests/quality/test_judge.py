"""判定: a day becomes a card, is judged again when something comes late, and broken totals withhold figures."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from haochaping.directory import queries as directory
from haochaping.exchange.models import QuarantinedRecord, Reconciliation
from haochaping.exchange.quality import judging, queries
from haochaping.exchange.quality.models import QualityCard, WithheldFigure
from haochaping.exchange.quality.rules import CHINESE, ENGLISH, RULES, withheld_at
from haochaping.exchange.quality.terms import MonthRow, Sample
from haochaping.exchange.terms import Raw
from haochaping.flows import judge_quality
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.insight import actions as insight
from haochaping.insight.models import DivisionMonth
from haochaping.insight.rules import ALL_MONTHS
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, Scope
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import BEIJING, Period
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.reviews.terms import Entrance
from tests import worlds
from tests.doors.commands.test_commands import run
from tests.quality import clean as clean_world
from tests.quality.clean import DAY, EVENING, ONLINE
from tests.quality.mutations import cases_reported_very_late, more_reviews_than_services, retired_code

pytestmark = pytest.mark.django_db
NIGHT = EVENING + timedelta(hours=9)


@pytest.fixture
def clean():
    return clean_world.build()


def _judge(day: date = DAY, *, now=NIGHT, source: str = "") -> int:
    return judge_quality.judge_day(day, source=source, by=OPERATOR, now=now)


def _card(source: str, day: date = DAY):
    return queries.history(source, day, EVERYWHERE)[0]


def test_a_day_before_all_rules_is_not_judged_and_history_is_where_it_came_in(clean):
    with pytest.raises(Refused) as refused:
        _judge(date(2019, 5, 6))

    assert refused.value.code == "day_before_the_rules"
    assert refused.value.complaint.params == {"day": "2019-05-06"}


def test_a_clean_day_is_at_best_a_b_until_it_is_compared(clean):
    """Not to reconcile must not earn what reconciling earns."""
    assert _judge() == 2

    card = _card(worlds.SOURCE)
    assert (card.score, card.grade, card.findings) == (100.0, "B", ())
    assert card.parts == (1.0, 1.0, 1.0, 1.0, 1.0, None)
    assert (card.sent.reviews, card.sent.cases) == (130, 130)


def test_the_score_is_that_of_the_formula(clean):
    # 3 of 130 reviews have retired codes; 4 of 260 rows of the other source came very late.
    retired_code(clean)
    cases_reported_very_late(clean)

    _judge()

    hall, online = _card(worlds.SOURCE), _card(ONLINE)
    validity = (12 - 2 + 2 * (1 - 3 / 130) + 13 + 2) / 27
    weights = 3 + 3 + 2 + 1 + 1 + 1 + 1, 3 + 3 + 2 + 2 + 2 + 1 + 1 + 1
    validity = (sum(weights) - 2 * 3 / 130) / sum(weights)
    assert hall.parts.validity == pytest.approx(validity, abs=1e-6)
    assert hall.score == pytest.approx(100 * (0.35 * validity + 0.2 + 0.15 + 0.1) / 0.8, abs=0.01)
    assert online.parts.timeliness == pytest.approx(1 - 4 / 260, abs=1e-6)
    assert online.score == pytest.approx(100 * (0.35 + 0.2 + 0.15 * (1 - 4 / 260) + 0.1) / 0.8, abs=0.01)
    assert [(one.rule, one.failing, len(one.samples)) for one in online.findings] == [("DQ-11", 4, 4)]


def _compared(kind: str, agreement: float, *, differing: int, day: date = DAY) -> None:
    """What the reconciliation of the hall's day with its sender found."""
    hall = directory.platforms([worlds.SOURCE])[worlds.SOURCE]
    ours = {"our_count": 130, "our_total": 130, "our_digest": 1}
    theirs = {"their_count": 130 + differing, "their_total": 130 + differing, "their_digest": 1 + differing}
    Reconciliation.objects.create(
        id=uuid7(NIGHT),
        platform_id=hall.id,
        division_id=directory.divisions([worlds.CITY])[worlds.CITY].id,
        day=day,
        kind=kind,
        state="differing" if differing else "equal",
        differing=differing,
        agreement=agreement,
        asked=[],
        told_by="client:1",
        begun_at=NIGHT,
        compared_at=NIGHT,
        differed_at=NIGHT if differing else None,
        **ours,
        **theirs,
    )


def test_what_was_compared_with_its_sender_counts_and_of_two_kinds_the_worse(clean):
    _compared("cases", 1, differing=0)
    _judge()
    compared = _card(worlds.SOURCE)
    assert (compared.parts.reconciliation, compared.grade, compared.findings) == (1.0, "A", ())
    _compared("reviews", 0, differing=3)

    _judge(now=NIGHT + timedelta(hours=1))

    hall = _card(worlds.SOURCE)
    assert hall.parts.reconciliation == 0.0
    assert hall.score == pytest.approx(80.0)
    # Both totals are three more with the sender, and three records differ.
    assert [(one.rule, one.failing) for one in hall.findings] == [("DQ-36", 3), ("DQ-28", 2)]
    differing = str(Reconciliation.objects.get(kind="reviews").pk)
    assert {(s.kind, s.id) for one in hall.findings for s in one.samples} == {("totals", differing)}
    assert _card(ONLINE).parts.reconciliation is None


def test_a_difference_is_on_the_card_of_its_day_though_nothing_came_that_day(clean):
    """Days are compared by when things happened, cards made by when they came: what was found is on a card all the same."""
    early = date(2026, 4, 1)
    _judge()
    _compared("cases", 0, differing=3, day=early)

    assert judge_quality.judge_due(by=OPERATOR, now=NIGHT) > 0

    card = _card(worlds.SOURCE, early)
    assert (card.parts.reconciliation, card.score, card.grade) == (0.0, 0.0, "D")
    assert [(one.rule, one.failing) for one in card.findings] == [("DQ-36", 3), ("DQ-28", 2)]
    [month] = queries.months(EVERYWHERE, first=early, end=date(2026, 5, 1))
    assert (month.parts.reconciliation, month.grade) == (0.0, "D")
    # Nothing is expected since then: the source had not begun to send.
    assert _judge(date(2026, 4, 2)) == 0

    Reconciliation.objects.filter(day=early).update(
        state="settled", agreement=1, differing=0, settled_at=NIGHT, settled_by="x"
    )
    judge_quality.judge_due(by=OPERATOR, now=NIGHT + timedelta(days=1))
    assert (_card(worlds.SOURCE, early).parts.reconciliation, _card(worlds.SOURCE, early).findings) == (
        1.0,
        (),
    )


def test_judged_alike_nothing_is_added_judged_otherwise_a_row(clean):
    _judge()
    assert _judge(now=NIGHT + timedelta(days=1)) == 0

    retired_code(clean)
    assert _judge(now=NIGHT + timedelta(days=2)) == 1

    said = queries.history(worlds.SOURCE, DAY, EVERYWHERE)
    assert [(one.score != 100, one.newest) for one in said] == [(True, True), (False, False)]
    assert [one.judged_at for one in said] == [NIGHT + timedelta(days=2), NIGHT]
    entries = Entry.objects.filter(kind=EntryKind.QUALITY_JUDGED, subject_id=worlds.SOURCE)
    assert sorted(entry.facts["grade"] for entry in entries) == ["B", "B"]


def test_a_silent_working_day_is_a_zero_and_a_silent_sunday_no_card(clean):
    _judge()

    _judge(date(2026, 6, 2))
    _judge(date(2026, 6, 7))

    silent = _card(ONLINE, date(2026, 6, 2))
    assert (silent.parts.coverage, silent.score, silent.grade) == (0.0, 0.0, "D")
    assert not QualityCard.objects.filter(day=date(2026, 6, 7)).exists()


def test_before_its_first_day_nothing_is_expected_of_a_source(clean):
    assert _judge(DAY - timedelta(days=4)) == 0


def test_one_source_is_judged_alone(clean):
    assert _judge(source=ONLINE) == 1
    with pytest.raises(Refused, match="no_such_quality_source"):
        _judge(source="nobody")


def test_samples_are_ids_and_no_more_than_twenty(clean):
    worlds_of = clean.reviews[worlds.SOURCE][:40]
    from haochaping.reviews.models import Review

    Review.objects.filter(id__in=worlds_of).update(comment_text="电话13900000000")

    _judge()

    found = {one.rule: one for one in _card(worlds.SOURCE).findings}["DQ-27"]
    assert (found.failing, len(found.samples)) == (40, 20)
    assert {(one.kind, one.field, one.value_class) for one in found.samples} == {
        ("review", "review.comment_text", "personal_number")
    }


def test_the_office_above_sees_its_sources_another_city_and_an_agency_none(clean):
    _judge()

    above, other = (
        Scope(division_path=f"{worlds.PROVINCE}."),
        Scope(division_path=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}."),
    )
    assert {one.source for one in queries.cards(above)} == {worlds.SOURCE, ONLINE}
    assert queries.cards(other) == []
    assert queries.cards(Scope(agency_path=f"{worlds.AGENCY}.")) == []
    with pytest.raises(Refused, match="no_such_quality_source"):
        queries.history(ONLINE, DAY, other)
    with pytest.raises(Refused, match="quality_not_judged"):
        queries.history(ONLINE, date(2026, 1, 1), above)


def test_a_source_of_which_no_card_was_ever_made_is_not_called_unknown(clean):
    above = Scope(division_path=f"{worlds.PROVINCE}.")
    with pytest.raises(Refused, match="quality_not_judged"):
        queries.history(worlds.SOURCE, DAY, above)
    with pytest.raises(Refused, match="no_such_quality_source"):
        queries.history("nobody", DAY, above)


def test_a_card_is_shown_with_the_words_of_its_rules_and_in_beijing_time(clean, monkeypatch):
    retired_code(clean)
    _judge()
    [rule] = [one.rule for one in queries.history(worlds.SOURCE, DAY, EVERYWHERE)[0].findings]

    for language, lang in (("en", ENGLISH), ("zh", CHINESE)):
        monkeypatch.setenv("LANGUAGE", language)
        shown = run("quality", "show", worlds.SOURCE, DAY.isoformat())
        assert f"{rule}  3  {RULES[rule].message[lang]}" in shown.output
        assert "+08:00" in shown.output
        samples = [
            f"    review {one}  review.indicator_codes: not_in_set"
            for one in clean.reviews[worlds.SOURCE][50:53]
        ]
        assert [line for line in shown.output.splitlines() if line in samples] == sorted(samples)


def test_all_rows_that_break_a_rule_can_be_listed(clean):
    retired_code(clean)
    _judge()
    [finding] = queries.history(worlds.SOURCE, DAY, EVERYWHERE)[0].findings

    listed = run("quality", "rows", worlds.SOURCE, DAY.isoformat(), finding.rule.lower(), "--json")

    assert {Sample(**row) for row in json.loads(listed.output)} == set(finding.samples)
    assert finding.failing == len(finding.samples) == 3
    for asked, code in ((("nobody", "DQ-09"), "nobody"), ((worlds.SOURCE, "DQ-99"), "DQ-99")):
        refused = run("quality", "rows", asked[0], DAY.isoformat(), asked[1])
        assert (refused.exit_code, code in refused.output) == (1, True)


def test_a_missing_number_is_looked_up_by_source_and_number():
    """By the source alone, each number would take reading all cases that it ever sent."""
    asked = []

    def noted(execute, statement, parameters, *rest):
        asked.append((statement, parameters))
        return execute(statement, parameters, *rest)

    with connection.execute_wrapper(noted):
        judging.failing("DQ-29", judging.Scope(DAY, DAY + timedelta(days=1), ()))
    [(statement, parameters)] = asked
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}", parameters)
        steps = [step for (step,) in cursor.fetchall()]

    assert any("Index Cond" in step and "open.platform_id" in step and "case_no" in step for step in steps), (
        "\n".join(steps)
    )


def test_a_month_weighs_days_by_rows_and_coverage_by_days(clean):
    retired_code(clean)
    _judge()
    _judge(date(2026, 6, 2))

    month = {
        one.source: one for one in queries.months(EVERYWHERE, first=date(2026, 6, 1), end=date(2026, 7, 1))
    }

    hall = month[worlds.SOURCE]
    assert (hall.days, hall.rows, hall.parts.coverage) == (2, 260, 0.5)
    assert hall.score == pytest.approx(_card(worlds.SOURCE).score / 2, abs=0.01)
    assert hall.grade == "D"


def test_a_month_is_an_a_only_when_every_busy_day_was_compared(clean):
    def month() -> MonthRow:
        found = queries.months(EVERYWHERE, first=date(2026, 6, 1), end=date(2026, 7, 1))
        return next(one for one in found if one.source == worlds.SOURCE)

    _compared("cases", 1, differing=0)
    _judge()
    assert (month().busy, month().reconciled, month().grade) == (1, 1, "A")

    worlds.take_case("YC-NEXT", EVENING + timedelta(days=1))
    _judge(date(2026, 6, 2), now=NIGHT + timedelta(days=1))

    assert (month().busy, month().reconciled) == (2, 1)
    assert (month().score or 0) > 95
    assert month().grade == "B"


def test_the_grade_of_a_source_is_public_beside_the_figures_of_its_own_division(clean, client):
    _judge()
    place = directory.divisions([worlds.CITY])[worlds.CITY]

    found = {one.source: one for one in queries.last_month_of(place.id, before=date(2026, 7, 15)).answer}
    assert (found[worlds.SOURCE].month, found[worlds.SOURCE].grade) == (date(2026, 6, 1), "B")

    last_month = timezone.now().astimezone(BEIJING).date().replace(day=1) - timedelta(days=1)
    QualityCard.objects.update(day=last_month)
    told = client.get(f"/divisions/{worlds.CITY}/measures.json").json()["quality"]
    html = client.get(f"/divisions/{worlds.CITY}").content.decode()
    above = client.get(f"/divisions/{worlds.PROVINCE}/measures.json").json()["quality"]
    assert (worlds.SOURCE, f"{last_month:%Y-%m}", "B") in {
        (one["source"], one["month"], one["grade"]) for one in told
    }
    assert f"<td>{last_month:%Y-%m}</td><td>B</td>" in html
    assert above == []


def test_a_card_of_an_earlier_way_of_grading_is_judged_anew(clean):
    _judge()
    QualityCard.objects.update(grade="A")

    assert _judge(now=NIGHT + timedelta(hours=1)) == 2
    assert _card(worlds.SOURCE).grade == "B"


def test_what_came_after_the_review_window_is_late_among_what_has_a_delay(clean):
    for n in range(3):
        told = clean_world._review(worlds.SOURCE, n, EVENING, at_window=True) | {"case_no": f"YC-LATE-{n}"}
        receive_reviews([Raw(told)], entrance=Entrance.CLIENT, by=OPERATOR, now=EVENING)
    QuarantinedRecord.objects.update(code="review_window_over")

    _judge()

    card = _card(worlds.SOURCE)
    assert card.sent.timed == 263
    assert card.parts.timeliness == pytest.approx(1 - 3 / 263, abs=1e-6)


def test_more_reviews_than_services_withhold_participation_until_the_case_comes(clean, client):
    more_reviews_than_services(clean)
    _judge()
    judge_quality.withhold_due(by=OPERATOR, now=EVENING + timedelta(days=7))

    page = client.get(reverse("division", args=[worlds.CITY]), {"from": "2026-06-01", "to": "2026-06-30"})
    assert "总评价数大于办件量" in page.content.decode()
    told = client.get(
        "/api/v1/measures", {"division": worlds.COUNTY, "from": "2026-06-01", "to": "2026-06-30"}
    )
    figures = {one["name"]: one for one in told.json()["measures"]}
    assert figures["participation_rate"]["numerator"] is None
    assert figures["participation_rate"]["withheld"].startswith("总评价数大于办件量")
    assert figures["bad_reviews"]["withheld"] == ""
    other = client.get(reverse("division", args=[worlds.OTHER_CITY]))
    assert "总评价数大于办件量" not in other.content.decode()

    worlds.take_case("YC-NEVER-SENT", EVENING + timedelta(hours=1), accepted_at=EVENING.isoformat())
    _judge(now=NIGHT + timedelta(days=1))

    page = client.get(reverse("division", args=[worlds.CITY]), {"from": "2026-06-01", "to": "2026-06-30"})
    assert "总评价数大于办件量" not in page.content.decode()
    kinds = Entry.objects.filter(kind__in=[EntryKind.FIGURE_WITHHELD, EntryKind.FIGURE_RELEASED])
    assert sorted(kinds.values_list("kind", flat=True)) == [
        EntryKind.FIGURE_WITHHELD,
        EntryKind.FIGURE_RELEASED,
    ]


def test_a_review_that_waits_on_a_quiet_day_is_of_a_service_some_days_before(clean):
    at = EVENING - timedelta(days=2)
    worlds.take_case("YC-UNREVIEWED", at)
    more_reviews_than_services(clean)

    _judge()

    assert not WithheldFigure.objects.exists()


def test_a_withheld_day_is_judged_until_it_is_whole(clean):
    more_reviews_than_services(clean)
    _judge()

    judge_quality.judge_due(by=OPERATOR, now=EVENING + timedelta(days=40))

    assert WithheldFigure.objects.filter(lifted_at__isnull=True).count() == 1
    assert queries.days_withheld(before=date(2026, 7, 1)) == {DAY}


def test_what_an_older_rule_withheld_comes_back_the_next_night(clean):
    """A rule that has become milder judges every day again on which the former one still keeps figures back."""
    division = directory.divisions([worlds.CITY])[worlds.CITY]
    WithheldFigure.objects.create(
        id=uuid7(NIGHT),
        rule="DQ-01",
        source=worlds.SOURCE,
        division_id=division.id,
        below=True,
        first_day=DAY,
        last_day=DAY,
        raised_at=NIGHT,
    )

    judge_quality.judge_due(by=OPERATOR, now=EVENING + timedelta(days=40))

    assert WithheldFigure.objects.get().lifted_at == EVENING + timedelta(days=40)


def test_counters_that_do_not_add_up_withhold_the_month(clean, client):
    insight.fold()
    judge_quality.judge_counters(DAY, by=OPERATOR, now=NIGHT)
    assert not WithheldFigure.objects.exists()
    city = directory.division(worlds.CITY)
    assert city
    row = DivisionMonth.objects.filter(division_id=city.id, kind="review", month__gt=ALL_MONTHS)[0]
    DivisionMonth.objects.filter(id=row.pk).update(n=row.n + 1)

    judge_quality.judge_counters(DAY, by=OPERATOR, now=NIGHT)

    held = queries.withheld(Period(DAY, DAY))
    assert set(withheld_at(held, city.path).values()) == {"DQ-02"}
    province = directory.division(worlds.PROVINCE)
    assert province
    assert set(withheld_at(held, province.path).values()) == {"DQ-03"}
    county = directory.division(worlds.COUNTY)
    assert county
    assert withheld_at(held, county.path) == {}
    assert withheld_at(queries.withheld(Period(date(2026, 7, 1), None)), city.path) == {}
    page = client.get(reverse("division", args=[worlds.CITY])).content.decode()
    assert "各渠道评价数之和不等于总数" in page

    DivisionMonth.objects.filter(id=row.pk).update(n=row.n)
    judge_quality.judge_counters(DAY, by=OPERATOR, now=NIGHT)
    assert not queries.withheld(Period())


def test_a_rate_above_one_is_no_rate(clean, client):
    """Whatever the cause: a share of services that is above one says nothing, on no page."""
    insight.fold()
    county = directory.division(worlds.COUNTY)
    assert county
    DivisionMonth.objects.filter(division_id=county.id, kind="occurrence").update(n=1)

    page = client.get(reverse("division", args=[worlds.COUNTY]))

    assert "总评价数大于办件量" in page.content.decode()


def test_what_people_say_on_our_own_pages_is_nobodys_report(clean):
    from haochaping.kernel.actor import REVIEWER

    worlds.take_case("YC-MORE-1", EVENING, accepted_at=(EVENING - timedelta(hours=1)).isoformat())
    told = worlds.review("YC-MORE-1", 5, EVENING, channel="mobile")
    receive_reviews([Raw(told)], entrance=Entrance.TOKEN, by=REVIEWER, now=EVENING)

    _judge()

    assert _card(worlds.SOURCE).sent.reviews == 130
