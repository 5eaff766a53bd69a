"""`/wire/anhui/…` from the device's address to the review, and where the person in it does not appear."""

from __future__ import annotations

import logging
import re
import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.exchange.models import QuarantinedRecord, Visit
from haochaping.identity.models import SealedPerson
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.periods import BEIJING
from haochaping.reviews.models import Review
from tests import worlds
from tests.exchange.dialects.anhui_address import query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test.client import _MonkeyPatchedWSGIResponse

pytestmark = pytest.mark.urls("tests.doors.portal.urls")
_CANARIES = ("金丝雀", "19912345678", "990102198807061234")
_KNOWN = {
    "serviceCode": worlds.ITEM,
    "serviceDepartmentCode": worlds.AGENCY,
    "regionCode": worlds.COUNTY,
    "applicantName": _CANARIES[0],
    "applicantPhone": _CANARIES[1],
    "applicantCardNumber": _CANARIES[2],
    "projName": f"关于{_CANARIES[0]}的业务",
}


_ENGLISH = {"accept-language": "en"}


def _build() -> None:
    now = timezone.now()
    worlds.build(now)
    row = {"code": "501", "name": "云城市不动产平台", "division": worlds.CITY}
    assert directory.put(Kind.PLATFORMS, [row], by=OPERATOR, now=now) == []


@pytest.fixture
def device(db: None) -> Client:
    """A device of a city whose platform 501 is known."""
    _build()
    return Client(enforce_csrf_checks=True)


def _time(delta: timedelta = timedelta(hours=-1)) -> str:
    return (timezone.now() + delta).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def _open(device: Client, **changes: str) -> str:
    """Open an address of the device and return the address of the visit."""
    told = _KNOWN | {"transactionTime": _time(), "applyTime": _time()} | changes
    response = device.get("/wire/anhui/evaluate", query_params=None, QUERY_STRING=query(**told))
    assert response.status_code == 303, response.content.decode()
    return response["Location"]


def _tap(device: Client, visit: str, level: str = "5") -> _MonkeyPatchedWSGIResponse:
    return device.post(visit, {"level": level})


def test_the_address_leads_to_a_clean_one_that_asks(device):
    visit = _open(device)

    response = device.get(visit)

    assert re.fullmatch(r"/wire/visit/[0-9A-HJKMNP-TV-Z]{26}", visit)
    page = response.content.decode()
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert re.findall(r'name="level" value="(\d)"', page) == ["5", "4", "3", "2", "1"]
    assert "食品经营许可" in page
    assert "…0001" in page
    assert not any(canary in page for canary in _CANARIES)
    assert Visit.objects.get().sealed.keys() == {"applicant"}


def test_a_tap_takes_the_case_in_as_unverified(device):
    visit = _open(device)

    response = _tap(device, visit, "4")

    receipt = visit.rpartition("/")[2]
    assert (response.status_code, response["Location"]) == (303, f"/status/{receipt}")
    review, case = Review.objects.get(), Case.objects.get()
    assert (review.level, review.provenance, review.channel) == (4, "unverified", "hall_pad")
    assert (case.verified, case.case_no, case.status) == (False, "TEST20240101000001", "completed")
    assert str(case.person_id) == Visit.objects.get().sealed["applicant"]
    assert ServiceOccurrence.objects.get().no == 1
    assert device.get(f"/status/{receipt}").status_code == 200


def test_the_second_page_goes_on_with_the_receipt(device):
    visit = _open(device)
    status = _tap(device, visit, "1")["Location"]

    response = device.post(f"{status}/reasons", {"indicator_codes": ["108"], "comment_text": "要了别的材料"})

    assert response.status_code == 303
    assert Review.objects.get().indicator_codes == ["108"]
    assert device.post(f"{status}/withdraw").status_code == 303
    assert Review.objects.get().status == "withdrawn"


def test_the_visit_opened_again_leads_to_ones_own_review(device):
    visit = _open(device)
    status = _tap(device, visit, "5")["Location"]
    Visit.objects.all().delete()

    assert device.get(visit)["Location"] == status
    assert _tap(device, visit, "2")["Location"] == status
    assert Review.objects.get().level == 2


def test_the_address_opened_again_gives_no_second_review_and_shows_none(device):
    _tap(device, _open(device), "1")
    again = _open(device)

    page = device.get(again).content.decode()

    assert 'name="level"' not in page
    assert "level-badge" not in page
    assert _tap(device, again, "5").status_code == 409
    assert Review.objects.get().level == 1


@pytest.mark.parametrize("unknown", ["serviceCode", "serviceDepartmentCode", "regionCode", "source"])
def test_unknown_codes_make_an_orphan_with_a_receipt(device, unknown):
    visit = _open(device, **{unknown: "777"})

    response = _tap(device, visit, "2")

    record = QuarantinedRecord.objects.get()
    assert response.status_code == 303
    assert (record.code, record.kind, record.entrance) == ("orphan", "review", "unsigned")
    assert record.sealed.keys() == {"reviewer"}
    assert not Case.objects.exists()
    assert "level-badge" in device.get(response["Location"]).content.decode()
    assert device.get(visit)["Location"] == response["Location"]
    assert _tap(device, visit, "5")["Location"] == response["Location"]
    assert QuarantinedRecord.objects.count() == 1


def test_of_a_case_nobody_knows_the_page_claims_nothing(device):
    visit = _open(device, serviceCode="777", serviceName="", projNo="A-1")

    page = device.get(visit).content.decode()

    assert not re.search("您办理的事项：|办件编号|You were served:|Case number|…", page)
    assert re.findall(r'name="level" value="(\d)"', page) == ["5", "4", "3", "2", "1"]


def test_the_page_promises_no_undo_that_an_orphan_does_not_have(device):
    orphan = device.get(_open(device, serviceCode="777"), headers=_ENGLISH).content.decode()
    known = device.get(_open(device), headers=_ENGLISH).content.decode()

    assert "take it back for 10 minutes" in known
    assert "take it back for" not in orphan
    assert "While it waits for the record of your case it cannot be changed or taken back." in orphan


def test_an_orphan_is_given_once(device):
    _tap(device, _open(device, serviceCode="777"), "1")
    again = _open(device, serviceCode="777")

    page = device.get(again, headers=_ENGLISH).content.decode()
    answer = device.post(again, {"level": "5"}, headers=_ENGLISH)

    assert 'name="level"' not in page
    assert "It waits for the record of the case" in page
    assert answer.status_code == 409
    assert "There is no second one." in answer.content.decode()
    assert QuarantinedRecord.objects.get().fields["rating_value"] == 1


def test_an_orphan_of_another_case_is_no_second_one(device):
    _tap(device, _open(device, serviceCode="777"), "1")

    assert _tap(device, _open(device, serviceCode="777", projNo="A-2"), "5").status_code == 303
    assert QuarantinedRecord.objects.count() == 2


def test_an_orphan_is_taken_as_unverified_when_its_case_arrives(device):
    now = timezone.now()
    visit = _open(device, serviceCode="777")
    status = _tap(device, visit, "2")["Location"]
    worlds.take_case("TEST20240101000001", now, source="501")

    assert Review.objects.get().provenance == "unverified"
    assert "食品经营许可" in device.get(status).content.decode()


@pytest.mark.parametrize("state", ["1", "3"])
def test_nothing_unsigned_writes_over_a_case(device, state):
    now = timezone.now()
    worlds.take_case("TEST20240101000001", now, source="501")
    before = Case.objects.values().get()

    _tap(device, _open(device, handleStateCode=state), "3")

    assert Case.objects.values().get() == before
    assert Review.objects.get().person_id is None


def test_a_known_case_without_services_keeps_the_review_waiting(device):
    worlds.take_case("TEST20240101000001", timezone.now(), source="501", occurrences=[])

    _tap(device, _open(device), "3")

    assert QuarantinedRecord.objects.get().code == "orphan"
    assert QuarantinedRecord.objects.get().sealed == {}


def test_without_a_time_the_service_is_now(device):
    _tap(device, _open(device, transactionTime=""), "5")

    assert timezone.now() - ServiceOccurrence.objects.get().at < timedelta(minutes=1)


def test_a_service_of_the_future_is_kept_with_a_receipt(device):
    response = _tap(device, _open(device, transactionTime=_time(timedelta(days=2))), "5")

    kept = dict(QuarantinedRecord.objects.values_list("kind", "code"))
    assert kept == {"case": "dated_in_future", "review": "orphan"}
    assert device.get(response["Location"]).status_code == 200


def test_an_address_without_a_person_seals_nobody(device):
    visit = _open(device, applicantName="", applicantPhone="", applicantCardNumber="", serviceCode="777")
    _tap(device, visit)

    assert not SealedPerson.objects.exists()
    assert QuarantinedRecord.objects.get().sealed == {}


@pytest.mark.parametrize("level", ["0", "6", "5 ", "", "5\0"])
def test_a_level_that_is_none_asks_again(device, level):
    visit = _open(device)

    response = _tap(device, visit, level)

    assert response.status_code == 422
    assert 'href="#id_level"' in response.content.decode()
    assert not Review.objects.exists()


def test_a_visit_that_is_over_is_gone_in_words(device):
    visit = _open(device)
    Visit.objects.update(ends_at=timezone.now() - timedelta(seconds=1))

    assert device.get(visit).status_code == 410
    assert _tap(device, visit).status_code == 410
    assert device.get("/wire/visit/nonsense").status_code == 410


def test_a_change_after_the_window_leads_to_the_review(device):
    visit = _open(device)
    status = _tap(device, visit, "5")["Location"]
    Review.objects.update(changeable_until=timezone.now() - timedelta(seconds=1))

    assert _tap(device, visit, "1")["Location"] == status
    assert Review.objects.get().level == 5


@pytest.mark.parametrize("address", ["", "x", "a" * 20_000, "%00%00", query(projNo="")])
def test_an_address_that_cannot_be_read_is_said(device, address):
    response = device.get("/wire/anhui/evaluate", QUERY_STRING=address)

    assert response.status_code == 400
    assert response["Cache-Control"] == "no-store"
    assert not Visit.objects.exists()


def test_only_opening_makes_a_visit(device):
    assert device.head("/wire/anhui/evaluate", QUERY_STRING=query()).status_code == 200
    assert device.post("/wire/anhui/evaluate", QUERY_STRING=query()).status_code == 405
    assert not Visit.objects.exists()


@pytest.mark.parametrize("changes", [{}, {"serviceCode": "777"}, {"projNo": ""}])
def test_the_person_appears_nowhere(device, caplog, changes):
    caplog.set_level(logging.DEBUG)
    with caplog.at_level(logging.DEBUG):
        told = _KNOWN | {"transactionTime": _time()} | changes
        sent = query(**told)
        first = device.get("/wire/anhui/evaluate", QUERY_STRING=sent)
        pages = [first]
        if first.status_code == 303:
            pages += [device.get(first["Location"]), _tap(device, first["Location"], "2")]
            pages.append(device.get(pages[-1]["Location"]))
        device.post("/wire/anhui/evaluate", QUERY_STRING=sent)

    canaries = [*_CANARIES, sent[:60]]
    seen = [caplog.text, *(page.content.decode() + str(page.headers) + str(page.cookies) for page in pages)]
    seen += [str(vars(record)) for record in caplog.records if not record.name.startswith("django.db")]
    seen += list(_all_texts())
    assert not [canary for canary in canaries for text in seen if canary in text]


def _all_texts() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            yield from (text for (text,) in cursor.fetchall())


def test_two_taps_on_one_visit_are_one_review(committed_db):
    _build()
    for code, counted in (("777", QuarantinedRecord), (worlds.ITEM, Review)):
        visit, together = _open(Client(), serviceCode=code, projNo=code), threading.Barrier(3)
        answers: list[int] = []

        def tap(level: str, visit=visit, together=together, answers=answers) -> None:
            together.wait()
            answers.append(_tap(Client(), visit, level).status_code)
            connection.close()

        threads = [threading.Thread(target=tap, args=(level,)) for level in "152"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert answers == [303] * 3
        assert counted.objects.count() == 1


@pytest.mark.parametrize(
    ("told", "counted"), [({}, Review), ({"serviceCode": "777"}, QuarantinedRecord)], ids=["known", "orphan"]
)
def test_two_visits_of_one_service_are_one_review(committed_db, told, counted):
    _build()
    visits, together = [_open(Client(), **told) for _ in range(3)], threading.Barrier(3)
    statuses: list[int] = []

    def tap(visit: str) -> None:
        together.wait()
        statuses.append(_tap(Client(), visit, "1").status_code)
        connection.close()

    threads = [threading.Thread(target=tap, args=(visit,)) for visit in visits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [303, 409, 409]
    assert counted.objects.count() == 1
    assert datetime.now(tz=BEIJING) > counted.objects.get().received_at
