"""The OpenAPI 3.1 document: bodies from `shapes.py`, problems from `problems.py`, texts in the caller's language."""

from __future__ import annotations

import json
from importlib import resources
from itertools import groupby
from typing import TYPE_CHECKING, Any

import msgspec
from django.urls import reverse
from django.utils.translation import gettext

import haochaping
from haochaping.accounts.terms import NOT_ALLOWED, OUT_OF_SCOPE
from haochaping.cases import terms as cases
from haochaping.doors.api import open_data, problems, shapes
from haochaping.doors.quality import message_of, remedy_of
from haochaping.exchange import terms as exchange
from haochaping.exchange.manifests import terms as manifests
from haochaping.exchange.quality import terms as quality
from haochaping.exchange.quality.rules import RULES
from haochaping.exchange.reconciliation import terms as reconciliation
from haochaping.hotline.terms import BAD_MESSAGE, MESSAGE_REUSED, NO_SUCH_LINK
from haochaping.insight.terms import BAD_DAY, UNKNOWN_AGENCY, UNKNOWN_DIVISION, UNKNOWN_HALL, UNKNOWN_ITEM
from haochaping.kernel.refused import N_, Complaint
from haochaping.publicity.opendata.tables import TABLES
from haochaping.rectification.terms import NO_SUCH_ORDER
from haochaping.reviews import terms as reviews
from haochaping.ui.numbers import too_few
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from haochaping.kernel.refused import Reason

type Json = dict[str, Any]

_SCHEMAS = "#/components/schemas/"
_NO_ID = "00000000-0000-0000-0000-000000000000"

_ABOUT = {
    "Cases": N_("A batch of cases."),
    "Case": N_("A case with its services; unique by source and case_no. Sending it again changes it."),
    "Applicant": N_("Who applied. Names, numbers and phones are sealed on arrival and are not in the case."),
    "Person": N_("A person. Sealed on arrival."),
    "Occurrence": N_("A service: one contact inside a case, and what a review is about."),
    "Manifest": N_("What you say of a batch, so that none is lost, cut short or counted twice unseen."),
    "SaidCodes": N_("Codes that are only held against each other (DQ-06, DQ-18)."),
    "Reviews": N_("A batch of reviews."),
    "Review": N_(
        "A review; unique by source, case_no, occurrence_no and assess_no. Only its reviewer changes it."
    ),
    "Results": N_("The answer to a batch."),
    "Result": N_("What became of one item."),
    "Why": N_("A reason: a stable code, a sentence, and what to do."),
    "StoredReview": N_("A review as it stands."),
    "Order": N_("The work order that a bad review opened."),
    "Measures": N_("Published figures."),
    "Measure": N_("A figure with what it is made of."),
    "SourceGrade": N_("How good what a source sent in a month is."),
    "QualityCards": N_("How good what your sources sent on a day is."),
    "QualityCard": N_("One source's day."),
    "QualityFinding": N_("A rule that was broken."),
    "QualitySample": N_("A row that breaks it."),
    "QualityFormer": N_("What was said of the day before."),
    "QualityCorrection": N_("A rule that was broken, and whether it was put right."),
    "QualityRows": N_("Rows of one source's day that break a rule."),
    "QualityMonths": N_("How good what your sources sent in a month is."),
    "QualityMonth": N_("One source's month."),
    "QualityDay": N_("One day of it."),
    "QualityBroken": N_("A rule that was broken in the month."),
    "LinkedOrders": N_("Orders that are at the hotline too."),
    "LinkedOrder": N_("An order as the hotline may see it: nobody's name, phone or certificate."),
    "Progress": N_("What the hotline says of an order."),
    "Taken": N_("What became of the message."),
    "DayTold": N_("What you have of one day, or parts of it that were wanted."),
    "StatedPart": N_("The rows whose keys’ hashes begin alike."),
    "Sums": N_("Rows in three numbers."),
    "Compared": N_("How far the comparison has come."),
    "DifferingRow": N_("A record that is not the same on both sides."),
    "Problem": N_("Problem details (RFC 9457): the whole request was not carried out."),
    **open_data.ABOUT,
}
_EVERYWHERE = (problems.WRONG_METHOD, problems.FAILED, problems.BUSY)
_ENVELOPE = (
    problems.NO_KEY,
    problems.WRONG_KEY,
    NOT_ALLOWED,
    problems.BAD_IDEMPOTENCY_KEY,
    problems.WRONG_MEDIA_TYPE,
    problems.NO_LENGTH,
    problems.TOO_LARGE,
    problems.NOT_UTF8,
    exchange.NOT_JSON,
    exchange.TOO_DEEP,
    exchange.DUPLICATE_NAME,
    problems.NOT_AN_ENVELOPE,
    exchange.UNKNOWN_FIELD,
    problems.ITEM_COUNT,
    manifests.NOT_A_MANIFEST,
    manifests.MANIFEST_DIFFERS,
    manifests.SEQ_OF_OTHER,
    manifests.SEQ_TOO_FAR,
    manifests.NAMED_BY_OTHER,
    cases.DATED_IN_FUTURE,
    exchange.NO_SUCH_PLATFORM,
    exchange.KEY_REUSED,
)
_ONE_REVIEW = (
    problems.NO_KEY,
    problems.WRONG_KEY,
    NOT_ALLOWED,
    problems.NO_SUCH_REVIEW,
    problems.NOTHING_HERE,
)
_HOTLINE = (problems.NO_KEY, problems.WRONG_KEY, NOT_ALLOWED, NO_SUCH_LINK)
_ORDERS = (*_HOTLINE, problems.UNKNOWN_PARAMETER, problems.TWICE, problems.BAD_CURSOR)
_PROGRESS = (
    *_HOTLINE,
    NO_SUCH_ORDER,
    problems.NOTHING_HERE,
    problems.WRONG_MEDIA_TYPE,
    problems.NO_LENGTH,
    problems.TOO_LARGE,
    problems.NOT_UTF8,
    exchange.NOT_JSON,
    exchange.TOO_DEEP,
    exchange.DUPLICATE_NAME,
    BAD_MESSAGE,
    MESSAGE_REUSED,
)
_RECONCILIATION = (
    problems.NO_KEY,
    problems.WRONG_KEY,
    NOT_ALLOWED,
    OUT_OF_SCOPE,
    exchange.NO_SUCH_PLATFORM,
    problems.WRONG_MEDIA_TYPE,
    problems.NO_LENGTH,
    problems.TOO_LARGE,
    problems.NOT_UTF8,
    exchange.NOT_JSON,
    exchange.TOO_DEEP,
    exchange.DUPLICATE_NAME,
    problems.BAD_STATEMENT,
    reconciliation.DAY_NOT_OVER,
    reconciliation.NOTHING_COMPARED,
    reconciliation.NOT_A_PREFIX,
    reconciliation.NOT_A_ROW,
    reconciliation.ROW_TWICE,
)
_QUALITY = (
    problems.NO_KEY,
    problems.WRONG_KEY,
    NOT_ALLOWED,
    problems.UNKNOWN_PARAMETER,
    BAD_DAY,
)
_QUALITY_ROWS = (
    *_QUALITY,
    problems.NO_PARAMETER,
    problems.TWICE,
    problems.BAD_CURSOR,
    quality.NO_SUCH_SOURCE,
    quality.NO_DAILY_RULE,
)
_QUALITY_MONTH = (*_QUALITY[:-1], problems.BAD_MONTH)
_FIGURES = (
    problems.NO_PARAMETER,
    problems.UNKNOWN_PARAMETER,
    problems.TWICE,
    BAD_DAY,
    problems.WRONG_ORDER,
    problems.ONE_PLACE,
    UNKNOWN_DIVISION,
    UNKNOWN_AGENCY,
    UNKNOWN_ITEM,
    UNKNOWN_HALL,
)
_SHAPE = (
    problems.NOT_AN_ITEM,
    exchange.UNKNOWN_FIELD,
    exchange.MISSING,
    exchange.NOT_TEXT,
    exchange.NOT_WHOLE,
    exchange.NOT_A_FLAG,
    exchange.NOT_A_CHOICE,
    exchange.OUT_OF_RANGE,
    exchange.TOO_LONG,
    exchange.CONTROL_CHARACTERS,
    exchange.DAMAGED_CHARACTERS,
    exchange.NOT_A_TIME,
)
CASE_REASONS = (
    *_SHAPE,
    exchange.DUPLICATE_OCCURRENCE,
    cases.UNKNOWN_SOURCE,
    cases.UNKNOWN_DIVISION,
    cases.UNKNOWN_AGENCY,
    cases.UNKNOWN_ITEM,
    cases.DATED_IN_FUTURE,
    cases.WRONG_SEQUENCE,
    cases.OUT_OF_SCOPE,
    cases.NAMED_ELSEWHERE,
    cases.FORBIDDEN_STATUS,
)
REVIEW_REASONS = (
    *_SHAPE,
    reviews.LEVEL_OUT_OF_RANGE,
    exchange.ORPHAN,
    cases.UNKNOWN_SOURCE,
    cases.OUT_OF_SCOPE,
    cases.NAMED_ELSEWHERE,
    reviews.UNKNOWN_INDICATOR,
    reviews.INDICATOR_OF_OTHER_LEVEL,
    reviews.RATED_BEFORE_SERVICE,
    reviews.RATED_IN_FUTURE,
    reviews.REVIEW_WINDOW_OVER,
    reviews.SERVICE_VOIDED,
    reviews.NO_FOLLOW_UP,
    reviews.CONFLICT,
)
_ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": N_(
        "The same key with the same body is carried out once and hears the same answer for 7 days, also when both "
        "requests come at the same moment; later its items are told to be duplicates. The same key with another body is a "
        "conflict for 400 days."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}
_INTAKE = N_(
    "Takes 1 to 10,000 items in a body of at most 16 MiB, and answers when everything is stored. Each item has its "
    "own outcome: a bad one harms no other. What can be put right later waits in quarantine and is tried again; what "
    "only the sender can put right is refused. Unknown fields are refused by name. A whole number may also come as a "
    "text of its digits alone (“5”, not “5 ”), a flag as a text such as “true” or “1”, as in tables."
)


def sample(name: str) -> Any:
    """One of the examples that stand in the document; a test sends them in."""
    source = resources.files("haochaping.doors.api").joinpath("samples", f"{name}.json")
    return json.loads(source.read_text(encoding="utf-8"))


def document() -> Json:
    """The OpenAPI document with its texts in the active language."""
    made: Json = _translated(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "haochaping",
                "version": haochaping.__version__,
                "summary": N_("Government service reviews: cases and reviews in, figures out."),
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": "/"}],
            "paths": _paths(),
            "components": {
                "schemas": _schemas(),
                "securitySchemes": {
                    "key": {
                        "type": "http",
                        "scheme": "bearer",
                        "description": N_(
                            "The key that `haochaping clients create` printed. It holds for one division and everything below; "
                            "agencies, platforms and halls may be named that lie there or above, of no other division."
                        ),
                    }
                },
            },
        }
    )
    return made


def _paths() -> Json:
    one_review = reverse("api:review", kwargs={"review_id": _NO_ID}).replace(_NO_ID, "{id}")
    return {
        reverse("api:cases"): {"post": _intake("cases", "Cases", N_("Send cases"), CASE_REASONS)},
        reverse("api:reviews"): {"post": _intake("reviews", "Reviews", N_("Send reviews"), REVIEW_REASONS)},
        one_review: {
            "get": {
                "operationId": "getReview",
                "summary": N_("One review"),
                "description": N_("A review of the key's division or below. Who gave it is never told."),
                "security": [{"key": []}],
                "parameters": [
                    {
                        "name": "id",
                        "in": "path",
                        "required": True,
                        "description": N_("The id that was answered when the review was sent."),
                        "schema": {"type": "string", "format": "uuid"},
                    }
                ],
                "responses": _responses("StoredReview", "review", _ONE_REVIEW),
            }
        },
        **_hotline(),
        reverse("api:reconciliation"): {
            "post": {
                "operationId": "reconcile",
                "summary": N_("Reconcile a day"),
                "description": N_(
                    "Tell the sums of your records of a day; where they differ from ours, tell the parts that the answer "
                    "wants until none is wanted. Then the answer names the records that differ. Beginning again starts anew."
                ),
                "security": [{"key": []}],
                "parameters": [],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {"$ref": _SCHEMAS + "DayTold"},
                            "example": sample("reconciliation"),
                        }
                    },
                },
                "responses": _responses("Compared", "reconciliation-compared", _RECONCILIATION),
            }
        },
        reverse("api:quality", args=["DAY"]).replace("DAY", "{day}"): {
            "get": {
                "operationId": "getQuality",
                "summary": N_("How good what your sources sent on a day is"),
                "description": N_(
                    "Score, parts and broken rules of each source of the key's division and below, as judged last. Days are "
                    "judged in the night after, and again as long as something late may come."
                ),
                "security": [{"key": []}],
                "parameters": [
                    {
                        "name": "day",
                        "in": "path",
                        "required": True,
                        "description": N_("The day on which it was sent."),
                        "schema": {"type": "string", "format": "date"},
                    }
                ],
                "responses": _responses("QualityCards", "quality", _QUALITY),
            }
        },
        **_quality_rows(),
        reverse("api:quality_month", args=["MONTH"]).replace("MONTH", "{month}"): {
            "get": {
                "operationId": "getQualityMonth",
                "summary": N_("How good what your sources sent in a month is"),
                "description": N_(
                    "Score and parts of each source of the key's division and below, its days, and the rules that were "
                    "broken. Days are weighed by their rows, coverage by days."
                ),
                "security": [{"key": []}],
                "parameters": [
                    {
                        "name": "month",
                        "in": "path",
                        "required": True,
                        "description": N_("The month, as 2026-06."),
                        "schema": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"},
                    }
                ],
                "responses": _responses("QualityMonths", "quality-month", _QUALITY_MONTH),
            }
        },
        reverse("api:measures"): {
            "get": {
                "operationId": "getMeasures",
                "summary": N_(
                    "Published figures of a division, an agency or a service item, and everything below, or of a hall"
                ),
                "description": N_(
                    "The figures of the public pages, to the second, of the one place that is named. Rates count active "
                    "effective reviews only; a rate of fewer than 30 has no value and keeps its counts. No key is needed. The "
                    "same stands at /divisions/CODE/measures.json and .csv, and below /agencies, /items and /halls. Of a hall "
                    "counts what took place in it, whosever the service; cases and how they were handled stand at none."
                ),
                "security": [],
                "parameters": [
                    _parameter("division", N_("Code of the division, 12 digits."), "990102000000"),
                    _parameter("agency", N_("Code of an agency instead."), ""),
                    _parameter("item", N_("Code of a service item instead."), ""),
                    _parameter("hall", N_("Code of a hall instead."), ""),
                    _parameter("from", N_("First day, included."), "2026-06-01"),
                    _parameter("to", N_("Last day, included."), "2026-06-30"),
                ],
                "responses": _responses("Measures", "measures", _FIGURES),
            }
        },
        **_open_data(),
    }


def _open_data() -> Json:
    """The tables of open data, each as it is declared."""
    return {
        reverse("api:data", args=[table.name]): {
            "get": {
                "operationId": f"get{open_data.shape_name(table)}",
                "summary": table.label,
                "description": table.about,
                "security": [],
                "parameters": [
                    _parameter(name, about, given)
                    for name, (about, given) in open_data.parameters(table).items()
                ],
                "responses": _responses(
                    open_data.shape_name(table), open_data.example(table), open_data.PROBLEMS
                ),
            }
        }
        for table in TABLES.values()
    }


def _quality_rows() -> Json:
    """All failing rows of a rule, for whoever has seen some of them on a card."""
    said = {
        "source": (N_("Code of the platform."), {"type": "string", "minLength": 1, "maxLength": 40}, True),
        "rule": (
            N_("Number of a rule that is judged every night, as on the card."),
            {"type": "string", "pattern": "^DQ-[0-9]{2}$"},
            True,
        ),
        "cursor": (N_("The cursor of the last answer."), {"type": "string", "maxLength": 1000}, False),
    }
    day = {
        "name": "day",
        "in": "path",
        "required": True,
        "description": N_("The day on which it was sent."),
        "schema": {"type": "string", "format": "date"},
    }
    asked = [
        {"name": name, "in": "query", "required": needed, "description": text, "schema": schema}
        for name, (text, schema, needed) in said.items()
    ]
    return {
        reverse("api:quality_rows", args=["DAY"]).replace("DAY", "{day}"): {
            "get": {
                "operationId": "getQualityRows",
                "summary": N_("Every row of a source's day that breaks a rule"),
                "description": N_(
                    "A card shows twenty rows of a rule; here are all of them, of a source of the key's division or below, "
                    "as they are found when you ask: what was put right since the card was made is gone."
                ),
                "security": [{"key": []}],
                "parameters": [day, *asked],
                "responses": _responses("QualityRows", "quality-rows", _QUALITY_ROWS),
            }
        }
    }


def _hotline() -> Json:
    """The addresses of a linked hotline, for the client that its link names."""
    content = {"schema": {"$ref": _SCHEMAS + "Progress"}, "example": sample("progress")}
    cursor = {"type": "string", "maxLength": 100}
    return {
        reverse("api:orders"): {
            "get": {
                "operationId": "getOrders",
                "summary": N_("Orders that are at your hotline, as they have changed"),
                "description": N_(
                    "For the client that the link of a hotline names. Ask again with the cursor of the last answer; without "
                    "one you get everything. What is sent to you as messages stands here too."
                ),
                "security": [{"key": []}],
                "parameters": [
                    {
                        "name": "cursor",
                        "in": "query",
                        "required": False,
                        "description": N_("The cursor of the last answer."),
                        "schema": cursor,
                    }
                ],
                "responses": _responses("LinkedOrders", "orders", _ORDERS),
            }
        },
        reverse("api:progress", kwargs={"order_id": _NO_ID}).replace(_NO_ID, "{id}"): {
            "post": {
                "operationId": "sendProgress",
                "summary": N_("Say what happened to an order at your hotline"),
                "description": N_(
                    "The same message as the signed one. What the order does not allow as it stands is kept with the reason "
                    "for a person here; send it once, and again only when no answer came."
                ),
                "security": [{"key": []}],
                "parameters": [
                    {
                        "name": "id",
                        "in": "path",
                        "required": True,
                        "description": N_("Our id of the work order."),
                        "schema": {"type": "string", "format": "uuid"},
                    }
                ],
                "requestBody": {"required": True, "content": {"application/json": content}},
                "responses": _responses("Taken", "progress-taken", _PROGRESS),
            }
        },
    }


def _parameter(name: str, description: str, example: str, *, required: bool = False) -> Json:
    schema = {"type": "string", "format": "date"} if name in {"from", "to"} else {"type": "string"}
    said = {"name": name, "in": "query", "required": required, "description": description, "schema": schema}
    return said | ({"example": example} if example else {})


def _intake(name: str, shape: str, summary: str, reasons: Sequence[Reason]) -> Json:
    content = {"schema": {"$ref": _SCHEMAS + shape}, "example": sample(name)}
    return {
        "operationId": f"send{shape}",
        "summary": summary,
        "description": _INTAKE,
        "security": [{"key": []}],
        "parameters": [_ONCE],
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": _responses("Results", f"{name}-results", _ENVELOPE),
        "x-reasons": [{"code": r.code, "description": r.message, "remedy": r.remedy} for r in reasons],
    }


def _responses(shape: str, example: str | Json, reasons: Sequence[Reason]) -> Json:
    shown = sample(example) if isinstance(example, str) else example
    content = {"schema": {"$ref": _SCHEMAS + shape}, "example": shown}
    found: Json = {"200": {"description": _ABOUT[shape], "content": {"application/json": content}}}
    by_status = sorted([*reasons, *_EVERYWHERE], key=problems.STATUS.__getitem__)
    for status, group in groupby(by_status, key=problems.STATUS.__getitem__):
        found[str(status.value)] = {
            "description": problems.TITLES[status],
            "content": {"application/problem+json": {"schema": {"$ref": _SCHEMAS + "Problem"}}},
            "x-problems": [{"code": r.code, "description": r.message, "remedy": r.remedy} for r in group],
        }
    return found


def _schemas() -> Json:
    _, components = msgspec.json.schema_components(
        (*shapes.COMPONENTS, *open_data.SHAPES.values()), ref_template=_SCHEMAS + "{name}"
    )
    for name, schema in components.items():
        # Docstrings are for the programmers of this house; what callers read is in the catalogue.
        schema.pop("description", None)
        if name in _ABOUT:
            schema["description"] = _ABOUT[name]
    return components


_TEXTS = {"description", "summary", "remedy"}


def _translated(node: Any) -> Any:
    if isinstance(node, list):
        return [_translated(part) for part in node]
    if not isinstance(node, dict):
        return node
    return {
        name: gettext(value)
        if name in _TEXTS and isinstance(value, str) and value
        else _kept_or_translated(name, value)
        for name, value in node.items()
    }


def _kept_or_translated(name: str, value: Any) -> Any:
    """An example is data, but for the sentences in it."""
    return _spoken(value) if name == "example" else _translated(value)


_WORDS = {"label", "unit", "day"}


def _worded(name: str, value: Any) -> Any:
    """A field of an example, put into words where it holds any."""
    if name == "no_value" and value:
        return too_few()
    if name in _WORDS and value:
        return gettext(value)
    return [gettext(one) for one in value] if name == "exclusions" else _spoken(value)


def _spoken(node: Any) -> Any:
    """An example as the caller's language would have it: the reason of a waiting review, a rule of quality, exclusions."""
    if isinstance(node, list):
        return [_spoken(part) for part in node]
    if not isinstance(node, dict):
        return node
    if not {"message", "remedy"} <= node.keys():
        return {name: _worded(name, value) for name, value in node.items()}
    if node.get("code") == exchange.ORPHAN.code:
        waits = sample("reviews")["items"][-1]
        said = say(Complaint(exchange.ORPHAN, node["field"], waits))
        return node | {"message": said.message, "remedy": said.remedy}
    rule = RULES[node["rule"]]
    return node | {"message": message_of(rule), "remedy": remedy_of(rule)}
