"""The same file names in every room, and SQL that writes only its own room's tables."""

from __future__ import annotations

import re

import pytest

from tests.architecture.house import PACKAGE, rooms

_FILES = {"terms", "rules", "states", "models", "actions", "queries", "access", "__init__", "apps"}
# What a room needs beyond the standard names, with the reason it is not one of them.
_OWN = {
    "kernel": {
        "refused",
        "actor",
        "identifiers",
        "masking",
        "outcomes",
        "periods",
        "privacy",
        "ratios",
        "text",
        "two_persons",
    },
    "postgres": {
        "server",
        "binaries",
        "programs",
        "copies",
        "roles",
        "rows",
        "standing",
        "together",
        "writes",
        "version",
    },
    "identity": {"keys", "relay", "sealing", "shares"},
    "notices": {"gateway", "mail", "webhook"},
    "reviews": {"readings", "row_queries"},
    "cases": {"row_queries"},
    "files": {"documents", "pictures"},
    "hotline": {"line"},
    "directory": {"match_queries", "matching", "search_queries"},
    "levels": {"keys", "line"},
    "insight": {"comparison_queries", "row_queries", "unit_queries", "statements"},
    "exchange": {
        "dialects",
        "encodings",
        "fields",
        "formulas",
        "lines",
        "manifests",
        "quality",
        "reconciliation",
        "references",
        "tables",
        "voices",
    },
}
_WRITES = re.compile(
    r"\b(?:(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE(?: TABLE)?|COPY)\s+\"?|copy_rows\(\s*\")([a-z][a-z_]+)\"?",
    re.IGNORECASE,
)
_WORDS_AFTER_UPDATE = {"set", "of", "skip", "nowait", "conflicts"}


@pytest.mark.parametrize("room", rooms())
def test_rooms_hold_the_standard_files(room):
    found = {path.stem for path in (PACKAGE / room).glob("*.py")}

    assert found - _FILES - _OWN.get(room, set()) == set()


@pytest.mark.parametrize("room", rooms())
def test_rooms_are_introduced(room):
    assert (PACKAGE / room / "README.md").is_file()


@pytest.mark.parametrize("room", [room for room in rooms() if room not in {"kernel", "postgres"}])
def test_sql_writes_only_tables_of_its_room(room):
    texts = [
        *(PACKAGE / room).glob("sql/*.sql"),
        *(path for path in (PACKAGE / room).rglob("*.py") if "migrations" not in path.parts),
    ]
    written = {
        table.lower()
        for path in texts
        for table in _WRITES.findall(path.read_text(encoding="utf-8"))
        if "_" in table and table.lower() not in _WORDS_AFTER_UPDATE
    }

    assert {table for table in written if not table.startswith((f"{room}_", "procrastinate_"))} == set()


def test_nothing_waits_by_sleeping():
    """Only who waits for the database server does: the system has nothing to wait on there, and it waits briefly."""
    sleeping = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if re.search(r"\btime\.sleep\(|\basyncio\.sleep\(", path.read_text(encoding="utf-8"))
    ]

    assert sorted(sleeping) == ["doors/jobs/worker.py", "postgres/server.py"]


def test_randomness_comes_from_one_place():
    drawing = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if re.search(
            r"^(?:import|from) (?:secrets|random|os import urandom)\b",
            path.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    }

    # Keys and passwords of an installation are made above and beside the rooms; the dice of ranks and demo are seeded.
    assert drawing == {
        "kernel/identifiers.py",
        "config/keys.py",
        "postgres/server.py",
        "doors/commands/people.py",
        "doors/demo/province.py",
        "insight/comparison/ranks.py",
    }
