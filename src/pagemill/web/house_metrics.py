"""The house's figures for Prometheus, asked for when somebody scrapes: a fixed number of short
questions to the ledger, however much it holds.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from pagemill import __version__
from pagemill.model.job import JobState
from pagemill.model.pace import PER_DOUBLING
from pagemill.model.task import TaskState
from pagemill.ports import EngineFigures, NodeState, QueueStats, Tally
from pagemill.service import Capacity, Service
from pagemill.web.metric_table import BY_NAME, Kind

MOST_ENGINES, MOST_NODES = 50, 100
OTHER = "other"
MB = 1 << 20
OUTCOMES = {"run": "read", "cached": "cached", "given_up": "given_up"}
ENDINGS = ("completed", "failed", "cancelled")
RUN_POWERS, WAIT_POWERS = range(4, 20), range(6, 31, 2)  # edges of buckets: 2^n ms

Values = Iterable[tuple[tuple[str, ...], float]]
Times = Mapping[tuple[str, ...], Sequence[Tally]]


class HouseMetrics(Collector):
    def __init__(self, service: Service) -> None:
        self._service = service

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        overview = self._service.overview
        stats = overview.queue(top=0)
        yield _metric("pagemill_build_info", [((__version__,), 1)])
        yield from _queue(stats)
        yield from _throughput(overview.tallies())
        yield from _engines(stats.engines)
        yield from _slots(overview.capacity(stats))
        yield from _nodes(overview.nodes(), self._service.clock.now_ms())
        yield from _house(self._service)


def _queue(stats: QueueStats) -> Iterator[Metric]:
    yield _metric("pagemill_jobs", [((state,), stats.jobs.get(state, 0)) for state in JobState])
    words = [state.name.lower() for state in TaskState]
    yield _metric(
        "pagemill_pages",
        _bounded(((e.engine, word), e.pages.get(word, 0)) for e in stats.engines for word in words),
    )
    yield _one("pagemill_queue_oldest_waiting_seconds", (stats.oldest_waiting_ms or 0) / 1000)
    if stats.eta_seconds is not None:
        yield _one("pagemill_queue_eta_seconds", stats.eta_seconds)


def _throughput(tallies: Sequence[Tally]) -> Iterator[Metric]:
    pages = [t for t in tallies if t.kind in OUTCOMES]
    yield _metric(
        "pagemill_pages_done_total",
        _bounded(((t.engine, OUTCOMES[t.kind]), t.count) for t in pages),
    )
    retried = (((t.engine,), t.count) for t in tallies if t.kind == "retried")
    yield _metric("pagemill_page_retries_total", _bounded(retried))
    ended = {t.kind: t.count for t in tallies if t.kind in ENDINGS}
    yield _metric(
        "pagemill_jobs_ended_total", [((state,), ended.get(state, 0)) for state in ENDINGS]
    )
    runs: dict[tuple[str, ...], list[Tally]] = defaultdict(list)
    for tally in tallies:
        if tally.kind == "run":
            runs[_known(tally.engine, [t.engine for t in pages]),].append(tally)
    yield _histogram("pagemill_page_run_seconds", runs, RUN_POWERS)
    waits = [t for t in tallies if t.kind == "wait"]
    yield _histogram("pagemill_job_wait_seconds", {(): waits}, WAIT_POWERS)


def _engines(engines: Iterable[EngineFigures]) -> Iterator[Metric]:
    shown = list(engines)[:MOST_ENGINES]
    for name, value in (
        ("pagemill_engine_resting_seconds", lambda e: e.rests_ms / 1000),
        ("pagemill_engine_trips", lambda e: e.trips),
        ("pagemill_engine_stopped", lambda e: int(e.is_stopped)),
    ):
        yield _metric(name, [((engine.engine,), value(engine)) for engine in shown])
    limits = [(e.engine, e.max_running) for e in shown if e.max_running is not None]
    yield _metric("pagemill_engine_max_running", [((name,), limit) for name, limit in limits])


def _slots(capacity: Capacity) -> Iterator[Metric]:
    yield _one("pagemill_nodes", capacity.nodes)
    yield _one("pagemill_slots", capacity.slots)
    yield _one("pagemill_slots_busy", capacity.busy)


def _nodes(nodes: Iterable[NodeState], now_ms: int) -> Iterator[Metric]:
    """Of many, those heard of last."""
    shown = sorted(nodes, key=lambda node: -node.seen_ms)[:MOST_NODES]
    for name, value in (
        ("pagemill_node_slots", lambda node: node.slots),
        ("pagemill_node_busy", lambda node: len(node.running)),
        ("pagemill_node_heartbeat_age_seconds", lambda n: max(0, now_ms - n.seen_ms) / 1000),
        ("pagemill_node_memory_bytes", lambda node: node.memory_mb * MB),
        ("pagemill_node_largest_worker_bytes", _largest_worker),
    ):
        yield _metric(name, [((node.id,), value(node)) for node in shown])


def _largest_worker(node: NodeState) -> float:
    held = (line.get("memory_mb", 0) for line in node.running)
    return max((mb for mb in held if isinstance(mb, int | float)), default=0) * MB


def _house(service: Service) -> Iterator[Metric]:
    chores, disk = service.overview.chores(), service.shelf.disk_space()
    yield _one("pagemill_queue_stopped", int(chores.is_stopped))
    yield _one("pagemill_stopped_users", chores.stopped_users)
    yield _one("pagemill_trash", chores.trash)
    if chores.round_age_ms is not None:
        yield _one("pagemill_upkeep_age_seconds", chores.round_age_ms / 1000)
    if disk is not None:
        yield _one("pagemill_shelf_free_bytes", disk.free_bytes)
        yield _one("pagemill_shelf_size_bytes", disk.size_bytes)
    yield _one("pagemill_ledger_trips_total", service.overview.ledger_trips())


def _one(name: str, value: float) -> Metric:
    return _metric(name, [((), value)])


def _metric(name: str, values: Values) -> Metric:
    figure = BY_NAME[name]
    family = CounterMetricFamily if figure.kind is Kind.COUNTER else GaugeMetricFamily
    metric = family(figure.stem, figure.text, labels=figure.labels)
    for labels, value in values:
        metric.add_metric(labels, value)
    return metric


def _bounded(values: Values) -> Values:
    """The first label names an engine: those beyond the first so many are counted as one."""
    summed: dict[tuple[str, ...], float] = defaultdict(float)
    listed = list(values)
    engines = [labels[0] for labels, _ in listed]
    for (engine, *others), value in listed:
        summed[_known(engine, engines), *others] += value
    return summed.items()


def _known(engine: str, engines: Iterable[str]) -> str:
    return engine if engine in sorted(set(engines))[:MOST_ENGINES] else OTHER


def _histogram(name: str, times: Times, powers: range) -> Metric:
    """Edges are those of buckets of the model, so every count is exact."""
    metric = HistogramMetricFamily(name, BY_NAME[name].text, labels=BY_NAME[name].labels)
    for labels, tallies in times.items():
        buckets = [(repr(2**n / 1000), _up_to(n * PER_DOUBLING, tallies)) for n in powers]
        buckets.append(("+Inf", float(sum(tally.count for tally in tallies))))
        metric.add_metric(labels, buckets, sum(tally.total_ms for tally in tallies) / 1000)
    return metric


def _up_to(bucket: int, tallies: Iterable[Tally]) -> float:
    return float(sum(tally.count for tally in tallies if tally.bucket <= bucket))
