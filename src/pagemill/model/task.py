"""Tasks: one piece of work of a job, what may come of it, and what follows from that."""

import random
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from pagemill.model.breaker import BreakerPolicy
from pagemill.model.document import Document
from pagemill.model.job import Failure, OutputFile
from pagemill.model.options import AUTO, ENGINE_ALIASES, Options

CPU_POOL, AUTO_POOL = "cpu", AUTO
OVERRUNS = frozenset({"page_timeout", "page_memory"})


class TaskKind(StrEnum):
    SPLIT = "split"
    PAGE = "page"
    ASSEMBLE = "assemble"


class TaskState(IntEnum):
    """Numbers are the ledger's: partial indexes name them literally."""

    BLOCKED = 0
    READY = 1
    RUNNING = 2
    DONE = 3
    WAITING = 4
    DEAD = 5
    CANCELLED = 6
    HELD = 7  # its job is paused


def pool_of(engine: str) -> str:
    """Where pages wait that this engine (or alias) reads; `auto` chooses when they are read."""
    return ENGINE_ALIASES.get(engine, engine) or AUTO_POOL


@dataclass(frozen=True, slots=True)
class PagePlan:
    """One page that split found: who shall read it and why. `cache_key` is equal for equal work.
    `pool` is `pool_of(engine)`, whose limits hold for the page.
    """

    number: int
    engine: str
    reason: str
    cache_key: str
    pool: str = CPU_POOL


@dataclass(frozen=True, slots=True)
class PageResult:
    """The part of a page task's outcome that the ledger keeps; the page text lies on the shelf."""

    number: int
    token: str
    engine: str
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed task with all that a step needs to do it; nothing in it opens the ledger.

    `cached_from` is the shelf key of a page text that answers this page already. `results` is
    filled for `assemble` only: every page of the job, ascending. `page_seconds` is the user's own
    bound for one attempt at a page. `traceparent` is the job's; the task exists since `since_ms`.
    A page that chooses its engine when it is read leaves alone those of the `guarded` pools: what
    turns out to be theirs is moved there. What a newcomer got in advance (`is_advanced`) is begun
    before what was claimed for others.
    """

    task_id: int
    job_id: str
    kind: TaskKind
    page_no: int
    token: str
    attempt: int
    deaths: int
    engine: str
    reason: str
    pool: str
    filename: str
    document: Document
    options: Options
    password: str = ""
    cached_from: str = ""
    results: tuple[PageResult, ...] = ()
    page_seconds: float | None = None
    traceparent: str = ""
    since_ms: int = 0
    user_id: str = ""
    guarded: tuple[str, ...] = ()
    is_advanced: bool = False


@dataclass(frozen=True, slots=True)
class SplitDone:
    """The document was opened: `document_pages` it has, `pages` are to be read."""

    document_pages: int
    pages: tuple[PagePlan, ...]


@dataclass(frozen=True, slots=True)
class PageDone:
    """The page text lies under `page_key(job, page, token)`. `run_ms` is the attempt's time."""

    engine: str
    run_ms: int
    confidence: float | None = None
    flags: tuple[str, ...] = ()
    is_cached: bool = False


@dataclass(frozen=True, slots=True)
class AssembleDone:
    """`left_out` names outputs that failed again and again; the job has the others. `text_bytes`
    is what the page texts take up.
    """

    outputs: tuple[OutputFile, ...]
    left_out: tuple[str, ...] = ()
    text_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Retry:
    """Went wrong, may go right: tried again after a back-off until attempts run out."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Will never go right; no further attempt."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Died:
    """The child died, was killed for time or memory, or hung. Counted apart from errors."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Away:
    """Something the whole pool needs is away (engine, disk). The attempt does not count; the pool
    rests for about `pause_seconds`, longer if that happens again and again. `pool` names another
    than the task's own: the page is moved there.
    """

    failure: Failure
    pause_seconds: float
    pool: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """Not begun: the page turned out to be for another pool. It waits there as if it had been sent
    there at first.
    """

    pool: str


@dataclass(frozen=True, slots=True)
class Released:
    """Never begun, or dropped in a drain: ready again, the attempt does not count."""


@dataclass(frozen=True, slots=True)
class Reread:
    """Assembly found page texts of `pages` gone or unreadable on the shelf (power loss): these
    pages are read again, counting as one error of each, and assembly waits for them once more.
    """

    pages: tuple[int, ...]
    failure: Failure


Missed = Retry | GiveUp | Died | Away | Moved | Released
Outcome = SplitDone | PageDone | AssembleDone | Missed | Reread


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one claimed task. The token decides whether anybody still cares."""

    task_id: int
    token: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`max_attempts` errors or `max_deaths` deaths and a task is given up; a page also when two
    attempts in a row ran into its time or memory limit, as a third would end like them.

    Back-off is exponential with full jitter, between `base_seconds` and `cap_seconds`
    (Brooker, "Exponential Backoff And Jitter", 2015).

    Nobody holds a task for longer than `lease_seconds` without a word. `breaker` says when an
    engine rests.
    """

    max_attempts: int = 3
    max_deaths: int = 3
    base_seconds: float = 1.0
    cap_seconds: float = 60.0
    lease_seconds: float = 60.0
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)

    @property
    def longest_wait_ms(self) -> int:
        """What is due later was put there before the clock was set back."""
        return round(1000 * self.cap_seconds)


@dataclass(frozen=True, slots=True)
class Settlement:
    """The next state of a task that was not done. `attempt_counts` false gives the attempt back."""

    state: TaskState
    delay_ms: int = 0
    failure: Failure | None = None
    has_died: bool = False
    attempt_counts: bool = True


def settle(
    outcome: Missed,
    errors: int,
    deaths: int,
    policy: RetryPolicy,
    rng: random.Random,
    last_code: str = "",
) -> Settlement:
    """Decides what becomes of a task whose attempt did not bring its result.

    `errors` and `deaths` count this one in: at the limit the task is dead. `last_code` is that of
    the failure before, given for pages only: steps change their ways when they are tried again.
    """
    match outcome:
        case Released() | Moved():
            return Settlement(TaskState.READY, attempt_counts=False)
        case Away(failure=failure):
            return Settlement(TaskState.READY, failure=failure, attempt_counts=False)
        case GiveUp(failure):
            return Settlement(TaskState.DEAD, failure=failure)
        case Died(failure) if deaths >= policy.max_deaths or _has_overrun(failure, last_code):
            return Settlement(TaskState.DEAD, failure=failure, has_died=True)
        case Died(failure):
            return Settlement(TaskState.READY, failure=failure, has_died=True)
        case Retry(failure) if errors >= policy.max_attempts or _has_overrun(failure, last_code):
            return Settlement(TaskState.DEAD, failure=failure)
        case Retry(failure):
            return Settlement(TaskState.WAITING, backoff_ms(errors, policy, rng), failure)


def _has_overrun(failure: Failure, last_code: str) -> bool:
    """Twice in a row."""
    return failure.code in OVERRUNS and last_code in OVERRUNS


def backoff_ms(errors: int, policy: RetryPolicy, rng: random.Random) -> int:
    """Milliseconds to wait after the `errors`-th error in a row; `errors` counts from 1."""
    ceiling = min(policy.cap_seconds, policy.base_seconds * 2.0 ** min(errors - 1, 30))
    return round(1000 * rng.uniform(0.0, ceiling))
