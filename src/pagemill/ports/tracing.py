"""Where spans go."""

from typing import Protocol

from pagemill.model.trace import Place, Span


class Tracer(Protocol):
    """Thread-safe. No call waits for anybody or raises: what cannot be sent is left out."""

    def enter(self, parent: Place | None, trace_id: str) -> Place | None:
        """A place for a span that begins now: below `parent`, or else at the root of this trace.
        None where nothing is traced.
        """
        ...

    def record(self, span: Span) -> None: ...

    def close(self) -> None:
        """Sends what is left, for a few seconds at most."""
        ...


class NoTracer:
    """Implements `Tracer` for a house that is not traced."""

    def enter(self, parent: Place | None, trace_id: str) -> Place | None:
        return None

    def record(self, span: Span) -> None:
        pass

    def close(self) -> None:
        pass
