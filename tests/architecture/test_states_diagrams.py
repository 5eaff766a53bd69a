"""The state diagram in a room's README is the one its dictionary makes."""

from __future__ import annotations

import pytest

from docs.generate.diagrams import BEGIN, END, PACKAGE, diagram, mermaid, redrawn, rooms, steps


@pytest.mark.parametrize("room", rooms())
def test_readme_shows_the_states_as_they_are(room: str):
    readme = (PACKAGE / room / "README.md").read_text(encoding="utf-8")

    # When this fails: python -m docs.generate.diagrams
    assert redrawn(readme, room) == readme


def test_rooms_with_states_are_found():
    assert {"cases", "notices", "rectification"} <= set(rooms())


def test_moves_are_written_on_the_arrows():
    drawn = mermaid(steps({("open", "wait"): "open", ("open", "shut"): "closed"}))

    assert drawn.splitlines() == [
        "stateDiagram-v2",
        "    [*] --> open",
        "    open --> open: wait",
        "    open --> closed: shut",
        "    closed --> [*]",
    ]


def test_a_dictionary_of_states_draws_every_step_but_staying():
    drawn = mermaid(
        steps({"new": frozenset({"new", "old", "gone"}), "old": frozenset({"old"}), "gone": frozenset()})
    )

    assert drawn.splitlines()[2:] == [
        "    new --> gone",
        "    new --> old",
        "    gone --> [*]",
        "    old --> [*]",
    ]


def test_only_what_stands_between_the_markers_is_redrawn():
    stale = f"# cases\n{BEGIN}\nold\n{END}\nafter\n"

    assert redrawn(stale, "cases") == f"# cases\n{BEGIN}{diagram('cases')}{END}\nafter\n"


def test_a_readme_without_markers_is_an_error():
    with pytest.raises(ValueError, match="unpack"):
        redrawn("# cases", "cases")
