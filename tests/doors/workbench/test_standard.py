"""标准答复 at the desk: category and urgency beside the reasons, and a text put into the form without scripts."""

from __future__ import annotations

from haochaping.rectification import queries
from haochaping.rectification.rules import standard_answers
from tests.voices.conftest import GIVEN


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


def test_choosing_nothing_or_rubbish_keeps_what_was_typed(bad, clerk):
    for chosen in ("", "99", "-1", "x\x00"):
        begun = {"insert": "yes", "standard": chosen, "text": "请说明经过"}

        page = clerk.post(bad.address("message"), begun).content.decode()

        assert "请说明经过</textarea>" in page


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
