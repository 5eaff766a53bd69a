"""One message of a reconciliation to another installation, and its answer read with care."""

from __future__ import annotations

from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from haochaping.exchange.fields import shown
from haochaping.exchange.reconciliation.terms import (
    Heard,
    OtherSideAwayError,
    OtherSideRefusedError,
    ReconciliationState,
    RowDifference,
    Sums,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from haochaping.exchange.reconciliation.terms import Part, StatedKind

# The other side works out its statement of the whole day before it answers the first time.
SECONDS = 60
_LARGEST_ANSWER = 4 * 1024 * 1024


class _Sums(Struct):
    count: int
    total: int
    digest: str


class _Answer(Struct):
    state: ReconciliationState
    here: _Sums
    wanted: list[str]
    count: int
    differing: list[RowDifference]


class _Problem(Struct):
    type: str
    detail: str = ""
    remedy: str = ""


def say(
    address: str,
    key: str,
    source: str,
    kind: StatedKind,
    day: date,
    *,
    statement: Sums | None = None,
    parts: Sequence[Part] = (),
) -> Heard:
    """Tell sums or parts to `…/api/v1/reconciliation`; a redirect is not followed.

    Raises:
        OtherSideAwayError: nobody answered, or not in a way that can be read.
        OtherSideRefusedError: the other side takes nothing, and says why.
    """
    saying: dict[str, object] = {"source": source, "kind": kind, "day": day, "parts": [*map(_part, parts)]}
    if statement is not None:
        saying["statement"] = _wire(statement)
    status, told = _post(address, key, msgspec.json.encode(saying))
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        raise _refused(status, told)
    try:
        if status == HTTPStatus.OK:
            said = msgspec.json.decode(told, type=_Answer)
            here = Sums(said.here.count, said.here.total, int(said.here.digest, 16))
            return Heard(said.state, here, said.wanted, said.count, said.differing)
    except (msgspec.MsgspecError, ValueError):
        pass
    raise OtherSideAwayError(f"answered {status}")


def _refused(status: int, told: bytes) -> OtherSideRefusedError:
    """A refusal in its own sentences, with its code where it has one."""
    try:
        problem = msgspec.json.decode(told, type=_Problem)
    except msgspec.MsgspecError:
        return OtherSideRefusedError(f"{status}: {shown(told.decode(errors='replace'), 300)}")
    said = f"{problem.detail} {problem.remedy}".strip() or problem.type
    return OtherSideRefusedError(f"{status}: {shown(said, 300)}", problem.type.rpartition("#")[2])


def _wire(sums: Sums) -> dict[str, object]:
    return {"count": sums.count, "total": sums.total, "digest": f"{sums.digest:016x}"}


def _part(part: Part) -> dict[str, object]:
    if part.children is None:
        return {"prefix": part.prefix, "rows": list(part.rows or ())}
    children = {digit: _wire(sums) for digit, sums in part.children.items()}
    return {"prefix": part.prefix, "children": children}


def _post(address: str, key: str, body: bytes) -> tuple[int, bytes]:
    parts = urlsplit(address)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "haochaping",
        "Authorization": f"Bearer {key}",
    }
    https = parts.scheme == "https"
    line = (HTTPSConnection if https else HTTPConnection)(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        line.request("POST", f"{parts.path.rstrip('/')}/api/v1/reconciliation", body, headers)
        answer = line.getresponse()
        return answer.status, answer.read(_LARGEST_ANSWER)
    except (OSError, HTTPException) as error:
        raise OtherSideAwayError(f"cannot be reached: {type(error).__name__}") from error
    finally:
        line.close()
