"""A province is added by putting a file into the installation's folder: nothing else is touched, and its client is served."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from haochaping.cases.models import Case
from haochaping.exchange.dialects import shelf
from haochaping.reviews.models import Review
from tests.peers.plain import NINGBO, post_form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.peers.conftest import Source

_PACKAGE = Path(str(shelf.__file__)).resolve().parents[2]
_NAMES = {part for name in shelf.files(None) for part in name.split("-") if part.isalpha()}
_OTHER_WORDS = {"aggregation"}


@pytest.fixture
def file() -> Iterator[Path]:
    """What Ningbo speaks, as the file of a province that nobody here has heard of, which says it in capitals."""
    shipped = shelf.files(None)["zhejiang-ningbo"].read_text(encoding="utf-8")
    path = settings.DIALECTS_DIR / "new-province.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        shipped.replace("zwztapi/offlinereport.do", "np/report").replace('result = "0"', 'result = "OK"'),
        encoding="utf-8",
    )
    yield path
    path.unlink()


def test_its_client_is_served(file: Path, source: Callable[..., Source], place: Callable[..., None]):
    place("330200000000", "11330200MB00000000", NINGBO["taskCode"])
    there = source("new-province", "np", "330200000000", unsigned=True)

    told = [post_form(there.send, "np/report", NINGBO)["result"] for _ in range(2)]
    wrong = post_form(there.send, "np/report", NINGBO | {"satisfaction": "9", "projectNo": "NP2"})

    assert told == ["OK", "OK"]
    assert (wrong["result"], "satisfaction" in wrong["resultmsg"]) == ("1", True)
    assert (Case.objects.count(), Review.objects.count()) == (2, 1)


def test_no_program_knows_a_dialect_by_name():
    """The shipped ones were added the same way."""
    known = re.compile(rf'["\']({"|".join(sorted(_NAMES - _OTHER_WORDS))})[a-z0-9-]*["\']')
    found = {
        f"{path.relative_to(_PACKAGE)}: {match[0]}"
        for room in ("exchange", "flows", "doors/wire", "doors/commands")
        for path in (_PACKAGE / room).rglob("*.py")
        for match in known.finditer(path.read_text(encoding="utf-8"))
    }
    assert found == set()
