"""批次清单 of files: read beside them, checked against them before any row is taken, and written for a sender."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from haochaping.exchange import tables
from haochaping.exchange.manifests.rules import (
    check,
    counted,
    differs,
    read_manifest,
    totals_of,
)
from haochaping.exchange.manifests.terms import (
    BESIDE,
    FILE_FORMAT,
    MANIFEST_OF_OTHER,
    MOST_BYTES,
    NOT_A_MANIFEST,
    FileManifest,
)
from haochaping.exchange.terms import RecordKind
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


def beside(file: Path) -> Path:
    """Where the manifest of a file lies."""
    return file.with_name(file.name + BESIDE)


def read(path: Path, kind: RecordKind) -> FileManifest:
    """The manifest of a file of these records; raises `Refused` (NOT_A_MANIFEST, MANIFEST_OF_OTHER)."""
    with path.open("rb") as file:
        said = file.read(MOST_BYTES + 1)
    if len(said) > MOST_BYTES:
        raise Refused(NOT_A_MANIFEST, value=f"> {MOST_BYTES >> 10} KiB")
    try:
        text = said.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(NOT_A_MANIFEST, value="UTF-8") from None
    found = read_manifest(text, FileManifest)
    if found.kind != kind:
        raise Refused(MANIFEST_OF_OTHER, field="kind", told=found.kind, expected=kind.value)
    return found


def check_file(manifest: FileManifest, file: Path) -> None:
    """Whether a file is the one that its manifest was made of; raises `Refused(MANIFEST_DIFFERS)`.

    Its bytes are compared first: of a file that was cut, not a row is read.
    """
    digest = _sha256(file)
    if digest != manifest.sha256:
        raise differs("sha256", manifest.sha256, digest)
    rows = (None if row.complaint else row.fields for row in tables.rows(file))
    check(manifest, totals_of(rows, RecordKind(manifest.kind), manifest.source))


def write(file: Path, kind: RecordKind, *, source: str, seq: int, now: datetime) -> bytes:
    """The manifest of a file that is there as a whole; raises `Refused` when it cannot be read, or holds other sources' rows."""
    rows = (None if row.complaint else row.fields for row in tables.rows(file))
    totals = totals_of(rows, kind, source)
    if totals.stranger:
        raise differs("source", source, totals.stranger)
    said = {
        "format": FILE_FORMAT,
        "kind": kind.value,
        "source": source,
        "seq": seq,
        "made_at": now.isoformat(timespec="seconds"),
        "rows": totals.rows,
        "sha256": _sha256(file),
        **counted(totals),
    }
    return msgspec.json.format(msgspec.json.encode(said)) + b"\n"


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
