"""What the server answers, typed. Fields a newer server adds are ignored."""

from typing import Any

import msgspec

_FINAL = frozenset({"completed", "failed", "cancelled"})


class ErrorInfo(msgspec.Struct, frozen=True):
    code: str
    message: str
    hint: str = ""


class DocumentInfo(msgspec.Struct, frozen=True):
    """`id` can be submitted again instead of the bytes."""

    id: str
    filename: str
    media_type: str
    bytes: int
    sha256: str


class PageCounts(msgspec.Struct, frozen=True):
    """`total` is None until the document was opened."""

    total: int | None
    done: int
    failed: int
    cached: int


class JobInfo(msgspec.Struct, frozen=True):
    """A job at one moment. Times are RFC 3339 UTC; `progress` is 0 to 100. `note` is what came with
    it to be given back.
    """

    id: str
    handle: str
    state: str
    version: int
    document: DocumentInfo
    options: dict[str, Any]
    priority: int
    pages: PageCounts
    failed_pages: list[int]
    progress: int
    eta_seconds: float | None
    position: int | None
    message: str
    error: ErrorInfo | None
    created_at: str
    started_at: str | None
    finished_at: str | None
    updated_at: str
    expires_at: str | None
    links: dict[str, str]
    note: dict[str, Any] = {}
    user: str = ""

    @property
    def is_final(self) -> bool:
        return self.state in _FINAL


class JobList(msgspec.Struct, frozen=True):
    """`next` is what `before` takes for the jobs after these; None at the end."""

    jobs: list[JobInfo]
    next: str | None


class PageInfo(msgspec.Struct, frozen=True):
    number: int
    state: str
    engine: str
    reason: str
    attempts: int
    deaths: int
    cached: bool
    milliseconds: int | None
    confidence: float | None
    flags: list[str]
    error: ErrorInfo | None
    links: dict[str, str]


class PageList(msgspec.Struct, frozen=True):
    pages: list[PageInfo]
    next: int | None


class OutputInfo(msgspec.Struct, frozen=True):
    """`path` tells files of one output apart; `output` and `download` take either."""

    name: str
    path: str
    media_type: str
    bytes: int
    sha256: str
    href: str


class OutputList(msgspec.Struct, frozen=True):
    state: str
    outputs: list[OutputInfo]


class EventInfo(msgspec.Struct, frozen=True):
    """Something that happened to a job; `data` depends on `kind`."""

    job_id: str
    seq: int
    at: str
    kind: str
    data: dict[str, Any]


class HelloInfo(msgspec.Struct, frozen=True):
    """Comes first, and whenever more has happened than is told: with `missed` look again at all."""

    missed: bool


class GoneInfo(msgspec.Struct, frozen=True):
    """A job that was deleted."""

    id: str


class KnownInfo(msgspec.Struct, frozen=True):
    """Job ids by the SHA-256 of what was sent before. `options` is the server's short name of the
    options; `place` changes when the server has another ledger, or knows us as somebody else.
    """

    place: str
    user: str
    options: str
    jobs: dict[str, str]


class SpreadInfo(msgspec.Struct, frozen=True):
    """Seconds that `count` things took: the mean exact, percentiles within 9.1 %."""

    count: int
    mean: float
    p50: float
    p90: float
    p99: float


class ThroughputInfo(msgspec.Struct, frozen=True):
    """What ended in a while."""

    pages: float = 0.0
    jobs: float = 0.0


class UserLineInfo(msgspec.Struct, frozen=True):
    """One user's jobs and page tasks by state; `user` is "" for all others together."""

    user: str
    jobs: dict[str, int]
    pages: dict[str, int]
    oldest_waiting_seconds: float | None = None


class EngineLineInfo(msgspec.Struct, frozen=True):
    """Page tasks of one engine by state; `page_seconds` is about attempts of the last hour."""

    engine: str
    pages: dict[str, int]
    page_seconds: SpreadInfo | None = None
    max_running: int | None = None
    resting_seconds: float = 0.0
    stopped: bool = False


class QueueInfo(msgspec.Struct, frozen=True):
    """Jobs and page tasks by state, of everybody, and how fast they move. `throughput` has
    `minute`, `hour` and `day`. Older servers give the first five only.
    """

    jobs: dict[str, int]
    pages: dict[str, int]
    oldest_queued_at: str | None
    pages_last_hour: int
    mean_page_ms: float | None
    waiting_pages: int = 0
    oldest_waiting_seconds: float | None = None
    wait_seconds: SpreadInfo | None = None
    page_seconds: SpreadInfo | None = None
    throughput: dict[str, ThroughputInfo] = {}
    completed_today: int = 0
    mean_wait_today_seconds: float | None = None
    eta_seconds: float | None = None
    stopped: bool = False
    users: list[UserLineInfo] = []
    others: UserLineInfo | None = None
    engines: list[EngineLineInfo] = []


class PieceInfo(msgspec.Struct, frozen=True):
    """A stretch of text; `hit`: it is what was looked for."""

    text: str
    hit: bool


class HitInfo(msgspec.Struct, frozen=True):
    """A page that holds what was looked for. `boxes` are left, top, right and bottom of the blocks
    that do, in points of a page `width` wide and `height` high.
    """

    job: str
    user: str
    filename: str
    page: int
    snippet: list[PieceInfo]
    boxes: list[tuple[float, float, float, float]]
    width: float
    height: float
    links: dict[str, str]


class SearchInfo(msgspec.Struct, frozen=True):
    """The best first. `total` counts to 1,000, with `more` there are more; `next` is what `after`
    takes for the hits after these. `complete` is false while older jobs are still missing.
    """

    hits: list[HitInfo]
    total: int
    more: bool
    next: int | None
    complete: bool
