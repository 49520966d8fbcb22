"""What FastAPI cannot see by itself: the bodies of a submission, and the catalogue of errors."""

from typing import Any

from fastapi import FastAPI

from pagemill.errors import CATALOGUE
from pagemill.web.problems import Problem

_OPTIONS = {
    "engine": {"type": "string", "description": "Who reads the pages; `auto` chooses per page."},
    "mode": {"type": "string", "description": "fast, balanced or best: speed against care."},
    "pages": {"type": "string", "description": "Such as `1-5,9,12-`; all without it."},
    "languages": {"type": "string", "description": "ISO 639 codes, likeliest first: `de,en`."},
    "outputs": {"type": "string", "description": "Such as `markdown,json`."},
    "page_breaks": {"type": "string", "description": "none, rule, comment or form_feed."},
    "headers_footers": {
        "type": "string",
        "description": "remove or keep: running headers and footers in text made for reading.",
    },
    "dpi": {"type": "integer", "description": "Resolution pages are drawn with; 0 is automatic."},
}
_BESIDE = {
    "filename": {"type": "string", "description": "Instead of the file's own name."},
    "priority": {"type": "integer", "minimum": 0, "maximum": 10, "description": "10 is first."},
    "password": {"type": "string", "description": "Opens an encrypted document."},
    "sha256": {"type": "string", "description": "In hex; other bytes than these are refused."},
}


def _body(first: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    return {
        "schema": {
            "type": "object",
            "required": list(first),
            "properties": {**first, **_BESIDE, "options": options, **_OPTIONS},
        }
    }


def form_body(fields: dict[str, str], required: tuple[str, ...] = ("file",)) -> dict[str, Any]:
    """A multipart form for a route that reads it by itself: names and meanings of its fields."""
    shapes = {name: {"type": "string", "description": text} for name, text in fields.items()}
    if "file" in shapes:
        shapes["file"]["format"] = "binary"
    schema = {"type": "object", "required": list(required), "properties": shapes}
    return {"requestBody": {"content": {"multipart/form-data": {"schema": schema}}}}


def json_body(
    members: dict[str, tuple[str, str]], required: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The same for a JSON object: types and meanings of its members."""
    shapes = {name: {"type": kind, "description": text} for name, (kind, text) in members.items()}
    schema = {"type": "object", "required": list(required), "properties": shapes}
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}}


SUBMISSION: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": _body(
                {"file": {"type": "string", "format": "binary", "description": "The document."}},
                {"type": "string", "description": "All options as one JSON object."},
            ),
            "application/json": _body(
                {"document_id": {"type": "string", "description": "`document.id` of a job."}},
                {"type": "object", "description": "All options in one object."},
            ),
        },
    }
}


def install_openapi(web: FastAPI) -> None:
    """Adds the problem schema and, as `x-errors`, every code with its meaning."""
    make = web.openapi

    def described() -> dict[str, Any]:
        if web.openapi_schema is None:
            schema = make()
            schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = (
                Problem.model_json_schema()
            )
            schema["x-errors"] = [
                {"code": row.code, "title": row.title, "hint": row.hint, "status": row.status}
                for row in CATALOGUE.values()
            ]
        return make()

    web.openapi = described  # type: ignore[method-assign]  # FastAPI's own way to extend it
