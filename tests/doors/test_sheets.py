"""Files that people take away: what opens them finds texts, and the mark of who took them."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from haochaping.doors.sheets import csv_answer, xlsx_answer

MARK = "导出 7 · clerk · <a> & =1"
NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def test_a_csv_has_its_mark_above_the_heading_and_no_formula():
    answer = csv_answer("orders.csv", ["A", "B"], [["=1+1", "两\n行"]], mark=MARK)

    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [[MARK], ["A", "B"], ["'=1+1", "两\n行"]]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="orders.csv"'
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_csv_without_a_mark_begins_with_its_heading():
    assert csv_answer("x.csv", ["A"], [["1"]]).content.decode("utf-8-sig") == "A\r\n1\r\n"


def test_a_workbook_holds_the_same_as_texts():
    answer = xlsx_answer("orders.xlsx", ["A", "B"], [["＝1", "a & <b>\x0b\uffff"]], mark=MARK)

    with ZipFile(BytesIO(answer.content)) as book:
        assert book.testzip() is None
        parts = {name: ET.fromstring(book.read(name)) for name in book.namelist()}  # noqa: S314
    sheet = parts["xl/worksheets/sheet1.xml"]
    texts = ["".join(text.itertext()) for text in parts["xl/sharedStrings.xml"].iterfind("m:si", NS)]
    rows = [
        [texts[int("".join(cell.itertext()))] for cell in row.iterfind("m:c", NS)]
        for row in sheet.iterfind(".//m:row", NS)
    ]
    assert rows == [[MARK], ["A", "B"], ["'＝1", "a & <b>"]]
    assert sheet.find(".//m:f", NS) is None
    assert sheet.findtext(".//m:oddHeader", namespaces=NS) == "&L" + MARK.replace("&", "&&")
