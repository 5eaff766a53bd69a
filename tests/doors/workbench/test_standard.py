"""标准答复 at the desk: category and urgency beside the reasons, and a text put into the form without scripts."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from haochaping.rectification import queries
from haochaping.rectification.rules import standard_answers
from haochaping.rectification.terms import OrderState
from tests.doors.workbench.test_order import bring_to, state
from tests.voices.conftest import GIVEN

ENGLISH = {"accept-language": "en"}


def test_reasons_show_category_and_urgency(bad_review, clerk):
    ordinary = clerk.get(bad_review("YC-1", codes=("113",)).address()).content.decode()
    grave = clerk.get(bad_review("YC-2", codes=("113", "108")).address()).content.decode()

    assert "多次跑动" in ordinary
    assert "督办" not in ordinary.partition("<main")[2].partition("<dl")[0]
    assert "额外增设审批条件" in grave
    assert "必须报送督办" in grave


def test_a_text_is_put_before_what_was_typed_and_nothing_is_recorded(bad, clerk):
    begun = {"insert": "yes", "standard": "0", "text": "请说明经过"}

    answer = clerk.post(bad.address("message"), begun)

    assert answer.status_code == 200
    page = answer.content.decode()
    text = standard_answers("message")[0].text
    assert f"{text}\n请说明经过</textarea>" in page
    assert len(queries.timeline(bad.order_id)) == 2


def test_what_a_text_may_begin_with_is_offered_before_it(bad, clerk):
    page = clerk.get(bad.address()).content.decode()

    form = page.partition('<form class="write"')[2].partition("</form>")[0]
    assert (
        form.index('name="standard"')
        < form.index("<textarea")
        < form.index("btn btn-secondary", form.index("<textarea"))
    )


class _FirstButtons(HTMLParser):
    """The attributes of the first button that submits, of each form."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.first: list[dict[str, str | None] | None] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "form":
            self.first.append(None)
        elif tag == "button" and self.first and self.first[-1] is None:
            self.first[-1] = dict(attrs)


@pytest.mark.parametrize("reached", [OrderState.DISPATCHED, OrderState.VERIFIED, OrderState.RECTIFIED])
def test_enter_in_a_line_sends_and_puts_no_text_in(bad, clerk, world, reached):
    bring_to(bad, reached, world)

    page = clerk.get(bad.address()).content.decode()

    assert 'name="insert"' in page
    assert [button for button in _FirstButtons(page).first if button and button.get("name") == "insert"] == []


def test_choosing_nothing_or_rubbish_keeps_what_was_typed(bad, clerk):
    for chosen in ("", "99", "-1", "x\x00"):
        begun = {"insert": "yes", "standard": chosen, "text": "请说明经过"}

        page = clerk.post(bad.address("message"), begun).content.decode()

        assert "请说明经过</textarea>" in page


def test_a_text_names_what_the_page_knows_of_the_order_and_a_gap_is_not_taken(bad, clerk, world):
    bring_to(bad, OrderState.RECTIFIED, world)

    begun = clerk.post(bad.address("reply"), {"insert": "yes", "standard": "0", "text": ""})
    left = clerk.post(bad.address("reply"), {"text": standard_answers("reply")[0].text}, headers=ENGLISH)

    order = queries.order_of_review(bad.review_id)
    assert order is not None
    assert f"您对“{order.item_name}”反映的情况，经{order.agency_name}核实属实" in begun.content.decode()
    assert "【改了什么、何时起】" in begun.content.decode()
    assert left.status_code == 422
    assert "The place “【改了什么、何时起】” of the text is not filled in." in left.content.decode()
    assert state(bad) == OrderState.RECTIFIED


@pytest.mark.parametrize(
    ("step", "field"), [("more-time", "reason"), ("ledger", "plan"), ("call-back", "note")]
)
def test_a_text_goes_into_the_field_it_is_for_in_the_language_of_the_page(bad, clerk, world, step, field):
    bring_to(bad, OrderState.VERIFIED, world)

    answer = clerk.post(
        bad.address(step),
        {"insert": "yes", "standard": "0", field: "and more"},
        headers=ENGLISH,
    )

    page = answer.content.decode()
    shown = page.partition(f'id="{step}_{field}"')[2].partition("</textarea>")[0]
    assert "【" in shown
    assert shown.endswith("and more")


def test_a_step_without_words_has_nothing_to_put_in(bad, clerk):
    assert clerk.post(bad.address("sign-for"), {"insert": "yes"}).status_code == 303


def test_answers_to_voices_have_their_texts_too(world, clerk):
    from django.utils import timezone

    from haochaping.flows import handle_voices
    from haochaping.kernel.actor import REVIEWER
    from haochaping.voices.models import Voice
    from haochaping.voices.terms import VoiceMove
    from tests.voices.conftest import Told

    handle_voices.give_voice(**GIVEN, by=REVIEWER, now=timezone.now())
    told = Told(Voice.objects.get().id, timezone.now()).upto(VoiceMove.SIGN_FOR)

    begun = {"insert": "yes", "standard": "2", "outcome": "settled", "text": "已查"}
    answer = clerk.post(f"/desk/voices/{told.id}/answer", begun)

    assert answer.status_code == 200
    assert f"{standard_answers('answer')[2].text}\n已查</textarea>" in answer.content.decode()
    assert told.row.state == "signed"
