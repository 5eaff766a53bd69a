"""`haochaping dialect set` and `simulate` against the running server, for each way of signing and packing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.utils import timezone

from haochaping.cases.models import Case
from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.exchange.dialects import shelf, sm
from haochaping.kernel.actor import OPERATOR
from tests.doors.commands.test_commands import run
from tests.peers import beijing, fujian, plain, shandong

if TYPE_CHECKING:
    from collections.abc import Callable

_SD = ("370800000000", "370800000000_11370800MB00000000", "1137080000000000000000000000001")
_FJ = ("351001000000", "351001000000_AAA", fujian.CASE["itemCode"])
_WAYS: dict[str, tuple[tuple[str, str, str], str, object, str]] = {
    "shandong": (_SD, "case", [shandong.CASE], '"success": "true"'),
    "beijing": (
        ("110000000000", "11110000MB0000000X", beijing.SERVICE["taskCode"]),
        "share",
        [{"projectService": beijing.SERVICE}],
        '"code": "200"',
    ),
    "fujian-2019": (_FJ, "save", fujian.CASE, "&lt;code&gt;200&lt;"),
    "fujian-2020": (_FJ, "save", fujian.CASE, "&lt;code&gt;200&lt;"),
    "jining": (_SD, "service", plain.JINING_SERVICE, '"code": "1"'),
    "zhejiang-ningbo": (
        ("330200000000", "11330200MB00000000", plain.NINGBO["taskCode"]),
        "report",
        plain.NINGBO,
        '"result": "0"',
    ),
}


@pytest.mark.parametrize("name", _WAYS)
def test_a_message_made_up_here_is_taken(name, port: int, place: Callable[..., None], tmp_path: Path):
    where, call, record, success = _WAYS[name]
    place(*where)
    row = {"code": "theirs", "name": "平台", "division": where[0]}
    assert directory.put(Kind.PLATFORMS, [row], by=OPERATOR, now=timezone.now()) == []
    public, private = sm.key_pair()
    keys: dict[str, Any] = {"mark": "m", "word": "w"} if name not in {"jining", "zhejiang-ningbo"} else {}
    ours = keys | ({"their_public_key": public} if name in {"shandong", "beijing"} else {})

    made = run("dialect", "set", "theirs", name, "--unsigned", *_keys(ours))
    assert made.exit_code == 0, made.output
    address = f"http://127.0.0.1:{port}/wire/{name}/theirs/"
    if name in {"shandong", "beijing"}:
        keys |= {"our_private_key": private, "their_public_key": made.output.split()[-1]}
    file = tmp_path / "record.json"
    file.write_text(json.dumps(record), encoding="utf-8")
    sent = run("dialect", "simulate", name, call, address, str(file), *_keys(keys))

    assert sent.exit_code == 0, sent.output
    assert "HTTP 200" in sent.output
    assert success in sent.output
    assert Case.objects.count() == 1
    assert run("dialect", "close", "theirs").exit_code == 0
    refused = run("dialect", "simulate", name, call, address, str(file), *_keys(keys))
    assert "HTTP 404" in refused.output
    assert refused.exit_code == 1


_EXAMPLES = Path(__file__).parents[2] / "examples" / "dialects"
_RECORDS = sorted([*_EXAMPLES.glob("*.*.json"), _EXAMPLES / "queue-gateway.json"])


@pytest.mark.parametrize("record", _RECORDS, ids=lambda path: path.stem)
def test_every_shipped_example_is_sent_as_it_lies(
    record, port: int, place: Callable[..., None], monkeypatch, tmp_path: Path
):
    name, _, call = record.stem.partition(".")
    if (own := _EXAMPLES / f"{name}.toml").is_file():
        monkeypatch.setattr(settings, "DIALECTS_DIR", tmp_path)
        (tmp_path / own.name).write_bytes(own.read_bytes())
        call = "review"
    place("990102000000", "990102000000_01", "9901020000000101000000000000000")
    row = {"code": "theirs", "name": "平台", "division": "990102000000"}
    assert directory.put(Kind.PLATFORMS, [row], by=OPERATOR, now=timezone.now()) == []
    if name == "anhui":
        # What is asked about there was reported before.
        _set_and_send(port, "zhejiang-shaoxing", "url", _EXAMPLES / "zhejiang-shaoxing.url.json")

    _set_and_send(port, name, call, record)


def _set_and_send(port: int, name: str, call: str, record: Path) -> None:
    public, private = sm.key_pair()
    spoken = shelf.dialect(name, settings.DIALECTS_DIR)
    assert spoken is not None
    keys = {key: key for key in ("mark", "word") if key in spoken.keys}
    sealed = "their_public_key" in spoken.keys
    made = run(
        "dialect",
        "set",
        "theirs",
        name,
        "--unsigned",
        *_keys(keys | ({"their_public_key": public} if sealed else {})),
    )
    assert made.exit_code == 0, made.output
    if sealed:
        keys |= {"our_private_key": private, "their_public_key": made.output.split()[-1]}
    address = f"http://127.0.0.1:{port}/wire/{name}/theirs/"

    sent = run("dialect", "simulate", name, call, address, str(record), *_keys(keys))

    assert sent.exit_code == 0, sent.output


def _keys(keys: dict[str, str]) -> list[str]:
    return [word for name, value in keys.items() for word in ("--key", f"{name}={value}")]
