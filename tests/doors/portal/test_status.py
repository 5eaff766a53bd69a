"""`/status/<receipt>` and `/my/`: what became of it, without an account."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.utils import timezone

from haochaping.doors.portal.progress import promise
from haochaping.exchange import actions as exchange
from haochaping.exchange.terms import Raw
from haochaping.flows import close_order, handle_bad_review
from haochaping.flows.invite import invite_case
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.kernel.refused import Refused
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.models import SolutionAnswer, WorkOrder
from haochaping.reviews.models import Review
from haochaping.reviews.terms import Entrance
from haochaping.ui.moments import moment
from tests import worlds
from tests.doors.portal.pages import Citizen, text_of
from tests.voices.conftest import DISPATCHER

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.rectification.terms import OrderRow

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.doors.portal.urls")]


@pytest.fixture
def status(citizen: Citizen) -> str:
    """The status address of a review of level 1 with a reason, whose order is with the agency."""
    citizen.tap(1)
    receipt = citizen.receipt().replace("-", "")
    citizen.send("reasons", indicator_codes=["113"], comment_text="跑了三次")
    return f"/status/{receipt}"


def _order() -> OrderRow:
    order = orders.order_of_review(Review.objects.get().pk)
    assert order
    return order


def test_status_shows_level_words_and_the_promise_with_its_date(citizen, status, clock):
    page = text_of(citizen.look(status))

    assert "多头跑窗口和部门" in page
    assert "跑了三次" in page
    assert moment(_order().sign_due_at or clock) in page
    assert "河湾区行政审批局" in page


def test_next_promise_is_the_contact(citizen, status, clock):
    rectification.sign_for(_order().id, by=worlds.CLERK, now=timezone.now())

    assert moment(_order().contact_due_at or clock) in text_of(citizen.look(status))


@pytest.mark.parametrize("due", [timedelta(hours=3), timedelta(hours=-3)], ids=["in time", "late"])
def test_a_return_that_is_asked_for_changes_no_promise(citizen, status, due):
    """The clock that runs is still that for taking the review up, and nothing more may be promised."""
    WorkOrder.objects.update(due_at=timezone.now() + due)
    before = promise(_order(), timezone.now())

    rectification.ask_return(_order().id, reason="不归我们管", by=worlds.CLERK, now=timezone.now())

    assert promise(_order(), timezone.now()) == before
    assert before in text_of(citizen.look(status))


# A request is a part of a transaction here, in earnest the server is told of it with the first question.
_AROUND = ("SAVEPOINT", "RELEASE", "SET TRANSACTION")


def test_with_a_thread_and_consent_to_be_called_the_page_asks_twelve_times_at_most(citizen, status):
    citizen.send("reasons", indicator_codes=["113"], comment_text="跑了三次", may_call_back="on")
    rectification.sign_for(_order().id, by=worlds.CLERK, now=timezone.now())
    handle_bad_review.write_to_reviewer(_order().id, "请问是哪一天？", by=worlds.CLERK, now=timezone.now())
    asked: list[str] = []

    def counted(execute: Any, statement: Any, *args: Any) -> Any:
        asked.append(str(statement))
        return execute(statement, *args)

    for address in (status, citizen.address):
        citizen.look(address)  # what is asked once in a process is asked by then
        asked.clear()
        with connection.execute_wrapper(counted):
            citizen.look(address)
        assert len([one for one in asked if not one.startswith(_AROUND)]) <= 12, address


@pytest.mark.parametrize(
    ("called", "said"),
    [(True, "it does not do so itself"), (False, "it does not contact you, and the answer comes here")],
)
def test_whose_case_is_hidden_is_contacted_by_no_agency_and_asked_to_write_to_none(
    citizen, status, called, said
):
    told = {"indicator_codes": ["113"], "comment_text": "跑了三次"} | (
        {"may_call_back": "on"} if called else {}
    )
    citizen.send("reasons", **told)
    rectification.sign_for(_order().id, by=worlds.CLERK, now=timezone.now())
    handle_bad_review.write_to_reviewer(_order().id, "请问是哪一天？", by=worlds.CLERK, now=timezone.now())
    assert f'action="{status}/message"' in text_of(citizen.look(status))

    citizen.send("conceal", concealed="yes")

    page = text_of(citizen.look(status, **{"accept-language": "en"}))
    assert said in page
    assert "请问是哪一天？" in page
    assert f'action="{status}/message"' not in page
    with pytest.raises(Refused, match="not_written_to"):
        handle_bad_review.write_to_reviewer(_order().id, "在吗？", by=worlds.CLERK, now=timezone.now())


def test_unknown_calendar_is_said(citizen, status):
    WorkOrder.objects.update(due_at=None, deadline_known=False)

    response = citizen.look(status, **{"accept-language": "en"})

    assert "still to be set" in text_of(response)


def test_overdue_is_said_plainly(citizen, status):
    WorkOrder.objects.update(due_at=timezone.now() - timedelta(hours=1))

    response = citizen.look(status, **{"accept-language": "en"})

    assert "has not done so. This is recorded as overdue." in text_of(response)


def test_thread_is_read_and_answered(citizen, status):
    rectification.sign_for(_order().id, by=worlds.CLERK, now=timezone.now())
    handle_bad_review.write_to_reviewer(_order().id, "请问是哪一天？", by=worlds.CLERK, now=timezone.now())

    response = citizen.browser.post(f"{status}/message", {"text": "上周三\r\n下午"})

    assert (response.status_code, response["Location"]) == (303, f"{status}#thread")
    page = text_of(citizen.look())
    assert "请问是哪一天？" in page
    assert "上周三<br>下午" in page
    assert "clerk" not in page


@pytest.mark.parametrize("text", ["", "  \n", "坏\0字", "长" * 2001])
def test_an_answer_that_is_none_is_kept_and_refused(citizen, status, text):
    rectification.sign_for(_order().id, by=worlds.CLERK, now=timezone.now())
    handle_bad_review.write_to_reviewer(_order().id, "请问是哪一天？", by=worlds.CLERK, now=timezone.now())

    response = citizen.browser.post(f"{status}/message", {"text": text})

    assert response.status_code == 422
    page = text_of(response)
    assert 'href="#id_text"' in page
    assert 'aria-invalid="true"' in page


def test_an_answer_without_a_question_is_refused_and_kept(citizen, status):
    response = citizen.browser.post(f"{status}/message", {"text": "我想补充"})

    assert response.status_code == 422
    assert "我想补充" in text_of(response)


def _replied() -> None:
    now, order = timezone.now(), _order()
    rectification.sign_for(order.id, by=worlds.CLERK, now=now)
    worlds.hear(
        order.id,
        result="answered",
        is_true=True,
        is_reasonable=True,
        note="属实内部",
        by=worlds.CLERK,
        now=now,
    )
    rectification.rectify(order.id, outcome="immediate_rectified", text="已并窗", by=worlds.CLERK, now=now)
    handle_bad_review.reply(order.id, "已改为一次办结，谢谢您。", by=worlds.CLERK, now=now)


def test_the_reply_is_read(citizen, status):
    assert "/solution" not in text_of(citizen.look(status))

    _replied()

    page = text_of(citizen.look(status))
    assert "已改为一次办结，谢谢您。" in page
    assert "属实内部" not in page
    assert f'action="{status}/solution"' in page
    assert "部分解决，可以办结" in page
    assert not re.search(r'name="solved"[^>]*checked', page)


def test_a_consent_can_be_taken_back_when_there_is_a_reply(citizen, status):
    citizen.send("call-back", may_call_back="yes")
    _replied()
    assert 'name="may_call_back" value="no"' in text_of(citizen.look(status))

    citizen.send("call-back", may_call_back="no")

    assert 'name="may_call_back"' not in text_of(citizen.look(status))


def test_a_consent_can_be_given_again_when_the_reply_did_not_solve_it(citizen, status):
    citizen.send("call-back", may_call_back="yes")
    _replied()
    close_order.pass_check(_order().id, by=DISPATCHER, now=timezone.now())
    citizen.send("solution", solved="no", text="还是要跑两次")
    citizen.send("call-back", may_call_back="no")

    close_order.settle(by=SYSTEM, now=timezone.now() + timedelta(hours=1))

    assert _order().state == "dispatched"
    assert 'name="may_call_back" value="yes"' in text_of(citizen.look(status))


def test_whether_it_is_solved_is_said_once_and_changeable_for_a_while(citizen, status):
    _replied()
    said = {"solved": "partly", "text": "清单改了，人还是要跑两次"}

    response = citizen.browser.post(f"{status}/solution", said)

    assert (response.status_code, response["Location"]) == (303, f"{status}#solution")
    page = text_of(citizen.look(status))
    assert "清单改了，人还是要跑两次" in page
    assert re.search(r'value="partly"[^>]*checked', page)
    SolutionAnswer.objects.update(changeable_until=timezone.now() - timedelta(minutes=1))
    assert f"{status}/solution" not in text_of(citizen.look(status))
    assert citizen.browser.post(f"{status}/solution", said | {"solved": "yes"}).status_code == 422


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "solution_solved_0"),
        ({"solved": "x", "text": "原来的话"}, "solution_solved_0"),
        ({"solved": "no", "text": "长" * 501}, "solution_text"),
    ],
)
def test_an_answer_that_cannot_be_taken_is_said_at_its_field(citizen, status, said, field):
    _replied()

    response = citizen.browser.post(f"{status}/solution", said)

    assert response.status_code == 422
    page = text_of(response)
    assert f'href="#{field}"' in page
    assert said.get("text", "") in page


def test_nobody_says_it_is_solved_before_the_reply(citizen, status):
    assert citizen.browser.post(f"{status}/solution", {"solved": "yes"}).status_code == 422


def test_level_and_withdrawal_by_receipt_within_the_window(citizen, status):
    assert citizen.browser.post(status, {"level": "2"})["Location"] == status
    assert citizen.review().level == 2
    assert citizen.browser.post(f"{status}/withdraw").status_code == 303
    assert citizen.review().status == "withdrawn"


def test_what_the_agency_has_begun_is_finished_and_the_page_says_so(citizen, status):
    begun = "继续办完"
    assert begun not in text_of(citizen.look(status))

    rectification.sign_for(_order().id, by=worlds.CLERK, now=timezone.now())

    assert begun in text_of(citizen.look(status))
    citizen.send("withdraw")
    assert Review.objects.get().status == "withdrawn"
    assert _order().state == "signed"


@pytest.mark.parametrize("level", ["0", "5 ", ""])
def test_a_wrong_level_by_receipt_is_refused(citizen, status, level):
    response = citizen.browser.post(status, {"level": level})

    assert response.status_code == 422
    assert 'href="#id_level"' in text_of(response)


def test_reasons_by_receipt(citizen, status):
    citizen.browser.post(f"{status}/reasons", {"comment_text": "改一下", "indicator_codes": "114"})

    assert citizen.review().indicator_codes == ("114",)


def test_number_is_read_as_people_write_it(citizen, status):
    number = status.rpartition("/")[2]
    typed = "-".join(number[i : i + 4] for i in range(0, 26, 4)).lower().replace("0", "o").replace("1", "i")

    response = citizen.look(f"/status/{typed}")

    assert (response.status_code, response["Location"]) == (302, status)
    assert response["Cache-Control"] == "no-store"
    assert citizen.look(f"/status/{typed}/reasons")["Location"] == status


@pytest.mark.parametrize("number", ["x", "0" * 26, "0" * 27, "U" * 26, "é" * 26, "%00" * 26])
@pytest.mark.parametrize("form", ["", "/reasons", "/withdraw", "/message"])
def test_a_wrong_number_is_not_found_with_remedy(citizen, number, form):
    response = citizen.browser.post(f"/status/{number}{form}", {"level": "5", "text": "x"})

    assert response.status_code == 404
    assert "/my/" in text_of(response)


def test_an_orphan_has_a_status_too(citizen, clock):
    raw = Raw(worlds.review("NOWHERE-1", 2, clock))
    outcome = receive_reviews([raw], entrance=Entrance.CLIENT, by=OPERATOR, now=clock)[0]

    response = citizen.look(f"/status/{outcome.receipt}")

    assert response.status_code == 200
    page = text_of(response)
    assert "level-badge" in page
    assert "NOWHERE" not in page
    worlds.take_case("NOWHERE-1", clock)
    assert "食品经营许可" in text_of(citizen.look(f"/status/{outcome.receipt}"))


def test_a_malformed_review_has_a_status_too(citizen, clock):
    raw = Raw(worlds.review("YC-2026-000123", 6, clock))
    outcome = receive_reviews([raw], entrance=Entrance.CLIENT, by=OPERATOR, now=clock)[0]

    response = citizen.look(f"/status/{outcome.receipt}")

    assert response.status_code == 200
    assert "level-badge" not in text_of(response)


def test_a_discarded_review_says_what_happened(citizen, clock):
    raw = Raw(worlds.review("YC-2026-000123", 6, clock))
    outcome = receive_reviews([raw], entrance=Entrance.CLIENT, by=OPERATOR, now=clock)[0]
    assert outcome.id is not None
    exchange.discard([outcome.id], "内部理由", by=OPERATOR, now=clock)

    response = citizen.look(f"/status/{outcome.receipt}", **{"Accept-Language": "en"})

    page = text_of(response)
    assert response.status_code == 200
    assert "Your review could not be counted" in page
    assert "The rating “6” is not one of 5, 4, 3, 2, 1." in page
    assert "内部理由" not in page


def test_my_leads_from_number_and_link(citizen, status):
    number = status.rpartition("/")[2]

    by_number = citizen.browser.post("/my/", {"receipt": f" {number[:13]} {number[13:].lower()} "})
    by_link = citizen.browser.post("/my/", {"link": f" https://example.gov.cn{citizen.address}?via=qr "})
    by_token = citizen.browser.post("/my/", {"link": citizen.token})

    assert (by_number.status_code, by_number["Location"]) == (303, status)
    assert by_link["Location"] == by_token["Location"] == citizen.address


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("receipt", ""),
        ("receipt", "0" * 26),
        ("receipt", "坏\0"),
        ("receipt", "x" * 300),
        ("link", ""),
        ("link", "http://[x/r/"),
        ("link", "/r/abc"),
        ("link", "x" * 600),
    ],
)
def test_my_keeps_what_was_typed(citizen, field, typed):
    response = citizen.browser.post("/my/", {field: typed})

    assert response.status_code == 422
    page = text_of(response)
    assert f'href="#id_{field}"' in page
    assert typed.strip("\0") in page.replace("\0", "")


def test_my_opens(citizen):
    response = citizen.look("/my/")

    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"


def test_reasons_that_were_sent_are_changed_on_a_page_of_their_own(citizen, status):
    """Inside the ten minutes, an answer or not: all together would be too much for one page."""
    _replied()
    page = text_of(citizen.look())
    assert 'name="comment_text"' not in page
    assert f'href="{citizen.address}?change=1"' in page

    form = text_of(citizen.look(f"{citizen.address}?change=1"))
    assert 'name="comment_text"' in form
    assert "已改" not in form
    wrong = citizen.send("reasons", comment_text="字" * 501)
    assert wrong.status_code == 422
    assert "字" * 501 in text_of(wrong)

    citizen.send("reasons", comment_text="补充一句。", indicator_codes=["113"])

    assert citizen.review().comment_text == "补充一句。"


def _merged_into_one_of(citizen: Citizen, clock: datetime, phone: str) -> tuple[OrderRow, str]:
    """The citizen's order merged with that of another case of whoever has this phone; that one, and its invitation."""
    applicant = {"name": "张小满", "phone": phone, "certificate_type": "111", "certificate_no": "X1"}
    worlds.take_case("YC-2026-000124", clock, applicant=applicant)
    merged = _order()
    link = invite_case(worlds.SOURCE, "YC-2026-000124", by=SYSTEM, now=clock)[0]
    given = worlds.give("YC-2026-000124", 1, clock).id
    assert given
    lead = orders.order_of_review(given)
    assert lead
    rectification.dispatch([lead.id], by=SYSTEM, now=clock)
    rectification.merge(merged.id, into=lead.id, by=DISPATCHER, now=clock)
    return orders.rows([lead.id])[0], link.rpartition("/")[2]


def _answer_both(order: OrderRow, now: datetime) -> None:
    rectification.sign_for(order.id, by=worlds.CLERK, now=now)
    found: dict[str, Any] = {"result": "answered", "is_true": True, "is_reasonable": True, "note": "属实"}
    worlds.hear(order.id, **found, by=worlds.CLERK, now=now)
    rectification.rectify(order.id, outcome="immediate_rectified", text="改", by=worlds.CLERK, now=now)
    rectification.reply(order.id, text="两件事一并答复您", by=worlds.CLERK, now=now)


def test_what_is_answered_with_another_review_shows_its_promise_and_leads_there(citizen, status, clock):
    lead, token = _merged_into_one_of(citizen, clock, "13900000001")

    page = citizen.look(status, **{"accept-language": "en"}).content.decode()

    assert "both are answered together" in page
    assert f'href="/r/{token}"' in page
    assert lead.sign_due_at
    assert moment(lead.sign_due_at) in page


def test_the_answer_of_the_other_review_is_read_here_and_judged_here(citizen, status, clock):
    lead, _ = _merged_into_one_of(citizen, clock, "13900000001")
    _answer_both(lead, clock)
    assert "两件事一并答复您" in text_of(citizen.look(status))

    response = citizen.browser.post(f"{status}/solution", {"solved": "no", "text": "还是不行"})

    assert response.status_code == 303
    assert SolutionAnswer.objects.get().order_id == lead.id
    assert "还是不行" in text_of(citizen.look(status))


def test_of_a_review_that_is_not_known_to_be_the_same_persons_nothing_is_shown(citizen, status, clock):
    lead, token = _merged_into_one_of(citizen, clock, "13900000002")
    _answer_both(lead, clock)

    page = citizen.look(status).content.decode()

    assert "答复见该评价" in page
    assert token not in page
    assert "两件事一并答复您" not in page
    assert citizen.browser.post(f"{status}/solution", {"solved": "no", "text": ""}).status_code == 422
    assert not SolutionAnswer.objects.exists()


def test_the_address_without_a_number_leads_to_where_it_is_typed(citizen):
    answer = citizen.browser.get("/status/")

    assert (answer.status_code, answer["Location"]) == (302, "/my/")
