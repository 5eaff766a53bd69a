"""`/divisions/…/publication`: what of a place's words waits, what was kept back and why, and words without a place."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.directory import queries as directory
from haochaping.doors.board import figures
from haochaping.doors.board.terms import BAD_QUARTER, WHY_GONE
from haochaping.doors.compression import compressed
from haochaping.doors.gate import public
from haochaping.doors.paging import LAST_PAGE, page_number
from haochaping.insight import queries as insight
from haochaping.kernel.periods import Period, local_day
from haochaping.kernel.refused import N_, Complaint
from haochaping.publicity import queries
from haochaping.publicity.rules import in_all, quarter_of
from haochaping.publicity.terms import APPEARING, GROUND_LABELS, Decision, Ground, WaitingCount
from haochaping.ui.sentences import say
from haochaping.ui.shapes import Column, Link

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest, HttpResponse

    from haochaping.directory.terms import AgencyRef, DivisionRef
    from haochaping.insight.terms import Place, Tally
    from haochaping.postgres.together import Asked
    from haochaping.publicity.queries import Glance
    from haochaping.publicity.terms import KeptBackCount, Note, PublishedReview, RaisedText

    type Row = list[str | int | Link]

_ON_PAGE = 10
_QUARTERS = 8
_LISTED = 200
_DECIDED = {
    Decision.HELD: N_("Held back"),
    Decision.TAKEN_DOWN: N_("Taken down"),
    Decision.RESTORED: N_("Published after all"),
}
_OUT = "out"


@public
@require_safe
@compressed
def page(request: HttpRequest, code: str) -> HttpResponse:
    """How publication stands in a division: waiting, kept back, excluded, and the words that stand without item and agency."""
    found = directory.division(code)
    if found is None:
        sentence = gettext("There is no division with the code “{code}”.").format(code=code[:60])
        return render(request, "board/unknown.html", {"sentence": sentence}, status=404)
    above = directory.ancestors(found.path)
    trail = [
        Link(gettext("Front page"), reverse("front")),
        *(Link(one.name, reverse("division", args=[one.code])) for one in above),
        Link(gettext("Publication")),
    ]
    asked = {"name": found.name, "trail": trail, "place": reverse("division", args=[found.code])}
    today = local_day(timezone.now())
    quarters = _last_quarters(today)
    typed = request.GET.get("quarter", "")
    quarter = {named(one): one for one in quarters}.get(typed) if typed else quarters[0]
    if quarter is None:
        sentences = [say(Complaint(BAD_QUARTER, "quarter", {"value": typed[:20]}))]
        return render(request, "board/publication.html", asked | {"sentences": sentences}, status=422)
    context: dict[str, object] = {
        "quarter": named(quarter),
        "quarters": [named(one) for one in quarters],
        **_waiting(found),
        **_decided(found, quarter),
        **_raised(request, found, named(quarter)),
    }
    return render(request, "board/publication.html", asked | context)


def named(quarter: date) -> str:
    """A quarter as it is written: 2026-Q4."""
    return f"{quarter.year}-Q{(quarter.month + 2) // 3}"


def asked_glance(place: Place) -> Asked[Glance]:
    """What there is to say of publication at a place this quarter."""
    return queries.glance(place, quarter_of(local_day(timezone.now())))


def glance(found: Glance) -> dict[str, object]:
    """What the page of a division or agency says of publication this quarter."""
    return {"publication": found, "publication_quarter": named(quarter_of(local_day(timezone.now())))}


def _last_quarters(today: date) -> list[date]:
    found = [quarter_of(today)]
    while len(found) < _QUARTERS:
        found.append(quarter_of(found[-1] - timedelta(days=1)))
    return found


def _waiting(found: DivisionRef) -> dict[str, object]:
    """What waits, of the whole division and by the divisions below."""
    counts = queries.waiting(found.path)
    below = [one for one in directory.children(found.id) if one.code in counts]
    rows = [_waiting_row(Link(found.name), counts[""])] if "" in counts and below else []
    rows += [
        _waiting_row(Link(one.name, reverse("publication", args=[one.code])), counts[one.code])
        for one in below
    ]
    columns = [Column(gettext("Division")), *(Column(text, numeric=True) for text in _waiting_heads())]
    return {"waiting": in_all(counts.values()), "waiting_columns": columns, "waiting_rows": rows}


def _waiting_heads() -> list[str]:
    return [
        gettext("Beyond the deadline"),
        gettext("Before the publishers"),
        gettext("Waiting for their week"),
    ]


def _waiting_row(link: Link, count: WaitingCount) -> Row:
    return [link, count.overdue, count.offered, count.coming]


def _decided(found: DivisionRef, quarter: date) -> dict[str, object]:
    """Decisions of a quarter by ground and by agency, with the reviews that were excluded in it."""
    counts = queries.decisions(found.path, quarter)
    agencies = {one.id: one for one in directory.agencies_of(found.id, limit=_LISTED)}
    others = {one.agency_id for one in counts if one.decision not in APPEARING} - agencies.keys()
    period = Period(quarter, _after(quarter) - timedelta(days=1))
    ids = [*agencies, *sorted(others)][:_LISTED]
    tallies = insight.tally_of_each({"division": [found.id], "agency": ids}, period)
    names = {**directory.agency_names(others)} if others else {}
    names |= {pk: one.name for pk, one in agencies.items()}
    return {
        "grounds": _by_ground(counts),
        "ground_columns": [
            Column(gettext("Ground")),
            *(Column(gettext(text), numeric=True) for text in _DECIDED.values()),
        ],
        "released": sum(one.n for one in counts if one.decision == Decision.RELEASED),
        "excluded": figures.excluded(tallies["division"][found.id]),
        "organisations": _by_agency(counts, ids, names, agencies, tallies["agency"]),
        "organisation_columns": [
            Column(gettext("Agency")),
            Column(gettext("Published"), numeric=True),
            *(Column(gettext(text), numeric=True) for text in _DECIDED.values()),
            Column(gettext("Reviews excluded"), numeric=True),
        ],
    }


def _after(quarter: date) -> date:
    return quarter_of(quarter + timedelta(days=95))


def _by_ground(counts: Sequence[KeptBackCount]) -> list[Row]:
    found: Counter[tuple[str, Decision]] = Counter()
    for one in counts:
        found[one.ground, one.decision] += one.n
    rows: list[Row] = []
    for ground in Ground:
        told = [found[ground, decision] for decision in (Decision.HELD, Decision.TAKEN_DOWN)]
        if any(told):
            rows.append([gettext(GROUND_LABELS[ground]), *told, "–"])
    if restored := found["", Decision.RESTORED]:
        rows.append([gettext("Without ground any more"), "–", "–", restored])
    return rows


def _by_agency(
    counts: Sequence[KeptBackCount],
    ids: Sequence[int],
    names: Mapping[int, str],
    linked: Mapping[int, AgencyRef],
    tallies: Mapping[int, Tally],
) -> list[Row]:
    found: Counter[tuple[int, Decision]] = Counter()
    for one in counts:
        found[one.agency_id, one.decision] += one.n
    rows: list[Row] = []
    for pk in ids:
        kept = [found[pk, decision] for decision in _DECIDED]
        excluded = figures.excluded(tallies[pk])["all"]
        if any(kept) or excluded:
            href = reverse("agency", args=[linked[pk].code]) if pk in linked else ""
            rows.append([Link(names[pk], href), found[pk, Decision.RELEASED], *kept, excluded])
    return rows


def _raised(request: HttpRequest, found: DivisionRef, quarter: str) -> dict[str, object]:
    number = page_number(request.GET.get("page", ""))
    raised = queries.raised(found.id, limit=_ON_PAGE + 1, offset=(number - 1) * _ON_PAGE)
    more = len(raised) > _ON_PAGE and number < LAST_PAGE
    at = f"?quarter={quarter}&page="
    return {
        "raised": [_raised_text(one) for one in raised[:_ON_PAGE]],
        "page": number,
        "previous": f"{at}{number - 1}#texts" if number > 1 else "",
        "next": f"{at}{number + 1}#texts" if more else "",
    }


def _raised_text(one: RaisedText) -> dict[str, object]:
    return {"text": one, "why_text": why(one.text_down), "why_reply": why(one.reply_down)}


def why(note: Note | None) -> str:
    """The name of the ground of a note; empty where it has none."""
    return gettext(GROUND_LABELS[Ground(note.ground)]) if note and note.ground else ""


def why_gone(review: PublishedReview) -> str:
    """What became of a review that stands no more; empty of one that stands."""
    ground = review.gone_note.ground if review.gone_note else ""
    return gettext(WHY_GONE[review.gone, ground]) if review.gone else ""
