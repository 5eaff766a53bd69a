"""The pages of circulars: one click to a draft, texts by versions, a second person, files, and who is let in."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document
from pypdf import PdfReader

from haochaping.insight.terms import FactKind
from haochaping.kernel.periods import local_day, months_after
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.publicity.circulars.models import Circular, CircularText
from haochaping.publicity.circulars.terms import TEXT_LIMIT, Block
from tests import worlds
from tests.doors.workbench.conftest import questions
from tests.publicity.circulars import town

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

ENGLISH = {"accept-language": "en"}
LIST = "/oversight/circulars/"


@pytest.fixture
def month(world) -> str:
    """Last month, of which the county has figures."""
    first = months_after(local_day(timezone.now()), -1)
    counts: dict[tuple[str, int, str], int] = {
        (FactKind.REVIEW, 5, "active_self"): 200,
        (FactKind.REVIEW, 1, "active_self"): 40,
        (FactKind.CASE, 0, "reported"): 12_345,
    }
    town.count(worlds.AGENCY, counts, first)
    return f"{first:%Y-%m}"


@pytest.fixture
def two(supervisor_of: Callable[[str], Client]) -> Client:
    return supervisor_of("two")


def made(browser: Client, month: str, code: str = worlds.COUNTY) -> str:
    """The address of the draft that one click makes."""
    answer = browser.post(f"{LIST}monthly", {"code": code, "month": month})
    assert answer.status_code == 303, answer.content.decode()
    return str(answer.headers["Location"])


def write(browser: Client, address: str) -> None:
    """Write what only people write, and submit."""
    answer = browser.post(f"{address}/texts/demands", {"text": "限期整改。", "seen": "1"})
    assert answer.status_code == 303
    assert browser.post(f"{address}/submit").status_code == 303


def test_one_click_makes_a_draft_with_its_figures(one: Client, month: str):
    form = one.get(LIST).context["monthly"]
    assert (form["code"].value(), f"{form['month'].value():%Y-%m}") == (worlds.CITY, month)

    address = made(one, month)

    page = one.get(address, headers=ENGLISH).content.decode()
    assert "16.7%" in page
    assert "12,345" in page
    assert CircularText.objects.get(block=Block.INTRODUCTION).text.count("12,345") == 1
    assert Circular.objects.get().figures["place"]["name"] == "河湾区"
    assert "河湾区" in one.get(LIST).content.decode()


def test_the_pages_ask_little(one: Client, month: str):
    address = made(one, month)

    assert len(questions(one, LIST)) <= 12
    assert len(questions(one, address)) <= 12


def test_texts_are_saved_as_versions_and_the_overtaken_one_is_shown_both(
    one: Client, two: Client, month: str
):
    address = made(one, month)
    saved = one.post(f"{address}/texts/findings", {"text": "甲", "seen": "1"})
    assert saved.headers["Location"] == f"{address}#findings"

    late = two.post(f"{address}/texts/findings", {"text": "乙", "seen": "1"}, headers=ENGLISH)

    assert late.status_code == 409
    page = late.content.decode()
    assert "<p>甲</p>" in page
    assert ">\n乙</textarea>" in page
    again = late.context["texts"][1].form["seen"].value()
    assert two.post(f"{address}/texts/findings", {"text": "乙", "seen": again}).status_code == 303
    assert CircularText.objects.filter(block="findings").count() == 3
    assert "Former versions" in one.get(address, headers=ENGLISH).content.decode()


@pytest.mark.parametrize("text", ["一\x00二", "一\x1b二", "长" * (TEXT_LIMIT + 1)])
def test_what_cannot_be_kept_comes_back(one: Client, month: str, text: str):
    address = made(one, month)

    assert one.post(f"{address}/texts/findings", {"text": text, "seen": "1"}).status_code == 422
    assert CircularText.objects.filter(block="findings").count() == 1


def test_a_second_person_signs_and_then_nothing_can_be_written(one: Client, two: Client, month: str):
    address = made(one, month)
    assert one.post(f"{address}/submit").status_code == 422
    write(one, address)
    assert "/sign" not in one.get(address).content.decode()
    assert one.post(f"{address}/sign").status_code == 403
    assert f"{address}/sign" in two.get(address).content.decode()

    assert two.post(f"{address}/sign").status_code == 303

    row = Circular.objects.get()
    assert row.state == "signed"
    assert row.signed_by != row.submitted_by
    page = one.get(address).content.decode()
    assert row.digest in page
    assert "textarea" not in page.split('id="steps"')[0]
    assert one.post(f"{address}/texts/findings", {"text": "改", "seen": "1"}).status_code == 409


def test_given_back_with_a_reason_and_taken_back(one: Client, two: Client, month: str):
    address = made(one, month)
    write(one, address)

    assert two.post(f"{address}/give_back", {"reason": ""}).status_code == 422
    assert two.post(f"{address}/give_back", {"reason": "缺少期限"}).status_code == 303
    assert "缺少期限" in one.get(address).content.decode()
    assert one.post(f"{address}/submit").status_code == 303
    assert one.post(f"{address}/take_back").status_code == 303
    assert one.post(f"{address}/discard").status_code == 303
    assert one.post(f"{address}/discard").status_code == 409


def test_a_correction_leads_back_and_forth(one: Client, two: Client, month: str):
    address = made(one, month)
    write(one, address)
    two.post(f"{address}/sign")

    assert one.post(f"{address}/correct", {"reason": " "}).status_code == 422
    answer = one.post(f"{address}/correct", {"reason": "漏报"})

    other = answer.headers["Location"]
    assert other in one.get(address).content.decode()
    page = one.get(other).content.decode()
    assert address in page
    assert "漏报" in page


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_files_say_what_the_page_says_and_taking_them_is_recorded(
    one: Client, two: Client, month: str, form: str
):
    address = made(one, month)

    draft = one.get(f"{address}/circular.{form}", headers=ENGLISH)
    write(one, address)
    two.post(f"{address}/sign")
    signed = one.get(f"{address}/circular.{form}", headers=ENGLISH)

    assert "DRAFT" in words(draft.content, form)
    assert "DRAFT" not in words(signed.content, form)
    assert "16.7%" in words(signed.content, form)
    assert signed.headers["Content-Disposition"].endswith(f'.{form}"')
    assert signed.headers["Cache-Control"] == "no-store"
    taken = Entry.objects.filter(kind=EntryKind.EXPORTED, subject_kind="circular").order_by("recorded_at")
    assert [(one.facts["format"], one.facts["state"]) for one in taken] == [(form, "draft"), (form, "signed")]
    assert one.get(f"{address}/circular.exe").status_code == 404


def words(content: bytes, form: str) -> str:
    if form == "pdf":
        return "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    found = Document(BytesIO(content))
    cells = [cell.text for table in found.tables for row in table.rows for cell in row.cells]
    head = [one.text for one in found.sections[0].header.paragraphs]
    return "\n".join([*head, *(one.text for one in found.paragraphs), *cells])


def test_reports_are_made_of_any_place_and_days(one: Client, month: str):
    asked = {"kind": "agency", "code": worlds.AGENCY, "first": f"{month}-01", "last": f"{month}-20"}

    answer = one.post(f"{LIST}special", asked)

    assert answer.status_code == 303
    assert "河湾区行政审批局" in one.get(answer.headers["Location"]).content.decode()


@pytest.mark.parametrize(
    ("which", "fields", "status"),
    [
        ("monthly", {"code": "9977", "month": "2026-05"}, 422),
        ("monthly", {"code": worlds.COUNTY, "month": "2026-13"}, 422),
        ("monthly", {"code": worlds.COUNTY, "month": "2999-01"}, 422),
        ("monthly", {"code": worlds.OTHER_CITY, "month": "2026-05"}, 403),
        ("special", {"kind": "agency", "code": "x", "first": "2026-05-01", "last": "2026-05-02"}, 422),
        ("special", {"kind": "nothing", "code": "x", "first": "2026-05-01", "last": "2026-05-02"}, 422),
        ("special", {"kind": "item", "code": "x", "first": "2026-05-03", "last": "2026-05-02"}, 422),
    ],
)
def test_what_cannot_be_reported_about_is_said_at_its_field(one: Client, which, fields, status):
    answer = one.post(f"{LIST}{which}", fields)

    assert answer.status_code == status
    assert not Circular.objects.exists()


def test_the_second_draft_leads_to_the_first(one: Client, month: str):
    made(one, month)

    assert one.post(f"{LIST}monthly", {"code": worlds.COUNTY, "month": month}).status_code == 409
    assert Circular.objects.count() == 1


def test_elsewhere_it_is_not_there(one: Client, supervisor_of, month: str):
    address = made(one, month)
    other = supervisor_of("other", worlds.OTHER_CITY)

    assert other.get(address).status_code == 404
    assert other.get(f"{address}/circular.pdf").status_code == 404
    assert other.post(f"{address}/discard").status_code == 404
    assert "河湾区" not in other.get(LIST).content.decode()


def test_publishers_are_led_there_and_agencies_are_not(browser_of, clerk):
    publisher = browser_of("publisher")

    assert reverse("oversight_circulars") in publisher.get(LIST).content.decode()
    assert clerk.get(LIST).status_code == 403
