"""Every address of the server and how it is called, as its own description tells them. New routes
are found by themselves; one that the description leaves out is not.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI
from starlette.routing import BaseRoute, WebSocketRoute

WEBSOCKET = "WS"
# Which no program calls: they hold nothing of anybody's.
UNDESCRIBED = {"/docs", "/openapi.json", "/static/{name}", "/ui/sign-in", "/ui/sign-out"}
# Pages for people are in no description, either, and show what is theirs. They change nothing.
PAGES = ("/", "/ui/")
Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """One method of one address; `WS` stands for a WebSocket. Parameters and members of bodies have
    their schemas; a form or JSON object has them by media type.
    """

    method: str
    path: str
    in_path: tuple[str, ...]
    query: Mapping[str, Schema] = field(default_factory=dict)
    headers: Mapping[str, Schema] = field(default_factory=dict)
    bodies: Mapping[str, Schema] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def address(self, values: Mapping[str, str]) -> str:
        return re.sub(r"{(\w+)}", lambda match: quote(values[match[1]]), self.path)


def operations(web: FastAPI) -> list[Operation]:
    """All of them, by address. Fails for a route that nobody describes."""
    described = {
        (method.upper(), path): _described(method.upper(), path, item[method], web.openapi())
        for path, item in web.openapi()["paths"].items()
        for method in item
    }
    found = {(op.method, op.path): op for op in _found(web, described)}
    assert described.keys() <= found.keys()
    return sorted(found.values(), key=lambda op: (op.path, op.method))


def _found(web: FastAPI, described: Mapping[tuple[str, str], Operation]) -> Iterator[Operation]:
    for route in routes(web.routes):
        path = re.sub(r"{(\w+):\w+}", r"{\1}", route.path)  # type: ignore[attr-defined]
        if path in UNDESCRIBED:
            continue
        if isinstance(route, WebSocketRoute):
            yield Operation(WEBSOCKET, path, _names(path))
            continue
        methods = getattr(route, "methods", None)
        assert methods, f"{path} has no methods: what lies below it is in no description"
        if path == PAGES[0] or path.startswith(PAGES[1]):
            assert set(methods) <= {"GET", "HEAD"}, f"{path} is a page, and pages change nothing"
            yield Operation("GET", path, _names(path))
            continue
        for method in methods:
            known = described.get((method, path)) or described.get(("GET", path))
            assert known is not None, f"{method} {path} is in no description: how is it called?"
            yield known if method == known.method else _twin(known, method)


def _twin(of: Operation, method: str) -> Operation:
    """`HEAD` beside a `GET`."""
    return Operation(method, of.path, of.in_path, of.query, of.headers)


def routes(several: list[BaseRoute]) -> Iterator[BaseRoute]:
    """Those of included routers, too."""
    for route in several:
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from routes(inner.routes)


def _described(method: str, path: str, told: Schema, document: Schema) -> Operation:
    places: dict[str, dict[str, Schema]] = {"path": {}, "query": {}, "header": {}}
    for parameter in told.get("parameters", ()):
        places[parameter["in"]][parameter["name"]] = _whole(parameter["schema"], document)
    assert set(places["path"]) == set(_names(path)), f"{method} {path} does not name its parts"
    bodies = {
        kind: _whole(content["schema"], document)
        for kind, content in told.get("requestBody", {}).get("content", {}).items()
    }
    return Operation(method, path, _names(path), places["query"], places["header"], bodies)


def _names(path: str) -> tuple[str, ...]:
    return tuple(re.findall(r"{(\w+)}", path))


def _whole(schema: Schema, document: Schema) -> Schema:
    """Without references, lists and the choice of null."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _whole(document["components"]["schemas"][name], document)
    for one in schema.get("anyOf", ()):
        if one.get("type") != "null":
            return _whole(one, document)
    return _whole(schema["items"], document) if "items" in schema else schema
