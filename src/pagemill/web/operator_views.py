"""What operators are shown: one model per answer, and how it is made from the house's values."""

from pydantic import BaseModel

from pagemill.model.job import JobState
from pagemill.model.people import Caller
from pagemill.model.task import TaskKind
from pagemill.ports import DeadLetter, DeadReason, InWork, PoolState, Stop, StopScope
from pagemill.service import may_go_right
from pagemill.web.views import ErrorView, rfc3339


class StopView(BaseModel):
    """`name` is a user or an engine, "" for the whole queue; `by` is told to admins only."""

    scope: StopScope
    name: str
    since: str
    by: str | None


class StopsView(BaseModel):
    stops: list[StopView]


class WorkView(BaseModel):
    """A task in work. `page` is null where a document is opened or outputs are written."""

    job: str
    user: str
    kind: TaskKind
    page: int | None
    engine: str
    attempt: int
    worker: str


class OrderView(BaseModel):
    """How what the order was about stands now; `changed`: whether it stood otherwise before.
    `running` tasks are in work still, `work` names the oldest hundred of them.
    """

    scope: StopScope
    name: str
    stopped: bool
    changed: bool
    running: int
    work: list[WorkView]


class EngineView(BaseModel):
    """`cpu` stands for opening documents and writing outputs, `auto` for pages whose engine is
    chosen when they are read. `waiting` pages are tried again later. `resting_until`: nothing is
    begun before, as the engine is away; `trips` counts such rests in a row.
    """

    name: str
    running: int
    ready: int
    waiting: int
    max_running: int | None
    resting_until: str | None
    trips: int
    stopped: bool


class EnginesView(BaseModel):
    engines: list[EngineView]


class DeadLetterView(BaseModel):
    """`page` is null where a document was not opened (`split`) or outputs were not written
    (`assemble`).
    """

    job: str
    filename: str
    user: str
    job_state: JobState
    kind: TaskKind
    page: int | None
    engine: str
    error: ErrorView
    attempts: int
    deaths: int
    at: str
    links: dict[str, str]


class DeadLettersView(BaseModel):
    """`next` is what `before` takes for those after these; null at the end."""

    dead_letters: list[DeadLetterView]
    next: str | None


class ReasonView(BaseModel):
    """`hopeless`: trying the same again cannot help, so only `all=true` or the code does it."""

    code: str
    count: int
    hopeless: bool
    first_at: str
    last_at: str
    example: DeadLetterView


class ReasonsView(BaseModel):
    reasons: list[ReasonView]


class RequeuedView(BaseModel):
    """`requeued` jobs, and how many `pages` of them are read again. Left as they are: `hopeless`
    tasks, which only `all=true` or their code tries again, and `left_out` ones, whose jobs still
    run or were cancelled. `next` is what `before` takes to go on; null when all is done.
    """

    requeued: int
    jobs: list[str]
    pages: int
    hopeless: int
    left_out: int
    next: str | None


class ReprioritisedView(BaseModel):
    """`next` is what `before` takes to go on; null when all is done."""

    reprioritised: int
    next: str | None


def view_stop(stop: Stop, who: Caller) -> StopView:
    is_told = not who.sees or stop.by == who.id
    return StopView(
        scope=stop.scope,
        name=stop.name,
        since=rfc3339(stop.since_ms),
        by=stop.by if is_told else None,
    )


def view_work(task: InWork) -> WorkView:
    return WorkView(
        job=task.job_id,
        user=task.user_id,
        kind=task.kind,
        page=task.page_no or None,
        engine=task.pool,
        attempt=task.attempt,
        worker=task.node,
    )


def view_engine(pool: PoolState) -> EngineView:
    return EngineView(
        name=pool.name,
        running=pool.running,
        ready=pool.ready,
        waiting=pool.waiting,
        max_running=pool.max_running,
        resting_until=rfc3339(pool.rests_until_ms) if pool.rests_until_ms else None,
        trips=pool.trips,
        stopped=pool.is_stopped,
    )


def view_letter(letter: DeadLetter) -> DeadLetterView:
    here = f"/v1/jobs/{letter.job_id}"
    page = {"page": f"{here}/pages/{letter.page_no}"} if letter.page_no else {}
    failure = letter.failure
    return DeadLetterView(
        job=letter.job_id,
        filename=letter.filename,
        user=letter.user_id,
        job_state=letter.job_state,
        kind=letter.kind,
        page=letter.page_no or None,
        engine=letter.engine,
        error=ErrorView(code=failure.code, message=failure.message, hint=failure.hint),
        attempts=letter.attempts,
        deaths=letter.deaths,
        at=rfc3339(letter.at_ms),
        links={"job": here} | page,
    )


def view_reason(reason: DeadReason) -> ReasonView:
    return ReasonView(
        code=reason.code,
        count=reason.count,
        hopeless=not may_go_right(reason.code),
        first_at=rfc3339(reason.first_ms),
        last_at=rfc3339(reason.last_ms),
        example=view_letter(reason.example),
    )
