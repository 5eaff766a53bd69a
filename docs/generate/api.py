"""接口: the programming interface, from the OpenAPI document that the program itself answers with."""

from __future__ import annotations

from typing import Any, cast

import msgspec
from django.utils.translation import override

from docs.generate.pages import CHINESE, code, table
from haochaping.doors.api.document import document

type Node = dict[str, Any]

_METHODS = ("get", "post", "put", "patch", "delete")


def pages() -> dict[str, str]:
    """One page: operations with their answers, then the shape of every body."""
    with override(CHINESE):
        told = cast("Node", msgspec.json.decode(msgspec.json.encode(document())))
    operations = [
        _operation(path, method, item[method])
        for path, item in told["paths"].items()
        for method in _METHODS
        if method in item
    ]
    schemas = [_schema(name, schema) for name, schema in told["components"]["schemas"].items()]
    return {
        "api.md": _INTRODUCTION + "\n".join(operations) + "\n## 数据形状 · Shapes\n\n" + "\n".join(schemas)
    }


def _operation(path: str, method: str, node: Node) -> str:
    parts = [f"## `{method.upper()} {path}`\n", node.get("summary", ""), node.get("description", "")]
    if parameters := node.get("parameters"):
        rows = [
            [code(p["name"]), p["in"], "必填" if p.get("required") else "", p.get("description", "")]
            for p in parameters
            if "name" in p
        ]
        parts.append(table(["参数 parameter", "位置 in", "", "说明"], rows))
    if body := node.get("requestBody"):
        parts.append(f"请求体 body: {_content(body)}")
    rows = [
        [code(status), answer.get("description", ""), _content(answer)]
        for status, answer in node["responses"].items()
    ]
    parts.append(table(["状态 status", "说明", "内容 body"], rows))
    return "\n\n".join(part for part in parts if part)


def _content(node: Node) -> str:
    return "，".join(
        f"{code(kind)} {_type(media.get('schema', {}))}" for kind, media in node.get("content", {}).items()
    )


def _schema(name: str, schema: Node) -> str:
    heading = f"(schema-{name.lower()})=\n### {name}\n\n{schema.get('description', '')}\n\n"
    if "enum" in schema:
        return heading + " ".join(code(value) for value in schema["enum"]) + "\n"
    required = set(schema.get("required", []))
    rows = [
        [
            code(field),
            _type(node),
            "必填" if field in required else "",
            _limits(node),
            node.get("description", ""),
        ]
        for field, node in schema.get("properties", {}).items()
    ]
    return heading + table(["字段 field", "类型 type", "", "范围 bounds", "说明"], rows)


def _type(node: Node) -> str:
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        return f"[{name}](#schema-{name.lower()})"
    for several in ("anyOf", "oneOf", "allOf"):
        if several in node:
            return " / ".join(_type(part) for part in node[several])
    if node.get("type") == "array":
        return f"[{_type(node.get('items', {}))}]"
    if "enum" in node:
        return " ".join(code(value) for value in node["enum"])
    kind = node.get("type", "")
    return " / ".join(kind) if isinstance(kind, list) else str(kind)


_BOUNDS = {
    "minimum": "≥ {}",
    "maximum": "≤ {}",
    "minLength": "≥ {} 字",
    "maxLength": "≤ {} 字",
    "minItems": "≥ {} 项",
    "maxItems": "≤ {} 项",
    "default": "默认 {}",
}


def _limits(node: Node) -> str:
    found = [
        text.format(node[name]) for name, text in _BOUNDS.items() if node.get(name) not in (None, "", [])
    ]
    return "，".join(found)


_INTRODUCTION = """# 接口 · API

本页由程序的 OpenAPI 3.1 文档生成。运行中的系统在 `/api/v1/openapi.json` 给出同一份文档，`/api/v1/docs` 是它的可读页面。
怎样接入、能直接运行的例子见[《接入》](../../guides/connect.md)。

This page is made from the OpenAPI document that a running installation answers at `/api/v1/openapi.json`.

"""
