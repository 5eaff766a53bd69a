"""Documents are tested like code: generated pages say everything, both languages say the same, links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields

import pytest

from docs.generate.commands import tree
from docs.generate.everything import everything
from docs.generate.layers import layers
from docs.generate.privacy import models
from docs.generate.reasons import places
from docs.generate.states import lives
from haochaping.accounts.terms import Power, Role
from haochaping.config.environment import Environment
from haochaping.insight.rules import BY_NAME
from haochaping.publicity.opendata.tables import TABLES
from haochaping.rulebook.terms import Key
from tests.architecture.house import ROOT
from tests.architecture.house import layers as contracted

DOCS = ROOT / "docs"
_WRITTEN = sorted(
    path
    for path in [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
    if not {"plans", "_build", "generated"} & set(path.relative_to(ROOT).parts)
)
_MIRRORED = sorted(path.relative_to(DOCS / "en") for path in (DOCS / "en").rglob("*.md"))
_FENCE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"""(?:\]\(|src=")([^)"#:\s]+)(?:#[^)]*)?[)"]""")


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return everything()


@pytest.mark.parametrize("variable", [field.metadata["name"] for field in fields(Environment)])
def test_every_setting_is_in_the_reference(made, variable):
    assert f"| `{variable}` |" in made["settings.md"]


@pytest.mark.parametrize("name", [name for name, command in tree() if not hasattr(command, "commands")])
def test_every_command_is_in_the_reference(made, name):
    assert f"## `{name}`" in made["commands.md"]
    assert f"Usage: {name}" in made["commands.md"]


@pytest.mark.parametrize("name", list(BY_NAME))
def test_every_measure_is_in_the_reference(made, name):
    assert f"| `{name}` |" in made["measures.md"]


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_column_of_open_data_is_in_the_reference(made, table):
    section = made["open-data.md"].split(f"## `{table.name}`")[1].split("\n## ")[0]

    assert [column.name for column in table.columns if f"| `{column.name}` |" not in section] == []


@pytest.mark.parametrize("life", lives(), ids=lambda life: life.name)
def test_every_state_is_in_the_reference_and_in_its_drawing(made, life):
    for state in life.labels:
        assert f"`{state}`" in made["states.md"]
        assert f">{state}</text>" in made[f"states-{life.name}.svg"]


@pytest.mark.parametrize("reason", [r for place in places() for r in place.reasons], ids=lambda r: r.code)
def test_every_reason_is_in_the_reference(made, reason):
    assert f"| `{reason.code}` |" in made["reasons.md"]


def test_every_power_role_and_address_is_in_the_reference(made):
    page = made["permissions.md"]

    assert [power for power in Power if f"`{power}`" not in page] == []
    assert [role for role in Role if f"`{role}`" not in page] == []
    assert "undeclared" not in page


def test_every_table_is_in_the_inventory(made):
    assert [
        m._meta.db_table for m in models() if f"`{m._meta.db_table}`" not in made["data-inventory.md"]
    ] == []


def test_every_rule_is_in_the_reference(made):
    assert [key for key in Key if f"| `{key}` |" not in made["rulebook.md"]] == []


@pytest.mark.parametrize("address", ["POST /api/v1/cases", "POST /api/v1/reviews", "GET /api/v1/measures"])
def test_every_operation_is_in_the_reference(made, address):
    assert f"## `{address}`" in made["api.md"]


def test_the_drawing_of_the_house_shows_its_contract(made):
    assert layers() == contracted()
    assert [room for layer in layers() for room in layer if f">{room}</text>" not in made["layers.svg"]] == []


@pytest.mark.parametrize("page", _MIRRORED, ids=str)
def test_both_languages_show_the_same_commands(page):
    """What is typed is the same in every language; a step added in one only is found here."""
    chinese, english = (
        _FENCE.findall((folder / page).read_text(encoding="utf-8")) for folder in (DOCS, DOCS / "en")
    )

    assert english == chinese


@pytest.mark.parametrize("path", _WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(path):
    text = _FENCE.sub("", path.read_text(encoding="utf-8"))
    missing = [link for link in _LINK.findall(text) if not (path.parent / link).exists()]

    # Generated pages are made when the documentation is built, which reports links that lead nowhere itself.
    assert [link for link in missing if "generated/" not in link] == []


def test_the_readme_names_the_two_commands():
    blocks = _FENCE.findall((ROOT / "README.md").read_text(encoding="utf-8"))

    assert blocks == ["make demo\n", "make test\n"]


@pytest.mark.parametrize("path", _WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_in_documents_exist(path):
    """Every `haochaping …` of a page is a command of the program."""
    known = {name for name, _ in tree()}
    said = re.findall(
        r"(?:^|/|`)(?:haochaping|hcp) ([a-z][a-z-]+)(?: ([a-z][a-z-]+))?",
        path.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    wrong = [
        words
        for words in said
        if f"haochaping {words[0]}" not in known
        or (
            hasattr(dict(tree())[f"haochaping {words[0]}"], "commands")
            and words[1]
            and f"haochaping {words[0]} {words[1]}" not in known
        )
    ]

    assert wrong == []


@pytest.mark.program
def test_the_documentation_builds_without_a_warning(tmp_path):
    built = subprocess.run(
        [
            sys.executable,
            "-m",
            "sphinx",
            "-W",
            "--keep-going",
            "-q",
            "-b",
            "html",
            "-d",
            tmp_path / "trees",
            DOCS,
            tmp_path / "html",
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )

    assert built.stderr == ""
    assert built.returncode == 0
    assert "差评工单" in (tmp_path / "html" / "reference" / "generated" / "states.html").read_text(
        encoding="utf-8"
    )
