"""What must not stand in a log: keys to somebody's review or account, rows of people, and lines that others wrote."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus

from haochaping.doors.outage import OUTAGE
from haochaping.kernel.text import INVISIBLE

_SECRET = re.compile(r"(/(?:r|status|protection|voices|again|wire|account/link)/)[^\s\"'<>]+")
# PostgreSQL's errors may go on with the row or the values they are about.
_DETAIL = re.compile(
    r"^(DETAIL|CONTEXT|HINT|LINE \d+): .*(?:\n(?![A-Z]+: |Traceback|[\w.]+: ).*)*", re.MULTILINE
)
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in b"\n\t"}
_VISIBLE = _CONTROL | {code: f"\\u{code:04x}" for code in (*INVISIBLE, 0x2028, 0x2029)}
# A later line of a record begins so, and no record does: nobody outside can write one that looks like a record.
_CONTINUED = "\n    "


class WithoutSecretAddresses(logging.Filter):
    """Cuts invitations, receipts, one-time links and evaluator addresses out of every line, whoever wrote it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten the record's text in place; every record passes."""
        text = record.getMessage()
        shortened = _SECRET.sub(r"\1…", text)
        if shortened != text:
            record.msg, record.args = shortened, ()
        # A refusal is no error of ours: the line says who was refused what, a traceback would only bury it.
        if (
            getattr(record, "status_code", 0)
            and record.__dict__["status_code"] < HTTPStatus.INTERNAL_SERVER_ERROR
        ):
            record.exc_info = None
        # Nor is a database that is away: whatever met it meanwhile would log the same traceback.
        error = record.exc_info and record.exc_info[1]
        if isinstance(error, OUTAGE):
            said = str(error).partition("\n")[0]
            record.msg, record.args = f"{record.getMessage()} (the database: {said})", ()
            record.exc_info = None
        return True


class OneRecord(logging.Formatter):
    """One record, one line, and a traceback indented below it; no control or direction character gets through."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as it is written, with the reference that the page with the error shows."""
        reference = getattr(getattr(record, "request", None), "reference", "")
        record.msg, record.args = record.getMessage().replace("\n", "\\n"), ()
        text = _DETAIL.sub(r"\1: …", super().format(record)).translate(_VISIBLE).replace("\n", _CONTINUED)
        head, *rest = text.split(_CONTINUED)
        return _CONTINUED.join([f"{head} [{reference}]" if reference else head, *rest])
