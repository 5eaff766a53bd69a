"""Photographs on the citizen's page: sent without scripts, seen and removed by their sender only."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from haochaping.files.models import Photo
from haochaping.flows import handle_bad_review
from haochaping.flows.invite import invite_case
from haochaping.kernel.actor import SYSTEM
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.reviews.models import Review
from tests import worlds
from tests.doors.portal.pages import CITIZEN_CSS, Citizen, text_of
from tests.photographs import HEIC, HTML, SECRET, photograph, with_place

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.doors.portal.urls")]


def _file(content: bytes, name: str = "IMG_1.jpg", said: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, said)


def _send(citizen, *contents: bytes, **fields):
    return citizen.send("reasons", photos=[_file(content) for content in contents], **fields)


def _shown(citizen) -> list[str]:
    return re.findall(r'<img src="([^"]+)"', text_of(citizen.look()))


def test_photographs_are_kept_and_shown_to_their_sender(citizen):
    citizen.tap(1)

    assert _send(citizen, with_place(), photograph(colour="red"), comment_text="看照片").status_code == 303

    first, _second = _shown(citizen)
    answer = citizen.look(first)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Disposition"].startswith("inline; filename=")
    assert answer["Cache-Control"] == "no-store"
    assert SECRET not in answer.content
    assert citizen.review().comment_text == "看照片"


def test_the_form_works_without_scripts(citizen):
    citizen.tap(1)

    page = text_of(citizen.look())

    assert 'enctype="multipart/form-data"' in page
    assert re.search(r'<input type="file" name="photos"[^>]*multiple', page)
    assert 'accept="image/jpeg,image/png,image/webp"' in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (HTML, "is not a photograph"),
        (b"", "is not a photograph"),
        (HEIC, "HEIC"),
        (photograph(size=(800, 600))[:600], "damaged"),
        (photograph() + b"\0" * (30 * 1024 * 1024), "31 MB; 10 MB are allowed"),
    ],
    ids=["html", "empty", "heic", "damaged", "30MB"],
)
def test_what_is_no_photograph_is_said_at_the_field_and_the_text_kept(citizen, content, words):
    citizen.tap(1)
    fields = {"photos": [_file(content)], "comment_text": "看照片", "indicator_codes": ["113"]}

    answer = citizen.browser.post(f"{citizen.address}/reasons", fields, headers={"accept-language": "en"})

    assert answer.status_code == 422
    page = text_of(answer)
    assert 'href="#id_photos"' in page
    assert words in page
    assert "IMG_1.jpg" in page
    assert "看照片" in page
    assert 'value="113" checked' in page
    assert citizen.review().comment_text == ""
    assert Photo.objects.count() == 0


def test_names_of_files_are_text(citizen):
    citizen.tap(1)
    file = _file(HTML, "x" * 90 + "<em>\u202e.jpg")

    page = text_of(citizen.send("reasons", photos=[file]))

    assert "&lt;em&gt;.jpg" in page
    assert "<em>" not in page
    assert "x" * 90 not in page
    assert "\u202e" not in page


def test_more_than_three_are_refused(citizen):
    citizen.tap(1)
    colours = ("red", "green", "blue", "black")

    answer = _send(citizen, *(photograph(colour=colour) for colour in colours))

    assert answer.status_code == 422
    assert 'href="#id_photos"' in text_of(answer)
    assert Photo.objects.count() == 0


def test_a_form_of_hundreds_of_megabytes_is_not_read(citizen):
    citizen.tap(1)
    boundary = "multipart/form-data; boundary=x"

    answer = citizen.browser.generic(
        "POST", f"{citizen.address}/reasons", b"", boundary, CONTENT_LENGTH=str(300 * 1024 * 1024)
    )

    assert answer.status_code == 422
    assert "300 MB" in text_of(answer)


def test_removed_at_any_time_and_gone(citizen):
    citizen.tap(1)
    _send(citizen, photograph())
    (address,) = _shown(citizen)
    Review.objects.update(changeable_until=timezone.now() - timedelta(minutes=1))

    assert citizen.browser.post(address).status_code == 303

    assert _shown(citizen) == []
    assert citizen.look(address).status_code == 404
    assert list(Photo.objects.values_list("content", flat=True)) == [None]


def test_taken_back_with_the_review_and_gone_as_was_said_before(citizen):
    citizen.tap(1)
    _send(citizen, photograph(), photograph(colour="red"))
    first, second = _shown(citizen)
    english = {"accept-language": "en"}
    assert "Taken back, its photographs are erased." in text_of(citizen.look(**english))

    assert citizen.send("withdraw").status_code == 303

    page = text_of(citizen.look(**english))
    assert "Photographs, if you sent any with it, are erased." in page
    assert _shown(citizen) == []
    assert {citizen.look(address).status_code for address in (first, second)} == {404}
    assert set(Photo.objects.values_list("content", flat=True)) == {None}


def test_one_left_from_before_is_shown_and_removed_though_the_review_was_taken_back(citizen):
    citizen.tap(1)
    _send(citizen, photograph())
    Review.objects.update(status="withdrawn", changeable_until=timezone.now() - timedelta(days=1))

    (address,) = _shown(citizen)
    assert citizen.browser.post(address).status_code == 303

    assert _shown(citizen) == []
    assert set(Photo.objects.values_list("content", flat=True)) == {None}


def test_after_the_window_none_is_added(citizen):
    citizen.tap(1)
    Review.objects.update(changeable_until=timezone.now() - timedelta(minutes=1))

    assert _send(citizen, photograph()).status_code == 422
    assert Photo.objects.count() == 0


def test_nobody_sees_them_through_another_review(citizen, clock):
    citizen.tap(1)
    _send(citizen, photograph())
    (address,) = _shown(citizen)
    worlds.take_case("YC-2", clock)
    link = invite_case(worlds.SOURCE, "YC-2", by=SYSTEM, now=clock)[0]
    other = Citizen(Client(), "/r/" + link.rpartition("/")[2])
    other.tap(1)

    assert other.look(address.replace(citizen.address, other.address)).status_code == 404
    assert other.browser.post(address.replace(citizen.address, other.address)).status_code == 404
    assert len(_shown(citizen)) == 1


def test_status_shows_them_too(citizen):
    citizen.tap(1)
    receipt = citizen.receipt().replace("-", "")
    _send(citizen, photograph())

    page = text_of(citizen.look(f"/status/{receipt}"))

    (address,) = re.findall(r'<img src="(/status/[^"]+)"', page)
    assert citizen.look(address).status_code == 200


def test_the_fullest_pages_stay_under_thirty_kilobytes(citizen, pytestconfig, clock):
    """With everything sent; with question and answer inside the window and after it; the form by itself."""
    css = Path(pytestconfig.rootpath, CITIZEN_CSS).stat().st_size
    citizen.tap(1)
    _send(
        citizen,
        *(photograph(colour=colour) for colour in ("red", "green", "blue")),
        comment_text="字" * 500,
        indicator_codes=["108", "109", "110", "111", "112", "113"],
        may_call_back="on",
        helped_by="family",
    )
    sent = citizen.look()
    order = orders.order_of_review(citizen.review().id)
    assert order is not None
    rectification.sign_for(order.id, by=worlds.CLERK, now=clock)
    handle_bad_review.write_to_reviewer(order.id, "问" * 100, by=worlds.CLERK, now=clock)
    worlds.hear(
        order.id,
        result="answered",
        is_true=True,
        is_reasonable=True,
        note="是",
        by=worlds.CLERK,
        now=timezone.now(),
    )
    rectification.rectify(order.id, outcome="immediate_rectified", text="是", by=worlds.CLERK, now=clock)
    handle_bad_review.reply(order.id, "答" * 300, by=worlds.CLERK, now=clock)
    answered, form = citizen.look(), citizen.look(f"{citizen.address}?change=1")
    Review.objects.update(changeable_until=timezone.now() - timedelta(minutes=1))
    after = citizen.look()

    assert 'name="solved"' in text_of(answered)
    assert "?change=1" in text_of(answered)
    assert 'name="comment_text"' in text_of(form)
    assert "/follow-up" in text_of(after)
    sizes = [len(page.content) for page in (sent, answered, form, after)]
    assert max(sizes) + css < 30_000, sizes
