"""通报 writes: one exit each with its entry, two persons, and a database that lets nobody change what stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from haochaping.flows import make_circular
from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.publicity.circulars import actions, queries
from haochaping.publicity.circulars.models import Circular, CircularStep, CircularText
from haochaping.publicity.circulars.rules import AFTER, after, digest
from haochaping.publicity.circulars.terms import TEXT_LIMIT, Block, CircularMove, CircularState
from tests import worlds

from . import town
from .town import SECOND, WRITER

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor

M, S = CircularMove, CircularState


@pytest.mark.parametrize(("state", "step"), list(product(S, M)))
def test_what_stands_in_no_list_cannot_be_done(state: CircularState, step: CircularMove):
    allowed = {
        S.DRAFT: {M.WRITE, M.SUBMIT, M.DISCARD},
        S.SUBMITTED: {M.TAKE_BACK, M.GIVE_BACK, M.SIGN},
        S.SIGNED: set(),
        S.DISCARDED: set(),
    }

    assert (after(state, step) is not None) == (step in allowed[state])
    assert all(end in S for end in AFTER.values())


@pytest.fixture
def _town(now: datetime) -> None:
    town.build(now)


pytestmark = [pytest.mark.usefixtures("_town"), pytest.mark.django_db]


def told() -> list[tuple[str, str]]:
    """Who has done what with circulars, as the ledger has it; in no order, for all of it happens in one moment."""
    rows = Entry.objects.filter(kind=EntryKind.CIRCULAR_MOVED)
    return sorted((row.actor, row.facts["move"]) for row in rows)


def test_a_draft_holds_first_texts_and_is_in_the_ledger(now: datetime):
    made = town.made(now)

    sheet = queries.sheet(made, by=WRITER)
    assert (sheet.row.state, sheet.row.number, sheet.row.name) == (S.DRAFT, 1, "河湾区")
    assert sheet.text(Block.INTRODUCTION) == "概况"
    assert [one.move for one in sheet.steps] == [M.MAKE]
    assert told() == [("staff:11", "make")]


def test_every_version_of_a_text_stays(now: datetime):
    made = town.made(now)

    assert actions.write(made, Block.FINDINGS, "第一稿", seen=1, by=WRITER, now=now) == 2
    assert actions.write(made, Block.FINDINGS, " 第二稿\r\n", seen=2, by=SECOND, now=now) == 3
    assert actions.write(made, Block.FINDINGS, "第二稿", seen=1, by=SECOND, now=now) == 3

    texts = queries.sheet(made, by=WRITER).texts[Block.FINDINGS]
    assert [(one.text, one.written_by) for one in texts] == [
        ("发现", "staff:11"),
        ("第一稿", "staff:11"),
        ("第二稿", "staff:12"),
    ]
    assert told() == [("staff:11", "make"), ("staff:11", "write"), ("staff:12", "write")]
    entry = Entry.objects.get(kind=EntryKind.CIRCULAR_MOVED, actor="staff:12")
    assert (entry.facts["block"], entry.facts["version"]) == ("findings", "3")


def test_whoever_was_overtaken_overwrites_nobody(now: datetime):
    made = town.made(now)
    actions.write(made, Block.FINDINGS, "甲", seen=1, by=WRITER, now=now)

    with pytest.raises(Refused, match="text_changed"):
        actions.write(made, Block.FINDINGS, "乙", seen=1, by=SECOND, now=now)

    assert queries.sheet(made, by=WRITER).text(Block.FINDINGS) == "甲"


@pytest.mark.parametrize(
    ("text", "code"), [("好" * (TEXT_LIMIT + 1), "text_too_long"), ("一\x00二", "forbidden_characters")]
)
def test_texts_that_cannot_be_kept_are_refused(now: datetime, text: str, code: str):
    made = town.made(now)

    with pytest.raises(Refused, match=code):
        actions.write(made, Block.FINDINGS, text, seen=1, by=WRITER, now=now)


def test_the_longest_text_is_kept(now: datetime):
    made = town.made(now)

    actions.write(made, Block.FINDINGS, "好" * TEXT_LIMIT, seen=1, by=WRITER, now=now)

    assert len(queries.sheet(made, by=WRITER).text(Block.FINDINGS)) == TEXT_LIMIT


def test_nothing_is_submitted_without_all_its_texts(now: datetime):
    made = town.made(now)

    with pytest.raises(Refused, match="block_empty") as refused:
        actions.move(made, M.SUBMIT, by=WRITER, now=now)

    assert refused.value.complaint.field == Block.DEMANDS
    assert told() == [("staff:11", "make")]


def test_what_waits_for_a_signature_is_not_written(now: datetime):
    waiting = town.submitted(now)

    with pytest.raises(Refused, match="wrong_circular_state"):
        actions.write(waiting, Block.FINDINGS, "改", seen=1, by=SECOND, now=now)


def test_a_second_person_signs_and_the_signature_covers_figures_and_texts(now: datetime):
    signed = town.signed(now)

    sheet, row = queries.sheet(signed, by=WRITER), Circular.objects.get(id=signed)
    assert (sheet.row.state, sheet.row.signed_at) == (S.SIGNED, now)
    assert sheet.digest == digest(row.figures, {block: sheet.text(block) for block in Block})
    assert digest(row.figures, dict.fromkeys(Block, "")) != sheet.digest
    assert told() == [
        ("staff:11", "make"),
        ("staff:11", "submit"),
        ("staff:11", "write"),
        ("staff:12", "sign"),
    ]
    entry = Entry.objects.filter(kind=EntryKind.CIRCULAR_MOVED, facts__move="sign").get()
    assert entry.facts["digest"] == sheet.digest


@pytest.mark.parametrize(
    "same",
    [WRITER, replace(SECOND, staff_ids=WRITER.staff_ids)],
    ids=["one account", "two accounts of one staff member"],
)
@pytest.mark.parametrize("step", [M.SIGN, M.GIVE_BACK])
def test_one_person_does_not_sign_alone(now: datetime, same: Actor, step: CircularMove):
    waiting = town.submitted(now)

    with pytest.raises(Refused, match="one_person"):
        actions.move(waiting, step, reason="不妥", by=same, now=now)

    assert queries.sheet(waiting, by=WRITER).row.state == S.SUBMITTED


def test_the_database_does_not_let_one_person_sign(now: datetime):
    waiting = town.submitted(now)

    with pytest.raises(IntegrityError, match="circular_two_persons"), transaction.atomic():
        Circular.objects.filter(id=waiting).update(
            state=S.SIGNED, signed_by="staff:11", signed_at=now, digest="x"
        )


def test_what_is_given_back_is_a_draft_again_with_the_reason(now: datetime):
    waiting = town.submitted(now)

    with pytest.raises(Refused, match="giving_back_needs_reason"):
        actions.move(waiting, M.GIVE_BACK, reason=" ", by=SECOND, now=now)
    actions.move(waiting, M.GIVE_BACK, reason="缺少整改期限", by=SECOND, now=now)

    sheet = queries.sheet(waiting, by=WRITER)
    assert (sheet.row.state, sheet.submitted_by) == (S.DRAFT, "")
    assert (sheet.steps[-1].move, sheet.steps[-1].reason) == (M.GIVE_BACK, "缺少整改期限")
    assert ("staff:12", "give_back") in told()


def test_only_whoever_submitted_it_takes_it_back(now: datetime):
    waiting = town.submitted(now)

    with pytest.raises(Refused, match="wrong_circular_state"):
        actions.move(waiting, M.TAKE_BACK, by=SECOND, now=now)
    actions.move(waiting, M.TAKE_BACK, by=WRITER, now=now)

    assert queries.sheet(waiting, by=WRITER).row.state == S.DRAFT


def test_one_draft_at_a_time_and_a_discarded_one_makes_room(now: datetime):
    made = town.made(now)
    with pytest.raises(Refused, match="already_drafted"):
        town.made(now, by=SECOND)

    actions.move(made, M.DISCARD, by=WRITER, now=now)
    later = now + timedelta(minutes=1)
    again = town.made(later)

    assert [(row.id, row.number, row.state) for row in queries.listed(WRITER, limit=9)] == [
        (again, 2, S.DRAFT),
        (made, 1, S.DISCARDED),
    ]


def test_a_correction_names_the_one_whose_place_it_takes(now: datetime):
    signed = town.signed(now)
    with pytest.raises(Refused, match="circular_already_signed"):
        town.made(now)
    with pytest.raises(Refused, match="correction_needs_reason"):
        make_circular.correct(signed, reason="", words=town.words, by=WRITER, now=now)

    other = make_circular.correct(signed, reason="漏报", words=town.words, by=WRITER, now=now)

    sheet, former = queries.sheet(other, by=WRITER), queries.sheet(signed, by=WRITER)
    assert sheet.former == former.row
    assert former.later == sheet.row
    assert (sheet.row.number, sheet.correction) == (2, "漏报")
    entry = Entry.objects.filter(kind=EntryKind.CIRCULAR_MOVED, subject_id=str(other)).get()
    assert entry.facts["corrects"] == str(signed)
    for twice in (signed, other):
        with pytest.raises(Refused):
            make_circular.correct(twice, reason="再次", words=town.words, by=WRITER, now=now)


def test_a_correction_is_signed_beside_the_first_one(now: datetime):
    first = town.signed(now)
    other = make_circular.correct(first, reason="漏报", words=town.words, by=WRITER, now=now)
    actions.write(other, Block.DEMANDS, "限期整改", seen=1, by=WRITER, now=now)
    actions.move(other, M.SUBMIT, by=WRITER, now=now)
    actions.move(other, M.SIGN, by=SECOND, now=now)

    third = make_circular.correct(other, reason="又漏", words=town.words, by=WRITER, now=now)

    assert queries.sheet(third, by=WRITER).row.number == 3
    actions.move(third, M.DISCARD, by=WRITER, now=now)
    with pytest.raises(Refused, match="corrected_already"):
        make_circular.correct(first, reason="晚了", words=town.words, by=WRITER, now=now)


@pytest.mark.parametrize("by", [OPERATOR, SYSTEM, worlds.NOBODY, worlds.PUBLISHER], ids=str)
def test_only_persons_with_the_power_make_one(now: datetime, by: Actor):
    with pytest.raises(Refused, match="not_allowed"):
        town.made(now, by=by)


def test_elsewhere_there_is_none(now: datetime):
    made = town.submitted(now)

    with pytest.raises(Refused, match="out_of_scope"):
        town.made(now, by=town.ELSEWHERE)
    for by in (town.ELSEWHERE, worlds.NOBODY, worlds.CLERK):
        assert queries.listed(by, limit=9) == []
        with pytest.raises(Refused, match="no_such_circular"):
            queries.sheet(made, by=by)
    with pytest.raises(Refused, match="no_such_circular"):
        actions.move(made, M.SIGN, by=town.ELSEWHERE, now=now)


def test_an_office_of_the_same_reach_without_the_power_changes_nothing(now: datetime):
    made = town.made(now)
    without = replace(SECOND, powers=frozenset())

    for attempt in (
        lambda: actions.write(made, Block.FINDINGS, "x", seen=1, by=without, now=now),
        lambda: actions.move(made, M.DISCARD, by=without, now=now),
        lambda: make_circular.correct(made, reason="x", words=town.words, by=without, now=now),
    ):
        with pytest.raises(Refused, match="not_allowed"):
            attempt()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE publicity_circular SET figures = '{}'",
        "UPDATE publicity_circular SET as_of = now()",
        "UPDATE publicity_circular SET digest = 'x'",
        "UPDATE publicity_circular SET state = 'draft'",
        "UPDATE publicity_circular_text SET text = 'x'",
        "DELETE FROM publicity_circular_text",
        "UPDATE publicity_circular_step SET reason = 'x'",
        "DELETE FROM publicity_circular_step",
        (
            "INSERT INTO publicity_circular_text (circular_id, block, version, text, written_by, written_at) "
            "SELECT id, 'findings', 9, 'x', 'x', now() FROM publicity_circular"
        ),
    ],
)
def test_what_is_signed_is_changed_by_nobody(now: datetime, statement: str):
    town.signed(now)
    before = (
        Circular.objects.values_list().get(),
        CircularText.objects.count(),
        CircularStep.objects.count(),
    )

    with (
        pytest.raises((IntegrityError, ProgrammingError)),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    after_ = Circular.objects.values_list().get(), CircularText.objects.count(), CircularStep.objects.count()
    assert after_ == before
