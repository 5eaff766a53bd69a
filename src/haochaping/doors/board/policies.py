"""`/policies`: what the rules behind this site say, in short; `/how-to-rate`: every way to give a review."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_safe

from haochaping.doors.compression import compressed
from haochaping.doors.gate import public
from haochaping.reviews.rules import is_bad
from haochaping.reviews.terms import Level
from haochaping.ui.readings import either

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_TEXTS = resources.files("haochaping.doors.board").joinpath("texts")


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a text: a heading, a paragraph (one line each) or a list (a line for each of its points)."""

    kind: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Text:
    """A text that is kept with the program, in one language."""

    name: str
    title: str
    blocks: list[Block]


@public(database=False)
@require_safe
@compressed
def policies(request: HttpRequest) -> HttpResponse:
    """Summaries of the national rules, each with number, date and where it was read."""
    return render(request, "board/policies.html", {"texts": texts(either("zh", "en"))})


@public(database=False)
@require_safe
@compressed
def how_to_rate(request: HttpRequest) -> HttpResponse:
    """Every way to give a review, and what becomes of it."""
    return render(
        request, "board/how_to_rate.html", {"levels": [(level.value, is_bad(level)) for level in Level]}
    )


@cache
def texts(language: str) -> list[Text]:
    """The texts of a language in the order of their names, which begin with a number."""
    files = sorted(
        (file for file in _TEXTS.iterdir() if file.name.endswith(f".{language}.md")),
        key=lambda file: file.name,
    )
    return [read(file.name.split(".")[0], file.read_text(encoding="utf-8")) for file in files]


def read(name: str, written: str) -> Text:
    """A text written in the little Markdown that we need: a title, headings, paragraphs, lists, each apart by an empty line.

    Raises:
        ValueError: it does not begin with a title.
    """
    first, *parts = [part.splitlines() for part in written.strip().split("\n\n")]
    if len(first) != 1 or not first[0].startswith("# "):
        raise ValueError(name)
    return Text(name, first[0][2:], [_block(lines) for lines in parts])


def _block(lines: list[str]) -> Block:
    if all(line.startswith("- ") for line in lines):
        return Block("list", [line[2:] for line in lines])
    if len(lines) == 1 and lines[0].startswith("## "):
        return Block("heading", [lines[0][3:]])
    return Block("paragraph", lines)
