"""The commands of the guide for real operation are commands, and what needs no more than a database is done by them."""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING

import click
import pytest
from django.utils import timezone

from haochaping.config.entry import Installation
from haochaping.config.environment import read
from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.doors.commands.main import cli
from haochaping.kernel.actor import OPERATOR
from tests import worlds
from tests.architecture.house import ROOT
from tests.doors.commands.test_commands import run

if TYPE_CHECKING:
    from pathlib import Path

# Both languages have the same blocks (tests/architecture/test_docs.py).
GUIDE = (ROOT / "docs/guides/operate.md").read_text()
LINES = [
    line
    for block in re.findall(r"^```shell\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    for line in re.findall(r"^(?:hcp|hcp_worker|haochaping) (.+)$", block, re.MULTILINE)
]
CREATED = [line for line in LINES if line.startswith("staff create ")]
_FILE = re.compile(r".+\.(?:key|csv|dump)")


@pytest.mark.parametrize("line", LINES)
def test_the_guide_s_commands_take_what_they_are_given(line, tmp_path):
    words = shlex.split(line)
    command: click.Command = cli
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]

    found = command.make_context(
        line, [_here(word, tmp_path) for word in words], obj=Installation(read(os.environ))
    )

    assert found.args == []


def _here(word: str, folder: Path) -> str:
    """A file or folder that the guide names, as one that is there."""
    if _FILE.fullmatch(word):
        made = folder / word.rpartition("/")[2]
        made.touch()
        return str(made)
    return str(folder) if word.startswith("/") else word


def test_the_guide_s_people_get_their_accounts(committed_db):
    now = timezone.now()
    worlds.build(now)
    rows = [
        {"code": code, "name": code, "division": division, "parent": "", "uscc": ""}
        for code, division in re.findall(r"--agency (([0-9]+)_\S+)", "\n".join(CREATED))
    ]
    assert directory.put(Kind.AGENCIES, rows, by=OPERATOR, now=now) == []

    done = [run(*shlex.split(line)) for line in CREATED]

    assert len(CREATED) > 4
    assert [each.output for each in done if each.exit_code] == []
