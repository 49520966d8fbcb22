"""Figures for Prometheus, in a registry of their own.

Labels are bounded: routes by template, never by address; states by the words of the model.
"""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import Scope

from pagemill.service import Service

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})


class Metrics:
    """Counts requests as they end and asks the ledger when somebody scrapes. Thread-safe."""

    def __init__(self, service: Service) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_QueueFigures(service))
        labels = ("method", "route", "status")
        self._requests = Counter(
            "pagemill_http_requests_total", "Requests answered.", labels, registry=self.registry
        )
        self._seconds = Histogram(
            "pagemill_http_seconds",
            "Time from request to the first byte of the answer.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._received = Counter(
            "pagemill_upload_bytes_total", "Bytes of documents accepted.", registry=self.registry
        )

    def answered(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = str(getattr(scope.get("route"), "path", "none"))
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def received(self, size_bytes: int) -> None:
        self._received.inc(size_bytes)

    def page(self) -> bytes:
        """The text format. Asks the ledger; raises `ledger_busy`."""
        return generate_latest(self.registry)


class _QueueFigures(Collector):
    def __init__(self, service: Service) -> None:
        self._service = service

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        overview = self._service.overview
        stats, capacity = overview.queue(), overview.capacity()
        yield _by_state("pagemill_jobs", "Jobs by state.", dict(stats.jobs))
        yield _by_state("pagemill_pages", "Page tasks by state.", dict(stats.pages))
        yield _one("pagemill_nodes", "Machines heard of lately.", capacity.nodes)
        yield _one("pagemill_slots", "Worker processes that take pages.", capacity.slots)
        yield _one("pagemill_slots_busy", "Worker processes with a page.", capacity.busy)
        trips = CounterMetricFamily(
            "pagemill_ledger_trips", "Times this server has gone to the database."
        )
        trips.add_metric((), overview.ledger_trips())
        yield trips
        yield _one(
            "pagemill_pages_last_hour", "Pages read in the last hour.", round(stats.last_hour.pages)
        )


def _by_state(name: str, text: str, figures: dict[str, int]) -> Metric:
    metric = GaugeMetricFamily(name, text, labels=("state",))
    for state, value in figures.items():
        metric.add_metric((state,), value)
    return metric


def _one(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)
