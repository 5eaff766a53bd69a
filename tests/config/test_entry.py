"""Where links of a command lead: to the pages of the installation that is served."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from haochaping.config.entry import Installation
from haochaping.config.environment import read

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.program

# A command of its own process, for settings are read once in each; it needs no database to name an address.
LINK = """
import os
from haochaping.config.entry import Installation
from haochaping.config.environment import read
installation = Installation(read(os.environ))
installation.connect()
from django.conf import settings
print(settings.SITE_URL, installation.env.site_url)
"""


@pytest.fixture
def served(tmp_path: Path) -> dict[str, str]:
    """The environment of a command beside pages that are served at port 8123."""
    Installation(read({"HAOCHAPING_DATA": str(tmp_path), "PORT": "8123"})).announce()
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"HOST", "PORT", "HAOCHAPING_BASE_URL"}
    }
    return kept | {"HAOCHAPING_DATA": str(tmp_path), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ({}, "http://127.0.0.1:8123"),
        ({"PORT": "8200"}, "http://127.0.0.1:8200"),
        ({"HAOCHAPING_BASE_URL": "https://review.example.org"}, "https://review.example.org"),
    ],
)
def test_links_lead_to_what_is_served_unless_the_command_is_told(served, told, address):
    done = subprocess.run(
        [sys.executable, "-c", LINK], env=served | told, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == [address, address]


def test_when_one_of_two_servers_has_ended_links_lead_to_the_other(served, tmp_path):
    other = "import os\nfrom haochaping.config.entry import Installation\n"
    other += "from haochaping.config.environment import read\nInstallation(read(os.environ)).announce()\n"
    subprocess.run([sys.executable, "-c", other], env=served | {"PORT": "8124"}, check=True)
    assert "8124" in (tmp_path / "addresses").read_text()

    done = subprocess.run(
        [sys.executable, "-c", LINK], env=served, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["http://127.0.0.1:8123"] * 2
