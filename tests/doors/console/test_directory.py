"""The directory in the console: found, added, changed, closed, each with who did what when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts import actions as accounts
from haochaping.accounts.terms import POWERS_OF, Place, Power, Role
from haochaping.directory import actions, queries
from haochaping.directory.terms import KEYS, Kind
from haochaping.kernel.actor import OPERATOR
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from tests import worlds
from tests.directory.conftest import id_of, row_of
from tests.directory.test_edits import NEW

pytestmark = pytest.mark.django_db


def rows(kind: Kind, **asked: str) -> str:
    return reverse("console_directory_rows", args=[kind], query=asked)


def row(kind: Kind, object_id: int, step: str = "row") -> str:
    return reverse(f"console_directory_{step}", args=[kind, object_id])


def shown(somebody, address: str, status: int = 200) -> str:
    answer = somebody.browser.get(address)
    assert answer.status_code == status
    return str(answer.content.decode())


def typed(kind: Kind, object_id: int, **changes: str) -> dict[str, object]:
    """The form of a row as the page offers it, with changes."""
    record = queries.record(kind, object_id)
    assert record is not None
    columns = {column: value for column, value in record.row.items() if column not in KEYS[kind]}
    return {**columns, "revision": record.revision, **changes}


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_is_added_found_changed_and_closed(admin, kind):
    made = admin.browser.post(reverse("console_directory_new", args=[kind]), NEW[kind])
    pk = queries.last_id(kind)
    changed = admin.browser.post(row(kind, pk), typed(kind, pk, name="改后的名字"))
    record = queries.record(kind, pk)
    assert record is not None
    closing = {"close-last_day": "2031-05-31", "close-revision": record.revision}
    closed = admin.browser.post(row(kind, pk, "close"), closing)

    assert [made.status_code, changed.status_code, closed.status_code] == [303] * 3
    assert made.headers["Location"] == row(kind, pk)
    assert "改后的名字" in shown(admin, rows(kind, q="改后"))
    entries = Entry.objects.filter(kind=EntryKind.DIRECTORY_CHANGED, subject_id=str(pk)).order_by("id")
    steps = [(entry.facts["step"], entry.actor) for entry in entries]
    assert steps == [(step, f"staff:{admin.id}") for step in ("created", "changed", "closed")]
    page = admin.browser.get(row(kind, pk))
    assert [name for name, _ in page.context["former_names"]] == [NEW[kind]["name"]]
    assert [line[1] for line in page.context["history"]] == ["示例人员 (system-admin)"] * len(steps)
    assert "2031-05-31" in page.content.decode()
    assert row(kind, pk, "close") not in page.content.decode()


def test_list_is_searched_filtered_and_paged(admin, now):
    many = [{"code": f"9902{n:02}", "name": f"示例县{n}"} for n in range(1, 60)]
    actions.put(Kind.DIVISIONS, many, by=OPERATOR, now=now)
    old = {"code": "OLD", "name": "旧厅", "division": worlds.CITY, "valid_to": "2020-01-31"}
    actions.put(Kind.HALLS, [old], by=OPERATOR, now=now)

    assert "示例县59" not in shown(admin, rows(Kind.DIVISIONS))
    assert "示例县59" in shown(admin, rows(Kind.DIVISIONS, page="2"))
    assert "石港市" not in shown(admin, rows(Kind.DIVISIONS, division="9901"))
    assert "旧厅" not in shown(admin, rows(Kind.HALLS, standing="held"))
    assert "旧厅" in shown(admin, rows(Kind.HALLS, standing="ended"))
    assert "field-bad" in shown(admin, rows(Kind.HALLS, division="9977"), 422)
    shown(admin, rows(Kind.HALLS, standing="x"), 422)


def test_what_is_wrong_is_said_at_its_field_and_stays_typed(admin):
    new = reverse("console_directory_new", args=[Kind.HALLS])

    unknown = admin.browser.post(new, NEW[Kind.HALLS] | {"division": "9977"})
    empty = admin.browser.post(new, NEW[Kind.HALLS] | {"name": ""})
    taken = admin.browser.post(new, NEW[Kind.HALLS] | {"code": "H1"})

    assert [answer.status_code for answer in (unknown, empty, taken)] == [422] * 3
    assert list(unknown.context["form"].errors) == ["division"]
    assert "新大厅" in unknown.content.decode()
    assert list(empty.context["form"].errors) == ["name"]
    assert list(taken.context["form"].errors) == ["code"]


def test_agency_moves_with_all_below_it(admin):
    other, agency = id_of(Kind.AGENCIES, worlds.OTHER_AGENCY), id_of(Kind.AGENCIES, worlds.AGENCY)

    admin.browser.post(row(Kind.AGENCIES, other), typed(Kind.AGENCIES, other, parent=worlds.AGENCY))
    loop = admin.browser.post(
        row(Kind.AGENCIES, agency), typed(Kind.AGENCIES, agency, parent=worlds.OTHER_AGENCY)
    )

    path = queries.agencies([worlds.OTHER_AGENCY])[worlds.OTHER_AGENCY].path
    assert path == f"{worlds.AGENCY}.{worlds.OTHER_AGENCY}."
    assert list(loop.context["form"].errors) == ["parent"]


def test_change_by_somebody_else_meanwhile_is_told(admin, now):
    hall = id_of(Kind.HALLS, "H1")
    seen = typed(Kind.HALLS, hall, name="我的名字")
    actions.change(Kind.HALLS, hall, {"name": "他人的名字"}, revision=0, by=OPERATOR, now=now)

    answer = admin.browser.post(row(Kind.HALLS, hall), seen)

    assert answer.status_code == 409
    assert row_of(Kind.HALLS, "H1")["name"] == "他人的名字"


def test_what_goes_on_below_keeps_a_row_open(admin):
    hall = id_of(Kind.HALLS, "H1")
    closing = {"close-last_day": "2031-05-31", "close-revision": "0"}

    answer = admin.browser.post(row(Kind.HALLS, hall, "close"), closing)

    assert answer.status_code == 422
    assert list(answer.context["close_form"].errors) == ["last_day"]
    assert row_of(Kind.HALLS, "H1")["valid_to"] == ""


def test_nothing_there_is_a_404(admin):
    shown(admin, rows("castles"), 404)  # type: ignore[arg-type]
    shown(admin, row(Kind.HALLS, 0), 404)


@pytest.mark.parametrize("role", Role)
def test_only_who_edits_the_directory_sees_it(world, signed_in, role):
    somebody = signed_in(role)
    status = 200 if Power.DIRECTORY_EDIT in POWERS_OF[role] else 403

    shown(somebody, reverse("console_directory"), status)
    shown(somebody, row(Kind.HALLS, id_of(Kind.HALLS, "H1")), status)
    shown(somebody, reverse("console_directory_new", args=[Kind.HALLS]), status)


def test_local_administrator_keeps_to_the_remit(admin):
    accounts.revoke_role(user_id=admin.id, role=Role.SYSTEM_ADMIN, by=OPERATOR, now=timezone.now())
    place = Place(division_code=worlds.OTHER_CITY)
    accounts.grant_role(
        user_id=admin.id, role=Role.SYSTEM_ADMIN, place=place, by=OPERATOR, now=timezone.now()
    )
    hall = id_of(Kind.HALLS, "H1")

    assert "河湾区" not in shown(admin, rows(Kind.HALLS))
    shown(admin, row(Kind.HALLS, hall), 403)
    assert admin.browser.post(row(Kind.HALLS, hall), typed(Kind.HALLS, hall, name="改")).status_code == 403
    made = admin.browser.post(reverse("console_directory_new", args=[Kind.HALLS]), NEW[Kind.HALLS])
    assert made.status_code == 403
    assert queries.halls(["H9"]) == {}


def test_pages_ask_the_database_little(admin, now, django_assert_max_num_queries):
    hall = id_of(Kind.HALLS, "H1")
    for n in range(5):
        known = queries.record(Kind.HALLS, hall)
        assert known is not None
        moment = now + timedelta(minutes=n)
        actions.change(Kind.HALLS, hall, {"name": f"名{n}"}, revision=known.revision, by=OPERATOR, now=moment)

    admin.browser.get(reverse("desk"))

    with django_assert_max_num_queries(17):  # four of them for the reach
        shown(admin, rows(Kind.HALLS))
    with django_assert_max_num_queries(17):  # four of them for the reach
        shown(admin, row(Kind.HALLS, hall))
