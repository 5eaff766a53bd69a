"""Shandong's client against the running server: what it takes for success, what it takes for “there already”."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.exchange.models import QuarantinedRecord
from haochaping.exchange.quality import judging
from haochaping.exchange.quality.terms import Agreed
from haochaping.flows.retry_records import retry_records
from haochaping.identity import queries as identity
from haochaping.insight import queries as insight
from haochaping.insight.terms import Place
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.periods import local_day
from haochaping.reviews.models import Review
from tests.peers import national
from tests.peers.citizen import reviewed
from tests.peers.shandong import BEIJING, CASE, OFFLINE, PERSON, Shandong, repeats, took, took_online

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.peers.conftest import Source

_NO = "37080020240101000001"


@pytest.fixture
def hall(source: Callable[..., Source], place: Callable[..., None]) -> Shandong:
    place("370800000000", "370800000000_11370800MB00000000", "1137080000000000000000000000001")
    private, public = national.new_key()
    keys = {"mark": "jn-hall", "word": "a word", "their_public_key": public}
    there = source("shandong", "sd-jining", "370800000000", keys=keys, unsigned=True)
    return Shandong(there.send, mark="jn-hall", word="a word", private=private, their_public=there.public)


def test_a_case_and_its_reviews_are_taken(hall):
    assert took(hall.case())
    assert took(hall.case()), "the same again is no error"

    case, service = Case.objects.get(), ServiceOccurrence.objects.get()
    assert (case.case_no, case.status, case.kind, case.verified) == (_NO, "submitted", "committed", True)
    assert (case.promised_limit, case.statutory_limit) == ("1 working_day", "5 working_day")
    assert (service.no, service.name, service.stage, service.channel) == (
        1,
        "提交申请信息",
        "intake",
        "window",
    )
    assert service.at == datetime(2024, 1, 1, 8, 55, tzinfo=BEIJING)
    assert identity.person_by_certificate_index("111", "370800199001010000") == [case.person_id]

    assert [row["projectNo"] for row in hall.pending()] == [_NO]
    assert took(hall.offline())
    assert hall.pending() == []
    review = Review.objects.get()
    assert (review.level, review.indicator_codes, review.channel) == (2, ["209", "213"], "hall_pad")
    assert review.assessed_at == datetime(2024, 1, 1, 9, 12, tzinfo=BEIJING)
    assert took(hall.offline()), "the same again is no error"
    assert repeats(hall.offline(satisfaction="1", evalDetail="108"))
    assert Review.objects.get().level == 2


@pytest.mark.parametrize(
    "wrong",
    [{"evalDetail": "510"}, {"evalDetail": "999"}, {"assessTime": "2099-01-01 09:00:00"}],
    ids=["code of another level", "unknown code", "time to come"],
)
def test_a_review_that_is_wrong_in_itself_hears_so_before_its_case_is_here(hall, wrong):
    early = hall.offline(**wrong)

    assert not took(early)
    assert next(iter(wrong)) in early["C-Response-Body"]["message"]
    assert took(hall.case())
    assert hall.offline(**wrong) == early, "as of a case that is known"
    assert not Review.objects.exists()


def test_services_of_a_withdrawn_case_do_not_wait_for_a_review(hall):
    assert took(hall.case())
    assert [row["projectNo"] for row in hall.pending()] == [_NO]

    Case.objects.update(status="withdrawn")

    assert hall.pending() == []


def test_codes_that_contradict_each_other_are_taken_and_not_silently(hall):
    """The source is another province's, as Jining's was, and in the second case the handling item another item's."""
    assert took(hall.case(dataSource="165"))
    assert Case.objects.get().code_doubt == "source"

    other = {"projectNo": "37080020240101000002", "taskHandleItem": "9" * 33, "dataSource": "137"}
    assert took(hall.case(**other))
    assert Case.objects.get(case_no=other["projectNo"]).code_doubt == "item"


def test_a_data_source_that_is_none_keeps_no_case_out(hall):
    assert took(hall.case(dataSource="x" * 500, taskHandleItem=None))

    assert Case.objects.get().code_doubt == ""


def test_the_second_service_is_numbered_by_the_server(hall):
    assert took(hall.case())
    second = {
        "serviceName": "签收",
        "serviceTime": "2024-01-03 09:30:00",
        "proStatus": "3",
        "resultDate": "2024-01-03 09:00:00",
    }
    assert hall.case(**second)["C-Response-Body"]["serviceNumber"] == "2"
    assert hall.case(**second)["C-Response-Body"]["serviceNumber"] == "2"

    online = hall.online(serviceNumber="2")
    assert took_online(online), online
    assert Review.objects.get().level == 5


def test_an_acceptance_that_arrives_after_the_completion_brings_its_service(hall):
    """A failed row that is pushed again: the case goes on, and what waited for its first service is taken."""
    done = {"serviceName": "签收", "serviceTime": "2024-01-03 09:30:00", "serviceNumber": 2}
    assert took(hall.case(proStatus="3", resultDate="2024-01-03 09:00:00", **done))
    assert took(hall.offline()), "it waits for its service"
    assert not Review.objects.exists()

    assert took(hall.case(proStatus="2", serviceNumber=1))
    assert took(hall.case(proStatus="2", serviceNumber=1)), "the same again is no error"

    case = Case.objects.get()
    assert (case.status, case.completed_at) == ("completed", datetime(2024, 1, 3, 9, tzinfo=BEIJING))
    assert set(ServiceOccurrence.objects.values_list("no", flat=True)) == {1, 2}
    assert Review.objects.get().level == 2


def test_a_case_put_right_is_not_undone_once_the_agency_of_its_first_telling_is_known(hall):
    assert not took(hall.case(deptCode="NEW", orgcode="370800000000_NEW", promiseDay="9"))
    assert took(hall.case())
    now, agency = timezone.now(), Case.objects.get().agency
    row = {"code": "370800000000_NEW", "name": "新局", "division": "370800000000", "parent": "", "uscc": ""}
    assert directory.put(Kind.AGENCIES, [row], by=OPERATOR, now=now) == []

    retry_records(None, by=OPERATOR, now=now)

    case = Case.objects.get()
    assert (case.statutory_limit, case.agency) == ("5 working_day", agency)
    assert list(QuarantinedRecord.objects.values_list("state", flat=True)) == ["corrected"]


_FRAUD = json.loads((Path(__file__).parent / "payloads/shandong_autopraise.json").read_text("utf-8"))


def test_praise_that_a_job_makes_up_is_kept_and_never_counts_as_somebodys(hall):
    """Fixture shandong_autopraise (domain.md §2.10, §2.11.3): the best level for each service that nobody reviewed."""
    now = timezone.now()
    same = _FRAUD["constants"]
    assert same == {"satisfaction": "5", "pf": "1", "evalDetail": "510,517", "writingEvaluation": ""}
    figures = {m.name: m for m in insight.measures(Place())}
    for n in range(4):
        number, at = f"3708002024010100010{n}", now - timedelta(seconds=30)
        served = (now - timedelta(minutes=5)).astimezone(BEIJING)
        assert took(
            hall.case(projectNo=number, proProjectNo=number, serviceTime=f"{served:%Y-%m-%d %H:%M:%S}")
        )
        job = {"projectNo": number, "assessTime": f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"}
        assert took_online(hall.online(**same, **job)), "it is stored as it came: nothing sent is lost"

    made = Review.objects.select_related("occurrence__case")
    assert {(one.level, one.channel, one.provenance) for one in made} == {(5, "pc", "unverified")}
    assert {one.occurrence.channel for one in made} == {"window"}
    after = {m.name: m for m in insight.measures(Place())}
    assert after["unverified_reviews"].numerator == figures["unverified_reviews"].numerator + 4
    # No rate of active reviews has moved; that nobody has reviewed the four services is seen.
    assert (after["good_rate"].numerator, after["good_rate"].denominator) == (
        figures["good_rate"].numerator,
        figures["good_rate"].denominator,
    )
    took_part, before = after["participation_rate"], figures["participation_rate"]
    assert (took_part.numerator, took_part.denominator) == (before.numerator, (before.denominator or 0) + 4)
    platform = made[0].occurrence.case.platform_id
    agreed = [Agreed(platform, timedelta(days=1), timedelta(days=7), 0.8, 0.05, 0.3)]
    scope = judging.Scope(local_day(now), local_day(now) + timedelta(days=1), agreed)
    flagged = judging.failing("DQ-17", scope)
    assert {one.id for one in flagged} == {str(one.pk) for one in made}, "a web page about a window each time"


def test_a_review_before_its_case_waits_for_it(hall):
    assert took(hall.offline())
    assert QuarantinedRecord.objects.get().code == "orphan"

    assert took(hall.case())
    assert Review.objects.get().level == 2


@pytest.mark.parametrize("signs", ["sign", "encrypt"])
@pytest.mark.parametrize("order", ["C1C3C2", "C1C2C3"])
def test_both_orders_and_both_meanings_of_the_sign(hall, signs, order):
    hall.signs, hall.order = signs, order
    assert took(hall.case())


def test_prefix_old_division_and_the_long_code_are_set_right(hall):
    body = {
        "projectNo": "080020240101000001",
        "areaCode": "370800",
        "taskCode": "113708000000000000000000000000101",
        "taskHandleItem": " ",
    }
    assert took(hall.case(**body))
    assert Case.objects.get().case_no == _NO


def test_indicators_and_the_code_of_a_service(hall):
    norm = hall.norm()
    assert (norm["code"], norm["success"]) == ("0", "true")
    active = [row for row in norm["data"] if row["usingStatus"] == "true"]
    assert len(active) == 40
    assert {row["expandNorm"] for row in active} == {"true", "false"}

    took(hall.case())
    answer = hall.code(_NO, 1)
    assert took(answer)
    assert "<svg" in answer["C-Response-Body"]["image"]


@pytest.mark.parametrize("wrapped", [False, True], ids=["flat", "enveloped"])
def test_indicators_are_asked_for_in_json_too(hall, wrapped):
    """The transport of the whole interface is a JSON POST (domain.md §2.2)."""
    whole = hall.envelope({})["txnBodyCom"]
    told = {name: whole[name] for name in ("appMark", "time", "sign")}

    def asked(record: dict[str, object]) -> dict[str, Any]:
        found: dict[str, Any] = hall.post(
            "norm", {"txnBodyCom": record, "txnCommCom": {}} if wrapped else record
        )
        return found

    norm = asked(told)
    assert (norm["code"], norm["success"], len(norm["data"])) == ("0", "true", 72)
    assert not took(asked(told | {"appMark": "another"})), "the signature counts as in a form"
    assert "data" not in asked(told | {"sign": "00"})


def test_the_code_of_a_service_is_asked_for_without_a_signature_and_counts_so(hall):
    second = {"serviceName": "签收", "serviceTime": "2024-01-03 09:30:00"}
    assert took(hall.case())
    assert took(hall.case(**second))

    address = hall.code(_NO, 2)["C-Response-Body"]["url"]

    assert reviewed(address, "2") == ("unverified", 2)
    assert Review.objects.get().occurrence.no == 2
    case = Case.objects.get()
    assert (case.verified, case.status) == (True, "submitted"), "nothing unsigned writes over a case"


def _refusal(answer: dict[str, object]) -> str:
    assert not took(answer)
    body = answer["C-Response-Body"]
    assert isinstance(body, dict)
    return str(body["message"])


def test_what_is_wrong_is_named_in_its_own_words(hall):
    assert "areaCode" in _refusal(hall.case(areaCode="379999000000"))
    assert "proStatus" in _refusal(hall.case(proStatus="7"))
    assert "serviceTime" in _refusal(hall.case(serviceTime="01.02.2024"))
    assert "projectNo" in _refusal(hall.case(projectNo=None, proProjectNo=" "))
    assert "satisfaction" in _refusal(hall.offline(satisfaction="0"))
    assert "satisfaction" in _refusal(hall.offline(satisfaction="0"))
    assert "assessTime" in _refusal(hall.offline(assessTime=""))
    assert not Case.objects.exists()
    assert not Review.objects.exists()
    # What could be read of them waits; what lacks a field it must have, and what came twice, does not.
    waiting = sorted(QuarantinedRecord.objects.values_list("code", flat=True))
    assert waiting == ["not_a_time", "off_scale", "unknown_division", "unknown_wire_code"]


def test_every_ciphertext_of_a_message_is_taken_or_none_is(hall):
    """Clients send an array of one (domain.md §2.2); what stands behind the first is not lost."""
    numbers = [f"3708002024010100000{n}" for n in range(4)]

    assert took(hall.post("case", hall.envelopes(*(CASE | {"projectNo": no} for no in numbers[:3]))))
    assert list(Case.objects.order_by("case_no").values_list("case_no", flat=True)) == numbers[:3]

    reviews = [OFFLINE | {"projectNo": numbers[0]}, OFFLINE | {"projectNo": numbers[1], "satisfaction": "9"}]
    assert "satisfaction" in _refusal(hall.post("review/offline", hall.envelopes(*reviews)))
    assert (Review.objects.count(), QuarantinedRecord.objects.count()) == (1, 1)

    broken = hall.envelopes(CASE | {"projectNo": numbers[3]}, CASE)
    broken["txnBodyCom"]["params"]["evaluate"][1] = broken["txnBodyCom"]["params"]["evaluate"][1][:-2]
    assert "txnBodyCom.params.evaluate.1" in _refusal(hall.post("case", broken))
    assert Case.objects.count() == 3


def test_a_question_about_several_is_answered_about_none(hall):
    assert took(hall.case())

    assert "2" in _refusal(hall.post("pending", hall.envelopes(PERSON, PERSON | {"creditNum": "other"})))


def test_forged_replayed_truncated_and_late_messages_are_refused(hall):
    message = hall.envelope({"projectNo": _NO, "satisfaction": "5"})
    stolen = hall.envelope({"projectNo": "37080020240101000009"})
    stolen["txnBodyCom"]["sign"] = message["txnBodyCom"]["sign"]
    stolen["txnBodyCom"]["time"] = message["txnBodyCom"]["time"]
    hall.post("review/offline", message)
    assert "txnBodyCom.sign" in _refusal(hall.post("review/offline", stolen))

    forged = hall.envelope({"projectNo": _NO})
    forged["txnBodyCom"]["sign"] = "00" * 64
    assert "txnBodyCom.sign" in _refusal(hall.post("case", forged))

    truncated = hall.envelope({"projectNo": _NO})
    truncated["txnBodyCom"]["params"]["evaluate"][0] = truncated["txnBodyCom"]["params"]["evaluate"][0][:-2]
    assert "txnBodyCom.params.evaluate.0" in _refusal(hall.post("case", truncated))

    bare = hall.envelope(PERSON)
    del bare["txnBodyCom"]["sign"]
    assert "sign" in _refusal(hall.post("pending", bare)), "though the source may come unsigned"

    late = (datetime.now(BEIJING) - timedelta(hours=1)).strftime("%Y%m%d%H%M%S")
    assert "txnBodyCom.time" in _refusal(hall.post("case", hall.envelope({"projectNo": _NO}, at=late)))

    hall.word = "another word"
    assert "txnBodyCom.sign" in _refusal(hall.case())
    assert not Case.objects.exists()
