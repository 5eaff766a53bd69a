"""`/account/audit/`: what people did, for the auditor: by person, kind, subject and period; and the chain behind it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.accounts import queries as accounts
from haochaping.accounts.access import check_scope
from haochaping.accounts.terms import Power
from haochaping.doors.confirmation import Fresh
from haochaping.doors.console.forms import AuditForm
from haochaping.doors.console.particulars import particulars, subject_kind, subject_words
from haochaping.doors.console.who import names_of
from haochaping.doors.desk import INVALID, desk_page, refusable
from haochaping.doors.gate import actor_of, leave_note, requires
from haochaping.doors.paging import page_number
from haochaping.doors.sheets import EXPORT_AT_MOST, csv_answer, said_of_rest
from haochaping.kernel.actor import Actor, ActorKind
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import N_
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import KIND_LABELS, EntryKind
from haochaping.ui.moments import iso

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from django.http import HttpRequest, HttpResponse

    from haochaping.ledger.terms import EntryRow

_ON_PAGE = 50
_OF_SUBJECT = 1000
_DAY = timedelta(days=1)
_HERE = "account_audit"
_CODES = frozenset({"kind", "since", "until"})


@requires(Power.AUDIT_READ, whole=True)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The entries asked for, newest first; the whole installation, so that a local auditor is told no."""
    check_scope(actor_of(request), division_path="")
    form = AuditForm(request.GET)
    number = page_number(request.GET.get("page", ""))
    rows = _entries(form, limit=_ON_PAGE + 1, offset=(number - 1) * _ON_PAGE)
    kept = _kept(request, form)
    context = {
        "form": form,
        "rows": _shown(rows[:_ON_PAGE]),
        "export": f"{reverse('account_audit_export')}?{urlencode(kept)}",
        "exported": EXPORT_AT_MOST,
        "previous": f"?{urlencode(kept | {'page': number - 1})}" if number > 1 else "",
        "next": f"?{urlencode(kept | {'page': number + 1})}" if len(rows) > _ON_PAGE else "",
        "head": ledger.head(),
        "lag": ledger.lag(),
    }
    status = 200 if form.is_valid() else INVALID
    return desk_page(request, "console/audit.html", context, here=_HERE, status=status)


@requires(Power.AUDIT_READ, fresh=Fresh.ALWAYS, whole=True)
@require_safe
@refusable
def export(request: HttpRequest) -> HttpResponse:
    """The same entries as a file, the newest 1,000; taking them away is recorded itself."""
    check_scope(actor_of(request), division_path="")
    form = AuditForm(request.GET)
    found = _entries(form, limit=EXPORT_AT_MOST + 1)
    rows = _shown(found[:EXPORT_AT_MOST])
    # What was typed is no fact; who and what was found is.
    asked = {f"asked_{name}": value for name, value in _kept(request, form).items() if name in _CODES}
    who = _actor(form.cleaned_data["person"])[0] if form.is_valid() else ""
    leave_note(request, EntryKind.EXPORTED, "audit", "", rows=str(len(rows)), asked_person=who, **asked)
    titles = (
        N_("When"),
        N_("Who"),
        N_("What happened"),
        N_("To what"),
        N_("Particulars"),
        N_("Ledger entry"),
    )
    cells = ("when", "who", "kind", "subject", "facts", "id")
    lines = [[str(row[cell]) for cell in cells] for row in rows]
    mark = said_of_rest(len(found), len(rows))
    return csv_answer("audit.csv", [gettext(title) for title in titles], lines, mark=mark)


@requires(Power.AUDIT_READ, whole=True)
@require_safe
@refusable
def subject(request: HttpRequest) -> HttpResponse:
    """Everything the ledger holds about one thing, oldest first and the newest 1,000 at most, with its place in the chain."""
    check_scope(actor_of(request), division_path="")
    kind, subject_id = request.GET.get("kind", "")[:40], request.GET.get("id", "")[:100]
    context = {
        "subject": subject_words(kind, subject_id),
        "rows": _shown(ledger.entries_of(kind, subject_id, limit=_OF_SUBJECT)),
        "most": _OF_SUBJECT,
        "head": ledger.head(),
        "lag": ledger.lag(),
    }
    return desk_page(request, "console/subject.html", context, here=_HERE)


def _entries(form: AuditForm, *, limit: int, offset: int = 0) -> list[EntryRow]:
    asked = form.cleaned_data if form.is_valid() else {}
    actor, known = _actor(str(asked.get("person") or ""))
    if not known or not asked:
        return []
    return ledger.entries_by(
        actor=actor,
        kind=EntryKind(int(asked["kind"])) if asked["kind"] else None,
        subject=_subject(asked["subject"]),
        since=_start(asked["since"]),
        until=_start(asked["until"], _DAY),
        limit=limit,
        offset=offset,
    )


def _kept(request: HttpRequest, form: AuditForm) -> dict[str, str]:
    return {name: str(value) for name, value in request.GET.items() if name in form.fields and value}


def _actor(username: str) -> tuple[str, bool]:
    """How the ledger calls a person, and whether there is one; the empty name is everybody."""
    if not username:
        return "", True
    person = accounts.staff_by_username(username.strip())
    return (str(Actor(ActorKind.STAFF, str(person.id))), True) if person else ("", False)


def _subject(text: str) -> tuple[str, str] | None:
    """“Account 7” as the list writes it, “user 7” as the ledger does, or the number alone."""
    words, _, pk = text.strip().rpartition(" ")
    return (subject_kind(words), pk) if pk else None


def _start(day: date | None, more: timedelta = timedelta()) -> datetime | None:
    return datetime.combine(day, time(), BEIJING) + more if day else None


def _shown(rows: list[EntryRow]) -> list[Mapping[str, object]]:
    names = names_of({row.actor for row in rows})
    return [
        {
            "id": row.id,
            "at": row.recorded_at,
            "when": iso(row.recorded_at),
            "who": names[row.actor],
            "kind": gettext(KIND_LABELS[row.kind]),
            "subject": subject_words(row.subject_kind, row.subject_id),
            "href": f"{reverse('account_audit_subject')}?"
            + urlencode({"kind": row.subject_kind, "id": row.subject_id}),
            "facts": particulars(row.facts, row.kind),
            "index": row.index,
        }
        for row in rows
    ]
