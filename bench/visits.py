"""The pages of the house in the demo province: who asks for which address."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from haochaping.doors.demo import names
from haochaping.doors.demo.places import item_code

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNTY, TOWN, VILLAGE = "990102000000", "990102001000", "990102001001"
BUSY_AGENCY = f"{names.CITY[0]}_03"
_FORM, _PAGE = 10.0, 50.0


@dataclass(frozen=True, slots=True)
class Visit:
    """One page asked for; `limit_ms` None where it is measured for information only, `who` "" for the public."""

    name: str
    address: str
    limit_ms: float | None = _PAGE
    who: str = ""


def public() -> Iterator[Visit]:
    """Every page that everybody may see, the drill-down at each of its levels."""
    token, rated, receipt = _token(answered=False), _token(answered=True), _receipt()
    yield Visit("review", f"/r/{token}", _FORM)
    yield Visit("review", f"/r/{rated}")
    yield Visit("review_slip", f"/r/{token}/slip")
    yield Visit("review_follow_up", f"/r/{rated}/follow-up")
    yield Visit("status", f"/status/{receipt}")
    yield Visit("status_follow_up", f"/status/{receipt}/follow-up")
    yield Visit("front", "/")
    yield Visit("front", f"/?q={quote('登记')}")
    for code in (names.PROVINCE[0], names.CITY[0], COUNTY, TOWN, VILLAGE, "440000000000"):
        yield Visit("division", f"/divisions/{code}")
    yield Visit("division", f"/divisions/{names.PROVINCE[0]}?from=2026-02-03&to=2026-09-17&page=3")
    yield Visit("division", f"/divisions/{names.CITY[0]}{_days()}")
    for code in (names.PROVINCE[0], names.CITY[0]):
        yield Visit("publication", f"/divisions/{code}/publication")
    for code in (BUSY_AGENCY, names.CLERK_AGENCY):
        yield Visit("agency", f"/agencies/{code}")
    yield Visit("item", f"/items/{item_code(names.CITY[0], 3, 1)}")
    yield Visit("hall", f"/halls/{names.HALLS[names.CITY[0]][0]}")
    yield Visit("wire_visit", _wire_visit())
    asked = _asked_again()
    for name, address in (
        ("reviews", "/reviews"),
        ("reviews", f"/reviews?division={names.CITY[0]}&level=bad"),
        ("reviews", f"/reviews?division={COUNTY}&channel=sms"),
        ("reviews", f"/reviews?agency={BUSY_AGENCY}&reason=113"),
        ("review_feed", "/reviews.atom"),
        ("search", f"/search?q={quote('登记')}"),
        ("search", f"/search?q={quote('登记')}&division={COUNTY}"),
        ("hot_reasons", "/reasons"),
        ("hot_reasons", f"/reasons?division={COUNTY}"),
        ("division_comparison", f"/divisions/{names.PROVINCE[0]}/comparison"),
        ("division_halls", f"/divisions/{names.CITY[0]}/halls"),
        ("division_measures", f"/divisions/{names.CITY[0]}/measures"),
        ("agency_measures", f"/agencies/{BUSY_AGENCY}/measures"),
        ("item_measures", f"/items/{item_code(names.CITY[0], 3, 1)}/measures"),
        ("hall_measures", f"/halls/{names.HALLS[names.CITY[0]][0]}/measures"),
        ("division_profile", f"/divisions/{names.PROVINCE[0]}/profile"),
        ("division_profile", f"/divisions/{names.CITY[0]}/profile"),
        ("agency_profile", f"/agencies/{BUSY_AGENCY}/profile"),
        ("item_profile", f"/items/{item_code(names.CITY[0], 3, 1)}/profile"),
        ("hall_profile", f"/halls/{names.HALLS[names.CITY[0]][0]}/profile"),
        ("screen", "/screen"),
        ("screen_events", "/screen/events"),
        ("division_screen", f"/divisions/{names.CITY[0]}/screen"),
        ("division_screen_events", f"/divisions/{COUNTY}/screen/events"),
        ("data", "/data"),
        ("data_file", "/data/latest/nothing.csv"),
        ("policies", "/policies"),
        ("how_to_rate", "/how-to-rate"),
        ("measures", "/measures"),
        ("about", "/about"),
        ("gallery", "/ui"),
        ("samples", "/samples"),
        ("sample_tickets", f"/samples/{names.CITY[0]}/2026-01/good.txt"),
        ("protection", f"/protection/{'0' * 26}"),
        ("again", f"/again/{asked}"),
        ("again_keys", f"/again/{asked}/keys"),
        ("voice_new", "/voices/new"),
        ("voice", f"/voices/{_voice()}"),
        ("my_code", "/my/code"),
        ("account_link", "/account/link/nonsense"),
        ("account_login", "/accounts/login/"),
        ("account_inactive", "/accounts/inactive/"),
        ("api:docs", "/api/v1/docs"),
        ("demo", "/demo/"),
        ("demo_phone", "/demo/phone/"),
    ):
        yield Visit(name, address)
    yield Visit("my", "/my/")
    yield Visit("my, signed in", "/my/", who="citizen")
    yield Visit("my_data", "/my/data", who="citizen")


def staff() -> Iterator[Visit]:
    """The pages of the desk and the console, for information."""
    for who, name, address in (
        ("clerk", "desk", "/desk/"),
        ("lead", "desk", "/desk/"),
        ("lead", "desk", "/desk/?list=done"),
        ("lead", "desk_order", f"/desk/orders/{_appealable()}"),
        ("supervisor", "desk", "/desk/"),
        ("supervisor", "desk", "/desk/?list=done"),
        ("supervisor", "desk_order", f"/desk/orders/{_appealable()}"),
        ("supervisor", "oversight", "/oversight/"),
        ("supervisor", "oversight_agency_profile", f"/oversight/profiles/agencies/{BUSY_AGENCY}"),
        ("publisher", "desk_releases", "/desk/releases/"),
        ("sysadmin", "desk_quarantine", "/desk/quarantine/"),
        ("sysadmin", "desk_jobs", "/desk/jobs/"),
        ("sysadmin", "account_people", "/account/people/"),
        ("auditor", "account_audit", "/account/audit/"),
        ("sysadmin", "console_directory", "/admin/directory/"),
        ("sysadmin", "console_directory_rows", "/admin/directory/divisions/"),
        ("sysadmin", "console_directory_rows", "/admin/directory/items/"),
    ):
        yield Visit(name, address, None, who)


def _days() -> str:
    from datetime import timedelta

    from django.utils import timezone

    from haochaping.kernel.periods import local_day

    today = local_day(timezone.now())
    return f"?from={today - timedelta(days=29)}"


def _token(*, answered: bool) -> str:
    """The address part of an invitation; one with an answered bad review where it is answered."""
    from haochaping.kernel.actor import EVERYWHERE, Actor, ActorKind
    from haochaping.rectification import queries as orders
    from haochaping.reviews import queries as reviews

    if not answered:
        return reviews.unanswered_tokens(1)[0][1]
    look = Actor(ActorKind.STAFF, "bench", powers=frozenset({"order.view"}), scope=EVERYWHERE)
    review = reviews.reviews([orders.inbox(look, done=True, limit=1)[0].review_id]).popitem()[1]
    return reviews.tokens_of([review.occurrence_id])[review.occurrence_id]


def _receipt() -> str:
    """The receipt of a bad review that is given for the occasion."""
    from django.utils import timezone

    from haochaping.flows.answer_invitation import answer_invitation
    from haochaping.kernel.actor import REVIEWER
    from haochaping.reviews import queries as reviews
    from haochaping.reviews.terms import ReviewChannel

    token, now = reviews.unanswered_tokens(2)[1][1], timezone.now()
    return answer_invitation(token, "2", channel=ReviewChannel.PC, by=REVIEWER, now=now).receipt or ""


def _wire_visit() -> str:
    """Where a hall's device is sent after it has opened the address of an evaluator."""
    from django.test import Client

    said = {
        "projNo": "BENCH-1",
        "serviceName": "测试事项",
        "serviceCode": "BENCH",
        "serviceDepartment": "测试部门",
        "serviceDepartmentCode": "BENCH",
        "applicantName": "测试申请人",
        "applicantCardNumber": "990101199001010000",
        "applicantPhone": "13900000000",
        "applyTime": "2026-01-05 09:00:00",
        "handleStateCode": "3",
        "regionCode": "990100",
        "ssqdBaseCode": "1",
        "source": "501",
        "evaluateChannel": "PJQ",
    }
    plain = "&".join(f"{key}={value}" for key, value in said.items())
    encoded = b64encode(b64encode(plain.encode())).decode()
    answer = Client(headers={"host": "127.0.0.1"}).get(f"/wire/anhui/evaluate?{encoded}")
    return str(answer.headers["Location"])


def _asked_again() -> str:
    """The address part of a question about a review of last month, which is drawn for the occasion."""
    from datetime import timedelta

    from django.db import transaction
    from django.utils import timezone

    from haochaping.flows import sample_reviews
    from haochaping.kernel.actor import SYSTEM
    from haochaping.supervision.queries import samples

    now = timezone.now()
    # On the first of a month it is not due yet, and the demo has asked all of the one before.
    sample_reviews.draw_due(by=SYSTEM, now=now + timedelta(days=1))
    with transaction.atomic():
        return samples.token_of(samples.due_to_ask(now + timedelta(days=1), limit=1)[0].id)


def _voice() -> str:
    """The receipt of a complaint that is given for the occasion."""
    from django.utils import timezone

    from haochaping.flows.handle_voices import give_voice
    from haochaping.kernel.actor import REVIEWER
    from haochaping.kernel.identifiers import receipt_nos

    return str(
        give_voice(
            kind="complaint",
            matter="",
            agency=names.CLERK_AGENCY,
            item="",
            text="窗口无人值守。",
            phone="",
            receipt=receipt_nos(1)[0],
            by=REVIEWER,
            now=timezone.now(),
        )
    )


def _appealable() -> str:
    """An order of the demo's head of agency: one against whose review an appeal would still come in time, if there is."""
    from django.utils import timezone

    from haochaping.accounts import queries as accounts
    from haochaping.rectification import queries as orders
    from haochaping.rectification.queries import appeals

    lead = accounts.staff_by_username("lead")
    if lead is None:
        raise LookupError("the demo has no lead")
    now = timezone.now()
    actor = accounts.standing_of_user(lead.id).actor
    found = [*orders.inbox(actor, limit=1000), *orders.inbox(actor, done=True, limit=1)]
    in_time = (row for row in found if appeals.may_appeal_until(row.id, now=now).answer[0])
    return str(next(in_time, found[0]).id)
