from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from django import forms
from django.template import engines
from django.template.loader import get_template
from django.template.response import SimpleTemplateResponse
from django.utils import translation

from haochaping.ui import appearance, context, gallery

if TYPE_CHECKING:
    from django.http import HttpRequest

UI = Path(context.__file__).parent
LAYOUTS = ("citizen", "board", "desk")
PAGE = (
    '{{% extends "layouts/{}.html" %}}{{% load ui %}}{{% block title %}}T{{% endblock %}}'
    "{{% block content %}}<h1>H</h1>{{% endblock %}}"
)


def page(request: HttpRequest, layout: str, context: dict[str, object] | None = None) -> str:
    return engines["django"].from_string(PAGE.format(layout)).render(context or {}, request)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_has_title_language_skip_link_and_switches(request_for, layout):
    html = page(request_for("/x"), layout)

    assert "<title>T · 政务服务“好差评”</title>" in html
    assert '<html lang="zh-hans" data-theme="blue">' in html
    assert html.index('href="#main"') < html.index("<header")
    assert '<main id="main"' in html
    assert "长辈版" in html
    assert 'name="language" value="en" lang="en">English<' in html
    assert 'name="csrfmiddlewaretoken"' in html
    assert "示例数据" not in html
    with translation.override("en"):
        assert '<html lang="en"' in page(request_for("/x"), layout)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_demo_pages_say_so(request_for, settings, layout):
    settings.DEMO = True

    assert "示例数据" in page(request_for(), layout)


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_error_pages_need_nothing_and_say_demo_too(settings, name):
    settings.DEMO = True
    settings.ROOT_URLCONF = "nowhere"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "broken.Storage"}}

    html = get_template(f"{name}.html").render()

    assert "示例数据" in html
    assert re.search(r"<title>[^<]+ · 政务服务“好差评”</title>", html)
    assert 'href="/static/ui/css/citizen.css"' in html


def test_a_citizens_page_never_repeats_the_query(request_for):
    html = page(request_for("/wire/x?name=secret"), "citizen")

    assert "secret" not in html
    assert 'name="next" value="/wire/x"' in html


def test_public_pages_keep_their_filters(request_for):
    html = page(request_for("/x?page=2"), "board")

    assert 'href="?page=2&amp;print=large"' in html
    assert 'value="/x?page=2"' in html


def test_large_print_is_asked_for_by_a_link_and_kept_by_a_cookie(request_for):
    asked, kept = request_for("/x?print=large"), request_for("/x", print="large")
    undone = request_for("/x?print=normal", print="large")

    assert 'data-print="large"' in page(asked, "citizen")
    assert 'href="?print=normal"' in page(kept, "citizen")
    assert "data-print" not in page(undone, "citizen")


def test_large_print_grows_once_more_and_shrinks_again(request_for):
    large = page(request_for("/x", print="large"), "citizen")
    largest = page(request_for("/x?print=largest", print="large"), "citizen")

    assert 'href="?print=largest"' in large
    assert 'data-print="largest"' in largest
    assert 'href="?print=large"' in largest
    assert 'href="?print=normal"' in largest


@pytest.mark.parametrize("look", ["light", "dark", "contrast"])
def test_a_look_is_chosen_by_a_link_on_every_page(request_for, look):
    for layout in ("citizen", "board", "desk"):
        assert f"look={look}" in page(request_for("/x?page=2"), layout)
        html = page(request_for("/x", look=look), layout)
        assert f'data-look="{look}"' in html
        assert f"look={look}" not in html
        assert "look=device" in html
    assert "data-look" not in page(request_for("/x?look=device", look=look), "citizen")
    assert "data-look" not in page(request_for("/x?look=pink"), "citizen")


@pytest.mark.parametrize(
    ("what", "choice", "undone"),
    [("print", "large", "normal"), ("print", "largest", "normal"), ("look", "dark", "device")],
)
def test_a_choice_is_remembered_and_forgotten(request_for, what, choice, undone):
    respond = appearance.remember(lambda _: SimpleTemplateResponse("404.html"))

    kept = respond(request_for(f"/x?{what}={choice}")).cookies[what]
    assert (kept.value, kept["max-age"], kept["httponly"]) == (choice, 31_536_000, True)
    assert respond(request_for(f"/x?{what}={undone}")).cookies[what]["max-age"] == 0
    assert not respond(request_for(f"/x?{what}=huge")).cookies


def test_the_desk_names_the_person_and_lets_them_go(request_for):
    person = SimpleNamespace(is_authenticated=True, display_name="示例经办员")

    html = page(request_for(), "desk", {"user": person})

    assert "示例经办员" in html
    assert '<form method="post" action="/account_logout/">' in html
    assert "account_logout" not in page(request_for(), "desk")


def test_messages_become_notices(request_for):
    html = page(request_for(), "board", {"messages": [SimpleNamespace(level_tag="error")]})

    assert "notice-bad" in html


def test_a_citizens_page_is_small(request_for, settings):
    settings.DEMO = True
    picker = "{% level_picker 'Q' heading=True %}{% tag_picker 'L' tags %}"
    text = PAGE.format("citizen").replace("<h1>H</h1>", picker)
    html = engines["django"].from_string(text).render({"tags": gallery.context()["tags"]}, request_for())
    css = (UI / "static/ui/css/citizen.css").read_bytes()

    assert html.count('rel="stylesheet"') == 1
    assert len(html.encode()) + len(css) < 30_000


def test_an_unknown_theme_falls_back(settings):
    settings.THEME = "pink"
    assert context.site(None)["theme"] == "blue"
    settings.THEME = "red"
    assert context.site(None)["theme"] == "red"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_gallery_shows_every_component(request_for, language):
    with translation.override(language):
        html = get_template("ui/gallery.html").render(gallery.context(), request_for("/ui"))

    for name in (
        "level",
        "level-badge",
        "tags",
        "btn-danger",
        "notice-warn",
        "summary",
        "field-bad",
        "stat-few",
    ):
        assert re.search(rf'class="[^"]*\b{name}\b', html), name
    for name in (
        "bars",
        "measures",
        "pager",
        "state-bad",
        "deadline-late",
        "timeline",
        "receipt",
        "qr",
        "empty",
        "crumbs",
    ):
        assert re.search(rf'class="[^"]*\b{name}\b', html), name
    assert "{{" not in html


ALLAUTH = [
    "account/login",
    "account/logout",
    "account/reauthenticate",
    "mfa/reauthenticate",
    "mfa/authenticate",
    "mfa/totp/activate_form",
    "mfa/totp/deactivate_form",
    "mfa/recovery_codes/generate",
]


@pytest.mark.parametrize("name", ALLAUTH)
def test_allauths_forms_stand_in_the_house(request_for, name):
    class Form(forms.Form):
        code = forms.CharField(label="Code")
        secret = "ABCD EFGH"

    ways = [{"url": "/w", "description": "W"}]
    values = {
        "form": Form({}),
        "reauthentication_alternatives": ways,
        "unused_code_count": 3,
        "totp_svg_data_uri": "data:,",
    }

    html = get_template(f"{name}.html").render(values, request_for())

    assert 'class="desk"' in html
    assert re.search(r'<form method="post" action="/(account|mfa)_', html)
    assert 'name="csrfmiddlewaretoken"' in html
    assert 'class="btn btn-' in html


def test_the_second_factors_pages_say_what_is_there(request_for):
    codes = SimpleNamespace(get_unused_codes=lambda: ["a"] * 7)
    values = {"MFA_SUPPORTED_TYPES": ["totp", "recovery_codes"], "is_mfa_enabled": True}

    with_both = get_template("mfa/index.html").render(
        values | {"authenticators": {"totp": object(), "recovery_codes": codes}}, request_for()
    )
    without = get_template("mfa/index.html").render(values | {"authenticators": {}}, request_for())
    shown = get_template("mfa/recovery_codes/index.html").render(
        {
            "unused_codes": ["c0de", "c0d3"],
            "total_count": 10,
            "can_view_codes": True,
            "can_download_codes": True,
        },
        request_for(),
    )

    assert "剩余 7 个" in with_both
    assert "mfa_deactivate_totp" in with_both
    assert "mfa_activate_totp" in without
    assert "共 10 个验证码，剩余 2 个" in shown
    assert "c0d3" in shown
