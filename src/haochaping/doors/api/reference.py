"""The OpenAPI document laid out for people: one operation after the other, each with its tables."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from haochaping.ui.sentences import labelled
from haochaping.ui.shapes import Column

if TYPE_CHECKING:
    from haochaping.doors.api.document import Json


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts, its caption unlike any other of the page, so that a screen reader can list them."""

    caption: str
    columns: tuple[Column, ...]
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class Problem:
    """A way in which a request fails as a whole."""

    code: str
    status: str
    text: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One address with one method."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    needs_key: bool
    tables: list[Table]
    request: str
    response: str


@dataclass(frozen=True, slots=True)
class Reference:
    """The whole page."""

    operations: list[Operation]
    shapes: list[Table]
    problems: list[Problem]


def reference(document: Json) -> Reference:
    """Lay out a document that `document.document` made."""
    operations = [
        _operation(path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    schemas = document["components"]["schemas"]
    shapes = [_shape(name, schema, schemas) for name, schema in schemas.items() if "properties" in schema]
    return Reference(operations, shapes, _problems(document))


def _operation(path: str, method: str, operation: Json) -> Operation:
    tables = []
    if parameters := operation["parameters"]:
        tables.append(_parameters(operation["summary"], parameters))
    if reasons := operation.get("x-reasons"):
        tables.append(_reasons(operation["summary"], reasons))
    body = operation.get("requestBody")
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation["description"],
        needs_key=bool(operation["security"]),
        tables=tables,
        request=_example(body["content"]) if body else "",
        response=_example(operation["responses"]["200"]["content"]),
    )


def _example(content: Json) -> str:
    return json.dumps(content["application/json"]["example"], ensure_ascii=False, indent=2)


def _parameters(summary: str, parameters: list[Json]) -> Table:
    columns = (Column(gettext("Parameter")), Column(gettext("Required")), Column(gettext("Meaning")))
    rows = [[p["name"], _yes(p["required"]), p["description"]] for p in parameters]
    return Table(labelled(summary, gettext("Parameters")), columns, rows)


def _reasons(summary: str, reasons: list[Json]) -> Table:
    columns = (Column(gettext("Code")), Column(gettext("Sentence")), Column(gettext("Remedy")))
    rows = [[r["code"], r["description"], r["remedy"]] for r in reasons]
    return Table(labelled(summary, gettext("Reasons of items that were not taken")), columns, rows)


def _shape(name: str, schema: Json, schemas: Json) -> Table:
    columns = (
        Column(gettext("Field")),
        Column(gettext("Required")),
        Column(gettext("Form")),
        Column(gettext("Meaning")),
    )
    rows = [
        [field, _yes(field in schema["required"]), _form(part, schemas), part.get("description", "")]
        for field, part in schema["properties"].items()
    ]
    return Table(labelled(name, schema["description"]), columns, rows)


def _form(part: Json, schemas: Json) -> str:
    """What a value looks like, in the words of JSON Schema."""
    if "$ref" in part:
        name = part["$ref"].rsplit("/", 1)[1]
        choices = schemas[name].get("enum")
        return ", ".join(map(str, choices)) if choices else name
    if "anyOf" in part:
        return " | ".join(_form(one, schemas) for one in part["anyOf"])
    if "enum" in part:
        return ", ".join(map(str, part["enum"]))
    if part["type"] == "array":
        return f"[{_form(part['items'], schemas)}, …]{_bounds(part, 'minItems', 'maxItems')}"
    form = part.get("format", part["type"])
    return f"{form}{_bounds(part, 'minLength', 'maxLength')}{_bounds(part, 'minimum', 'maximum')}"


def _bounds(part: Json, low: str, high: str) -> str:
    found: tuple[Any, Any] = (part.get(low), part.get(high))
    if found == (None, None):
        return ""
    return f" {found[0] if found[0] is not None else 0}–{found[1]}"


def _problems(document: Json) -> list[Problem]:
    found = {
        problem["code"]: Problem(problem["code"], status, problem["description"], problem["remedy"])
        for methods in document["paths"].values()
        for operation in methods.values()
        for status, response in operation["responses"].items()
        for problem in response.get("x-problems", ())
    }
    return sorted(found.values(), key=lambda problem: (problem.status, problem.code))


def _yes(value: object) -> str:
    return gettext("Yes") if value else ""
