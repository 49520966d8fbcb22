"""State of what takes long: watching jobs, fetching a file. Pure; the clients bring the bytes."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import urlencode

import httpx2
import msgspec

from pagemill.client.answers import EventInfo, GoneInfo, HelloInfo, JobInfo
from pagemill.client.plans import (
    Lost,
    Patience,
    Reply,
    Rest,
    error_of,
    is_worth_another_try,
    job_path,
)
from pagemill.errors import PagemillError

Heard = HelloInfo | JobInfo | GoneInfo
OnBreak = Callable[[PagemillError], object]
T_co = TypeVar("T_co", covariant=True)


class Stream(Protocol[T_co]):
    """News over any number of connections, as both clients take them."""

    is_over: bool

    @property
    def path(self) -> str: ...

    @property
    def headers(self) -> dict[str, str]: ...

    def take(self, sse: httpx2.ServerSentEvent) -> T_co: ...

    def finished(self, status: int) -> Rest: ...

    def failed(self, reply: Reply | Lost) -> Rest: ...


class Watching:
    """A job's news over any number of connections: each goes on after the last event seen."""

    def __init__(self, ref: str, after: int, patience: Patience) -> None:
        self.path = job_path(ref, "events")
        self.is_over = False
        self._patience = patience
        self._last = after
        self._has_ended = False

    @property
    def headers(self) -> dict[str, str]:
        return {"Last-Event-ID": str(self._last), "Accept": "text/event-stream"}

    def take(self, sse: httpx2.ServerSentEvent) -> JobInfo | EventInfo:
        self._patience.renew()
        if sse.event == "job":
            job = msgspec.json.decode(sse.data, type=JobInfo)
            self._has_ended = job.is_final
            return job
        event = msgspec.json.decode(sse.data, type=EventInfo)
        self._last = event.seq
        return event

    def finished(self, status: int) -> Rest:
        """The stream ended: because there is no more to tell, or because the server stops."""
        self.is_over = self._has_ended or status == 204
        if self.is_over:
            return Rest(0)
        return self._patience.rest_after(PagemillError("server_unreachable", "The stream broke"))

    def failed(self, reply: Reply | Lost) -> Rest:
        """Raises what cannot be borne with."""
        return _bear(reply, self._patience)


class Listening:
    """News of many jobs over any number of connections: each goes on after the last one heard."""

    def __init__(
        self, user: str, after: int | None, patience: Patience, on_break: OnBreak | None = None
    ) -> None:
        self.path = "/v1/events" + (f"?{urlencode({'user': user})}" if user else "")
        self.is_over = False
        self._patience = patience
        self._last = "" if after is None else str(after)
        self._on_break = on_break or (lambda error: None)

    @property
    def headers(self) -> dict[str, str]:
        again = {"Last-Event-ID": self._last} if self._last else {}
        return {"Accept": "text/event-stream"} | again

    def take(self, sse: httpx2.ServerSentEvent) -> Heard:
        self._patience.renew()
        self._last = sse.id or self._last
        match sse.event:
            case "job":
                return msgspec.json.decode(sse.data, type=JobInfo)
            case "gone":
                return msgspec.json.decode(sse.data, type=GoneInfo)
            case _:
                return msgspec.json.decode(sse.data, type=HelloInfo)

    def finished(self, status: int) -> Rest:
        """The server stops, or the token has run out, which the next try tells."""
        del status
        return self._break(PagemillError("server_unreachable", "The stream broke"))

    def failed(self, reply: Reply | Lost) -> Rest:
        """Raises what cannot be borne with."""
        error = error_of(reply)
        if not is_worth_another_try(reply):
            raise error
        return self._break(error)

    def _break(self, error: PagemillError) -> Rest:
        rest = self._patience.rest_after(error)
        self._on_break(error)
        return rest


class Fetching:
    """A file on its way to `target`: whole under its name, or not there. A broken download goes on
    where it broke, unless the file has changed meanwhile.
    """

    def __init__(self, path: str, target: Path, patience: Patience) -> None:
        self.path = path
        self.is_over = False
        self._target = target
        self._part = target.with_name(f"{target.name}.part")
        self._patience = patience
        self._etag = ""
        self._part.write_bytes(b"")

    @property
    def headers(self) -> dict[str, str]:
        size = self._part.stat().st_size
        if not size or not self._etag:
            return {"Accept-Encoding": "identity"}
        return {
            "Accept-Encoding": "identity",
            "Range": f"bytes={size}-",
            "If-Range": self._etag,
        }

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        self._etag = headers.get("etag", "")
        if status != 206:
            self._part.write_bytes(b"")

    def write(self, chunk: bytes) -> None:
        self._patience.renew()
        with self._part.open("ab") as file:
            file.write(chunk)

    def finished(self) -> Path:
        self._part.replace(self._target)
        self.is_over = True
        return self._target

    def failed(self, reply: Reply | Lost) -> Rest:
        """Raises what cannot be borne with."""
        return _bear(reply, self._patience)

    def drop(self) -> None:
        self._part.unlink(missing_ok=True)


def _bear(reply: Reply | Lost, patience: Patience) -> Rest:
    error = error_of(reply)
    if not is_worth_another_try(reply):
        raise error
    return patience.rest_after(error)
