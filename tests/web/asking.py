"""Every way to call a route for somebody's things, and what comes of it. Where nobody has said how
a parameter is to be filled in, this fails and names it.
"""

import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import httpx2
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from pagemill.testing.documents import text_pdf
from web.addresses import WEBSOCKET, Operation, Schema
from web.neighbours import Things

Whose = Callable[[str], Things]
MOST_REPEATED = 80
_NUMBERS = itertools.count(1)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z?")


def _refs(things: Things) -> list[str]:
    return [ref for job in things.jobs.values() for ref in (job.id, job.handle)]


def _in_folder(things: Things) -> list[str]:
    name, folder = things.file.name, things.user_id
    return [name, f"{folder}/{name}", f"../{folder}/{name}", str(things.file.absolute())]


NAMING: dict[str, Callable[[Things], list[str]]] = {
    "ref": _refs,
    "job_id": _refs,
    "job": _refs,
    "conversion_id": _refs,
    "task_id": _refs,
    "file_id": lambda things: [things.upload_id],
    "document_id": lambda things: [job.document.sha256 for job in things.jobs.values()],
    "user_id": lambda things: [things.user_id],
    "user": lambda things: [things.user_id],
    "id": lambda things: [things.user_id, things.key],
    "token_id": lambda things: [things.token_id],
    "filename": _in_folder,
}
"""Parameters that name somebody's things, wherever they stand."""

PARTS = {
    "number": ["1"],
    "block": ["0"],
    "name": ["markdown", "images/1_0.jpg", "0_0.jpg"],
    "engine": ["text"],
}
"""Parts of addresses that name nothing by themselves, with values of which one at least is good."""

FILTERS: dict[str, Callable[[Things], list[str]]] = {
    "name": lambda things: [job.filename for job in things.jobs.values()],
    "before": lambda things: [job.id for job in things.jobs.values()],
    "code": lambda _: ["engine_failed"],
    "output": lambda _: ["markdown"],
    "engine": lambda _: ["text"],
    "q": lambda _: ["mills"],
    "since": lambda _: ["2020-01-01T00:00:00Z"],
}
"""Texts in queries that only choose from one's own."""

HEADERS: dict[str, Callable[[Things], str]] = {
    "idempotency-key": lambda things: things.key,
    "last-event-id": lambda _: "1",
}
MEMBERS: dict[str, object] = {
    "priority": 1,
    "text": "put right by hand",
    "async": True,
    "max_running": 1000,
    "order": "cancel",
}
"""Of JSON objects, which name nothing and are needed or useful."""


@dataclass(frozen=True)
class Call:
    """One request. `named` are the things it names, by parameter."""

    operation: Operation
    address: str
    named: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] | None = None
    document: bytes = b""
    json: Mapping[str, object] | None = None

    def __str__(self) -> str:
        sent = (self.query, self.headers, self.fields, self.json)
        return f"{self.operation.method} {self.address} {' '.join(str(x) for x in sent if x)}"

    @property
    def texts(self) -> set[str]:
        """All that the sender knows already."""
        return {*self.named.values(), *self.query.values(), *self.headers.values()}


def calls(operation: Operation, whose: Whose) -> Iterator[Call]:
    """Every way to call it for things of `whose(parameter)`; always as many, in the same order."""
    for part in operation.in_path:
        _know(part in NAMING or part in PARTS, operation, f"`{{{part}}}`")
    choices = [PARTS.get(part) or NAMING[part](whose(part)) for part in operation.in_path]
    for values in itertools.product(*choices):
        in_path = dict(zip(operation.in_path, values, strict=True))
        named = {part: value for part, value in in_path.items() if part in NAMING}
        plain = Call(operation, operation.address(in_path), named)
        for call in _with_bodies(plain, whose):
            yield call
            yield from _with_queries(call, whose)
            yield from _with_headers(call, whose)


def naming(operation: Operation) -> set[str]:
    """Parameters by which it can name things."""
    members = {name for body in operation.bodies.values() for name in body.get("properties", ())}
    return {*operation.in_path, *operation.query, *members} & NAMING.keys()


def _know(is_known: bool, operation: Operation, what: str) -> None:
    assert is_known, f"{operation}: what is {what}, and can it name anything? See {__name__}"


def _with_queries(call: Call, whose: Whose) -> Iterator[Call]:
    for name, schema in call.operation.query.items():
        if name in NAMING:
            for value in NAMING[name](whose(name)):
                yield replace(call, query={name: value}, named={**call.named, name: value})
        else:
            for value in _filters(call.operation, name, schema, whose):
                yield replace(call, query={name: value})


def _filters(operation: Operation, name: str, schema: Schema, whose: Whose) -> list[str]:
    """Numbers are places in one's own lists, or sizes."""
    if "enum" in schema:
        return list(schema["enum"])
    match schema.get("type"):
        case "integer" | "number":
            return []
        case "boolean":
            return ["true"]
    _know(name in FILTERS, operation, f"`?{name}=`")
    return FILTERS[name](whose(name))


def _with_headers(call: Call, whose: Whose) -> Iterator[Call]:
    for name in call.operation.headers:
        _know(name in HEADERS, call.operation, f"the header `{name}`")
        yield replace(call, headers={name: HEADERS[name](whose(name))})


def _with_bodies(call: Call, whose: Whose) -> Iterator[Call]:
    bodies = call.operation.bodies
    if not bodies:
        yield call
    for kind, schema in bodies.items():
        _know(kind in _SENDERS, call.operation, f"a body of {kind}")
        yield from _SENDERS[kind](call, schema, whose)


def _with_json(call: Call, schema: Schema, whose: Whose) -> Iterator[Call]:
    members, required = schema.get("properties", {}), schema.get("required", ())
    naming = [name for name in members if name in NAMING and name != "filename"]
    for name in members:
        is_plain = name in MEMBERS or not (name in required or name.endswith("id"))
        _know(name in naming or is_plain, call.operation, f"`{name}` in the JSON")
    sent = {name: value for name, value in MEMBERS.items() if name in members}
    for values in itertools.product(*(NAMING[name](whose(name)) for name in naming)):
        ids = dict(zip(naming, values, strict=True))
        yield replace(call, json=sent | ids, named={**call.named, **ids})


def _with_form(call: Call, schema: Schema, whose: Whose) -> Iterator[Call]:
    members, required = schema.get("properties", {}), schema.get("required", ())
    for name in members:
        is_plain = name in ("file", "filename") or not (name in required or name.endswith("id"))
        _know(is_plain, call.operation, f"the field `{name}`")
    if "file" in members:
        document = text_pdf([f"Sent for the {next(_NUMBERS)}. time"])
        yield replace(call, fields={}, document=document)
    if "file" not in required and "filename" in members:
        for name in _in_folder(whose("filename")):
            named = {**call.named, "filename": name}
            yield replace(call, fields={"filename": name}, named=named)


_SENDERS = {"application/json": _with_json, "multipart/form-data": _with_form}


@dataclass(frozen=True)
class Answer:
    """`status` 101 is a WebSocket that was opened, `body` then its first message. `text` is all
    that came, headers too.
    """

    call: Call
    status: int
    body: str
    text: str

    def __str__(self) -> str:
        return f"{self.call} -> {self.status} {self.body[:300]}"

    @property
    def is_success(self) -> bool:
        return self.status < 400

    @property
    def gist(self) -> tuple[int, str]:
        """What it says, whatever the time and the names that were sent."""
        return self.status, _without(self.call.texts, _MOMENT.sub("", self.body))

    def gives_away(self, secrets: frozenset[str]) -> list[str]:
        told = _without(self.call.texts, self.text)
        return [secret for secret in secrets if secret in told]


def _without(texts: set[str], told: str) -> str:
    """Refusals repeat what was sent, up to a length."""
    for text in sorted(texts, key=len, reverse=True):
        for shown in (text, json.dumps(text)[1:-1], text[:MOST_REPEATED]):
            told = told.replace(shown, "")
    return told


def ask(client: httpx2.Client, call: Call) -> Answer:
    if call.operation.method == WEBSOCKET:
        return _ask_socket(client, call)
    given: dict[str, object] = {"params": call.query, "headers": call.headers, "json": call.json}
    if call.fields is not None:
        given["files"] = {name: (None, value) for name, value in call.fields.items()}
    if call.document:
        given["files"] = {"file": ("sent.pdf", call.document)}
    with client.stream(call.operation.method, call.address, **given) as answer:
        is_endless = answer.headers.get("content-type", "").startswith("text/event-stream")
        data = next(answer.iter_bytes()) if is_endless else answer.read()
    body = data.decode("utf-8", "replace")
    return Answer(call, answer.status_code, body, f"{answer.headers}{body}{data!r}")


def _ask_socket(client: httpx2.Client, call: Call) -> Answer:
    url = str(client.base_url.join(call.address)).replace("http", "ws", 1)
    token = {"Authorization": client.headers["authorization"]}
    try:
        with connect(url, additional_headers=token) as watcher:
            said = _first(watcher.recv)
        return Answer(call, 101, said, said)
    except InvalidStatus as denied:
        answer = denied.response
        return Answer(call, answer.status_code, answer.body.decode(), f"{answer}")


def _first(receive: Callable[[float], object]) -> str:
    try:
        return str(receive(30))
    except ConnectionClosed:
        return ""
