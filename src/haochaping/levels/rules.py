"""层级交换 rules: how a file is written and read; what its totals are; which numbers are missing."""

from __future__ import annotations

import gzip
import re
import zlib
from base64 import b64decode, b64encode
from collections import Counter
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import msgspec

from haochaping.exchange.fields import shown
from haochaping.exchange.rules import read_json
from haochaping.kernel.refused import Refused
from haochaping.levels import keys
from haochaping.levels.terms import (
    ANSWER_FORMAT,
    BATCH_FORMAT,
    MOST_BODY,
    MOST_PACKED,
    MOST_RECORDS,
    MOST_UNPACKED,
    NOT_A_RECORD,
    NOT_OURS,
    SCHEMA,
    SCHEMAS,
    TOO_LARGE_BATCH,
    TOTALS_DIFFER,
    UNKNOWN_SCHEMA,
    Answer,
    BatchKind,
    Manifest,
    Packed,
    Totals,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import timedelta

    from haochaping.levels.keys import Keys
    from haochaping.levels.terms import Peer, ToldOrder

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
_GZIP = b"\x1f\x8b"
_PLACE = re.compile(r"\{([a-z_]+)\}")

type Record = dict[str, Any]


def is_code(text: str) -> bool:
    """Whether this can be the code of an installation."""
    return _CODE.fullmatch(text) is not None


def is_address(text: str) -> bool:
    """Whether batches could be sent there."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and not (parts.query or parts.fragment)


def pack(head: bytes, body: bytes, signing: Keys) -> bytes:
    """A file of ours before it is sealed: the signed line, its signature, the body; compressed."""
    signature = b64encode(keys.signature_of(signing, head))
    return gzip.compress(head + b"\n" + signature + b"\n" + body, mtime=0)


def unpack(content: bytes) -> Packed:
    """Take a file apart, compressed or plain, believing nothing; raises `Refused` (NOT_OURS, TOO_LARGE_BATCH)."""
    if len(content) > MOST_PACKED:
        raise Refused(TOO_LARGE_BATCH, limit=MOST_PACKED // 2**20)
    plain = _inflated(content) if content.startswith(_GZIP) else content
    if len(plain) > MOST_UNPACKED:
        raise Refused(TOO_LARGE_BATCH, limit=MOST_UNPACKED // 2**20)
    head, first, rest = plain.partition(b"\n")
    written, second, body = rest.partition(b"\n")
    if not (head and first and second):
        raise Refused(NOT_OURS)
    try:
        signature = b64decode(written, validate=True)
    except ValueError:
        raise Refused(NOT_OURS) from None
    return Packed(head, signature, body, content)


def _inflated(content: bytes) -> bytes:
    inflating = zlib.decompressobj(wbits=31)
    try:
        plain = inflating.decompress(content, MOST_UNPACKED + 1)
    except zlib.error:
        raise Refused(NOT_OURS) from None
    if len(plain) <= MOST_UNPACKED and (not inflating.eof or inflating.unused_data):
        raise Refused(NOT_OURS)
    return plain


def read_head(packed: Packed) -> Manifest | Answer:
    """The first line as what it says it is; raises `Refused(NOT_OURS)`."""
    try:
        said = read_json(packed.head.decode())
        kind = said.get("format") if isinstance(said, dict) else None
        if kind == BATCH_FORMAT:
            return msgspec.convert(said, Manifest)
        if kind == ANSWER_FORMAT:
            return msgspec.convert(said, Answer)
    except (Refused, ValueError, msgspec.ValidationError):
        raise Refused(NOT_OURS) from None
    raise Refused(NOT_OURS)


def head_of(said: Manifest | Answer) -> bytes:
    """A manifest or answer as the line that is signed."""
    return msgspec.json.encode(said)


def manifest_of(
    lines: Sequence[Record],
    body: bytes,
    *,
    kind: BatchKind,
    sender: str,
    receiver: str,
    seq: int,
    period: tuple[datetime, datetime],
    now: datetime,
) -> Manifest:
    """What a batch says of itself."""
    totals = totals_of(lines) if kind == BatchKind.RECORDS else _plain_totals(lines)
    return Manifest(
        format=BATCH_FORMAT,
        kind=kind,
        sender=sender,
        receiver=receiver,
        seq=seq,
        made_at=now,
        period=period,
        schema=SCHEMA,
        code_sets=code_sets_of(lines) if kind == BatchKind.RECORDS else [],
        rows=totals.rows,
        levels=totals.levels,
        channels=totals.channels,
        first_at=totals.first_at,
        last_at=totals.last_at,
        bytes=len(body),
        sha256=sha256(body).hexdigest(),
    )


def cut(lines: Iterable[Record]) -> Iterator[list[Record]]:
    """Lines in batches that are not too large."""
    batch: list[Record] = []
    size = 0
    for one in lines:
        length = len(line_of(one))
        if batch and (len(batch) >= MOST_RECORDS or size + length > MOST_BODY):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += length
    if batch:
        yield batch


def body_of(lines: Iterable[Record]) -> bytes:
    """Records as lines, always in the same letters."""
    return b"".join(line_of(line) for line in lines)


def line_of(line: Record) -> bytes:
    """One record as its line."""
    return msgspec.json.encode(line, order="sorted") + b"\n"


def check_bytes(manifest: Manifest, body: bytes) -> None:
    """Whether these are the bytes that were signed for; raises `Refused` (TOTALS_DIFFER, UNKNOWN_SCHEMA)."""
    if len(body) != manifest.bytes or sha256(body).hexdigest() != manifest.sha256:
        raise Refused(TOTALS_DIFFER, field="sha256", what="sha256")
    if manifest.schema not in SCHEMAS:
        raise Refused(UNKNOWN_SCHEMA, field="schema", value=shown(manifest.schema, 40))


def lines_of(body: bytes) -> list[Record]:
    """The lines of a body, read strictly; raises `Refused(NOT_A_RECORD)` naming the line."""
    found = []
    for number, line in enumerate(filter(None, body.split(b"\n")), start=1):
        try:
            said = read_json(line.decode())
        except (Refused, UnicodeDecodeError):
            raise Refused(NOT_A_RECORD, line=number, what="JSON") from None
        if not isinstance(said, dict):
            raise Refused(NOT_A_RECORD, line=number, what="JSON")
        found.append(said)
    return found


def check_records(lines: Sequence[Record]) -> None:
    """Whether each line is a case with its reviews and orders; raises `Refused(NOT_A_RECORD)`."""
    for number, line in enumerate(lines, start=1):
        for name, kind in (("case", dict), ("reviews", list), ("orders", list)):
            if not isinstance(line.get(name), kind):
                raise Refused(NOT_A_RECORD, line=number, what=name)
        if not isinstance(line["case"].get("occurrences"), list):
            raise Refused(NOT_A_RECORD, line=number, what="occurrences")
        if not all(isinstance(one, dict) for one in (*line["reviews"], *line["orders"])):
            raise Refused(NOT_A_RECORD, line=number, what="reviews, orders")


def totals_of(lines: Sequence[Record]) -> Totals:
    """What is counted of the records of a batch (DQ-31)."""
    reviews = [review for line in lines for review in line["reviews"]]
    times = sorted(str(review.get("assessed_at")) for review in reviews)
    return Totals(
        rows={
            "case": len(lines),
            "occurrence": sum(len(line["case"]["occurrences"]) for line in lines),
            "review": len(reviews),
            "order": sum(len(line["orders"]) for line in lines),
        },
        levels=_counted(reviews, "rating_value"),
        channels=_counted(reviews, "channel"),
        first_at=times[0] if times else "",
        last_at=times[-1] if times else "",
    )


def _plain_totals(lines: Sequence[Record]) -> Totals:
    return Totals(rows={"line": len(lines)}, levels={}, channels={}, first_at="", last_at="")


def _counted(rows: Sequence[Mapping[str, object]], name: str) -> dict[str, int]:
    return dict(sorted(Counter(str(row.get(name)) for row in rows).items()))


def code_sets_of(lines: Sequence[Record]) -> list[str]:
    """The indicator sets that the reviews of a batch speak in."""
    named = (review.get("indicator_set") for line in lines for review in line["reviews"])
    return sorted({str(name) for name in named if name})


def check_totals(manifest: Manifest, lines: Sequence[Record]) -> None:
    """Whether what was read is what the manifest counts; raises `Refused(TOTALS_DIFFER)` naming what is not."""
    read = totals_of(lines) if manifest.kind == BatchKind.RECORDS else _plain_totals(lines)
    for name in ("rows", "levels", "channels", "first_at", "last_at"):
        if getattr(read, name) != getattr(manifest, name):
            raise Refused(TOTALS_DIFFER, field=name, what=name)


def key_of(line: Record) -> tuple[str, str]:
    """The case a record is about: platform and number."""
    case = cast("Mapping[str, object]", line["case"])
    return str(case.get("source", "")), str(case.get("case_no", ""))


def is_late(happened_at: datetime | str | None, now: datetime, after: timedelta) -> bool:
    """Whether something was told longer after it happened than it may take; not where nobody can say when it did."""
    at = _moment(happened_at)
    return at is not None and now - at > after


def last_of_case(case: Mapping[str, object]) -> datetime | None:
    """When the last happened to a case of which it tells the moment."""
    told = (_moment(case.get(name)) for name in ("applied_at", "accepted_at", "completed_at"))
    return max((at for at in told if at is not None), default=None)


def last_of_order(order: ToldOrder) -> datetime:
    """When an order was opened, dispatched, answered or closed, whichever was last."""
    told = (order.created_at, order.dispatched_at, order.replied_at, order.closed_at)
    return max(at for at in map(_moment, told) if at is not None)


def _moment(told: object) -> datetime | None:
    try:
        at = told if isinstance(told, datetime) else datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return at.replace(tzinfo=at.tzinfo or UTC)


def number_to_go_on_with(peer: Peer, first: int | None) -> int | None:
    """The number that a peer above expects, where ours do not lead to it; `first` is the lowest that is not settled.

    Ours lie below it after a wrong “exchange again” or when our database was put back to an earlier day; above it when
    that was done there. What is left out changes neither.
    """
    if not peer.sends or peer.expects is None:
        return None
    following = peer.told_seq + 1
    return peer.expects if following < peer.expects or peer.expects < (first or following) else None


def shown_params(params: Mapping[str, object]) -> dict[str, str]:
    """What a reason speaks of, as it can be kept and shown, whatever the other side has put there."""
    return {shown(name, 40): shown(value, 100) for name, value in list(params.items())[:20]}


def filled(message: str, params: Mapping[str, str]) -> str:
    """A sentence with its places filled; by name and nothing else, as sentence and values come from elsewhere."""
    return _PLACE.sub(lambda place: params.get(place[1], place[0]), message)
