"""Spans on their way to a collector, over OTLP and HTTP.

OpenTelemetry's own variables say where to, with what headers, how often and how many:
`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_TRACES_SAMPLER`, `OTEL_BSP_MAX_QUEUE_SIZE` and so on. Spans are
sent by a thread of their own from a bounded queue; when that is full the oldest are dropped.
"""

import logging
import secrets
import threading

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from pagemill.model.trace import Place, Span

CLOSE_SECONDS = 2.0
_UNNAMED = "unknown_service"


class _Ids(IdGenerator):
    """Gives the ids that were asked for, or such as chance has it."""

    def __init__(self) -> None:
        self.place: Place | None = None

    def generate_span_id(self) -> int:
        return int(self.place.span_id, 16) if self.place else secrets.randbits(64) or 1

    def generate_trace_id(self) -> int:
        return int(self.place.trace_id, 16) if self.place else secrets.randbits(128) or 1


class OtelTracer:
    """Implements `ports.Tracer`."""

    def __init__(self) -> None:
        self._ids = _Ids()
        self._lock = threading.Lock()
        # What the thread says of a collector that is away is said once in a while, not per span.
        logging.getLogger("opentelemetry").setLevel(logging.ERROR)
        self._provider = TracerProvider(
            resource=_resource(), id_generator=self._ids, shutdown_on_exit=False
        )
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("pagemill")

    def enter(self, parent: Place | None, trace_id: str) -> Place | None:
        trace_id = parent.trace_id if parent else trace_id
        place = Place(trace_id, f"{secrets.randbits(64) or 1:016x}", _flag(parent))
        return Place(place.trace_id, place.span_id, self._is_sampled(place))

    def record(self, span: Span) -> None:
        context = set_span_in_context(NonRecordingSpan(self._context(span.parent)))
        with self._lock:
            self._ids.place = span.place
            made = self._tracer.start_span(
                span.name,
                context,
                attributes=dict(span.attributes),
                start_time=_nanoseconds(span.began_ms),
            )
        if span.failure is not None:
            made.set_status(Status(StatusCode.ERROR, span.failure.message))
        made.end(_nanoseconds(max(span.began_ms, span.ended_ms)))

    def close(self) -> None:
        """A collector that does not answer would be asked for half a minute."""
        ending = threading.Thread(target=self._provider.shutdown, name="last-spans", daemon=True)
        ending.start()
        ending.join(CLOSE_SECONDS)

    def _context(self, place: Place | None) -> SpanContext:
        if place is None:
            return SpanContext(0, 0, is_remote=False)
        flags = TraceFlags.SAMPLED if self._is_sampled(place) else TraceFlags.DEFAULT
        trace_id, span_id = int(place.trace_id, 16), int(place.span_id, 16)
        return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))

    def _is_sampled(self, place: Place) -> bool:
        """By the sampler's word on the trace, so that every process says the same."""
        if place.is_sampled is not None:
            return place.is_sampled
        said = self._provider.sampler.should_sample(None, int(place.trace_id, 16), "job")
        return said.decision is Decision.RECORD_AND_SAMPLE


def _flag(place: Place | None) -> bool | None:
    return place.is_sampled if place else None


def _resource() -> Resource:
    """As the environment has it; our name where it names no service."""
    told = Resource.create()
    is_named = not str(told.attributes.get(SERVICE_NAME, _UNNAMED)).startswith(_UNNAMED)
    return told if is_named else told.merge(Resource({SERVICE_NAME: "pagemill"}))


def _nanoseconds(milliseconds: float) -> int:
    return round(milliseconds * 1e6)
