"""Laws about the files themselves: colours, inline code, unused components, raw words."""

import ast
import re
from itertools import chain
from pathlib import Path

import pytest

from haochaping.ui import context

UI = Path(context.__file__).parent
DOORS = UI.parent / "doors"
CSS = UI / "static/ui/css"
TEMPLATES = sorted(chain(UI.glob("templates/**/*.html"), DOORS.glob("**/templates/**/*.html")))
# The demo's doors hold invented names of a Chinese city: data, not words of the program.
PYTHON = [path for path in sorted(chain(UI.rglob("*.py"), DOORS.rglob("*.py"))) if "demo" not in path.parts]
HAN = re.compile(r"[\u3400-\u9fff]")
PROPER_NAMES = {"SHA", "CSV", "API", "QR", "XLSX", "haochaping", "JSON"}


def tokens(theme: str) -> dict[str, str]:
    css = (CSS / "citizen.css").read_text()
    found: dict[str, str] = {}
    for selector, body in re.findall(r"^((?::root|\[data-theme)[^{]*)\{([^}]*)\}", css, re.MULTILINE):
        if selector.strip() == ":root" or f'"{theme}"' in selector:
            found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]+)", body))
    return found


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TEXT_ON = [
    *[
        (ink, ground)
        for ink in ("ink", "soft", "brand", "brand-deep", "bad")
        for ground in ("paper", "ground", "brand-tint")
    ],
    ("on-brand", "brand"),
    ("on-brand", "brand-deep"),
    ("good", "good-tint"),
    ("warn", "warn-tint"),
    ("bad", "bad-tint"),
    ("ink", "sample"),
    ("paper", "bad"),
    *[("ink", f"{tone}-tint") for tone in ("good", "warn", "bad")],
    *[(tone, ground) for tone in ("good", "warn") for ground in ("paper", "ground")],
]


@pytest.mark.parametrize("theme", ["blue", "red"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_can_be_read_in_both_themes(theme, text, ground):
    colours = tokens(theme)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["blue", "red"])
def test_edges_and_focus_can_be_seen(theme):
    colours = tokens(theme)
    assert contrast(colours["edge"], colours["ground"]) >= 3
    assert contrast(colours["focus"], colours["ink"]) >= 3
    assert contrast(colours["ink"], colours["ground"]) >= 3
    assert contrast(colours["focus"], colours["brand"]) >= 3


def test_colours_stand_in_the_tokens_only():
    for name in ("board.css", "staff.css"):
        assert not re.search(r"#[0-9a-f]{3,8}\b|rgb|hsl", (CSS / name).read_text()), name


def test_every_token_that_is_used_is_defined():
    styles = {path.name: path.read_text() for path in CSS.glob("*.css")}
    defined = set(re.findall(r"(--[\w-]+):", "".join(styles.values())))
    assert set(re.findall(r"var\((--[\w-]+)", "".join(styles.values()))) <= defined


def test_styles_load_nothing_from_elsewhere():
    for path in CSS.glob("*.css"):
        assert not re.search(r"url\(|@import", path.read_text()), path.name


def test_the_citizens_stylesheet_stays_small():
    assert (CSS / "citizen.css").stat().st_size <= 14_800


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(UI.parent)))
def test_no_inline_style_script_or_outside_address(path):
    text = path.read_text()
    assert not re.search(r'\sstyle="|<style|\son\w+="|javascript:', text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r'(src|href)="https?://', text)


def test_no_component_is_unused():
    tags = (UI / "templatetags").glob("*.py")
    used = "".join(path.read_text() for path in (*TEMPLATES, *tags))
    for path in (UI / "templates/components").glob("*.html"):
        assert f"components/{path.name}" in re.sub(r"\{#.*?#\}", "", used), path.name


def words_of(template: str) -> str:
    """What a reader would see that no translation tag has touched."""
    text = re.sub(r"\{% block body_class %\}.*?\{% endblock %\}", "", template)
    text = re.sub(r"\{#.*?#\}|\{% comment.*?endcomment %\}", "", text, flags=re.DOTALL)
    text = re.sub(
        r"\{% (block)?trans(late)?\b(?=[^%]*%\}).*?%\}", lambda m: m[0] if "blocktrans" in m[0] else "", text
    )
    text = re.sub(r"\{% blocktrans(late)?\b.*?endblocktrans(late)? %\}", "", text, flags=re.DOTALL)
    shown = re.findall(r'(?:alt|title|placeholder|aria-label)="([^"]*)"', text)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.DOTALL)
    shown = [re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", value) for value in shown]
    text = re.sub(
        r"<(code|kbd|samp|pre)\b.*?</\1>|<(script|svg)\b.*?</\2>|<!DOCTYPE[^>]*>|<[^>]*>",
        " ",
        text,
        flags=re.DOTALL,
    )
    return " ".join([text, *shown])


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(UI.parent)))
def test_templates_hold_no_untranslated_words(path):
    raw = words_of(path.read_text())
    assert not HAN.search(raw)
    assert not set(re.findall(r"[A-Za-z]{2,}", raw)) - PROPER_NAMES


def test_the_search_for_untranslated_words_finds_them():
    assert "Raw" in words_of('<p class="x">Raw {% translate "fine" %}</p>')
    assert "Raw" in words_of('<img alt="Raw {{ x }}">')
    assert not words_of(
        "<p>{% blocktranslate trimmed count n=n %}One{% plural %}Many{% endblocktranslate %}</p>"
    ).strip()


@pytest.mark.parametrize("path", PYTHON, ids=lambda p: str(p.relative_to(UI.parent)))
def test_code_of_ui_and_doors_holds_no_chinese_but_in_docstrings_and_names_of_things(path):
    tree = ast.parse(path.read_text())
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    allowed = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    # Django's names of apps and tables: seen by programmers, kept in the glossary's words.
    allowed |= {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        if {getattr(target, "id", "") for target in node.targets} & {"verbose_name", "verbose_name_plural"}
    }
    raw = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in allowed
        if HAN.search(node.value)
    ]
    assert raw == []


def test_a_colon_after_a_word_is_the_language_s():
    written = {path.name for path in TEMPLATES if re.search(r"%\}: *(?:\{\{|<)", path.read_text())}
    assert written == set()
