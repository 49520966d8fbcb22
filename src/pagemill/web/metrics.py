"""Figures for Prometheus, in a registry of their own. `metric_table` names them all."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector
from starlette.types import Scope

from pagemill.service import Service
from pagemill.web.house_metrics import HouseMetrics
from pagemill.web.metric_table import BY_NAME

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})


class Metrics:
    """Counts requests as they end and asks the house when somebody scrapes. Thread-safe."""

    def __init__(self, service: Service) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(HouseMetrics(service))
        ProcessCollector(registry=self.registry)
        requests, seconds = (
            BY_NAME["pagemill_http_requests_total"],
            BY_NAME["pagemill_http_seconds"],
        )
        received = BY_NAME["pagemill_upload_bytes_total"]
        self._requests = Counter(
            requests.stem, requests.text, requests.labels, registry=self.registry
        )
        self._seconds = Histogram(
            seconds.stem, seconds.text, seconds.labels, buckets=_SECONDS, registry=self.registry
        )
        self._received = Counter(received.stem, received.text, registry=self.registry)

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
