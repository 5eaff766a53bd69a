"""理由: every expected no of the house, from the `Reason` constants of rooms and doors."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import haochaping
from docs.generate.pages import both, code, table
from haochaping.kernel.refused import Reason

_PACKAGE = Path(haochaping.__file__).parent


@dataclass(frozen=True, slots=True)
class Place:
    """The module of a room or door and the reasons that are written there."""

    module: str
    reasons: tuple[Reason, ...]


def places() -> list[Place]:
    """Every module that names reasons, by its dotted name."""
    found = []
    for path in sorted(_PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if " = Reason(" in text:
            name = ".".join(path.relative_to(_PACKAGE).with_suffix("").parts)
            values = vars(import_module(f"haochaping.{name}"))
            here = (v for n, v in values.items() if isinstance(v, Reason) and f"\n{n} = Reason(" in text)
            found.append(Place(name, tuple(here)))
    return [place for place in found if place.reasons]


def pages() -> dict[str, str]:
    """One page: a table for each room or door."""
    sections = [
        f"## {place.module.removesuffix('.terms')}\n\n"
        + table(
            ["代码 code", "句子 sentence", "怎么办 remedy"],
            [[code(r.code), both(r.message), both(r.remedy)] for r in place.reasons],
        )
        for place in places()
    ]
    return {"reasons.md": _INTRODUCTION + "\n".join(sections)}


_INTRODUCTION = """# 理由代码 · Reasons

系统每一次说“不”都有一个代码、一句话和一个办法。代码供程序使用，不会改变；句子按使用者的语言给出，花括号里的是当时的值。

Every expected “no” has a stable code, a sentence and a remedy; the sentence comes in the reader's language.

"""
