"""批次清单 vocabulary: what a sender says of a batch of its own, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - msgspec reads it at run time
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from uuid import UUID


class StatedState(StrEnum):
    """报送批次状态: its rows are going in, all of them went in, or none did."""

    TAKING = "taking"
    TAKEN = "taken"
    REFUSED = "refused"


STATE_LABELS: dict[StatedState, str] = {
    StatedState.TAKING: N_("not wholly taken yet"),
    StatedState.TAKEN: N_("taken whole"),
    StatedState.REFUSED: N_("not taken"),
}

type _Counts = dict[Annotated[str, Meta(max_length=40)], Annotated[int, Meta(ge=0)]]


class Manifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """批次清单: the batch's number within its source, and what is counted of its rows (trust.md DQ-31, 32, 33).

    Numbers of a source are consecutive from 1. What is not counted is left out: `levels` and `channels` belong to reviews,
    `statuses` to cases, as far as a file has our columns for them.
    """

    source: Annotated[str, Meta(min_length=1, max_length=40)]
    seq: Annotated[int, Meta(ge=1, le=2_000_000_000)]
    made_at: Annotated[datetime, Meta(tz=True)]
    rows: Annotated[int, Meta(ge=0)]
    levels: _Counts | None = None
    channels: _Counts | None = None
    statuses: _Counts | None = None


class FileManifest(Manifest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The manifest of a file, which lies beside it as `<file>.manifest.json`."""

    format: Literal["haochaping-manifest-1"]
    kind: Literal["case", "review", "voice"]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


@dataclass(frozen=True, slots=True)
class StatedBatchRow:
    """报送批次 as pages and the import read it."""

    id: UUID
    seq: int
    kind: str
    state: StatedState
    rows: int
    code: str
    made_at: datetime
    received_at: datetime
    late: bool


FILE_FORMAT = "haochaping-manifest-1"
BESIDE = ".manifest.json"
MOST_BYTES = 1 << 16
# Whoever is so far ahead has another numbering than the one before.
MOST_AHEAD = 1000

NOT_A_MANIFEST = Reason(
    "not_a_manifest",
    N_("This is not a manifest of a batch: {value}."),
    N_("Write it as the guide says, or have “haochaping cases manifest” write it."),
)
MANIFEST_OF_OTHER = Reason(
    "not_a_manifest",
    N_("The manifest is one of a batch of {told}; this is one of {expected}."),
    N_("Name the manifest that belongs to it."),
)
MANIFEST_DIFFERS = Reason(
    "manifest_differs",
    N_("“{what}” is {told} in the manifest, and {read} was read. Nothing of the batch was taken."),
    N_("Send the batch again, whole and with the manifest that was made of it, under the same number."),
)
FILE_CHANGED = Reason(
    "file_changed",
    N_(
        "The file “{name}” was changed while it was imported: what was taken need not be what its manifest says."
    ),
    N_(
        "The batch does not count as taken. Import the file again as it was, and look at the rows named above."
    ),
)
NAMED_BY_OTHER = Reason(
    "out_of_scope",
    N_("The batches of “{value}” are not this sender’s to number: it belongs to division {place}."),
    N_("Send the batch with the key of that division, or without a manifest."),
)
SEQ_OF_OTHER = Reason(
    "seq_of_other",
    N_("Batch {seq} of {source} has come before with other content; what came first stands."),
    N_("Number the batches of a source one after the other; this one gets the next number."),
)
SEQ_TOO_FAR = Reason(
    "seq_too_far",
    N_("Batch {seq} of {source} lies too far ahead; {expected} is expected."),
    N_("Number the batches of a source one after the other from 1, and send those that are missing first."),
)
SEQ_UNFINISHED = "unfinished"
"""Of a batch whose rows began to go in and did not all: the class of value on the card."""
