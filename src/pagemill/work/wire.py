"""Messages between a parent and its child: one JSON object a line over a socket pair.

Each line is `{"type": <class name>, "body": {…}}`; bodies are frozen dataclasses, encoded and
checked by msgspec. Both ends are the same release, so there is no versioning.
"""

import socket
from collections import deque
from dataclasses import dataclass
from typing import Any

import msgspec

from pagemill.model.document import Document
from pagemill.model.job import Failure
from pagemill.model.task import (
    AssembleDone,
    Away,
    Died,
    GiveUp,
    Moved,
    Outcome,
    PageDone,
    Released,
    Reread,
    Retry,
    SplitDone,
    Work,
)

_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Hello:
    """First line a child gets: what it needs to build its tools, in the program's own words."""

    config: dict[str, object]


@dataclass(frozen=True, slots=True)
class Ready:
    """The child has its tools and waits for work."""


@dataclass(frozen=True, slots=True)
class Started:
    """From here on the task's attempt is under way: if the child dies, it dies of this task."""

    task_id: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong inside a step, for the log only: a person never sees a traceback."""

    task_id: int
    traceback: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a task. `outcome_type` and `outcome` are the outcome as a message of its own."""

    task_id: int
    outcome_type: str
    outcome: msgspec.Raw

    @classmethod
    def of(cls, task_id: int, outcome: Outcome) -> "Finished":
        body = msgspec.Raw(msgspec.json.encode(outcome))
        return cls(task_id, type(outcome).__name__, body)

    def read(self) -> Outcome:
        found: Outcome = _DECODERS[_OUTCOMES[self.outcome_type]].decode(self.outcome)
        return found


@dataclass(frozen=True, slots=True)
class Drop:
    """Takes back a task that was sent ahead. If it has begun already, nothing happens."""

    task_id: int


@dataclass(frozen=True, slots=True)
class Draw:
    """Asks for the picture of a page as JPEG."""

    document: Document
    page_no: int
    dpi: int
    password: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    jpeg: bytes = b""
    failure: Failure | None = None


Message = Hello | Work | Drop | Draw | Ready | Started | Trouble | Finished | Drawn

_MESSAGES = {
    kind.__name__: kind
    for kind in (Hello, Work, Drop, Draw, Ready, Started, Trouble, Finished, Drawn)
}
_OUTCOMES = {
    kind.__name__: kind
    for kind in (
        SplitDone,
        PageDone,
        AssembleDone,
        Retry,
        GiveUp,
        Died,
        Away,
        Moved,
        Released,
        Reread,
    )
}


class _Envelope(msgspec.Struct):
    type: str
    body: msgspec.Raw


def encode(message: Message) -> bytes:
    """One line, its newline included. JSON escapes newlines inside texts."""
    body = msgspec.Raw(msgspec.json.encode(message))
    return msgspec.json.encode(_Envelope(type(message).__name__, body)) + b"\n"


def decode(line: bytes) -> Message:
    """Raises msgspec.DecodeError or KeyError on anything that is no message of ours."""
    envelope = msgspec.json.decode(line, type=_Envelope)
    message: Message = _DECODERS[_MESSAGES[envelope.type]].decode(envelope.body)
    return message


class Lines:
    """Cuts a stream of bytes into messages, whatever the sizes it arrives in."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []

    def feed(self, data: bytes) -> list[Message]:
        head, newline, tail = data.rpartition(b"\n")
        if not newline:
            self._rest.append(data)
            return []
        whole = b"".join([*self._rest, head])
        self._rest = [tail] if tail else []
        return [decode(line) for line in whole.split(b"\n")]


class Channel:
    """The child's end, used by one thread."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._lines = Lines()
        self._arrived: deque[Message] = deque()

    def send(self, message: Message) -> None:
        """Raises OSError when the parent is gone."""
        self._sock.sendall(encode(message))

    def receive(self) -> Message | None:
        """The next order; waits for it. None when the parent has closed its end. A task that was
        dropped while it waited here is passed over.
        """
        while True:
            self._take(socket.MSG_DONTWAIT)
            self._arrived = _kept(self._arrived)
            if self._arrived:
                return self._arrived.popleft()
            if not self._take(0):
                return None

    def _take(self, flags: int) -> bool:
        """Whether the parent still holds its end."""
        try:
            data = self._sock.recv(_CHUNK, flags)
        except BlockingIOError:
            return True
        self._arrived.extend(self._lines.feed(data))
        return bool(data)


def _kept(messages: deque[Message]) -> deque[Message]:
    dropped = {message.task_id for message in messages if isinstance(message, Drop)}
    return deque(
        message
        for message in messages
        if not isinstance(message, Drop)
        and not (isinstance(message, Work) and message.task_id in dropped)
    )


_KINDS: tuple[type, ...] = (*_MESSAGES.values(), *_OUTCOMES.values())
_DECODERS: dict[type, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(kind) for kind in _KINDS
}
