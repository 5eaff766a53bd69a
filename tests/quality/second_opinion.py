"""A second opinion on the row rules (trust.md §7.3): the same rows as data frames, judged by Pandera.

It is written from the rules as they are worded (domain.md §7.6), not from the statements in `exchange/sql/quality`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandera.polars as pa
import polars as pl
from django.db.models import F, OuterRef, Subquery

from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.directory.models import Agency, Division, ServiceItem, Window
from haochaping.exchange.models import QuarantinedRecord
from haochaping.reviews.models import IndicatorSet, Review, ReviewIndicator
from haochaping.reviews.terms import NATIONAL_SET

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pandera.api.polars.types import PolarsData

_CLOCKS, _DAY = timedelta(minutes=5), timedelta(days=1)
_LONG_AGO = datetime.fromisoformat("1980-01-01T00:00:00+08:00")
_TIME, _TEXT, _DATE = pl.Datetime("us", "UTC"), pl.String, pl.Date
_HALL_DEVICES, _PAGES = ["hall_pad", "hall_terminal"], ["pc", "mobile"]
_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"

type Failing = dict[str, set[tuple[str, str]]]


def rule(name: str, holds: pl.Expr) -> pa.Check:
    """A rule that every row has to keep; what cannot be said of a row is kept."""

    def check(rows: PolarsData) -> pl.LazyFrame:
        return rows.lazyframe.select(holds.fill_null(value=True))

    return pa.Check(check, name=name)


def implies(condition: pl.Expr, then: pl.Expr) -> pl.Expr:
    """Where the one holds, the other has to."""
    return ~condition.fill_null(value=False) | then.fill_null(value=True)


def _day(moment: pl.Expr) -> pl.Expr:
    return moment.dt.convert_time_zone("Asia/Shanghai").dt.date()


def _no_later(earlier: str, later: str) -> pl.Expr:
    """A time of day that nobody wrote down is midnight: of that the day alone is compared."""
    first, second = pl.col(earlier), pl.col(later)
    local = second.dt.convert_time_zone("Asia/Shanghai")
    only_day = local.dt.time() == pl.time(0)
    in_order = pl.when(only_day).then(_day(second) >= _day(first)).otherwise(second + _CLOCKS >= first)
    return in_order | (second + _CLOCKS >= first)


def _credit_code_fits(code: str) -> bool:
    """GB 32100-2015: the last of eighteen characters makes the weighted sum a multiple of 31."""
    if len(code) != 18 or any(letter not in _LETTERS for letter in code):
        return False
    total = sum(_LETTERS.index(letter) * pow(3, place, 31) for place, letter in enumerate(code[:17]))
    return _LETTERS[-total % 31] == code[17]


_ITEM, _HAPPENED = pl.col("item"), pl.max_horizontal("applied_was", "accepted_was", "completed_was")
_STATUS, _APPLIED = pl.col("status"), pl.coalesce("applied_at", "accepted_at", "received_at")
CASES = pa.DataFrameSchema(
    {"id": pa.Column(_TEXT, unique=True)},
    checks=[
        rule("DQ-04", (pl.col("uscc") == "") | pl.col("uscc_fits")),
        rule("DQ-05", _ITEM.str.contains(r"^[0-9A-Z]{31}(\d\d)?$") & ~_ITEM.str.contains("^0+$")),
        rule("DQ-06", implies(_ITEM.str.len_chars() == 33, _ITEM.str.head(31) == pl.col("above"))),
        rule("DQ-06", ~pl.col("code_doubt").is_in(["item", "both"])),
        rule("DQ-18", ~pl.col("code_doubt").is_in(["source", "both"])),
        rule(
            "DQ-09",
            implies(
                _STATUS.is_in(["accepted", "in_process", "supplement_requested", "suspended", "completed"]),
                pl.col("accepted_at").is_not_null(),
            )
            & implies(_STATUS == "completed", pl.col("completed_at").is_not_null()),
        ),
        rule("DQ-10", _no_later("applied_at", "accepted_at")),
        rule("DQ-10", _no_later("applied_at", "completed_at")),
        rule("DQ-10", _no_later("accepted_at", "completed_at")),
        rule(
            "DQ-10",
            pl.max_horizontal("applied_at", "accepted_at", "completed_at") <= pl.col("updated_at") + _CLOCKS,
        ),
        rule("DQ-11", implies(pl.col("verified"), pl.col("received_at") - _HAPPENED <= _DAY)),
        rule(
            "DQ-18",
            implies(pl.col("level") > 0, pl.col("division").str.head(2) == pl.col("platform").str.head(2)),
        ),
        rule(
            "DQ-20",
            implies(pl.col("level") > 1, pl.col("division").str.head(4) == pl.col("platform").str.head(4)),
        ),
        rule("DQ-30", pl.col("item_from") <= _day(_APPLIED)),
        rule("DQ-30", pl.col("item_to") >= _day(_APPLIED)),
        rule("DQ-30", pl.col("agency_path").str.starts_with(pl.col("owner_path"))),
        rule("DQ-34", pl.min_horizontal("applied_at", "accepted_at", "completed_at") >= _LONG_AGO),
    ],
)

# Mobile and landline, identity and bank card, mail, plate, WeChat and QQ; \d is a digit of either width.
_PERSONAL = (
    r"(^|\D)[1１]\d{2}[ -]?\d{4}[ -]?\d{4}(\D|$)",
    r"(^|\D)[0０]\d{2,3}[ -]?\d{7,8}(\D|$)",
    r"(^|\D)\d{17}[\dXx](\D|$)",
    r"(^|\D)\d{16,19}(\D|$)",
    r"\w@\w",
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-Z][A-HJ-NP-Z]?\d[A-HJ-NP-Z0-9]{4}",
    r"(?i)(微信|wechat|qq)\W{0,3}[a-z0-9][\w-]{4}",
)
_LEVEL, _CODES, _CHANNEL, _GIVEN = pl.col("level"), pl.col("codes"), pl.col("channel"), pl.col("assessed_at")
_SERVED_BY = pl.col("service_channel")
REVIEWS = pa.DataFrameSchema(
    {"id": pa.Column(_TEXT, unique=True)},
    checks=[
        rule("DQ-10", pl.col("served_at") <= _GIVEN + _CLOCKS),
        rule("DQ-10", pl.col("received_at") + _CLOCKS >= _GIVEN),
        rule("DQ-11", implies(pl.col("provenance") != "bulk_import", pl.col("received_at") - _GIVEN <= _DAY)),
        rule(
            "DQ-12",
            _LEVEL.is_between(1, 5)
            & _CODES.list.eval(pl.element().str.head(1))
            .list.set_difference(pl.concat_list(_LEVEL.cast(_TEXT)))
            .list.len()
            .eq(0),
        ),
        rule("DQ-13", pl.col("unknown_codes") == 0),
        rule("DQ-14", implies(_LEVEL <= 2, (_CODES.list.len() > 0) | (pl.col("comment_text") != ""))),
        rule(
            "DQ-16",
            implies(
                pl.col("assess_no") == 2, pl.col("first_at").is_not_null() & (pl.col("first_at") <= _GIVEN)
            ),
        ),
        rule("DQ-17", implies(_CHANNEL.is_in(_HALL_DEVICES), ~_SERVED_BY.is_in(["web", "mobile"]))),
        rule("DQ-17", implies(_CHANNEL.is_in(_PAGES), ~_SERVED_BY.is_in(["window", "self_service"]))),
        rule("DQ-24", implies(_CHANNEL.is_in(_HALL_DEVICES), pl.col("window").is_not_null())),
        rule("DQ-24", implies(_CHANNEL.is_in(_HALL_DEVICES), pl.col("window_from") <= _day(_GIVEN))),
        rule("DQ-24", implies(_CHANNEL.is_in(_HALL_DEVICES), pl.col("window_to") >= _day(_GIVEN))),
        *(rule("DQ-27", ~pl.col("comment_text").str.contains(pattern)) for pattern in _PERSONAL),
        rule("DQ-35", pl.col("set_known")),
    ],
)

_IS_CASE, _IS_REVIEW = pl.col("kind") == "case", pl.col("kind") == "review"
RECORDS = pa.DataFrameSchema(
    {"id": pa.Column(_TEXT, unique=True)},
    checks=[
        rule("DQ-04", implies(_IS_CASE, pl.col("agency_known"))),
        rule("DQ-05", implies(_IS_CASE, pl.col("item_known"))),
        rule("DQ-20", implies(_IS_CASE, pl.col("division_known"))),
        rule("DQ-10", implies(_IS_CASE, pl.col("completed_at") + _CLOCKS >= pl.col("accepted_at"))),
        rule("DQ-10", implies(_IS_REVIEW, pl.col("served_at") <= _GIVEN + _CLOCKS)),
        rule("DQ-12", implies(_IS_REVIEW, _LEVEL.is_between(1, 5))),
        rule(
            "DQ-12",
            implies(
                _IS_REVIEW & _LEVEL.is_between(1, 5),
                _CODES.list.get(0, null_on_oob=True).str.head(1) == _LEVEL.cast(_TEXT),
            ),
        ),
        rule("DQ-13", implies(_IS_REVIEW, pl.col("unknown_codes") == 0)),
        rule("DQ-29", implies(_IS_REVIEW, pl.col("case_known"))),
        rule("DQ-35", implies(_IS_REVIEW, pl.col("assessed_at").is_not_null())),
    ],
)
RULES = {check.name for schema in (CASES, REVIEWS, RECORDS) for check in schema.checks}


def failing() -> Failing:
    """The rows that break each rule, as (kind, id)."""
    found: Failing = {name: set() for name in RULES}
    for kind, schema, rows in (
        ("case", CASES, _cases()),
        ("review", REVIEWS, _reviews()),
        ("record", RECORDS, _records()),
    ):
        try:
            schema.validate(rows, lazy=True)
        except pa.errors.SchemaErrors as errors:
            for row in errors.failure_cases.to_dicts():
                found[row["check"]].add((kind, rows["id"][row["index"]]))
    return found


def _frame(rows: Iterable[Mapping[str, Any]], schema: Mapping[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([{name: row[name] for name in schema} for row in rows], schema=dict(schema))


def _cases() -> pl.DataFrame:
    times = ("applied_at", "accepted_at", "completed_at")
    rows = Case.objects.values(
        "id",
        "verified",
        "status",
        "code_doubt",
        *times,
        "received_at",
        "updated_at",
        item_code=F("item__code"),
        above=F("item__parent__code"),
        uscc=F("agency__uscc"),
        division_code=F("division__code"),
        platform_at=F("platform__division__code"),
        level=F("platform__division__level"),
        item_from=F("item__valid_from"),
        item_to=F("item__valid_to"),
        owner_path=F("item__agency__path"),
        agency_path=F("agency__path"),
    )
    found = [
        row
        | {"id": str(row["id"]), "item": row["item_code"], "division": row["division_code"]}
        | {"platform": row["platform_at"], "uscc_fits": _credit_code_fits(row["uscc"])}
        # What was completed after the case had come says nothing of when it came.
        | {
            f"{name[:-3]}_was": row[name] if row[name] and row[name] <= row["received_at"] else None
            for name in times
        }
        for row in rows
    ]
    moments = [*times, "received_at", "updated_at", "applied_was", "accepted_was", "completed_was"]
    texts = [
        "id",
        "status",
        "code_doubt",
        "item",
        "above",
        "uscc",
        "division",
        "platform",
        "owner_path",
        "agency_path",
    ]
    dates = {"item_from": _DATE, "item_to": _DATE}
    kinds = dict.fromkeys(texts, _TEXT) | dict.fromkeys(moments, _TIME) | dates
    return _frame(found, kinds | {"level": pl.Int64, "uscc_fits": pl.Boolean, "verified": pl.Boolean})


def _unknown(indicator_set: str, codes: Iterable[str], at: datetime | None) -> int:
    """How many of the codes the set did not have on the day."""
    known = set()
    day = at.astimezone(_LONG_AGO.tzinfo).date() if at else None
    for code, begins, ends in ReviewIndicator.objects.filter(indicator_set__code=indicator_set).values_list(
        "code", "effective_from", "effective_to"
    ):
        if day is None or ((begins or day) <= day and (ends is None or day < ends)):
            known.add(code)
    return len(set(codes) - known)


def _reviews() -> pl.DataFrame:
    first = Review.objects.filter(occurrence_id=OuterRef("occurrence_id"), assess_no=1).values("assessed_at")[
        :1
    ]
    rows = Review.objects.exclude(sent_by__startswith="reviewer:").values(
        "id",
        "level",
        "comment_text",
        "channel",
        "provenance",
        "assess_no",
        "assessed_at",
        "received_at",
        "indicator_set",
        codes=F("indicator_codes"),
        served_at=F("occurrence__at"),
        service_channel=F("occurrence__channel"),
        window=F("window_id"),
        first_at=Subquery(first),
    )
    windows = {row.pk: row for row in Window.objects.all()}
    sets = set(IndicatorSet.objects.values_list("code", flat=True))
    judged: dict[tuple[object, ...], int] = {}
    found = []
    for row in rows:
        said = (row["indicator_set"], tuple(row["codes"]), row["assessed_at"].date())
        if said not in judged:
            judged[said] = _unknown(row["indicator_set"], row["codes"], row["assessed_at"])
        window = windows.get(row["window"])
        found.append(
            row
            | {
                "id": str(row["id"]),
                "window_from": window and window.valid_from,
                "window_to": window and window.valid_to,
                "unknown_codes": judged[said],
                "set_known": row["indicator_set"] in sets,
            }
        )
    texts = dict.fromkeys(["id", "comment_text", "channel", "provenance", "service_channel"], _TEXT)
    moments = dict.fromkeys(["assessed_at", "received_at", "served_at", "first_at"], _TIME)
    numbers = dict.fromkeys(["level", "assess_no", "unknown_codes", "window"], pl.Int64)
    dates = {"window_from": _DATE, "window_to": _DATE}
    return _frame(
        found, texts | moments | numbers | dates | {"codes": pl.List(_TEXT), "set_known": pl.Boolean}
    )


def _records() -> pl.DataFrame:
    items = set(ServiceItem.objects.values_list("code", flat=True))
    agencies = set(Agency.objects.values_list("code", flat=True))
    divisions = set(Division.objects.values_list("code", flat=True))
    numbers = set(Case.objects.values_list("case_no", flat=True))
    served = dict(ServiceOccurrence.objects.filter(no=1).values_list("case__case_no", "at"))
    found = []
    for record in QuarantinedRecord.objects.filter(state="waiting"):
        said = record.fields
        codes = [str(code) for code in said.get("indicator_codes") or []]
        found.append(
            {
                "id": str(record.pk),
                "kind": record.kind,
                "agency_known": said.get("agency") in agencies,
                "item_known": said.get("item") in items,
                "division_known": said.get("division") in divisions,
                "case_known": record.case_no in numbers,
                "accepted_at": _moment(said.get("accepted_at")),
                "completed_at": _moment(said.get("completed_at")),
                "assessed_at": _moment(said.get("assessed_at")),
                "served_at": served.get(record.case_no),
                "level": said.get("rating_value"),
                "codes": codes,
                "unknown_codes": _unknown(NATIONAL_SET, codes, None),
            }
        )
    flags = dict.fromkeys(["agency_known", "item_known", "division_known", "case_known"], pl.Boolean)
    moments = dict.fromkeys(["accepted_at", "completed_at", "assessed_at", "served_at"], _TIME)
    whole = {"level": pl.Int64, "unknown_codes": pl.Int64, "codes": pl.List(_TEXT)}
    return _frame(found, {"id": _TEXT, "kind": _TEXT} | flags | moments | whole)


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None
