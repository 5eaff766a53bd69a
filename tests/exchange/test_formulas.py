"""Sheets as other programs write them: prefixes, cells without addresses, a formula without a value, a bomb."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from haochaping.exchange.formulas import formula_cells
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from pathlib import Path

WORKBOOK = (
    '<x:workbook xmlns:x="m" xmlns:r="r"><x:sheets><x:sheet name="a" r:id="R2"/></x:sheets></x:workbook>'
)
RELATIONS = (
    '<Relationships><Relationship Id="R1" Target="styles.xml"/>'
    '<Relationship Id="R2" Target="{target}"/></Relationships>'
)


ROOT = (
    '<Relationships><Relationship Id="R1" Type="t/metadata" Target="a.xml"/>'
    '<Relationship Id="R2" Type="t/officeDocument" Target="xl/workbook2.xml"/></Relationships>'
)


def book(path: Path, sheet: str, target: str = "worksheets/s.xml") -> Path:
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("_rels/.rels", ROOT)
        made.writestr("xl/workbook2.xml", WORKBOOK)
        made.writestr("xl/_rels/workbook2.xml.rels", RELATIONS.format(target=target))
        made.writestr("xl/worksheets/s.xml", sheet)
    return path


@pytest.mark.parametrize("target", ["worksheets/s.xml", "/xl/worksheets/s.xml"])
def test_the_first_formula_of_each_row_is_named(tmp_path: Path, target: str):
    sheet = (
        '<s><row r="2"><c r="A2"><v>1</v></c><c r="B2"><f>A2</f></c><c r="C2"><f>A2</f></c></row>'
        '<row r="9"><c r="AB9"><f t="shared" si="0"/></c></row></s>'
    )

    assert formula_cells(book(tmp_path / "t.xlsx", sheet, target)) == {2: "B2", 9: "AB9"}


def test_prefixes_and_missing_addresses_are_understood(tmp_path: Path):
    cells = "<x:c><x:v>1</x:v></x:c>" * 27
    sheet = f'<x:s xmlns:x="m"><x:row/><x:row>{cells}<x:c><x:f>A1</x:f></x:c></x:row></x:s>'

    assert formula_cells(book(tmp_path / "t.xlsx", sheet)) == {2: "AB2"}


def test_a_formula_is_found_wherever_a_piece_of_the_file_ends(tmp_path: Path):
    for more in range(8):
        sheet = f'<s>{" " * ((1 << 20) - 28 + more)}<row r="1"><c r="A1"><f>B1</f></c></row></s>'

        assert formula_cells(book(tmp_path / "t.xlsx", sheet)) == {1: "A1"}


def test_words_that_look_like_formulas_are_none(tmp_path: Path):
    sheet = '<s><formatting/><row r="1"><c r="A1"><v>&lt;f&gt;</v></c></row></s>'

    assert formula_cells(book(tmp_path / "t.xlsx", sheet)) == {}


@pytest.mark.parametrize(
    "sheet",
    [
        '<!DOCTYPE s [<!ENTITY a "aa">]><s><row><c><f>&a;</f></c></row></s>',
        "<s><row><c><f>",
        '<s><row r="x"><c><f/></c></row></s>',
    ],
)
def test_what_is_no_sheet_is_refused(tmp_path: Path, sheet: str):
    with pytest.raises(Refused) as refused:
        formula_cells(book(tmp_path / "t.xlsx", sheet))

    assert refused.value.code == "unreadable_file"


def test_a_book_without_a_sheet_is_refused(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w") as made:
        made.writestr("_rels/.rels", ROOT)
        made.writestr("xl/workbook2.xml", "<workbook/>")
        made.writestr("xl/_rels/workbook2.xml.rels", "<Relationships/>")

    with pytest.raises(Refused):
        formula_cells(tmp_path / "t.xlsx")


@pytest.mark.parametrize(("parts", "size"), [(1_001, 1), (1, 3 << 30)])
def test_a_file_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path, monkeypatch, parts: int, size: int):
    """As its list of contents says, which is read before anything else."""
    path = book(tmp_path / "t.xlsx", "<s/>")
    read = zipfile.ZipFile.infolist

    def claiming(of: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
        [first, *rest] = read(of)
        first.file_size = size
        return [first] * parts + rest

    monkeypatch.setattr(zipfile.ZipFile, "infolist", claiming)

    with pytest.raises(Refused, match="unpacks_too_large"):
        formula_cells(path)
