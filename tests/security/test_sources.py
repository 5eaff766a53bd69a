"""What no line of the program may do, looked for in its sources."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.architecture.house import PACKAGE, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)
TREES = {str(path.relative_to(PACKAGE)): ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}
TEMPLATES = sorted(PACKAGE.rglob("*.html"))


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Calls of functions or methods of these names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in names:
                yield node


def places(*names: str) -> set[str]:
    return {path for path, tree in TREES.items() if next(calls(tree, *names), None)}


def test_html_that_is_not_escaped_is_made_in_few_places_only():
    # QR codes, drawn from addresses of ours; suggestions and the numbers of charts, each of them escaped; what is freed of
    # control characters; a comment of ours in whose place what was typed is put, escaped by its template.
    assert places("mark_safe", "SafeString", "format_html_join") == {
        "doors/agencies.py",
        "doors/demo/views.py",
        "doors/portal/invitation.py",
        "doors/typed.py",
        "ui/templatetags/charts.py",
        "ui/templatetags/ui.py",
    }


def test_templates_escape_everything_but_the_drawing_of_a_qr_code():
    loose = re.compile(r"\|\s*(?:safe|safeseq)\b|autoescape\s+off")
    found = {path.name for path in TEMPLATES if loose.search(path.read_text(encoding="utf-8"))}

    assert found == {"qr.html"}


def test_templates_run_nothing_inline():
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\son[a-z]+=|\sstyle=|javascript:", re.IGNORECASE)

    assert {path.name for path in TEMPLATES if inline.search(path.read_text(encoding="utf-8"))} == set()


def test_statements_are_written_not_put_together():
    """SQL is text of ours with places for values; what is put together holds quoted names and constants only."""
    together = {
        f"{path}:{call.lineno}"
        for path, tree in TREES.items()
        for call in calls(tree, "execute", "executemany", "raw", "extra", "RawSQL")
        if call.args and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    }

    # Making the embedded server and its policies, counting rows that point nowhere, the rules of quality: names and
    # statements of ours.
    assert {place.partition(":")[0] for place in together} <= {
        "postgres/server.py",
        "doors/commands/checkup.py",
        "doors/commands/rights.py",
        "exchange/quality/judging.py",
    }


def test_nothing_runs_words_as_program():
    assert places("eval", "exec", "compile_command", "system", "popen", "loads_pickle") == set()
    unsafe = re.compile(
        r"^\s*(?:import|from) (?:pickle|marshal|shelve|yaml|xml\.(?:etree|dom|sax))\b", re.MULTILINE
    )
    assert [
        str(p.relative_to(PACKAGE)) for p in SOURCES if unsafe.search(p.read_text(encoding="utf-8"))
    ] == []
    shells = [
        path
        for path, tree in TREES.items()
        for call in calls(tree, "run", "Popen", "check_output", "call")
        for word in call.keywords
        if word.arg == "shell"
    ]
    assert shells == []


def test_forms_name_their_fields():
    assert places("modelform_factory", "ModelForm") == set()
    assert [
        str(p) for p in SOURCES if re.search(r"fields\s*=\s*[\"']__all__[\"']", p.read_text(encoding="utf-8"))
    ] == []


def test_chance_that_must_not_be_guessed_is_never_a_dice():
    """`random` is for the demo's invented city and for statistics that everybody can work out again from their seed.

    See also test_rooms for who draws at all.
    """
    dice = re.compile(r"^\s*(?:import random|from random)\b", re.MULTILINE)

    thrown = [p.relative_to(PACKAGE) for p in SOURCES if dice.search(p.read_text(encoding="utf-8"))]
    assert {str(path.parent) for path in thrown} == {"doors/demo", "insight/comparison"}


def test_no_weak_hash_but_where_a_standard_asks_for_it():
    weak = re.compile(r"\b(?:md5|sha1|SHA1|MD5|DES|ECB|RC4)\b")
    found = {str(p.relative_to(PACKAGE)) for p in SOURCES if weak.search(p.read_text(encoding="utf-8"))}

    # RFC 6238: authenticator apps count with SHA-1. Fujian draws keys and signs with MD5 and seals in ECB: what it speaks.
    speaks = {f"exchange/dialects/{name}.py" for name in ("envelope", "signing", "sm")}
    # The order in which words come before publishers, which is to say nothing of when they were written.
    assert found == {"accounts/rules.py", "publicity/models.py"} | speaks


SECRETS = {"token", "nonce", "signature", "mac", "digest", "hidden", "secret", "password", "key_hash"}


def test_secrets_are_compared_in_constant_time():
    """What is secret is looked up by its hash or compared by compare_digest, never with == against a name like these."""
    compared = {
        f"{path}:{node.lineno}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        and isinstance(node.ops[0], ast.Eq | ast.NotEq)
        and {_name(node.left), _name(node.comparators[0])} & SECRETS
        and not isinstance(node.comparators[0], ast.Constant)
    }

    # Fingerprints of rows, messages and public lists that are compared to see whether they changed are no secrets.
    assert {place.partition(":")[0] for place in compared} <= {
        "cases/actions/intake.py",
        "doors/commands/samples.py",
        "exchange/manifests/files.py",
        "hotline/actions/incoming.py",
        "reviews/actions/acceptance.py",
        "voices/actions/history.py",
    }


def _name(node: ast.expr) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))


KEYS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bhcp_[A-Za-z0-9_-]{43}\b|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}|(?:SECRET_KEY|API_KEY|PASSWORD)\s*=\s*[\"'][A-Za-z0-9+/_-]{20,}[\"']"
)


def committed() -> list[Path]:
    folders = ("src", "tests", "docs", "scripts", "bench", "examples", "security")
    kinds = {
        ".py",
        ".md",
        ".html",
        ".toml",
        ".json",
        ".jsonl",
        ".csv",
        ".js",
        ".mjs",
        ".css",
        ".sql",
        ".txt",
        ".tsv",
    }
    found = [
        p
        for folder in folders
        for p in (ROOT / folder).rglob("*")
        if p.suffix in kinds and "_build" not in p.parts
    ]
    return [*found, *ROOT.glob("*.md"), ROOT / "Makefile", ROOT / "pyproject.toml"]


def test_no_secret_lies_in_the_repository():
    own = "tests/security/test_sources.py"
    found = {
        str(path.relative_to(ROOT)): KEYS.findall(path.read_text(encoding="utf-8", errors="replace"))
        for path in committed()
        if KEYS.search(path.read_text(encoding="utf-8", errors="replace"))
    }

    assert found.keys() - {own} == set()


@pytest.mark.parametrize(
    "line",
    ['SECRET_KEY = "abcdefghijklmnopqrstuvwxyz"', "-----BEGIN RSA PRIVATE KEY-----", "key hcp_" + "a" * 43],
)
def test_secret_would_be_found(line):
    assert KEYS.search(line)
