"""`/again/<token>`: one question, nothing chosen beforehand, an answer once, a no that is respected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from haochaping.directory import queries as directory
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.periods import local_day
from haochaping.supervision import rules
from haochaping.supervision.actions import samples
from haochaping.supervision.models import SampledReview
from haochaping.supervision.queries import samples as queries
from haochaping.supervision.terms import Lot, SampleKind
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime

ANSWER = {"did_rate": "no", "level": "2", "words": "是窗口的人按的"}


@pytest.fixture
def address(db: None, clock: datetime) -> str:
    """The link of a drawn review of this month."""
    worlds.build(clock)
    worlds.take_case("YC-1", clock)
    given = worlds.give("YC-1", 5, clock)
    county = directory.division(worlds.COUNTY)
    assert county is not None
    assert given.id is not None
    month = local_day(clock).replace(day=1)
    lot = Lot("0" * 64, -1, {"0" * 32: given.id}, 1)
    samples.draw(county.id, county.code, month, SampleKind.GOOD, lot=lot, by=SYSTEM, now=clock)
    return reverse("again", args=[queries.token_of(SampledReview.objects.get().id)])


def test_the_page_asks_one_question_and_has_chosen_nothing(address):
    answer = Client().get(address)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "checked" not in page
    assert page.count('type="radio"') == 8
    assert "<script" not in page.replace('<script type="module"', "")
    assert len(answer.content) < 30 * 1024
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_it_speaks_both_languages_and_names_nobody(address, language):
    page = Client(headers={"accept-language": language}).get(address).content.decode()

    assert ("一个关于您办事的问题" in page) == (language == "zh-hans")
    # Attributes hold tokens of random letters, in which any short word may stand.
    read = strip_tags(page)
    assert "一个" in read or "question" in read
    assert not [name for name in ("张小满", "13900000001", "X1") if name in read]
    assert "很满意" not in page.split("<form")[0]


def test_an_answer_is_taken_once_and_the_first_stands(address):
    browser = Client()

    first = browser.post(address, ANSWER)
    again = browser.post(address, ANSWER | {"did_rate": "yes"})

    assert (first.status_code, first.headers["Location"]) == (303, address)
    assert again.status_code == 200
    assert "谢谢" in browser.get(address).content.decode()
    row = SampledReview.objects.get()
    assert (row.state, row.did_rate, row.level, row.words) == ("answered", "no", 2, "是窗口的人按的")


def test_a_no_is_respected_and_said(address):
    browser = Client()

    assert browser.post(address, {"decline": "1"}).status_code == 303

    assert "不会再" in browser.get(address).content.decode()
    assert SampledReview.objects.get().state == "refused"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"did_rate": ""}, "did_rate"),
        ({"did_rate": "x"}, "did_rate"),
        ({"level": "9"}, "level"),
        ({"words": "长" * 501}, "words"),
        ({"words": "a\x07"}, "words"),
    ],
)
def test_what_cannot_be_taken_comes_back_with_what_was_typed(address, typed, field):
    answer = Client().post(address, ANSWER | typed)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#id_{field}' in page
    assert SampledReview.objects.get().state == "to_ask"


def test_when_the_round_has_ended_it_is_said(address):
    month = SampledReview.objects.get().draw.month
    samples.close_rounds(by=SYSTEM, now=rules.round_ends(month))

    answer = Client().get(address)

    assert answer.status_code == 410
    assert "已经过了" in answer.content.decode()


def test_the_keypad_asks_one_question_after_the_other(address):
    browser = Client(headers={"accept-language": "en"})
    first = browser.get(f"{address}/keys")
    page = first.content.decode()
    assert first.status_code == 200
    assert "spot check of ratings" in page
    assert 'value="3"' not in page
    assert len(first.content) < 30 * 1024

    again = browser.post(f"{address}/keys", {"keys": "", "key": "7"}).content.decode()
    assert "Once more" in again
    second = browser.post(f"{address}/keys", {"keys": "7", "key": "1"}).content.decode()
    assert "How satisfied" in second
    assert SampledReview.objects.get().state == "to_ask"
    done = browser.post(f"{address}/keys", {"keys": "71", "key": "5"}).content.decode()
    assert "Goodbye" in done

    row = SampledReview.objects.get()
    assert (row.did_rate, row.level, row.answered_by) == ("yes", 5, "ivr")
    assert "5" not in browser.get(f"{address}/keys").content.decode().split("<main")[1].split("</main")[0]


def test_a_gateway_posts_all_keys_at_once(address):
    assert Client(enforce_csrf_checks=True).post(f"{address}/keys", {"keys": "0"}).status_code == 200
    assert SampledReview.objects.get().state == "refused"


def test_keys_to_a_link_that_is_none(address):
    assert Client().post("/again/nonsense/keys", {"keys": "14"}).status_code == 404
