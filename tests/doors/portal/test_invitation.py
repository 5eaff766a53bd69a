"""`/r/<token>` from the first look to the last change, without scripts."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from haochaping.rectification import queries as orders
from haochaping.reviews.models import Invitation, Review
from tests.doors.portal.pages import CITIZEN_CSS, Citizen, text_of

if TYPE_CHECKING:
    from haochaping.reviews.terms import ReviewRow

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.doors.portal.urls")]
_LIMIT = 30_000


def _window_passes() -> None:
    past = timezone.now() - timedelta(minutes=1)
    Review.objects.update(changeable_until=past)


def _order_state(review: ReviewRow) -> str:
    order = orders.order_of_review(review.id)
    return order.state if order else ""


def test_question_shows_five_equal_choices_and_the_masked_case(citizen):
    page = text_of(citizen.look())

    assert re.findall(r'name="level" value="(\d)"', page) == ["5", "4", "3", "2", "1"]
    assert "aria-current" not in page.split("<main", 1)[1]
    assert "checked" not in page
    assert "食品经营许可" in page
    assert "河湾区政务服务中心" in page
    assert "…0123" in page
    assert "YC-2026" not in page
    assert "张小满" not in page
    assert "10 分钟" in page or "10 minutes" in page


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_stores_nothing(citizen, method):
    response = getattr(citizen.browser, method)(citizen.address)

    assert response.status_code == 200
    assert citizen.review() is None
    assert response["Cache-Control"] == "no-store"
    assert "noindex" in response["X-Robots-Tag"]
    assert response["Referrer-Policy"] == "same-origin"


def test_first_tap_stores_and_redirects_to_the_same_address(citizen):
    response = citizen.tap(4)

    assert response.status_code == 303
    assert response["Location"] == citizen.address
    review = citizen.review()
    assert (review.level, review.provenance, review.channel) == (4, "active_self", "pc")


def test_the_way_in_is_the_channel(citizen):
    assert 'name="via" value="qr"' in text_of(citizen.look(f"{citizen.address}?via=qr"))

    citizen.tap(5, via="qr")

    assert citizen.review().channel == "qr_code"


def test_a_phone_is_a_phone(citizen):
    citizen.browser.post(
        citizen.address, {"level": "5"}, headers={"user-agent": "X (Linux; Android 14) Mobile"}
    )

    assert citizen.review().channel == "mobile"


def test_receipt_is_shown_for_half_an_hour_under_this_address_only(citizen):
    cookie = citizen.tap(4).cookies["receipt"]
    receipt = citizen.receipt()

    assert cookie["path"] == citizen.address
    assert cookie["httponly"]
    assert cookie["max-age"] == 1800
    assert text_of(citizen.look(f"/status/{receipt.replace('-', '')}")).count(receipt) == 1


def test_without_cookies_the_page_works_and_explains(citizen):
    citizen.tap(2)
    other = Citizen(Client(enforce_csrf_checks=True), citizen.address)

    page = text_of(other.look())
    done = other.send("reasons", indicator_codes=["207"], comment_text="样表没有")

    assert "receipt-number" not in page
    assert done.status_code == 303
    assert citizen.review().indicator_codes == ("207",)


def test_a_forged_receipt_cookie_shows_nothing(citizen):
    citizen.tap(2)
    citizen.browser.cookies["receipt"] = "0123456789ABCDEFGHJKMNPQRS:x:y"

    assert "receipt-number" not in text_of(citizen.look())


def test_tapping_the_same_level_twice_is_one_review(citizen):
    citizen.tap(4)

    assert citizen.tap(4).status_code == 303
    assert Review.objects.count() == 1


def test_another_tap_changes_the_level_and_drops_its_order(citizen):
    citizen.tap(1)
    citizen.tap(5)

    review = citizen.review()
    assert review.level == 5
    assert _order_state(review) == "cancelled"


@pytest.mark.parametrize("level", ["0", "6", "5 ", "", "五", "5\0", "-1", "05", "9" * 500])
def test_a_level_that_is_none_is_said_and_stores_nothing(citizen, level):
    response = citizen.tap(level)

    assert response.status_code == 422
    page = text_of(response)
    assert 'role="alert"' in page
    assert 'href="#id_level"' in page
    assert 'id="id_level"' in page
    assert citizen.review() is None


def test_a_missing_level_keeps_the_way_in(citizen):
    response = citizen.browser.post(citizen.address, {"via": "qr"})

    assert response.status_code == 422
    assert 'name="via" value="qr"' in text_of(response)


def test_a_wrong_level_afterwards_keeps_the_review(citizen):
    citizen.tap(3)

    assert citizen.tap(9).status_code == 422
    assert citizen.review().level == 3


def test_reasons_and_text_are_stored_and_send_the_order_out(citizen):
    citizen.tap(1)

    response = citizen.send("reasons", indicator_codes=["113", "108"], comment_text="窗口\r\n让我跑三次 ")

    assert response.status_code == 303
    review = citizen.review()
    assert review.indicator_codes == ("113", "108")
    assert review.comment_text == "窗口\n让我跑三次"
    page = text_of(citizen.look())
    assert "多头跑窗口和部门" in page
    assert _order_state(review) == "dispatched"


def test_basic_tags_come_first_and_the_others_are_folded(citizen):
    citizen.tap(2)

    before, after = text_of(citizen.look()).split('class="field tags"', 1)[1].split("<details", 1)

    assert re.findall(r'name="indicator_codes" value="(\d+)"', before) == ["207", "208", "209"]
    assert re.findall(r'name="indicator_codes" value="(\d+)"', after) == ["210", "211", "212", "213", "214"]


@pytest.mark.parametrize(("code", "said"), [("510", "510"), ("999", "999"), ("2\0", "2")])
def test_a_code_put_in_by_hand_is_refused_and_the_text_kept(citizen, code, said):
    citizen.tap(2)

    response = citizen.send("reasons", indicator_codes=["207", code], comment_text="没有样本")

    assert response.status_code == 422
    page = text_of(response)
    assert 'href="#id_indicator_codes"' in page
    assert said in page
    assert "没有样本" in page
    assert 'value="207" checked' in page
    assert citizen.review().indicator_codes == ()


@pytest.mark.parametrize("text", ["坏\0字", "坏\x1b字", "坏\x07字", "坏\x85字"])
def test_characters_that_nobody_sees_are_refused_at_the_field(citizen, text):
    citizen.tap(2)

    response = citizen.send("reasons", indicator_codes=["207"], comment_text=text)

    assert response.status_code == 422
    page = text_of(response)
    assert 'href="#id_comment_text"' in page
    assert 'aria-invalid="true"' in page
    assert 'value="207" checked' in page
    assert citizen.review().comment_text == ""


def test_ten_thousand_characters_are_refused_and_none_is_lost(citizen):
    citizen.tap(2)

    response = citizen.send("reasons", comment_text="长" * 10_000)

    assert response.status_code == 422
    page = text_of(response)
    assert "长" * 10_000 in page
    assert "10000" in page
    assert citizen.review().finished_at is None


def test_five_hundred_characters_over_many_lines_are_taken(citizen):
    citizen.tap(2)
    text = "\r\n".join(["字" * 9] * 50)

    assert citizen.send("reasons", comment_text=text).status_code == 303
    assert len(citizen.review().comment_text) == 499


def test_script_in_a_text_is_text(citizen):
    citizen.tap(2)
    citizen.send("reasons", comment_text="<script>alert(1)</script>")

    assert "<script>alert" not in text_of(citizen.look())


def test_withdrawing_asks_again_and_rating_again_restores(citizen):
    citizen.tap(1)

    assert citizen.send("withdraw").status_code == 303
    page = text_of(citizen.look())
    assert len(re.findall(r'name="level" value="\d"', page)) == 5
    assert "aria-current" not in page.split("<main", 1)[1]
    citizen.tap(3)

    assert (citizen.review().level, citizen.review().status) == (3, "effective")


def test_after_the_window_nothing_changes_and_nothing_typed_is_lost(citizen):
    citizen.tap(2)
    _window_passes()

    assert citizen.tap(5).status_code == 422
    assert citizen.send("withdraw").status_code == 422
    late = citizen.send("reasons", indicator_codes=["207"], comment_text="想说的话")

    assert late.status_code == 422
    assert "想说的话" in text_of(late)
    assert 'name="level"' not in text_of(citizen.look())
    assert (citizen.review().level, citizen.review().status) == (2, "effective")


def test_a_withdrawn_review_after_the_window_is_only_told(citizen):
    citizen.tap(2)
    citizen.send("withdraw")
    _window_passes()

    page = text_of(citizen.look())

    assert 'name="level"' not in page


@pytest.mark.parametrize("form", ["reasons", "withdraw", "message"])
def test_addresses_of_forms_lead_back_to_the_page(citizen, form):
    citizen.tap(4)

    response = citizen.look(f"{citizen.address}/{form}")

    assert (response.status_code, response["Location"]) == (303, citizen.address)


@pytest.mark.parametrize("form", ["reasons", "withdraw", "message"])
def test_forms_before_a_rating_are_refused_in_words(citizen, form):
    response = citizen.send(form, comment_text="x", text="x")

    assert response.status_code == 422
    assert "/my/" in text_of(response)


@pytest.mark.parametrize("token", ["x", "A" * 44, "é" * 30, "%00", "a" * 5000])
@pytest.mark.parametrize("suffix", ["", "/reasons", "/slip", "/qr.svg"])
def test_a_wrong_token_is_not_found_in_plain_words(citizen, token, suffix):
    address = f"/r/{token}{suffix}"

    for response in (citizen.look(address), citizen.browser.post(address, {"level": "1"})):
        assert response.status_code in {303, 404, 405}
    answer = citizen.browser.post(f"/r/{token}", {"level": "1"})
    assert answer.status_code == 404
    assert answer["Cache-Control"] == "no-store"
    assert "/my/" in text_of(answer)


def test_an_expired_invitation_is_gone_but_a_used_one_opens_its_review(citizen):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))

    assert citizen.look().status_code == 410
    assert citizen.tap(5).status_code == 410
    assert citizen.review() is None
    Invitation.objects.update(expires_at=timezone.now() + timedelta(days=1))
    citizen.tap(5)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))

    assert citizen.look().status_code == 200


def test_qr_code_and_slip_name_the_way_in(citizen):
    picture = citizen.look(f"{citizen.address}/qr.svg")
    slip = text_of(citizen.look(f"{citizen.address}/slip"))

    assert picture["Content-Type"] == "image/svg+xml"
    assert picture.content.startswith(b"<svg")
    assert b'xmlns="http://www.w3.org/2000/svg"' in picture.content
    assert "<svg" in slip
    assert citizen.address in slip
    assert "…0123" in slip


def test_a_service_that_is_reviewed_has_no_slip_any_more(citizen):
    citizen.tap(4)

    answer = citizen.look(f"{citizen.address}/slip")

    assert (answer.status_code, answer["Location"]) == (303, citizen.address)


def test_english_is_complete(citizen):
    han = re.compile(r"[\u4e00-\u9fff]")
    own = {"食品经营许可", "河湾区政务服务中心", "河湾区行政审批局", "综合窗口1", "办结", "简体中文"}
    pages = [citizen.look(f"{citizen.address}{rest}", **{"accept-language": "en"}) for rest in ("", "/slip")]
    citizen.tap(1)
    pages.append(citizen.look(**{"accept-language": "en"}))
    citizen.browser.post(
        f"{citizen.address}/reasons", {"indicator_codes": ["108"]}, headers={"accept-language": "en"}
    )
    pages += [
        citizen.look(**{"accept-language": "en"}),
        citizen.look("/my/", **{"accept-language": "en"}),
        citizen.look("/r/x", **{"accept-language": "en"}),
    ]

    for response in pages:
        page = text_of(response)
        for name in own:
            page = page.replace(name, "")
        assert not han.search(page)


def test_pages_stay_under_thirty_kilobytes(citizen, pytestconfig):
    css = len(Path(pytestconfig.rootpath, CITIZEN_CSS).read_bytes())
    sizes = [len(citizen.look().content)]
    citizen.tap(1)
    sizes.append(len(citizen.look().content))
    citizen.send("reasons", indicator_codes=["108", "109"], comment_text="字" * 500)
    sizes.append(len(citizen.look().content))

    assert max(sizes) + css < _LIMIT, sizes


def test_no_page_needs_scripts_or_inline_style(citizen):
    citizen.tap(1)
    page = text_of(citizen.look())

    assert " style=" not in page
    assert " onclick=" not in page
    assert page.count("<script") == page.count('<script type="module" src=')


def test_what_a_page_cannot_hold_is_not_repeated_on_it(citizen):
    tapped = citizen.tap("\0")
    citizen.tap(1)
    sent = citizen.send("reasons", comment_text="要了\0两次")

    for answer in (tapped, sent):
        assert answer.status_code == 422
        assert b"\0" not in answer.content
    assert "要了\ufffd两次" in text_of(sent)


def test_a_level_that_is_none_is_said_in_the_words_of_whoever_taps(citizen):
    page = text_of(citizen.tap(9))

    assert not re.search("整数|whole number", page)
    assert re.search("请在下面五个选项中选一个|Choose one of the five below", page)


# asked by text message, or not any more

BY_SMS = "?via=sms"
NO_MORE, AGAIN = "不再用短信邀请我评价", "可以再邀请我"


def set_asking(citizen, asking: str):
    return citizen.browser.post(f"{citizen.address}/asking", {"asking": asking})


def test_whoever_came_by_a_text_message_says_in_one_tap_not_to_be_asked_any_more(citizen):
    page = citizen.browser.get(citizen.address + BY_SMS).content.decode()
    assert NO_MORE in page

    answer = set_asking(citizen, "no")

    assert (answer.status_code, answer.headers["Location"]) == (303, citizen.address + BY_SMS)
    page = citizen.browser.get(citizen.address + BY_SMS).content.decode()
    assert AGAIN in page
    assert NO_MORE not in page
    assert "level" in page
    set_asking(citizen, "yes")
    assert NO_MORE in citizen.browser.get(citizen.address + BY_SMS).content.decode()


def test_opening_a_link_refuses_nothing(citizen):
    answer = citizen.browser.get(f"{citizen.address}/asking")

    assert answer.status_code == 303
    assert NO_MORE in citizen.browser.get(citizen.address + BY_SMS).content.decode()


@pytest.mark.parametrize("via", ["", "?via=qr"])
def test_whoever_came_otherwise_is_not_spoken_to_about_text_messages(citizen, via):
    page = citizen.browser.get(citizen.address + via).content.decode()

    assert NO_MORE not in page
    assert AGAIN not in page


def test_the_review_itself_offers_it_too(citizen):
    citizen.browser.post(citizen.address, {"level": "5"})

    assert NO_MORE in citizen.browser.get(citizen.address + BY_SMS).content.decode()
    assert NO_MORE not in citizen.browser.get(citizen.address).content.decode()
