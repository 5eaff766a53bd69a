"""`haochaping samples explain` as somebody types it who wants to draw again."""

from __future__ import annotations

import json

from haochaping.directory import queries as directory
from haochaping.kernel.actor import SYSTEM
from haochaping.ledger import actions as ledger
from haochaping.supervision import rules
from haochaping.supervision.actions import samples
from haochaping.supervision.models import SampleDraw
from haochaping.supervision.queries import samples as queries
from haochaping.supervision.terms import DrawList, SampleKind
from tests import worlds
from tests.doors.commands.test_commands import run
from tests.supervision.conftest import DRAWN, MAY, SERVED

WORDS = ("samples", "explain", "2026-05", worlds.COUNTY)


def drawn() -> str:
    """One review, drawn; its number."""
    worlds.build(SERVED)
    worlds.take_case("YC-1", SERVED)
    given = worlds.give("YC-1", 5, SERVED)
    ledger.chain(now=SERVED)
    county = directory.division(worlds.COUNTY)
    assert county is not None
    assert given.id is not None
    lot = queries.lot_of(MAY, queries.tickets(SampleKind.GOOD, MAY, [given.id]), 1)
    samples.draw(county.id, county.code, MAY, SampleKind.GOOD, lot=lot, by=SYSTEM, now=DRAWN)
    return str(given.id)


def test_seed_list_and_ranks_are_shown_and_hold(committed_db):
    review = drawn()
    made = SampleDraw.objects.get()
    seed = rules.seed(made.head, worlds.COUNTY, MAY)

    shown = run(*WORDS)

    assert shown.exit_code == 0, shown.output
    for part in (seed, made.list_hash, review, "1 of 1 review", "The draw holds."):
        assert part in shown.output
    [told] = json.loads(run(*WORDS, "--json").output)
    assert (told["seed"], told["size"], told["holds"]) == (seed, 1, True)
    assert [one["review"] for one in told["ranks"]] == [review]
    assert told["reviews"] == [{"ticket": told["ranks"][0]["ticket"], "review": review}]


def test_a_draw_from_before_the_ledger_says_so_and_its_kind_in_words(committed_db):
    drawn()
    SampleDraw.objects.update(head_index=-1)

    shown = run(*WORDS)

    assert "Good reviews (levels 3 to 5): seed " in shown.output
    assert "the ledger had no link before the end of the month" in shown.output
    assert "link -1" not in shown.output
    assert json.loads(run(*WORDS, "--json").output)[0]["index"] is None


def test_another_seed_is_found(committed_db):
    drawn()
    SampleDraw.objects.update(head="0" * 64)

    shown = run(*WORDS)

    assert shown.exit_code == 1
    assert "does not hold" in shown.output


def test_what_was_not_drawn_is_said(committed_db):
    assert "has been drawn" in run(*WORDS).output
    assert run(*WORDS).exit_code == 1
    assert "is not a month" in run("samples", "explain", "May", worlds.COUNTY).output


TICKETS = [f"{n:032x}" for n in range(5)]
LISTED = DrawList(f"{'0' * 64}|{worlds.COUNTY}|2026-05", 2, rules.population_digest(TICKETS), tuple(TICKETS))


def test_a_published_list_is_drawn_from_again_without_any_installation(tmp_path):
    file = tmp_path / "list.txt"
    file.write_text(rules.list_text(LISTED))

    shown = run("samples", "redraw", str(file))

    assert shown.exit_code == 0, shown.output
    assert LISTED.list_hash in shown.output
    [told] = json.loads(run("samples", "redraw", str(file), "--json").output)
    assert [one["ticket"] for one in told["ranks"]] == rules.drawn(LISTED.seed, TICKETS, 2)
    assert (told["population"], told["size"], told["same_list"]) == (5, 2, True)


def test_a_list_from_which_a_ticket_was_taken_is_found(tmp_path):
    file = tmp_path / "list.txt"
    file.write_text(rules.list_text(LISTED).removesuffix(f"{TICKETS[-1]}\n"))

    shown = run("samples", "redraw", str(file))

    assert shown.exit_code == 1
    assert "not the one that it names" in shown.output
    assert json.loads(run("samples", "redraw", str(file), "--json").output)[0]["same_list"] is False


def test_what_is_no_list_is_said(tmp_path):
    file = tmp_path / "list.txt"
    file.write_bytes(b"\xff# seed")

    shown = run("samples", "redraw", str(file))

    assert shown.exit_code == 1
    assert "no list of a sample" in shown.output
