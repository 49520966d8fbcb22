"""What the server tells those who steer its queue, typed. Fields a newer one adds are ignored."""

from typing import Any

import msgspec

from pagemill.client.answers import ErrorInfo


class WorkInfo(msgspec.Struct, frozen=True):
    """A task in work. `page` is None where a document is opened or outputs are written."""

    job: str
    user: str
    kind: str
    page: int | None
    engine: str
    attempt: int
    worker: str


class OrderInfo(msgspec.Struct, frozen=True):
    """How what was stopped or goes on stands now: `running` tasks are in work still, of which
    `work` names the oldest; `changed`: whether it stood otherwise before.
    """

    scope: str
    name: str
    stopped: bool
    changed: bool
    running: int
    work: list[WorkInfo]


class StopInfo(msgspec.Struct, frozen=True):
    """`scope` is queue, user or engine; `by` is told to admins only."""

    scope: str
    name: str
    since: str
    by: str | None


class StopList(msgspec.Struct, frozen=True):
    stops: list[StopInfo]


class EngineInfo(msgspec.Struct, frozen=True):
    """`ready` pages could be read now, `waiting` ones are tried again later. Nothing is begun
    before `resting_until`.
    """

    name: str
    running: int
    ready: int
    waiting: int
    max_running: int | None
    resting_until: str | None
    trips: int
    stopped: bool


class EngineList(msgspec.Struct, frozen=True):
    engines: list[EngineInfo]


class DeadLetterInfo(msgspec.Struct, frozen=True):
    """Something that was given up; `kind` is page, split (a document was not opened) or assemble
    (outputs were not written).
    """

    job: str
    filename: str
    user: str
    job_state: str
    kind: str
    page: int | None
    engine: str
    error: ErrorInfo
    attempts: int
    deaths: int
    at: str
    links: dict[str, str]


class DeadLetterList(msgspec.Struct, frozen=True):
    """`next` is what `before` takes for those after these; None at the end."""

    dead_letters: list[DeadLetterInfo]
    next: str | None


class ReasonInfo(msgspec.Struct, frozen=True):
    """How often something was given up for this reason. `hopeless`: the same again cannot help."""

    code: str
    count: int
    hopeless: bool
    first_at: str
    last_at: str
    example: DeadLetterInfo


class ReasonList(msgspec.Struct, frozen=True):
    reasons: list[ReasonInfo]


class RequeuedInfo(msgspec.Struct, frozen=True):
    """`requeued` jobs with so many failed `pages` go on. `hopeless` tasks stay, as the same again
    cannot help, and `left_out` ones, whose jobs still run or were cancelled.
    """

    requeued: int
    jobs: list[str]
    pages: int
    hopeless: int
    left_out: int
    next: str | None = None


class ReprioritisedInfo(msgspec.Struct, frozen=True):
    reprioritised: int
    next: str | None = None


class WorkerInfo(msgspec.Struct, frozen=True):
    """A machine that works, last heard of `heartbeat_age_seconds` ago; `memory_mb` is that of all
    its processes. `running` has a dict for each busy one: its `kind` of work, for how many
    `seconds` it has been at it, `memory_mb`; `job_id` and `page` are told to admins only.
    """

    id: str
    host: str
    pid: int
    alive: bool
    draining: bool
    slots: int
    engines: list[str]
    started_at: str
    seen_at: str
    running: list[dict[str, Any]]
    heartbeat_age_seconds: float | None = None
    memory_mb: int = 0


class WorkerList(msgspec.Struct, frozen=True):
    workers: list[WorkerInfo]
