"""An appeal through the pages of all three sides: agency, deciders, reviewer; the last two through their own doors."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from haochaping.accounts.terms import Role
from haochaping.directory.models import Agency
from haochaping.doors.appeals import _UNTIL
from haochaping.doors.jobs import tasks
from haochaping.files.models import Document, Photo
from haochaping.flows import change_review, merge_orders
from haochaping.kernel.actor import SYSTEM
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import actions as rectification
from haochaping.rectification.models import Appeal, OrderEvent, WorkOrder
from haochaping.rectification.states import APPEAL_FINAL
from haochaping.rectification.terms import AppealState
from haochaping.reviews.models import Review
from tests import worlds
from tests.doors.workbench.conftest import PLACES, WORDS
from tests.files.test_documents import WAV
from tests.photographs import photograph
from tests.voices.conftest import DISPATCHER

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.doors.workbench.conftest import Bad

FILED = {"ground": "mis_tap", "text": "评价人当场说点错了。", "reference": "叫号记录 A12"}
DECIDERS: dict[str, tuple[Role, dict[str, str]]] = {
    "anne": (Role.SUPERVISOR, {"division_code": worlds.COUNTY}),
    "colleague": (Role.SUPERVISOR, {"division_code": worlds.COUNTY}),
    "bea": (Role.SUPERVISOR, {"division_code": worlds.CITY}),
    "province_one": (Role.SUPERVISOR, {"division_code": worlds.PROVINCE}),
    "province_two": (Role.SUPERVISOR, {"division_code": worlds.PROVINCE}),
    "abroad": (Role.SUPERVISOR, {"division_code": worlds.OTHER_CITY}),
    "insider": (Role.SUPERVISOR, {"agency_code": worlds.AGENCY}),
    "other_lead": (Role.AGENCY_LEAD, {"agency_code": worlds.OTHER_AGENCY}),
}


@pytest.fixture(autouse=True)
def _people(monkeypatch: pytest.MonkeyPatch) -> None:
    for who, where in DECIDERS.items():
        monkeypatch.setitem(PLACES, who, where)


@pytest.fixture
def signed(bad: Bad) -> Bad:
    """The order of a bad review that the agency has signed for a moment ago."""
    now = timezone.now()
    if WorkOrder.objects.get(id=bad.order_id).state == "created":
        rectification.dispatch([bad.order_id], by=SYSTEM, now=now)
    rectification.sign_for(bad.order_id, by=worlds.EVERYBODY, now=now)
    return bad


@pytest.fixture
def people(browser_of: Callable[[str], Client]) -> Callable[[str], Client]:
    """The browser of each, signed in once."""
    known: dict[str, Client] = {}

    def one(who: str) -> Client:
        if who not in known:
            known[who] = browser_of(who)
        return known[who]

    return one


def new(bad: Bad) -> str:
    return reverse("desk_appeal_new", args=[bad.order_id])


def desk(step: str = "") -> str:
    args = [Appeal.objects.get().id, *filter(None, [step])]
    return reverse("desk_appeal_step" if step else "desk_appeal", args=args)


def oversight(step: str = "") -> str:
    args = [Appeal.objects.get().id, *filter(None, [step])]
    return reverse("oversight_appeal_step" if step else "oversight_appeal", args=args)


def text_of(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def status(bad: Bad, form: str = "") -> str:
    return f"/status/{bad.receipt}" + (f"/{form}" if form else "")


def test_an_appeal_goes_from_the_order_to_the_second_review(signed: Bad, people, client: Client):
    lead = people("lead")
    assert new(signed) in lead.get(signed.address()).content.decode()
    form = lead.get(new(signed))
    assert form.status_code == 200

    picture = SimpleUploadedFile("log.jpg", photograph(), content_type="image/jpeg")
    filed = lead.post(new(signed), FILED | {"ground": "wrong_service", "photos": picture})
    assert filed.status_code == 303, text_of(filed)
    page = lead.get(filed.headers["Location"])
    assert "叫号记录 A12" in text_of(page)
    shown = re.search(r'src="(/desk/appeals/[^"]+/photos/[^"]+)"', page.content.decode())
    assert shown
    assert lead.get(shown.group(1)).headers["Content-Type"] == "image/jpeg"
    assert desk() in lead.get(signed.address()).content.decode()
    assert new(signed) not in lead.get(signed.address()).content.decode()

    anne, bea = people("anne"), people("bea")
    assert oversight() in anne.get(reverse("oversight_appeals")).content.decode()
    photo = reverse("oversight_appeal_photo", args=[Appeal.objects.get().id, Photo.objects.get().id])
    assert anne.get(photo).status_code == 200
    assert anne.post(oversight("accept")).status_code == 303

    asked = client.get(status(signed))
    assert "appeal-answer" in asked.content.decode()
    assert "恶意" not in text_of(asked)
    answered = client.post(
        status(signed, "appeal-answer"), {"agrees": "no", "text": "我没有点错，电话13912345678。"}
    )
    assert answered.status_code == 303, text_of(answered)
    assert "我没有点错" in text_of(client.get(status(signed)))

    weighed = text_of(anne.get(oversight()))
    assert "我没有点错" in weighed
    assert "13912345678" not in weighed
    assert "我没有点错" not in text_of(lead.get(desk()))

    reasons = {"verdict": "mistaken", "text": "录像显示点错后即要求更正。", "evidence": "叫号记录 A12"}
    assert anne.post(oversight("propose"), reasons).status_code == 303
    assert oversight("confirm") not in anne.get(oversight()).content.decode()
    assert anne.post(oversight("confirm")).status_code == 403
    assert "录像显示" not in text_of(lead.get(desk()))
    alike = people("colleague").get(oversight(), headers={"accept-language": "en"})
    assert oversight("confirm") not in alike.content.decode()
    assert oversight("send-back") in alike.content.decode()
    assert "Two organisations exclude a review" in text_of(alike)
    assert people("colleague").post(oversight("confirm")).status_code == 403
    assert oversight("confirm") in bea.get(oversight()).content.decode()
    assert bea.post(oversight("confirm")).status_code == 303
    assert Review.objects.get().status == "excluded"
    assert "录像显示" in text_of(lead.get(desk()))

    excluded = client.get(status(signed))
    assert "objection" in excluded.content.decode()
    assert client.post(status(signed, "objection"), {"text": "我不同意。"}).status_code == 303
    assert Appeal.objects.get().state == "contested"

    for who, why in (("anne", "You took part"), ("bea", "You took part"), ("colleague", "the level above")):
        barred = people(who).get(oversight(), headers={"accept-language": "en"})
        assert why in text_of(barred), who
        assert oversight("propose") not in barred.content.decode()
        said = people(who).post(oversight("propose"), reasons, headers={"accept-language": "en"})
        assert (said.status_code, why in text_of(said)) == (403, True), who
    assert oversight("propose") in people("province_one").get(oversight()).content.decode()
    assert (
        people("province_one").post(oversight("propose"), reasons | {"verdict": "rejected"}).status_code
        == 303
    )
    assert people("province_two").post(oversight("confirm")).status_code == 303
    assert Appeal.objects.get().state == "final"
    assert Review.objects.get().status == "effective"
    assert "录像显示" in text_of(client.get(status(signed)))
    assert "计入" in text_of(client.get(status(signed))) or "counts" in text_of(client.get(status(signed)))


@pytest.fixture
def filed(signed: Bad, people) -> Bad:
    assert people("lead").post(new(signed), FILED).status_code == 303
    return signed


@pytest.mark.parametrize(
    ("who", "page", "step"), [("insider", 200, 403), ("abroad", 404, 404), ("clerk", 403, 403)]
)
def test_who_is_not_of_another_organisation_decides_nothing(filed: Bad, people, who, page, step):
    browser = people(who)

    assert browser.get(oversight()).status_code == page
    assert browser.post(oversight("accept")).status_code == step
    assert Appeal.objects.get().state == "filed"


def test_the_lead_of_another_agency_finds_nothing(filed: Bad, people):
    other = people("other_lead")

    assert other.get(desk()).status_code == 404
    assert other.post(desk("withdraw")).status_code == 404
    assert other.get(new(filed)).status_code == 404
    assert desk() not in other.get(reverse("desk_appeals")).content.decode()


def test_the_form_comes_back_with_what_is_wrong_and_what_was_typed(signed: Bad, people):
    lead = people("lead")

    answer = lead.post(new(signed), {"ground": "malicious", "text": "此人一再辱骂窗口。"})

    assert answer.status_code == 422
    assert "此人一再辱骂窗口" in text_of(answer)
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Appeal.objects.exists()


def test_what_is_no_photograph_files_nothing(signed: Bad, people):
    wrong = SimpleUploadedFile("log.jpg", b"%PDF-1.7 nothing", content_type="image/jpeg")

    answer = people("lead").post(new(signed), FILED | {"photos": wrong})

    assert answer.status_code == 422
    assert not Appeal.objects.exists()


def test_recordings_and_logs_are_handed_over_to_the_deciders_alone(signed: Bad, people):
    lead, anne = people("lead"), people("anne")
    sent = [
        SimpleUploadedFile("电话.html", WAV, content_type="text/html"),
        SimpleUploadedFile("queue.log", b"<script>A12 10:02</script>\n", content_type="text/html"),
    ]

    photos = [SimpleUploadedFile(f"{n}.jpg", photograph(colour=n)) for n in ("red", "green", "blue")]
    assert lead.post(new(signed), FILED | {"documents": sent, "photos": photos}).status_code == 303

    appeal = Appeal.objects.get()
    assert (Document.objects.count(), Photo.objects.count()) == (2, 3)
    addresses = [
        reverse("oversight_appeal_document", args=[appeal.id, one.id])
        for one in Document.objects.order_by("place")
    ]
    assert all(address.rpartition("/")[2] in text_of(lead.get(desk())) for address in addresses)
    assert addresses[0] not in lead.get(desk()).content.decode()
    assert lead.get(addresses[0]).status_code == 403
    assert people("abroad").get(addresses[0]).status_code == 404
    page = anne.get(oversight()).content.decode()
    assert all(address in page for address in addresses)
    for address, kind, ending in zip(
        addresses, ("audio/wav", "text/plain; charset=utf-8"), ("wav", "txt"), strict=True
    ):
        answer = anne.get(address)
        assert answer.headers["Content-Type"] == kind
        assert re.fullmatch(
            rf'attachment; filename="evidence-[0-9a-f]{{4}}\.{ending}"', answer.headers["Content-Disposition"]
        )
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    looks = Entry.objects.filter(kind=EntryKind.PERSONAL_DATA_READ, subject_kind="document")
    assert looks.count() == 2


@pytest.mark.parametrize("sent", [b"MZ\x90\0\x03", b"PK\x03\x04", b""])
def test_what_is_no_recording_log_or_document_files_nothing(signed: Bad, people, sent):
    wrong = SimpleUploadedFile("call.mp3", sent or b"\0", content_type="audio/mpeg")

    answer = people("lead").post(new(signed), FILED | {"documents": wrong}, headers={"accept-language": "en"})

    assert answer.status_code == 422
    assert "“call.mp3” is no recording" in text_of(answer)
    assert not Appeal.objects.exists()


def test_a_fourth_recording_files_nothing(signed: Bad, people):
    sent = [SimpleUploadedFile(f"{n}.wav", WAV + bytes([n])) for n in range(4)]

    assert people("lead").post(new(signed), FILED | {"documents": sent}).status_code == 422
    assert not Appeal.objects.exists()


def test_the_form_is_taken_from_our_own_page_only(signed: Bad, people):
    lead = people("lead")
    lead.handler.enforce_csrf_checks = True

    assert lead.post(new(signed), FILED).status_code == 403
    assert not Appeal.objects.exists()


def test_filing_twice_is_said_in_a_sentence(filed: Bad, people):
    answer = people("lead").post(new(filed), FILED)

    assert answer.status_code == 409
    assert Appeal.objects.count() == 1


def test_the_page_says_what_the_time_left_is_for(filed: Bad, people):
    anne, english = people("anne"), {"accept-language": "en"}
    before = text_of(anne.get(oversight(), headers=english))

    anne.post(oversight("accept"))

    assert "To be taken up by" in before
    assert "The reviewer may answer until" in text_of(anne.get(oversight(), headers=english))


def test_what_the_time_left_is_for_is_said_of_every_state_that_has_one():
    assert set(_UNTIL) == set(AppealState) - APPEAL_FINAL


def test_withdrawing_and_a_stale_page(filed: Bad, people):
    lead = people("lead")
    assert lead.post(desk("withdraw")).status_code == 303

    stale = lead.post(desk("withdraw"))
    assert stale.status_code == 409
    assert "“withdrawn”" not in text_of(stale)
    assert people("anne").post(oversight("accept")).status_code == 409
    assert Appeal.objects.get().state == "withdrawn"


def test_malicious_without_a_fact_is_said_at_its_field(filed: Bad, people):
    anne = people("anne")
    anne.post(oversight("accept"))
    appeal = Appeal.objects.get()
    rectification.answer_appeal(appeal.id, agrees=False, text="不是", by=worlds.REVIEWER, now=timezone.now())

    answer = anne.post(oversight("propose"), {"verdict": "malicious", "text": "态度恶劣"})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert Appeal.objects.get().state == "heard"


def test_refusing_needs_a_reason_of_the_list(filed: Bad, people):
    anne = people("anne")
    assert anne.post(oversight("refuse"), {}).status_code == 422
    assert anne.post(oversight("refuse"), {"refusal": "rude"}).status_code == 422

    assert anne.post(oversight("refuse"), {"refusal": "no_ground"}).status_code == 303
    assert Appeal.objects.get().state == "refused"


def test_an_empty_answer_of_the_reviewer_comes_back(filed: Bad, people, client: Client):
    people("anne").post(oversight("accept"))

    answer = client.post(status(filed, "appeal-answer"), {"agrees": "no", "text": " "})

    assert answer.status_code == 422
    assert Appeal.objects.get().state == "accepted"


def test_before_it_is_accepted_the_reviewer_hears_of_nothing(filed: Bad, client: Client):
    assert "appeal" not in client.get(status(filed)).content.decode()
    assert client.post(status(filed, "appeal-answer"), {"agrees": "no", "text": "什么"}).status_code == 422


def test_looking_at_an_appeal_is_noted(filed: Bad, people):
    people("anne").get(oversight())

    kinds = Entry.objects.filter(subject_kind="appeal").values_list("kind", flat=True)
    assert EntryKind.PERSONAL_DATA_READ in kinds


def test_nobody_files_once_the_time_is_over(signed: Bad, people):
    WorkOrder.objects.update(appeal_until=timezone.now() - timedelta(days=50))

    lead = people("lead")
    assert new(signed) not in lead.get(signed.address()).content.decode()
    assert lead.post(new(signed), FILED).status_code == 409


def test_figures_stand_on_the_deciders_page(filed: Bad, people):
    page = text_of(people("anne").get(reverse("oversight_appeals")))

    assert timezone.localdate().strftime("%Y-%m") in page
    assert page.count("河湾区行政审批局") == 2


def test_a_fact_that_belongs_to_another_ground_is_not_dropped_in_silence(signed: Bad, people):
    lead = people("lead")
    typed = {"ground": "mis_tap", "fact": "threats", "text": "评价人来电说按错了。"}

    answer = lead.post(new(signed), typed, headers={"accept-language": "en"})

    assert answer.status_code == 422
    assert "belongs to the last ground only" in text_of(answer)
    assert lead.post(new(signed), typed | {"fact": ""}).status_code == 303


@pytest.mark.parametrize("within", [True, False])
def test_what_was_merged_with_the_excluded_one_is_given_back_whoever_sees_it(
    signed: Bad, bad_review, people, client: Client, *, within: bool
):
    other = bad_review("YC-9")
    merge_orders.merge(other.order_id, signed.order_id, by=DISPATCHER, now=timezone.now())
    if not within:
        # Beyond the reach of who decides: the second order has gone to an agency elsewhere.
        there = Agency.objects.get(code=worlds.OTHER_AGENCY)
        WorkOrder.objects.filter(id=other.order_id).update(agency=there, division=there.division)
    assert people("lead").post(new(signed), FILED).status_code == 303
    assert people("anne").post(oversight("accept")).status_code == 303
    assert (
        client.post(status(signed, "appeal-answer"), {"agrees": "yes", "text": "点错了。"}).status_code == 303
    )
    reasons = {"verdict": "mistaken", "text": "录像显示点错后即要求更正。"}
    assert people("anne").post(oversight("propose"), reasons).status_code == 303
    assert people("bea").post(oversight("confirm")).status_code == 303
    assert WorkOrder.objects.get(id=signed.order_id).state == "excluded"
    clocks = people("lead").get(signed.address()).content.decode().partition('"clocks plain"')[2]
    assert clocks.partition("</ol>")[0].count("<li") == 1

    assert (WorkOrder.objects.get(id=other.order_id).state == "dispatched") is within
    job = ProcrastinateJob.objects.get(task_name="orders.give_back")
    for _ in range(2):
        tasks.give_back(**job.args)
    assert WorkOrder.objects.get(id=other.order_id).state == "dispatched"
    assert OrderEvent.objects.filter(order_id=other.order_id, move="separate").count() == 1


def test_the_words_of_a_withdrawn_review_are_shown_to_no_side_of_an_appeal(filed: Bad, people, world):
    pages = [(people("lead"), desk()), (people("anne"), oversight())]
    words = WORDS.partition("，")[0]
    assert all(words in text_of(browser.get(page)) for browser, page in pages)

    change_review.withdraw_review(filed.review_id, by=worlds.REVIEWER, now=world + timedelta(minutes=2))

    for browser, page in pages:
        shown = text_of(browser.get(page))
        assert words not in shown
        assert "评价人已撤回评价，文字不再显示" in shown


@pytest.mark.parametrize("verdict", ["rejected", "partly"])
def test_the_reviewer_reads_why_an_appeal_was_not_upheld(filed: Bad, people, client: Client, verdict):
    anne, colleague = people("anne"), people("colleague")
    anne.post(oversight("accept"))
    client.post(status(filed, "appeal-answer"), {"agrees": "no", "text": "我没有点错。"})
    reasons = {"verdict": verdict, "text": "录像里看不出点错。"}
    assert anne.post(oversight("propose"), reasons).status_code == 303
    assert "录像里看不出点错" not in text_of(client.get(status(filed)))

    assert colleague.post(oversight("confirm")).status_code == 303

    assert "录像里看不出点错" in text_of(client.get(status(filed)))


def test_a_mistake_that_the_reviewer_denies_is_not_upheld(filed: Bad, people, client: Client):
    anne, english = people("anne"), {"accept-language": "en"}
    anne.post(oversight("accept"))
    assert client.post(status(filed, "appeal-answer"), {"text": "没有点错。"}).status_code == 422
    client.post(status(filed, "appeal-answer"), {"agrees": "no", "text": "没有点错。"})
    assert "No, it is not so" in text_of(client.get(status(filed), headers=english))
    page = text_of(anne.get(oversight(), headers=english))
    assert "No, it is not so" in page
    assert "Numbers of the evidence (optional)" not in page

    reasons = {"verdict": "mistaken", "text": "录像显示点错。", "evidence": FILED["reference"]}
    answer = anne.post(oversight("propose"), reasons, headers=english)

    assert answer.status_code == 422
    assert "nobody else can know that it was a mistake" in text_of(answer)
    assert Appeal.objects.get().state == "heard"


def test_an_exclusion_without_evidence_comes_back_with_its_field(filed: Bad, people, client: Client):
    anne, english = people("anne"), {"accept-language": "en"}
    anne.post(oversight("accept"))
    Appeal.objects.update(ground="duplicate")
    client.post(status(filed, "appeal-answer"), {"agrees": "no", "text": "不是。"})

    answer = anne.post(oversight("propose"), {"verdict": "mistaken", "text": "重复。"}, headers=english)

    assert answer.status_code == 422
    assert "No review is excluded without evidence" in text_of(answer)
    assert Appeal.objects.get().state == "heard"
