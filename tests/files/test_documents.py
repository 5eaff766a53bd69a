"""证据文件: what bytes are by themselves, kept as they were sent, with an entry and its proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from haochaping.files import actions, queries
from haochaping.files.documents import kind_of, recognised
from haochaping.files.models import Document as Kept
from haochaping.files.terms import DOCUMENT_BYTES
from haochaping.flows.verify_ledger import verify_ledger
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger_actions
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from tests.photographs import photograph

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.files.terms import Document

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\0" * 20
PDF = b"%PDF-1.7\n%\xe2\xe3\n"
LOG = "叫号 A12 10:02 评价 1\r\n10:03 更正\t5\n"
OWNER, OTHER = "a-1", "a-2"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (WAV, "wav"),
        (b"ID3\x04\0\0", "mp3"),
        (b"\xff\xfb\x90\x64", "mp3"),
        (b"\0\0\0\x20ftypM4A \0\0", "mp4"),
        (b"OggS\0\x02", "ogg"),
        (PDF, "pdf"),
        (LOG.encode(), "text"),
        (LOG.encode("utf-8-sig"), "text"),
        (LOG.encode("gb18030"), "text"),
        # Whatever its name says: nothing, a picture, a program, an archive, text of two bytes, a HEIC picture.
        (b"", None),
        (b" \n", None),
        (photograph(), None),
        (b"MZ\x90\0\x03\0", None),
        (b"\x7fELF\x02\x01\x01\0", None),
        (b"PK\x03\x04\x14\0", None),
        (LOG.encode("utf-16"), None),
        (b"\0\0\0\x20ftypheic\0\0", None),
        (b"RIFF\x24\0\0\0WEBPVP8 ", None),
    ],
)
def test_a_document_is_what_its_bytes_are(content, kind):
    assert kind_of(content) == kind


def test_what_is_no_document_is_named():
    with pytest.raises(Refused) as refused:
        recognised(b"MZ\x90\0", name="rec.mp3")

    assert (refused.value.code, refused.value.complaint.params["name"]) == ("document_unknown", "rec.mp3")


def test_what_is_too_large_is_not_looked_into():
    with pytest.raises(Refused) as refused:
        recognised(PDF + b" " * DOCUMENT_BYTES, name="a.pdf")

    assert refused.value.code == "document_too_large"
    assert refused.value.complaint.params == {"name": "a.pdf", "megabytes": 11, "limit": 10}


def _keep(now: datetime, *documents: Document, owner: str = OWNER) -> list[UUID]:
    return actions.keep_documents("appeal", owner, documents, by=REVIEWER, now=now)


DOCUMENTS = [recognised(content, name="x") for content in (WAV, PDF, LOG.encode(), b"OggS\0\x02")]


@pytest.mark.django_db
class TestKept:
    def test_documents_have_places_contents_and_entries(self, now):
        ids = _keep(now, *DOCUMENTS[:2], DOCUMENTS[0])

        shown = queries.documents_of("appeal", OWNER)
        assert [(one.id, one.place, one.kind, one.size) for one in shown] == [
            (ids[0], 1, "wav", len(WAV)),
            (ids[1], 2, "pdf", len(PDF)),
        ]
        assert queries.document_of(ids[1], subject_kind="appeal", subject_id=OWNER) == ("pdf", PDF)
        (entry,) = ledger.entries_of("document", str(ids[0]))
        assert (entry.kind, entry.facts) == (
            EntryKind.DOCUMENT_KEPT,
            {"of": f"appeal:{OWNER}", "kind": "wav"},
        )

    def test_a_fourth_is_refused_and_none_of_them_kept(self, now):
        with pytest.raises(Refused) as refused:
            _keep(now, *DOCUMENTS)

        assert refused.value.code == "too_many_documents"
        assert queries.documents_of("appeal", OWNER) == []

    def test_none_is_shown_through_another_thing(self, now):
        (mine,) = _keep(now, DOCUMENTS[0])

        with pytest.raises(Refused) as refused:
            queries.document_of(mine, subject_kind="appeal", subject_id=OTHER)

        assert refused.value.code == "no_such_document"

    def test_the_database_keeps_the_bounds_itself(self, now):
        (kept,) = _keep(now, DOCUMENTS[0])

        for wrong in ({"place": 4}, {"content": b"\0"}, {"kind": "exe"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Kept.objects.filter(id=kept).update(**wrong)

    def test_one_changed_past_the_program_is_found(self, now):
        (kept,) = _keep(now, DOCUMENTS[0])
        ledger_actions.chain(now=now)
        assert list(verify_ledger(now=now)) == []

        Kept.objects.filter(id=kept).update(content=WAV[:-1] + b"\x01")

        assert [(finding.code, finding.subject) for finding in verify_ledger(now=now)] == [
            ("document_differs", str(kept))
        ]
