"""状态图: the mermaid diagram in a room's README, from the dictionary in its `states.py`.

`python -m docs.generate.diagrams` writes them; `tests/architecture/test_states_diagrams.py` fails while one is stale.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "haochaping"
BEGIN, END = "<!-- states -->", "<!-- /states -->"
# What else of a room goes through states, and the dictionary of it in `states.py`.
OTHERS = {"appeal": "APPEAL_TRANSITIONS", "reform": "REFORM_TRANSITIONS", "proposal": "PROPOSAL_TRANSITIONS"}

type Step = tuple[str, str, str]
"""From state, to state, and the move between them (empty where the dictionary names none)."""


def rooms() -> list[str]:
    """The rooms whose things go through states."""
    return sorted(path.parent.name for path in PACKAGE.glob("*/states.py"))


def steps(transitions: Mapping[object, object]) -> list[Step]:
    """The steps of either shape of dictionary: (state, move) → state, or state → states; staying put is no step there."""
    found: list[Step] = []
    for begin, end in transitions.items():
        if isinstance(begin, tuple):
            found.append((str(begin[0]), str(end), str(begin[1])))
        elif isinstance(end, frozenset):
            found += [(str(begin), state, "") for state in sorted(map(str, end)) if state != str(begin)]
    return found


def mermaid(drawn: Iterable[Step]) -> str:
    """The diagram: where a thing begins, its steps in the order of the dictionary, where it ends."""
    drawn = list(drawn)
    states = list(dict.fromkeys(state for begin, end, _ in drawn for state in (begin, end)))
    left = {begin for begin, end, _ in drawn if begin != end}
    lines = ["stateDiagram-v2", f"    [*] --> {states[0]}"]
    lines += [f"    {begin} --> {end}{': ' + move if move else ''}" for begin, end, move in drawn]
    lines += [f"    {state} --> [*]" for state in states if state not in left]
    return "\n".join(lines)


def diagram(room: str) -> str:
    """What stands between the markers of the room's README."""
    transitions = import_module(f"haochaping.{room}.states").TRANSITIONS
    return f"\n```mermaid\n{mermaid(steps(transitions))}\n```\n"


def redrawn(readme: str, room: str) -> str:
    """The README with its diagram as it must be now; raises ValueError where the markers are missing."""
    before, rest = readme.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return _others_redrawn(f"{before}{BEGIN}{diagram(room)}{END}{after}", room)


def _others_redrawn(readme: str, room: str) -> str:
    """The same for the dictionaries that stand beside the first one of a room."""
    for name, dictionary in OTHERS.items():
        transitions = getattr(import_module(f"haochaping.{room}.states"), dictionary, None)
        if transitions is None:
            continue
        begin, end = f"<!-- {name} states -->", f"<!-- /{name} states -->"
        before, rest = readme.split(begin, 1)
        _, after = rest.split(end, 1)
        readme = f"{before}{begin}\n```mermaid\n{mermaid(steps(transitions))}\n```\n{end}{after}"
    return readme


def write_all() -> None:
    """Bring every README up to date."""
    for room in rooms():
        path = PACKAGE / room / "README.md"
        path.write_text(redrawn(path.read_text(encoding="utf-8"), room), encoding="utf-8")


if __name__ == "__main__":
    write_all()
