"""What the client does, without doing it: plans yield what to send and are sent what came back.

A plan is a generator. It yields `Call` and gets a `Reply` or `Lost`, or yields `Rest` and is
resumed after that time. The sync and the async client run the same plans; neither decides anything.
"""

import random
import uuid
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from pagemill.client.answers import (
    JobInfo,
    JobList,
    KnownInfo,
    OutputInfo,
    OutputList,
    PageInfo,
    PageList,
    QueueInfo,
    SearchInfo,
)
from pagemill.errors import CATALOGUE, PagemillError

T = TypeVar("T")
Query = Mapping[str, str | int | float | Sequence[str]]
_FIRST_REST, _LONGEST_REST = 0.1, 5.0
_LONGEST_WISH, _MOST_WISHED = 60.0, 180.0
_POLL_SECONDS = 30.0
_WORTH_ANOTHER_TRY = frozenset({429, 502, 503, 504})
# For answers of somebody in between, who does not know our codes.
_CODE_OF_STATUS = {
    401: "token_required",
    403: "forbidden",
    413: "too_large",
    429: "too_many_requests",
    502: "server_unreachable",
    503: "server_unreachable",
    504: "server_unreachable",
}


@dataclass(frozen=True, slots=True)
class Call:
    """A request. `is_repeatable` promises that sending it twice does no more than once."""

    method: str
    path: str
    query: Query = field(default_factory=dict)
    json: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    file: Path | bytes | None = None
    filename: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    is_repeatable: bool = True


@dataclass(frozen=True, slots=True)
class Rest:
    seconds: float


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection failed; the server may have got the request or not."""

    reason: str


Plan = Generator[Call | Rest, Any, T]


class Patience:
    """How long to rest before another try: doubling, with full jitter, until `seconds` of rest
    were spent since the last success.

    A server that counts requests knows when the next may come. What it asks for is waited, up to a
    minute at once and three in all, unless `seconds` is 0.
    """

    def __init__(self, seconds: float, rng: random.Random) -> None:
        self._seconds = seconds
        self._rng = rng
        self.renew()

    def renew(self) -> None:
        self._spent = self._wished = 0.0
        self._ceiling = _FIRST_REST

    def rest_after(self, error: PagemillError) -> Rest:
        """Raises `error` when patience has run out."""
        if self._spent >= self._seconds:
            raise error
        wish = float(error.retry_after or 0)
        if wish and error.code == "too_many_requests":
            return self._rest_as_asked(wish, error)
        jittered = self._rng.uniform(self._ceiling / 2, self._ceiling)
        seconds = max(min(wish, _LONGEST_REST), jittered)
        self._spent += seconds
        self._ceiling = min(_LONGEST_REST, self._ceiling * 2)
        return Rest(seconds)

    def _rest_as_asked(self, wish: float, error: PagemillError) -> Rest:
        self._wished += wish
        if wish > _LONGEST_WISH or self._wished > _MOST_WISHED:
            raise error
        return Rest(wish)


def ask(call: Call, patience: Patience) -> Plan[Reply]:
    """The reply once it is good. Raises the server's error, or `server_unreachable`."""
    patience.renew()
    while True:
        reply: Reply | Lost = yield call
        if isinstance(reply, Reply) and reply.status < 400:
            return reply
        error = error_of(reply)
        if not call.is_repeatable or not is_worth_another_try(reply):
            raise error
        yield patience.rest_after(error)


def is_worth_another_try(reply: Reply | Lost) -> bool:
    return isinstance(reply, Lost) or reply.status in _WORTH_ANOTHER_TRY


def error_of(reply: Reply | Lost) -> PagemillError:
    """The problem document as an exception; something apt where there is none."""
    if isinstance(reply, Lost):
        return PagemillError("server_unreachable", reply.reason)
    try:
        said = msgspec.json.decode(reply.body, type=dict[str, Any])
    except msgspec.DecodeError:
        said = {}
    code = said.get("code")
    if code not in CATALOGUE:
        other = "internal" if reply.status >= 500 else "invalid_request"
        code = _CODE_OF_STATUS.get(reply.status, other)
    message = said.get("detail") or f"The server answered {reply.status}"
    return PagemillError(code, message, said.get("hint") or "", _retry_after(reply))


def submit(
    source: Path | bytes,
    filename: str,
    options: Mapping[str, object],
    priority: int | None,
    password: str,
    idempotency_key: str,
    sha256: str,
    rng: random.Random,
    patience: Patience,
) -> Plan[JobInfo]:
    """Repeatable whoever asks: without a key of the caller's, one is made for these tries."""
    key = idempotency_key or str(uuid.UUID(int=rng.getrandbits(128), version=4))
    fields = {"options": msgspec.json.encode(dict(options)).decode()}
    if '"' in filename:  # what the file's own name cannot hold in a form
        fields["filename"] = filename
    if priority is not None:
        fields["priority"] = str(priority)
    if password:
        fields["password"] = password
    if sha256:
        fields["sha256"] = sha256
    call = Call(
        "POST",
        "/v1/jobs",
        headers={"Idempotency-Key": key},
        file=source,
        filename=filename,
        fields=fields,
    )
    return (yield from typed(call, JobInfo, patience))


def resubmit(
    document_id: str, options: Mapping[str, object], patience: Patience, key: str
) -> Plan[JobInfo]:
    body = {"document_id": document_id, "options": dict(options)}
    headers = {"Idempotency-Key": key} if key else {}
    call = Call("POST", "/v1/jobs", json=body, headers=headers, is_repeatable=bool(key))
    return (yield from typed(call, JobInfo, patience))


def known(
    contents: Sequence[str], options: Mapping[str, object], patience: Patience
) -> Plan[KnownInfo]:
    body = {"contents": list(contents), "options": dict(options)}
    return (yield from typed(Call("POST", "/v1/ingest/known", json=body), KnownInfo, patience))


def get(ref: str, patience: Patience) -> Plan[JobInfo]:
    return (yield from typed(Call("GET", job_path(ref)), JobInfo, patience))


def wait(ref: str, patience: Patience) -> Plan[JobInfo]:
    """The job once it has ended."""
    call = Call("GET", job_path(ref), {"wait": _POLL_SECONDS})
    while True:
        job = yield from typed(call, JobInfo, patience)
        if job.is_final:
            return job


def jobs(
    states: Sequence[str], name: str, before: str, limit: int, patience: Patience, user: str = ""
) -> Plan[JobList]:
    query: Query = {"state": states, "name": name, "before": before, "limit": limit, "user": user}
    return (yield from typed(Call("GET", "/v1/jobs", query), JobList, patience))


def pages(ref: str, patience: Patience) -> Plan[list[PageInfo]]:
    found: list[PageInfo] = []
    after: int | None = 0
    while after is not None:
        call = Call("GET", job_path(ref, "pages"), {"after": after, "limit": 1000})
        answer = yield from typed(call, PageList, patience)
        found += answer.pages
        after = answer.next
    return found


def page_markdown(ref: str, number: int, patience: Patience) -> Plan[str]:
    call = Call("GET", job_path(ref, f"pages/{number}"), {"format": "markdown"})
    reply = yield from ask(call, patience)
    return reply.body.decode()


def outputs(ref: str, patience: Patience) -> Plan[list[OutputInfo]]:
    answer = yield from typed(Call("GET", job_path(ref, "outputs")), OutputList, patience)
    return answer.outputs


def output(ref: str, name: str, partial: bool, patience: Patience) -> Plan[bytes]:  # noqa: FBT001  passed on from a keyword
    query: Query = {"partial": "true"} if partial else {}
    reply = yield from ask(Call("GET", output_path(ref, name), query), patience)
    return reply.body


def tell(ref: str, command: str, body: object, patience: Patience) -> Plan[JobInfo]:
    """Cancel, pause, resume, retry. Not repeated: the second time might be refused."""
    call = Call("POST", job_path(ref, command), json=body, is_repeatable=False)
    return (yield from typed(call, JobInfo, patience))


def set_priority(ref: str, priority: int, patience: Patience) -> Plan[JobInfo]:
    call = Call("PATCH", job_path(ref), json={"priority": priority})
    return (yield from typed(call, JobInfo, patience))


def delete(ref: str, patience: Patience) -> Plan[None]:
    yield from ask(Call("DELETE", job_path(ref), is_repeatable=False), patience)


def search(
    words: str, user: str, job: str, limit: int, after: int, patience: Patience
) -> Plan[SearchInfo]:
    query: Query = {"q": words, "user": user, "job": job, "limit": limit, "after": after}
    return (yield from typed(Call("GET", "/v1/search", query), SearchInfo, patience))


def queue(patience: Patience) -> Plan[QueueInfo]:
    return (yield from typed(Call("GET", "/v1/queue"), QueueInfo, patience))


def job_path(ref: str, rest: str = "") -> str:
    here = f"/v1/jobs/{quote(ref, safe='')}"
    return f"{here}/{rest}" if rest else here


def output_path(ref: str, name: str) -> str:
    return job_path(ref, f"outputs/{quote(name)}")


def typed(call: Call, kind: type[T], patience: Patience) -> Plan[T]:
    """What is answered to a call, as a value."""
    reply = yield from ask(call, patience)
    try:
        return msgspec.json.decode(reply.body, type=kind)
    except msgspec.DecodeError as error:
        raise PagemillError("internal", f"The server's answer is not understood: {error}") from None


def _retry_after(reply: Reply) -> int | None:
    text = reply.headers.get("retry-after", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
