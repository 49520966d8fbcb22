"""Traces go out by OpenTelemetry, or nowhere. Its libraries are loaded only where they are used."""

from pagemill.errors import PagemillError
from pagemill.ports.tracing import NoTracer, Tracer

__all__ = ["open_tracer"]


def open_tracer(*, is_on: bool) -> Tracer:
    """Raises `invalid_options` where traces are asked for and the extra is not installed."""
    if not is_on:
        return NoTracer()
    try:
        from pagemill.traces.otel import OtelTracer  # noqa: PLC0415
    except ImportError as error:
        raise PagemillError(
            "invalid_options",
            f"Traces are asked for, but there is no OpenTelemetry here: {error}",
            "Install `pagemill[otel]`, or leave `traces` off.",
        ) from None
    return OtelTracer()
