"""评价 reads: invitations by token, reviews by id, receipt or occurrence, what is counted and committed."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from haochaping.cases.terms import CaseStatus
from haochaping.directory.rules import path_range
from haochaping.kernel.actor import PEER, ActorKind
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.postgres.rows import array
from haochaping.postgres.together import Asked
from haochaping.reviews.models import Exclusion, Invitation, Review, ReviewChange, ReviewIndicator, Supplement
from haochaping.reviews.rules import (
    GOOD_FROM,
    by_invitation,
    committed_fields,
    meaning_complaint,
    read_token,
    receipt_hash,
    sign_token,
)
from haochaping.reviews.terms import (
    NATIONAL_SET,
    NO_CALLBACK_CONSENT,
    RECEIPT_UNKNOWN,
    TOKEN_INVALID,
    ChangeKind,
    HelpedBy,
    Indicator,
    InvitationRow,
    Level,
    Reached,
    ReasonClass,
    ReviewFacts,
    ReviewRow,
    ReviewStatus,
    SupplementRow,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from haochaping.kernel.actor import Scope
    from haochaping.kernel.refused import Complaint
    from haochaping.reviews.terms import Answer

_STATES = (
    resources.files("haochaping.reviews").joinpath("sql/states_out_of_step.sql").read_text(encoding="utf-8")
)
_STORED = (
    "SELECT occurrence_id, assess_no, id, digest FROM reviews_review WHERE occurrence_id = ANY(%s::uuid[])"
)
_INVITATION = ("id", "occurrence_id", "issued_at", "expires_at")
_REVIEW = (
    "id",
    "occurrence_id",
    "assess_no",
    "level",
    "indicator_set",
    "indicator_codes",
    "comment_text",
    "reason_missing",
    "channel",
    "provenance",
    "status",
    "assessed_at",
    "received_at",
    "finished_at",
    "changeable_until",
    "division_id",
    "agency_id",
    "item_id",
    "hall_id",
    "window_id",
    "staff_id",
    "person_id",
    "anonymous",
    "sent_by",
)


# A set changes with the program that ships it: what was read once holds for the life of the process.
_KNOWN_SETS: dict[str, dict[str, Indicator]] = {}


def _rows(**where: object) -> list[ReviewRow]:
    return [_row(row) for row in _values(**where)]


def _row(row: dict[str, Any]) -> ReviewRow:
    return ReviewRow(**row | {"indicator_codes": tuple(row["indicator_codes"])})


def _values(**where: object) -> Iterable[dict[str, Any]]:
    return list(Review.objects.filter(**where).values(*_REVIEW))


def indicators(indicator_set: str = NATIONAL_SET) -> dict[str, Indicator]:
    """The indicators of a set by code, retired ones included; empty for an unknown set."""
    if indicator_set not in _KNOWN_SETS:
        rows = ReviewIndicator.objects.filter(indicator_set__code=indicator_set).order_by("code")
        found = {
            r.code: Indicator(r.code, Level(r.level), r.label, r.basic, r.effective_from, r.effective_to)
            for r in rows
        }
        if not found:
            return {}
        _KNOWN_SETS[indicator_set] = found
    return dict(_KNOWN_SETS[indicator_set])


def wrong_in_themselves(answers: Sequence[Answer], *, now: datetime) -> list[Complaint | None]:
    """What each answer says wrong, whatever its service is, in order."""
    sets = {name: indicators(name) for name in {answer.indicator_set for answer in answers}}
    return [meaning_complaint(answer, sets[answer.indicator_set], None, now) for answer in answers]


def count_indicators_in_force(day: date, indicator_set: str = NATIONAL_SET) -> int:
    """How many tags the database offers on a day."""
    begun = Q(effective_from=None) | Q(effective_from__lte=day)
    lasts = Q(effective_to=None) | Q(effective_to__gt=day)
    return ReviewIndicator.objects.filter(begun, lasts, indicator_set__code=indicator_set).count()


def indicators_in_force(level: int, day: date) -> list[Indicator]:
    """The tags offered for a level on a day: basic ones first, in the order of their codes."""
    offered = [tag for tag in indicators().values() if tag.is_in_force(day) and tag.level == level]
    return sorted(offered, key=lambda tag: (not tag.basic, tag.code))


def invitation_by_token(token: str) -> InvitationRow:
    """The invitation of an address; raises `Refused(TOKEN_INVALID)` for anything we did not sign."""
    invitation_id = read_token(token, settings.INVITATION_KEY)
    rows = Invitation.objects.filter(id=invitation_id).values_list(*_INVITATION) if invitation_id else ()
    for row in rows:
        return InvitationRow(*row)
    raise Refused(TOKEN_INVALID)


def invited(occurrence_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the occurrences that have an invitation."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT occurrence_id FROM reviews_invitation WHERE occurrence_id = ANY(%s::uuid[])",
            [array(occurrence_ids)],
        )
        return {occurrence_id for (occurrence_id,) in cursor}


def tokens_of(occurrence_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The address part of each occurrence's invitation."""
    rows = Invitation.objects.filter(occurrence_id__in=list(occurrence_ids)).values_list(
        "occurrence_id", "id"
    )
    return {
        occurrence_id: sign_token(invitation_id, settings.INVITATION_KEY)
        for occurrence_id, invitation_id in rows
    }


def unanswered_tokens(limit: int) -> list[tuple[UUID, str]]:
    """The newest invitations nobody has answered, as (occurrence, address part)."""
    answered = Review.objects.filter(occurrence_id=OuterRef("occurrence_id"))
    # Ids begin with the time: the newest stand at the end of the index.
    rows = Invitation.objects.filter(~Exists(answered)).order_by("-id")
    return [
        (occurrence_id, sign_token(invitation_id, settings.INVITATION_KEY))
        for occurrence_id, invitation_id in rows.values_list("occurrence_id", "id")[:limit]
    ]


def review(review_id: UUID) -> ReviewRow | None:
    """One review by id."""
    return next(iter(_rows(id=review_id)), None)


def reviews(review_ids: Iterable[UUID]) -> dict[UUID, ReviewRow]:
    """Reviews by id."""
    return {row.id: row for row in _rows(id__in=list(review_ids))}


def reported(review_ids: Iterable[UUID]) -> dict[UUID, ReviewRow]:
    """Those of the reviews that another installation has told, by id."""
    rows = _rows(id__in=list(review_ids), sent_by__startswith=f"{ActorKind.CLIENT}:{PEER}")
    return {row.id: row for row in rows}


def good_with_words(scope: Scope, *, since: datetime, limit: int, offset: int = 0) -> list[ReviewRow]:
    """Reviews of three to five stars with words, within a scope, the newest first: what praise may hide."""
    rows = Review.objects.filter(
        _within(scope), level__gte=GOOD_FROM, status=ReviewStatus.EFFECTIVE, assessed_at__gte=since
    ).exclude(comment_text="")
    found = rows.order_by("-assessed_at", "-id").values(*_REVIEW)[offset : offset + limit]
    return [_row(row) for row in found]


def _within(scope: Scope) -> Q:
    if scope.division_path is not None:
        low, high = path_range(scope.division_path)
        return Q(division__path__gte=low, division__path__lt=high)
    if scope.agency_path is not None:
        low, high = path_range(scope.agency_path)
        return Q(agency__path__gte=low, agency__path__lt=high)
    return Q(pk__in=[])


def review_of_occurrence(occurrence_id: UUID, assess_no: int = 1) -> ReviewRow | None:
    """The first (or follow-up) review of an occurrence."""
    return next(iter(_rows(occurrence_id=occurrence_id, assess_no=assess_no)), None)


def reviews_of_occurrence(occurrence_id: UUID) -> dict[int, ReviewRow]:
    """The first and the follow-up review of an occurrence, those that there are, by `assess_no`."""
    with connection.cursor() as cursor:
        cursor.execute(_of_occurrence(), [occurrence_id])
        rows = [_row(dict(zip(_REVIEW, row, strict=True))) for row in cursor]
    return {row.assess_no: row for row in rows}


@cache
def _of_occurrence() -> str:
    """Put together once: whenever an invitation is opened, that would take longer than to answer it."""
    wanted = Review.objects.filter(occurrence_id=UUID(int=0)).values(*_REVIEW)
    return str(wanted.query.sql_with_params()[0])


def reviews_of_occurrences(occurrence_ids: Iterable[UUID]) -> dict[UUID, ReviewRow]:
    """The first review of each occurrence that has one, by occurrence."""
    return {row.occurrence_id: row for row in _rows(occurrence_id__in=list(occurrence_ids), assess_no=1)}


def review_by_receipt(receipt: str) -> ReviewRow:
    """The review of a receipt number; raises `Refused(RECEIPT_UNKNOWN)`."""
    for row in _rows(receipt_hash=receipt_hash(receipt)):
        return row
    raise Refused(RECEIPT_UNKNOWN, field="receipt")


def stored(occurrence_ids: Iterable[UUID]) -> dict[tuple[UUID, int], tuple[UUID, bytes]]:
    """What stands for each (occurrence, assess_no): the review's id and the digest of what was said."""
    with connection.cursor() as cursor:
        cursor.execute(_STORED, [array(occurrence_ids)])
        return {(occurrence, no): (review_id, digest) for occurrence, no, review_id, digest in cursor}


def supplement_of(review_id: UUID) -> SupplementRow:
    """What the reviewer said beside level, reasons and words; nothing said means no consent."""
    return asked_supplement(review_id).answer


def asked_supplement(review_id: UUID) -> Asked[SupplementRow]:
    """The same, to be asked together with others."""

    def read(rows: Iterable[tuple[bool, str, bool]]) -> SupplementRow:
        for agreed, helped_by, concealed in rows:
            return SupplementRow(agreed, HelpedBy(helped_by) if helped_by else None, concealed)
        return SupplementRow()

    rows = Supplement.objects.filter(review_id=review_id)
    return Asked(rows.values_list("may_call_back", "helped_by", "concealed"), read)


def review_with_supplement(review_id: UUID) -> tuple[ReviewRow, SupplementRow]:
    """A review with what its reviewer said beside it, asked together; raises KeyError for an unknown id."""
    said = Supplement.objects.filter(review_id=OuterRef("id"))
    rows = Review.objects.filter(id=review_id).annotate(
        may_call_back=Subquery(said.values("may_call_back")),
        helped_by=Subquery(said.values("helped_by")),
        concealed=Subquery(said.values("concealed")),
    )
    for row in rows.values(*_REVIEW, "may_call_back", "helped_by", "concealed"):
        agreed, helped_by = row.pop("may_call_back"), row.pop("helped_by")
        supplement = SupplementRow(
            bool(agreed), HelpedBy(helped_by) if helped_by else None, bool(row.pop("concealed"))
        )
        return _row(row), supplement
    raise KeyError(review_id)


def reached(review_ids: Iterable[UUID]) -> Asked[dict[UUID, Reached]]:
    """Whom to reach about each review, its case, and the address part of the invitation it was given by."""
    itself = Review.objects.filter(id=OuterRef("id"))
    invited_by = Invitation.objects.filter(occurrence_id=OuterRef("occurrence_id"))
    rows = Review.objects.filter(id__in=list(review_ids)).values_list(
        "id",
        # A case that the asker may not see names nobody to them.
        Coalesce("person_id", Subquery(itself.values("occurrence__case__person_id"))),
        Subquery(itself.values("occurrence__case__id")),
        Subquery(invited_by.values("id")[:1]),
    )
    return Asked(
        rows,
        lambda found: {
            pk: Reached(
                person, case_id, sign_token(invitation_id, settings.INVITATION_KEY) if invitation_id else ""
            )
            for pk, person, case_id, invitation_id in found
        },
    )


def concealed_among(review_ids: Iterable[UUID]) -> Asked[set[UUID]]:
    """Those of the reviews whose reviewers asked that the agency does not learn of their case."""
    rows = Supplement.objects.filter(review_id__in=list(review_ids), concealed=True)
    return Asked(rows.values_list("review_id"), lambda found: {review_id for (review_id,) in found})


def check_call_back(review_id: UUID) -> None:
    """Raise `Refused(NO_CALLBACK_CONSENT)` unless the reviewer has agreed to be called; asked before each call."""
    if not supplement_of(review_id).may_call_back:
        raise Refused(NO_CALLBACK_CONSENT)


def hold(review_ids: Iterable[UUID]) -> None:
    """Lock these reviews until the transaction ends: who would change one waits."""
    list(Review.objects.select_for_update().filter(id__in=list(review_ids)).order_by("id").values_list("id"))


def occurrences_of(occurrence_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The reviews of these occurrences, as review id → occurrence id."""
    rows = Review.objects.filter(occurrence_id__in=list(occurrence_ids))
    return dict(rows.values_list("id", "occurrence_id"))


def case_numbers_of(review_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The numbers of the cases that reviews are about; masked before anybody reads them."""
    rows = Review.objects.filter(id__in=list(review_ids))
    return dict(rows.values_list("id", "occurrence__case__case_no"))


def facts_of(review_ids: Iterable[UUID]) -> dict[UUID, ReviewFacts]:
    """What is counted of each review."""
    rows = Review.objects.filter(id__in=list(review_ids)).values_list(
        "id",
        "assessed_at",
        "occurrence__at",
        "division_id",
        "agency_id",
        "item_id",
        "channel",
        "level",
        "provenance",
        "status",
        "assess_no",
        "occurrence__case__verified",
        "occurrence__case__division_id",
        "occurrence__case__agency_id",
        "occurrence__case__item_id",
        "occurrence__case__status",
        "hall_id",
        "occurrence__hall_id",
        "occurrence__stage",
        "sent_by",
    )
    facts = {row[0]: _counted(*row) for row in rows}
    if any(one.status == ReviewStatus.EXCLUDED for one in facts.values()):
        said = dict(
            Exclusion.objects.filter(review_id__in=list(facts)).values_list("review_id", "reason_class")
        )
        facts = {
            pk: one._replace(reason_class=said[pk]) if one.status == ReviewStatus.EXCLUDED else one
            for pk, one in facts.items()
        }
    return facts


_PROVENANCE = ReviewFacts._fields.index("provenance")


def _counted(*row: Any) -> ReviewFacts:
    *plain, division_id, agency_id, item_id, status, hall_id, service_hall_id, stage, sent_by = row
    place, where = (division_id, agency_id, item_id), (hall_id or 0, service_hall_id or 0, stage)
    through_it = by_invitation(sent_by, plain[_PROVENANCE])
    return ReviewFacts(*(*plain, place, status == CaseStatus.WITHDRAWN, "", *where, through_it))


def excluded_as(review_id: UUID) -> ReasonClass | None:
    """Why a review does not count after an appeal; None for one that was not excluded, or counts again."""
    rows = Exclusion.objects.filter(review_id=review_id, review__status=ReviewStatus.EXCLUDED)
    found = rows.values_list("reason_class", flat=True).first()
    return ReasonClass(found) if found else None


def reasons_dropped(review_id: UUID) -> Asked[bool]:
    """Whether the newest change took reasons away: they were of another level."""
    newest = ReviewChange.objects.filter(review_id=review_id).order_by("-changed_at", "-id")
    rows = newest.values_list("kind", "indicator_codes", "review__indicator_codes")[:1]
    chosen = {ChangeKind.LEVEL, ChangeKind.RESTORED}
    return Asked(
        rows, lambda found: any(kind in chosen and bool(had) and not has for kind, had, has in found)
    )


def cases_of(review_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The case of each review."""
    rows = Review.objects.filter(id__in=list(review_ids))
    return dict(rows.values_list("id", "occurrence__case_id"))


def told(case_ids: Iterable[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """The reviews of these cases as another installation is told of them, by case; no persons, places by id."""
    rows = Review.objects.filter(occurrence__case_id__in=list(case_ids)).order_by(
        "occurrence__no", "assess_no"
    )
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows.values(*_REVIEW, case_id=F("occurrence__case_id"), occurrence_no=F("occurrence__no")):
        found.setdefault(row["case_id"], []).append(row)
    excluded = [
        row["id"] for told in found.values() for row in told if row["status"] == ReviewStatus.EXCLUDED
    ]
    said = dict(Exclusion.objects.filter(review_id__in=excluded).values_list("review_id", "reason_class"))
    for one in (row for told in found.values() for row in told):
        one["reason_class"] = said.get(one["id"], "")
    return found


def committed(review_ids: Sequence[UUID] | None = None) -> Iterator[tuple[str, dict[str, str]]]:
    """The fields under each review's newest commitment, as (review id, fields); all reviews when no ids are given."""
    chosen = Review.objects.all() if review_ids is None else Review.objects.filter(id__in=review_ids)
    rows = chosen.annotate(case_id=F("occurrence__case_id")).order_by("id")
    for row in rows.iterator(chunk_size=2000):
        yield (
            str(row.id),
            committed_fields(
                case_ref=f"{row.case_id}:{row.occurrence_id}:{row.assess_no}",
                org=f"{row.division_id}:{row.agency_id}",
                item=str(row.item_id),
                window=str(row.window_id or ""),
                staff_ref=str(row.staff_id or ""),
                channel=row.channel,
                provenance=row.provenance,
                score=row.level,
                tags=tuple(row.indicator_codes),
                comment_text=row.comment_text,
                submitted_day=local_day(row.assessed_at).isoformat(),
            ),
        )


def are_of_one_person(one: UUID, other: UUID) -> Asked[bool]:
    """Whether one sealed person is behind two reviews: by certificate where both have one, else by phone (doors/tables.py).

    Rows sealed under different suites cannot be compared and count as different. Staff are told no more than that of two
    reviews out of their reach, whatever they are.
    """
    return Asked(
        "SELECT haochaping_same_person(%s, %s)", lambda found: any(same for (same,) in found), [one, other]
    )


def missing(review_ids: Iterable[str]) -> list[str]:
    """Those of the ids of which there is no review, in the order given; what is no id at all is one of them."""
    wanted = list(review_ids)
    ids = [review_id for review_id in map(_uuid, wanted) if review_id]
    found = set(map(str, Review.objects.filter(id__in=ids).values_list("id", flat=True)))
    return [review_id for review_id in wanted if review_id not in found]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def states_out_of_step(limit: int = 100) -> list[tuple[str, str]]:
    """Reviews whose status is not what their newest ledger entry says, as (review id, status).

    Catches a row that was set to withdrawn, or back, past the reviewer.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STATES, {"limit": limit})
        return [(str(review_id), status) for review_id, status in cursor.fetchall()]
