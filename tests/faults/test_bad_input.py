"""Bad input at every door: one table, each fault with its sentence in both languages, its place, and its fate."""

from __future__ import annotations

import json
import os
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation

from haochaping.accounts import actions as accounts
from haochaping.cases.models import Case
from haochaping.config.entry import Installation
from haochaping.config.environment import read
from haochaping.doors.commands.language import speaking
from haochaping.doors.commands.main import cli
from haochaping.exchange import queries as exchange
from haochaping.flows.invite import invite_case
from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.reviews.models import Invitation, Review
from tests import worlds
from tests.exchange.dialects.anhui_address import encoded, query
from tests.photographs import HTML, photograph

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from click.testing import Result

LANGUAGES = {"zh-hans": "zh_Hans", "en": "en"}
SQL = "1'; DROP TABLE cases_case; --"
SQL_AT_ONCE = "1';DROP/**/TABLE/**/cases_case;--"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# What libraries say; our sentences never do.
LIBRARY = re.compile(r"Expecting|Traceback|zip|codec|Errno|calamine|None\b|\{|\}|<class", re.IGNORECASE)


def small_world() -> datetime:
    """One completed case, an hour old; the doors look at the real clock."""
    now = timezone.now()
    worlds.build(now)
    worlds.take_case("YC-1", now)
    return now


@pytest.fixture
def clock(db: None) -> datetime:
    return small_world()


@pytest.fixture
def shelf(committed_db: str) -> datetime:
    """The same for commands, which make connections of their own."""
    return small_world()


def assert_said(message: str, remedy: str, language: str, *named: str) -> None:
    """A sentence with a remedy, in the reader's language, naming what it must, without a library's words."""
    assert message
    assert remedy
    text = message + remedy
    assert bool(CHINESE.search(text)) == (language == "zh-hans"), text
    assert not LIBRARY.search(text), text
    for name in named:
        assert name in text


WAITS, REFUSED, TAKEN = "quarantined", "refused", "accepted"

REVIEWS: list[tuple[str, dict[str, object], str, str, str]] = [
    ("unknown occurrence", {"occurrence_no": 7}, WAITS, "orphan", "case_no"),
    ("unknown case", {"case_no": "YC-404"}, WAITS, "orphan", "case_no"),
    ("level 0", {"rating_value": 0}, WAITS, "level_out_of_range", "rating_value"),
    ("level 6", {"rating_value": 6}, WAITS, "level_out_of_range", "rating_value"),
    ("level “5 ”", {"rating_value": "5 "}, WAITS, "level_out_of_range", "rating_value"),
    (
        "code of another level",
        {"indicator_codes": ["101"]},
        WAITS,
        "indicator_of_other_level",
        "indicator_codes",
    ),
    ("control characters", {"comment_text": "a\0b"}, WAITS, "control_characters", "comment_text"),
    ("damaged characters", {"comment_text": "a\ufffdb"}, WAITS, "damaged_characters", "comment_text"),
    ("10,000 characters", {"comment_text": "x" * 10_000}, WAITS, "too_long", "comment_text"),
    ("SQL as a number", {"case_no": SQL}, WAITS, "orphan", "case_no"),
    ("unknown field", {"photo": "x"}, REFUSED, "unknown_field", "photo"),
    (
        "from the future",
        {"assessed_at": "2100-01-01T00:00:00+08:00"},
        WAITS,
        "rated_in_future",
        "assessed_at",
    ),
]
CASES: list[tuple[str, dict[str, object], str, str, str]] = [
    ("unknown item", {"item": "NO-ITEM"}, WAITS, "unknown_item", "item"),
    ("unknown source", {"source": "nowhere"}, WAITS, "unknown_source", "source"),
    (
        "of another agency's scope",
        {"division": worlds.OTHER_CITY, "agency": worlds.OTHER_AGENCY, "item": worlds.OTHER_ITEM},
        REFUSED,
        "out_of_scope",
        "division",
    ),
    ("control characters", {"case_no": "YC\0"}, WAITS, "control_characters", "case_no"),
    ("10,000 characters", {"case_no": "9" * 10_000}, WAITS, "too_long", "case_no"),
    ("from the future", {"completed_at": "2099-01-01"}, WAITS, "dated_in_future", "completed_at"),
    ("completed first", {"completed_at": "2020-01-01"}, WAITS, "wrong_sequence", "completed_at"),
    (
        "service twice",
        {"occurrences": [{"no": 1, "at": "2026-01-01"}] * 2},
        WAITS,
        "duplicate_occurrence",
        "no",
    ),
]


class Program:
    """A registered client of the city."""

    def __init__(self, now: datetime) -> None:
        self.key = accounts.create_client(name="hall", division_code=worlds.CITY, by=OPERATOR, now=now)[1]

    def post(self, path: str, body: bytes, language: str, **headers: str) -> Any:
        told = {"Authorization": f"Bearer {self.key}", "Accept-Language": language} | headers
        return Client().post(f"/api/v1/{path}", body, content_type="application/json", headers=told)


@pytest.fixture
def program(clock: datetime) -> Program:
    return Program(clock)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("what", "fault", "changes", "fate", "code", "field"),
    [("reviews", *row) for row in REVIEWS] + [("cases", *row) for row in CASES],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_a_bad_item_harms_no_other_and_is_refused_or_waits(
    program: Program, clock: datetime, language, what, fault, changes, fate, code, field
):
    good, bad = {
        "reviews": (worlds.review("YC-1", 4, clock), worlds.review("YC-1", 5, clock)),
        "cases": (worlds.case("YC-3", clock), worlds.case("YC-2", clock)),
    }[what]

    answer = program.post(what, json.dumps({"items": [bad | changes, good]}).encode(), language)

    assert answer.status_code == 200
    told, fine = answer.json()["results"]
    assert (told["index"], told["outcome"], told["reason"]["code"]) == (0, fate, code)
    assert fine["outcome"] == TAKEN
    assert told["reason"]["field"].endswith(field)
    assert_said(told["reason"]["message"], told["reason"]["remedy"], language)
    waiting = {str(row.id): row for row in exchange.waiting()}
    assert set(waiting) == ({told["id"]} if fate == WAITS else set())
    if fate == WAITS:
        assert_resubmittable(told["id"], language)
    assert Case.objects.filter(case_no="YC-1").count() == 1


def assert_resubmittable(record_id: str, language: str) -> None:
    """A record in quarantine is listed with its sentence, and is tried again by name."""
    listed = run(language, "quarantine", "list")
    assert record_id in listed.output
    assert run(language, "quarantine", "retry", record_id).exit_code == 2
    assert next(row.attempts for row in exchange.waiting() if str(row.id) == record_id) == 1


BODIES: list[tuple[str, bytes, dict[str, str], int, str, str]] = [
    ("half a body", b'{"items": [{"source": "yun', {}, 400, "not_json", ""),
    ("GB18030", '{"items": [{"name": "好差评"}]}'.encode("gb18030"), {}, 400, "not_utf8", ""),
    ("not a number", b'{"items": [{"rating_value": NaN}]}', {}, 400, "not_json", ""),
    ("a page", HTML, {}, 400, "not_json", ""),
    ("no items", b"{}", {}, 400, "not_an_envelope", "items"),
    ("an empty batch", b'{"items": []}', {}, 400, "item_count", "items"),
    ("a name twice", b'{"items": [], "items": []}', {}, 400, "duplicate_name", "items"),
    ("30 MB", b'{"items": []}' + b" " * (30 << 20), {}, 413, "too_large", ""),
    ("a wrong key", b"{}", {"Authorization": "Bearer hcp_wrong"}, 401, "wrong_key", "Authorization"),
    ("no key", b"{}", {"Authorization": ""}, 401, "no_key", "Authorization"),
    ("a wrong type", b"{}", {"Content-Type": "image/jpeg"}, 415, "wrong_media_type", "Content-Type"),
    (
        "a key of 10,000 characters",
        b"{}",
        {"Idempotency-Key": "k" * 10_000},
        400,
        "bad_idempotency_key",
        "Idempotency-Key",
    ),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("fault", "body", "headers", "status", "code", "field"),
    BODIES,
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_a_body_that_cannot_be_read_is_a_problem(
    program: Program, language, fault, body, headers, status, code, field
):
    answer = program.post("reviews", body, language, **headers)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    told = answer.json()
    assert told["type"].endswith(f"#{code}")
    assert told["field"] == field
    assert_said(told["detail"].replace("{items}", ""), told["remedy"].replace('{"items": […]}', ""), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_batch_sent_twice_counts_once(program: Program, clock: datetime, language):
    body = json.dumps(
        {"items": [worlds.review("YC-1", 2, clock), worlds.review("YC-404", 2, clock)]}
    ).encode()

    first = program.post("reviews", body, language, **{"Idempotency-Key": "once"})
    again = program.post("reviews", body, language, **{"Idempotency-Key": "once"})
    without = program.post("reviews", body, language)

    assert again.content == first.content
    assert [row["outcome"] for row in without.json()["results"]] == ["duplicate", WAITS]
    assert (Review.objects.count(), exchange.waiting_count()) == (1, 1)
    other = program.post("reviews", body + b" ", language, **{"Idempotency-Key": "once"})
    assert other.status_code == 409
    assert_said(other.json()["detail"], other.json()["remedy"], language)


def run(language: str, *words: str) -> Result:
    """Run a command as somebody whose shell speaks this language."""
    with speaking(LANGUAGES[language]):
        return CliRunner().invoke(cli, [*words], obj=Installation(read(os.environ)), catch_exceptions=False)


HEAD = "source,case_no,item,agency,division,status,completed_at,occurrences.no,occurrences.at"


def line(case_no: str = "F-1", **changes: str) -> str:
    at = "2026-06-01 09:00:00"
    fields = dict(
        zip(
            HEAD.split(","),
            [worlds.SOURCE, case_no, worlds.ITEM, worlds.AGENCY, worlds.COUNTY, "completed", at, "1", at],
            strict=True,
        )
    )
    return ",".join((fields | {k.replace("__", "."): v for k, v in changes.items()}).values())


def csv_of(*lines: str) -> bytes:
    return "\n".join([HEAD, *lines, ""]).encode()


def spreadsheet(folder: Path, formula: str) -> bytes:
    book = xlsxwriter.Workbook(folder / "made.xlsx")
    sheet = book.add_worksheet()
    for column, (name, value) in enumerate(zip(HEAD.split(","), line().split(","), strict=True)):
        sheet.write(0, column, name)
        sheet.write(1, column, value) if name != "case_no" else sheet.write_formula(
            1, column, formula, None, "F-1"
        )
    book.close()
    return (folder / "made.xlsx").read_bytes()


GOOD = line("F-9")
ROWS: list[tuple[str, str, bytes, str, int, str, str]] = [
    ("unknown agency", "a.csv", csv_of(line(agency="nobody"), GOOD), WAITS, 2, "unknown_agency", "agency"),
    ("SQL as a number", "a.csv", csv_of(line(SQL), GOOD), TAKEN, 2, "", ""),
    ("control characters", "a.csv", csv_of(line("F\0"), GOOD), WAITS, 2, "control_characters", "case_no"),
    ("10,000 characters", "a.csv", csv_of(line("9" * 10_000), GOOD), WAITS, 2, "too_long", "case_no"),
    ("level out of range", "a.csv", csv_of(line(status="6"), GOOD), WAITS, 2, "not_a_choice", "status"),
    ("half a row", "a.csv", csv_of(GOOD, line()[:40])[:-1], REFUSED, 3, "open_row", ""),
    ("a row of too few columns", "a.csv", csv_of(GOOD, line()[:40]), REFUSED, 3, "short_row", ""),
    ("an open quotation mark", "a.csv", csv_of(GOOD, line('"F')), REFUSED, 3, "torn_row", ""),
    (
        "GB18030 and UTF-8 mixed",
        "a.csv",
        csv_of() + (line("好差评的办件").encode() + b"\n") + line("政务服务").encode("gb18030") + b"\n",
        REFUSED,
        2,
        "mixed_encodings",
        "",
    ),
    ("half a line", "a.jsonl", b'{"source": "yun', REFUSED, 1, "not_json", ""),
    ("not an object", "a.jsonl", b"[1]\n", REFUSED, 1, "not_an_object", ""),
    ("NaN in a line", "a.jsonl", b'{"trips": NaN}\n', REFUSED, 1, "not_json", ""),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("fault", "name", "content", "fate", "row", "code", "field"), ROWS, ids=[row[0] for row in ROWS]
)
def test_a_bad_row_is_named_and_the_others_are_taken(
    shelf: datetime, tmp_path: Path, language, fault, name, content, fate, row, code, field
):
    file = tmp_path / name
    file.write_bytes(content)

    listed = json.loads(run(language, "cases", "import", str(file), "--json").stdout)
    said = run(language, "cases", "import", str(file))

    if not code:
        assert (listed["rows"], said.exit_code) == ([], 0)
        assert Case.objects.filter(case_no=SQL).count() == 1
        return
    [told] = listed["rows"]
    assert (told["row"], told["outcome"], told["code"], told["field"]) == (row, fate, code, field)
    assert said.exit_code == 2
    assert re.search(f"{name}:{row}[:：]", said.stderr)
    assert_said(said.stderr.replace(name, ""), said.stderr, language)
    assert exchange.waiting_count() >= (fate == WAITS)
    if GOOD.encode() in content:
        assert Case.objects.filter(case_no="F-9").count() == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_formula_cell_is_named(shelf: datetime, tmp_path: Path, language):
    (tmp_path / "a.xlsx").write_bytes(spreadsheet(tmp_path, '="F-"&1'))

    said = run(language, "cases", "import", str(tmp_path / "a.xlsx"))

    assert said.exit_code == 2
    assert re.search("a.xlsx:2[:：]", said.stderr)
    assert "B2" in said.stderr
    assert_said(said.stderr.replace("a.xlsx", ""), said.stderr.replace("a.xlsx", ""), language)


FILES: list[tuple[str, str, bytes]] = [
    ("neither encoding", "a.csv", b"a\n\xff\xff\n"),
    ("UTF-16", "a.csv", "a,b\n1,2\n".encode("utf-16")),
    ("two columns of a name", "a.csv", b"source,source\n1,2\n"),
    ("no row", "a.csv", b"source,case_no"),
    ("an unknown column", "a.csv", b"source,colour\n1,2\n"),
    ("a page as a spreadsheet", "a.xlsx", HTML),
    ("half a spreadsheet", "a.xlsx", b"PK\3\4half"),
    ("a picture", "a.jpg", photograph()),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("fault", "name", "content"), FILES, ids=[row[0] for row in FILES])
def test_a_file_that_cannot_be_read_is_named(shelf: datetime, tmp_path: Path, language, fault, name, content):
    (tmp_path / name).write_bytes(content)

    said = run(language, "reviews", "import", str(tmp_path / name))

    assert said.exit_code in {1, 2}
    assert name in said.stderr
    assert_said(said.stderr.replace(name, ""), said.stderr, language)
    assert Review.objects.count() == exchange.waiting_count() == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_half_a_spreadsheet_changes_nothing(shelf: datetime, tmp_path: Path, language):
    (tmp_path / "half.xlsx").write_bytes(spreadsheet(tmp_path, "=1")[:-200])

    assert run(language, "cases", "import", str(tmp_path / "half.xlsx")).exit_code == 1
    assert Case.objects.count() == 1


@pytest.fixture
def link(clock: datetime) -> str:
    return "/r/" + invite_case(worlds.SOURCE, "YC-1", by=SYSTEM, now=clock)[0].rpartition("/")[2]


def page_text(answer: Any) -> str:
    page = re.sub(r"<(script|style|header|footer)\b.*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"<[^>]+>", " ", page)


SAID = {"zh-hans": "zh-CN", "en": "en"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("level", ["0", "6", "5 ", "\uff15", "", "<b>"])
def test_a_level_that_is_none_asks_again(link: str, language, level):
    answer = Client().post(link, {"level": level}, headers={"Accept-Language": SAID[language]})

    assert answer.status_code == 422
    assert 'name="level"' in answer.content.decode()
    found = {"zh-hans": "请", "en": "Choose one of the five below."}[language]
    assert found in page_text(answer)
    assert Review.objects.count() == 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("token", ["nonsense", "A" * 40, "A" * 5_000, "1'--"])
def test_a_wrong_link_says_what_to_do(clock: datetime, language, token):
    looked = Client().get(f"/r/{token}", headers={"Accept-Language": SAID[language]})
    tapped = Client().post(f"/r/{token}", {"level": "5"}, headers={"Accept-Language": SAID[language]})

    assert (looked.status_code, tapped.status_code) == (404, 404)
    for page in (looked, tapped):
        assert {"zh-hans": "二维码", "en": "Copy the whole link again"}[language] in page_text(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_expired_link_says_until_when_and_where_to_get_another(link: str, language):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))

    looked = Client().get(link, headers={"Accept-Language": SAID[language]})
    tapped = Client().post(link, {"level": "5"}, headers={"Accept-Language": SAID[language]})

    assert (looked.status_code, tapped.status_code) == (410, 410)
    assert {"zh-hans": "大厅", "en": "Ask the service hall"}[language] in page_text(looked)
    assert Review.objects.count() == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_used_link_opens_the_review_and_makes_no_second_one(link: str, language):
    first = Client().post(link, {"level": "5"})
    again = Client().post(link, {"level": "4"}, headers={"Accept-Language": SAID[language]})

    assert (first.status_code, again.status_code) == (303, 303)
    assert Client().get(link).status_code == 200
    assert Review.objects.count() == 1


FORMS: list[tuple[str, dict[str, Any], str, str]] = [
    ("10,000 characters", {"comment_text": "长" * 10_000}, "500", "500"),
    ("control characters", {"comment_text": "a\x07b"}, "字符", "Remove"),
    ("a code of another level", {"indicator_codes": "101"}, "101", "101"),
    ("an unknown code", {"indicator_codes": "999"}, "999", "999"),
    ("a page named as a picture", {"photos": ("ich.jpg", HTML)}, "ich.jpg", "ich.jpg"),
    (
        "a picture of 30 MB",
        {"photos": ("gross.jpg", b"\xff\xd8" + b"x" * (30 << 20))},
        "gross.jpg",
        "gross.jpg",
    ),
    ("half a picture", {"photos": ("halb.jpg", photograph(size=(800, 600))[:-900])}, "halb.jpg", "halb.jpg"),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("fault", "sent", "chinese", "english"), FORMS, ids=[row[0] for row in FORMS])
def test_a_form_that_cannot_be_taken_keeps_what_was_typed(link: str, language, fault, sent, chinese, english):
    Client().post(link, {"level": "5"})
    photos = sent.get("photos")
    files = {"photos": SimpleUploadedFile(photos[0], photos[1], "image/jpeg")} if photos else {}
    form = {"comment_text": "我写的话"} | {k: v for k, v in sent.items() if k != "photos"} | files

    answer = Client().post(f"{link}/reasons", form, headers={"Accept-Language": SAID[language]})

    assert answer.status_code == 422
    page = page_text(answer)
    assert {"zh-hans": chinese, "en": english}[language] in page
    assert not LIBRARY.search(re.sub(r"\{n\}", "", page))
    typed = str(form["comment_text"])
    assert typed in answer.content.decode() or "\x07" in typed
    assert Review.objects.get().comment_text == ""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "address",
    ["", "nonsense", "a" * 20_000, encoded("projNo="), encoded("a\0b"), query()[:50], "%00", "<script>"],
    ids=range(8),
)
def test_an_address_that_says_nothing_is_refused_in_plain_words(clock: datetime, language, address):
    answer = Client().get(
        "/wire/anhui/evaluate", QUERY_STRING=address, headers={"Accept-Language": SAID[language]}
    )

    assert answer.status_code == 400
    assert {"zh-hans": "重新", "en": "Open the page again"}[language] in page_text(answer)
    assert exchange.waiting_count() == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_codes_nobody_knows_leave_the_review_waiting_and_listed(clock: datetime, language):
    browser = Client(headers={"Accept-Language": SAID[language]})
    visit = browser.get("/wire/anhui/evaluate", QUERY_STRING=query(projNo=SQL_AT_ONCE))["Location"]

    wrong = browser.post(visit, {"level": "6"})
    right = browser.post(visit, {"level": "1"})

    assert (wrong.status_code, right.status_code) == (422, 303)
    [row] = exchange.waiting()
    assert (row.code, row.case_no) == ("orphan", SQL_AT_ONCE)
    assert browser.get(right["Location"]).status_code == 200
    with translation.override(language):
        assert_resubmittable(str(row.id), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_visit_nobody_began_is_over(clock: datetime, language):
    answer = Client().post(
        "/wire/visit/7ZK3Q9V1M4T8C2R6X0B5N7H3WJ",
        {"level": "5"},
        headers={"Accept-Language": SAID[language]},
    )

    assert answer.status_code == 410
    assert {"zh-hans": "重新", "en": "Open it again"}[language] in page_text(answer)
