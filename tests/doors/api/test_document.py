from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from django.test import Client
from django.utils import translation

from haochaping.cases import terms as cases
from haochaping.doors.api import shapes
from haochaping.doors.api.document import CASE_REASONS, REVIEW_REASONS, document, sample
from haochaping.doors.measures import Measures
from haochaping.exchange import rules
from haochaping.exchange.quality.terms import Gate, Grade
from haochaping.exchange.reconciliation.terms import ReconciliationState, StatedKind
from haochaping.exchange.terms import Raw
from haochaping.hotline.terms import InState, Master, Saying
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.identifiers import normal_receipt_no
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.refused import Refused
from haochaping.publicity.opendata.tables import TABLES
from haochaping.rectification.terms import OrderState
from haochaping.reviews import terms as reviews
from tests.doors.api.conftest import Caller
from tests.doors.api.places import put_examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    type Leaf = tuple[tuple[str, ...], dict[str, Any]]


def schemas() -> dict[str, Any]:
    found: dict[str, Any] = document()["components"]["schemas"]
    return found


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("Case", rules.CASE_FIELDS),
        ("Applicant", rules.APPLICANT_FIELDS),
        ("Occurrence", rules.OCCURRENCE_FIELDS),
        ("SaidCodes", rules.SAID_FIELDS),
        ("Review", rules.REVIEW_FIELDS),
        ("Person", rules.REVIEWER_FIELDS),
    ],
)
def test_document_names_the_fields_that_are_read(name, fields):
    schema = schemas()[name]

    assert schema["properties"].keys() == fields
    assert schema["additionalProperties"] is False


def test_every_choice_of_the_document_is_the_houses():
    enums = {name: schema["enum"] for name, schema in schemas().items() if "enum" in schema}
    wanted = (
        cases.CaseStatus,
        cases.CaseKind,
        cases.PersonKind,
        cases.Stage,
        cases.ServiceChannel,
        reviews.Level,
        reviews.ReviewChannel,
        reviews.Provenance,
        reviews.ReviewStatus,
        OutcomeKind,
        OrderState,
        Master,
        Saying,
        InState,
        ReconciliationState,
        StatedKind,
        Gate,
        Grade,
    )

    assert enums.keys() == {kind.__name__ for kind in wanted}
    for kind in wanted:
        assert set(enums[kind.__name__]) == {member.value for member in kind}


def judged(kind: str, item: dict[str, Any]) -> str:
    judge = rules.judge_case if kind == "Case" else rules.judge_review
    try:
        judge(Raw(item))
    except Refused as refused:
        return refused.code
    return ""


def examples() -> list[tuple[str, dict[str, Any]]]:
    return [("Case", sample("cases")["items"][0]), ("Review", sample("reviews")["items"][0])]


@pytest.mark.parametrize(("name", "item"), examples())
def test_required_means_required(name, item):
    schema = schemas()[name]
    assert judged(name, item) == ""

    for field in schema["properties"]:
        without = {key: value for key, value in item.items() if key != field}
        assert (judged(name, without) == "missing") == (field in schema["required"]), field


@pytest.mark.parametrize("kind", ["Case", "Review"])
def test_bounds_of_the_document_are_those_of_the_rules(kind):
    for path, part in _leaves(kind, schemas()):
        item = copy.deepcopy(dict(examples())[kind])
        for value, code in _just_inside_and_outside(part):
            _place(item, path, value)
            found = judged(kind, item)
            # A text of the right length may still be no time and no limit.
            assert found == code or (not code and found in {"not_a_time", "wrong_type"}), (path, value)


def _leaves(name: str, all_schemas: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[Leaf]:
    for field, part in all_schemas[name]["properties"].items():
        inner = part.get("$ref") or part.get("items", {}).get("$ref") or ""
        inner = inner.rsplit("/", 1)[-1]
        if inner in {"Person", "Applicant", "Occurrence"}:
            yield from _leaves(inner, all_schemas, (*path, field))
        else:
            yield (*path, field), part


def _just_inside_and_outside(part: dict[str, Any]) -> Iterator[tuple[object, str]]:
    if "maxLength" in part and "pattern" not in part:
        yield "9" * part["maxLength"], ""
        yield "9" * (part["maxLength"] + 1), "too_long"
    if "maximum" in part:
        yield part["minimum"], ""
        yield part["maximum"], ""
        yield part["minimum"] - 1, "out_of_range"
        yield part["maximum"] + 1, "out_of_range"
    if "maxItems" in part and part["items"].get("type") == "string":
        yield [str(n) for n in range(part["maxItems"])], ""
        yield [str(n) for n in range(part["maxItems"] + 1)], "out_of_range"


def _place(item: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    for step in path[:-1]:
        found = item.setdefault(step, {})
        item = found[0] if isinstance(found, list) else found
    item[path[-1]] = value


@pytest.mark.parametrize(
    "limit",
    ["5", "5 working_day", "5working_day", "5 day", "1 month", "2 year", "5 weeks", "x", "12345 day", "5 "],
)
def test_pattern_of_a_limit_is_the_rules(limit):
    pattern = schemas()["Case"]["properties"]["promised_limit"]["pattern"]
    item = sample("cases")["items"][0] | {"promised_limit": limit}

    assert bool(re.fullmatch(pattern, limit.strip())) == (judged("Case", item) == "")


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("cases", shapes.Cases),
        ("reviews", shapes.Reviews),
        ("cases-results", shapes.Results),
        ("reviews-results", shapes.Results),
        ("review", shapes.StoredReview),
        ("measures", Measures),
        ("quality", shapes.QualityCards),
        ("quality-month", shapes.QualityMonths),
        ("quality-rows", shapes.QualityRows),
        ("orders", shapes.LinkedOrders),
        ("progress", shapes.Progress),
        ("progress-taken", shapes.Taken),
        ("reconciliation", shapes.DayTold),
        ("reconciliation-compared", shapes.Compared),
    ],
)
def test_examples_have_the_shape_they_show(name, shape):
    found = msgspec.json.decode(json.dumps(sample(name)).encode(), type=shape)

    for result in getattr(found, "results", ()):
        assert result.receipt is None or normal_receipt_no(result.receipt) == result.receipt


@pytest.mark.django_db
def test_examples_are_accepted_where_the_example_files_were_imported(moment):
    put_examples(moment)
    caller = Caller("hall", "990100000000", moment)

    sent = [
        *caller.send("cases", *sample("cases")["items"]),
        *caller.send("reviews", *sample("reviews")["items"]),
    ]

    assert [r["outcome"] for r in sent] == ["accepted", "accepted", "quarantined"]
    assert sent[2]["reason"]["code"] == "orphan"


def test_all_references_lead_somewhere():
    told = document()
    found = re.findall(r'"#/components/schemas/(\w+)"', json.dumps(told))

    assert set(found) <= told["components"]["schemas"].keys()
    assert told["openapi"].startswith("3.1")
    assert len({o["operationId"] for m in told["paths"].values() for o in m.values()}) == 10 + len(TABLES)


def test_every_text_of_the_document_is_given_and_in_the_callers_language():
    def texts(node: Any) -> list[str]:
        if isinstance(node, list):
            return [text for part in node for text in texts(part)]
        if not isinstance(node, dict):
            return []
        own = [value for name, value in node.items() if name in {"description", "summary"}]
        return [
            *(text for text in own if isinstance(text, str)),
            *(t for name, part in node.items() if name != "example" for t in texts(part)),
        ]

    with translation.override("en"):
        english = texts(document())
    with translation.override("zh-hans"):
        chinese = texts(document())

    assert "" not in english
    assert len(english) == len(chinese) > 100


@pytest.mark.parametrize(
    ("language", "strange"), [("en", r"[\u4e00-\u9fff]"), ("zh-hans", r"[a-z] [a-z]+ [a-z]")]
)
def test_sentences_of_the_examples_are_in_the_callers_language(language, strange):
    def said(node: Any) -> list[str]:
        if isinstance(node, list):
            return [text for part in node for text in said(part)]
        if not isinstance(node, dict):
            return []
        own = [node["message"], node["remedy"]] if {"message", "remedy"} <= node.keys() else []
        return [*own, *(text for part in node.values() for text in said(part))]

    with translation.override(language):
        told = document()["paths"].values()
    sentences = said([operation["responses"]["200"] for methods in told for operation in methods.values()])

    assert len(sentences) == 4
    assert [text for text in sentences if re.search(strange, text) or "{" in text] == []


def test_exclusions_of_the_examples_are_in_the_callers_language():
    with translation.override("zh-hans"):
        operation = document()["paths"]["/api/v1/measures"]["get"]
    example = operation["responses"]["200"]["content"]["application/json"]["example"]

    said = [one for measure in example["measures"] for one in measure["exclusions"]]
    assert len(said) == 4
    assert [one for one in said if re.search("[a-z]{3}", one)] == []


def test_every_field_says_what_it_is():
    for name, schema in schemas().items():
        for field, part in schema.get("properties", {}).items():
            if name not in {"Problem", "Cases", "Reviews"}:
                assert part.get("description"), f"{name}.{field}"


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "word"), [("zh-hans", "政务服务“好差评”"), ("en", "API reference")])
def test_page_for_people_is_the_same_document(language, word):
    page = Client().get("/api/v1/docs", headers={"Accept-Language": language}).content.decode()

    told = document()
    assert word in page
    assert f'<html lang="{language}"' in page
    for path, methods in told["paths"].items():
        assert all(f"{method.upper()} {path}" in page for method in methods)
    for field in rules.CASE_FIELDS | rules.REVIEW_FIELDS | rules.OCCURRENCE_FIELDS:
        assert f"<td>{field}</td>" in page
    assert all(reason.code in page for reason in (*CASE_REASONS, *REVIEW_REASONS))
    assert not re.search(r'style="|<style|<script(?![^>]*src=)|https?://', page)
    assert len(re.findall("<h1", page)) == 1


def test_openapi_is_served(db):
    answer = Client().get("/api/v1/openapi.json", headers={"Accept-Language": "en"})

    assert answer.headers["Content-Type"] == "application/json"
    with translation.override("en"):
        assert answer.json() == document()


def test_persons_of_the_examples_are_persons():
    case = rules.judge_case(Raw(sample("cases")["items"][0]))

    assert isinstance(case.person, PlainPerson)
    assert isinstance(case.agent, PlainPerson)


@pytest.mark.django_db
def test_no_two_tables_of_the_page_are_called_the_same(client):
    page = client.get("/api/v1/docs").content.decode()

    captions = re.findall("<caption>(.*?)</caption>", page)
    assert len(captions) > 15
    assert len(set(captions)) == len(captions)
