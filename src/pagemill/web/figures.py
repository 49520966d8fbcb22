"""How the queue stands, as people are shown it. Times are seconds."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from pagemill.model.history import Past, Stretch
from pagemill.model.pace import Spread
from pagemill.ports import EngineFigures, QueueStats, Throughput, UserFigures
from pagemill.web.views import rfc3339


class SpreadView(BaseModel):
    """Times of `count` things: the mean exact, percentiles within 9.1 %."""

    count: int
    mean: float
    p50: float
    p90: float
    p99: float


class ThroughputView(BaseModel):
    """What ended: pages read, taken from the cache or given up; jobs in any way."""

    pages: float
    jobs: float


class ThroughputsView(BaseModel):
    minute: ThroughputView
    hour: ThroughputView
    day: ThroughputView


class UserLineView(BaseModel):
    """`user` is "" for all whom no line of their own is given."""

    user: str
    jobs: dict[str, int]
    pages: dict[str, int]
    oldest_waiting_seconds: float | None


class EngineLineView(BaseModel):
    """`page_seconds`: attempts of the last hour. It rests for `resting_seconds` more."""

    engine: str
    pages: dict[str, int]
    page_seconds: SpreadView | None
    max_running: int | None
    resting_seconds: float
    stopped: bool


class QueueView(BaseModel):
    """Jobs and page tasks by state, of everybody. `users` are those with most waiting, for admins;
    others find their own line. `eta_seconds` is a guess for all that waits; null while unknown, or
    while the whole queue is stopped.
    """

    jobs: dict[str, int]
    pages: dict[str, int]
    waiting_pages: int
    oldest_queued_at: str | None
    oldest_waiting_seconds: float | None
    pages_last_hour: int
    mean_page_ms: float | None
    wait_seconds: SpreadView | None
    page_seconds: SpreadView | None
    throughput: ThroughputsView
    completed_today: int
    mean_wait_today_seconds: float | None
    eta_seconds: float | None
    stopped: bool
    users: list[UserLineView]
    others: UserLineView | None
    engines: list[EngineLineView]


class StretchView(BaseModel):
    """One step. What waited and ran is the mean of all looks at the queue in it, one a minute, and
    null where nobody looked, as while all machines were off; what ended is null there, too, unless
    something did. `wait_seconds`: of jobs that began.
    """

    at: str
    jobs_waiting: float | None
    pages_waiting: float | None
    pages_running: float | None
    most_pages_waiting: int | None
    pages: int | None
    jobs: int | None
    wait_seconds: SpreadView | None


class HistoryView(BaseModel):
    """Steps of `step_seconds`, oldest first; the last one is still going on."""

    span: Past
    step_seconds: int
    points: list[StretchView]


def view_history(past: Past, stretches: Sequence[Stretch]) -> HistoryView:
    return HistoryView(
        span=past,
        step_seconds=past.step_ms // 1000,
        points=[_stretch(stretch) for stretch in stretches],
    )


def view_queue(stats: QueueStats, now_ms: int) -> QueueView:
    oldest = stats.oldest_waiting_ms
    return QueueView(
        jobs=dict(stats.jobs),
        pages=dict(stats.pages),
        waiting_pages=stats.waiting_pages,
        oldest_queued_at=None if oldest is None else rfc3339(now_ms - oldest),
        oldest_waiting_seconds=_seconds(oldest),
        pages_last_hour=round(stats.last_hour.pages),
        mean_page_ms=stats.mean_page_ms,
        wait_seconds=_spread(stats.waits),
        page_seconds=_spread(stats.runs),
        throughput=ThroughputsView(
            minute=_throughput(stats.last_minute),
            hour=_throughput(stats.last_hour),
            day=_throughput(stats.last_day),
        ),
        completed_today=stats.completed_today,
        mean_wait_today_seconds=_seconds(stats.mean_wait_today_ms),
        eta_seconds=None if stats.eta_seconds is None else round(stats.eta_seconds, 1),
        stopped=stats.is_stopped,
        users=[_user(line) for line in stats.users],
        others=None if stats.others is None else _user(stats.others),
        engines=[_engine(line) for line in stats.engines],
    )


def _stretch(stretch: Stretch) -> StretchView:
    return StretchView(
        at=rfc3339(stretch.since_ms),
        jobs_waiting=_tenths(stretch.jobs_waiting),
        pages_waiting=_tenths(stretch.pages_waiting),
        pages_running=_tenths(stretch.pages_running),
        most_pages_waiting=stretch.most_waiting,
        pages=stretch.pages,
        jobs=stretch.jobs,
        wait_seconds=_spread(stretch.waits),
    )


def _tenths(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _user(line: UserFigures) -> UserLineView:
    return UserLineView(
        user=line.user_id,
        jobs=_sorted(line.jobs),
        pages=_sorted(line.pages),
        oldest_waiting_seconds=_seconds(line.oldest_waiting_ms),
    )


def _engine(line: EngineFigures) -> EngineLineView:
    return EngineLineView(
        engine=line.engine,
        pages=_sorted(line.pages),
        page_seconds=_spread(line.runs),
        max_running=line.max_running,
        resting_seconds=line.rests_ms / 1000,
        stopped=line.is_stopped,
    )


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def _spread(spread: Spread | None) -> SpreadView | None:
    if spread is None:
        return None
    times = (spread.mean_ms, spread.p50_ms, spread.p90_ms, spread.p99_ms)
    mean, p50, p90, p99 = (round(ms / 1000, 3) for ms in times)
    return SpreadView(count=spread.count, mean=mean, p50=p50, p90=p90, p99=p99)


def _throughput(ended: Throughput) -> ThroughputView:
    return ThroughputView(pages=round(ended.pages, 1), jobs=round(ended.jobs, 1))


def _seconds(ms: float | None) -> float | None:
    return None if ms is None else round(ms / 1000, 3)
