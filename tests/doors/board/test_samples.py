"""`/samples`: figures counted by hand, nothing of few, and a draw that anybody can make again."""

from __future__ import annotations

import pytest
from django.test import Client

from haochaping.directory import actions as directory
from haochaping.directory.models import Division
from haochaping.directory.terms import Kind
from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.supervision import rules
from haochaping.supervision.actions import samples
from haochaping.supervision.models import SampleDraw
from tests import worlds
from tests.supervision.conftest import MAY, draw, review, world
from tests.supervision.test_samples import answer

__all__ = ["review", "world"]
PAGE = "/samples"


def shown(query: str = "") -> str:
    answer = Client().get(PAGE + query)
    assert answer.status_code == 200
    return answer.content.decode()


def close() -> None:
    samples.close_rounds(by=SYSTEM, now=rules.round_ends(MAY))


def test_before_anything_is_drawn_it_is_said(db):
    assert "还没有抽样" in shown()


def test_a_draw_is_public_at_once_and_its_result_when_the_round_has_ended(review):
    ids = [review(5) for _ in range(30)]
    draw()
    for n, one in enumerate(ids):
        answer(one, "no" if n < 2 else "yes", "2" if n < 3 else "5")

    before = shown()
    close()
    after = shown("?month=2026-05")

    made = SampleDraw.objects.get()
    assert made.head in before
    assert made.list_hash in before
    assert "90.0%" not in before
    # 27 of 30, exact; two of 30 deny it.
    assert "90.0%（27/30），区间 73.5%–97.9%" in after
    assert "+10.0 个百分点（+2.1 至 +26.5）" in after
    assert "6.7%（2/30），至多 19.5%" in after


def test_the_list_is_there_to_draw_again_and_tells_nothing_of_its_reviews(review):
    ids = [review(5) for _ in range(3)]
    draw()
    address = f"/samples/{worlds.COUNTY}/2026-05/good.txt"
    assert f'href="{address}"' in shown()

    file = Client().get(address)

    listed = rules.read_list(file.content.decode())
    made = SampleDraw.objects.get()
    assert (listed.list_hash, listed.size, len(listed.tickets)) == (made.list_hash, made.size, 3)
    assert not [one for one in ids if str(one) in file.content.decode() or one.hex in file.content.decode()]
    assert "attachment" in file.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "of", ["990000000000/2026-05/good", f"{worlds.COUNTY}/2026-99/good", f"{worlds.COUNTY}/2026-05/all"]
)
def test_where_nothing_was_drawn_there_is_no_list(review, of):
    review(5)
    draw()

    assert Client().get(f"/samples/{of}.txt").status_code == 404


def test_of_a_draw_by_the_first_method_no_list_is_offered(review):
    review(5)
    draw()
    SampleDraw.objects.update(method=1)

    assert "未公布：" in shown()
    assert ".txt" not in shown()


@pytest.mark.parametrize(("n", "counts"), [(9, False), (10, True)])
def test_of_few_nothing_is_shown_and_of_some_only_counts(review, n, counts):
    ids = [review(5) for _ in range(n)]
    draw()
    for one in ids:
        answer(one)
    close()

    page = shown()

    assert ("不足 10 人答复，不公布结果" in page) is not counts
    assert page.count("数据不足") == 4 * counts
    assert "100.0%" not in page


def test_until_the_round_has_ended_its_last_day_stands_there(review):
    review(5)
    draw()

    page = shown()

    assert "出件环节" not in page
    assert "2026年6月30日" in page
    assert "2026年7月1日" not in page


def test_what_is_no_month_is_said(db):
    answer = Client().get(f"{PAGE}?month=x")

    assert answer.status_code == 422
    assert "不是月份" in answer.content.decode()


def test_many_draws_are_shown_a_page_at_a_time(review, now):
    review(5)
    draw()
    towns = [f"990102{n:03}000" for n in range(1, 26)]
    rows = [{"code": code, "name": f"示例{code[6:9]}镇"} for code in towns]
    assert directory.put(Kind.DIVISIONS, rows, by=OPERATOR, now=now) == []
    made = SampleDraw.objects.get()
    for one in Division.objects.filter(code__in=towns):
        made.pk, made.division = uuid7(now), one
        made.save(force_insert=True)

    pages = [shown(f"?month=2026-05&page={n}") for n in (1, 2, 3)]

    # The county comes first, then its towns by their codes.
    assert [page.count("<dt>名单散列值</dt>") for page in pages] == [20, 6, 0]
    assert ("示例019镇" in pages[0], "示例020镇" in pages[1]) == (True, True)
    assert 'href="?month=2026-05&amp;page=2"' in pages[0]
    assert 'rel="next"' not in pages[1]
    assert "这一页没有抽样" in pages[2]


@pytest.mark.parametrize("code", [worlds.COUNTY, worlds.CITY])
def test_pages_of_divisions_show_the_gap_once_the_round_has_ended(review, code):
    ids = [review(5) for _ in range(30)]
    draw()
    for n, one in enumerate(ids):
        answer(one, "yes", "2" if n < 3 else "5")
    heading = "河湾区</a></th>"
    assert heading not in gaps(code)

    close()

    html = gaps(code)
    assert heading in html
    assert "90.0%（27/30），区间 73.5%–97.9%" in html
    assert "+10.0 个百分点（+2.1 至 +26.5）" in html
    assert "/samples?month=2026-05" in html


@pytest.mark.parametrize("code", [worlds.OTHER_CITY, worlds.PROVINCE])
def test_a_division_has_no_gap_of_another_nor_of_those_far_below(review, code):
    review(5)
    draw()
    close()

    assert gaps(code) == ""


def test_of_few_answers_a_division_shows_neither_count_nor_gap(review):
    answer_of = review(5)
    draw()
    answer(answer_of)
    close()

    assert "个百分点（" not in gaps(worlds.COUNTY)


def gaps(code: str) -> str:
    """The part of a division's page about whoever was asked again."""
    html = Client().get(f"/divisions/{code}").content.decode()
    return html.partition('aria-labelledby="again"')[2].partition("</section>")[0]
