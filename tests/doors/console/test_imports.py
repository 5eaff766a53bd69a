"""Import pages: a dry run takes nothing, each error names row, column and remedy, and the same file is taken then."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts.terms import Role
from haochaping.directory import queries
from haochaping.directory.terms import Kind
from haochaping.doors.console import imports
from haochaping.kernel.actor import EVERYWHERE, Actor, ActorKind
from haochaping.kernel.text import spreadsheet_cell
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.rulebook.models import CalendarDay, RuleProposal
from haochaping.rulebook.terms import YearSaid
from tests import worlds
from tests.rulebook.test_actions import NOTICE

pytestmark = pytest.mark.django_db
GOOD = f"code,name,division\nH1,改名的大厅,{worlds.COUNTY}\nH2,新大厅,{worlds.CITY}\n"
BAD = f"code,name,division\nH2,新大厅,{worlds.CITY}\nH3,,{worlds.CITY}\nH4,无区划,9977\n=1+1,公式,{worlds.CITY}\n"


def sent(text: str | bytes, name: str = "大厅.csv", kind: str = Kind.HALLS, **more: str) -> dict[str, object]:
    content = text.encode() if isinstance(text, str) else text
    return {"kind": kind, "file": SimpleUploadedFile(name, content), **more}


def dry_run(admin, text: str, **more: str) -> str:
    """Send a file; the address of its dry run."""
    answer = admin.browser.post(reverse("console_import"), sent(text, **more))
    assert answer.status_code == 303, answer.context["form"].errors
    return str(answer.headers["Location"])


def entries() -> int:
    return Entry.objects.filter(kind=EntryKind.DIRECTORY_CHANGED, subject_kind="directory").count()


def test_dry_run_takes_nothing_and_the_same_file_is_taken_then(admin):
    before = entries()
    address = dry_run(admin, GOOD)

    tried = admin.browser.get(address)
    assert tried.context["changes"] == [[2, "H1", "名称", "河湾区政务服务中心", "改名的大厅"]]
    assert (tried.context["outcome"].new, tried.context["outcome"].changed) == (1, 1)
    assert "H2" not in queries.halls(["H2"])
    assert entries() == before

    taken = admin.browser.post(address)
    assert taken.status_code == 303
    assert queries.halls(["H1", "H2"])["H1"].name == "改名的大厅"
    assert Entry.objects.filter(subject_kind="directory").latest("recorded_at").actor == f"staff:{admin.id}"
    assert admin.browser.post(address).status_code == 404


def test_every_error_names_its_row_and_column_and_nothing_is_taken(admin):
    address = dry_run(admin, BAD)

    tried = admin.browser.get(address)
    assert tried.status_code == 422
    assert [row[:2] for row in tried.context["wrong"]] == [[3, "name"], [4, "division"], [5, "code"]]
    assert '<form method="post" class="card">' not in tried.content.decode()

    assert admin.browser.post(address).status_code == 422
    assert queries.halls(["H2"]) == {}


def test_errors_are_taken_away_as_a_file_that_no_spreadsheet_computes(admin):
    address = dry_run(admin, BAD.replace("H4,", "-H4,"))

    answer = admin.browser.get(f"{address}/errors.csv")

    lines = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [line[:2] for line in lines[1:]] == [["3", "name"], ["4", "division"], ["5", "code"]]
    assert all(line[2] and line[3] for line in lines[1:])
    assert answer.headers["Content-Disposition"] == 'attachment; filename="errors.csv"'


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"kind": "castles"}, "kind"),
        ({"kind": "calendar"}, "year"),
        ({"file": ""}, "file"),
    ],
)
def test_a_form_filled_in_wrongly_keeps_no_file(admin, form, field):
    answer = admin.browser.post(reverse("console_import"), sent(GOOD) | form)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


@pytest.mark.parametrize("name", ["大厅.pdf", "大厅.xlsx"])
def test_a_file_that_cannot_be_read_is_said_as_a_whole(admin, name):
    address = dry_run(admin, GOOD, name=name)

    answer = admin.browser.get(address)

    assert answer.status_code == 422
    assert [sentence.remedy for sentence in answer.context["sentences"]] != [""]
    page = admin.browser.get(address, headers={"accept-language": "en"}).content.decode()
    assert f"<h1>This file cannot be taken · {name}</h1>" in page
    assert "Dry run" not in page
    assert admin.browser.get(f"{address}/errors.csv").status_code == 422


def test_a_file_too_large_is_not_kept(admin, monkeypatch):
    monkeypatch.setattr(imports, "_FILE_MEGABYTES", 0)

    answer = admin.browser.post(reverse("console_import"), sent(GOOD))

    assert list(answer.context["form"].errors) == ["file"]


def test_a_notice_on_holidays_fills_the_calendar_once_a_second_one_confirms_it(admin, second):
    text = "from,to,working,name\n" + "".join(
        f"{row['from']},{row['to']},{row['working']},{row['name']}\n" for row in NOTICE
    )
    CalendarDay.objects.filter(day__year=2027).delete()
    address = dry_run(admin, text, kind="calendar", year="2027")

    look = admin.browser.get(address, headers={"accept-language": "en"})
    assert look.context["outcome"].changed == 365
    told = {day: [name, before, after] for _, day, name, before, after in look.context["changes"]}
    assert told["1 Jan 2027"] == ["元旦", "–", "The day is free"]
    assert told["13 Feb 2027"] == ["春节", "–", "The day is worked"]
    assert "2 Jun 2027" not in told
    assert not CalendarDay.objects.filter(day__year=2027).exists()
    page = f"{reverse('console_calendar')}?year=2027"
    assert admin.browser.post(address).headers["Location"] == page
    assert not CalendarDay.objects.filter(day__year=2027).exists()

    assert (
        second.browser.get(page, headers={"accept-language": "en"}).content.decode().count("春节: 2027-") == 2
    )
    confirm = reverse("console_proposal", args=[RuleProposal.objects.get().id, "confirm"])
    assert admin.browser.post(confirm).status_code == 403
    assert second.browser.post(confirm).headers["Location"] == page
    assert CalendarDay.objects.filter(day__year=2027).count() == 365


def test_a_notice_that_says_nothing_new_is_not_proposed(admin):
    worlds.rule(YearSaid(2027, NOTICE), now=timezone.now())
    text = "from,to,working,name\n" + "".join(
        f"{row['from']},{row['to']},{row['working']},{row['name']}\n" for row in NOTICE
    )

    answer = admin.browser.post(dry_run(admin, text, kind="calendar", year="2027"))

    assert answer.headers["Location"] == reverse("console_import")
    assert not RuleProposal.objects.filter(state="proposed").exists()


def test_a_notice_with_a_wrong_row_names_it(admin):
    address = dry_run(
        admin, "from,to,working,name\n2027-01-01,,vielleicht,元旦\n", kind="calendar", year="2027"
    )

    answer = admin.browser.get(address)

    assert [row[:2] for row in answer.context["wrong"]] == [[2, "working"]]


def test_another_persons_file_is_not_there(admin):
    digest = dry_run(admin, GOOD).rsplit("/", 1)[1]
    everything = frozenset({"directory.edit"})

    held = imports._held(Actor(ActorKind.STAFF, str(admin.id), everything, EVERYWHERE), digest)
    assert held.content == GOOD.encode()
    with pytest.raises(Http404):
        imports._held(Actor(ActorKind.STAFF, "0", everything, EVERYWHERE), digest)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SYSTEM_ADMIN])
def test_only_the_system_administrator_imports(world, signed_in, role):
    browser = signed_in(role).browser

    assert browser.get(reverse("console_import")).status_code == 403
    assert browser.post(reverse("console_import"), sent(GOOD)).status_code == 403


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_what_looks_like_a_formula_is_a_text(cell):
    assert spreadsheet_cell(cell) == f"'{cell}"
    assert spreadsheet_cell(f"x{cell}") == f"x{cell}"
