"""`/oversight/quality/`: sources of one's own divisions, what was found in their days, and the rules."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from haochaping.exchange.manifests.rules import manifest_of
from haochaping.exchange.manifests.terms import Manifest
from haochaping.exchange.quality.models import QualityCard
from haochaping.exchange.quality.rules import RULES
from haochaping.exchange.terms import RecordKind
from haochaping.flows import judge_quality
from haochaping.flows.check_manifest import check_items, finish
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.masking import masked_number
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.rectification.models import WorkOrder
from haochaping.reviews.models import Review
from tests import worlds

ADDRESS = f"/oversight/quality/sources/{worlds.SOURCE}"


@pytest.fixture
def judged(bad_review, world):
    """One day of the hall: two bad reviews, one of them with a phone number in its words, judged in the night after."""
    for name in ("YC-00000009", "YC-00000010"):
        bad_review(name, at=world)
    first, other = Review.objects.order_by("id").values_list("id", flat=True)
    Review.objects.filter(id=first).update(comment_text="电话13900000000")
    Review.objects.filter(id=other).update(comment_text="等了很久")
    Review.objects.update(sent_by="client:1")
    day = local_day(world)
    judge_quality.judge_day(day, by=OPERATOR, now=world + timedelta(hours=20))
    return day


def page(browser, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, answer.content.decode()
    return str(answer.content.decode())


def test_sources_stand_with_grade_and_parts(judged, one):
    shown = page(one, f"/oversight/quality/?month={judged:%Y-%m}")

    assert f"{ADDRESS}?day={judged.isoformat()}" in shown
    assert "云城市政务大厅" in shown
    assert "100.00%" in shown


def test_an_empty_day_has_a_dash_for_a_grade_and_says_why(judged, one):
    QualityCard.objects.update(score=None, grade="", reviews=0, cases=0)

    shown = page(one, ADDRESS)

    assert "零行批次" in shown
    assert "<b>–</b>" in shown
    assert "None" not in shown
    assert "None" not in page(one, f"/oversight/quality/?month={judged:%Y-%m}")


def test_a_month_without_cards_and_one_that_is_none(judged, one):
    assert ADDRESS not in page(one, "/oversight/quality/?month=2020-01")
    assert ADDRESS in page(one, "/oversight/quality/?month=2020-1x") or judged


def test_the_card_names_rules_and_leads_to_the_order(judged, one):
    shown = page(one, ADDRESS)

    review = Review.objects.get(comment_text__contains="1390000")
    assert "DQ-27" in shown
    assert RULES["DQ-27"].message["zh"] in shown
    assert f"/desk/orders/{WorkOrder.objects.get(review=review).pk}" in shown
    assert str(review.pk) in shown
    assert "13900000000" not in shown
    row = shown.partition('id="DQ-27"')[2].partition(str(review.pk))[2].partition("</li>")[0]
    assert masked_number(review.occurrence.case.case_no) in row
    assert "评价文字：像是个人号码" in row
    assert review.occurrence.case.case_no not in shown


def test_of_a_rule_the_card_says_what_became_of_these_rows_alone(judged, one, world):
    """What intake would put aside is taken and marked when it is here already; of both kinds both are said."""
    Review.objects.update(indicator_codes=["501"], level=5)
    judge_quality.judge_day(judged, by=OPERATOR, now=world + timedelta(days=1, hours=20))

    found = page(one, ADDRESS).partition('id="DQ-13"')[2].partition("<details>")[0]
    assert ("收下并标注" in found, "隔离" in found) == (True, False)

    worlds.take_case("YC-00000011", world)
    worlds.give("YC-00000011", 5, world, indicator_codes=["599"])
    judge_quality.judge_day(judged, by=OPERATOR, now=world + timedelta(days=2, hours=20))
    found = page(one, ADDRESS).partition('id="DQ-13"')[2].partition("<details>")[0]
    assert ("收下并标注" in found, "隔离" in found) == (True, True)


def test_what_was_said_before_stays_to_be_seen(judged, one, world):
    Review.objects.filter(comment_text__contains="1390000").update(comment_text="没有人管")
    judge_quality.judge_day(judged, by=OPERATOR, now=world + timedelta(days=1, hours=20))

    shown = page(one, f"{ADDRESS}?day={judged.isoformat()}")

    former = shown.partition('id="former"')[2]
    assert 'id="DQ-27"' not in shown
    assert "DQ-27" in former
    assert former.count("<time") >= 3


def test_another_city_sees_neither_source_nor_card(judged, supervisor_of):
    other = supervisor_of("other", worlds.OTHER_CITY)

    assert ADDRESS not in page(other, f"/oversight/quality/?month={judged:%Y-%m}")
    page(other, ADDRESS, 404)


def test_the_office_above_sees_it(judged, supervisor_of):
    assert "DQ-27" in page(supervisor_of("province", worlds.PROVINCE), ADDRESS)


@pytest.mark.parametrize("query", ["?day=x", "?day=2026-99-99"])
def test_a_day_that_is_none_shows_the_newest(judged, one, query):
    assert judged.isoformat() in page(one, ADDRESS + query)


def test_a_day_without_a_card_is_not_there(judged, one):
    page(one, f"{ADDRESS}?day=2020-01-01", 404)


def test_the_catalogue_tells_every_rule(one):
    shown = page(one, "/oversight/quality/rules")

    assert all(f'id="{rule}"' in shown for rule in RULES)
    assert RULES["DQ-01"].message["zh"] in shown
    english = one.get("/oversight/quality/rules", headers={"Accept-Language": "en"}).content.decode()
    assert RULES["DQ-01"].message["en"] in english


def test_numbered_batches_stand_with_their_source(judged, one, world):
    for n, rows in ((1, 0), (2, 5)):
        said = {"source": worlds.SOURCE, "seq": n, "made_at": world.isoformat(), "rows": rows}
        later = world + timedelta(days=n)
        with suppress(Refused):
            manifest = manifest_of(said, Manifest)
            finish(check_items([], manifest, RecordKind.CASE, by=OPERATOR, now=later), by=OPERATOR, now=later)

    shown = page(one, ADDRESS)

    assert "读到的与清单不符" in shown
    assert "manifest_differs" not in shown
    assert shown.count('<th scope="row" class="num">') == 2
