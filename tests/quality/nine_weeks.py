"""Nine clean weeks of both sources, above every threshold of the rules, made by SQL, which takes seconds.

What a rule counts is there in numbers that let it speak, and is as it should be: some bad, some words, some corrections,
work orders of which some stay open.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection

from haochaping.exchange.reconciliation import actions as reconciliation
from haochaping.exchange.reconciliation.terms import StatedKind, StatementSide
from haochaping.insight import actions as insight
from haochaping.insight.rules import changes, review_units
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import BEIJING
from haochaping.rectification.models import WorkOrder
from haochaping.reviews import queries as reviews
from haochaping.reviews.models import Review
from tests import worlds
from tests.quality.clean import DAY, EVENING, ONLINE, Clean, places_of

FIRST = DAY - timedelta(days=62)
REVIEWS, CASES = 240, 260
# Of the months before, so many bad reviews each: nothing is known of them but their orders.
_MONTHLY = 12
# A UUID of version 7 made of a moment and a number.
_UUID = (
    "(lpad(to_hex((extract(EPOCH FROM {at}) * 1000)::bigint), 12, '0') || '7' || substr(md5({salt}), 1, 3) || '8'"
    " || substr(md5({salt}), 4, 15))::uuid"
)
# `dice` is a number below a hundred, `more` one below a million: both by chance, and always the same.
_PLAN = """
CREATE TEMPORARY TABLE plan ON COMMIT DROP AS
SELECT *, 'a' || platform_id || '-' || day || '-' || n AS name,
       ('x' || substr(md5('d' || platform_id || '-' || day || '-' || n), 1, 7))::bit(28)::int %% 100 AS dice,
       ('x' || substr(md5('m' || platform_id || '-' || day || '-' || n), 1, 7))::bit(28)::int %% 1000000 AS more,
       -- From nine o'clock on, in Beijing.
       (day + time '09:00') AT TIME ZONE 'Asia/Shanghai' + interval '8 hours' * n / %(cases)s AS done
  FROM (
      SELECT source.*, day::date AS day, n, n < %(reviews)s AS reviewed
        FROM (VALUES (%(hall)s::bigint, true, 'YC'), (%(online)s::bigint, false, 'WS')) AS source (platform_id, at_window, head)
       CROSS JOIN generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS day
       CROSS JOIN generate_series(0, %(cases)s - 1) AS n
      UNION ALL
      SELECT source.*, month::date + 14, n, true
        FROM (VALUES (%(hall)s::bigint, true, 'YC'), (%(online)s::bigint, false, 'WS')) AS source (platform_id, at_window, head)
       CROSS JOIN generate_series(%(months)s::date, %(first)s::date - 31, interval '1 month') AS month
       CROSS JOIN generate_series(0, %(monthly)s - 1) AS n
  ) AS one;
CREATE TEMPORARY TABLE place ON COMMIT DROP AS
SELECT agency.id AS agency_id, agency.division_id, hall.id AS hall_id,
       (SELECT array_agg(item.id ORDER BY item.id) FROM directory_service_item AS item WHERE item.agency_id = agency.id) AS items,
       (SELECT array_agg(place.id ORDER BY place.id) FROM directory_window AS place WHERE place.hall_id = hall.id) AS windows
  FROM directory_agency AS agency
 CROSS JOIN directory_hall AS hall
 WHERE agency.code = %(agency)s AND hall.code = 'H1'
"""
_CASES = f"""
INSERT INTO cases_case (id, platform_id, case_no, item_id, agency_id, division_id, status, kind, applied_at, accepted_at,
                        completed_at, promised_limit, statutory_limit, person_kind, by_agent, verified, digest, received_at,
                        updated_at)
SELECT {_UUID.format(at="done", salt="'c' || name")}, platform_id,
       head || to_char(day, 'YYYYMMDD') || lpad((n + 1)::text, 5, '0'), items[1 + more %% array_length(items, 1)], agency_id,
       division_id, CASE WHEN reviewed THEN 'completed' ELSE 'in_process' END, 'committed', done - interval '3 hours',
       done - interval '165 minutes', CASE WHEN reviewed THEN done END, '5 working_day', '', 'natural_person', false, true,
       sha256(('c' || name)::bytea), done,
       -- Two in a hundred are corrected after a while.
       done + CASE WHEN dice < 2 AND reviewed THEN interval '8 days' ELSE interval '0' END
  FROM plan CROSS JOIN place
"""
_SERVICES = f"""
INSERT INTO cases_service_occurrence (id, case_id, no, name, stage, at, channel, hall_id, window_id)
SELECT {_UUID.format(at="done", salt="'s' || name")}, {_UUID.format(at="done", salt="'c' || name")}, 1,
       CASE WHEN more %% 20 = 0 THEN '其他' ELSE '办结' END, 'delivery', done, CASE WHEN at_window THEN 'window' ELSE 'web' END,
       CASE WHEN at_window THEN hall_id END, CASE WHEN at_window THEN windows[1 + n %% 3] END
  FROM plan CROSS JOIN place
"""
# The hall sends each review within seconds, the web site every ten minutes what there is.
_REVIEWS = f"""
INSERT INTO reviews_review (id, occurrence_id, assess_no, level, indicator_set, indicator_codes, comment_text, reason_missing,
                            channel, claimed_provenance, provenance, anonymous, status, assessed_at, received_at, finished_at,
                            changeable_until, platform_id, division_id, agency_id, item_id, hall_id, window_id, receipt_hash,
                            digest, sent_by)
SELECT {_UUID.format(at="arrived", salt="'r' || name")}, {_UUID.format(at="done", salt="'s' || name")}, 1, said.level,
       'national-2020', ARRAY[said.codes[1 + more / 7 %% 4]],
       CASE WHEN said.level <= 2 OR more %% 9 = 0
            THEN words[1 + more / 11 %% 6] || '，第' || n || '号' ELSE '' END,
       false, CASE WHEN at_window THEN CASE WHEN more %% 5 = 0 THEN 'hall_terminal' ELSE 'hall_pad' END
                   ELSE CASE WHEN more %% 10 < 3 THEN 'pc' ELSE 'mobile' END END,
       '', CASE WHEN at_window THEN 'active_onsite_device' ELSE 'active_self' END, true, 'effective', given, arrived, arrived,
       arrived, platform_id, division_id, agency_id, items[1 + more %% array_length(items, 1)],
       CASE WHEN at_window THEN hall_id END, CASE WHEN at_window THEN windows[1 + n %% 3] END, sha256(('h' || name)::bytea),
       sha256(('r' || name)::bytea), 'client:1'
  FROM plan
 CROSS JOIN place
 CROSS JOIN (VALUES (ARRAY['等得太久', '材料要了两次', '说好三天', '窗口没人', '系统打不开', '多跑了一趟'])) AS told (words)
  JOIN (VALUES (0, 48, 5, ARRAY['510', '512', '513', '517']), (48, 74, 4, ARRAY['406', '408', '411', '413']),
               (74, 90, 3, ARRAY['307', '309', '313', '309']), (90, 96, 2, ARRAY['209', '213', '209', '213']),
               (96, 100, 1, ARRAY['109', '114', '109', '114'])) AS said (low, high, level, codes)
    ON CASE WHEN day < %(first)s THEN 95 ELSE dice END >= said.low AND CASE WHEN day < %(first)s THEN 95 ELSE dice END < said.high
 CROSS JOIN LATERAL (SELECT done + interval '1 second' * (15 + more %% 541) AS given) AS gave
 CROSS JOIN LATERAL (
     SELECT CASE WHEN at_window THEN given + interval '1 second' * (1 + more %% 3)
                 ELSE date_bin('10 minutes', given, '2026-01-01') + interval '10 minutes' END AS arrived
 ) AS sent
 WHERE reviewed
"""


def build(now: datetime = EVENING + timedelta(hours=9)) -> Clean:
    """The weeks, with counters, work orders, and the last day's totals compared with both senders."""
    clean = Clean(platforms=places_of(datetime.combine(FIRST, time(8), BEIJING)))
    told: dict[str, Any] = {
        "hall": clean.platforms[worlds.SOURCE],
        "online": clean.platforms[ONLINE],
        "agency": worlds.AGENCY,
        "first": FIRST,
        "last": DAY,
        "months": (DAY.replace(day=1) - timedelta(days=180)).replace(day=1),
        "cases": CASES,
        "reviews": REVIEWS,
        "monthly": _MONTHLY,
    }
    with connection.cursor() as cursor:
        for statement in (*_PLAN.split(";"), _CASES, _SERVICES, _REVIEWS):
            cursor.execute(statement, told)
        cursor.execute("ANALYZE cases_case; ANALYZE cases_service_occurrence; ANALYZE reviews_review")
    _count(now)
    _orders()
    for source, platform_id in clean.platforms.items():
        _compare(source, platform_id, now)
    return clean


def _count(now: datetime) -> None:
    """Bring the last days' reviews to the counters, as intake does."""
    since = now - timedelta(days=4)
    facts = reviews.facts_of(Review.objects.filter(assessed_at__gte=since).values_list("id", flat=True))
    insight.count(changes(Counter(), review_units(facts.values())))
    insight.fold()


def _orders() -> None:
    """Some orders of every month and source, one in five of which is still being worked at."""
    kept: dict[tuple[int, int], list[Review]] = {}
    for review in Review.objects.filter(level__lte=2).order_by("id"):
        of_month = kept.setdefault((review.platform_id, review.assessed_at.astimezone(BEIJING).month), [])
        if len(of_month) < _MONTHLY:
            of_month.append(review)
    rows = []
    for n, review in enumerate(one for of_month in kept.values() for one in of_month):
        at = review.assessed_at + timedelta(minutes=10)
        order = WorkOrder(
            id=uuid7(at),
            review_id=review.pk,
            division_id=review.division_id,
            agency_id=review.agency_id,
            item_id=review.item_id,
            state="signed",
            created_at=at,
            dispatch_after=at,
            dispatched_at=at,
            signed_at=at,
        )
        if n % 5:
            order.state, order.outcome = "closed", "explained" if n % 2 else "immediate_rectified"
            order.verified_at = order.rectified_at = order.replied_at = order.first_replied_at = at
            order.closed_at = at
        rows.append(order)
    WorkOrder.objects.bulk_create(rows)


def _compare(source: str, platform_id: int, now: datetime) -> None:
    """The sender tells what we have of the last day."""
    for kind in StatedKind:
        _, sums = reconciliation.state(platform_id, kind, DAY, side=StatementSide.RECEIVED, now=now)
        reconciliation.begin(source, kind, DAY, sums, by=OPERATOR, now=now)
