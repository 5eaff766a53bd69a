from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haochaping.exchange import encodings, tables
from haochaping.kernel.refused import Refused
from haochaping.ui.sentences import say

SPREADSHEET = Path(__file__).resolve().parents[2] / "examples" / "cases.xlsx"
TABLE = "source,case_no,applicant.name,applicant.agent.phone,occurrences.no\nyc-hall,YC-1,张小满,139,1\nyc-hall,YC-2,,,\n"
FOUND = [
    {
        "source": "yc-hall",
        "case_no": "YC-1",
        "applicant": {"name": "张小满", "agent": {"phone": "139"}},
        "occurrences": [{"no": "1"}],
    },
    {"source": "yc-hall", "case_no": "YC-2"},
]


def read(path: Path, content: bytes) -> list[tables.Row]:
    path.write_bytes(content)
    return list(tables.rows(path))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "case_no,trips\n1,a\n2,b\n\n,c\n1\n2\n"),
        ("t.jsonl", '{"case_no": 1, "trips": "a"}\n{"case_no": "2"}\n\n{"trips": "c"}\n{"case_no": "1"}\n5'),
        (
            "torn.jsonl",
            '{"case_no": "1", \n{"case_no": "2"\n{"case_no": "1", "case_no": "2"}\n"case_no": "1"',
        ),
        ("in.jsonl", '{"said": {"case_no": "2"}}\n{"said": "\\\\", "case_no": "1"}\n{"case_no" : "2"}'),
    ],
)
def test_each_row_is_wanted_by_exactly_one_choice(tmp_path, name, content):
    """Who reads a file together shares it out: a row that is torn or names no case is somebody's too."""
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    whole = list(tables.rows(path))

    shares = [list(tables.some_rows(path, "case_no", n.__eq__)) for n in ("1", "2", "")]

    assert [[row for row in rows if row] for rows in zip(*shares, strict=True)] == [[row] for row in whole]


@pytest.mark.parametrize(
    "line",
    [
        '{"case_no": "1", "trips": "2"}',
        '{"trips": "2","case_no"\t:\t"1"}',
        '{"case_no": "\\u0031"}',
        '{"case\\u005fno": "1"}',
        '{"said": "\\"case_no\\": \\"2\\"", "case_no": "1"}',
        '{"said": {"case_no": "2"}, "case_no": "1"}',
        '{"said": "case_no", "case_no": "1", "no": "2"}',
        '{"case_no": 1}',
    ],
)
def test_the_records_of_a_case_are_wanted_by_one_choice_however_they_are_written(tmp_path, line):
    path = tmp_path / "t.jsonl"
    path.write_text(line, encoding="utf-8")

    [row] = tables.some_rows(path, "case_no", "1".__eq__)

    assert row == tables.Row(1, json.loads(line))
    assert list(tables.some_rows(path, "case_no", "2".__eq__)) == [None]


def refused(path: Path, content: bytes):
    with pytest.raises(Refused) as caught:
        read(path, content)
    assert say(caught.value.complaint).message
    return caught.value.complaint


def rows_or_complaint(path: Path, content: bytes):
    try:
        return read(path, content)
    except Refused as no:
        return no.complaint


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_in_the_encodings_that_occur(tmp_path, encoding, end):
    found = read(tmp_path / "t.csv", TABLE.replace("\n", end).encode(encoding))

    assert [row.fields for row in found] == FOUND
    assert [row.number for row in found] == [2, 3]
    assert [row.complaint for row in found] == [None, None]


def test_rare_characters_of_gb18030_survive(tmp_path):
    found = read(tmp_path / "t.csv", "name\n𠮷䶮\n".encode("gb18030"))

    assert found[0].fields == {"name": "𠮷䶮"}


def test_encoding_is_judged_by_the_whole_file_across_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr(encodings, "_CHUNK", 7)

    assert [row.fields for row in read(tmp_path / "t.csv", TABLE.encode())] == FOUND


def test_quoted_line_breaks_and_commas_stay_in_their_cell(tmp_path):
    found = read(tmp_path / "t.csv", b'a,b\n"x,\ny","say ""hi"""\nz,1\n')

    assert [row.fields for row in found] == [{"a": "x,\ny", "b": 'say "hi"'}, {"a": "z", "b": "1"}]


def test_blank_lines_are_counted_and_skipped(tmp_path):
    found = read(tmp_path / "t.csv", b"\n\na,b\n\n1,2\n,\n3,4\n")

    assert [(row.number, row.fields) for row in found] == [
        (5, {"a": "1", "b": "2"}),
        (7, {"a": "3", "b": "4"}),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_row_that_is_too_long_is_named_and_passed_over(tmp_path, end):
    long = "x" * (3 << 20)
    table = read(
        tmp_path / "t.csv",
        end.join(
            ["a,b", "1,2", f"{long},2", "3,4", f'"{long[:100]}', *["y" * 90_000] * 14, "5,6", ""]
        ).encode(),
    )
    lines = read(tmp_path / "t.jsonl", end.join(['{"a": 1}', f'{{"a": "{long}"}}', '{"a": 3}', ""]).encode())

    told = [(row.number, row.complaint.code if row.complaint else row.fields) for row in table]
    assert told[:3] == [(2, {"a": "1", "b": "2"}), (3, "long_row"), (4, {"a": "3", "b": "4"})]
    assert told[-1][1] == {"a": "5", "b": "6"}, (
        "a quotation mark that is not closed ends where too much stands behind it"
    )
    assert {code for _, code in told[3:-1]} <= {"torn_row", "long_row", "short_row", "wide_row"}
    assert [row.complaint.code if row.complaint else row.fields for row in lines] == [
        {"a": 1},
        "long_row",
        {"a": 3},
    ]


def test_a_million_columns(tmp_path):
    head = ",".join(f"c{n}" for n in range(100_000))
    assert refused(tmp_path / "t.csv", (head + ",c7\n1\n").encode()).code == "duplicate_heading"
    wide = ",".join("c" for _ in range(1_000_000))
    assert refused(tmp_path / "t.csv", (wide + "\n1\n").encode()).code in {
        "duplicate_heading",
        "unreadable_file",
    }


def test_half_a_file_cut_in_a_row(tmp_path):
    found = read(tmp_path / "t.csv", b"a,b,c\n1,2,3\n4,5")

    assert found[0].complaint is None
    assert found[1].complaint is not None
    assert found[1].complaint.code == "short_row"
    assert "2" in say(found[1].complaint).message


def test_half_a_file_cut_in_a_character(tmp_path):
    found = read(tmp_path / "t.csv", "a,b\n1,张\n2,满".encode()[:-1])

    assert found[0].fields == {"a": "1", "b": "张"}
    assert str(found[1].fields["b"]).endswith("\ufffd")


def test_half_a_file_of_gb18030_cut_in_a_character(tmp_path):
    found = read(tmp_path / "t.csv", "a,b\n1,张\n2,满".encode("gb18030")[:-1])

    assert found[0].fields == {"a": "1", "b": "张"}
    assert found[1].complaint is not None
    assert found[1].complaint.code == "unreadable_row"


def test_row_with_a_cell_too_many(tmp_path):
    found = read(tmp_path / "t.csv", b"a\n1,2\n")[0]

    assert found.complaint is not None
    assert found.complaint.code == "wide_row"


def test_two_columns_of_one_name(tmp_path):
    complaint = refused(tmp_path / "t.csv", b"a,b, a \n1,2,3\n")

    assert (complaint.code, complaint.field) == ("duplicate_heading", "a")


def test_columns_without_a_name_may_be_empty_only(tmp_path):
    found = read(tmp_path / "t.csv", b"a,,\n1,,\n2,x,\n")

    assert [row.fields for row in found] == [{"a": "1"}, {"a": "2", "": "x"}]


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl"])
def test_empty_file_has_no_rows(tmp_path, name):
    assert read(tmp_path / name, b"") == []


@pytest.mark.parametrize("name", ["t.txt", "t.xls", "t", "t.csv.gz"])
def test_unknown_ending(tmp_path, name):
    assert refused(tmp_path / name, b"a\n1\n").code == "unknown_file_type"


def test_ending_in_capitals(tmp_path):
    assert read(tmp_path / "T.CSV", b"a\n1\n")[0].fields == {"a": "1"}


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_a_column_that_does_not_exist_is_named_with_those_that_do(tmp_path, name):
    path, lines = tmp_path / name, [[], ["source", "colour"], ["yc-hall", ""]]
    if name.endswith(".csv"):
        path.write_text("\n".join(",".join(cells) for cells in lines), encoding="utf-8")
    else:
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for number, cells in enumerate(lines):
                sheet.write_row(number, 0, cells)

    with pytest.raises(Refused) as caught:
        list(tables.some_rows(path, "source", bool, tables.Columns(known=("source", "case_no"))))

    complaint = caught.value.complaint
    assert (complaint.code, complaint.field, complaint.params["row"]) == ("unknown_column", "colour", 2)
    assert "source, case_no" in say(complaint).remedy
    assert list(tables.some_rows(path, "source", bool)) != []


def test_columns_that_a_table_lacks_are_named_once(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("code,colour\n1,red\n2,blue\n", encoding="utf-8")

    with pytest.raises(Refused) as caught:
        list(tables.rows(path, tables.Columns(needed=("code", "name", "hall"))))

    complaint = caught.value.complaint
    assert (complaint.code, complaint.field, complaint.params["row"]) == ("missing_column", "name", 1)
    assert "name, hall" in say(complaint).message
    assert len(list(tables.rows(path, tables.Columns(needed=("code",))))) == 2


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        ("code\n1\n2\n", ["", ""]),
        ("code\n1\n2", ["", "open_row"]),
        ('code\n1\n"2"', ["", "open_row"]),
        ("code\n1", ["open_row"]),
        ('code\n1\n"2', ["", "torn_row"]),
        ("code", []),
        ("", []),
    ],
)
def test_the_last_row_of_a_table_is_none_where_its_line_has_to_end_and_does_not(tmp_path, content, codes):
    path = tmp_path / "t.csv"
    path.write_text(content, encoding="utf-8")

    found = list(tables.rows(path, tables.Columns(ended=True)))

    assert [row.complaint.code if row.complaint else "" for row in found] == codes
    assert [row.number for row in found] == list(range(2, 2 + len(codes)))


@pytest.mark.parametrize("content", ["", "\n\n", "code,name\n"])
def test_a_file_of_no_rows_is_refused_where_rows_are_needed(tmp_path, content):
    path = tmp_path / "t.csv"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(Refused) as caught:
        list(tables.rows(path, tables.Columns(needed=("code", "name"))))

    assert caught.value.code == "no_rows"
    assert list(tables.rows(path)) == []


def test_file_in_another_encoding(tmp_path):
    complaint = refused(tmp_path / "t.csv", TABLE.encode("utf-16"))

    assert complaint.code == "unreadable_file"
    assert "UTF-16" in say(complaint).message


def test_encoding_that_is_none_is_named_by_its_place(tmp_path):
    complaint = refused(tmp_path / "t.csv", "a\n张\n".encode() + b"\xff\n")

    assert (complaint.code, complaint.params["position"]) == ("unreadable_file", 6)


def test_rows_of_another_encoding_are_named_and_not_read_wrongly(tmp_path):
    content = "姓名,文字\n张三,排队两个小时\n".encode("gb18030") + "李四,排队两个小时\n".encode()

    found = read(tmp_path / "t.csv", content + "王五,好\n".encode("gb18030"))

    assert [(row.number, row.complaint and row.complaint.code) for row in found] == [
        (2, None),
        (3, "mixed_encodings"),
        (4, None),
    ]
    assert found[2].fields == {"姓名": "王五", "文字": "好"}


# Bytes of the one with an odd number of characters make no text of the other encoding, those of the other do.
@pytest.mark.parametrize("text", ["排队两个小时", "排队两小时"])
@pytest.mark.parametrize("odd", [0, 3, 5])
@pytest.mark.parametrize("name", ["t.csv", "t.jsonl"])
@pytest.mark.parametrize(("rest", "other"), [("utf-8", "gb18030"), ("gb18030", "utf-8")])
def test_the_one_row_of_another_encoding_is_named_and_not_all_the_others(
    tmp_path, name, odd, text, rest, other
):
    lines = [f"{n},{text}" if name == "t.csv" else f'{{"a": "{n}", "b": "{text}"}}' for n in range(6)]
    written = [line.encode(other if n == odd else rest) for n, line in enumerate(lines)]

    found = read(tmp_path / name, b"\n".join([b"a,b", *written] if name == "t.csv" else written))

    assert [n for n, row in enumerate(found) if row.complaint] == [odd]
    complaint = found[odd].complaint
    assert complaint is not None
    assert say(complaint).message == f"该行是 {other.upper()} 编码，而文件其余部分是 {rest.upper()}。"
    assert {row.fields["b"] for n, row in enumerate(found) if n != odd} == {text}


@pytest.mark.parametrize("rest", ["utf-8", "gb18030"])
def test_a_row_that_is_no_text_at_all_is_named_alone(tmp_path, rest):
    lines = [f"{n},排队两个小时".encode(rest) for n in range(4)]
    lines[2] = b"2,\xff\xfe\x80\xff"

    found = read(tmp_path / "t.csv", b"\n".join([b"a,b", *lines]))

    assert [row.number for row in found if row.complaint] == [4]
    assert found[2].complaint is not None
    assert (
        say(found[2].complaint).message
        == f"该行不是文字：既不是 UTF-8 也不是 GB18030，而文件其余部分是 {rest.upper()}。"
    )


def test_a_heading_of_another_encoding_than_the_rows_is_refused(tmp_path):
    content = "姓名,文字\n".encode("gb18030") + "张三,排队两个小时\n李四,排队两个小时\n".encode()

    assert refused(tmp_path / "t.csv", content).code == "mixed_encodings"


@settings(max_examples=300)
@given(
    st.lists(st.text(st.characters(codec="gb2312", min_codepoint=0x4E00, max_codepoint=0x9FA5)), max_size=8)
)
def test_text_of_a_gb18030_file_is_not_taken_for_another_encoding(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("gb") / "t.jsonl"
    lines = [json.dumps({"a": "窗口工作人员态度很好" + cell}, ensure_ascii=False) for cell in cells]

    assert not [row for row in read(path, "\n".join(lines).encode("gb18030")) if row.complaint]


@pytest.mark.parametrize("torn", ['x,"half', 'x,"a"b', "x," + "y" * 200_000])
def test_a_torn_row_is_named_and_the_next_one_read(tmp_path, torn):
    found = read(tmp_path / "t.csv", f"a,b\n1,2\n{torn}\n3,4\n".encode())

    assert [(row.number, row.complaint and row.complaint.code) for row in found][:2] == [
        (2, None),
        (3, "torn_row"),
    ]
    # What follows an open quotation mark belongs to it.
    assert [row.fields for row in found[2:]] == ([] if torn.endswith("half") else [{"a": "3", "b": "4"}])


def test_json_lines_with_bad_ones(tmp_path):
    lines = [
        json.dumps(FOUND[0], ensure_ascii=False),
        "",
        '{"a": 1',
        "[1]",
        '{"a": 1, "a": 2}',
        "[" * 100_000,
        '{"a": NaN}',
        json.dumps(FOUND[1]),
    ]

    found = read(tmp_path / "t.jsonl", "\n".join(lines).encode())

    assert [(row.number, row.complaint.code if row.complaint else row.fields) for row in found] == [
        (1, FOUND[0]),
        (3, "not_json"),
        (4, "not_an_object"),
        (5, "duplicate_name"),
        (6, "too_deep"),
        (7, "not_json"),
        (8, FOUND[1]),
    ]
    assert all(say(row.complaint).message for row in found if row.complaint)


def book(path: Path, *rows: list[object], at: int = 0) -> Path:
    workbook = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm:ss"})
    sheet = workbook.add_worksheet()
    for n, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, str) and cell.startswith("="):
                sheet.write_formula(at + n, column, cell, None, 42)
            else:
                sheet.write(at + n, column, cell)
    workbook.close()
    return path


def test_spreadsheet_with_numbers_and_times(tmp_path):
    moment = datetime(2026, 6, 1, 9, 30, 1)  # noqa: DTZ001 - a spreadsheet knows no time zones
    path = book(
        tmp_path / "t.xlsx",
        ["no", "share", "at", "yes", "name"],
        [5, 1.5, moment, True, "张小满"],
    )

    assert [row.fields for row in tables.rows(path)] == [
        {"no": "5", "share": "1.5", "at": "2026-06-01T09:30:01", "yes": "True", "name": "张小满"}
    ]


def test_a_formula_is_no_value_and_is_named_by_its_cell(tmp_path):
    path = book(tmp_path / "t.xlsx", ["a", "b"], ["1", "2"], ["=1+1", "=A1"], ["3", "=A1"], at=1)

    found = [
        (row.number, row.complaint and (row.complaint.code, row.complaint.field)) for row in tables.rows(path)
    ]
    assert found == [(3, None), (4, ("formula_in_cell", "a")), (5, ("formula_in_cell", "b"))]
    complaint = list(tables.rows(path))[2].complaint
    assert complaint is not None
    assert complaint.params == {"cell": "B5"}


def test_rows_of_a_spreadsheet_are_numbered_as_it_shows_them(tmp_path):
    path = book(tmp_path / "t.xlsx", ["a", "b"], ["1", ""], ["", ""], ["2", 0], at=2)

    assert [(row.number, row.fields) for row in tables.rows(path)] == [
        (4, {"a": "1"}),
        (6, {"a": "2", "b": "0"}),
    ]


def test_long_number_that_the_spreadsheet_rounded_is_not_taken(tmp_path):
    path = book(tmp_path / "t.xlsx", ["case_no", "b"], [990102202606010001, 1], [123456789012345, 2])

    bad, good = tables.rows(path)
    assert bad.complaint is not None
    assert (bad.complaint.code, bad.complaint.field) == ("rounded_number", "case_no")
    assert "case_no" in say(bad.complaint).message
    assert good.fields == {"case_no": "123456789012345", "b": "2"}


def test_empty_spreadsheet_has_no_rows(tmp_path):
    assert list(tables.rows(book(tmp_path / "t.xlsx"))) == []


def test_half_a_spreadsheet(tmp_path):
    whole = book(tmp_path / "t.xlsx", ["a"], ["1"]).read_bytes()

    for part in (10, len(whole) // 2, len(whole) - 10):
        assert refused(tmp_path / "half.xlsx", whole[:part]).code == "unreadable_file"


def test_text_named_as_a_spreadsheet(tmp_path):
    assert refused(tmp_path / "t.xlsx", TABLE.encode()).code == "unreadable_file"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    content=st.one_of(st.binary(), st.text().map(str.encode), st.binary().map(lambda b: TABLE.encode() + b)),
    name=st.sampled_from(["t.csv", "t.jsonl", "t.xlsx"]),
)
def test_any_bytes_are_rows_or_refused(tmp_path, content, name):
    found = rows_or_complaint(tmp_path / name, content)

    if isinstance(found, list):
        assert all(isinstance(row.fields, dict) for row in found)
        assert [row.number for row in found] == sorted({row.number for row in found})
    else:
        assert say(found).message


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(data=st.data())
def test_damaged_spreadsheet_is_rows_or_refused(tmp_path, data):
    whole = bytearray(SPREADSHEET.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=20)):
        whole[place] = data.draw(st.integers(0, 255))

    found = rows_or_complaint(tmp_path / "t.xlsx", bytes(whole))

    assert isinstance(found, list) or found.code in {"unreadable_file", "duplicate_heading"}
