"""The ledger's figures on a database: read from what is kept for them, never counted."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pagemill.ledger import sql_history
from pagemill.ledger.database import Database, writing
from pagemill.ledger.rows import Row
from pagemill.ledger.statements import Statements
from pagemill.model import pace
from pagemill.model.history import JOBS_ENDED, PAGES_ENDED, Past, Stretch
from pagemill.model.pace import DAY_MS, HOUR_MS, MINUTE_MS, Span, Spread
from pagemill.model.task import TaskState
from pagemill.ports.figures import (
    Chores,
    EngineFigures,
    Holdings,
    QueueStats,
    Tally,
    Throughput,
    UserFigures,
)
from pagemill.ports.time import Clock

DAYS_FOR = 8
NODES_FOR_MS = DAY_MS
MOST_TRASH = 100_000
MOST_COUNTED = 1000  # places in line; what stands further from both ends is estimated


class SqlFigures:
    """See `pagemill.ports.Figures` for every promise. Thread-safe."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def queue(self, top: int = 20, user_id: str = "") -> QueueStats:
        now_ms = self._clock.now_ms()
        with self._database.snapshot() as sql:
            jobs = _by_state(sql.count_jobs())
            rows = sql.count_pages()
            oldest = {row["user_id"]: max(0, now_ms - row["created_ms"]) for row in _oldest(sql)}
            users = _users(sql, [user_id] if user_id else _busiest(sql, top), oldest)
            times = sql.recent_times(since_ms=now_ms - HOUR_MS)
            paces = sql.recent_paces(since_ms=now_ms - DAY_MS - HOUR_MS)
            pages = _pages_by_state(rows)
            ended_pages, ended_jobs = _spans(paces, PAGES_ENDED), _spans(paces, JOBS_ENDED)
            completed, mean_wait_ms = _today(sql, now_ms)
            return QueueStats(
                jobs=jobs,
                pages=pages,
                users=users,
                others=_others(jobs, pages, users),
                engines=_engines(rows, times, sql.engine_pools(now_ms=now_ms)),
                oldest_waiting_ms=max(oldest.values(), default=None),
                waits=_spread(row for row in times if row["kind"] == "wait"),
                runs=_spread(row for row in times if row["kind"] == "run"),
                last_minute=_throughput(ended_pages, ended_jobs, now_ms, MINUTE_MS),
                last_hour=_throughput(ended_pages, ended_jobs, now_ms, HOUR_MS),
                last_day=_throughput(ended_pages, ended_jobs, now_ms, DAY_MS),
                completed_today=completed,
                mean_wait_today_ms=mean_wait_ms,
                mean_page_ms=_mean_page(times, paces),
                pages_per_second=pace.pages_per_second(ended_pages, now_ms),
                pages_per_job=_pages_per_job(jobs, pages),
                is_stopped=bool(sql.find_chores(most=0)["is_stopped"]),
            )

    def job_counts(self, user_id: str = "") -> dict[str, int]:
        with self._database.read() as sql:
            rows = sql.count_jobs_of_user(user_id=user_id) if user_id else sql.count_jobs()
            return _by_state(rows)

    def tallies(self) -> list[Tally]:
        with self._database.read() as sql:
            return [
                Tally(row["kind"], row["engine"], row["bucket"], row["count"], row["total_ms"])
                for row in sql.all_paces()
            ]

    def chores(self) -> Chores:
        with self._database.read() as sql:
            row = sql.find_chores(most=MOST_TRASH)
        round_ms = row["round_ms"]
        return Chores(
            round_age_ms=None if round_ms is None else max(0, self._clock.now_ms() - round_ms),
            trash=row["trash"],
            is_stopped=bool(row["is_stopped"]),
            stopped_users=row["stopped_users"],
        )

    def holdings(self) -> Holdings:
        with self._database.snapshot() as sql:
            held, database = sql.holdings(), sql.database()
        return Holdings(
            documents=held["documents"],
            document_bytes=held["document_bytes"],
            jobs=held["jobs"],
            job_bytes=held["job_bytes"],
            database=database["name"],
            database_bytes=database["bytes"],
        )

    def history(self, past: Past) -> list[Stretch]:
        with self._database.snapshot() as sql:
            return sql_history.history(sql, past, self._clock.now_ms())

    def sample(self) -> bool:
        with self._database.read() as sql:
            if sql_history.is_sampled(sql, self._clock.now_ms()):
                return False
        with writing(self._database, self._clock, may_be_lost=True) as tx:
            return sql_history.sample(tx.sql, tx.now_ms)

    def roll_up(self) -> int:
        now_ms = self._clock.now_ms()
        hour_ms = now_ms - now_ms % HOUR_MS
        with writing(self._database, self._clock) as tx:
            gone: int = 0
            tx.sql.keep_paces(before_ms=hour_ms - HOUR_MS)
            tx.sql.add_hours(before_ms=hour_ms - HOUR_MS)
            gone += tx.sql.drop_paces(span_ms=MINUTE_MS, before_ms=hour_ms - HOUR_MS)
            gone += tx.sql.drop_paces(span_ms=HOUR_MS, before_ms=hour_ms - sql_history.HOURS_FOR_MS)
            gone += sql_history.thin(tx.sql, now_ms)
            tx.sql.note_round(now_ms=now_ms)
            gone += tx.sql.drop_silent_nodes(before_ms=now_ms - NODES_FOR_MS)
            gone += tx.sql.drop_days(day=now_ms // DAY_MS - DAYS_FOR)
            gone += tx.sql.drop_job_tallies() + tx.sql.drop_page_tallies()
        return gone


def place(sql: Statements, job_id: str, most: int = MOST_COUNTED) -> int | None:
    """Of a queued job in line, 1 is first. Exact within `most` places of either end; between them
    as its rank lies between those of their ends.
    """
    rank = sql.rank_of(job_id=job_id)
    if rank is None:
        return None
    ahead: int = sql.ahead(rank=rank, job_id=job_id, most=most)
    if ahead < most:
        return ahead + 1
    queued = _by_state(sql.count_jobs()).get("queued", 0)
    behind: int = sql.behind(rank=rank, job_id=job_id, most=most)
    if behind < most:
        return max(ahead + 1, queued - behind)
    first, last = sql.nth_rank(nth=most), sql.nth_last_rank(nth=most)
    if first is None or last is None or last <= first:
        return ahead + 1
    share: float = min(1.0, max(0.0, (rank - first) / (last - first)))
    return most + 1 + round(share * max(0, queued - 2 * most - 1))


def _by_state(rows: Iterable[Row]) -> dict[str, int]:
    return {row["state"]: row["jobs"] for row in rows}


def _pages_by_state(rows: Iterable[Row]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for row in rows:
        counts[TaskState(row["state"]).name.lower()] += row["pages"]
    return dict(counts)


def _oldest(sql: Statements) -> list[Row]:
    """A job may have begun between tally and index only where they are read apart."""
    return [row for row in sql.oldest_queued() if row["created_ms"] is not None]


def _busiest(sql: Statements, top: int) -> list[str]:
    return [row["user_id"] for row in sql.busiest_users(limit=top)]


def _users(
    sql: Statements, user_ids: Iterable[str], oldest: Mapping[str, int]
) -> tuple[UserFigures, ...]:
    return tuple(
        UserFigures(
            user_id,
            _by_state(sql.count_jobs_of_user(user_id=user_id)),
            _pages_by_state(sql.count_pages_of_user(user_id=user_id)),
            oldest.get(user_id),
        )
        for user_id in user_ids
    )


def _others(
    jobs: Mapping[str, int], pages: Mapping[str, int], users: Iterable[UserFigures]
) -> UserFigures | None:
    """Whatever is not in the lines of `users`; None where that is nothing."""
    jobs_left, pages_left = Counter(jobs), Counter(pages)
    for user in users:
        jobs_left.subtract(user.jobs)
        pages_left.subtract(user.pages)
    if not +jobs_left and not +pages_left:
        return None
    return UserFigures("", dict(+jobs_left), dict(+pages_left))


def _engines(
    rows: Iterable[Row], times: Sequence[Row], pools: Iterable[Row]
) -> tuple[EngineFigures, ...]:
    pages: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        pages[row["engine"]][TaskState(row["state"]).name.lower()] = row["pages"]
    lines = {
        name: EngineFigures(
            name,
            pages.get(name, {}),
            _spread(row for row in times if row["kind"] == "run" and row["engine"] == name),
        )
        for name in pages
    }
    for row in pools:
        name = row["name"]
        lines[name] = replace(
            lines.get(name, EngineFigures(name, {})),
            max_running=row["max_running"],
            rests_ms=row["rests_ms"],
            trips=row["trips"],
            is_stopped=bool(row["is_stopped"]),
        )
    return tuple(lines[name] for name in sorted(lines))


def _spread(rows: Iterable[Row]) -> Spread | None:
    buckets: Counter[int] = Counter()
    total_ms = 0
    for row in rows:
        buckets[row["bucket"]] += row["count"]
        total_ms += row["total_ms"]
    return pace.spread(buckets, total_ms)


def _mean_page(times: Iterable[Row], paces: Iterable[Row]) -> float | None:
    """Of the last hour, or of the last day if none was read in it."""
    for rows in (times, paces):
        runs = [row for row in rows if row["kind"] == "run"]
        if runs:
            return float(sum(row["total_ms"] for row in runs) / sum(row["count"] for row in runs))
    return None


def _pages_per_job(jobs: Mapping[str, int], pages: Mapping[str, int]) -> float | None:
    opened = sum(jobs.values()) - jobs.get("queued", 0)
    return sum(pages.values()) / opened if opened else None


def _spans(paces: Iterable[Row], kinds: frozenset[str]) -> list[Span]:
    return [
        Span(row["span_ms"], row["since_ms"], row["count"]) for row in paces if row["kind"] in kinds
    ]


def _throughput(
    pages: Sequence[Span], jobs: Sequence[Span], now_ms: int, window_ms: int
) -> Throughput:
    return Throughput(pace.within(pages, now_ms, window_ms), pace.within(jobs, now_ms, window_ms))


def _today(sql: Statements, now_ms: int) -> tuple[int, float | None]:
    """Jobs completed, and how long they had waited on average."""
    row = sql.find_day(day=now_ms // DAY_MS)
    if row is None or not row["jobs"]:
        return 0, None
    return row["jobs"], row["wait_ms"] / row["jobs"]
