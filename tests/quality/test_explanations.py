"""来源说明: a source is asked before its figures are withheld, what it says lifts nothing, and the public reads both."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from haochaping.doors.quality import checked
from haochaping.exchange.quality import actions, queries
from haochaping.exchange.quality.models import FigureExplanation, WithheldFigure
from haochaping.exchange.quality.rules import RULES, concerning, withheld_at
from haochaping.exchange.quality.terms import HeldPlace
from haochaping.flows import judge_quality
from haochaping.kernel.actor import OPERATOR, SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.periods import Period
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.notices.models import StaffNotice
from haochaping.rulebook.models import CalendarDay
from tests import worlds
from tests.quality import clean as clean_world
from tests.quality.clean import DAY, EVENING
from tests.quality.mutations import more_reviews_than_services

pytestmark = pytest.mark.django_db
NIGHT = EVENING + timedelta(hours=9)
LATER = EVENING + timedelta(days=7)
STEWARD = Actor(
    ActorKind.STAFF,
    "steward",
    powers=frozenset({"quarantine.manage"}),
    scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.CITY}."),
)
ELSEWHERE = replace(STEWARD, scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}."))
PATH = f"{worlds.PROVINCE}.{worlds.CITY}."


@pytest.fixture
def asked() -> WithheldFigure:
    """Figures of the hall that do not add up, found in the night."""
    more_reviews_than_services(clean_world.build())
    judge_quality.judge_day(DAY, by=OPERATOR, now=NIGHT)
    return WithheldFigure.objects.get()


def withheld() -> dict[str, str]:
    return withheld_at(queries.withheld(Period(DAY, DAY)), PATH)


def entries(*kinds: EntryKind) -> list[tuple[int, str]]:
    rows = Entry.objects.filter(kind__in=kinds).order_by("recorded_at", "id")
    return [(row.kind, row.facts.get("state", "")) for row in rows]


def test_a_source_has_three_working_days_before_its_figures_are_withheld(asked: WithheldFigure):
    """Found on Tuesday the 2nd: Wednesday, Thursday and Friday are its days."""
    assert asked.withheld_at is None
    assert asked.explain_by is not None
    assert asked.explain_by.isoformat() == "2026-06-05T09:30:00+00:00"
    assert withheld() == {}

    assert judge_quality.withhold_due(by=SYSTEM, now=asked.explain_by - timedelta(minutes=1)) == 0
    assert withheld() == {}
    assert [judge_quality.withhold_due(by=SYSTEM, now=LATER) for _ in range(2)] == [1, 0]

    assert withheld() == dict.fromkeys(RULES["DQ-01"].withholds, "DQ-01")
    assert entries(EntryKind.FIGURE_ASKED, EntryKind.FIGURE_WITHHELD) == [
        (EntryKind.FIGURE_ASKED, "asked"),
        (EntryKind.FIGURE_WITHHELD, ""),
    ]


def test_stewards_are_told_when_asked_and_when_withheld_with_the_supervisors(asked: WithheldFigure):
    judge_quality.judge_day(DAY, by=OPERATOR, now=NIGHT + timedelta(days=1))
    judge_quality.withhold_due(by=SYSTEM, now=LATER)

    told = StaffNotice.objects.filter(subject_kind="figures").order_by("at")
    assert [(one.kind, one.subject_id) for one in told] == [
        ("figure_asked", worlds.SOURCE),
        ("figure_withheld", worlds.SOURCE),
    ]
    assert told[0].facts == {"agency": "云城市政务大厅"}


def test_what_is_put_right_in_time_is_never_withheld(asked: WithheldFigure):
    worlds.take_case("YC-NEVER-SENT", EVENING + timedelta(hours=1), accepted_at=EVENING.isoformat())
    judge_quality.judge_day(DAY, by=OPERATOR, now=NIGHT + timedelta(days=1))

    assert judge_quality.withhold_due(by=SYSTEM, now=LATER) == 0

    row = WithheldFigure.objects.get()
    assert (row.withheld_at, row.lifted_at) == (None, NIGHT + timedelta(days=1))
    assert entries(EntryKind.FIGURE_ASKED, EntryKind.FIGURE_WITHHELD, EntryKind.FIGURE_RELEASED) == [
        (EntryKind.FIGURE_ASKED, "asked"),
        (EntryKind.FIGURE_ASKED, "settled"),
    ]


def test_an_explanation_is_kept_and_lifts_nothing(asked: WithheldFigure):
    actions.explain(asked.id, " 一件办件晚到 ", by=STEWARD, now=NIGHT)
    judge_quality.withhold_due(by=SYSTEM, now=LATER)

    [row] = queries.figures_to_explain(STEWARD)
    assert (row.explanation, row.explained_by, row.explained_at) == ("一件办件晚到", "staff:steward", NIGHT)
    assert row.withheld_at == LATER
    assert withheld() == dict.fromkeys(RULES["DQ-01"].withholds, "DQ-01")
    entry = Entry.objects.get(kind=EntryKind.FIGURE_EXPLAINED)
    assert (entry.subject_id, entry.facts) == (worlds.SOURCE, {"rule": "DQ-01", "day": "2026-06-01"})


@pytest.mark.parametrize(
    ("by", "text", "code"),
    [
        (worlds.NOBODY, "晚到", "not_allowed"),
        (worlds.PUBLISHER, "晚到", "not_allowed"),
        (ELSEWHERE, "晚到", "no_such_figure"),
        (STEWARD, " \n", "explanation_missing"),
        (STEWARD, "长" * 301, "too_long"),
        (STEWARD, "晚\x00到", "control_characters"),
    ],
    ids=["nobody", "a publisher", "another city's", "nothing said", "too long", "control characters"],
)
def test_what_is_no_explanation(asked: WithheldFigure, by: Actor, text: str, code: str):
    with pytest.raises(Refused, match=code):
        actions.explain(asked.id, text, by=by, now=NIGHT)

    assert not FigureExplanation.objects.exists()
    assert entries(EntryKind.FIGURE_EXPLAINED) == []


def test_it_is_explained_once(asked: WithheldFigure):
    actions.explain(asked.id, "晚到", by=STEWARD, now=NIGHT)

    with pytest.raises(Refused, match="already_explained"):
        actions.explain(asked.id, "别的原因", by=STEWARD, now=NIGHT)

    assert FigureExplanation.objects.get().text == "晚到"


def test_what_adds_up_needs_no_explanation(asked: WithheldFigure):
    WithheldFigure.objects.update(lifted_at=NIGHT)

    with pytest.raises(Refused, match="no_such_figure"):
        actions.explain(asked.id, "晚到", by=STEWARD, now=NIGHT)
    assert queries.figures_to_explain(STEWARD) == []


def test_stewards_see_their_own_sources_only(asked: WithheldFigure):
    assert [one.source for one in queries.figures_to_explain(STEWARD)] == [worlds.SOURCE]
    assert queries.figures_to_explain(ELSEWHERE) == queries.figures_to_explain(worlds.NOBODY) == []


def test_a_deadline_that_no_calendar_tells_begins_once_one_does(asked: WithheldFigure):
    WithheldFigure.objects.update(explain_by=None)
    days = list(CalendarDay.objects.filter(day__gt=DAY).values())
    CalendarDay.objects.filter(day__gt=DAY).delete()
    assert judge_quality.withhold_due(by=SYSTEM, now=LATER) == 0

    CalendarDay.objects.bulk_create(CalendarDay(**day) for day in days)

    assert judge_quality.withhold_due(by=SYSTEM, now=LATER) == 1


def test_figures_of_no_source_are_withheld_at_once_and_the_database_knows(asked: WithheldFigure):
    with pytest.raises(IntegrityError, match="withheld_figure_asks_a_source"), transaction.atomic():
        WithheldFigure.objects.update(source="")


def test_only_what_concerns_a_place_is_said_there():
    rows = [
        HeldPlace("DQ-01", "99.9901.", below=True, is_withheld=False),
        HeldPlace("DQ-02", "99.", below=False),
    ]

    assert concerning(rows, "99.9901.990101.") == rows[:1]
    assert concerning(rows, "99.") == rows[1:]
    assert withheld_at(rows, "99.9901.") == {}


class TestPublicWords:
    def at(self, client, asked: WithheldFigure, **query: str) -> str:
        period = {"from": "2026-06-01", "to": "2026-06-30"}
        answer = client.get(reverse("division", args=[worlds.CITY]), period | query)
        return str(answer.content.decode())

    def test_in_its_days_the_figures_stand_and_are_marked(self, asked: WithheldFigure, client):
        page = self.at(client, asked)

        assert "数据核对中：总评价数大于办件量" in page
        assert "云城市政务大厅" in page
        assert "期限内指标照常公布" in page
        assert "，暂不公布" not in page

    def test_afterwards_they_are_withheld_and_it_says_that_nobody_explained(
        self, asked: WithheldFigure, client
    ):
        judge_quality.withhold_due(by=SYSTEM, now=LATER)

        page = self.at(client, asked)

        assert "数据核对中：总评价数大于办件量" in page
        assert "来源未作说明" in page
        assert "，暂不公布" in page

    def test_an_explanation_is_told_with_its_day_and_not_with_its_words(self, asked: WithheldFigure, client):
        actions.explain(asked.id, "窗口网络中断", by=STEWARD, now=NIGHT)
        judge_quality.withhold_due(by=SYSTEM, now=LATER)

        page = self.at(client, asked)

        assert "来源已于2026年6月2日作出说明" in page
        assert "窗口网络中断" not in page

    def test_a_place_of_another_city_says_nothing(self, asked: WithheldFigure, client):
        answer = client.get(reverse("division", args=[worlds.OTHER_CITY]))

        assert "数据核对中" not in answer.content.decode()


@pytest.mark.parametrize("explain_by", [None, EVENING])
def test_every_state_has_its_words(explain_by):
    row = HeldPlace(
        "DQ-01",
        "99.",
        below=True,
        is_withheld=False,
        source_name="大厅",
        first_day=DAY,
        last_day=DAY,
        explain_by=explain_by,
    )
    for one in (
        row,
        row._replace(is_withheld=True),
        row._replace(explained_at=EVENING, last_day=LATER.date()),
    ):
        title, text = checked(one)
        assert title.startswith("数据核对中")
        assert "大厅" in text
    assert all(checked(HeldPlace("DQ-02", "99.", below=False)))
