"""`/voices/`: a complaint, suggestion or question by a browser without scripts, cookies or account."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from haochaping.directory.models import Agency
from haochaping.doors.portal.voices import _TOO_MANY
from haochaping.flows import handle_voices
from haochaping.flows.change_review import finish_review
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.identifiers import receipt_no
from haochaping.kernel.periods import local_day
from haochaping.ui.moments import moment
from haochaping.voices import actions, queries
from haochaping.voices.models import Voice
from haochaping.voices.terms import VoiceMove
from tests import worlds
from tests.doors.portal.pages import CITIZEN_CSS, text_of
from tests.photographs import photograph
from tests.voices.conftest import FOUND_IN, Told

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.doors.portal.urls")]
NEW = "/voices/new"
FORM = f"{NEW}?kind=complaint&agency={worlds.AGENCY}"


@pytest.fixture
def browser(db, clock) -> Client:
    worlds.build(clock)
    return Client(enforce_csrf_checks=True)


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of the page's form: what a keyboard cannot miss."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', page))


def give(browser, address: str = FORM, **typed: str):
    return browser.post(
        NEW, fields_of(text_of(browser.get(address))) | {"text": "窗口无人值守", "phone": ""} | typed
    )


@pytest.fixture
def given(browser) -> Told:
    address = give(browser).headers["Location"]
    return Told(Voice.objects.get().id, timezone.now(), address.rpartition("/")[2])


def test_each_step_has_its_own_address_and_leads_to_the_next(browser):
    kinds = text_of(browser.get(NEW))
    assert all(f'href="?kind={kind}"' in kinds for kind in ("complaint", "suggestion", "after_sales"))

    found = text_of(browser.get(f"{NEW}?kind=complaint&q=行政审批"))
    assert f'href="?kind=complaint&amp;agency={worlds.AGENCY}"' in found
    assert f'href="?kind=complaint&amp;item={worlds.ITEM}"' in text_of(
        browser.get(f"{NEW}?kind=complaint&q=食品")
    )
    assert "没有" in text_of(browser.get(f"{NEW}?kind=complaint&q=zzz"))

    form = text_of(browser.get(f"{NEW}?kind=suggestion&item={worlds.ITEM}"))
    assert "食品经营许可" in form
    assert 'name="matter"' not in form
    assert 'name="matter"' in text_of(browser.get(f"{NEW}?kind=after_sales&agency={worlds.AGENCY}"))


def test_the_form_alone_is_enough_to_give_one(browser):
    answer = give(browser)

    assert answer.status_code == 303
    voice = queries.by_receipt(answer.headers["Location"].rpartition("/")[2])
    assert voice is not None
    page = text_of(browser.get(answer.headers["Location"]))
    assert "窗口无人值守" in page
    assert moment(voice.due_at) in page  # type: ignore[arg-type]
    assert "sessionid" not in browser.cookies


def test_a_double_click_gives_one(browser):
    page = fields_of(text_of(browser.get(FORM))) | {"text": "窗口无人值守"}

    first, second = browser.post(NEW, page), browser.post(NEW, page)

    assert first.headers["Location"] == second.headers["Location"]
    assert Voice.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"text": ""}, 422),
        ({"text": "长" * 2001}, 422),
        ({"text": "a\x07b"}, 422),
        ({"phone": "请打我电话"}, 422),
        ({"phone": "1" * 41}, 422),
        ({"kind": "after_sales"}, 422),
        ({"kind": "after_sales", "matter": "x"}, 422),
        ({"kind": "praise"}, 422),
        ({"kind": ""}, 422),
        ({"agency": "nowhere"}, 422),
        ({"agency": "", "item": "\x00"}, 422),
        ({"agency": ""}, 422),
        ({"item": "x" * 101}, 422),
    ],
)
def test_rubbish_is_answered_in_words_and_stores_nothing(browser, changes, status):
    answer = give(browser, **changes)

    assert answer.status_code == status
    assert not Voice.objects.exists()


def test_what_was_typed_comes_back_with_the_complaint(browser):
    page = text_of(give(browser, text="窗口无人值守，已等两小时", phone="无"))

    assert "窗口无人值守，已等两小时" in page
    assert 'aria-invalid="true"' in page


@pytest.mark.parametrize("forged", ["' OR 1=1 --", "", "{}", "{}:" + "A" * 43])
def test_a_receipt_that_no_form_was_given_is_not_taken_and_the_words_stay(browser, forged):
    forged = forged.format(receipt_no())

    answer = give(browser, receipt=forged)

    page = text_of(answer)
    assert (answer.status_code, Voice.objects.count()) == (422, 0)
    assert "回执号无法识别" in page
    assert "窗口无人值守" in page
    assert browser.post(NEW, fields_of(page) | {"text": "窗口无人值守"}).status_code == 303


def test_too_many_from_one_place_are_told_to_wait(browser, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"voice_given": "1/h/ip"}
    give(browser)

    answer = give(browser)

    assert answer.status_code == _TOO_MANY
    assert Voice.objects.count() == 1


def test_a_phone_is_on_no_page_and_in_no_row(browser):
    address = give(browser, phone="13900000077").headers["Location"]

    assert "13900000077" not in text_of(browser.get(address))
    assert "13900000077" not in str(Voice.objects.values().get())


def test_urging_is_offered_after_three_days_and_marks(browser, given):
    page = text_of(browser.get(f"/voices/{given.receipt}"))
    assert f'action="/voices/{given.receipt}/urge"' not in page
    assert browser.post(f"/voices/{given.receipt}/urge").status_code == 422

    Voice.objects.update(received_at=timezone.now() - timedelta(days=4))
    page = text_of(browser.get(f"/voices/{given.receipt}"))
    assert f'action="/voices/{given.receipt}/urge"' in page
    # Nobody has passed it on: the agency does not hear of it.
    assert "催办会告知负责转办的部门和督办员" in page
    assert browser.post(f"/voices/{given.receipt}/urge").status_code == 303
    assert browser.post(f"/voices/{given.receipt}/urge").status_code == 422
    assert given.row.urged == 1


def test_the_answer_its_outcome_and_the_next_item_are_read_and_the_word_closes_it(browser, given):
    given.upto(VoiceMove.SIGN_FOR)
    actions.answer(
        given.id,
        outcome="settled",
        text="已安排专人",
        next_item=worlds.OTHER_ITEM,
        by=worlds.CLERK,
        now=timezone.now(),
    )
    page = text_of(browser.get(f"/voices/{given.receipt}"))
    assert all(word in page for word in ("已安排专人", "户外广告设置许可", "石港市行政审批局", "已处理"))

    for wrong in ({}, {"solved": "maybe"}, {"solved": "no", "text": "长" * 501}):
        assert browser.post(f"/voices/{given.receipt}/word", wrong).status_code == 422
    assert browser.post(f"/voices/{given.receipt}/word", {"solved": "partly", "text": ""}).status_code == 303

    assert (given.row.state, given.row.solved) == ("closed", "partly")
    page = text_of(browser.get(f"/voices/{given.receipt}"))
    assert "部分" in page
    assert "/word" not in page
    assert browser.post(f"/voices/{given.receipt}/word", {"solved": "yes"}).status_code == 422


def test_what_the_agency_notes_for_itself_is_not_on_the_page(browser, given):
    given.step(VoiceMove.TRANSFER)

    page = text_of(browser.get(f"/voices/{given.receipt}"))

    assert "已转办" in page
    assert "请办理" not in page
    assert "dispatcher" not in page


def test_a_late_answer_is_called_late(browser, given):
    Voice.objects.update(due_at=timezone.now() - timedelta(days=1))

    assert "已记为逾期" in text_of(browser.get(f"/voices/{given.receipt}"))


def test_a_promise_that_is_not_known_is_not_guessed(browser, given):
    Voice.objects.update(due_at=None)

    assert "答复日期" in text_of(browser.get(f"/voices/{given.receipt}"))


@pytest.mark.parametrize("form", ["", "/urge", "/word"])
@pytest.mark.parametrize("receipt", ["NONSENSE", "Z" * 26, "%00"])
def test_an_unknown_receipt_is_not_found(browser, form, receipt):
    answer = browser.post(f"/voices/{receipt}{form}") if form else browser.get(f"/voices/{receipt}")

    assert answer.status_code in {404, 422}
    assert "Traceback" not in text_of(answer)


def test_a_receipt_is_found_however_it_is_typed_and_by_the_one_lookup(browser, given):
    typed = "-".join(given.receipt[i : i + 4] for i in range(0, 26, 4)).lower()

    assert browser.get(f"/voices/{typed}").headers["Location"] == f"/voices/{given.receipt}"
    assert browser.post("/my/", {"receipt": typed}).headers["Location"] == f"/voices/{given.receipt}"


@pytest.mark.parametrize("form", ["urge", "word"])
def test_a_forms_address_without_a_form_leads_to_the_page(browser, given, form):
    assert browser.get(f"/voices/{given.receipt}/{form}").headers["Location"] == f"/voices/{given.receipt}"


def test_who_wrote_a_good_review_reads_there_what_was_taken_up(citizen):
    citizen.tap(4)
    review = citizen.review()
    assert review is not None
    finish_review(review.id, [], FOUND_IN, by=REVIEWER, now=timezone.now())
    said = {"kind": "suggestion", "matter": "", "quote": "叫号屏太小", "note": "内部说明"}
    handle_voices.take_up_from_review(review.id, **said, by=worlds.CLERK, now=timezone.now())

    page = text_of(citizen.look())

    assert "来自您的文字：建议" in page
    assert "内部说明" not in page
    # Nothing between two dots, nor behind the last one, is left out.
    assert not re.search(r"·\s*(?:·|</p>)", page)


def sent(number: int) -> list[SimpleUploadedFile]:
    return [
        SimpleUploadedFile(f"{n}.jpg", photograph(colour=("red", "green", "blue", "white")[n]))
        for n in range(number)
    ]


def test_photographs_come_with_it_and_can_be_taken_back(browser):
    address = browser.post(
        NEW, fields_of(text_of(browser.get(FORM))) | {"text": "窗口无人值守", "photos": sent(3)}
    ).headers["Location"]
    page = browser.get(address)
    [first, *others] = dict.fromkeys(re.findall(rf"{address}/photos/[0-9a-f-]+", text_of(page)))

    assert len(others) == 2
    assert len(page.content) + Path(CITIZEN_CSS).stat().st_size < 30_000
    assert browser.get(first).headers["Content-Type"] == "image/jpeg"
    assert browser.post(first).status_code == 303
    assert browser.get(first).status_code == 404
    assert first not in text_of(browser.get(address))


def test_too_many_photographs_are_told_and_nothing_is_stored(browser):
    answer = browser.post(
        NEW, fields_of(text_of(browser.get(FORM))) | {"text": "窗口无人", "photos": sent(4)}
    )

    assert answer.status_code == 422
    assert not Voice.objects.exists()


def test_nobody_sees_a_photograph_by_another_receipt(browser):
    with_one, without = (
        browser.post(
            NEW, fields_of(text_of(browser.get(FORM))) | {"text": text, "photos": sent(number)}
        ).headers["Location"]
        for text, number in (("窗口无人", 1), ("没有座位", 0))
    )
    [photo] = set(re.findall(r"/photos/[0-9a-f-]+", text_of(browser.get(with_one))))

    assert browser.get(without + photo).status_code == 404
    assert browser.post(without + photo).status_code in {303, 404}
    assert browser.get(with_one + photo).status_code == 200


@pytest.mark.parametrize(
    ("kind", "word"), [("complaint", "Your complaint"), ("suggestion", "Your suggestion")]
)
def test_its_page_speaks_of_what_it_is_and_of_no_review(browser, kind, word):
    address = give(browser, f"{NEW}?kind={kind}&agency={worlds.AGENCY}").headers["Location"]
    page = (
        text_of(browser.get(address, headers={"accept-language": "en"})).split("<main")[1].split("</main")[0]
    )

    assert f"<h2>{word}</h2>" in page
    assert "review" not in page


def test_not_solved_goes_back_and_the_earlier_answer_stays_readable(browser, given):
    given.upto(VoiceMove.ANSWER)
    address = f"/voices/{given.receipt}"
    answered = given.row.answer

    assert browser.post(f"{address}/word", {"solved": "no", "text": "还是没人"}).status_code == 303

    assert given.row.state == "transferred"
    page = text_of(browser.get(address, headers={"accept-language": "en"}))
    assert answered in page
    assert "还是没人" in page
    assert "Not solved: opened again" in page
    assert "will answer you here by" in page


@pytest.mark.parametrize("named", [f"agency={worlds.AGENCY}", f"item={worlds.ITEM}"])
def test_an_agency_that_has_ended_is_not_found_and_a_link_to_it_says_who_to_turn_to(browser, named):
    form = text_of(browser.get(f"{NEW}?kind=complaint&{named}"))
    yesterday = local_day(timezone.now()) - timedelta(days=1)
    Agency.objects.filter(code=worlds.AGENCY).update(valid_to=yesterday)

    assert f"agency={worlds.AGENCY}" not in text_of(browser.get(f"{NEW}?kind=complaint&q=行政审批"))
    assert f"item={worlds.ITEM}" not in text_of(browser.get(f"{NEW}?kind=complaint&q=食品"))
    late = browser.get(f"{NEW}?kind=complaint&{named}")
    sent = browser.post(NEW, fields_of(form) | {"text": "窗口无人值守", "phone": ""})

    for answer in (late, sent):
        assert answer.status_code == 422
        assert "河湾区行政审批局”在" in text_of(answer)
        assert "请选择承接其职责的机构" in text_of(answer)
        assert 'name="q"' in text_of(answer)
    assert not Voice.objects.exists()
