"""The text with its marks, and the places in what was written."""

from __future__ import annotations

from haochaping.publicity.redaction.spans import HIDDEN, Hiding, Span
from haochaping.publicity.terms import PersonalKind

NAME, NUMBER = PersonalKind.NAME, PersonalKind.NUMBER


def test_places_are_those_of_the_original_after_others_were_hidden():
    hiding = Hiding("abcdefghij")

    hiding.hide([Span(1, 3, NAME), Span(5, 6, NAME)])
    assert hiding.text == f"a{HIDDEN}de{HIDDEN}ghij"
    at = hiding.text.index("h")
    hiding.hide([Span(at, at + 1, NUMBER), Span(0, 1, NUMBER)])

    assert hiding.spans == [Span(0, 1, NUMBER), Span(1, 3, NAME), Span(5, 6, NAME), Span(7, 8, NUMBER)]
    assert hiding.text == f"{HIDDEN}{HIDDEN}de{HIDDEN}g{HIDDEN}ij"


def test_what_reaches_into_a_mark_takes_all_of_it():
    hiding = Hiding("abcdefghij")
    hiding.hide([Span(2, 6, NAME)])

    hiding.hide([Span(0, 3, NUMBER)])
    assert hiding.spans == [Span(0, 6, NUMBER)]
    hiding.hide([Span(2, 7, NAME)])

    assert hiding.spans == [Span(0, 10, NAME)]
    assert hiding.text == HIDDEN


def test_what_overlaps_is_one_of_the_kind_of_the_longest():
    hiding = Hiding("abcdefghij")

    hiding.hide([Span(0, 2, NAME), Span(1, 6, NUMBER), Span(6, 8, NAME)])

    assert hiding.spans == [Span(0, 6, NUMBER), Span(6, 8, NAME)]
