"""通报: one click, a text, a second person, both files, on a phone and at a desk."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from docx import Document
from pypdf import PdfReader

from tests.journeys.conftest import DESK, PHONE

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.journey

DEMAND = "各单位于月底前完成整改，逐件答复。"


def _words(path: Path) -> list[str]:
    """The words of each page of a PDF, without blanks; of a DOCX its head and all its words."""
    content = path.read_bytes()
    if content.startswith(b"%PDF"):
        return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(content)).pages]
    found = Document(BytesIO(content))
    return ["\n".join(one.text for one in part.paragraphs) for part in (found.sections[0].header, found)]


def _press(page, selector: str) -> None:
    with page.expect_navigation():
        page.click(selector)


def _taken(page, form: str) -> list[str]:
    with page.expect_download() as waiting:
        page.click(f"a[href$='circular.{form}']")
    return _words(waiting.value.path())


def test_a_circular_from_one_click_to_a_signed_file(pages, axe, log_in):
    desk = pages(PHONE)
    log_in(desk, "supervisor", timezone.now())
    desk.goto("/oversight/circulars/")
    assert axe(desk) == []
    _press(desk, "form[action$='/monthly'] button[type=submit]")
    address = desk.url
    assert axe(desk) == []
    assert desk.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert all("草稿" in one for one in _taken(desk, "pdf"))

    _press(desk, "form[action$='/submit'] button")
    assert axe(desk) == []
    assert "还没有文字" in desk.inner_text(".summary")
    desk.fill("form[action$='/texts/demands'] textarea", DEMAND)
    _press(desk, "form[action$='/texts/demands'] button")
    _press(desk, "form[action$='/submit'] button")
    assert desk.locator("form[action$='/sign']").count() == 0

    second = pages(DESK)
    log_in(second, "publisher", timezone.now())
    second.goto("/desk/")
    _press(second, "nav a[href='/oversight/circulars/']")
    second.goto(address)
    assert DEMAND in second.inner_text("main")
    assert axe(second) == []
    _press(second, "form[action$='/sign'] button")
    assert axe(second) == []
    assert second.locator("form[action*='/texts/']").count() == 0

    signed = _taken(second, "pdf")
    assert not any("草稿" in one for one in signed)
    assert any(DEMAND in one for one in signed)
    head, words = _taken(second, "docx")
    assert head == ""
    assert DEMAND in words
