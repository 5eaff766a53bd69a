"""The figures of the loop: every number with its interval and its rows, for one's own divisions alone."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from haochaping.directory import queries as directory
from haochaping.doors.confirmation import WINDOW
from haochaping.flows import handle_voices, supervise, watch_voices
from haochaping.insight.rules import INSIDE, MEASURES, OF_LOOP, OF_VOICES
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.periods import local_day
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.rectification.models import WorkOrder
from haochaping.supervision.models import Proposal
from haochaping.voices.models import Voice
from haochaping.voices.terms import VoiceMove
from tests import worlds
from tests.voices.conftest import ANSWERED, GIVEN, Told

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

FIGURES = "/oversight/figures/"


@pytest.fixture
def late(bad_review):
    """A work order whose first contact and answer are long overdue, and counted so."""
    found = bad_review("YC-00000009", at=timezone.now() - timedelta(days=40))
    # Not those of these days, which are late on some days of the week and at some hours.
    supervise.count_late(timezone.now() - timedelta(days=10))
    return found


def page(browser: Client, query: str = "", path: str = "") -> str:
    answer = browser.get(f"{FIGURES}{path}{query}", headers={"accept-language": "en"})
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def lines(browser: Client, query: str = "", which: str = "loop") -> dict[str, tuple[int, int | None]]:
    answer = browser.get(f"{FIGURES}{query}", headers={"accept-language": "en"})
    return {
        line.title.text: (line.number, line.ratio.denominator if line.ratio else None)
        for line in answer.context[which]
    }


def test_every_measure_of_the_loop_stands_there_with_its_counts(bad, late, one):
    found = lines(one)

    assert len(found) == len(OF_LOOP)
    assert found["First contact on time"] == (0, 1)
    assert found["Answered on time"] == (0, 1)
    assert found["Bad reviews answered"] == (0, 2)
    assert found["Appeals of agencies"] == (0, None)
    html = page(one)
    assert html.count("Not enough data") >= 1
    assert list(lines(one, which="rungs").values()) == [(0, None)] * len(INSIDE)


@pytest.mark.parametrize(
    ("way", "names"),
    [
        ("division", ["河湾区"]),
        ("agency", []),
        ("month", None),
    ],
)
def test_a_division_is_divided_by_what_it_is_made_of(late, one, way, names):
    found = lines(one, f"?by={way}&measure=on_time_contact_rate", "parts")

    if names is None:
        assert list(found.values()).count((0, 1)) == 1
    else:
        assert list(found) == names


@pytest.mark.parametrize(
    ("query", "name"),
    [
        (f"division={worlds.COUNTY}&by=agency", "河湾区行政审批局"),
        (f"agency={worlds.AGENCY}&by=item", "食品经营许可"),
    ],
)
def test_every_part_leads_on_with_its_own_number(late, one, query, name):
    found = lines(one, f"?{query}&measure=on_time_contact_rate", "parts")

    assert found[name] == (0, 1)


def test_staff_are_named_inside_the_authority_alone(late, one, client):
    row = WorkOrder.objects.get(id=late.order_id)
    row.staff_id = staff_id = _staff()
    row.save(update_fields=["staff_id"])

    found = lines(one, f"?agency={worlds.AGENCY}&by=staff&measure=on_time_contact_rate", "parts")

    assert found == {"王芳": (0, 1)}
    assert staff_id
    assert "never published" in page(one, f"?agency={worlds.AGENCY}&by=staff")
    assert "王芳" not in client.get(f"/agencies/{worlds.AGENCY}").content.decode()


def _staff() -> int:
    agency = directory.agencies([worlds.AGENCY])[worlds.AGENCY]
    return next(iter(directory.staff([(agency.id, "S1")]).values())).id


def test_behind_a_number_are_its_rows(bad, late, one):
    html = page(one, "?measure=on_time_contact_rate", "rows")

    assert f"/desk/orders/{late.order_id}" in html
    assert f"/desk/orders/{bad.order_id}" not in html
    assert "<b>No</b>" in html
    answered = page(one, "?measure=rectification_rate", "rows")
    assert all(f"/desk/orders/{each.order_id}" in answered for each in (bad, late))
    yesterday = local_day(timezone.now()) - timedelta(days=30)
    assert f"/desk/orders/{late.order_id}" not in page(
        one, f"?measure=rectification_rate&from={yesterday}", "rows"
    )


def test_behind_a_rung_are_its_supervision_orders(letter, one):
    assert "/oversight/supervision/0" not in page(one, "?measure=supervision_letter", "rows")
    assert one.post(f"{letter.address}/notify").status_code == 303

    assert letter.address in page(one, "?measure=supervision_letter", "rows")
    assert lines(one, which="rungs")["Supervision letter"] == (1, None)


@pytest.fixture
def spoken(world):
    """A complaint that is overdue and a suggestion that was adopted, of the agency’s county."""
    now = timezone.now()
    for n, kind in enumerate(("complaint", "suggestion")):
        said = GIVEN | {"kind": kind, "receipt": f"{n}" * 26, "item": worlds.ITEM}
        handle_voices.give_voice(**said, by=REVIEWER, now=now - timedelta(days=60))
    complaint, suggestion = Voice.objects.order_by("kind")
    way = Told(suggestion.id, now - timedelta(days=59)).upto(VoiceMove.SIGN_FOR)
    answered = ANSWERED | {"outcome": "adopted"}
    handle_voices.answer(suggestion.id, **answered, by=worlds.CLERK, now=way.later())
    watch_voices.tell_alarms(now)
    return complaint.id, suggestion.id


def test_complaints_and_suggestions_have_their_figures(spoken, one):
    assert lines(one, which="voices") == {
        "Complaints, suggestions and questions answered": (1, 2),
        "Complaints, suggestions and questions answered on time": (1, 2),
        "Complaints, suggestions and questions overdue": (1, 2),
        "Suggestions adopted": (1, 1),
        "Answers to complaints, suggestions and questions that solved nothing": (0, 1),
    }
    query = f"?division={worlds.COUNTY}&by=agency&measure=voice_on_time_rate"
    assert lines(one, query, "parts") == {"河湾区行政审批局": (1, 2)}
    months = lines(one, "?by=month&measure=voice_overdue_rate", "parts")
    assert sorted(number for number in months.values() if number != (0, 0)) == [(1, 2)]
    assert "voice_overdue_rate" in page(one, path="table.csv")


def test_behind_a_figure_of_voices_are_its_rows_for_ones_own_divisions(spoken, one, supervisor_of):
    complaint, suggestion = spoken

    on_time = page(one, "?measure=voice_on_time_rate", "rows")
    adopted = page(one, "?measure=suggestion_adopted_rate", "rows")

    assert f"/desk/voices/{complaint}" in on_time
    assert f"/desk/voices/{suggestion}" in on_time
    assert on_time.count("<b>No</b>") == 1
    assert f"/desk/voices/{complaint}" not in adopted
    assert f"/desk/voices/{suggestion}" in adopted
    elsewhere = page(supervisor_of("other", worlds.OTHER_CITY), "?measure=voice_on_time_rate", "rows")
    assert "/desk/voices/" not in elsewhere.partition("<main")[2].partition("</main")[0]


def test_the_rows_of_voices_are_taken_away_with_a_mark_and_that_is_recorded(spoken, one, supervisor_of):
    complaint, suggestion = spoken

    assert f"{FIGURES}rows.csv?" in page(one, "?measure=voice_on_time_rate", "rows")
    mark, heading, *rows = page(one, "?measure=voice_on_time_rate", "rows.csv").splitlines()

    assert " · supervisor-one · " in mark
    assert " · 2 rows · internal, not to be passed on" in mark
    assert heading == '"Complaint, suggestion or question",Item,Agency,On,Kind,State,Counts above the line'
    assert {row.split(",")[0] for row in rows} == {str(complaint), str(suggestion)}
    assert sorted(row.rsplit(",", 1)[1] for row in rows) == ["No", "Yes"]
    assert all("+08:00" in row for row in rows)
    entry = Entry.objects.get(kind=EntryKind.EXPORTED, subject_kind="figure")
    assert (entry.subject_id, entry.facts["rows"]) == ("voice_on_time_rate", "2")
    other = supervisor_of("other", worlds.OTHER_CITY)
    assert len(page(other, "?measure=voice_on_time_rate", "rows.csv").splitlines()) == 2


def test_rungs_have_no_file(one):
    assert one.get(f"{FIGURES}rows.csv?measure=supervision_letter").status_code == 404
    assert "rows.csv" not in page(one, "?measure=supervision_letter", "rows")


@pytest.mark.parametrize("measure", ["voice_overdue_rate", "supervision_letter"])
def test_what_is_not_counted_of_people_is_not_divided_by_them(late, spoken, one, measure):
    row = WorkOrder.objects.get(id=late.order_id)
    row.staff_id = _staff()
    row.save(update_fields=["staff_id"])

    shown = one.get(f"{FIGURES}?agency={worlds.AGENCY}&by=staff&measure={measure}").context

    assert not shown["is_staff"]
    assert not [link for link in shown["ways"] if "by=staff" in link.href]


@pytest.mark.parametrize("query", ["", "&by=month"])
def test_a_rung_has_as_many_rows_as_its_number_says(late, checked, one, supervisor_of, query):
    assert supervise.watch(timezone.now()) > 0
    proposed = one.post(f"{checked.address}/propose", {"rung": "interview", "reason": "两次未答复"})
    assert proposed.status_code == 303
    proposal = f"/oversight/proposals/{Proposal.objects.get().id}"
    decided = supervisor_of("two").post(f"{proposal}/decision", {"decision": "adopt", "reason": "同意"})
    assert decided.status_code == 303

    numbers: dict[str, int] = {}
    for measure in INSIDE:
        shown = one.get(f"{FIGURES}?measure={measure.name}{query}").context
        for line in shown["parts"] if query else [shown["rungs"][INSIDE.index(measure)]]:
            rows = one.get(line.rows).context["supervisions"]
            assert len(rows) == line.number, line.rows
            numbers[measure.name] = numbers.get(measure.name, 0) + line.number

    assert numbers["supervision_letter"] == numbers["supervision_interview"] == 1
    assert numbers["supervision_warning"] + numbers["supervision_reminder"] > 0


def test_two_years_of_months_are_asked_for_at_once(late, one):
    today = local_day(timezone.now())
    one.get(FIGURES)
    months, asked = {}, {}
    for begin in (today, today - timedelta(days=800)):
        query = f"?by=month&from={begin}&measure=on_time_contact_rate"
        with CaptureQueriesContext(connection) as queries:
            months[begin] = lines(one, query, "parts")
        asked[begin] = len(queries)

    assert list(map(len, months.values())) == [1, 24]
    assert list(months[begin].values()).count((0, 1)) == 1
    assert len(set(asked.values())) == 1


def test_the_rows_go_on_page_by_page(bad_review, one, monkeypatch):
    monkeypatch.setattr("haochaping.doors.oversight.figure_rows.ON_PAGE", 1)
    first, second = (bad_review(f"YC-0000003{n}", at=timezone.now() - timedelta(days=n)) for n in (5, 2))

    html = page(one, "?measure=rectification_rate", "rows")
    following = html.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")

    assert f"/desk/orders/{second.order_id}" in html
    assert f"/desk/orders/{first.order_id}" not in html
    assert f"/desk/orders/{first.order_id}" in page(one, following, "rows")


def test_figures_and_rows_can_be_taken_away(late, one):
    table = page(one, "?by=division", "table.csv")
    rows = page(one, "?measure=on_time_contact_rate", "rows.csv")

    assert table.count("on_time_contact_rate") == 2
    assert f"{worlds.COUNTY},河湾区,on_time_contact_rate,First contact on time,,,,0,1," in table
    assert str(late.order_id) in rows
    assert all("+08:00" in text for text in (table, rows))
    assert all("+00:00" not in text for text in (table, rows))
    assert Entry.objects.filter(subject_kind="figure", subject_id="on_time_contact_rate").count() == 1
    chinese = one.get(f"{FIGURES}rows.csv?measure=on_time_contact_rate", headers={"accept-language": "zh"})
    mark, heading, *_ = chinese.content.decode().splitlines()
    assert " · supervisor-one · " in mark
    assert "不得外传" in mark
    assert heading.startswith("工单,")


def test_a_file_says_of_published_figures_what_the_public_one_says(late, one, client):
    address = f"/divisions/{worlds.COUNTY}/measures.csv"
    public = client.get(address, headers={"accept-language": "en"}).content.decode("utf-8-sig")
    heading, *rows = csv.reader(StringIO(public))

    text = page(one, f"?division={worlds.COUNTY}", "table.csv").removeprefix("\ufeff")
    its_heading, *its_rows = csv.reader(StringIO(text))

    assert its_heading == heading
    of_here = {row[2]: row[:-1] for row in its_rows if row[0] == worlds.COUNTY}
    assert {row[2]: row[:-1] for row in rows}.items() <= of_here.items()
    assert {measure.name for measure in (*MEASURES, *INSIDE, *OF_VOICES)} == of_here.keys()


def test_a_table_taken_away_is_recorded_with_what_it_was_divided_by(late, one):
    page(one, f"?agency={worlds.AGENCY}&by=staff", "table.csv")
    page(one, "?by=division", "table.csv")

    taken = Entry.objects.filter(kind=EntryKind.EXPORTED, subject_kind="figure_table").order_by("id")
    assert [(entry.subject_id, entry.facts.get("agency"), entry.facts["rows"]) for entry in taken] == [
        ("staff", worlds.AGENCY, "0"),
        ("division", None, "1"),
    ]


def test_whoever_has_been_away_confirms_before_taking_figures(late, one):
    session = one.session
    for record in session["account_authentication_methods"]:
        record["at"] -= WINDOW.total_seconds() + 60
    session.save()

    for path in ("table.csv", "rows.csv"):
        answer = one.get(f"{FIGURES}{path}")
        assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    assert not Entry.objects.filter(kind=EntryKind.EXPORTED).exists()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        # The place itself, and one of the months it is divided into.
        ("table.csv?by=month&from=2025-01-01&to=2025-03-31", {worlds.CITY, "2025-03"}),
        ("rows.csv?measure=rectification_rate", None),
    ],
)
def test_a_file_of_figures_is_cut_and_says_so(bad, late, one, monkeypatch, query, names):
    for page_of in ("figures", "figure_rows"):
        monkeypatch.setattr(f"haochaping.doors.oversight.{page_of}.EXPORT_AT_MOST", 1)

    mark, _, *rows = page(one, query).removeprefix("\ufeff").splitlines()

    assert "only the first 1 are taken away" in mark
    assert len(rows) == 1 if names is None else {row.split(",")[0] for row in rows} == names
    assert Entry.objects.get(kind=EntryKind.EXPORTED).facts["rows"] == "1"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("division=1", 404),
        ("agency=1", 404),
        ("item=1", 404),
        (f"division={worlds.OTHER_CITY}", 403),
        (f"division={worlds.PROVINCE}", 403),
        (f"agency={worlds.OTHER_AGENCY}", 403),
        (f"item={worlds.OTHER_ITEM}", 403),
        ("from=2026-13-01", 422),
        ("from=2026-02-01&to=2026-01-01", 422),
        ("agency=%00", 404),
        ("item=%00", 404),
        ("measure=none", 404),
        ("by=none&after=x", 200),
        (f"item={worlds.ITEM}", 200),
    ],
)
def test_a_place_or_day_that_will_not_do(late, one, query, status):
    assert one.get(f"{FIGURES}?{query}").status_code == status


@pytest.mark.parametrize("path", ["rows", "table.csv", "rows.csv"])
def test_behind_no_period_are_no_rows(one, path):
    assert one.get(f"{FIGURES}{path}?from=x").status_code == 404


def test_another_division_sees_neither_number_nor_row(late, supervisor_of: Callable[..., Client]):
    other = supervisor_of("other", worlds.OTHER_CITY)

    assert lines(other)["Bad reviews answered"] == (0, 0)
    assert "/desk/orders/" not in page(other, "?measure=rectification_rate", "rows")


def test_agencies_have_no_door_to_it(bad, clerk):
    assert clerk.get(FIGURES).status_code == 403
