"""Faults with known ids, put into the clean day: what intake lets through is sent, what it would stop is written by SQL.

Each returns the rows that its rule has to find, and no others, as (kind, id).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import F

from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.directory.models import Agency, Division, ServiceItem, Window
from haochaping.exchange import actions as exchange
from haochaping.exchange.models import QuarantinedRecord
from haochaping.exchange.terms import Raw
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.identifiers import random_bytes, uuid7
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.periods import BEIJING
from haochaping.rectification.models import WorkOrder
from haochaping.reviews.models import Review, ReviewIndicator
from haochaping.reviews.terms import Entrance
from tests import worlds
from tests.quality.clean import EVENING, ONLINE, _case, _review, case_no

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from tests.quality.clean import Clean

    type Found = set[tuple[str, str]]
    type Fault = Callable[[Clean], Found]

HALL = worlds.SOURCE
A_SOURCE = {("source", "")}
FAULTS: list[tuple[str, str, Fault]] = []


def fault(rule: str) -> Callable[[Fault], Fault]:
    """A fault that a rule has to find."""

    def kept(put_in: Fault) -> Fault:
        FAULTS.append((rule, put_in.__name__, put_in))
        return put_in

    return kept


@dataclass
class _Added:
    kind: OutcomeKind
    id: UUID


_numbers = iter(range(500, 100_000))


def _send_case(**changes: object) -> _Added:
    """One more case of the hall, past the numbered ones, by the road."""
    n = next(_numbers)
    told = _case(HALL, 7, EVENING, at_window=True) | {"case_no": f"YC-MORE-{n}"} | changes
    outcome = take_in_cases([Raw(told)], entrance=Entrance.CLIENT, by=OPERATOR, now=EVENING)[0]
    return _Added(outcome.kind, _id(outcome))


def _send_review(now: datetime = EVENING, **changes: object) -> _Added:
    """A review of one more case of the hall, by the road."""
    case_no = f"YC-MORE-{next(_numbers)}"
    _send_case(case_no=case_no)
    told = _review(HALL, 7, EVENING, at_window=True) | {"case_no": case_no} | changes
    outcome = receive_reviews([Raw(told)], entrance=Entrance.CLIENT, by=OPERATOR, now=now)[0]
    return _Added(outcome.kind, _id(outcome))


def _id(outcome) -> UUID:
    assert outcome.id or outcome.kind == OutcomeKind.QUARANTINED, outcome
    return outcome.id or QuarantinedRecord.objects.order_by("-id").values_list("id", flat=True)[0]


def _taken(kind: str, added: _Added) -> Found:
    assert added.kind == OutcomeKind.ACCEPTED, added
    return {(kind, str(added.id))}


def _aside(added: _Added) -> Found:
    assert added.kind == OutcomeKind.QUARANTINED, added
    return {("record", str(added.id))}


def _cases(ids: list[UUID], **values: object) -> Found:
    assert Case.objects.filter(id__in=ids).update(**values) == len(ids)
    return {("case", str(pk)) for pk in ids}


def _reviews(ids: list[UUID], **values: object) -> Found:
    assert Review.objects.filter(id__in=ids).update(**values) == len(ids)
    return {("review", str(pk)) for pk in ids}


def _of_item(item_id: int) -> Found:
    return {("case", str(pk)) for pk in Case.objects.filter(item_id=item_id).values_list("id", flat=True)}


@fault("DQ-01")
def more_reviews_than_services(clean: Clean) -> Found:
    told = _review(HALL, 3, EVENING, at_window=True) | {"case_no": "YC-NEVER-SENT"}
    receive_reviews([Raw(told)], entrance=Entrance.CLIENT, by=OPERATOR, now=EVENING)
    return A_SOURCE


@fault("DQ-01")
def more_reviews_than_services_that_are_not_void(clean: Clean) -> Found:
    """There is one more service without a review, of a case that was withdrawn."""
    outcome = _send_case(status="withdrawn", completed_at=None)
    assert outcome.kind == OutcomeKind.ACCEPTED
    return more_reviews_than_services(clean)


@fault("DQ-04")
def agency_unknown(clean: Clean) -> Found:
    return _aside(_send_case(agency="990102000000_NOBODY"))


@fault("DQ-04")
def agency_with_wrong_check_character(clean: Clean) -> Found:
    Agency.objects.filter(code=worlds.AGENCY).update(uscc="11990102MB00000001")
    return {("case", str(pk)) for ids in clean.cases.values() for pk in ids}


@fault("DQ-05")
def item_unknown(clean: Clean) -> Found:
    return _aside(_send_case(item="9" * 31))


@fault("DQ-05")
def item_all_zeros(clean: Clean) -> Found:
    item = ServiceItem.objects.get(code=worlds.ITEM)
    ServiceItem.objects.filter(id=item.pk).update(code="00000000")
    return _of_item(item.pk)


@fault("DQ-05")
def item_too_short(clean: Clean) -> Found:
    item = ServiceItem.objects.get(code=worlds.ITEM)
    ServiceItem.objects.filter(id=item.pk).update(code=worlds.ITEM[:30])
    return _of_item(item.pk)


@fault("DQ-06")
def handling_item_of_another_item(clean: Clean) -> Found:
    above = ServiceItem.objects.get(code=worlds.ITEM)
    wrong = ServiceItem.objects.create(
        code="8" * 33, name="办理项", item_type="01", agency_id=above.agency_id, parent=above
    )
    return _cases(clean.cases[HALL][5:9], item_id=wrong.pk)


@fault("DQ-06")
def handling_item_is_not_of_the_item_sent(clean: Clean) -> Found:
    codes = {"item": worlds.ITEM, "handling_item": f"{worlds.OTHER_ITEM}01"}
    return _taken("case", _send_case(said=codes))


@fault("DQ-07")
def identity_number_mistyped(clean: Clean) -> Found:
    person = {"name": "张小满", "certificate_type": "111", "certificate_no": "990101199001010001"}
    return _taken("case", _send_case(applicant=person))


@fault("DQ-08")
def credit_code_of_a_natural_person(clean: Clean) -> Found:
    firm = {"name": "云城商行", "certificate_type": "001", "certificate_no": "91350100M000100Y43"}
    return _taken("case", _send_case(applicant=firm))


@fault("DQ-09")
def no_time_of_acceptance(clean: Clean) -> Found:
    return _taken("case", _send_case(accepted_at=None))


@fault("DQ-09")
def unsigned_cases_without_time_of_acceptance(clean: Clean) -> Found:
    """Their delays mean nothing."""
    week = timedelta(days=9)
    changes = {"verified": False, "completed_at": F("completed_at") - week}
    return _cases(clean.cases[HALL][14:18], applied_at=None, accepted_at=None, **changes)


@fault("DQ-09")
def no_time_of_completion(clean: Clean) -> Found:
    return _taken("case", _send_case(completed_at=None))


@fault("DQ-10")
def completed_before_accepted(clean: Clean) -> Found:
    return _aside(_send_case(completed_at=(EVENING - timedelta(days=3)).isoformat()))


@fault("DQ-10")
def reviewed_before_served(clean: Clean) -> Found:
    return _aside(_send_review(assessed_at=(EVENING - timedelta(hours=20)).isoformat()))


@fault("DQ-10")
def imported_case_out_of_order(clean: Clean) -> Found:
    return _cases(clean.cases[HALL][10:13], completed_at=F("applied_at") - timedelta(hours=2))


@fault("DQ-10")
def imported_review_shifted(clean: Clean) -> Found:
    return _reviews(clean.reviews[ONLINE][20:23], assessed_at=F("assessed_at") - timedelta(hours=4))


@fault("DQ-11")
def review_reported_late(clean: Clean) -> Found:
    return _reviews(clean.reviews[HALL][30:34], assessed_at=F("assessed_at") - timedelta(hours=30))


@fault("DQ-11")
def cases_reported_very_late(clean: Clean) -> Found:
    week = timedelta(days=9)
    return _cases(
        clean.cases[ONLINE][30:34],
        applied_at=F("applied_at") - week,
        accepted_at=F("accepted_at") - week,
        completed_at=F("completed_at") - week,
    )


@fault("DQ-12")
def level_out_of_range(clean: Clean) -> Found:
    return _aside(_send_review(rating_value=6))


@fault("DQ-12")
def levels_the_other_way_round(clean: Clean) -> Found:
    return _aside(_send_review(rating_value=1, indicator_codes=["510"]))


@fault("DQ-12")
def imported_code_of_another_level(clean: Clean) -> Found:
    return _reviews(clean.reviews[HALL][40:44], indicator_codes=["209", "109"])


@fault("DQ-13")
def code_that_never_was(clean: Clean) -> Found:
    return _aside(_send_review(rating_value=5, indicator_codes=["599"]))


@fault("DQ-13")
def retired_code(clean: Clean) -> Found:
    return _reviews(clean.reviews[HALL][50:53], level=5, indicator_codes=["501"])


@fault("DQ-13")
def code_before_it_was_in_force(clean: Clean) -> Found:
    """The set has it from the next day on."""
    chosen = clean.reviews[HALL][50:53]
    found = _reviews(chosen, level=5, indicator_codes=["516"])
    ReviewIndicator.objects.filter(code="516").update(effective_from=date(2026, 6, 2))
    return found


@fault("DQ-14")
def bad_without_reason(clean: Clean) -> Found:
    return _taken("review", _send_review(rating_value=2, indicator_codes=[], comment_text=""))


@fault("DQ-15")
def same_case_with_a_prefix(clean: Clean) -> Found:
    first = Case.objects.get(id=clean.cases[HALL][60])
    told = _case(HALL, 60, EVENING, at_window=True) | {"case_no": f"99{first.case_no}"}
    outcome = take_in_cases([Raw(told)], entrance=Entrance.CLIENT, by=OPERATOR, now=EVENING)[0]
    assert outcome.kind == OutcomeKind.ACCEPTED
    return {("case", str(outcome.id))}


@fault("DQ-16")
def follow_up_without_a_first(clean: Clean) -> Found:
    return _reviews(clean.reviews[HALL][61:63], assess_no=2)


@fault("DQ-16")
def follow_up_before_the_first(clean: Clean) -> Found:
    first = Review.objects.get(id=clean.reviews[HALL][64])
    at = first.assessed_at - timedelta(seconds=10)
    told = _review(HALL, 64, EVENING, at_window=True) | {"assess_no": 2, "assessed_at": at.isoformat()}
    outcome = receive_reviews([Raw(told)], entrance=Entrance.CLIENT, by=OPERATOR, now=EVENING)[0]
    assert outcome.kind == OutcomeKind.ACCEPTED
    return {("review", str(outcome.id))}


@fault("DQ-17")
def hall_device_about_a_web_service(clean: Clean) -> Found:
    return _reviews(clean.reviews[ONLINE][70:73], channel="hall_pad")


@fault("DQ-17")
def web_page_about_a_window(clean: Clean) -> Found:
    return _taken("review", _send_review(channel="pc"))


@fault("DQ-18")
def case_of_another_province(clean: Clean) -> Found:
    elsewhere = Division.objects.create(code="980000000000", name="外省", level=1, path="980000000000.")
    return _cases(clean.cases[HALL][75:77], division_id=elsewhere.pk)


@fault("DQ-18")
def data_source_of_another_province(clean: Clean) -> Found:
    return _taken("case", _send_case(said={"data_source": "165"}))


@fault("DQ-19")
def status_is_the_number_of_the_service(clean: Clean) -> Found:
    ids = clean.cases[ONLINE]
    Case.objects.filter(id__in=ids[:60]).update(status="in_process")
    ServiceOccurrence.objects.filter(case_id__in=ids[:60]).update(no=2)
    ServiceOccurrence.objects.filter(case_id__in=ids[60:]).update(no=3)
    return A_SOURCE


@fault("DQ-20")
def division_unknown(clean: Clean) -> Found:
    return _aside(_send_case(division="990199000000"))


@fault("DQ-20")
def case_of_another_city(clean: Clean) -> Found:
    return _cases(clean.cases[HALL][78:81], division_id=Division.objects.get(code=worlds.OTHER_CITY).pk)


@fault("DQ-21")
def praise_for_everybody(clean: Clean) -> Found:
    return _reviews(
        clean.reviews[HALL][:110], level=5, indicator_codes=["510", "517"], comment_text="服务很好"
    )


@fault("DQ-22")
def always_so_many_seconds_later(clean: Clean) -> Found:
    chosen = clean.reviews[HALL][:20]
    for review in Review.objects.select_related("occurrence").filter(id__in=chosen):
        Review.objects.filter(id=review.pk).update(assessed_at=review.occurrence.at + timedelta(seconds=777))
    return {("review", str(pk)) for pk in chosen}


@fault("DQ-22")
def always_so_many_seconds_before_arrival(clean: Clean) -> Found:
    """The bulk of praise of domain.md §2.10: five stars, “510,517”, no words, given half a minute ago."""
    found: Found = set()
    for n in range(20):
        at = EVENING + timedelta(seconds=11 * n)
        praise = {"rating_value": 5, "indicator_codes": ["510", "517"], "comment_text": "", "channel": "pc"}
        said = praise | {"assessed_at": (at - timedelta(seconds=30)).isoformat()}
        found |= _taken("review", _send_review(now=at, **said))
    return found


@fault("DQ-23")
def hall_devices_by_night(clean: Clean) -> Found:
    return _reviews(clean.reviews[HALL][90:94], assessed_at=datetime(2026, 5, 31, 23, 10, tzinfo=BEIJING))


@fault("DQ-23")
def too_many_in_an_hour(clean: Clean) -> Found:
    window, chosen = Window.objects.get(code="W1", hall__code="H1"), clean.reviews[HALL][:70]
    Review.objects.exclude(id__in=chosen).update(window_id=None)
    for n, pk in enumerate(chosen):
        at = datetime(2026, 6, 1, 10, 0, tzinfo=BEIJING) + timedelta(seconds=50 * n)
        Review.objects.filter(id=pk).update(window_id=window.pk, assessed_at=at)
    return {("review", str(pk)) for pk in chosen}


@fault("DQ-23")
def many_in_one_second(clean: Clean) -> Found:
    chosen = clean.reviews[HALL][100:112]
    window = Window.objects.get(code="W2", hall__code="H1")
    return _reviews(chosen, window_id=window.pk, assessed_at=datetime(2026, 6, 1, 12, 30, 7, tzinfo=BEIJING))


@fault("DQ-24")
def window_that_is_none(clean: Clean) -> Found:
    return _reviews(clean.reviews[HALL][113:116], window_id=None)


@fault("DQ-24")
def window_that_was_closed(clean: Clean) -> Found:
    window = Window.objects.get(code="W3", hall__code="H1")
    Window.objects.filter(id=window.pk).update(valid_to=date(2026, 5, 1))
    return {
        ("review", str(pk)) for pk in Review.objects.filter(window_id=window.pk).values_list("id", flat=True)
    }


def more_reviews(platform_id: int, times: int, *, sent_at: datetime, earlier: timedelta) -> list[Review]:
    """Every review of a platform so many times again, about further services of its cases."""
    rows = list(Review.objects.select_related("occurrence").filter(platform_id=platform_id))
    services, reviews = [], []
    for row in rows:
        for n in range(times):
            service = ServiceOccurrence.objects.get(id=row.occurrence_id)
            service.pk, service.no = uuid7(sent_at), 10 + n
            services.append(service)
            again = Review.objects.get(id=row.pk)
            again.pk, again.occurrence_id = uuid7(sent_at), service.pk
            again.received_at, again.assessed_at = sent_at, row.assessed_at - earlier
            again.receipt_hash = random_bytes(32)
            reviews.append(again)
    ServiceOccurrence.objects.bulk_create(services)
    return Review.objects.bulk_create(reviews)


@fault("DQ-25")
def a_thousand_and_none_bad(clean: Clean) -> Found:
    platform_id = clean.platforms[ONLINE]
    more_reviews(platform_id, 7, sent_at=EVENING - timedelta(days=3), earlier=timedelta(days=3))
    Review.objects.filter(platform_id=platform_id, level__lt=3).update(level=4, indicator_codes=["406"])
    return A_SOURCE


@fault("DQ-25")
def half_a_year_without_one_order_open(clean: Clean) -> Found:
    platform_id = clean.platforms[HALL]
    more = more_reviews(platform_id, 1, sent_at=EVENING - timedelta(days=3), earlier=timedelta(days=3))
    months = [datetime(2026, 5, 11, tzinfo=BEIJING) - timedelta(days=30.4 * n) for n in range(6)]
    pattern = WorkOrder.objects.filter(review__platform_id=platform_id)[0]
    for n, review in enumerate(more[:60]):
        pattern.pk, pattern.review_id = uuid7(EVENING), review.pk
        pattern.created_at = months[n % 6]
        pattern.state, pattern.outcome = "closed", "explained" if n % 3 else "immediate_rectified"
        pattern.dispatched_at = pattern.signed_at = pattern.verified_at = months[n % 6] + timedelta(days=1)
        pattern.rectified_at = pattern.replied_at = pattern.closed_at = months[n % 6] + timedelta(days=2)
        pattern.save(force_insert=True)
    return A_SOURCE


@fault("DQ-26")
def words_replaced(clean: Clean) -> Found:
    bad = list(Review.objects.filter(id__in=clean.reviews[HALL], level__lte=2).values_list("id", flat=True))
    return _reviews(bad, comment_text="办事效率不高")


@fault("DQ-27")
def phone_in_the_words(clean: Clean) -> Found:
    return _reviews(clean.reviews[HALL][117:119], comment_text="请联系我，电话13900000000，谢谢")


@fault("DQ-27")
def identity_number_in_the_words(clean: Clean) -> Found:
    return _reviews(clean.reviews[ONLINE][117:119], comment_text="身份证99010119900101000X没有录上")


@fault("DQ-27")
def other_numbers_and_addresses_in_the_words(clean: Clean) -> Found:
    texts = [
        "打0531-12345678没人接",
        "电话１３９００００００００",
        "139 0000 0000 是我",
        "退到卡6200000000000000000",
        "发到xiaoman@example.com",
        "车牌鲁A12345被贴条",
        "加微信：zhang_xiaoman",
        "QQ10000001",
    ]
    chosen = clean.reviews[ONLINE][100:108]
    for pk, text in zip(chosen, texts, strict=True):
        Review.objects.filter(id=pk).update(comment_text=text)
    return {("review", str(pk)) for pk in chosen}


@fault("DQ-29")
def numbers_left_out(clean: Clean) -> Found:
    for n, pk in enumerate(clean.cases[HALL][50:55]):
        Case.objects.filter(id=pk).update(case_no=f"ZZ-{n}")
    return {("missing", f"0601000{n}") for n in range(51, 56)}


@fault("DQ-29")
def short_number_left_out(clean: Clean) -> Found:
    numbers = [n for n in range(1, 32) if n != 17]
    for n, pk in zip(numbers, clean.cases[ONLINE][100:], strict=True):
        Case.objects.filter(id=pk).update(case_no=f"WS-0601-{n:03}")
    return {("missing", "-0601-017")}


@fault("DQ-29")
def numbers_left_out_where_the_day_begins(clean: Clean) -> Found:
    before = EVENING - timedelta(days=1)
    last = _case(HALL, 7, before, at_window=True) | {"case_no": case_no(HALL, -1)}
    take_in_cases([Raw(last)], entrance=Entrance.CLIENT, by=OPERATOR, now=before)
    for n, pk in enumerate(clean.cases[HALL][:3]):
        Case.objects.filter(id=pk).update(case_no=f"ZZ-{n}")
    return {("missing", f"06010000{n}") for n in (1, 2, 3)}


@fault("DQ-29")
def review_without_its_case(clean: Clean) -> Found:
    told = _review(HALL, 3, EVENING, at_window=True) | {"case_no": "YC-NEVER-SENT"}
    outcome = receive_reviews([Raw(told)], entrance=Entrance.CLIENT, by=OPERATOR, now=EVENING)[0]
    return _aside(_Added(outcome.kind, _id(outcome)))


@fault("DQ-30")
def item_no_longer_in_force(clean: Clean) -> Found:
    item = ServiceItem.objects.get(code=worlds.ITEM)
    ServiceItem.objects.filter(id=item.pk).update(valid_to=date(2026, 5, 1))
    return _of_item(item.pk)


@fault("DQ-30")
def item_of_another_agency(clean: Clean) -> Found:
    return _taken("case", _send_case(item=worlds.OTHER_ITEM))


@fault("DQ-34")
def dates_of_1900(clean: Clean) -> Found:
    return _cases(clean.cases[HALL][120:123], applied_at=datetime(1900, 1, 1, tzinfo=BEIJING))


@fault("DQ-34")
def services_mostly_other(clean: Clean) -> Found:
    chosen = clean.cases[ONLINE][:60]
    ServiceOccurrence.objects.filter(case_id__in=chosen).update(name="其他")
    return {("case", str(pk)) for pk in chosen}


@fault("DQ-35")
def set_of_indicators_unknown(clean: Clean) -> Found:
    return _reviews(clean.reviews[HALL][124:126], indicator_set="gjj-2019")


@fault("DQ-35")
def time_that_is_none(clean: Clean) -> Found:
    return _aside(_send_review(assessed_at="昨天上午"))


@fault("DQ-37")
def another_mix_of_levels(clean: Clean) -> Found:
    platform_id = clean.platforms[HALL]
    more_reviews(platform_id, 9, sent_at=EVENING - timedelta(days=9), earlier=timedelta(days=9))
    first = {"platform_id": platform_id, "assessed_at__gte": EVENING.replace(hour=0)}
    today = list(Review.objects.filter(**first).values_list("id", flat=True))
    for row in Review.objects.filter(id__in=today):
        service = ServiceOccurrence.objects.get(id=row.occurrence_id)
        service.pk, service.no = uuid7(EVENING), 50
        service.save(force_insert=True)
        row.pk, row.occurrence_id, row.receipt_hash = uuid7(EVENING), service.pk, random_bytes(32)
        row.save(force_insert=True)
    Review.objects.filter(**first).update(level=1, indicator_codes=["109"])
    return A_SOURCE


@fault("DQ-38")
def changed_long_afterwards(clean: Clean) -> Found:
    return _cases(clean.cases[HALL][:9], updated_at=F("completed_at") + timedelta(days=8))


@fault("DQ-38")
def reviews_corrected_long_afterwards(clean: Clean) -> Found:
    found: Found = set()
    late = EVENING + timedelta(days=8)
    for _ in range(9):
        case_no = f"YC-MORE-{next(_numbers)}"
        found |= _aside(_send_review(case_no=case_no, rating_value=6))
        _send_case(case_no=case_no)
        told = _review(HALL, 7, EVENING, at_window=True) | {"case_no": case_no}
        receive_reviews([Raw(told)], entrance=Entrance.CLIENT, by=OPERATOR, now=late)
    assert exchange.settle_corrected(by=OPERATOR, now=late) == len(found)
    return found
